/* Slices of the elements are multiplied and summed exactly by the backend (kernels/exact.h), as three levels of int64; these are joined to fixed-point numbers
 * of three words of 42 bits; one rounding at the end. */
#include "tensor/gram_sums.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/exact.h"
#include <math.h>
#include <string.h>

/* The lowest bit of level 2: twice the lowest of s1, or s0's and s2's together. */
enum { LOWEST = 2 - 4 * HEARTH_EXACT_SLICE_BITS };

int64_t hearth_gram_sums_words(int64_t n) {
  return HEARTH_GRAM_WORDS * (n * (n + 1) / 2);
}

hearth_status hearth_gram_sums_create(const hearth_context *ctx, int64_t n, int64_t extra, hearth_gram_sums *sums) {
  *sums = (hearth_gram_sums){.ctx = ctx, .n = n};
  HEARTH_TRY(hearth_allocate_zero(ctx, n * (int64_t)sizeof(int32_t), &sums->exponent));
  HEARTH_TRY(hearth_allocate_zero(ctx, HEARTH_EXACT_LEVELS * n * n * (int64_t)sizeof(int64_t), &sums->levels));
  return hearth_allocate_zero(ctx, (hearth_gram_sums_words(n) + extra) * (int64_t)sizeof(int64_t), &sums->words);
}

void hearth_gram_sums_free(hearth_gram_sums *sums) {
  hearth_deallocate(sums->ctx, sums->exponent);
  hearth_deallocate(sums->ctx, sums->levels);
  hearth_deallocate(sums->ctx, sums->words);
  *sums = (hearth_gram_sums){0};
}

/* V := level 0 2^42 + level 1 2^21 + level 2 in three words; the lower two are not negative. */
void hearth_gram_sums_join(hearth_gram_sums *sums) {
  const int64_t n = sums->n, pairs = n * (n + 1) / 2, low = ((int64_t)1 << HEARTH_EXACT_SLICE_BITS) - 1;
  int64_t *word = sums->words;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++, word++) {
      const int64_t l2 = sums->levels[(2 * n + i) * n + j], l1 = sums->levels[(n + i) * n + j] + (l2 >> HEARTH_EXACT_SLICE_BITS);
      const int64_t l0 = sums->levels[i * n + j] + (l1 >> HEARTH_EXACT_SLICE_BITS);
      word[0] += (l2 & low) | (l1 & low) << HEARTH_EXACT_SLICE_BITS;
      word[pairs] += l0 & (((int64_t)1 << HEARTH_GRAM_WORD_BITS) - 1);
      word[2 * pairs] += l0 >> HEARTH_GRAM_WORD_BITS;
    }
  if (n > 0) memset(sums->levels, 0, (size_t)(HEARTH_EXACT_LEVELS * n * n) * sizeof *sums->levels);
  sums->columns = 0;
}

hearth_status hearth_gram_sums_add(hearth_gram_sums *sums, const hearth_view *matrix) {
  const hearth_context *ctx = sums->ctx;
  for (int64_t j = 0; j < matrix->extent[1];) {
    const int64_t left = matrix->extent[1] - j, room = HEARTH_EXACT_GRAM_COLUMNS - sums->columns, count = left < room ? left : room;
    const hearth_view part = hearth_view_part(matrix, 1, j, count);
    HEARTH_TRY(ctx->backend->exact->gram(ctx->queue, &part, sums->exponent, sums->levels));
    HEARTH_TRY(ctx->backend->wait(ctx->queue));
    sums->columns += count;
    j += count;
    if (sums->columns == HEARTH_EXACT_GRAM_COLUMNS) hearth_gram_sums_join(sums);
  }
  return HEARTH_OK;
}

/* 2^exponent (w0 + 2^42 w1 + 2^84 w2), rounded. */
static double round_words(int64_t w0, int64_t w1, int64_t w2, int exponent) {
  const int64_t half = (int64_t)1 << (HEARTH_GRAM_WORD_BITS - 1);
  const int64_t carry0 = (w0 + half) >> HEARTH_GRAM_WORD_BITS, carry1 = (w1 + carry0 + half) >> HEARTH_GRAM_WORD_BITS;
  /* Digits with signs: none is larger than half of the next one's unit, so that nothing cancels when they are added. */
  const double low = (double)(w0 - carry0 * 2 * half), middle = (double)(w1 + carry0 - carry1 * 2 * half) * 0x1p42, high = (double)(w2 + carry1) * 0x1p84;
  const double sum = high + middle, error = middle - (sum - high); /* |high| >= |middle|, or high = 0 */
  return ldexp(sum + (error + low), exponent);
}

void hearth_gram_sums_round(const hearth_gram_sums *sums, double *gram) {
  const int64_t n = sums->n, pairs = n * (n + 1) / 2;
  const int64_t *word = sums->words;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++, word++)
      gram[i * n + j] = gram[j * n + i] = round_words(word[0], word[pairs], word[2 * pairs], sums->exponent[i] + sums->exponent[j] + LOWEST);
}
