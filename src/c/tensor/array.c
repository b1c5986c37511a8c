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
  const hearth_status status = hearth_allocate_zero(ctx, (int64_t)sizeof *made->piece, &made->piece);
  if (status != HEARTH_OK) {
    hearth_deallocate(ctx, made);
    return status;
  }
  made->ctx = ctx;
  made->layout = hearth_layout_retain(layout);
  made->npieces = 1;
  hearth_context_hold(ctx, HEARTH_OBJECT_ARRAY);
  *array = made;
  return HEARTH_OK;
}

hearth_status hearth_array_create_local(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array) {
  hearth_context *ctx = layout->ctx;
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_bare(layout, &made));
  made->dtype = dtype;
  made->order = order;
  made->owned = true;
  hearth_view *view = &made->piece[0].view;
  *view = (hearth_view){.dtype = dtype, .space = ctx->backend->space, .ndim = layout->ndim};
  for (int32_t d = 0; d < layout->ndim; d++) view->extent[d] = hearth_layout_extent_of(layout, ctx->rank, d);
  const int64_t element = hearth_dtype_size((hearth_dtype)dtype), bytes = element * hearth_layout_volume_of(layout, ctx->rank);
  hearth_strides(layout->ndim, view->extent, element, order, view->stride);
  const hearth_status status = bytes > 0 ? ctx->backend->allocate(ctx->queue, bytes, &made->memory) : HEARTH_OK;
  if (status != HEARTH_OK) {
    hearth_array_destroy(&made);
    return status;
  }
  view->data = made->memory;
  *array = made;
  return HEARTH_OK;
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
  if (gone->memory) ctx->backend->release(ctx->queue, gone->memory);
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
