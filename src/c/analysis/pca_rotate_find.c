/* The rotation matrix of varimax and promax: passes over the points for sums [n, n], small steps on rank 0.
 *
 * With loadings L (rows scaled to unit length under Kaiser's normalisation), L' = L R and p points, varimax is a fixed point of R = U W^T,
 * U S W^T = L^T (L'^3 - L' diag(sum of L'^2 over points) / p). Loadings are not stored: L is the basis times the singular values. */
#include "analysis/pca_rotate_impl.h"
#include "analysis/pca_fit_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/map.h"
#include "linalg/small.h"
#include <math.h>
#include <string.h>

enum { MOST_ITERATIONS = 1000 };
#define CONVERGED 1e-9
#define GOOD_ENOUGH 1e-5 /* where the most iterations end */
#define SINGULAR 1e-12

typedef struct search {
  const hearth_pca *pca;
  int64_t n, columns;   /* of a panel */
  double points;        /* that take part, on all ranks */
  double *s;            /* [n] singular values relative to the first */
  double *device;       /* backend memory: coefficients [n, n], sums [n, n], two panels [n, columns] */
  double *short_by;     /* backend memory [points]: 1 / length of the row of loadings; NULL without normalisation */
  double *coefficients; /* [n, n] row-major on the host */
  double *sums;         /* [n, n] row-major: sum over points of f(L'_k) L_l */
  double *gram;         /* [n, n]: L^T L */
  double *b, *scratch;  /* [n, n] column-major */
} search;

static hearth_status allocate_search(search *f) {
  const hearth_context *ctx = f->pca->ctx;
  const int64_t n = f->n, fit = HEARTH_PANEL_BYTES / (2 * n * (int64_t)sizeof(double)), points = f->pca->space.points;
  f->columns = fit < 64 ? 64 : fit;
  if (f->columns > points) f->columns = points > 0 ? points : 1;
  double **const part[] = {&f->s, &f->coefficients, &f->sums, &f->gram, &f->b, &f->scratch};
  for (int i = 0; i < 6; i++) HEARTH_TRY(hearth_allocate_zero(ctx, n * n * (int64_t)sizeof **part[i], part[i]));
  for (int64_t k = 0; k < n; k++) f->s[k] = f->pca->sigma[k] / f->pca->sigma[0];
  if (f->pca->options.kaiser) HEARTH_TRY(hearth_pca_allocate(ctx, points, &f->short_by));
  return hearth_pca_allocate(ctx, 2 * n * (n + f->columns), &f->device);
}

static void free_search(search *f) {
  const hearth_context *ctx = f->pca->ctx;
  double *const part[] = {f->s, f->coefficients, f->sums, f->gram, f->b, f->scratch};
  for (int i = 0; i < 6; i++) hearth_deallocate(ctx, part[i]);
  hearth_pca_release(ctx, &f->device);
  hearth_pca_release(ctx, &f->short_by);
}

/* target := panel |panel|^(power - 1). */
static hearth_status raise(const hearth_context *ctx, const hearth_view *panel, double power, const hearth_view *target) {
  if (power == 1) return ctx->backend->copy(ctx->queue, target, panel);
  if (power == 3) {
    HEARTH_TRY(ctx->backend->multiply(ctx->queue, target, panel, panel));
    return ctx->backend->multiply(ctx->queue, target, target, panel);
  }
  double exponent = power - 1;
  const hearth_view number = {
      .data = &exponent, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {panel->extent[0], panel->extent[1]}};
  const hearth_map_step steps[] = {{HEARTH_OP_ABSOLUTE, {0}}, {HEARTH_OP_POWER, {1}}, {HEARTH_OP_MULTIPLY, {0}}};
  return ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 3, steps, target, 2, (const hearth_view *const[]){panel, &number});
}

/* This rank's part of the sums. Local. */
static hearth_status pass_here(search *f, double power) {
  const hearth_pca *pca = f->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = f->n, points = pca->space.points;
  double *sums = f->device + n * n, *panel = sums + n * n;
  const hearth_view factor = hearth_pca_matrix(ctx, f->device, n, n, n, 1), result = hearth_pca_matrix(ctx, sums, n, n, n, 1);
  memset(f->sums, 0, (size_t)(n * n) * sizeof *f->sums);
  if (points == 0 || !pca->space.primary) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_upload(ctx, f->device, f->coefficients, n * n));
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &result, 0));
  for (int64_t first = 0; first < points; first += f->columns) {
    const int64_t count = points - first < f->columns ? points - first : f->columns;
    const hearth_view basis = hearth_pca_matrix(ctx, pca->basis + first, n, count, points, 1),
                      back = hearth_pca_matrix(ctx, pca->basis + first, count, n, 1, points), loadings = hearth_pca_matrix(ctx, panel, n, count, count, 1),
                      raised = hearth_pca_matrix(ctx, panel + n * count, n, count, count, 1),
                      lengths = hearth_pca_matrix(ctx, f->short_by ? f->short_by + first : NULL, n, count, 0, 1);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &factor, &basis, 0, &loadings));
    if (f->short_by) HEARTH_TRY(ctx->backend->multiply(ctx->queue, &loadings, &loadings, &lengths));
    HEARTH_TRY(raise(ctx, &loadings, power, &raised));
    if (f->short_by) HEARTH_TRY(ctx->backend->multiply(ctx->queue, &raised, &raised, &lengths));
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &raised, &back, 1, &result));
  }
  return hearth_pca_download(ctx, f->sums, sums, n * n);
}

/* sums(k, l) := sum over all points of f(L'_k) L_l, f(x) = x |x|^(power - 1), for the rotation given. Collective. */
static hearth_status pass(search *f, const double *rotation, double power) {
  const int64_t n = f->n;
  for (int64_t k = 0; k < n; k++)
    for (int64_t l = 0; l < n; l++) f->coefficients[k * n + l] = rotation[k * n + l] * f->s[l];
  HEARTH_TRY(hearth_agree(f->pca->ctx, pass_here(f, power)));
  HEARTH_TRY(hearth_allreduce_f64(f->pca->ctx, f->sums, n * n, HEARTH_OP_SUM));
  for (int64_t k = 0; k < n; k++)
    for (int64_t l = 0; l < n; l++) f->sums[k * n + l] *= f->s[l];
  return HEARTH_OK;
}

/* 1 / length of each point's row of loadings; 0 where there are none. Local. */
static hearth_status find_lengths(search *f, double *host) {
  const hearth_pca *pca = f->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = f->n, points = pca->space.points;
  double *panel = f->device + 2 * n * n;
  if (points == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_upload(ctx, f->device, f->s, n));
  for (int64_t first = 0; first < points; first += f->columns) {
    const int64_t count = points - first < f->columns ? points - first : f->columns;
    const hearth_view basis = hearth_pca_matrix(ctx, pca->basis + first, n, count, points, 1), s = hearth_pca_matrix(ctx, f->device, n, count, 1, 0),
                      loadings = hearth_pca_matrix(ctx, panel, n, count, count, 1);
    hearth_view squares = hearth_pca_matrix(ctx, f->short_by + first, 1, count, count, 1);
    squares.ndim = 1;
    squares.extent[0] = count;
    squares.stride[0] = sizeof(double);
    HEARTH_TRY(ctx->backend->multiply(ctx->queue, &loadings, &basis, &s));
    HEARTH_TRY(ctx->backend->fill(ctx->queue, &squares, 0));
    HEARTH_TRY(ctx->backend->column_squares(ctx->queue, &squares, &loadings));
  }
  HEARTH_TRY(hearth_pca_download(ctx, host, f->short_by, points));
  for (int64_t i = 0; i < points; i++) host[i] = host[i] > 0 ? 1 / sqrt(host[i]) : 0;
  return hearth_pca_upload(ctx, f->short_by, host, points);
}

/* Points that take part, and their lengths if they are asked for. Collective. */
static hearth_status look_at_points(search *f) {
  const hearth_pca *pca = f->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points;
  double *host = NULL;
  hearth_status status = hearth_allocate(ctx, points * (int64_t)sizeof *host, &host);
  f->points = pca->space.primary ? (double)points : 0;
  if (status == HEARTH_OK && pca->space.inverse && pca->space.primary) {
    status = hearth_pca_download(ctx, host, pca->space.inverse, points);
    for (int64_t i = 0; i < points && status == HEARTH_OK; i++) f->points -= isnan(host[i]);
  }
  if (status == HEARTH_OK && f->short_by) status = find_lengths(f, host);
  hearth_deallocate(ctx, host);
  HEARTH_TRY(hearth_agree(ctx, status));
  return hearth_allreduce_f64(ctx, &f->points, 1, HEARTH_OP_SUM);
}

/* R := U W^T of b = U S W^T, made orthogonal to rounding. `scratch` [n, n]; b is kept. Local. */
static hearth_status polar(const hearth_context *ctx, int64_t n, const double *b, double *value, double *scratch, double *u, double *rotation) {
  memcpy(scratch, b, (size_t)(n * n) * sizeof *b);
  HEARTH_TRY(hearth_small_left_svd(ctx, n, n, scratch, value, u));
  hearth_small_multiply(true, n, n, n, u, b, scratch); /* S W^T */
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++) scratch[j * n + i] /= value[i];
  hearth_small_multiply(false, n, n, n, u, scratch, rotation);
  for (int repeat = 0; repeat < 2; repeat++) { /* R := R (3 - R^T R) / 2 */
    hearth_small_multiply(true, n, n, n, rotation, rotation, scratch);
    for (int64_t i = 0; i < n * n; i++) scratch[i] = ((i % (n + 1) == 0 ? 3 : 0) - scratch[i]) / 2;
    hearth_small_multiply(false, n, n, n, rotation, scratch, u);
    memcpy(rotation, u, (size_t)(n * n) * sizeof *u);
  }
  return HEARTH_OK;
}

/* One step of varimax on rank 0 from the sums of the third powers; *change: largest of the rotation's elements. */
static hearth_status step(search *f, double *rotation, double *change) {
  const int64_t n = f->n;
  const hearth_context *ctx = f->pca->ctx;
  double *memory = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (2 * n * n + n) * (int64_t)sizeof *memory, &memory));
  double *u = memory, *next = memory + n * n, *value = next + n * n;
  hearth_small_multiply(false, n, n, n, f->gram, rotation, f->scratch); /* L^T L' */
  for (int64_t k = 0; k < n; k++) {
    double squares = 0;
    for (int64_t l = 0; l < n; l++) squares += rotation[k * n + l] * f->scratch[k * n + l];
    for (int64_t l = 0; l < n; l++) f->b[k * n + l] = f->sums[k * n + l] - f->scratch[k * n + l] * (squares / f->points);
  }
  hearth_status status = polar(ctx, n, f->b, value, f->scratch, u, next);
  if (status == HEARTH_OK && !(value[n - 1] > SINGULAR * value[0])) { /* the fixed points of b + R are those of b */
    for (int64_t i = 0; i < n * n; i++) f->b[i] += (value[0] > 0 ? value[0] : 1) * rotation[i];
    status = polar(ctx, n, f->b, value, f->scratch, u, next);
  }
  *change = 0;
  for (int64_t i = 0; i < n * n && status == HEARTH_OK; i++) {
    *change = fmax(*change, fabs(next[i] - rotation[i]));
    rotation[i] = next[i];
  }
  if (status == HEARTH_OK && !(*change < 4)) status = hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "hearth_pca_rotate: the loadings have no varimax rotation");
  hearth_deallocate(ctx, memory);
  return status;
}

static hearth_status varimax(search *f, double *rotation) {
  const hearth_context *ctx = f->pca->ctx;
  const int64_t n = f->n;
  double change = INFINITY;
  for (int iteration = 0; iteration < MOST_ITERATIONS && change > CONVERGED; iteration++) {
    HEARTH_TRY(pass(f, rotation, 3));
    HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? step(f, rotation, &change) : HEARTH_OK));
    HEARTH_TRY(hearth_broadcast(ctx, rotation, n * n * (int64_t)sizeof *rotation, 0));
    HEARTH_TRY(hearth_broadcast(ctx, &change, sizeof change, 0));
  }
  if (change > GOOD_ENOUGH)
    return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "hearth_pca_rotate: varimax has not settled after %d iterations (last change %.1e): rotate fewer modes",
                       MOST_ITERATIONS, change);
  return HEARTH_OK;
}

/* The least-squares fit of L' to its powers, columns scaled so that scores keep unit variance: rotation := R Q, Q = (L'^T L')^-1 L'^T P D. On rank 0. */
static hearth_status fit_target(search *f, double *rotation) {
  const hearth_context *ctx = f->pca->ctx;
  const int64_t n = f->n;
  double *q = f->b, *inverse = f->coefficients;
  hearth_small_multiply(false, n, n, n, f->gram, rotation, f->scratch);
  hearth_small_multiply(true, n, n, n, rotation, f->scratch, inverse);
  HEARTH_TRY(hearth_small_cholesky(ctx, n, inverse));
  for (int64_t j = 0; j < n; j++) /* L'^T P = R^T L^T P; sums(j, l) is (L^T P)(l, j), and column j of it lies together */
    for (int64_t i = 0; i < n; i++) f->scratch[j * n + i] = f->sums[j * n + i];
  hearth_small_multiply(true, n, n, n, rotation, f->scratch, q);
  HEARTH_TRY(hearth_small_solve_lower(ctx, false, n, inverse, n, q));
  HEARTH_TRY(hearth_small_solve_lower(ctx, true, n, inverse, n, q));
  hearth_small_multiply(true, n, n, n, q, q, inverse);
  HEARTH_TRY(hearth_small_cholesky(ctx, n, inverse));
  memset(f->scratch, 0, (size_t)(n * n) * sizeof *f->scratch);
  for (int64_t k = 0; k < n; k++) f->scratch[k * n + k] = 1;
  HEARTH_TRY(hearth_small_solve_lower(ctx, false, n, inverse, n, f->scratch)); /* L^-1, whose columns' squared lengths are the diagonal of the inverse */
  for (int64_t k = 0; k < n; k++) {
    double square = 0;
    for (int64_t i = 0; i < n; i++) square += f->scratch[k * n + i] * f->scratch[k * n + i];
    for (int64_t i = 0; i < n; i++) q[k * n + i] *= sqrt(square);
  }
  hearth_small_multiply(false, n, n, n, rotation, q, f->scratch);
  memcpy(rotation, f->scratch, (size_t)(n * n) * sizeof *rotation);
  return HEARTH_OK;
}

static hearth_status promax(search *f, double power, double *rotation) {
  const hearth_context *ctx = f->pca->ctx;
  HEARTH_TRY(pass(f, rotation, power));
  HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? fit_target(f, rotation) : HEARTH_OK));
  return hearth_broadcast(ctx, rotation, f->n * f->n * (int64_t)sizeof *rotation, 0);
}

hearth_status hearth_pca_find_rotation(const hearth_pca *pca, int64_t n, double power, double *rotation) {
  search f = {.pca = pca, .n = n};
  memset(rotation, 0, (size_t)(n * n) * sizeof *rotation);
  for (int64_t k = 0; k < n; k++) rotation[k * n + k] = 1;
  hearth_status status = hearth_agree(pca->ctx, allocate_search(&f));
  if (status == HEARTH_OK) status = look_at_points(&f);
  if (status == HEARTH_OK) status = pass(&f, rotation, 1);
  if (status == HEARTH_OK) {
    memcpy(f.gram, f.sums, (size_t)(n * n) * sizeof *f.gram);
    status = varimax(&f, rotation);
  }
  if (status == HEARTH_OK && power > 0) status = promax(&f, power, rotation);
  free_search(&f);
  return status;
}
