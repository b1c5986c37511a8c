#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/layout_make.h"
#include "tensor/reshape_impl.h"
#include "tensor/shape_text.h"
#include "tensor/views.h"

hearth_status hearth_layout_make_rows(hearth_context *ctx, int32_t ndim, const int64_t *shape, bool whole, hearth_layout **layout) {
  int32_t axis = 0;
  while (axis < ndim - 1 && shape[axis] == 1) axis++;
  return hearth_layout_make_split(ctx, ndim, shape, whole ? -1 : axis, layout);
}

static hearth_status make_rows(const hearth_array *like, int32_t ndim, const int64_t *shape, hearth_array **rows) {
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_make_rows(like->ctx, ndim, shape, hearth_layout_is_whole(like->layout), &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, like->dtype, HEARTH_ROW_MAJOR, &made);
  hearth_layout_destroy(&layout);
  return hearth_hand_over(like->ctx, status, &made, rows);
}

static int64_t volume(int32_t ndim, const int64_t *shape) {
  int64_t elements = 1;
  for (int32_t d = 0; d < ndim; d++) elements *= shape[d];
  return elements;
}

/* From range to range of the row-major order: both arrays have a flat view, whose redistribution is the whole work. */
static hearth_status move_flat(const hearth_array *from, hearth_array *to) {
  const int64_t flat[1] = {volume(from->layout->ndim, from->layout->shape)};
  hearth_array *source = NULL, *target = NULL;
  hearth_status status = hearth_reshape_view(from, 1, flat, &source);
  if (status == HEARTH_OK) status = hearth_reshape_view(to, 1, flat, &target);
  if (status == HEARTH_OK && (!source || !target)) status = hearth_fail(from->ctx, HEARTH_ERR_INTERNAL, "rows in row-major order have no flat view");
  if (status == HEARTH_OK) status = hearth_array_copy(source, target);
  hearth_array_destroy(&source);
  hearth_array_destroy(&target);
  return status;
}

/* Neither whole nor by rows in row-major memory: one copy that is. */
static hearth_status through_rows(const hearth_array *a, hearth_array *result) {
  const int64_t flat[1] = {volume(a->layout->ndim, a->layout->shape)};
  hearth_array *rows = NULL, *view = NULL;
  if (flat[0] == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_reshape_view(a, 1, flat, &view));
  const bool direct = view != NULL;
  hearth_array_destroy(&view);
  if (direct) return move_flat(a, result);
  HEARTH_TRY(make_rows(a, a->layout->ndim, a->layout->shape, &rows));
  hearth_status status = hearth_array_copy(a, rows);
  if (status == HEARTH_OK) status = move_flat(rows, result);
  hearth_array_destroy(&rows);
  return status;
}

/* Fills in the extent that is -1. */
static hearth_status complete_shape(const hearth_array *a, int32_t ndim, const int64_t *asked, int64_t *shape) {
  const hearth_context *ctx = a->ctx;
  const int64_t elements = volume(a->layout->ndim, a->layout->shape);
  char old[256], new[256];
  int32_t open = -1;
  HEARTH_REQUIRE(ctx, ndim >= 1 && ndim <= HEARTH_MAX_NDIM, "%d dimensions; 1 to %d are possible", ndim, HEARTH_MAX_NDIM);
  HEARTH_REQUIRE(ctx, asked, "the shape is NULL");
  hearth_shape_text(a->layout->ndim, a->layout->shape, old, sizeof old);
  hearth_shape_text(ndim, asked, new, sizeof new);
  for (int32_t d = 0; d < ndim; d++) {
    HEARTH_REQUIRE(ctx, asked[d] >= -1 && (asked[d] >= 0 || open < 0), "the shape %s: extents are not negative, and one at most is -1", new);
    if (asked[d] < 0) open = d;
    shape[d] = asked[d] < 0 ? 1 : asked[d];
  }
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  const int64_t given = volume(ndim, shape);
  if (open >= 0 && given > 0) shape[open] = elements / given;
  HEARTH_REQUIRE(ctx, (open < 0 || given > 0) && volume(ndim, shape) == elements, "%lld elements of shape %s cannot take the shape %s", (long long)elements,
                 old, new);
  return HEARTH_OK;
}

static hearth_status check_reshape(const hearth_array *a, int32_t ndim, const int64_t *asked, int64_t *shape, hearth_array **result) {
  HEARTH_REQUIRE(a->ctx, result, "no place for the result (NULL)");
  HEARTH_TRY(hearth_array_pending(a));
  return complete_shape(a, ndim, asked, shape);
}

hearth_status hearth_reshape(const hearth_array *a, int32_t ndim, const int64_t *shape, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int64_t complete[1 + HEARTH_MAX_NDIM] = {ndim};
  if (result) *result = NULL;
  const hearth_status mine = check_reshape(a, ndim, shape, complete + 1, result);
  HEARTH_TRY(hearth_agree_same(a->ctx, mine, "the new shape (ndim, extents)", complete, 1 + HEARTH_MAX_NDIM));
  HEARTH_TRY(hearth_reshape_view(a, ndim, complete + 1, result));
  if (*result) return HEARTH_OK;
  hearth_array *made = NULL;
  HEARTH_TRY(make_rows(a, ndim, complete + 1, &made));
  const hearth_status status = through_rows(a, made);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

hearth_status hearth_ravel(const hearth_array *a, hearth_array **result) {
  const int64_t shape[1] = {-1};
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (a->layout->shape[d] == 0) return hearth_reshape(a, 1, (const int64_t[]){0}, result);
  return hearth_reshape(a, 1, shape, result);
}
