/* The reproducible fit: the anomalies as one array, exact Gram matrix, one thread of LAPACK on rank 0, products in a fixed order. No sum's bits depend on how
 * samples or points are cut, so neither do those of the results. */
#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/reproducible.h>
#include <math.h>
#include <string.h>

/* The Gram matrix [side, side] of one axis on the host of every rank; the caller frees it. Collective. */
static hearth_status gram_of(const hearth_array *array, int32_t axis, double **host) {
  const hearth_context *ctx = array->ctx;
  const int64_t side = array->layout->shape[axis];
  hearth_array *gram = NULL;
  HEARTH_TRY(hearth_gram(array, axis, &gram));
  hearth_status status = hearth_allocate(ctx, side * side * (int64_t)sizeof **host, host);
  if (status == HEARTH_OK) {
    const hearth_view to = hearth_pca_host_matrix(*host, side, side);
    status = hearth_view_copy(ctx, &to, hearth_array_view(gram));
  }
  hearth_array_destroy(&gram);
  return hearth_agree(ctx, status);
}

/* Basis V^T = S^-1 U^T A, from eigenvectors [samples, modes]. Local. */
static hearth_status basis_from_samples(hearth_pca_fit_job *job, const double *vectors) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = job->n, modes = pca->modes, points = pca->space.points;
  double *rows = NULL;
  HEARTH_TRY(hearth_allocate(ctx, n * modes * (int64_t)sizeof *rows, &rows));
  for (int64_t k = 0; k < modes; k++)
    for (int64_t t = 0; t < n; t++) rows[k * n + t] = vectors[k * n + t] / pca->sigma[k];
  hearth_status status = hearth_pca_allocate(ctx, n * modes, &job->coefficients);
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, job->coefficients, rows, n * modes);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, modes * points, &pca->basis);
  if (status == HEARTH_OK && points > 0) {
    const hearth_view *own = hearth_array_view(job->matrix->array), coefficients = hearth_pca_matrix(ctx, job->coefficients, modes, n, n, 1),
                      basis = hearth_pca_matrix(ctx, pca->basis, modes, points, points, 1),
                      data = hearth_pca_matrix(ctx, own->data, n, points, own->stride[1] / (int64_t)sizeof(double), 1);
    status = ctx->backend->exact->product(ctx->queue, &coefficients, &data, &basis);
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  }
  hearth_deallocate(ctx, rows);
  return status;
}

static hearth_status solve_samples(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  double *gram = NULL, *vectors = NULL;
  hearth_status status = gram_of(job->matrix->array, 1, &gram);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_allocate(ctx, job->n * pca->n_components * (int64_t)sizeof *vectors, &vectors));
  if (status == HEARTH_OK) status = hearth_pca_solve(job, job->n, gram, vectors);
  hearth_deallocate(ctx, gram);
  if (status == HEARTH_OK) {
    hearth_pca_gave_up(job);
    status = hearth_pca_matrix_scores(job, vectors);
    if (status == HEARTH_OK) status = basis_from_samples(job, vectors);
    status = hearth_agree(ctx, status);
  }
  hearth_deallocate(ctx, vectors);
  return status;
}

/* Eigenvectors [points, modes] of the covariance, rows by number of the point: each rank takes its own. Local. */
static hearth_status basis_from_points(hearth_pca *pca, int64_t all, const double *vectors) {
  const int64_t points = pca->space.points;
  double *row = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, points * (int64_t)sizeof *row, &row));
  hearth_status status = hearth_pca_allocate(pca->ctx, pca->modes * points, &pca->basis);
  for (int32_t k = 0; k < pca->modes && status == HEARTH_OK; k++) {
    for (int64_t i = 0; i < points; i++) row[i] = vectors[k * all + hearth_pca_global_point(pca, i)];
    status = hearth_pca_upload(pca->ctx, pca->basis + k * points, row, points);
  }
  hearth_deallocate(pca->ctx, row);
  return status;
}

/* The matrix's rows stand in the order of the ranks: the covariance is put into that of the points before it is solved. */
static hearth_status solve_points(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t p = pca->space.global_points;
  double *gram = NULL, *sorted = NULL, *vectors = NULL;
  int64_t *number = NULL;
  hearth_status status = gram_of(job->matrix->array, 0, &gram);
  if (status == HEARTH_OK) status = hearth_pca_matrix_points(pca, &number);
  if (status == HEARTH_OK) {
    status = hearth_allocate(ctx, p * p * (int64_t)sizeof *sorted, &sorted);
    if (status == HEARTH_OK) status = hearth_allocate(ctx, p * pca->n_components * (int64_t)sizeof *vectors, &vectors);
    status = hearth_agree(ctx, status);
  }
  for (int64_t i = 0; i < p && status == HEARTH_OK; i++)
    for (int64_t j = 0; j < p; j++) sorted[number[i] * p + number[j]] = gram[i * p + j];
  if (status == HEARTH_OK) status = hearth_pca_solve(job, p, sorted, vectors);
  if (status == HEARTH_OK) {
    hearth_pca_gave_up(job);
    status = hearth_agree(ctx, basis_from_points(pca, p, vectors));
  }
  hearth_deallocate(ctx, gram);
  hearth_deallocate(ctx, sorted);
  hearth_deallocate(ctx, vectors);
  hearth_deallocate(ctx, number);
  return status;
}

hearth_status hearth_pca_solve_fixed(hearth_pca_fit_job *job) {
  return job->n <= job->pca->space.global_points ? solve_samples(job) : solve_points(job);
}
