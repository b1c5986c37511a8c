/* Other coordinates for the processes of a grid axis. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"

/* Row-major positions apart of neighbours along an axis. */
static int64_t distance(const hearth_layout *layout, int32_t axis) {
  int64_t positions = 1;
  for (int32_t a = axis + 1; a < layout->grid_ndim; a++) positions *= layout->grid[a];
  return positions;
}

void hearth_layout_number(const hearth_layout *layout, int32_t axis, const int64_t *to, int32_t *place) {
  const int64_t step = distance(layout, axis), n = layout->grid[axis];
  for (int r = 0; r < layout->ctx->size; r++) {
    if (place[r] < 0) continue;
    const int64_t c = place[r] / step % n;
    place[r] += (int32_t)(((to ? to[c] : n - 1 - c) - c) * step);
  }
}

hearth_status hearth_layout_places(const hearth_layout *layout, int32_t **place) {
  HEARTH_TRY(hearth_allocate(layout->ctx, layout->ctx->size * (int64_t)sizeof **place, place));
  for (int r = 0; r < layout->ctx->size; r++) (*place)[r] = layout->place ? layout->place[r] : r;
  return HEARTH_OK;
}

hearth_status hearth_layout_set_places(hearth_layout *layout, int32_t *place) {
  bool row_major = hearth_layout_positions(layout) == layout->ctx->size;
  for (int r = 0; row_major && r < layout->ctx->size; r++) row_major = place[r] == r;
  layout->place = layout->rank_at = NULL;
  if (row_major) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(layout->ctx, hearth_layout_positions(layout) * (int64_t)sizeof *layout->rank_at, &layout->rank_at));
  layout->place = place;
  for (int r = 0; r < layout->ctx->size; r++)
    if (place[r] >= 0) layout->rank_at[place[r]] = r;
  return HEARTH_OK;
}
