#include "linalg/vectors.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/map.h"
#include "kernels/reduce.h"
#include <math.h>

static hearth_view number_like(const hearth_view *view, double *number) {
  hearth_view result = *view;
  result.data = number;
  result.dtype = HEARTH_FLOAT64;
  result.space = HEARTH_SPACE_HOST;
  for (int32_t d = 0; d < view->ndim; d++) result.stride[d] = 0;
  return result;
}

hearth_status hearth_vectors_add(double factor, const hearth_array *a, const hearth_array *b, hearth_array *target) {
  const hearth_context *ctx = a->ctx;
  static const hearth_map_step steps[2] = {{HEARTH_OP_MULTIPLY, {1, 0}}, {HEARTH_OP_ADD, {2, 0}}};
  for (int32_t p = 0; p < a->npieces; p++) {
    const hearth_view number = number_like(&a->piece[p].view, &factor);
    if (hearth_view_elements(&number) > 0)
      HEARTH_TRY(ctx->backend->map->map(ctx->queue, a->dtype, 2, steps, &target->piece[p].view, 3,
                                        (const hearth_view *[]){&a->piece[p].view, &number, &b->piece[p].view}));
  }
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_vectors_clear(hearth_array *a) {
  for (int32_t p = 0; p < a->npieces; p++) HEARTH_TRY(a->ctx->backend->fill(a->ctx->queue, &a->piece[p].view, 0.0));
  return a->ctx->backend->wait(a->ctx->queue);
}

hearth_status hearth_vectors_scale(double factor, hearth_array *a) {
  const hearth_context *ctx = a->ctx;
  for (int32_t p = 0; p < a->npieces; p++) {
    const hearth_view number = number_like(&a->piece[p].view, &factor);
    if (hearth_view_elements(&number) > 0)
      HEARTH_TRY(ctx->backend->map->map(ctx->queue, a->dtype, 1, &(const hearth_map_step){HEARTH_OP_MULTIPLY, {1, 0}}, &a->piece[p].view, 2,
                                        (const hearth_view *[]){&a->piece[p].view, &number}));
  }
  return ctx->backend->wait(ctx->queue);
}

/* *sum += factor times the sum of products of real views. */
static hearth_status add_products(const hearth_context *ctx, double factor, const hearth_view *a, const hearth_view *b, double *sum) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, false};
  double part = 0.0;
  hearth_reduce_start(&rule, 1, &part);
  const hearth_view acc = number_like(a, &part);
  HEARTH_TRY(ctx->backend->reduce->accumulate(ctx->queue, &rule, &acc, a, b));
  HEARTH_TRY(ctx->backend->wait(ctx->queue));
  *sum += factor * part;
  return HEARTH_OK;
}

static hearth_status inner_of_piece(const hearth_context *ctx, const hearth_view *a, const hearth_view *b, double sums[2]) {
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  if (!hearth_dtype_is_complex(a->dtype)) return add_products(ctx, 1.0, a, b, &sums[0]);
  const hearth_view x[2] = {hearth_view_component(a, 0), hearth_view_component(a, 1)}, y[2] = {hearth_view_component(b, 0), hearth_view_component(b, 1)};
  HEARTH_TRY(add_products(ctx, 1.0, &x[0], &y[0], &sums[0]));
  HEARTH_TRY(add_products(ctx, 1.0, &x[1], &y[1], &sums[0]));
  if (a->data == b->data) return HEARTH_OK; /* a square is real */
  HEARTH_TRY(add_products(ctx, 1.0, &x[0], &y[1], &sums[1]));
  return add_products(ctx, -1.0, &x[1], &y[0], &sums[1]);
}

hearth_status hearth_vectors_inner(const hearth_array *a, const hearth_array *b, double sums[2]) {
  for (int32_t p = 0; p < a->npieces && hearth_layout_is_primary(a->layout, a->ctx->rank); p++)
    HEARTH_TRY(inner_of_piece(a->ctx, &a->piece[p].view, &b->piece[p].view, sums));
  return HEARTH_OK;
}

hearth_status hearth_vectors_norm(const hearth_array *a, double *norm) {
  double sums[2] = {0.0, 0.0};
  HEARTH_TRY(hearth_agree(a->ctx, hearth_vectors_inner(a, a, sums)));
  HEARTH_TRY(hearth_allreduce_f64(a->ctx, sums, 1, HEARTH_OP_SUM));
  *norm = sqrt(sums[0]);
  return HEARTH_OK;
}
