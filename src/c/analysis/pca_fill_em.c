/* Filling by expectation-maximisation with weight 0 in the gaps (Roweis 1998; probabilistic PCA of Tipping and Bishop 1999 for missing values, as in Ilin and
 * Raiko 2010): y_ti = m_i + sum_k w_ik z_tk + noise of variance s2, z standard normal.
 *
 * With S_t = E[(z_t, 1) (z_t, 1)^T]: (w_i, m_i) solves (sum_t S_t) x = sum_t y_ti (z_t, 1) over the samples that point i has, and z_t (A_t + s2) z = b_t over
 * the points that sample t has. Both sums are products of the matrix of what is there with packed triangles, so that an iteration is one pass over the data
 * whose cost is that of products with (k + g)(k + g + 1) columns, g groups; matrices of samples travel. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/map.h"
#include "linalg/small.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <string.h>

/* Spread of the scores that the first solution, from zeros in the gaps, is taken to have. */
#define FIRST_SPREAD 1e-3
/* The noise is never taken to be less than this share of the data's standard deviation. */
#define LEAST_NOISE 1e-8

typedef struct em {
  hearth_fill *fill;
  int64_t k, q, packed; /* modes, with the means, elements of a triangle of order q */
  double *z, *s;        /* [n, q], [n, packed] on every rank: E[(z, 1_t)], S_t */
  double *b, *a;        /* [n, q], [n, packed], behind each other: sums over points */
  double *w;            /* [p, q] this rank's (w_i, m_i) */
  double *device;       /* backend memory: z, s, b, a, then per column of a panel: n (what is there), q, q, packed, packed, 1 */
  double *host;         /* per column of a panel: q, q, packed, packed, 1 */
  double *order;        /* 3 [q, q] scratch */
  int64_t columns;
  double noise;   /* s2 */
  double sums[3]; /* residual, change and size of w, squared */
} em;

static int64_t at(int64_t i, int64_t j) { /* of a lower triangle by rows, i >= j */
  return i * (i + 1) / 2 + j;
}

static hearth_status em_create(em *e) {
  const hearth_fill *fill = e->fill;
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t n = fill->n, per_sample = e->q + e->packed, per_column = 2 * per_sample + 1, size = sizeof(double);
  const int64_t fit = HEARTH_PANEL_BYTES / ((n + per_column) * size);
  e->columns = fit < 64 ? 64 : fit;
  if (e->columns > fill->p) e->columns = fill->p > 0 ? fill->p : 1;
  HEARTH_TRY(hearth_allocate(ctx, n * per_sample * size, &e->z));
  HEARTH_TRY(hearth_allocate(ctx, n * per_sample * size, &e->b));
  HEARTH_TRY(hearth_allocate_zero(ctx, fill->p * e->q * size, &e->w));
  HEARTH_TRY(hearth_allocate(ctx, e->columns * per_column * size, &e->host));
  HEARTH_TRY(hearth_allocate(ctx, 3 * e->q * e->q * size, &e->order));
  e->s = e->z + n * e->q;
  e->a = e->b + n * e->q;
  return hearth_pca_allocate(ctx, 2 * n * per_sample + e->columns * (n + per_column), &e->device);
}

static void em_free(em *e) {
  const hearth_context *ctx = e->fill->pca->ctx;
  double *const part[] = {e->z, e->b, e->w, e->host, e->order};
  for (int i = 0; i < 5; i++) hearth_deallocate(ctx, part[i]);
  hearth_pca_release(ctx, &e->device);
}

static void set_moments(em *e, int64_t t, double spread, const double *covariance) {
  double *z = e->z + t * e->q, *s = e->s + t * e->packed;
  for (int64_t i = 0; i < e->q; i++)
    for (int64_t j = 0; j <= i; j++) s[at(i, j)] = z[i] * z[j] + (i < e->k ? (covariance ? covariance[j * e->k + i] : i == j ? spread : 0) : 0);
}

static int64_t group_of(const em *e, int64_t t) {
  return e->k + (e->fill->labels ? e->fill->labels[t] : 0);
}

/* z from the leading vectors of Y with zeros in the gaps. */
static void first_scores(em *e) {
  const hearth_fill *fill = e->fill;
  for (int64_t t = 0; t < fill->n; t++) {
    for (int64_t k = 0; k < e->k; k++) e->z[t * e->q + k] = fill->leading[k * fill->n + t] * sqrt((double)fill->n);
    for (int64_t g = e->k; g < e->q; g++) e->z[t * e->q + g] = g == group_of(e, t);
    set_moments(e, t, FIRST_SPREAD, NULL);
  }
}

/* (w_i, m_i) of the panel's points from their sums; their triangles. Local. */
static hearth_status solve_points(em *e, int64_t first, int64_t count, const double *sum, const double *triangle, const double *square, double *w,
                                  double *product) {
  const hearth_context *ctx = e->fill->pca->ctx;
  const int64_t q = e->q;
  double *matrix = e->order, *x = e->order + q * q;
  for (int64_t i = 0; i < count; i++) {
    double diagonal = 0, *old = e->w + (first + i) * q;
    for (int64_t r = 0; r < q; r++) diagonal = fmax(diagonal, triangle[i * e->packed + at(r, r)]);
    for (int64_t r = 0; r < q; r++) {
      for (int64_t c = 0; c <= r; c++) matrix[c * q + r] = triangle[i * e->packed + at(r, c)];
      matrix[r * q + r] += 1e-12 * diagonal;
      x[r] = sum[i * q + r];
    }
    if (!(diagonal > 0)) memset(x, 0, (size_t)q * sizeof *x);
    if (diagonal > 0) HEARTH_TRY(hearth_small_cholesky(ctx, q, matrix));
    if (diagonal > 0) HEARTH_TRY(hearth_small_solve_lower(ctx, false, q, matrix, 1, x));
    if (diagonal > 0) HEARTH_TRY(hearth_small_solve_lower(ctx, true, q, matrix, 1, x));
    e->sums[0] += square[i];
    for (int64_t r = 0; r < q; r++) {
      e->sums[0] -= x[r] * sum[i * q + r];
      e->sums[1] += (x[r] - old[r]) * (x[r] - old[r]);
      e->sums[2] += x[r] * x[r];
      w[i * q + r] = old[r] = x[r];
      for (int64_t c = 0; c <= r; c++) product[i * e->packed + at(r, c)] = x[r] * x[c];
    }
  }
  return HEARTH_OK;
}

/* What is there of a panel of Y, as 1 and 0. */
static hearth_status there(const em *e, const hearth_view *gap, const hearth_view *panel) {
  const hearth_context *ctx = e->fill->pca->ctx;
  const hearth_map_step negate = {HEARTH_OP_LOGICAL_NOT, {0}};
  return ctx->backend->map->map(ctx->queue, HEARTH_BOOL, 1, &negate, panel, 1, (const hearth_view *const[]){gap});
}

static hearth_status panel_pass(em *e, int64_t first, int64_t count) {
  const hearth_fill *fill = e->fill;
  const hearth_context *ctx = fill->pca->ctx;
  const hearth_backend_table *kernel = ctx->backend;
  const int64_t n = fill->n, q = e->q, m = e->packed, per_sample = q + m;
  const hearth_view all = hearth_fill_view(fill), gaps = hearth_fill_gaps(fill), y = hearth_view_part(&all, 1, first, count),
                    gap = hearth_view_part(&gaps, 1, first, count);
  double *zs = e->device, *ba = zs + n * per_sample, *present = ba + n * per_sample, *sum = present + n * count, *triangle = sum + count * q,
         *square = triangle + count * m, *w = square + count, *product = w + count * q;
  const hearth_view z = hearth_pca_matrix(ctx, zs, n, q, q, 1), s = hearth_pca_matrix(ctx, zs + n * q, n, m, m, 1), b = hearth_pca_matrix(ctx, ba, n, q, q, 1),
                    a = hearth_pca_matrix(ctx, ba + n * q, n, m, m, 1), obs = hearth_pca_matrix(ctx, present, n, count, count, 1),
                    sums = hearth_pca_matrix(ctx, sum, count, q, q, 1), triangles = hearth_pca_matrix(ctx, triangle, count, m, m, 1),
                    ws = hearth_pca_matrix(ctx, w, count, q, q, 1), products = hearth_pca_matrix(ctx, product, count, m, m, 1);
  const hearth_view yt = hearth_view_transposed(&y), obst = hearth_view_transposed(&obs);
  hearth_view squares = hearth_pca_matrix(ctx, square, 1, count, count, 1);
  squares.ndim = 1;
  squares.extent[0] = count;
  squares.stride[0] = sizeof(double);
  HEARTH_TRY(there(e, &gap, &obs));
  HEARTH_TRY(kernel->gemm(ctx->queue, 0, 1, &yt, &z, 0, &sums));
  HEARTH_TRY(kernel->gemm(ctx->queue, 0, 1, &obst, &s, 0, &triangles));
  HEARTH_TRY(kernel->fill(ctx->queue, &squares, 0));
  HEARTH_TRY(kernel->column_squares(ctx->queue, &squares, &y));
  HEARTH_TRY(hearth_pca_download(ctx, e->host, sum, count * (per_sample + 1)));
  double *made = e->host + count * (per_sample + 1);
  HEARTH_TRY(solve_points(e, first, count, e->host, e->host + count * q, e->host + count * per_sample, made, made + count * q));
  HEARTH_TRY(hearth_pca_upload(ctx, w, made, count * per_sample));
  HEARTH_TRY(kernel->gemm(ctx->queue, 0, 1, &y, &ws, 1, &b));
  return kernel->gemm(ctx->queue, 0, 1, &obs, &products, 1, &a);
}

/* New (w, m), and the sums over points that the samples need. Local. */
static hearth_status pass_here(em *e) {
  const hearth_fill *fill = e->fill;
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t count = fill->n * (e->q + e->packed);
  const hearth_view sums = hearth_pca_matrix(ctx, e->device + count, 1, count, count, 1);
  memset(e->sums, 0, sizeof e->sums);
  HEARTH_TRY(hearth_pca_upload(ctx, e->device, e->z, count));
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &sums, 0));
  for (int64_t first = 0; first < fill->p; first += e->columns) HEARTH_TRY(panel_pass(e, first, fill->p - first < e->columns ? fill->p - first : e->columns));
  return hearth_pca_download(ctx, e->b, e->device + count, count);
}

/* z and S of all samples from their sums. On rank 0. */
static hearth_status solve_samples(em *e) {
  const hearth_context *ctx = e->fill->pca->ctx;
  const int64_t k = e->k;
  double *matrix = e->order, *x = e->order + k * k, *inverse = x + e->q;
  for (int64_t t = 0; t < e->fill->n; t++) {
    const double *a = e->a + t * e->packed;
    for (int64_t i = 0; i < k; i++) {
      for (int64_t j = 0; j <= i; j++) matrix[j * k + i] = a[at(i, j)];
      matrix[i * k + i] += e->noise;
      x[i] = e->b[t * e->q + i] - a[at(group_of(e, t), i)];
    }
    memset(inverse, 0, (size_t)(k * k) * sizeof *inverse);
    for (int64_t i = 0; i < k; i++) inverse[i * k + i] = e->noise;
    HEARTH_TRY(hearth_small_cholesky(ctx, k, matrix));
    HEARTH_TRY(hearth_small_solve_lower(ctx, false, k, matrix, 1, x));
    HEARTH_TRY(hearth_small_solve_lower(ctx, true, k, matrix, 1, x));
    HEARTH_TRY(hearth_small_solve_lower(ctx, false, k, matrix, k, inverse));
    HEARTH_TRY(hearth_small_solve_lower(ctx, true, k, matrix, k, inverse));
    memcpy(e->z + t * e->q, x, (size_t)k * sizeof *x);
    set_moments(e, t, 0, inverse);
  }
  return HEARTH_OK;
}

static hearth_status em_iterate(em *e, double tolerance) {
  const hearth_fill *fill = e->fill;
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t count = fill->n * (e->q + e->packed);
  const double least = LEAST_NOISE * LEAST_NOISE * fill->deviation * fill->deviation;
  bool done = false;
  for (e->fill->iterations = 0; e->fill->iterations < fill->pca->options.gap_iterations && !done; e->fill->iterations++) {
    HEARTH_TRY(hearth_agree(ctx, pass_here(e)));
    HEARTH_TRY(hearth_allreduce_f64(ctx, e->b, count, HEARTH_OP_SUM));
    HEARTH_TRY(hearth_allreduce_f64(ctx, e->sums, 3, HEARTH_OP_SUM));
    e->noise = fmax(e->sums[0] / (double)fill->values, least);
    done = e->sums[1] <= tolerance * tolerance * e->sums[2];
    HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? solve_samples(e) : HEARTH_OK));
    HEARTH_TRY(hearth_broadcast(ctx, e->z, count * (int64_t)sizeof *e->z, 0));
  }
  if (!done)
    hearth_log_write(ctx, HEARTH_LOG_WARNING, "the modes of the data with gaps still change by %.1e of their length after %d iterations",
                     sqrt(e->sums[1] / (e->sums[2] > 0 ? e->sums[2] : 1)), fill->iterations);
  return HEARTH_OK;
}

/* Gaps := (z, 1_t) (w, m)^T. Local. */
static hearth_status reconstruct(em *e) {
  const hearth_fill *fill = e->fill;
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t n = fill->n, q = e->q;
  const hearth_view all = hearth_fill_view(fill), gaps = hearth_fill_gaps(fill), z = hearth_pca_matrix(ctx, e->device, n, q, q, 1);
  double change = 0, *panel = e->device + 2 * n * (q + e->packed);
  HEARTH_TRY(hearth_pca_upload(ctx, e->device, e->z, n * q));
  for (int64_t first = 0; first < fill->p; first += e->columns) {
    const int64_t count = fill->p - first < e->columns ? fill->p - first : e->columns;
    const hearth_view part = hearth_view_part(&all, 1, first, count), gap = hearth_view_part(&gaps, 1, first, count),
                      wt = hearth_pca_matrix(ctx, panel + n * count, q, count, 1, q), target = hearth_pca_matrix(ctx, panel, n, count, count, 1);
    HEARTH_TRY(hearth_pca_upload(ctx, panel + n * count, e->w + first * q, count * q));
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &z, &wt, 0, &target));
    HEARTH_TRY(hearth_fill_put(fill, &part, &gap, &target, &change));
  }
  return HEARTH_OK;
}

hearth_status hearth_fill_em(hearth_fill *fill, hearth_pca_gaps *report) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t wanted = pca->options.gap_modes ? pca->options.gap_modes : pca->n_components,
                most = fill->all_n - 1 < fill->all_p ? fill->all_n - 1 : fill->all_p;
  em e = {.fill = fill, .k = wanted < most ? wanted : most};
  e.q = e.k + pca->ngroups;
  e.packed = e.q * (e.q + 1) / 2;
  hearth_status status = hearth_fill_step_create(fill, (int32_t)e.k);
  if (status == HEARTH_OK) status = em_create(&e);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_fill_vectors(fill, (int32_t)e.k);
  hearth_pca_release(ctx, &fill->gram);
  if (status == HEARTH_OK) {
    first_scores(&e);
    status = em_iterate(&e, pca->options.gap_tolerance > 0 ? pca->options.gap_tolerance : 1e-5);
  }
  if (status == HEARTH_OK) status = hearth_agree(ctx, reconstruct(&e));
  report->modes = (int32_t)e.k;
  report->iterations = fill->iterations;
  report->error = fill->deviation > 0 ? sqrt(e.noise) / fill->deviation : 0;
  hearth_fill_step_destroy(fill);
  em_free(&e);
  return status;
}
