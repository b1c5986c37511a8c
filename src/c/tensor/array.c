#include <hearth/array.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/array_make.h"
#include "tensor/labels.h"
#include "tensor/layout_impl.h"

void hearth_strides(int32_t ndim, const int64_t *extent, int64_t element, int32_t order, int64_t *stride) {
  int64_t next = element;
  for (int32_t k = 0; k < ndim; k++) {
    const int32_t d = order == HEARTH_COLUMN_MAJOR ? k : ndim - 1 - k;
    stride[d] = next;
    next *= extent[d];
  }
}

hearth_status hearth_array_bare(const hearth_layout *layout, hearth_array **array) {
  hearth_context *ctx = layout->ctx;
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *made, &made));
  const int32_t npieces = hearth_layout_piece_count(layout);
  const hearth_status status = hearth_allocate_zero(ctx, npieces * (int64_t)sizeof *made->piece, &made->piece);
  if (status != HEARTH_OK) {
    hearth_deallocate(ctx, made);
    return status;
  }
  made->ctx = ctx;
  made->layout = hearth_layout_retain(layout);
  made->npieces = npieces;
  hearth_context_hold(ctx, HEARTH_OBJECT_ARRAY);
  *array = made;
  return HEARTH_OK;
}

/* Pieces begin at multiples of this. */
enum { ALIGNMENT = 64 };

/* Lays the pieces out one after the other; their addresses are offsets for now. Returns the bytes of all. */
static int64_t lay_out(hearth_array *array) {
  const int64_t element = hearth_dtype_size((hearth_dtype)array->dtype);
  int64_t bytes = 0;
  for (int32_t p = 0; p < array->npieces; p++) {
    hearth_view *view = &array->piece[p].view;
    int64_t volume = 1, before = 0;
    *view = (hearth_view){.dtype = array->dtype, .space = array->storage->space, .ndim = array->layout->ndim};
    for (int32_t d = 0; d < view->ndim; d++) view->extent[d] = hearth_layout_piece_extent(array->layout, p, d);
    const hearth_view around = hearth_array_around(array, view);
    hearth_strides(view->ndim, around.extent, element, array->order, view->stride);
    for (int32_t d = 0; d < view->ndim; d++) {
      before += around.extent[d] == view->extent[d] ? 0 : array->halo_low[d] * view->stride[d];
      volume *= around.extent[d];
    }
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    view->data = (void *)(intptr_t)(bytes + before);
    bytes += element * volume;
  }
  return bytes;
}

static hearth_status allocate(hearth_array *array, int32_t space) {
  hearth_context *ctx = array->ctx;
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *array->storage, &array->storage));
  *array->storage = (hearth_storage){ctx, 1, space, NULL};
  const int64_t bytes = lay_out(array);
  void **memory = &array->storage->memory;
  if (bytes > 0) HEARTH_TRY(space == ctx->backend->space ? ctx->backend->allocate(ctx->queue, bytes, memory) : hearth_allocate(ctx, bytes, memory));
  for (int32_t p = 0; p < array->npieces; p++) {
    hearth_view *view = &array->piece[p].view;
    view->data = bytes > 0 ? (char *)*memory + (intptr_t)view->data : NULL;
  }
  return HEARTH_OK;
}

hearth_view hearth_array_around(const hearth_array *array, const hearth_view *piece) {
  hearth_view around = *piece;
  for (int32_t d = 0; d < piece->ndim; d++)
    if (piece->extent[d] == 0) return around;
  for (int32_t d = 0; d < piece->ndim; d++) {
    around.extent[d] += array->halo_low[d] + array->halo_high[d];
    if (around.data) around.data = (char *)around.data - array->halo_low[d] * piece->stride[d];
  }
  return around;
}

static hearth_status create(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t space, const int64_t *low, const int64_t *high,
                            hearth_array **array) {
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_bare(layout, &made));
  for (int32_t d = 0; low && d < layout->ndim; d++) {
    made->halo_low[d] = low[d];
    made->halo_high[d] = high[d];
  }
  made->dtype = dtype;
  made->order = order;
  const hearth_status status = allocate(made, space);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&made);
    return status;
  }
  *array = made;
  return HEARTH_OK;
}

hearth_status hearth_array_create_local(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  return create(layout, dtype, order, layout->ctx->backend->space, NULL, NULL, array);
}

hearth_status hearth_array_create_in(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t space, hearth_array **array) {
  return create(layout, dtype, order, space, NULL, NULL, array);
}

hearth_status hearth_array_create_around(const hearth_layout *layout, int32_t dtype, int32_t order, const int64_t *low, const int64_t *high,
                                         hearth_array **array) {
  return create(layout, dtype, order, layout->ctx->backend->space, low, high, array);
}

int32_t hearth_array_space(const hearth_array *array) {
  return array->storage ? array->storage->space : HEARTH_SPACE_HOST;
}

hearth_status hearth_array_alias(const hearth_array *base, const hearth_layout *layout, hearth_array **array) {
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_bare(layout, &made));
  made->dtype = base->dtype;
  made->order = base->order;
  made->aliases = true;
  made->storage = base->storage;
  if (made->storage) made->storage->references++;
  *array = made;
  return HEARTH_OK;
}

static void release_storage(hearth_storage *storage) {
  if (!storage || --storage->references > 0) return;
  const hearth_context *ctx = storage->ctx;
  if (storage->memory && storage->space == ctx->backend->space)
    ctx->backend->release(ctx->queue, storage->memory);
  else
    hearth_deallocate(ctx, storage->memory);
  hearth_deallocate(ctx, storage);
}

static hearth_status check_create(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  HEARTH_REQUIRE(layout->ctx, array, "no place for the array (NULL)");
  HEARTH_REQUIRE(layout->ctx, hearth_dtype_size((hearth_dtype)dtype) > 0, "%d is no dtype", dtype);
  HEARTH_REQUIRE(layout->ctx, order == HEARTH_ROW_MAJOR || order == HEARTH_COLUMN_MAJOR, "%d is no memory order", order);
  return HEARTH_OK;
}

hearth_status hearth_array_create(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  if (array) *array = NULL;
  int64_t number[3 + HEARTH_MAX_NDIM] = {dtype, order, layout->ndim};
  for (int32_t d = 0; d < layout->ndim; d++) number[3 + d] = layout->shape[d];
  HEARTH_TRY(
      hearth_agree_same(layout->ctx, check_create(layout, dtype, order, array), "the new array (dtype, order, ndim, shape)", number, 3 + HEARTH_MAX_NDIM));
  hearth_array *made = NULL;
  const hearth_status status = hearth_agree(layout->ctx, hearth_array_create_local(layout, dtype, order, &made));
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *array = made;
  return status;
}

hearth_status hearth_array_destroy(hearth_array **array) {
  if (!array || !*array) return HEARTH_OK;
  hearth_array *gone = *array;
  hearth_context *ctx = gone->ctx;
  for (int32_t p = 0; p < gone->npieces; p++)
    if (gone->piece[p].open) return hearth_fail(ctx, HEARTH_ERR_STATE, "piece %d is still open: hearth_array_release comes first", p);
  *array = NULL;
  release_storage(gone->storage);
  hearth_labels_release(&gone->labels);
  hearth_layout_destroy(&gone->layout);
  hearth_deallocate(ctx, gone->piece);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_ARRAY);
  return HEARTH_OK;
}

const hearth_view *hearth_array_view(const hearth_array *array) {
  return &array->piece[0].view;
}
