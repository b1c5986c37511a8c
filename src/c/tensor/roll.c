#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/layout_impl.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status check_roll(const hearth_array *a, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(a->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(a->ctx, axis >= 0 && axis < a->layout->ndim, "axis %d of an array of %d dimensions", axis, a->layout->ndim);
  return hearth_array_pending(a);
}

/* Elements from .. from + n - 1 of `axis` to place `to` on. */
static hearth_status move(const hearth_array *a, int32_t axis, int64_t from, int64_t to, int64_t n, hearth_array *result) {
  int64_t source[HEARTH_MAX_NDIM] = {0}, target[HEARTH_MAX_NDIM] = {0}, count[HEARTH_MAX_NDIM];
  memcpy(count, a->layout->shape, sizeof count);
  source[axis] = from;
  target[axis] = to;
  count[axis] = n;
  return n == 0 ? HEARTH_OK : hearth_array_copy_box(a, source, result, target, count);
}

hearth_status hearth_roll(const hearth_array *a, int64_t shift, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const int64_t number[2] = {shift, axis};
  hearth_array *made = NULL;
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check_roll(a, axis, result), "shift|axis", number, 2));
  hearth_status status = hearth_agree(a->ctx, hearth_array_create_local(a->layout, a->dtype, a->order, &made));
  const int64_t extent = a->layout->shape[axis], by = extent > 0 ? (shift % extent + extent) % extent : 0;
  if (status == HEARTH_OK) status = move(a, axis, 0, by, extent - by, made);
  if (status == HEARTH_OK) status = move(a, axis, extent - by, 0, by, made);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}
