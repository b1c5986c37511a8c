/* The Gram matrix as a sum of integers: one pass over the elements finds the range of every row, a second adds the products. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/exact.h"
#include "tensor/gram.h"
#include "tensor/gram_sums.h"
#include <math.h>

typedef struct range_task {
  const hearth_context *ctx;
  int64_t n;
  double *largest; /* [n] so far, and [n] of a block */
} range_task;

static hearth_status find_largest(void *task, const hearth_view *matrix) {
  range_task *range = task;
  double *block = range->largest + range->n;
  HEARTH_TRY(range->ctx->backend->exact->gram_range(range->ctx->queue, matrix, block));
  HEARTH_TRY(range->ctx->backend->wait(range->ctx->queue));
  /* Infinity stands for what is not finite: the maximum over ranks keeps it. */
  for (int64_t i = 0; i < range->n; i++)
    if (!(block[i] <= range->largest[i])) range->largest[i] = isfinite(block[i]) ? block[i] : INFINITY;
  return HEARTH_OK;
}

static hearth_status add_products(void *task, const hearth_view *matrix) {
  return hearth_gram_sums_add(task, matrix);
}

/* Largest elements to exponents, the same on all ranks. */
static hearth_status find_exponents(const range_task *range, hearth_status mine, int32_t *exponents) {
  HEARTH_TRY(hearth_agree(range->ctx, mine));
  HEARTH_TRY(hearth_allreduce_f64(range->ctx, range->largest, range->n, HEARTH_OP_MAX));
  for (int64_t i = 0; i < range->n; i++) {
    int exponent = 0;
    if (isinf(range->largest[i]))
      return hearth_agree(range->ctx, hearth_fail(range->ctx, HEARTH_ERR_NOT_FINITE,
                                                  "row %lld of the Gram matrix has an element that is NaN or infinite: a reproducible one is of finite numbers",
                                                  (long long)i));
    frexp(range->largest[i], &exponent);
    exponents[i] = exponent;
  }
  return HEARTH_OK;
}

hearth_status hearth_gram_exact(const hearth_gram_rows *rows, double *gram) {
  const hearth_context *ctx = rows->array->ctx;
  range_task range = {.ctx = ctx, .n = rows->n};
  hearth_gram_sums sums;
  hearth_status status = hearth_gram_sums_create(ctx, rows->n, 0, &sums);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, 2 * rows->n * (int64_t)sizeof(double), &range.largest);
  if (status == HEARTH_OK) status = hearth_gram_blocks(rows, false, find_largest, &range);
  status = find_exponents(&range, status, sums.exponent);
  if (status == HEARTH_OK) {
    status = hearth_gram_blocks(rows, false, add_products, &sums);
    if (status == HEARTH_OK) hearth_gram_sums_join(&sums);
    status = hearth_agree(ctx, status);
  }
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, sums.words, hearth_gram_sums_words(sums.n), HEARTH_OP_SUM);
  if (status == HEARTH_OK) hearth_gram_sums_round(&sums, gram);
  hearth_deallocate(ctx, range.largest);
  hearth_gram_sums_free(&sums);
  return status;
}
