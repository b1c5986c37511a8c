/* The small matrices of the sketch, on rank 0.
 *
 * The co-range sketch (Y A)^T, a row per sample, is needed for an orthonormal basis Q of its range alone, and that only through products with Q. So not the
 * rows are kept but the triangle of their QR factorisation and P Q, E A Q; a bunch of new rows turns all three. A column of ones goes with the rows: with it
 * what belongs to the centred data A (I - 1 1^T / N) is known in the same basis when the mean is. */
#include "analysis/pca_sketch_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include <math.h>
#include <string.h>

/* new [rows, c] := [old, more] Q for Q [c + m, c]; old [rows, c], more [rows, m]; `joined` is scratch [rows, c + m]. */
static void turn(int64_t rows, int64_t c, int64_t m, const double *q, double *old, const double *more, int64_t leading, double *joined) {
  memcpy(joined, old, (size_t)(rows * c) * sizeof *joined);
  for (int64_t j = 0; j < m; j++) memcpy(joined + (c + j) * rows, more + j * leading, (size_t)rows * sizeof *joined);
  hearth_small_multiply(false, rows, c, c + m, joined, q, old);
}

static void add_sums(hearth_sketch *sk, int64_t m, const double *mx, const double *p) {
  const int64_t k = sk->k, s = sk->s, q = sk->q, all = k + s + q;
  for (int64_t j = 0; j < m; j++) {
    const double *y = mx + j * all, *f = y + k, *e = f + s;
    for (int64_t i = 0; i < k; i++) sk->sum_y[i] += y[i];
    for (int64_t i = 0; i < s; i++) sk->sum_f[i] += f[i];
    for (int64_t i = 0; i < s; i++) sk->sum_p[i] += p[j * s + i];
    for (int64_t i = 0; i < q; i++) sk->sum_e[i] += e[i];
    for (int64_t i = 0; i < q; i++) *sk->error_squares += e[i] * e[i];
    for (int64_t l = 0; l < s; l++)
      for (int64_t i = 0; i < s; i++) sk->core[l * s + i] += f[i] * p[j * s + l];
  }
}

hearth_status hearth_sketch_take(hearth_pca *pca, int64_t first, int64_t m, const double *mx) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t k = sk->k, s = sk->s, c = k + 1, rows = c + m, all = k + s + sk->q, size = 2 * rows * c + c + s * m + s * rows + k;
  double *work = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, size * (int64_t)sizeof *work, &work));
  double *stack = work, *q = stack + rows * c, *tau = q + rows * c, *p = tau + c, *joined = p + s * m, *unused = joined + s * rows;
  for (int64_t j = 0; j < m; j++) hearth_sketch_weights(pca, first + j, unused, p + j * s);
  for (int64_t j = 0; j < c; j++) {
    memcpy(stack + j * rows, sk->triangle + j * c, (size_t)c * sizeof *stack);
    for (int64_t i = 0; i < m; i++) stack[j * rows + c + i] = j < k ? mx[i * all + j] : 1;
    q[j * rows + j] = 1;
  }
  hearth_status status = hearth_small_qr(ctx, 1, rows, c, stack, tau);
  if (status == HEARTH_OK) status = hearth_small_apply_q(ctx, 1, rows, c, c, stack, tau, q);
  if (status == HEARTH_OK) {
    for (int64_t j = 0; j < c; j++)
      for (int64_t i = 0; i < c; i++) sk->triangle[j * c + i] = i <= j ? stack[j * rows + i] : 0;
    turn(s, c, m, q, sk->turned, p, s, joined);
    turn(sk->q, c, m, q, sk->error, mx + k + s, all, joined);
    add_sums(sk, m, mx, p);
  }
  hearth_deallocate(ctx, work);
  return status;
}

/* x [n, columns] := the least squares solution of a x = b, a [m, n] of full rank and well conditioned, b [m, columns]. */
static hearth_status least_squares(const hearth_context *ctx, int64_t m, int64_t n, int64_t columns, const double *a, const double *b, double *x) {
  double *l = NULL;
  HEARTH_TRY(hearth_allocate(ctx, n * n * (int64_t)sizeof *l, &l));
  hearth_small_multiply(true, n, n, m, a, a, l);
  hearth_small_multiply(true, n, columns, m, a, b, x);
  hearth_status status = hearth_small_cholesky(ctx, n, l);
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, false, n, l, columns, x);
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, true, n, l, columns, x);
  hearth_deallocate(ctx, l);
  return status;
}

static void transpose(int64_t m, int64_t n, const double *a, double *t) {
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < m; i++) t[i * n + j] = a[j * m + i];
}

/* The small matrices about the mean, in an orthonormal basis V [k + 1, columns] of the centred co-range: P Q V [s, columns], E A Q V [q, columns] and the
 * core [s, s]. */
static hearth_status centre(const hearth_pca *pca, double *v, double *pv, double *ev, double *core, int64_t *columns) {
  const hearth_sketch *sk = pca->stream.sketch;
  const int64_t k = sk->k, s = sk->s, q = sk->q, c = k + 1;
  const double n = (double)pca->stream.samples, *ones = sk->triangle + k * c;
  double *shifted = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, (c * k + k) * (int64_t)sizeof *shifted, &shifted));
  double *value = shifted + c * k;
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < c; i++) shifted[j * c + i] = sk->triangle[j * c + i] - ones[i] * sk->sum_y[j] / n;
  const hearth_status status = hearth_small_left_svd(pca->ctx, c, k, shifted, value, v);
  *columns = 0;
  while (status == HEARTH_OK && *columns < k && value[*columns] > 1e-12 * value[0]) ++*columns;
  hearth_deallocate(pca->ctx, shifted);
  if (status != HEARTH_OK) return status;
  hearth_small_multiply(false, s, *columns, c, sk->turned, v, pv);
  hearth_small_multiply(false, q, *columns, c, sk->error, v, ev);
  for (int64_t j = 0; j < *columns; j++) {
    double one = 0; /* the centred co-range is orthogonal to the ones, but for rounding */
    for (int64_t i = 0; i < c; i++) one += v[j * c + i] * ones[i];
    for (int64_t i = 0; i < q; i++) ev[j * q + i] -= sk->sum_e[i] / n * one;
  }
  for (int64_t j = 0; j < s; j++)
    for (int64_t i = 0; i < s; i++) core[j * s + i] = sk->core[j * s + i] - sk->sum_f[i] * sk->sum_p[j] / n;
  return HEARTH_OK;
}

/* Squares of E (A - B L^-T X V^T ...): what the approximation with the small core x [rank, columns] misses, per row of E. */
static double missed(const hearth_pca *pca, int64_t rank, int64_t columns, const double *eb, const double *x, const double *ev) {
  const hearth_sketch *sk = pca->stream.sketch;
  double sum = *sk->error_squares;
  for (int64_t i = 0; i < sk->q; i++) sum -= sk->sum_e[i] * sk->sum_e[i] / (double)pca->stream.samples;
  for (int64_t j = 0; j < columns; j++)
    for (int64_t i = 0; i < sk->q; i++) {
      double difference = ev[j * sk->q + i];
      sum -= difference * difference;
      for (int64_t l = 0; l < rank; l++) difference -= eb[l * sk->q + i] * x[j * rank + l];
      sum += difference * difference;
    }
  return fmax(sum, 0) / (double)sk->q;
}

hearth_status hearth_sketch_solve(hearth_pca *pca, int64_t rank, const double *gram, const double *mb, double *sigma, double *z, double *answer) {
  const hearth_context *ctx = pca->ctx;
  const hearth_sketch *sk = pca->stream.sketch;
  const int64_t k = sk->k, s = sk->s, q = sk->q, c = k + 1, all = k + s + q;
  const int64_t part[] = {c * k, s * k, q * k, s * s, k * k, s * k, q * k, k * s, s * k, k * k, k * k, k * k, k, s * k};
  double *at[14], *memory = NULL;
  int64_t size = 0, columns = 0;
  for (int i = 0; i < 14; i++) size += part[i];
  HEARTH_TRY(hearth_allocate_zero(ctx, size * (int64_t)sizeof *memory, &memory));
  at[0] = memory;
  for (int i = 1; i < 14; i++) at[i] = at[i - 1] + part[i - 1];
  double *v = at[0], *pv = at[1], *ev = at[2], *core = at[3], *l = at[4], *fb = at[5], *eb = at[6], *left = at[7], *left_t = at[8], *x_t = at[9], *x = at[10],
         *u = at[11], *value = at[12], *scratch = at[13];
  hearth_status status = centre(pca, v, pv, ev, core, &columns);
  /* The basis made orthonormal: B L^-T, and its products with F and E. */
  for (int64_t j = 0; j < rank; j++) memcpy(l + j * rank, gram + j * k, (size_t)rank * sizeof *l);
  if (status == HEARTH_OK) status = hearth_small_cholesky(ctx, rank, l);
  for (int64_t j = 0; j < rank; j++) {
    for (int64_t i = 0; i < s; i++) left[i * rank + j] = mb[j * all + k + i];
    for (int64_t i = 0; i < q; i++) scratch[i * rank + j] = mb[j * all + k + s + i];
  }
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, false, rank, l, s, left);
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, false, rank, l, q, scratch);
  if (status != HEARTH_OK || columns == 0 || rank == 0) goto done;
  transpose(rank, s, left, fb);
  transpose(rank, q, scratch, eb);
  /* x = (F B)^+ core ((P V)^+)^T */
  HEARTH_GOTO(done, least_squares(ctx, s, rank, s, fb, core, left));
  transpose(rank, s, left, left_t);
  HEARTH_GOTO(done, least_squares(ctx, s, columns, rank, pv, left_t, x_t));
  transpose(columns, rank, x_t, x);
  answer[2] = missed(pca, rank, columns, eb, x, ev);
  HEARTH_GOTO(done, hearth_small_left_svd(ctx, rank, columns, x, value, u));
  const int64_t least = rank < columns ? rank : columns;
  int64_t found = 0;
  while (found < least && value[found] > 1e-10 * value[0]) found++;
  HEARTH_GOTO(done, hearth_small_solve_lower(ctx, true, rank, l, found, u));
  for (int64_t j = 0; j < found; j++) {
    sigma[j] = value[j];
    memcpy(z + j * k, u + j * rank, (size_t)rank * sizeof *z);
  }
  answer[0] = (double)found;
done:
  hearth_deallocate(ctx, memory);
  return status;
}
