#include <hearth/sort.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/keys.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/sort_impl.h"

hearth_status hearth_sort_check(const hearth_array *a, int32_t axis) {
  HEARTH_TRY(hearth_array_pending(a));
  HEARTH_REQUIRE(a->ctx, axis >= 0 && axis < a->layout->ndim, "axis %d of %d dimensions", axis, a->layout->ndim);
  if (a->dtype < HEARTH_KEY_DTYPES) return HEARTH_OK;
  return hearth_fail(a->ctx, HEARTH_ERR_UNSUPPORTED, "values of type %s have no order", hearth_dtype_name((hearth_dtype)a->dtype));
}

/* All pieces of x, whose layout equals `layout`, as the target's does. */
static hearth_status sort_pieces(const hearth_sorting *sorting, const hearth_layout *layout, const hearth_array *x, int32_t axis, bool across,
                                 hearth_array *target) {
  const hearth_context *ctx = sorting->ctx;
  hearth_status status = HEARTH_OK;
  for (int32_t p = 0; p < x->npieces && status == HEARTH_OK; p++) {
    const hearth_view to = hearth_view_axis_last(&target->piece[p].view, axis), from = hearth_view_axis_last(&x->piece[p].view, axis);
    if (across) return hearth_sort_across(sorting, &to, &from, layout->dim[axis].cuts);
    status = hearth_sort_rows(sorting, &to, &from);
  }
  return hearth_agree(ctx, status);
}

/* Sorts in `layout` and brings the result to where it is wanted. */
static hearth_status sort_in(const hearth_layout *layout, bool across, const hearth_array *a, int32_t axis, const hearth_sorting *sorting,
                             hearth_array *result) {
  const hearth_context *ctx = a->ctx;
  const hearth_array *x;
  hearth_array *made, *temporary = NULL;
  hearth_target target;
  int32_t direct = 0;
  HEARTH_TRY(hearth_agree(ctx, hearth_layout_equal(layout, result->layout, &direct)));
  HEARTH_TRY(hearth_array_align(a, layout, &x, &made));
  hearth_status status = direct ? hearth_target_open(result, false, &target) : hearth_array_create_local(layout, result->dtype, result->order, &temporary);
  const bool opened = direct && status == HEARTH_OK;
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = sort_pieces(sorting, layout, x, axis, across, direct ? target.array : temporary);
  if (opened) status = hearth_target_close(&target, status);
  if (direct) status = hearth_agree(ctx, status);
  if (!direct && status == HEARTH_OK) status = hearth_array_copy(temporary, result);
  hearth_array_destroy(&temporary);
  hearth_array_destroy(&made);
  return status;
}

static hearth_status sort_to(const hearth_array *a, int32_t axis, const hearth_sorting *sorting, hearth_array *result) {
  hearth_layout *layout = NULL;
  bool across;
  hearth_status status = hearth_axes_layout(a, 1, &axis, &layout, &across);
  if (status == HEARTH_OK) status = sort_in(layout, across, a, axis, sorting, result);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status check(const hearth_array *a, int32_t axis, int32_t descending, const void *result, hearth_status mine) {
  if (mine == HEARTH_OK && !result) mine = hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "no place for the result (NULL)");
  if (mine == HEARTH_OK) mine = hearth_sort_check(a, axis);
  return hearth_agree_same(a->ctx, mine, "axis|descending", (const int64_t[]){axis, descending != 0}, 2);
}

static hearth_status sort_new(const hearth_array *a, int32_t axis, const hearth_sorting *sorting, int32_t dtype, hearth_array **result) {
  hearth_array *made = NULL;
  hearth_status status = hearth_agree(a->ctx, hearth_array_create_local(a->layout, dtype, a->order, &made));
  if (status == HEARTH_OK) status = sort_to(a, axis, sorting, made);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

hearth_status hearth_sort(const hearth_array *a, int32_t axis, int32_t descending, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (result) *result = NULL;
  HEARTH_TRY(check(a, axis, descending, result, HEARTH_OK));
  const hearth_sorting sorting = {a->ctx, descending ? HEARTH_KEYS_DESCENDING : 0, hearth_record_of(a->dtype), false};
  return sort_new(a, axis, &sorting, a->dtype, result);
}

hearth_status hearth_argsort(const hearth_array *a, int32_t axis, int32_t descending, hearth_array **indices) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (indices) *indices = NULL;
  HEARTH_TRY(check(a, axis, descending, indices, HEARTH_OK));
  const int32_t mode = HEARTH_KEYS_ONE_ZERO | (descending ? HEARTH_KEYS_DESCENDING : 0);
  const hearth_sorting sorting = {a->ctx, mode, hearth_record_indexed(a->dtype, a->layout->shape[axis]), true};
  return sort_new(a, axis, &sorting, HEARTH_INT64, indices);
}

static hearth_status check_into(const hearth_array *a, const hearth_array *result) {
  HEARTH_REQUIRE(a->ctx, result, "the result is NULL");
  HEARTH_TRY(hearth_array_pending(result));
  if (result->ctx != a->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the arrays belong to different contexts");
  if (result->dtype != a->dtype)
    return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the array is of type %s, the result of type %s", hearth_dtype_name((hearth_dtype)a->dtype),
                       hearth_dtype_name((hearth_dtype)result->dtype));
  if (result->layout->ndim != a->layout->ndim)
    return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "the array has %d dimensions, the result %d", a->layout->ndim, result->layout->ndim);
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (result->layout->shape[d] != a->layout->shape[d])
      return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "dimension %d: the array has %lld indices, the result %lld", d, (long long)a->layout->shape[d],
                         (long long)result->layout->shape[d]);
  return HEARTH_OK;
}

hearth_status hearth_sort_into(const hearth_array *a, int32_t axis, int32_t descending, hearth_array *result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(check(a, axis, descending, result, check_into(a, result)));
  const hearth_sorting sorting = {a->ctx, descending ? HEARTH_KEYS_DESCENDING : 0, hearth_record_of(a->dtype), false};
  return sort_to(a, axis, &sorting, result);
}
