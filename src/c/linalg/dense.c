#include "linalg/dense.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <hearth/manipulate.h>

hearth_status hearth_dense_check(const char *name, const hearth_array *a, bool square) {
  const hearth_context *ctx = a->ctx;
  HEARTH_TRY(hearth_array_pending(a));
  HEARTH_REQUIRE(ctx, a->layout->ndim == 2, "%s: an array of %d dimensions, not 2", name, a->layout->ndim);
  HEARTH_REQUIRE(ctx, !square || a->layout->shape[0] == a->layout->shape[1], "%s: a matrix of %lld x %lld, not square", name, (long long)a->layout->shape[0],
                 (long long)a->layout->shape[1]);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE) return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s has no reproducible form", name);
  return HEARTH_OK;
}

hearth_status hearth_dense_check_sides(const char *name, const hearth_array *a, const hearth_array *b) {
  const hearth_context *ctx = a->ctx;
  HEARTH_REQUIRE(ctx, b, "%s: the right-hand side is NULL", name);
  if (a->ctx != b->ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "%s: the right-hand side belongs to another context", name);
  HEARTH_TRY(hearth_array_pending(b));
  HEARTH_REQUIRE(ctx, b->layout->ndim == 1 || b->layout->ndim == 2, "%s: right-hand sides of %d dimensions, not 1 or 2", name, b->layout->ndim);
  if (b->layout->shape[0] != a->layout->shape[0])
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "%s: a matrix of order %lld with right-hand sides of %lld rows", name, (long long)a->layout->shape[0],
                       (long long)b->layout->shape[0]);
  return HEARTH_OK;
}

hearth_status hearth_dense_vector(hearth_context *ctx, int64_t n, const double *values, int32_t dtype, hearth_array **result) {
  const bool pairs = hearth_dtype_is_complex(dtype);
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_make_split(ctx, 1, &n, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, dtype, HEARTH_ROW_MAJOR, &made);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK && n > 0) {
    const hearth_view from = {.data = (void *)(uintptr_t)values,
                              .dtype = pairs ? HEARTH_COMPLEX128 : HEARTH_FLOAT64,
                              .space = HEARTH_SPACE_HOST,
                              .ndim = 1,
                              .extent = {n},
                              .stride = {pairs ? 16 : 8}};
    status = hearth_view_copy(ctx, &made->piece[0].view, &from);
  }
  status = hearth_agree(ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

hearth_status hearth_dense_read(const hearth_array *vector, int64_t first, int64_t count, double *values) {
  hearth_view from = *hearth_array_view(vector), to = from;
  from.data = (char *)from.data + first * from.stride[0];
  from.extent[0] = to.extent[0] = count;
  to.data = values;
  to.dtype = HEARTH_FLOAT64;
  to.space = HEARTH_SPACE_HOST;
  to.stride[0] = sizeof *values;
  return count > 0 ? hearth_view_copy(vector->ctx, &to, &from) : HEARTH_OK;
}

hearth_status hearth_dense_bring_sides(const hearth_bridge *bridge, const hearth_array *b, hearth_bridge_matrix *x) {
  hearth_array *column = NULL;
  if (b->layout->ndim == 2) return hearth_bridge_bring(bridge, b, x);
  HEARTH_TRY(hearth_expand_dims(b, 1, &column));
  const hearth_status status = hearth_bridge_bring(bridge, column, x);
  hearth_array_destroy(&column);
  return status;
}

hearth_status hearth_dense_deliver_sides(const hearth_bridge *bridge, const hearth_bridge_matrix *x, const hearth_array *b, int32_t dtype,
                                         hearth_array **result) {
  hearth_array *made = NULL, *column = NULL;
  if (b->layout->ndim == 2) return hearth_bridge_deliver(bridge, x, x->rows, x->columns, b->layout, dtype, b->order, result);
  hearth_status status = hearth_agree(b->ctx, hearth_array_create_local(b->layout, dtype, b->order, &made));
  if (status == HEARTH_OK) status = hearth_expand_dims(made, 1, &column);
  if (status == HEARTH_OK) status = hearth_bridge_store(x, column);
  hearth_array_destroy(&column);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}
