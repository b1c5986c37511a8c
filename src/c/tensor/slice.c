#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/slice_impl.h"
#include "tensor/views.h"

hearth_status hearth_slicing_set(const hearth_array *array, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step,
                                 hearth_slicing *slicing) {
  const hearth_context *ctx = array->ctx;
  HEARTH_REQUIRE(ctx, start && count, "the start or the count of the slice is NULL");
  HEARTH_REQUIRE(ctx, ndim == array->layout->ndim, "a slice of %d dimensions of an array that has %d", ndim, array->layout->ndim);
  *slicing = (hearth_slicing){{0}, {0}, {0}};
  for (int32_t d = 0; d < ndim; d++) {
    slicing->start[d] = start[d];
    slicing->count[d] = count[d];
    slicing->step[d] = step ? step[d] : 1;
  }
  return HEARTH_OK;
}

hearth_status hearth_slice(const hearth_array *a, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step, hearth_array **slice) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  hearth_context *ctx = a->ctx;
  HEARTH_GUARD_FP(ctx);
  hearth_slicing slicing;
  hearth_array *made = NULL;
  bool shares = false;
  if (slice) *slice = NULL;
  hearth_status status = slice ? hearth_array_pending(a) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the slice (NULL)");
  if (status == HEARTH_OK) status = hearth_slicing_set(a, ndim, start, count, step, &slicing);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_slice_make(a, &slicing, &made, &shares));
  return hearth_hand_over(ctx, shares ? HEARTH_OK : hearth_slice_move(a, &slicing, made, false), &made, slice);
}

static hearth_status check_axis(const hearth_array *a, int32_t axis) {
  HEARTH_REQUIRE(a->ctx, axis >= 0 && axis < a->layout->ndim, "axis %d of an array of %d dimensions", axis, a->layout->ndim);
  return HEARTH_OK;
}

hearth_status hearth_flip(const hearth_array *a, int32_t axis, hearth_array **flipped) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  int64_t start[HEARTH_MAX_NDIM] = {0}, step[HEARTH_MAX_NDIM];
  if (flipped) *flipped = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check_axis(a, axis)));
  for (int32_t d = 0; d < a->layout->ndim; d++) step[d] = d == axis ? -1 : 1;
  start[axis] = a->layout->shape[axis] > 0 ? a->layout->shape[axis] - 1 : 0;
  return hearth_slice(a, a->layout->ndim, start, a->layout->shape, step, flipped);
}

hearth_status hearth_array_is_view(const hearth_array *array, int32_t *answer) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_REQUIRE(array->ctx, answer, "no place for the answer (NULL)");
  *answer = array->aliases;
  return HEARTH_OK;
}
