/* Host access to pieces: the memory itself where the host can reach it, else a staging copy. */
#include <hearth/array.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"

static hearth_status check_piece(const hearth_array *array, int32_t piece) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_REQUIRE(array->ctx, piece >= 0 && piece < array->npieces, "piece %d of %d", piece, array->npieces);
  return HEARTH_OK;
}

static int64_t view_volume(const hearth_view *view) {
  int64_t volume = 1;
  for (int32_t d = 0; d < view->ndim; d++) volume *= view->extent[d];
  return volume;
}

static hearth_view view_of(const hearth_window *window) {
  hearth_view view = {.data = window->base, .dtype = window->dtype, .space = HEARTH_SPACE_HOST, .ndim = window->ndim};
  for (int32_t d = 0; d < window->ndim; d++) {
    view.extent[d] = window->extent[d];
    view.stride[d] = window->stride[d];
  }
  return view;
}

static hearth_status open_piece(const hearth_array *array, hearth_piece *piece, int32_t access) {
  const hearth_view *view = &piece->view;
  hearth_window *window = &piece->staging;
  *window = (hearth_window){.base = view->data, .dtype = view->dtype, .ndim = view->ndim};
  for (int32_t d = 0; d < view->ndim; d++) {
    window->extent[d] = view->extent[d];
    window->stride[d] = view->stride[d];
  }
  if (view->space == HEARTH_SPACE_HOST) return array->ctx->backend->wait(array->ctx->queue);
  const int64_t element = hearth_dtype_size((hearth_dtype)view->dtype);
  hearth_strides(view->ndim, view->extent, element, array->order, window->stride);
  window->base = NULL;
  HEARTH_TRY(hearth_allocate(array->ctx, element * view_volume(view), &window->base));
  if (!(access & HEARTH_READ)) return HEARTH_OK;
  const hearth_view host = view_of(window);
  const hearth_status status = hearth_view_copy(array->ctx, &host, view);
  if (status != HEARTH_OK) hearth_deallocate(array->ctx, window->base);
  return status;
}

hearth_status hearth_array_access(hearth_array *array, int32_t piece, int32_t access, hearth_window *window) {
  HEARTH_TRY(check_piece(array, piece));
  HEARTH_REQUIRE(array->ctx, window, "no place for the window (NULL)");
  HEARTH_REQUIRE(array->ctx, access >= HEARTH_READ && access <= HEARTH_READ_WRITE, "%d is no kind of access", access);
  hearth_piece *opened = &array->piece[piece];
  if (opened->open && (access != HEARTH_READ || opened->open != HEARTH_READ))
    return hearth_fail(array->ctx, HEARTH_ERR_STATE, "piece %d is open for %s already; one writer or many readers are possible", piece,
                       opened->open == HEARTH_READ ? "reading" : "writing");
  if (!opened->open) HEARTH_TRY(open_piece(array, opened, access));
  opened->open = access;
  opened->readers += access == HEARTH_READ;
  *window = opened->staging;
  return HEARTH_OK;
}

hearth_status hearth_array_release(hearth_array *array, int32_t piece) {
  HEARTH_TRY(check_piece(array, piece));
  hearth_piece *opened = &array->piece[piece];
  if (!opened->open) return hearth_fail(array->ctx, HEARTH_ERR_STATE, "piece %d is not open", piece);
  if (opened->open == HEARTH_READ && --opened->readers > 0) return HEARTH_OK;
  hearth_status status = HEARTH_OK;
  if (opened->view.space != HEARTH_SPACE_HOST) {
    const hearth_view host = view_of(&opened->staging);
    if (opened->open & HEARTH_WRITE) status = hearth_view_copy(array->ctx, &opened->view, &host);
    hearth_deallocate(array->ctx, opened->staging.base);
  }
  opened->open = 0;
  return status;
}
