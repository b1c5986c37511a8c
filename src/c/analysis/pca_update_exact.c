/* Reproducible updates: U^T Y and the Gram matrix of [U R] without rounding, still by one reduction each. Such sums want bounds of the elements that all ranks
 * know beforehand:
 * - U's are at most 1. Y's are expected below a power of two that follows what samples have been so far, with room to spare; the reduction itself counts how
 *   large they were (as many counters as there are exponents: a maximum by a sum), for the next time. A sample beyond the bound is not projected: R = Y then,
 *   and what is wanting is found in the Gram matrix of [U R], as all that a projection leaves over.
 * - R's are at most the length of their column, which follows from the products with Y: |R|^2 = |Y|^2 - 2 P . P + P^T U^T U P, with P = U^T Y, but for
 *   rounding. The first bunch has no P: it is bounded by twice its largest element.
 * How large the bounds are costs accuracy, not reproducibility: the slices hold 62 bits below them. */
#include "analysis/pca_update_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/gram_sums.h"
#include <math.h>
#include <string.h>

enum {
  LEAST = -1074, /* frexp's exponents are in LEAST + 1 .. 1024 */
  EXPONENTS = 1024 - LEAST + 1,
  HEADROOM = 6, /* bits between the largest sample so far and the bound for the next */
  ONE = 1       /* |u| <= 1, also after rounding: below 2^1 */
};

typedef struct hearth_exact_update {
  hearth_gram_sums sums; /* of the n_kept rows of U and the columns' */
  double *gram;          /* [n_kept + room]^2 */
  double *largest;       /* [n_kept + room] */
  int32_t *bound;        /* [room] exponents of R's columns */
} hearth_exact_update;

hearth_status hearth_exact_update_create(hearth_update *u) {
  const hearth_context *ctx = u->pca->ctx;
  const int64_t side = u->n_kept + u->room, size = sizeof(double);
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *u->exact, &u->exact));
  HEARTH_TRY(hearth_gram_sums_create(ctx, side, u->room + EXPONENTS + 1, &u->exact->sums));
  HEARTH_TRY(hearth_allocate(ctx, side * side * size, &u->exact->gram));
  HEARTH_TRY(hearth_allocate(ctx, side * size, &u->exact->largest));
  return hearth_allocate(ctx, u->room * (int64_t)sizeof *u->exact->bound, &u->exact->bound);
}

void hearth_exact_update_destroy(const hearth_context *ctx, struct hearth_exact_update **exact) {
  if (!*exact) return;
  if ((*exact)->sums.ctx) hearth_gram_sums_free(&(*exact)->sums);
  hearth_deallocate(ctx, (*exact)->gram);
  hearth_deallocate(ctx, (*exact)->largest);
  hearth_deallocate(ctx, (*exact)->bound);
  hearth_deallocate(ctx, *exact);
  *exact = NULL;
}

static int exponent_of(double x) {
  int exponent = LEAST;
  if (x > 0) frexp(x, &exponent);
  return exponent;
}

/* The rows [U; Y]: one matrix, because the columns lie behind the basis; with a merge's columns elsewhere, two. Only rows of directions in use are multiplied.
 */
static hearth_status add_rows(hearth_update *u) {
  hearth_pca *pca = u->pca;
  const int64_t n = pca->space.points, side = u->n_kept + u->b;
  hearth_gram_sums *sums = &u->exact->sums;
  if (n == 0 || !pca->space.primary) return HEARTH_OK;
  sums->n = side;
  const hearth_view rows = hearth_pca_matrix(pca->ctx, pca->basis, side, n, n, 1);
  HEARTH_TRY(hearth_gram_sums_add(sums, &rows));
  hearth_gram_sums_join(sums);
  return HEARTH_OK;
}

/* Clears the sums for a matrix of n_kept + b rows; returns where the caller's own words are. */
static int64_t *begin(hearth_update *u) {
  hearth_gram_sums *sums = &u->exact->sums;
  sums->n = u->n_kept + u->b;
  const int64_t words = hearth_gram_sums_words(sums->n);
  memset(sums->words, 0, (size_t)(words + u->room + EXPONENTS + 1) * sizeof *sums->words);
  for (int64_t i = 0; i < u->n_kept; i++) sums->exponent[i] = ONE;
  return sums->words + words;
}

/* Largest element of each column here; columns that are left out here are set to 0. Local. */
static hearth_status look_at_columns(hearth_update *u, const double *failures) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  memset(u->exact->largest, 0, (size_t)u->b * sizeof *u->exact->largest);
  if (n == 0) return HEARTH_OK;
  for (int64_t j = 0; j < u->b; j++) {
    const hearth_view row = hearth_pca_matrix(ctx, u->columns + j * n, 1, n, n, 1);
    if (failures[j] != 0) HEARTH_TRY(ctx->backend->fill(ctx->queue, &row, 0));
  }
  const hearth_view rows = hearth_pca_matrix(ctx, u->columns, u->b, n, n, 1);
  return ctx->backend->row_absmax(ctx->queue, &rows, u->exact->largest);
}

/* P from the rounded matrix, and the bounds of R; `too_large` [b]. */
static void take_projection(hearth_update *u, const int64_t *too_large, int largest) {
  const int64_t side = u->n_kept + u->b, k = u->k;
  const double *gram = u->exact->gram, error = (double)u->pca->space.global_points * ldexp(1, 2 * u->pca->stream.exponent - 58);
  for (int64_t j = 0; j < u->b; j++) {
    double *p = u->projection + j * k, square = gram[(u->n_kept + j) * (side + 1)], length = square;
    u->exact->bound[j] = largest + 1;
    for (int64_t i = 0; i < k; i++) p[i] = too_large[j] ? 0 : gram[(u->n_kept + j) * side + i];
    if (too_large[j] || k == 0) continue;
    for (int64_t i = 0; i < k; i++) {
      double row = -2 * p[i];
      for (int64_t l = 0; l < k; l++) row += gram[i * side + l] * p[l];
      length += p[i] * row;
    }
    u->exact->bound[j] = exponent_of(sqrt(fmax(length, 0) + 1e-13 * square + error)) + 1;
  }
}

hearth_status hearth_exact_update_project(hearth_update *u, const double *failures, double *sums) {
  hearth_pca *pca = u->pca;
  hearth_exact_update *exact = u->exact;
  int64_t *count = begin(u), *seen = count + u->b, too_large[u->b];
  hearth_status mine = look_at_columns(u, failures);
  int largest = LEAST;
  for (int64_t j = 0; j < u->b; j++) {
    const int exponent = exponent_of(exact->largest[j]);
    const bool beyond = u->k > 0 && exponent > pca->stream.exponent;
    largest = exponent > largest ? exponent : largest;
    exact->sums.exponent[u->n_kept + j] = exponent > pca->stream.exponent || u->k == 0 ? exponent : pca->stream.exponent;
    /* Failures and columns beyond the bound are counted in two halves of a word. */
    count[j] = (failures[j] != 0 || mine != HEARTH_OK) + ((int64_t)beyond << 32);
  }
  if (mine == HEARTH_OK && pca->space.points > 0) seen[largest - LEAST]++;
  if (mine == HEARTH_OK && u->k > 0) mine = add_rows(u);
  if (mine != HEARTH_OK)
    for (int64_t j = 0; j < u->b; j++) count[j] |= 1;
  HEARTH_TRY(hearth_allreduce_i64(pca->ctx, exact->sums.words, hearth_gram_sums_words(exact->sums.n) + u->b + EXPONENTS, HEARTH_OP_SUM));
  for (int64_t j = 0; j < u->b; j++) {
    sums[j] = (double)(count[j] & 0xffffffff);
    too_large[j] = count[j] >> 32;
    exact->sums.exponent[u->n_kept + j] = pca->stream.exponent;
  }
  largest = LEAST;
  for (int e = 0; e < EXPONENTS; e++)
    if (seen[e] > 0) largest = LEAST + e;
  hearth_gram_sums_round(&exact->sums, exact->gram);
  take_projection(u, too_large, largest);
  if (largest + HEADROOM > pca->stream.exponent || u->k == 0) pca->stream.exponent = largest + HEADROOM;
  return HEARTH_OK;
}

/* The bounds that were promised hold. Local. */
static hearth_status check_bounds(hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const int64_t n = pca->space.points;
  if (n == 0) return HEARTH_OK;
  const hearth_view rows = hearth_pca_matrix(pca->ctx, u->columns, u->b, n, n, 1);
  HEARTH_TRY(pca->ctx->backend->row_absmax(pca->ctx->queue, &rows, u->exact->largest));
  for (int64_t j = 0; j < u->b; j++)
    if (exponent_of(u->exact->largest[j]) > u->exact->bound[j])
      return hearth_fail(pca->ctx, HEARTH_ERR_NUMERICAL, "partial_fit: the part of sample %lld outside the basis is larger than it can be (%g)",
                         (long long)(pca->stream.samples + j), u->exact->largest[j]);
  return HEARTH_OK;
}

hearth_status hearth_exact_update_gram(hearth_update *u, hearth_status mine) {
  const hearth_context *ctx = u->pca->ctx;
  hearth_gram_sums *sums = &u->exact->sums;
  int64_t *failed = begin(u);
  const int64_t all = sums->n, side = u->k + u->b;
  for (int64_t j = 0; j < u->b; j++) sums->exponent[u->n_kept + j] = u->exact->bound[j];
  if (mine == HEARTH_OK) mine = check_bounds(u);
  if (mine == HEARTH_OK) mine = add_rows(u);
  *failed = mine != HEARTH_OK;
  HEARTH_TRY(hearth_allreduce_i64(ctx, sums->words, hearth_gram_sums_words(all) + 1, HEARTH_OP_SUM));
  if (*failed) return hearth_agree(ctx, mine);
  hearth_gram_sums_round(sums, u->exact->gram);
  for (int64_t i = 0; i < side; i++)
    for (int64_t j = 0; j < side; j++) {
      const int64_t row = i < u->k ? i : u->n_kept + i - u->k, column = j < u->k ? j : u->n_kept + j - u->k;
      u->gram[i * side + j] = u->exact->gram[row * all + column];
    }
  return HEARTH_OK;
}
