/* Rotation of the leading modes: what is done with the matrix that pca_rotate_find.c finds. */
#include "analysis/pca_rotate_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/small.h"
#include <hearth/pca_diagnostics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static hearth_status check(const hearth_pca *pca, int32_t method, int32_t n, double power) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, method >= HEARTH_ROTATION_NONE && method <= HEARTH_ROTATION_PROMAX, "hearth_pca_rotate: unknown method %d", method);
  if (method == HEARTH_ROTATION_NONE) return HEARTH_OK;
  HEARTH_REQUIRE(ctx, n >= 2 && n <= pca->modes, "hearth_pca_rotate: %d modes to rotate, it must be 2 to %d", n, pca->modes);
  HEARTH_REQUIRE(ctx, method != HEARTH_ROTATION_PROMAX || (power > 1 && isfinite(power)), "hearth_pca_rotate: power %g, promax needs more than 1", power);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "hearth_pca_rotate has no reproducible form: make the context with HEARTH_REDUCTION_FAST");
  return HEARTH_OK;
}

typedef struct ranked {
  double square;
  int64_t column;
} ranked;

static int descending(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->square != y->square) return x->square < y->square ? 1 : -1;
  return x->column < y->column ? -1 : 1;
}

/* Columns of the rotation [n, n] (column-major) by descending length of the loadings; `lambda` are the squared lengths before. */
static hearth_status sort_columns(const hearth_context *ctx, int64_t n, const double *lambda, double *rotation) {
  ranked *rank = NULL;
  double *copy = NULL;
  hearth_status status = hearth_allocate(ctx, n * (int64_t)sizeof *rank, &rank);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * n * (int64_t)sizeof *copy, &copy);
  if (status == HEARTH_OK) {
    memcpy(copy, rotation, (size_t)(n * n) * sizeof *copy);
    for (int64_t k = 0; k < n; k++) {
      rank[k] = (ranked){0, k};
      for (int64_t l = 0; l < n; l++) rank[k].square += copy[k * n + l] * copy[k * n + l] * lambda[l];
    }
    qsort(rank, (size_t)n, sizeof *rank, descending);
    for (int64_t k = 0; k < n; k++) memcpy(rotation + k * n, copy + rank[k].column * n, (size_t)n * sizeof *copy);
  }
  hearth_deallocate(ctx, rank);
  hearth_deallocate(ctx, copy);
  return status;
}

/* R^-T = R (R^T R)^-1. */
static hearth_status inverse_transposed(const hearth_context *ctx, int64_t n, const double *rotation, double *result) {
  double *gram = NULL, *solution = NULL;
  hearth_status status = hearth_allocate(ctx, n * n * (int64_t)sizeof *gram, &gram);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, n * n * (int64_t)sizeof *solution, &solution);
  if (status == HEARTH_OK) {
    hearth_small_multiply(true, n, n, n, rotation, rotation, gram);
    for (int64_t k = 0; k < n; k++) solution[k * n + k] = 1;
    status = hearth_small_cholesky(ctx, n, gram);
  }
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, false, n, gram, n, solution);
  if (status == HEARTH_OK) status = hearth_small_solve_lower(ctx, true, n, gram, n, solution);
  if (status == HEARTH_OK) hearth_small_multiply(false, n, n, n, rotation, solution, result);
  hearth_deallocate(ctx, gram);
  hearth_deallocate(ctx, solution);
  return status;
}

/* Lengths, the matrix of the scores, and that of the basis ([n, n] row-major). Local. */
static hearth_status set_matrices(const hearth_pca *pca, int64_t n, const double *rotation, hearth_pca_rotated *made, double *combine) {
  const hearth_context *ctx = pca->ctx;
  const int64_t modes = pca->modes;
  double *inverse = NULL;
  hearth_status status = hearth_allocate(ctx, n * n * (int64_t)sizeof *inverse, &inverse);
  if (status == HEARTH_OK) status = inverse_transposed(ctx, n, rotation, inverse);
  if (status == HEARTH_OK) {
    memcpy(made->sigma, pca->sigma, (size_t)modes * sizeof *made->sigma);
    for (int64_t k = 0; k < modes; k++) made->mix[k * modes + k] = 1;
    for (int64_t k = 0; k < n; k++) {
      double square = 0;
      for (int64_t l = 0; l < n; l++) square += rotation[k * n + l] * rotation[k * n + l] * pca->sigma[l] * pca->sigma[l];
      made->sigma[k] = sqrt(square);
      for (int64_t l = 0; l < n; l++) {
        combine[k * n + l] = rotation[k * n + l] * (pca->sigma[l] / made->sigma[k]);
        made->mix[l * modes + k] = inverse[k * n + l] * (made->sigma[k] / pca->sigma[l]);
      }
    }
  }
  hearth_deallocate(ctx, inverse);
  return status;
}

/* Rows of the rotated basis: combinations of the first n, the others as they are. Local. */
static hearth_status set_basis(const hearth_pca *pca, int64_t n, const double *combine, hearth_pca_rotated *made) {
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points, modes = pca->modes;
  double *device = NULL;
  if (points == 0) return hearth_pca_allocate(ctx, 1, &made->basis); /* not NULL: rotated */
  HEARTH_TRY(hearth_pca_allocate(ctx, modes * points, &made->basis));
  HEARTH_TRY(hearth_pca_allocate(ctx, n * n, &device));
  const hearth_view factor = hearth_pca_matrix(ctx, device, n, n, n, 1), from = hearth_pca_matrix(ctx, pca->basis, n, points, points, 1),
                    to = hearth_pca_matrix(ctx, made->basis, n, points, points, 1);
  const hearth_view rest = hearth_pca_matrix(ctx, pca->basis + n * points, modes - n, points, points, 1),
                    kept = hearth_pca_matrix(ctx, made->basis + n * points, modes - n, points, points, 1);
  hearth_status status = hearth_pca_upload(ctx, device, combine, n * n);
  if (status == HEARTH_OK) status = ctx->backend->gemm(ctx->queue, 0, 1, &factor, &from, 0, &to);
  if (status == HEARTH_OK && modes > n) status = ctx->backend->copy(ctx->queue, &kept, &rest);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &device);
  return status;
}

static hearth_status apply(hearth_pca *pca, int64_t n, double *rotation) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_rotated made = {.samples = pca->samples};
  double *combine = NULL, *lambda = NULL;
  hearth_status status = hearth_allocate(ctx, n * n * (int64_t)sizeof *combine, &combine);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *lambda, &lambda);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, pca->modes * (int64_t)sizeof *made.sigma, &made.sigma);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, (int64_t)pca->modes * pca->modes * (int64_t)sizeof *made.mix, &made.mix);
  for (int64_t k = 0; k < n && status == HEARTH_OK; k++) lambda[k] = pca->sigma[k] * pca->sigma[k];
  if (status == HEARTH_OK) status = sort_columns(ctx, n, lambda, rotation);
  if (status == HEARTH_OK) status = set_matrices(pca, n, rotation, &made, combine);
  if (status == HEARTH_OK) status = set_basis(pca, n, combine, &made);
  status = hearth_agree(ctx, status);
  hearth_deallocate(ctx, combine);
  hearth_deallocate(ctx, lambda);
  pca->rotated = made;
  pca->signs_known = false;
  if (status != HEARTH_OK) hearth_pca_forget_rotation(pca);
  return status;
}

hearth_status hearth_pca_rotate(hearth_pca *pca, int32_t method, int32_t n, double power) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_rotate: the estimator is NULL");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  HEARTH_TRY(hearth_pca_ready(pca));
  int64_t numbers[] = {method, n, 0};
  memcpy(&numbers[2], &power, sizeof power);
  HEARTH_TRY(hearth_agree_same(ctx, check(pca, method, n, power), "method|number of modes|power", numbers, 3));
  hearth_pca_forget_rotation(pca);
  if (method == HEARTH_ROTATION_NONE) return HEARTH_OK;
  double *rotation = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, (int64_t)n * n * (int64_t)sizeof *rotation, &rotation)));
  hearth_status status = hearth_pca_find_rotation(pca, n, method == HEARTH_ROTATION_PROMAX ? power : 0, rotation);
  if (status == HEARTH_OK) status = apply(pca, n, rotation);
  hearth_deallocate(ctx, rotation);
  return status;
}
