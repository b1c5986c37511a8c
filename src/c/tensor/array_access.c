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

/* A staging copy has the piece's halo around it: the host finds it at the addresses around the window. */
static hearth_view staging_of(const hearth_array *array, const hearth_view *piece, void *memory) {
  hearth_view staging = hearth_array_around(array, piece);
  staging.space = HEARTH_SPACE_HOST;
  staging.data = memory;
  hearth_strides(staging.ndim, staging.extent, hearth_dtype_size((hearth_dtype)staging.dtype), array->order, staging.stride);
  return staging;
}

static int64_t bytes_before(const hearth_array *array, const hearth_view *piece, const hearth_view *staging) {
  int64_t before = 0;
  for (int32_t d = 0; d < piece->ndim; d++)
    if (staging->extent[d] != piece->extent[d]) before += array->halo_low[d] * staging->stride[d];
  return before;
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
  hearth_view host = staging_of(array, view, NULL);
  HEARTH_TRY(hearth_allocate(array->ctx, hearth_dtype_size((hearth_dtype)view->dtype) * view_volume(&host), &host.data));
  for (int32_t d = 0; d < view->ndim; d++) window->stride[d] = host.stride[d];
  window->base = host.data ? (char *)host.data + bytes_before(array, view, &host) : NULL;
  if (!(access & HEARTH_READ)) return HEARTH_OK;
  const hearth_view around = hearth_array_around(array, view);
  const hearth_status status = hearth_view_copy(array->ctx, &host, &around);
  if (status != HEARTH_OK) hearth_deallocate(array->ctx, host.data);
  return status;
}

/* Brings a staging copy back. One that was not read has nothing in its halo. */
static hearth_status close_staging(const hearth_array *array, const hearth_piece *piece) {
  hearth_view host = staging_of(array, &piece->view, NULL);
  host.data = piece->staging.base ? (char *)piece->staging.base - bytes_before(array, &piece->view, &host) : NULL;
  void *const memory = host.data;
  hearth_view target = hearth_array_around(array, &piece->view);
  if (!(piece->open & HEARTH_READ)) {
    target = piece->view;
    host.data = piece->staging.base;
    for (int32_t d = 0; d < target.ndim; d++) host.extent[d] = target.extent[d];
  }
  const hearth_status status = piece->open & HEARTH_WRITE ? hearth_view_copy(array->ctx, &target, &host) : HEARTH_OK;
  hearth_deallocate(array->ctx, memory);
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
  const hearth_status status = opened->view.space == HEARTH_SPACE_HOST ? HEARTH_OK : close_staging(array, opened);
  opened->open = 0;
  return status;
}
