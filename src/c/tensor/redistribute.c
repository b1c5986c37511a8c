#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"
#include "tensor/redistribute.h"

hearth_status hearth_redistribute_check(const hearth_array *array, hearth_array **result) {
  HEARTH_REQUIRE(array->ctx, result, "no place for the result (NULL)");
  *result = NULL;
  return hearth_array_pending(array);
}

hearth_status hearth_redistribute_to(const hearth_array *array, hearth_status mine, hearth_layout *layout, hearth_array **result) {
  hearth_array *made = NULL;
  if (mine == HEARTH_OK) mine = hearth_array_create_local(layout, array->dtype, array->order, &made);
  hearth_status status = hearth_agree(array->ctx, mine);
  if (status == HEARTH_OK) status = hearth_array_copy(array, made);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

static hearth_status check_layout(const hearth_array *array, const hearth_layout *layout) {
  HEARTH_REQUIRE(array->ctx, layout, "the layout is NULL");
  const hearth_layout *own = array->layout;
  if (layout->ctx != array->ctx) return hearth_fail(array->ctx, HEARTH_ERR_MISMATCH, "array and layout belong to different contexts");
  if (layout->ndim != own->ndim) return hearth_fail(array->ctx, HEARTH_ERR_MISMATCH, "the array has %d dimensions, the layout %d", own->ndim, layout->ndim);
  for (int32_t d = 0; d < own->ndim; d++)
    if (own->shape[d] != layout->shape[d])
      return hearth_fail(array->ctx, HEARTH_ERR_MISMATCH, "dimension %d has %lld elements in the array and %lld in the layout", d, (long long)own->shape[d],
                         (long long)layout->shape[d]);
  return HEARTH_OK;
}

hearth_status hearth_redistribute(const hearth_array *array, const hearth_layout *layout, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_status mine = hearth_redistribute_check(array, result);
  if (mine == HEARTH_OK) mine = check_layout(array, layout);
  return hearth_redistribute_to(array, mine, mine == HEARTH_OK ? hearth_layout_retain(layout) : NULL, result);
}
