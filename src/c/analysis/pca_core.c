/* Blocked incremental SVD with running mean, in coordinates (Brand 2006; Ross, Lim, Lin, Yang 2008).
 *
 * U diag(s) represents the centred data so far (scatter S = U diag(s)^2 U^T, weight n); Y holds the new samples minus the old mean, D the roots of their
 * weights, of sum m. With e = D 1 the scatter about the new mean is S + (Y D C)(Y D C)^T, C = I - a e e^T with (1 - a m)^2 = n / (n + m): no extra column for
 * the shift of the mean is needed.
 * The measured Gram matrix of [U R] makes the basis orthonormal again in every update: U = Uo L^T with L the Cholesky factor of U^T U, and
 * R = Uo Z + Q T with T^T T = R^T R - Z^T Z, found by an eigenvalue problem after scaling R's columns to unit length. */
#include "analysis/pca_core_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include <math.h>
#include <string.h>

/* Directions of R below this share of their columns' length are rounding. */
#define NOISE 1e-13
/* Singular values below this share of the largest are no directions. */
#define NOTHING 1e-14

typedef struct hearth_core_work {
  int64_t k, b, r, q; /* r new directions; q = k + r */
  double *lower;      /* L [k, k] */
  double *z;          /* Z [k, b] */
  double *length;     /* D [b] */
  double *vector;     /* V [b, b] */
  double *lambda;     /* [b] */
  double *y;          /* coordinates of Y in [Uo Q]: [k + b, b], the first q rows in use */
  double *core;       /* [q, k + b] */
  double *left;       /* W [q, min] */
  double *value;      /* [k + b] */
  double *scratch;    /* [(k + b)^2] */
} hearth_core_work;

static hearth_status allocate_work(const hearth_context *ctx, hearth_core_work *w, double **memory) {
  const int64_t k = w->k, b = w->b, s = k + b, sizes[] = {k * k, k * b, b, b * b, b, s * b, s * s, s * s, s, s * s};
  double **const part[] = {&w->lower, &w->z, &w->length, &w->vector, &w->lambda, &w->y, &w->core, &w->left, &w->value, &w->scratch};
  int64_t total = 0;
  for (int i = 0; i < 10; i++) total += sizes[i];
  HEARTH_TRY(hearth_allocate_zero(ctx, (total + 1) * (int64_t)sizeof **memory, memory));
  double *next = *memory;
  for (int i = 0; i < 10; i++) {
    *part[i] = next;
    next += sizes[i];
  }
  return HEARTH_OK;
}

/* L and Z. */
static hearth_status factor_old(const hearth_context *ctx, const hearth_core_problem *p, hearth_core_work *w) {
  const int64_t k = w->k, b = w->b, s = k + b;
  for (int64_t j = 0; j < k; j++) memcpy(w->lower + j * k, p->gram + j * s, k * sizeof *w->lower);
  for (int64_t j = 0; j < b; j++) memcpy(w->z + j * k, p->gram + (k + j) * s, k * sizeof *w->z);
  HEARTH_TRY(hearth_small_cholesky(ctx, k, w->lower));
  return hearth_small_solve_lower(ctx, false, k, w->lower, b, w->z);
}

/* D, V, lambda: the new directions; r of them. *noise: the largest squared length among what is dropped. */
static hearth_status factor_new(const hearth_context *ctx, const hearth_core_problem *p, hearth_core_work *w, double *noise) {
  const int64_t k = w->k, b = w->b, s = k + b;
  double *t = w->scratch, *zz = w->core, largest = 0;
  hearth_small_multiply(true, b, b, k, w->z, w->z, zz);
  for (int64_t j = 0; j < b; j++) {
    w->length[j] = sqrt(fmax(p->gram[(k + j) * s + k + j], 0));
    largest = fmax(largest, w->length[j] * w->length[j]);
  }
  for (int64_t j = 0; j < b; j++)
    for (int64_t i = 0; i < b; i++) {
      const double d = w->length[i] * w->length[j];
      t[j * b + i] = d > 0 ? (p->gram[(k + j) * s + k + i] - zz[j * b + i]) / d : 0;
    }
  HEARTH_TRY(hearth_small_eigh(ctx, b, t, b, w->lambda, w->vector));
  while (w->r < b && w->lambda[w->r] > NOISE) w->r++;
  *noise = w->r < b ? NOISE * largest : 0;
  w->q = k + w->r;
  return HEARTH_OK;
}

/* Y in the basis [Uo Q]: top L^T P + Z, bottom T = lambda^1/2 V^T D. */
static void coordinates(const hearth_core_problem *p, hearth_core_work *w) {
  const int64_t k = w->k, b = w->b, q = w->q;
  hearth_small_multiply(true, k, b, k, w->lower, p->projection, w->scratch);
  for (int64_t j = 0; j < b; j++) {
    for (int64_t i = 0; i < k; i++) w->y[j * q + i] = w->scratch[j * k + i] + w->z[j * k + i];
    for (int64_t i = 0; i < w->r; i++) w->y[j * q + k + i] = sqrt(w->lambda[i]) * w->vector[i * b + j] * w->length[j];
    if (p->root[j] == 0) memset(w->y + j * q, 0, q * sizeof *w->y);
  }
}

/* Sum of the weighted columns of Y, what their squares sum to, and the sum of the weights. */
static void sum_columns(const hearth_core_problem *p, const hearth_core_work *w, double *sum, double *squares, double *weight) {
  const int64_t q = w->q;
  for (int64_t j = 0; j < w->b; j++) {
    const double weight_j = p->root[j] * p->root[j];
    *weight += weight_j;
    for (int64_t i = 0; i < q; i++) {
      const double y = w->y[j * q + i];
      if (!p->centred) sum[i] += weight_j * y;
      *squares += weight_j * y * y;
    }
  }
}

/* The core [L^T diag(s), Y D C] and its left singular vectors. */
static hearth_status solve_core(const hearth_context *ctx, const hearth_core_problem *p, hearth_core_work *w, const double *sum, double weight) {
  const int64_t k = w->k, b = w->b, q = w->q;
  const double a = p->centred ? 0 : (1 - sqrt(p->before / (p->before + weight))) / weight;
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < q; i++) w->core[j * q + i] = i < k ? w->lower[i * k + j] * (p->sigma[j] * p->decay) : 0;
  for (int64_t j = 0; j < b; j++)
    for (int64_t i = 0; i < q; i++) w->core[(k + j) * q + i] = p->root[j] * (w->y[j * q + i] - a * sum[i]);
  return hearth_small_left_svd(ctx, q, k + b, w->core, w->value, w->left);
}

/* z from W: on U  L^-T (W_top - Z T+ W_bottom), on R  T+ W_bottom, T+ = D^-1 V lambda^-1/2. */
static hearth_status basis_matrix(const hearth_context *ctx, const hearth_core_problem *p, hearth_core_work *w, int64_t rank, double *z) {
  const int64_t k = w->k, b = w->b, q = w->q, rows = p->n_kept + b;
  double *top = w->core, *bottom = w->core + k * rank, *product = w->scratch;
  for (int64_t j = 0; j < rank; j++)
    for (int64_t i = 0; i < b; i++) {
      double x = 0;
      for (int64_t l = 0; l < w->r; l++) x += w->vector[l * b + i] * w->left[j * q + k + l] / sqrt(w->lambda[l]);
      bottom[j * b + i] = w->length[i] > 0 ? x / w->length[i] : 0;
    }
  hearth_small_multiply(false, k, rank, b, w->z, bottom, product);
  for (int64_t j = 0; j < rank; j++)
    for (int64_t i = 0; i < k; i++) top[j * k + i] = w->left[j * q + i] - product[j * k + i];
  HEARTH_TRY(hearth_small_solve_lower(ctx, true, k, w->lower, rank, top));
  memset(z, 0, rows * p->n_kept * sizeof *z);
  for (int64_t j = 0; j < rank; j++) {
    memcpy(z + j * rows, top + j * k, k * sizeof *z);
    memcpy(z + j * rows + p->n_kept, bottom + j * b, b * sizeof *z);
  }
  return HEARTH_OK;
}

/* How coordinates of samples change: W^T applied to L^T (old), Y (new), and minus the shift d of the mean. */
static void move_matrix(const hearth_core_problem *p, const hearth_core_work *w, int64_t rank, const double *shift, double *move) {
  const int64_t k = w->k, b = w->b, q = w->q, rows = p->n_kept, columns = p->n_kept + b + 1;
  memset(move, 0, rows * columns * sizeof *move);
  for (int64_t i = 0; i < rank; i++) {
    const double *left = w->left + i * q;
    for (int64_t j = 0; j < k; j++)
      for (int64_t l = 0; l < k; l++) move[j * rows + i] += left[l] * w->lower[l * k + j];
    for (int64_t l = 0; l < q; l++) {
      for (int64_t j = 0; j < b; j++) move[(rows + j) * rows + i] += left[l] * w->y[j * q + l];
      move[(rows + b) * rows + i] -= left[l] * shift[l];
    }
  }
}

hearth_status hearth_pca_core(const hearth_context *ctx, const hearth_core_problem *p, hearth_core_result *result, double *sigma, double *z, double *move) {
  hearth_core_work w = {.k = p->rank, .b = p->bunch};
  double *memory = NULL, *sum = NULL, noise = 0, squares = 0, shift2 = 0, weight = 0;
  hearth_status status = allocate_work(ctx, &w, &memory);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, (w.k + w.b + 1) * (int64_t)sizeof *sum, &sum);
  if (status == HEARTH_OK) status = factor_old(ctx, p, &w);
  if (status == HEARTH_OK) status = factor_new(ctx, p, &w, &noise);
  if (status != HEARTH_OK) goto done;
  coordinates(p, &w);
  sum_columns(p, &w, sum, &squares, &weight);
  HEARTH_GOTO(done, solve_core(ctx, p, &w, sum, weight));
  for (int64_t i = 0; i < w.q; i++) {
    sum[i] /= p->before + weight;
    shift2 += sum[i] * sum[i];
  }
  const int64_t found = w.q < w.k + w.b ? w.q : w.k + w.b;
  int64_t rank = 0;
  while (rank < found && rank < p->n_kept && w.value[rank] > NOTHING * w.value[0]) rank++;
  memset(sigma, 0, p->n_kept * sizeof *sigma);
  memcpy(sigma, w.value, rank * sizeof *sigma);
  *result = (hearth_core_result){.rank = rank, .discarded = noise, .total = squares - (p->before + weight) * shift2};
  if (rank < found) result->discarded += w.value[rank] * w.value[rank];
  move_matrix(p, &w, rank, sum, move);
  status = basis_matrix(ctx, p, &w, rank, z);
done:
  hearth_deallocate(ctx, sum);
  hearth_deallocate(ctx, memory);
  return status;
}
