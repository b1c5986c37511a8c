/* Solvers on the matrix of anomalies X [points, columns] = U S V^T: U are the modes, V and S the scores. */
#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/singular.h"
#include "tensor/align.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/manipulate.h>
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

/* A QR factorisation of the matrix, or of its transpose where that is the tall one, and the singular values of R. */
typedef struct qr_work {
  hearth_tall tall;
  hearth_factor factor;
  double *s, *u, *vt; /* of R, [n], [n, n], [n, n] */
} qr_work;

static hearth_status qr_make(const hearth_array *matrix, int32_t method, qr_work *w) {
  const hearth_context *ctx = matrix->ctx;
  HEARTH_TRY(hearth_tall_open(matrix, &w->tall));
  HEARTH_TRY(hearth_factor_make(&w->tall, method, &w->factor));
  const int64_t n = w->tall.n, size = sizeof(double);
  hearth_status status = hearth_allocate(ctx, n * size, &w->s);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * n * size, &w->u);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * n * size, &w->vt);
  HEARTH_TRY(hearth_agree(ctx, status));
  return hearth_singular_triangle(&w->factor, w->s, w->u, w->vt);
}

static void qr_free(const hearth_context *ctx, qr_work *w) {
  hearth_deallocate(ctx, w->s);
  hearth_deallocate(ctx, w->u);
  hearth_deallocate(ctx, w->vt);
  hearth_factor_free(&w->factor);
  if (w->tall.ctx) hearth_tall_close(&w->tall);
}

/* Points are the long side: U = Q U_R, V = V_R. Collective; agreed. */
static hearth_status keep_tall(hearth_pca_fit_job *job, qr_work *w) {
  hearth_pca *pca = job->pca;
  const int64_t n = w->tall.n, modes = pca->modes;
  hearth_array *u = NULL;
  double *vectors = NULL;
  HEARTH_TRY(hearth_tall_target(&w->tall, modes, HEARTH_COLUMN_MAJOR, &u));
  hearth_status status = hearth_factor_write(&w->factor, modes, w->u, u);
  if (status == HEARTH_OK) {
    status = keep_modes(pca, u);
    if (status == HEARTH_OK) status = hearth_allocate(pca->ctx, n * modes * (int64_t)sizeof *vectors, &vectors);
    for (int64_t k = 0; k < modes && status == HEARTH_OK; k++)
      for (int64_t j = 0; j < n; j++) vectors[k * n + j] = w->vt[j * n + k];
    if (status == HEARTH_OK && job->n <= pca->space.global_points) status = hearth_pca_matrix_scores(job, vectors);
    status = hearth_agree(pca->ctx, status);
  }
  hearth_deallocate(pca->ctx, vectors);
  hearth_array_destroy(&u);
  return status;
}

/* Samples are: the modes are the right vectors of R, of which each rank takes its points. Local. */
static hearth_status keep_wide(hearth_pca_fit_job *job, const qr_work *w) {
  hearth_pca *pca = job->pca;
  const hearth_layout *layout = job->matrix->array->layout;
  const int64_t all = w->tall.n, points = pca->space.points, first = points > 0 ? hearth_layout_local_to_global(layout, pca->ctx->rank, 0, 0) : 0;
  double *row = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, points * (int64_t)sizeof *row, &row));
  hearth_status status = hearth_pca_allocate(pca->ctx, pca->modes * points, &pca->basis);
  for (int64_t k = 0; k < pca->modes && status == HEARTH_OK; k++) {
    for (int64_t i = 0; i < points; i++) row[i] = w->vt[(first + i) * all + k];
    status = hearth_pca_upload(pca->ctx, pca->basis + k * points, row, points);
  }
  hearth_deallocate(pca->ctx, row);
  return status;
}

static hearth_status solve_qr(hearth_pca_fit_job *job, int32_t method) {
  hearth_pca *pca = job->pca;
  const hearth_array *matrix = job->matrix->array;
  const bool wide = matrix->layout->shape[0] < matrix->layout->shape[1];
  hearth_array *turned = NULL;
  qr_work w = {.s = NULL};
  double total = 0;
  hearth_status status = wide ? hearth_transpose(matrix, 2, NULL, &turned) : HEARTH_OK;
  if (status == HEARTH_OK) status = qr_make(wide ? turned : matrix, method, &w);
  for (int64_t k = 0; k < w.tall.n && status == HEARTH_OK; k++) total += w.s[k] * w.s[k];
  if (status == HEARTH_OK) status = hearth_pca_keep_values(job, w.tall.n, w.s, total);
  if (status == HEARTH_OK) status = wide ? hearth_agree(pca->ctx, keep_wide(job, &w)) : keep_tall(job, &w);
  pca->solver = w.factor.method == HEARTH_QR_TSQR ? HEARTH_PCA_TSQR : HEARTH_PCA_CHOLESKY_QR;
  qr_free(pca->ctx, &w);
  hearth_array_destroy(&turned);
  return status;
}

/* Sum of the squares of X, over all ranks. Collective; agreed. */
static hearth_status squares_of(const hearth_array *matrix, double *total) {
  const hearth_context *ctx = matrix->ctx;
  const hearth_view *own = hearth_array_view(matrix);
  hearth_exact exact = {0};
  const hearth_view sum = {.data = &exact, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {own->extent[0], own->extent[1]}};
  hearth_status status = HEARTH_OK;
  if (own->extent[0] > 0) status = ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_SQUARE, 0, 1, own, NULL}, &sum);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  HEARTH_TRY(hearth_agree(ctx, status));
  *total = hearth_exact_round(&exact);
  return hearth_allreduce_f64(ctx, total, 1, HEARTH_OP_SUM);
}

/* u [points, .] with X's rows, and vt. Collective; agreed. */
static hearth_status keep_truncated(hearth_pca_fit_job *job, const hearth_array *u, const hearth_array *vt) {
  hearth_pca *pca = job->pca;
  const int64_t *shape = vt->layout->shape, modes = pca->modes;
  hearth_layout *rows = NULL;
  const hearth_array *aligned = NULL;
  hearth_array *made = NULL;
  double *host = NULL, *vectors = NULL;
  hearth_status status = hearth_pca_points_layout(pca, 0, u->layout->shape[1], &rows);
  if (status == HEARTH_OK) status = hearth_array_align(u, rows, &aligned, &made);
  if (status == HEARTH_OK) status = hearth_agree(pca->ctx, keep_modes(pca, aligned));
  if (status == HEARTH_OK && job->n <= pca->space.global_points) {
    status = hearth_allocate(pca->ctx, shape[0] * shape[1] * (int64_t)sizeof *host, &host);
    if (status == HEARTH_OK) status = hearth_allocate(pca->ctx, shape[1] * modes * (int64_t)sizeof *vectors, &vectors);
    status = hearth_agree(pca->ctx, status);
    if (status == HEARTH_OK) status = hearth_small_read(vt, 1, host);
    for (int64_t k = 0; k < modes && status == HEARTH_OK; k++)
      for (int64_t j = 0; j < shape[1]; j++) vectors[k * shape[1] + j] = host[j * shape[0] + k];
    if (status == HEARTH_OK) status = hearth_agree(pca->ctx, hearth_pca_matrix_scores(job, vectors));
  }
  hearth_deallocate(pca->ctx, host);
  hearth_deallocate(pca->ctx, vectors);
  hearth_array_destroy(&made);
  hearth_layout_destroy(&rows);
  return status;
}

/* Leading values alone: randomized or hierarchical. Collective. */
static hearth_status solve_truncated(hearth_pca_fit_job *job, int32_t solver) {
  const hearth_pca *pca = job->pca;
  const hearth_array *matrix = job->matrix->array;
  hearth_array *u = NULL, *s = NULL, *vt = NULL;
  double *values = NULL, total = 0, error = 0;
  hearth_rsvd_options random = HEARTH_RSVD_OPTIONS_INIT;
  random.oversample = pca->options.oversampling;
  random.power = pca->options.power_iterations;
  random.stream = (int32_t)(pca->options.seed & 0x7fffffff);
  HEARTH_TRY(squares_of(matrix, &total));
  if (total == 0) return hearth_pca_keep_values(job, 0, NULL, 0);
  hearth_status status = solver == HEARTH_PCA_RANDOMIZED ? hearth_rsvd(matrix, pca->n_components, &random, &u, &s, &vt, &error)
                                                         : hearth_hsvd_rank(matrix, pca->n_components + pca->options.oversampling, NULL, &u, &s, &vt, &error);
  if (status == HEARTH_OK) status = hearth_agree(pca->ctx, hearth_allocate(pca->ctx, s->layout->shape[0] * (int64_t)sizeof *values, &values));
  if (status == HEARTH_OK) status = hearth_small_read(s, 1, values);
  if (status == HEARTH_OK) status = hearth_pca_keep_values(job, s->layout->shape[0], values, total);
  if (status == HEARTH_OK) status = keep_truncated(job, u, vt);
  hearth_deallocate(pca->ctx, values);
  hearth_array_destroy(&u);
  hearth_array_destroy(&s);
  hearth_array_destroy(&vt);
  return status;
}

/* The order up to which a factor R is small enough to be held and decomposed by one rank; as hearth_qr has it. */
#define LARGEST_FACTOR 4096

hearth_status hearth_pca_solve_matrix(hearth_pca_fit_job *job, int32_t solver) {
  const int64_t *shape = job->matrix->array->layout->shape, least = shape[0] < shape[1] ? shape[0] : shape[1];
  if (shape[1] == 0) return hearth_pca_keep_values(job, 0, NULL, 0);
  if (solver == HEARTH_PCA_RANDOMIZED || solver == HEARTH_PCA_HIERARCHICAL) return solve_truncated(job, solver);
  const bool qr = solver == HEARTH_PCA_CHOLESKY_QR || solver == HEARTH_PCA_TSQR;
  if (qr && least <= LARGEST_FACTOR) return solve_qr(job, solver == HEARTH_PCA_TSQR ? HEARTH_QR_TSQR : HEARTH_QR_AUTO);
  job->pca->solver = HEARTH_PCA_FULL;
  return solve_full(job);
}
