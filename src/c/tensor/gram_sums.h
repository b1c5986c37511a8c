/* Gram matrices of rows that lie on several ranks, without rounding: sums of integers in words of 42 bits, which ranks add up by one integer reduction. */
#ifndef HEARTH_TENSOR_GRAM_SUMS_H
#define HEARTH_TENSOR_GRAM_SUMS_H
#include "kernels/backend.h"

enum { HEARTH_GRAM_WORDS = 3, HEARTH_GRAM_WORD_BITS = 42 };

typedef struct hearth_gram_sums {
  const hearth_context *ctx;
  int64_t n, columns; /* that the levels hold */
  int32_t *exponent;  /* [n] |row i| <= 2^exponent[i]; the caller's to set, the same on all ranks */
  int64_t *levels;    /* [3][n][n] */
  int64_t *words;     /* [3][n (n + 1) / 2], and behind them `extra` of the caller's */
} hearth_gram_sums;

/* Memory, zero; to be freed also after a failure. Local. */
hearth_status hearth_gram_sums_create(const hearth_context *ctx, int64_t n, int64_t extra, hearth_gram_sums *sums);
void hearth_gram_sums_free(hearth_gram_sums *sums);
/* Number of words that ranks add up. */
int64_t hearth_gram_sums_words(int64_t n);
/* Adds the products of the rows of a matrix [n, k] of any real dtype in the backend's space. Local. */
hearth_status hearth_gram_sums_add(hearth_gram_sums *sums, const hearth_view *matrix);
/* Brings what was added into the words. */
void hearth_gram_sums_join(hearth_gram_sums *sums);
/* gram [n, n]: the words, rounded once. */
void hearth_gram_sums_round(const hearth_gram_sums *sums, double *gram);

#endif
