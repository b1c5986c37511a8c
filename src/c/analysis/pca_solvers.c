/* Solvers on the matrix of anomalies X [points, columns] = U S V^T: U are the modes, V and S the scores. */
#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <float.h>
#include <math.h>
#include <string.h>

const char *hearth_pca_solver_name(int32_t solver) {
  static const char *const names[] = {"auto",           "the Gram matrix", "CholeskyQR", "TSQR", "a randomized range finder", "hierarchical singular values",
                                      "singular values"};
  return solver >= 0 && solver <= HEARTH_PCA_FULL ? names[solver] : "?";
}

hearth_status hearth_pca_keep_values(hearth_pca_fit_job *job, int64_t count, const double *values, double total) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t *shape = job->matrix->array->layout->shape, longest = shape[0] > shape[1] ? shape[0] : shape[1];
  const double least = count > 0 ? values[0] * DBL_EPSILON * (double)longest : 0;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, pca->n_components * (int64_t)sizeof *pca->sigma, &pca->sigma)));
  for (int64_t k = 0; k < pca->n_components && k < count && values[k] > least; k++) {
    pca->sigma[k] = values[k];
    pca->modes = pca->rows = (int32_t)k + 1;
  }
  pca->total = total;
  if (pca->modes == 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the data do not vary: all anomalies are 0, there is no mode");
  job->may_give_up = false;
  hearth_pca_gave_up(job);
  return HEARTH_OK;
}

/* pca->basis := the leading columns of U, which has X's rows. Local. */
static hearth_status keep_modes(hearth_pca *pca, const hearth_array *u) {
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points, modes = pca->modes;
  HEARTH_TRY(hearth_pca_allocate(ctx, modes * points, &pca->basis));
  if (points == 0) return HEARTH_OK;
  hearth_view from = *hearth_array_view(u);
  const hearth_view to = hearth_pca_matrix(ctx, pca->basis, points, modes, 1, points);
  from.extent[1] = modes;
  return hearth_view_copy(ctx, &to, &from);
}

/* The leading rows of V^T, an array on every rank, as [columns, modes] on the host; the caller frees them. Local. */
static hearth_status vectors_of(const hearth_pca *pca, const hearth_array *vt, double **vectors) {
  const hearth_context *ctx = pca->ctx;
  const int64_t columns = vt->layout->shape[1], modes = pca->modes;
  HEARTH_TRY(hearth_allocate(ctx, columns * modes * (int64_t)sizeof **vectors, vectors));
  hearth_view from = *hearth_array_view(vt);
  const hearth_view to = hearth_pca_host_matrix(*vectors, modes, columns);
  from.extent[0] = modes;
  return hearth_view_copy(ctx, &to, &from);
}

/* Modes and scores of U and V^T. Collective; agreed. */
static hearth_status keep_factors(hearth_pca_fit_job *job, const hearth_array *u, const hearth_array *vt) {
  hearth_pca *pca = job->pca;
  double *vectors = NULL;
  hearth_status status = keep_modes(pca, u);
  if (status == HEARTH_OK && job->n <= pca->space.global_points) {
    status = vectors_of(pca, vt, &vectors);
    if (status == HEARTH_OK) status = hearth_pca_matrix_scores(job, vectors);
  }
  hearth_deallocate(pca->ctx, vectors);
  return hearth_agree(pca->ctx, status);
}

/* LAPACK or ScaLAPACK: all singular values. Collective. */
static hearth_status solve_full(hearth_pca_fit_job *job) {
  const hearth_pca *pca = job->pca;
  hearth_context *ctx = pca->ctx;
  const int64_t *shape = job->matrix->array->layout->shape, least = shape[0] < shape[1] ? shape[0] : shape[1], other[2] = {least, shape[1]};
  hearth_layout *rows = NULL, *everywhere = NULL;
  hearth_array *u = NULL, *vt = NULL;
  double *values = NULL, total = 0;
  hearth_status status = hearth_allocate(ctx, least * (int64_t)sizeof *values, &values);
  if (status == HEARTH_OK) status = hearth_layout_make_split(ctx, 2, other, -1, &everywhere);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_pca_points_layout(pca, 0, least, &rows);
  if (status == HEARTH_OK) status = hearth_bridge_svd("hearth_pca_fit", job->matrix->array, rows, everywhere, values, &u, &vt);
  for (int64_t k = 0; k < least && status == HEARTH_OK; k++) total += values[k] * values[k];
  if (status == HEARTH_OK) status = hearth_pca_keep_values(job, least, values, total);
  if (status == HEARTH_OK) status = keep_factors(job, u, vt);
  hearth_array_destroy(&u);
  hearth_array_destroy(&vt);
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&everywhere);
  hearth_deallocate(ctx, values);
  return status;
}

hearth_status hearth_pca_solve_matrix(hearth_pca_fit_job *job, int32_t solver) {
  (void)solver;
  if (job->matrix->array->layout->shape[1] == 0) return hearth_pca_keep_values(job, 0, NULL, 0);
  job->pca->solver = HEARTH_PCA_FULL;
  return solve_full(job);
}
