#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"
#include "tensor/redistribute.h"

hearth_status hearth_resplit(const hearth_array *array, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_context *ctx = array->ctx;
  const hearth_layout *own = array->layout;
  const int64_t number[1] = {axis};
  hearth_layout *layout = NULL;
  hearth_status mine = hearth_redistribute_check(array, result);
  if (mine == HEARTH_OK && (axis < -1 || axis >= own->ndim))
    mine = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "axis %d of %d dimensions (-1: not split)", axis, own->ndim);
  HEARTH_TRY(hearth_agree_same(ctx, mine, "axis|", number, 1));
  mine = hearth_layout_make_split(ctx, own->ndim, own->shape, axis, &layout);
  return hearth_redistribute_to(array, mine, layout, result);
}
