/* The pieces of this rank. */
#include <hearth/layout.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"

int32_t hearth_layout_piece_count(const hearth_layout *layout) {
  return layout->boxes ? (int32_t)layout->boxes->n : 1;
}

static const hearth_run *box_run(const hearth_layout *layout, int32_t piece, int32_t d) {
  return &layout->boxes->own[(int64_t)piece * layout->ndim + d];
}

int64_t hearth_layout_piece_extent(const hearth_layout *layout, int32_t piece, int32_t d) {
  return layout->boxes ? box_run(layout, piece, d)->count : hearth_layout_extent_of(layout, layout->ctx->rank, d);
}

hearth_status hearth_layout_piece_runs(const hearth_layout *layout, int32_t piece, int32_t d, hearth_runs *runs) {
  if (!layout->boxes) return hearth_layout_runs(layout, layout->ctx->rank, d, runs);
  const hearth_run *run = box_run(layout, piece, d);
  *runs = (hearth_runs){0, NULL};
  if (run->count == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(layout->ctx, (int64_t)sizeof *runs->run, &runs->run));
  runs->run[runs->n++] = *run;
  return HEARTH_OK;
}

int64_t hearth_layout_piece_global(const hearth_layout *layout, int32_t piece, int32_t d, int64_t local) {
  return layout->boxes ? box_run(layout, piece, d)->global + local : hearth_layout_local_to_global(layout, layout->ctx->rank, d, local);
}

int64_t hearth_layout_piece_volume(const hearth_layout *layout, int32_t piece) {
  int64_t elements = 1;
  for (int32_t d = 0; d < layout->ndim; d++) elements *= hearth_layout_piece_extent(layout, piece, d);
  return elements;
}

int64_t hearth_layout_local_volume(const hearth_layout *layout) {
  int64_t volume = 0;
  for (int32_t p = 0; p < hearth_layout_piece_count(layout); p++) volume += hearth_layout_piece_volume(layout, p);
  return volume;
}

hearth_status hearth_layout_pieces(const hearth_layout *layout, int32_t *pieces) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, pieces, "no place for the number of pieces (NULL)");
  *pieces = hearth_layout_piece_count(layout);
  return HEARTH_OK;
}

static hearth_status check_piece(const hearth_layout *layout, int32_t piece, const void *result) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(layout->ctx, piece >= 0 && piece < hearth_layout_piece_count(layout), "piece %d of rank %d, which has %d", piece, layout->ctx->rank,
                 hearth_layout_piece_count(layout));
  return HEARTH_OK;
}

hearth_status hearth_layout_piece_shape(const hearth_layout *layout, int32_t piece, int32_t ndim, int64_t *extents) {
  HEARTH_TRY(check_piece(layout, piece, extents));
  HEARTH_REQUIRE(layout->ctx, ndim == layout->ndim, "asked for %d dimensions of a layout that has %d", ndim, layout->ndim);
  for (int32_t d = 0; d < ndim; d++) extents[d] = hearth_layout_piece_extent(layout, piece, d);
  return HEARTH_OK;
}

hearth_status hearth_layout_piece_index(const hearth_layout *layout, int32_t piece, int32_t dim, int64_t local, int64_t *global) {
  HEARTH_TRY(check_piece(layout, piece, global));
  HEARTH_REQUIRE(layout->ctx, dim >= 0 && dim < layout->ndim, "dimension %d of a layout of %d dimensions", dim, layout->ndim);
  const int64_t extent = hearth_layout_piece_extent(layout, piece, dim);
  HEARTH_REQUIRE(layout->ctx, local >= 0 && local < extent, "local index %lld of dimension %d of piece %d, which has %lld there", (long long)local, dim, piece,
                 (long long)extent);
  *global = hearth_layout_piece_global(layout, piece, dim, local);
  return HEARTH_OK;
}
