#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/loops.h"
#include "tensor/gram.h"
#include <stdlib.h>

typedef struct blocks {
  const hearth_context *ctx;
  int32_t axis, packed_dtype;
  bool floats;
  void *buffer; /* of the backend's memory; NULL until it is needed */
  hearth_gram_function function;
  void *task;
} blocks;

static int64_t columns_of(const hearth_view *view, int32_t axis) {
  int64_t columns = 1;
  for (int32_t d = 0; d < view->ndim; d++)
    if (d != axis) columns *= view->extent[d];
  return columns;
}

/* Whether the dimensions beside `axis` are one in memory. */
static bool is_matrix(const hearth_view *view, int32_t axis, hearth_view *matrix) {
  hearth_view one = *view;
  hearth_loops loops;
  one.extent[axis] = 1;
  hearth_loops_plan(&loops, 1, (const hearth_view *[]){&one});
  *matrix = *view;
  matrix->ndim = 2;
  matrix->extent[0] = view->extent[axis];
  matrix->stride[0] = view->stride[axis];
  matrix->extent[1] = columns_of(view, axis);
  matrix->stride[1] = loops.stride[1][0];
  matrix->data = loops.data[0];
  return loops.ndim == 2 && loops.extent[0] == 1;
}

/* Dense copy with the samples one after the other. */
static hearth_status pack(blocks *b, const hearth_view *view) {
  const int64_t size = hearth_dtype_size(b->packed_dtype), n = view->extent[b->axis];
  hearth_view dense = *view, matrix;
  int64_t step = n * size;
  if (!b->buffer) HEARTH_TRY(b->ctx->backend->allocate(b->ctx->queue, HEARTH_GRAM_PACKED * n * size, &b->buffer));
  dense.data = b->buffer;
  dense.dtype = b->packed_dtype;
  dense.space = b->ctx->backend->space;
  dense.stride[b->axis] = size;
  for (int32_t d = view->ndim - 1; d >= 0; d--) {
    if (d == b->axis) continue;
    dense.stride[d] = step;
    step *= view->extent[d];
  }
  HEARTH_TRY(hearth_view_copy(b->ctx, &dense, view));
  if (!is_matrix(&dense, b->axis, &matrix)) return hearth_fail(b->ctx, HEARTH_ERR_INTERNAL, "a packed block of samples is no matrix");
  return b->function(b->task, &matrix);
}

/* The dimension beside `axis` with the largest stride that can be halved. */
static int32_t outermost(const hearth_view *view, int32_t axis) {
  int32_t best = -1;
  for (int32_t d = 0; d < view->ndim; d++)
    if (d != axis && view->extent[d] > 1 && (best < 0 || llabs(view->stride[d]) > llabs(view->stride[best]))) best = d;
  return best;
}

/* Halves a view until its parts are small enough to be packed. */
static hearth_status visit(blocks *b, const hearth_view *view) {
  hearth_view matrix;
  const bool direct = !b->floats || view->dtype == b->packed_dtype;
  if (direct && is_matrix(view, b->axis, &matrix)) return b->function(b->task, &matrix);
  if (columns_of(view, b->axis) <= HEARTH_GRAM_PACKED) return pack(b, view);
  const int32_t d = outermost(view, b->axis);
  const int64_t half = view->extent[d] / 2;
  const hearth_view low = hearth_view_part(view, d, 0, half), high = hearth_view_part(view, d, half, view->extent[d] - half);
  HEARTH_TRY(visit(b, &low));
  return visit(b, &high);
}

hearth_status hearth_gram_blocks(const hearth_gram_rows *rows, bool floats, hearth_gram_function function, void *task) {
  const hearth_context *ctx = rows->array->ctx;
  blocks b = {ctx, rows->axis, rows->array->dtype == HEARTH_FLOAT32 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, floats, NULL, function, task};
  hearth_status status = HEARTH_OK;
  for (int32_t p = 0; status == HEARTH_OK && rows->counted && p < rows->array->npieces; p++) {
    const hearth_view *view = &rows->array->piece[p].view;
    if (hearth_view_elements(view) > 0) status = visit(&b, view);
  }
  if (b.buffer) ctx->backend->release(ctx->queue, b.buffer);
  return status;
}
