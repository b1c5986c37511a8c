#include <hearth/layout.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include "tensor/layout_make.h"

hearth_layout *hearth_layout_retain(const hearth_layout *layout) {
  hearth_layout *shared = (hearth_layout *)layout; /* the count is no part of what is immutable */
  shared->references++;
  return shared;
}

void hearth_dim_release(const hearth_context *ctx, hearth_dim *dim) {
  hearth_deallocate(ctx, dim->cuts);
  dim->cuts = NULL;
  hearth_index_release(&dim->index);
}

hearth_status hearth_layout_destroy(hearth_layout **layout) {
  if (!layout || !*layout) return HEARTH_OK;
  hearth_layout *gone = *layout;
  *layout = NULL;
  if (--gone->references > 0) return HEARTH_OK;
  hearth_context *ctx = gone->ctx;
  for (int32_t d = 0; d < gone->ndim; d++) hearth_dim_release(ctx, &gone->dim[d]);
  hearth_boxes_release(&gone->boxes);
  hearth_deallocate(ctx, gone->place);
  hearth_deallocate(ctx, gone->rank_at);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_LAYOUT);
  return HEARTH_OK;
}

hearth_status hearth_layout_ndim(const hearth_layout *layout, int32_t *ndim) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, ndim, "no place for the number of dimensions (NULL)");
  *ndim = layout->ndim;
  return HEARTH_OK;
}

static hearth_status check_request(const hearth_layout *layout, int32_t ndim, const void *result) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(layout->ctx, ndim == layout->ndim, "asked for %d dimensions of a layout that has %d", ndim, layout->ndim);
  return HEARTH_OK;
}

static hearth_status check_dimension(const hearth_layout *layout, int32_t dim, const void *result) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(layout->ctx, dim >= 0 && dim < layout->ndim, "dimension %d of a layout of %d dimensions", dim, layout->ndim);
  return HEARTH_OK;
}

/* Questions about "the" part of a rank. */
static hearth_status check_one_piece(const hearth_layout *layout) {
  const int32_t n = hearth_layout_piece_count(layout);
  HEARTH_REQUIRE(layout->ctx, n <= 1, "rank %d has %d pieces: hearth_layout_piece_shape and hearth_layout_piece_index ask for one of them", layout->ctx->rank,
                 n);
  return HEARTH_OK;
}

hearth_status hearth_layout_shape(const hearth_layout *layout, int32_t ndim, int64_t *shape) {
  HEARTH_TRY(check_request(layout, ndim, shape));
  for (int32_t d = 0; d < ndim; d++) shape[d] = layout->shape[d];
  return HEARTH_OK;
}

hearth_status hearth_layout_local_shape(const hearth_layout *layout, int32_t ndim, int64_t *extents) {
  HEARTH_TRY(check_request(layout, ndim, extents));
  HEARTH_TRY(check_one_piece(layout));
  for (int32_t d = 0; d < ndim; d++) extents[d] = hearth_layout_extent_of(layout, layout->ctx->rank, d);
  return HEARTH_OK;
}

hearth_status hearth_layout_dim_kind(const hearth_layout *layout, int32_t dim, int32_t *kind) {
  HEARTH_TRY(check_dimension(layout, dim, kind));
  *kind = layout->dim[dim].kind;
  return HEARTH_OK;
}

hearth_status hearth_layout_global_index(const hearth_layout *layout, int32_t dim, int64_t local, int64_t *global) {
  HEARTH_TRY(check_dimension(layout, dim, global));
  HEARTH_TRY(check_one_piece(layout));
  const int64_t extent = hearth_layout_extent_of(layout, layout->ctx->rank, dim);
  HEARTH_REQUIRE(layout->ctx, local >= 0 && local < extent, "local index %lld of dimension %d, of which this rank has %lld", (long long)local, dim,
                 (long long)extent);
  *global = hearth_layout_piece_global(layout, 0, dim, local);
  return HEARTH_OK;
}
