/* The Gram matrix as a sum of integers: slices of the elements are multiplied and summed exactly by the backend (kernels/exact.h), as three levels of int64;
 * these are joined to fixed-point numbers of three words of 42 bits, which ranks add up as integers; one rounding at the end. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/exact.h"
#include "tensor/gram.h"
#include <math.h>
#include <string.h>

enum { WORDS = 3, WORD_BITS = 42 };
/* The lowest bit of level 2: twice the lowest of s1, or s0's and s2's together. */
enum { LOWEST = 2 - 4 * HEARTH_EXACT_SLICE_BITS };

typedef struct gram_sums {
  const hearth_context *ctx;
  int64_t n, columns; /* that the levels hold */
  double *largest;    /* [n] */
  int32_t *exponent;  /* [n] */
  int64_t *levels;    /* [3][n][n] */
  int64_t *words;     /* [3][n (n + 1) / 2] */
} gram_sums;

static hearth_status find_largest(void *task, const hearth_view *matrix) {
  gram_sums *sums = task;
  double *largest = sums->largest + sums->n;
  HEARTH_TRY(sums->ctx->backend->exact->gram_range(sums->ctx->queue, matrix, largest));
  HEARTH_TRY(sums->ctx->backend->wait(sums->ctx->queue));
  /* Infinity stands for what is not finite: the maximum over ranks keeps it. */
  for (int64_t i = 0; i < sums->n; i++)
    if (!(largest[i] <= sums->largest[i])) sums->largest[i] = isfinite(largest[i]) ? largest[i] : INFINITY;
  return HEARTH_OK;
}

/* V := level 0 2^42 + level 1 2^21 + level 2 in three words; the lower two are not negative. */
static void join_levels(gram_sums *sums) {
  const int64_t n = sums->n, pairs = n * (n + 1) / 2, low = ((int64_t)1 << HEARTH_EXACT_SLICE_BITS) - 1;
  int64_t *word = sums->words;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++, word++) {
      const int64_t l2 = sums->levels[(2 * n + i) * n + j], l1 = sums->levels[(n + i) * n + j] + (l2 >> HEARTH_EXACT_SLICE_BITS);
      const int64_t l0 = sums->levels[i * n + j] + (l1 >> HEARTH_EXACT_SLICE_BITS);
      word[0] += (l2 & low) | (l1 & low) << HEARTH_EXACT_SLICE_BITS;
      word[pairs] += l0 & (((int64_t)1 << WORD_BITS) - 1);
      word[2 * pairs] += l0 >> WORD_BITS;
    }
  if (n > 0) memset(sums->levels, 0, (size_t)(HEARTH_EXACT_LEVELS * n * n) * sizeof *sums->levels);
  sums->columns = 0;
}

static hearth_status add_products(void *task, const hearth_view *matrix) {
  gram_sums *sums = task;
  const hearth_context *ctx = sums->ctx;
  for (int64_t j = 0; j < matrix->extent[1];) {
    const int64_t left = matrix->extent[1] - j, room = HEARTH_EXACT_GRAM_COLUMNS - sums->columns, count = left < room ? left : room;
    const hearth_view part = hearth_view_part(matrix, 1, j, count);
    HEARTH_TRY(ctx->backend->exact->gram(ctx->queue, &part, sums->exponent, sums->levels));
    HEARTH_TRY(ctx->backend->wait(ctx->queue));
    sums->columns += count;
    j += count;
    if (sums->columns == HEARTH_EXACT_GRAM_COLUMNS) join_levels(sums);
  }
  return HEARTH_OK;
}

/* Largest elements to exponents, the same on all ranks. */
static hearth_status find_exponents(gram_sums *sums, hearth_status mine) {
  HEARTH_TRY(hearth_agree(sums->ctx, mine));
  HEARTH_TRY(hearth_allreduce_f64(sums->ctx, sums->largest, sums->n, HEARTH_OP_MAX));
  for (int64_t i = 0; i < sums->n; i++) {
    int exponent = 0;
    if (isinf(sums->largest[i]))
      return hearth_agree(sums->ctx, hearth_fail(sums->ctx, HEARTH_ERR_NOT_FINITE,
                                                 "row %lld of the Gram matrix has an element that is NaN or infinite: a reproducible one is of finite numbers",
                                                 (long long)i));
    frexp(sums->largest[i], &exponent);
    sums->exponent[i] = exponent;
  }
  return HEARTH_OK;
}

/* 2^exponent (w0 + 2^42 w1 + 2^84 w2), rounded. */
static double round_words(int64_t w0, int64_t w1, int64_t w2, int exponent) {
  const int64_t half = (int64_t)1 << (WORD_BITS - 1);
  const int64_t carry0 = (w0 + half) >> WORD_BITS, carry1 = (w1 + carry0 + half) >> WORD_BITS;
  /* Digits with signs: none is larger than half of the next one's unit, so that nothing cancels when they are added. */
  const double low = (double)(w0 - carry0 * 2 * half), middle = (double)(w1 + carry0 - carry1 * 2 * half) * 0x1p42, high = (double)(w2 + carry1) * 0x1p84;
  const double sum = high + middle, error = middle - (sum - high); /* |high| >= |middle|, or high = 0 */
  return ldexp(sum + (error + low), exponent);
}

static void round_all(const gram_sums *sums, double *gram) {
  const int64_t n = sums->n, pairs = n * (n + 1) / 2;
  const int64_t *word = sums->words;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++, word++)
      gram[i * n + j] = gram[j * n + i] = round_words(word[0], word[pairs], word[2 * pairs], sums->exponent[i] + sums->exponent[j] + LOWEST);
}

static hearth_status allocate_sums(gram_sums *sums) {
  const int64_t n = sums->n;
  HEARTH_TRY(hearth_allocate_zero(sums->ctx, 2 * n * (int64_t)sizeof(double), &sums->largest));
  HEARTH_TRY(hearth_allocate(sums->ctx, n * (int64_t)sizeof(int32_t), &sums->exponent));
  HEARTH_TRY(hearth_allocate_zero(sums->ctx, HEARTH_EXACT_LEVELS * n * n * (int64_t)sizeof(int64_t), &sums->levels));
  return hearth_allocate_zero(sums->ctx, WORDS * (n * (n + 1) / 2) * (int64_t)sizeof(int64_t), &sums->words);
}

hearth_status hearth_gram_exact(const hearth_gram_rows *rows, double *gram) {
  const hearth_context *ctx = rows->array->ctx;
  gram_sums sums = {.ctx = ctx, .n = rows->n};
  hearth_status status = allocate_sums(&sums);
  if (status == HEARTH_OK) status = hearth_gram_blocks(rows, false, find_largest, &sums);
  status = find_exponents(&sums, status);
  if (status == HEARTH_OK) {
    status = hearth_gram_blocks(rows, false, add_products, &sums);
    if (status == HEARTH_OK) join_levels(&sums);
    status = hearth_agree(ctx, status);
  }
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, sums.words, WORDS * (sums.n * (sums.n + 1) / 2), HEARTH_OP_SUM);
  if (status == HEARTH_OK) round_all(&sums, gram);
  hearth_deallocate(ctx, sums.largest);
  hearth_deallocate(ctx, sums.exponent);
  hearth_deallocate(ctx, sums.levels);
  hearth_deallocate(ctx, sums.words);
  return status;
}
