/* Layouts without their dimensions of extent 1. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"
#include "tensor/views.h"

/* Grid axes that only dropped dimensions use go; `axis` translates the others. */
static void shrink_grid(const hearth_layout *layout, const bool *dropped, hearth_layout *prototype, int32_t *axis) {
  bool gone[HEARTH_MAX_NDIM] = {false};
  for (int32_t d = 0; d < layout->ndim; d++)
    if (dropped[d] && layout->dim[d].axis >= 0) gone[layout->dim[d].axis] = true;
  prototype->grid_ndim = 0;
  for (int32_t a = 0; a < layout->grid_ndim; a++) {
    axis[a] = gone[a] ? -1 : prototype->grid_ndim;
    if (!gone[a]) prototype->grid[prototype->grid_ndim++] = layout->grid[a];
  }
  if (prototype->grid_ndim == 0) prototype->grid[prototype->grid_ndim++] = 1;
}

static bool holds_dropped(const hearth_layout *layout, const bool *dropped, int rank) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (dropped[d] && hearth_layout_coordinate(layout, rank, layout->dim[d].axis) != hearth_dim_owner(&layout->dim[d], 0)) return false;
  return hearth_layout_coordinate(layout, rank, -1) == 0;
}

static int32_t new_place(const hearth_layout *layout, const hearth_layout *prototype, const int32_t *axis, int rank) {
  int64_t position = 0;
  for (int32_t a = 0; a < layout->grid_ndim; a++)
    if (axis[a] >= 0) position = position * prototype->grid[axis[a]] + hearth_layout_coordinate(layout, rank, a);
  return (int32_t)position;
}

static hearth_status place_ranks(const hearth_layout *layout, const bool *dropped, const int32_t *axis, int32_t *place, hearth_layout *prototype) {
  for (int rank = 0; rank < layout->ctx->size; rank++) place[rank] = holds_dropped(layout, dropped, rank) ? new_place(layout, prototype, axis, rank) : -1;
  return hearth_layout_set_places(prototype, place);
}

hearth_status hearth_layout_squeeze(const hearth_layout *layout, int32_t n, const int32_t *kept, hearth_layout **result) {
  bool dropped[HEARTH_MAX_NDIM];
  int32_t axis[HEARTH_MAX_NDIM], *place = NULL;
  hearth_layout prototype = *layout;
  if (!hearth_layout_is_product(layout)) return hearth_layout_project(layout, n, kept, result);
  for (int32_t d = 0; d < layout->ndim; d++) dropped[d] = true;
  for (int32_t k = 0; k < n; k++) dropped[kept[k]] = false;
  shrink_grid(layout, dropped, &prototype, axis);
  prototype.ndim = n;
  for (int32_t k = 0; k < n; k++) {
    prototype.shape[k] = layout->shape[kept[k]];
    prototype.dim[k] = layout->dim[kept[k]];
    if (prototype.dim[k].axis >= 0) prototype.dim[k].axis = axis[prototype.dim[k].axis];
  }
  HEARTH_TRY(hearth_layout_places(layout, &place));
  prototype.rank_at = NULL;
  hearth_status status = place_ranks(layout, dropped, axis, place, &prototype);
  if (status == HEARTH_OK) status = hearth_layout_duplicate(&prototype, result);
  hearth_deallocate(layout->ctx, prototype.rank_at);
  hearth_deallocate(layout->ctx, place);
  return status;
}
