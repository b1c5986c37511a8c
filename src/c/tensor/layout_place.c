/* Where ranks stand on the grid of a layout, and what they own there. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <assert.h>

int64_t hearth_layout_positions(const hearth_layout *layout) {
  int64_t positions = 1;
  for (int32_t a = 0; a < layout->grid_ndim; a++) positions *= layout->grid[a];
  return positions;
}

int hearth_layout_rank_at(const hearth_layout *layout, int64_t position) {
  return layout->rank_at ? layout->rank_at[position] : (int)position;
}

int64_t hearth_layout_coordinate(const hearth_layout *layout, int rank, int32_t axis) {
  int64_t position = layout->place ? layout->place[rank] : rank;
  if (position < 0) return -1;
  if (axis < 0) return 0;
  for (int32_t a = layout->grid_ndim - 1; a > axis; a--) position /= layout->grid[a];
  return position % layout->grid[axis];
}

int64_t hearth_layout_extent_of(const hearth_layout *layout, int rank, int32_t d) {
  if (layout->boxes) {
    assert(rank == layout->ctx->rank && layout->boxes->n <= 1);
    return layout->boxes->n == 1 ? layout->boxes->own[d].count : 0;
  }
  return hearth_dim_extent(&layout->dim[d], hearth_layout_coordinate(layout, rank, layout->dim[d].axis));
}

int64_t hearth_layout_volume_of(const hearth_layout *layout, int rank) {
  if (layout->boxes) {
    assert(rank == layout->ctx->rank);
    return hearth_layout_local_volume(layout);
  }
  int64_t volume = 1;
  for (int32_t d = 0; d < layout->ndim; d++) volume *= hearth_layout_extent_of(layout, rank, d);
  return volume;
}

int64_t hearth_layout_local_to_global(const hearth_layout *layout, int rank, int32_t d, int64_t local) {
  assert(!layout->boxes || (rank == layout->ctx->rank && layout->boxes->n == 1));
  if (layout->boxes) return layout->boxes->own[d].global + local;
  return hearth_dim_global(&layout->dim[d], hearth_layout_coordinate(layout, rank, layout->dim[d].axis), local);
}

hearth_status hearth_layout_runs(const hearth_layout *layout, int rank, int32_t d, hearth_runs *runs) {
  assert(!layout->boxes);
  const hearth_dim *dim = &layout->dim[d];
  const int64_t coordinate = hearth_layout_coordinate(layout, rank, dim->axis), n = hearth_dim_run_count(dim, coordinate);
  *runs = (hearth_runs){0, NULL};
  HEARTH_TRY(hearth_allocate(layout->ctx, n * (int64_t)sizeof *runs->run, &runs->run));
  runs->n = n;
  for (int64_t k = 0; k < n; k++) runs->run[k] = dim->kind == HEARTH_DIM_INDEX ? dim->index->run[k] : hearth_dim_run(dim, coordinate, k);
  return HEARTH_OK;
}

void hearth_runs_free(const hearth_context *ctx, hearth_runs *runs) {
  hearth_deallocate(ctx, runs->run);
  *runs = (hearth_runs){0, NULL};
}

static bool axis_is_used(const hearth_layout *layout, int32_t axis) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].axis == axis) return true;
  return false;
}

bool hearth_layout_is_primary(const hearth_layout *layout, int rank) {
  if (layout->boxes) return true;
  for (int32_t a = 0; a < layout->grid_ndim; a++)
    if (!axis_is_used(layout, a) && hearth_layout_coordinate(layout, rank, a) != 0) return false;
  return hearth_layout_coordinate(layout, rank, -1) == 0;
}

bool hearth_layout_is_replicated(const hearth_layout *layout) {
  if (layout->boxes) return false;
  for (int32_t a = 0; a < layout->grid_ndim; a++)
    if (layout->grid[a] > 1 && !axis_is_used(layout, a)) return true;
  return false;
}
