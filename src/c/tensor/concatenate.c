/* Arrays joined, and copies of one array side by side. */
#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/layout_impl.h"
#include "tensor/shape_text.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status check_one(int32_t n, const hearth_array *const *arrays, int32_t i, int32_t axis, bool stack) {
  const hearth_context *ctx = arrays[0]->ctx;
  const hearth_array *first = arrays[0], *a = arrays[i];
  char one[256], other[256];
  HEARTH_REQUIRE(ctx, a, "array %d of %d is NULL", i, n);
  if (a->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "array %d belongs to another context than the first", i);
  HEARTH_TRY(hearth_array_pending(a));
  if (a->dtype != first->dtype)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "array %d is %s, the first %s", i, hearth_dtype_name((hearth_dtype)a->dtype),
                       hearth_dtype_name((hearth_dtype)first->dtype));
  bool fits = a->layout->ndim == first->layout->ndim;
  for (int32_t d = 0; fits && d < a->layout->ndim; d++) fits = (d == axis && !stack) || a->layout->shape[d] == first->layout->shape[d];
  if (fits) return HEARTH_OK;
  hearth_shape_text(first->layout->ndim, first->layout->shape, one, sizeof one);
  hearth_shape_text(a->layout->ndim, a->layout->shape, other, sizeof other);
  return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "array %d has the shape %s, the first %s; they cannot be joined along axis %d", i, other, one, axis);
}

static hearth_status check_join(int32_t n, const hearth_array *const *arrays, int32_t axis, bool stack, hearth_array **result) {
  const hearth_context *ctx = arrays[0]->ctx;
  const int32_t ndim = arrays[0]->layout->ndim;
  HEARTH_REQUIRE(ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < ndim + stack, "axis %d of %d", axis, ndim + stack);
  HEARTH_REQUIRE(ctx, !stack || ndim < HEARTH_MAX_NDIM, "the arrays have %d dimensions already, the most that are possible", ndim);
  for (int32_t i = 0; i < n; i++) HEARTH_TRY(check_one(n, arrays, i, axis, stack));
  return HEARTH_OK;
}

static hearth_status agree_join(int32_t n, const hearth_array *const *arrays, int32_t axis, bool stack, hearth_array **result) {
  const int64_t number[2] = {n, axis};
  HEARTH_REQUIRE(NULL, n >= 1 && arrays && arrays[0], "there is no first array");
  return hearth_agree_same(arrays[0]->ctx, check_join(n, arrays, axis, stack, result), "number of arrays|axis", number, 2);
}

static hearth_status fill_in(int32_t n, const hearth_array *const *arrays, int32_t axis, hearth_array *result) {
  int64_t origin[HEARTH_MAX_NDIM] = {0}, at[HEARTH_MAX_NDIM] = {0};
  for (int32_t i = 0; i < n; i++) {
    HEARTH_TRY(hearth_array_copy_box(arrays[i], origin, result, at, arrays[i]->layout->shape));
    at[axis] += arrays[i]->layout->shape[axis];
  }
  return HEARTH_OK;
}

/* The result without content, of `shape`, laid out as `like`. */
static hearth_status make_resized(const hearth_array *like, const int64_t *shape, hearth_array **result) {
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_resize(like->layout, shape, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, like->dtype, like->order, &made);
  hearth_layout_destroy(&layout);
  return hearth_hand_over(like->ctx, status, &made, result);
}

static hearth_status finish(hearth_status status, hearth_array **made, hearth_array **result) {
  if (status != HEARTH_OK)
    hearth_array_destroy(made);
  else
    *result = *made;
  return status;
}

hearth_status hearth_concatenate(int32_t n, const hearth_array *const *arrays, int32_t axis, hearth_array **result) {
  if (result) *result = NULL;
  HEARTH_TRY(agree_join(n, arrays, axis, false, result));
  HEARTH_GUARD_FP(arrays[0]->ctx);
  int64_t shape[HEARTH_MAX_NDIM];
  hearth_array *made = NULL;
  memcpy(shape, arrays[0]->layout->shape, sizeof shape);
  for (int32_t i = 1; i < n; i++) shape[axis] += arrays[i]->layout->shape[axis];
  HEARTH_TRY(make_resized(arrays[0], shape, &made));
  return finish(fill_in(n, arrays, axis, made), &made, result);
}

/* The result of stacking: the first array's layout with a whole dimension more. */
static hearth_status make_stacked(const hearth_array *first, int32_t n, int32_t axis, hearth_array **result) {
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_insert(first->layout, axis, n, &layout);
  if (status == HEARTH_ERR_UNSUPPORTED) { /* boxes */
    int64_t shape[HEARTH_MAX_NDIM];
    const int32_t ndim = first->layout->ndim;
    for (int32_t d = 0; d <= ndim; d++) shape[d] = d == axis ? n : first->layout->shape[d - (d > axis)];
    status = hearth_layout_make_split(first->ctx, ndim + 1, shape, axis == 0, &layout);
  }
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, first->dtype, first->order, &made);
  hearth_layout_destroy(&layout);
  return hearth_hand_over(first->ctx, status, &made, result);
}

static hearth_status stack_one(const hearth_array *a, int32_t axis, int64_t at, hearth_array *result) {
  const int64_t origin[HEARTH_MAX_NDIM] = {0};
  int64_t place[HEARTH_MAX_NDIM] = {0};
  hearth_array *view = NULL;
  place[axis] = at;
  HEARTH_TRY(hearth_expand_dims(a, axis, &view));
  const hearth_status status = hearth_array_copy_box(view, origin, result, place, view->layout->shape);
  hearth_array_destroy(&view);
  return status;
}

hearth_status hearth_stack(int32_t n, const hearth_array *const *arrays, int32_t axis, hearth_array **result) {
  if (result) *result = NULL;
  HEARTH_TRY(agree_join(n, arrays, axis, true, result));
  HEARTH_GUARD_FP(arrays[0]->ctx);
  hearth_array *made = NULL;
  HEARTH_TRY(make_stacked(arrays[0], n, axis, &made));
  hearth_status status = HEARTH_OK;
  for (int32_t i = 0; status == HEARTH_OK && i < n; i++) status = stack_one(arrays[i], axis, i, made);
  return finish(status, &made, result);
}

static hearth_status check_numbers(const hearth_array *a, int32_t ndim, const int64_t *numbers, const char *what, hearth_array **result) {
  HEARTH_REQUIRE(a->ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(a->ctx, numbers, "the %s are NULL", what);
  HEARTH_REQUIRE(a->ctx, ndim == a->layout->ndim, "%s for %d dimensions of an array that has %d", what, ndim, a->layout->ndim);
  for (int32_t d = 0; d < ndim; d++)
    HEARTH_REQUIRE(a->ctx, numbers[d] >= 0 && numbers[d] <= INT32_MAX, "%lld %s in dimension %d; 0 to %d are possible", (long long)numbers[d], what, d,
                   INT32_MAX);
  return hearth_array_pending(a);
}

hearth_status hearth_pad(const hearth_array *a, int32_t ndim, const int64_t *before, const int64_t *after, double value, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int64_t shape[HEARTH_MAX_NDIM], numbers[2 * HEARTH_MAX_NDIM + 1] = {0};
  const int64_t origin[HEARTH_MAX_NDIM] = {0};
  hearth_array *made = NULL;
  if (result) *result = NULL;
  hearth_status status = check_numbers(a, ndim, before, "elements to pad before", result);
  if (status == HEARTH_OK) status = check_numbers(a, ndim, after, "elements to pad behind", result);
  for (int32_t d = 0; status == HEARTH_OK && d < ndim; d++) {
    shape[d] = before[d] + a->layout->shape[d] + after[d];
    numbers[2 * d] = before[d];
    numbers[2 * d + 1] = after[d];
  }
  memcpy(&numbers[2 * HEARTH_MAX_NDIM], &value, sizeof value);
  HEARTH_TRY(hearth_agree_same(a->ctx, status, "the padding (before and behind per dimension; value)", numbers, 2 * HEARTH_MAX_NDIM + 1));
  HEARTH_TRY(make_resized(a, shape, &made));
  status = hearth_array_fill(made, value);
  if (status == HEARTH_OK) status = hearth_array_copy_box(a, origin, made, before, a->layout->shape);
  return finish(status, &made, result);
}

/* The next copy's place; false after the last. */
static bool next_place(const hearth_layout *layout, const int64_t *repeats, int64_t *at) {
  for (int32_t d = layout->ndim - 1; d >= 0; d--) {
    at[d] += layout->shape[d];
    if (at[d] < repeats[d] * layout->shape[d]) return true;
    at[d] = 0;
  }
  return false;
}

hearth_status hearth_tile(const hearth_array *a, int32_t ndim, const int64_t *repeats, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int64_t shape[HEARTH_MAX_NDIM], numbers[HEARTH_MAX_NDIM] = {0}, at[HEARTH_MAX_NDIM] = {0}, elements = 1;
  const int64_t origin[HEARTH_MAX_NDIM] = {0};
  hearth_array *made = NULL;
  if (result) *result = NULL;
  hearth_status status = check_numbers(a, ndim, repeats, "repeats", result);
  for (int32_t d = 0; status == HEARTH_OK && d < ndim; d++) {
    numbers[d] = repeats[d];
    const int64_t extent = a->layout->shape[d];
    if (extent > INT64_MAX / (repeats[d] + 1))
      status = hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "%lld repeats of %lld elements in dimension %d", (long long)repeats[d], (long long)extent, d);
    else
      shape[d] = repeats[d] * extent;
    elements *= repeats[d] > 0 && extent > 0;
  }
  HEARTH_TRY(hearth_agree_same(a->ctx, status, "the repeats", numbers, HEARTH_MAX_NDIM));
  HEARTH_TRY(make_resized(a, shape, &made));
  bool more = elements > 0;
  while (more && status == HEARTH_OK) {
    status = hearth_array_copy_box(a, origin, made, at, a->layout->shape);
    more = next_place(a->layout, repeats, at);
  }
  return finish(status, &made, result);
}
