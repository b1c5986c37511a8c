/* Arrays of borrowed memory. */
#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/array_make.h"
#include "tensor/array_window.h"
#include "tensor/layout_impl.h"
#include <stdio.h>

/* dtype and order of the whole array: empty ranks may know neither. One allreduce of (rank, dtype) pairs tells both ranks of a difference. `directions`:
 * whether the strides of some window ascend, of some descend. */
static hearth_status agree_type(const hearth_layout *layout, int32_t own, const bool *directions, int32_t *dtype, int32_t *order) {
  enum { SHIFT = 32 };
  hearth_context *ctx = layout->ctx;
  const int64_t none = -((int64_t)1 << 60), rank = ctx->rank, type = own;
  int64_t most[4] = {none, none, directions[0], directions[1]}; /* largest dtype, smallest dtype, some rank ascends, some descends */
  if (type != HEARTH_DTYPE_NONE) {
    most[0] = type * ((int64_t)1 << SHIFT) + rank;
    most[1] = -type * ((int64_t)1 << SHIFT) + rank;
  }
  HEARTH_TRY(hearth_allreduce_i64(ctx, most, 4, HEARTH_OP_MAX));
  if (most[0] == none) return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no rank gave a window, so that the array has no dtype; give an empty one");
  const int64_t low_rank = most[1] & (((int64_t)1 << SHIFT) - 1), high_rank = most[0] & (((int64_t)1 << SHIFT) - 1);
  const hearth_dtype high = (hearth_dtype)(most[0] >> SHIFT), low = (hearth_dtype) - ((most[1] - low_rank) / ((int64_t)1 << SHIFT));
  if (high != low)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the windows of rank %d are %s, those of rank %d %s", (int)low_rank, hearth_dtype_name(low), (int)high_rank,
                       hearth_dtype_name(high));
  *dtype = (int32_t)high;
  *order = most[2] && !most[3] ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR;
  return HEARTH_OK;
}

static void set_views(hearth_array *array, int32_t nwindows, const hearth_window *windows) {
  for (int32_t p = 0; p < array->npieces; p++)
    array->piece[p].view = hearth_window_view(array->layout, p, p < nwindows ? &windows[p] : NULL, array->dtype, array->order);
}

static void find_directions(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, bool *directions) {
  for (int32_t p = 0; p < nwindows; p++) {
    const hearth_view view = hearth_window_view(layout, p, &windows[p], windows[p].dtype, HEARTH_ROW_MAJOR);
    const int32_t direction = hearth_view_direction(&view);
    directions[0] = directions[0] || direction > 0;
    directions[1] = directions[1] || direction < 0;
  }
}

hearth_status hearth_array_wrap(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  hearth_context *ctx = layout->ctx;
  hearth_array *made = NULL;
  int32_t dtype = HEARTH_DTYPE_NONE;
  bool directions[2] = {false, false};
  if (array) *array = NULL;
  hearth_status status = array ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the array (NULL)");
  if (status == HEARTH_OK) status = hearth_windows_check(layout, nwindows, windows, &dtype);
  if (status == HEARTH_OK) find_directions(layout, nwindows, windows, directions);
  if (status == HEARTH_OK) status = hearth_array_bare(layout, &made);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = agree_type(layout, dtype, directions, &made->dtype, &made->order);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&made);
    return status;
  }
  made->wrapped = true;
  set_views(made, nwindows, windows);
  *array = made;
  return HEARTH_OK;
}

static hearth_status check_local(const hearth_context *ctx, const hearth_window *window, int32_t ndim, const int64_t *start, hearth_array **array) {
  HEARTH_REQUIRE(ctx, array, "no place for the array (NULL)");
  HEARTH_REQUIRE(ctx, window, "the window is NULL");
  HEARTH_REQUIRE(ctx, start, "the start is NULL");
  HEARTH_REQUIRE(ctx, window->dtype != HEARTH_DTYPE_NONE, "the window of rank %d describes no array (its type or kind is none that Hearth knows)", ctx->rank);
  HEARTH_REQUIRE(ctx, window->ndim == ndim, "the window of rank %d has %d dimensions, the global shape %d", ctx->rank, window->ndim, ndim);
  return HEARTH_OK;
}

hearth_status hearth_array_wrap_local(hearth_context *ctx, const hearth_window *window, int32_t ndim, const int64_t *global_shape, const int64_t *start,
                                      hearth_array **array) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  if (array) *array = NULL;
  HEARTH_TRY(hearth_agree(ctx, check_local(ctx, window, ndim, start, array)));
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_layout_from_local(ctx, ndim, global_shape, 1, start, window->extent, &layout));
  const hearth_status status = hearth_array_wrap(layout, 1, window, array);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status rebind(hearth_array *array, int32_t nwindows, const hearth_window *windows) {
  hearth_context *ctx = array->ctx;
  if (!array->wrapped) return hearth_fail(ctx, HEARTH_ERR_STATE, "the array is not made of windows, it cannot be bound to other memory");
  for (int32_t p = 0; p < array->npieces; p++)
    if (array->piece[p].open) return hearth_fail(ctx, HEARTH_ERR_STATE, "the array is open: hearth_array_release comes first");
  int32_t dtype = HEARTH_DTYPE_NONE;
  HEARTH_TRY(hearth_windows_check(array->layout, nwindows, windows, &dtype));
  HEARTH_REQUIRE(ctx, dtype == HEARTH_DTYPE_NONE || dtype == array->dtype, "the window of rank %d is %s, the array %s", ctx->rank,
                 hearth_dtype_name((hearth_dtype)dtype), hearth_dtype_name((hearth_dtype)array->dtype));
  set_views(array, nwindows, windows);
  return HEARTH_OK;
}

hearth_status hearth_array_rebind(hearth_array *array, int32_t nwindows, const hearth_window *windows) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  const hearth_status status = rebind(array, nwindows, windows);
  if (status != HEARTH_OK) {
    array->pending = status;
    snprintf(array->pending_text, sizeof array->pending_text, "%s", hearth_error_message(array->ctx));
  }
  return status;
}

hearth_status hearth_array_pending(const hearth_array *array) {
  return array->pending == HEARTH_OK ? HEARTH_OK : hearth_fail(array->ctx, array->pending, "%s", array->pending_text);
}

hearth_status hearth_array_reset(hearth_array *array) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  array->pending = HEARTH_OK;
  array->pending_text[0] = '\0';
  return HEARTH_OK;
}
