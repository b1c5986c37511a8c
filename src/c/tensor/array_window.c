#include "tensor/array_window.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"
#include <stdint.h>
#include <stdlib.h>

static bool is_dtype(int32_t dtype) {
  return hearth_dtype_size((hearth_dtype)dtype) > 0;
}

static bool is_empty(const hearth_window *window) {
  for (int32_t d = 0; d < window->ndim; d++)
    if (window->extent[d] == 0) return true;
  return false;
}

static hearth_status check_type(const hearth_layout *layout, const hearth_window *window) {
  const hearth_context *ctx = layout->ctx;
  HEARTH_REQUIRE(ctx, window->dtype != HEARTH_DTYPE_NONE, "the window of rank %d describes no array (its type or kind is none that Hearth knows)", ctx->rank);
  HEARTH_REQUIRE(ctx, is_dtype(window->dtype), "the window of rank %d has the unknown dtype %d", ctx->rank, window->dtype);
  HEARTH_REQUIRE(ctx, window->ndim == layout->ndim, "the window of rank %d has %d dimensions, the layout has %d", ctx->rank, window->ndim, layout->ndim);
  return HEARTH_OK;
}

static hearth_status check_extents(const hearth_layout *layout, int32_t piece, const hearth_window *window) {
  const hearth_context *ctx = layout->ctx;
  const int64_t element = hearth_dtype_size((hearth_dtype)window->dtype);
  for (int32_t d = 0; d < window->ndim; d++) {
    const long long extent = hearth_layout_piece_extent(layout, piece, d), given = window->extent[d];
    if (given == extent) continue;
    if (hearth_layout_piece_count(layout) == 1)
      return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "dimension %d of the window of rank %d has %lld elements, but the rank's part of the layout has %lld", d,
                         ctx->rank, given, extent);
    return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "dimension %d of window %d of rank %d has %lld elements, but piece %d of the rank has %lld", d, piece,
                       ctx->rank, given, piece, extent);
  }
  for (int32_t d = 0; d < window->ndim; d++) {
    if (window->extent[d] <= 1) continue;
    HEARTH_REQUIRE(ctx, window->stride[d] % element == 0, "the stride of dimension %d of the window of rank %d, %lld bytes, is no multiple of the %lld of a %s",
                   d, ctx->rank, (long long)window->stride[d], (long long)element, hearth_dtype_name((hearth_dtype)window->dtype));
    HEARTH_REQUIRE(ctx, window->stride[d] != 0, "the stride of dimension %d of the window of rank %d is 0, so that its %lld elements are one", d, ctx->rank,
                   (long long)window->extent[d]);
  }
  return HEARTH_OK;
}

static hearth_status check_base(const hearth_layout *layout, const hearth_window *window) {
  const bool is_complex = window->dtype == HEARTH_COMPLEX64 || window->dtype == HEARTH_COMPLEX128;
  const int64_t alignment = hearth_dtype_size((hearth_dtype)window->dtype) / (is_complex ? 2 : 1);
  HEARTH_REQUIRE(layout->ctx, window->base, "the window of rank %d has elements but its base address is NULL", layout->ctx->rank);
  HEARTH_REQUIRE(layout->ctx, (uintptr_t)window->base % (uintptr_t)alignment == 0, "the base address %p of the window of rank %d is not aligned for a %s",
                 window->base, layout->ctx->rank, hearth_dtype_name((hearth_dtype)window->dtype));
  return HEARTH_OK;
}

/* An empty piece may be described in any way. */
static hearth_status check_window(const hearth_layout *layout, int32_t piece, const hearth_window *window) {
  HEARTH_TRY(check_type(layout, window));
  if (hearth_layout_piece_volume(layout, piece) == 0) {
    HEARTH_REQUIRE(layout->ctx, is_empty(window), "rank %d owns nothing of piece %d, but its window has elements", layout->ctx->rank, piece);
    return HEARTH_OK;
  }
  HEARTH_TRY(check_extents(layout, piece, window));
  return check_base(layout, window);
}

hearth_status hearth_windows_check(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, int32_t *dtype) {
  const hearth_context *ctx = layout->ctx;
  const int32_t npieces = hearth_layout_piece_count(layout);
  *dtype = HEARTH_DTYPE_NONE;
  HEARTH_REQUIRE(ctx, nwindows == 0 || nwindows == npieces, "%d windows on rank %d, which has %d piece%s", nwindows, ctx->rank, npieces,
                 npieces == 1 ? "" : "s");
  HEARTH_REQUIRE(ctx, nwindows == 0 || windows, "the windows are NULL");
  HEARTH_REQUIRE(ctx, nwindows > 0 || hearth_layout_local_volume(layout) == 0, "no window on rank %d, which owns a part of the layout", ctx->rank);
  for (int32_t p = 0; p < nwindows; p++) {
    HEARTH_TRY(check_window(layout, p, &windows[p]));
    if (windows[p].dtype != windows[0].dtype)
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "window 0 of rank %d is %s, window %d is %s", ctx->rank, hearth_dtype_name((hearth_dtype)windows[0].dtype),
                         p, hearth_dtype_name((hearth_dtype)windows[p].dtype));
    *dtype = windows[p].dtype;
  }
  return HEARTH_OK;
}

hearth_view hearth_window_view(const hearth_layout *layout, int32_t piece, const hearth_window *window, int32_t dtype, int32_t order) {
  hearth_view view = {.dtype = dtype, .space = HEARTH_SPACE_HOST, .ndim = layout->ndim};
  for (int32_t d = 0; d < layout->ndim; d++) view.extent[d] = hearth_layout_piece_extent(layout, piece, d);
  hearth_strides(view.ndim, view.extent, hearth_dtype_size((hearth_dtype)dtype), order, view.stride);
  if (!window || hearth_layout_piece_volume(layout, piece) == 0) return view;
  view.data = window->base;
  for (int32_t d = 0; d < layout->ndim; d++) view.stride[d] = window->stride[d];
  return view;
}

int32_t hearth_view_direction(const hearth_view *view) {
  int32_t ascents = 0, descents = 0, dimensions = 0;
  int64_t previous = 0;
  for (int32_t d = 0; d < view->ndim; d++) {
    if (view->extent[d] == 0) return 0;
    if (view->extent[d] == 1) continue;
    const int64_t stride = llabs(view->stride[d]);
    if (dimensions++ > 0) {
      ascents += stride > previous;
      descents += stride < previous;
    }
    previous = stride;
  }
  if (dimensions < 2) return 0;
  return ascents == dimensions - 1 ? 1 : descents == dimensions - 1 ? -1 : 0;
}
