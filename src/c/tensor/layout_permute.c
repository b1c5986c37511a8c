#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_boxes.h"

static hearth_status check_axes(const hearth_layout *layout, int32_t ndim, const int32_t *axes, hearth_layout **result) {
  HEARTH_REQUIRE(layout->ctx, result, "no place for the layout (NULL)");
  HEARTH_REQUIRE(layout->ctx, ndim == layout->ndim, "an order of %d dimensions for a layout that has %d", ndim, layout->ndim);
  HEARTH_REQUIRE(layout->ctx, axes, "the axes are NULL");
  for (int32_t k = 0; k < ndim; k++) {
    HEARTH_REQUIRE(layout->ctx, axes[k] >= 0 && axes[k] < ndim, "dimension %d of a layout of %d dimensions", axes[k], ndim);
    for (int32_t i = 0; i < k; i++) HEARTH_REQUIRE(layout->ctx, axes[i] != axes[k], "dimension %d twice in the new order", axes[k]);
  }
  return HEARTH_OK;
}

hearth_status hearth_layout_permute(const hearth_layout *layout, int32_t ndim, const int32_t *axes, hearth_layout **result) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (result) *result = NULL;
  int64_t number[HEARTH_MAX_NDIM] = {0};
  const hearth_status mine = check_axes(layout, ndim, axes, result);
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) number[d] = axes[d];
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the order of the dimensions", number, HEARTH_MAX_NDIM));
  hearth_layout *made = NULL;
  hearth_status status = hearth_agree(layout->ctx, hearth_layout_project(layout, ndim, axes, &made));
  if (status == HEARTH_OK && made->boxes) status = hearth_boxes_set_hash(made->boxes); /* the cut dimensions come in another order */
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *result = made;
  return status;
}
