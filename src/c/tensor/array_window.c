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

static hearth_status check_extents(const hearth_layout *layout, const hearth_window *window) {
  const hearth_context *ctx = layout->ctx;
  const int64_t element = hearth_dtype_size((hearth_dtype)window->dtype);
  for (int32_t d = 0; d < window->ndim; d++) {
    const int64_t extent = hearth_layout_extent_of(layout, ctx->rank, d);
    HEARTH_REQUIRE(ctx, window->extent[d] == extent, "dimension %d of the window of rank %d has %lld elements, but the rank's part of the layout has %lld", d,
                   ctx->rank, (long long)window->extent[d], (long long)extent);
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

/* An empty rank may describe its nothing in any way, or not at all. */
static hearth_status empty_view(const hearth_layout *layout, int32_t nwindows, const hearth_window *window, hearth_view *view) {
  view->dtype = HEARTH_DTYPE_NONE;
  if (nwindows == 0) return HEARTH_OK;
  HEARTH_TRY(check_type(layout, window));
  HEARTH_REQUIRE(layout->ctx, is_empty(window), "rank %d owns nothing of the layout, but its window has elements", layout->ctx->rank);
  view->dtype = window->dtype;
  hearth_strides(view->ndim, view->extent, hearth_dtype_size((hearth_dtype)view->dtype), HEARTH_ROW_MAJOR, view->stride);
  return HEARTH_OK;
}

hearth_status hearth_windows_check(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, hearth_view *view) {
  const hearth_context *ctx = layout->ctx;
  *view = (hearth_view){.space = HEARTH_SPACE_HOST, .ndim = layout->ndim};
  for (int32_t d = 0; d < layout->ndim; d++) view->extent[d] = hearth_layout_extent_of(layout, ctx->rank, d);
  HEARTH_REQUIRE(ctx, nwindows == 0 || nwindows == 1, "%d windows on rank %d, which has one piece", nwindows, ctx->rank);
  HEARTH_REQUIRE(ctx, nwindows == 0 || windows, "the windows are NULL");
  if (hearth_layout_volume_of(layout, ctx->rank) == 0) return empty_view(layout, nwindows, windows, view);
  HEARTH_REQUIRE(ctx, nwindows == 1, "no window on rank %d, which owns a part of the layout", ctx->rank);
  HEARTH_TRY(check_type(layout, windows));
  HEARTH_TRY(check_extents(layout, windows));
  HEARTH_TRY(check_base(layout, windows));
  view->data = windows->base;
  view->dtype = windows->dtype;
  for (int32_t d = 0; d < layout->ndim; d++) view->stride[d] = windows->stride[d];
  return HEARTH_OK;
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
