/* How well samples are reconstructed. With all modes the residual is orthogonal to them and is summed from the differences; what fewer modes leave out in
 * addition follows from the scores: err_k^2 = ||A - A_all||^2 + sum over samples of |sum over l > k of pc_l e_l|^2. */
#include "analysis/pca_transform_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include <hearth/pca_diagnostics.h>
#include <math.h>
#include <string.h>

typedef struct errors {
  double *device;      /* backend memory: the block's scores [rows, modes] */
  hearth_exact sum[2]; /* of squares: of the samples, of the residuals */
  double *gram;        /* [modes, modes] of the shown basis */
  double *square;      /* [modes, modes] sum over samples of pc pc^T */
  double *row;         /* [modes] */
} errors;

static hearth_status add_squares(const hearth_context *ctx, const hearth_view *panel, hearth_exact *sum) {
  const hearth_exact_terms terms = {HEARTH_EXACT_SQUARE, 0, 1, panel, NULL};
  const hearth_view sums = {.data = sum, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {panel->extent[0], panel->extent[1]}};
  return ctx->backend->exact->sum(ctx->queue, &terms, &sums);
}

static hearth_status part_errors(hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part, int64_t *infinite) {
  const hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  errors *e = t->user;
  hearth_transform_panel panel = {.infinite = 0};
  HEARTH_TRY(hearth_transform_pack(t, f, piece, src, part, &panel));
  *infinite += panel.infinite;
  const int64_t rows = panel.matrix.extent[0], columns = panel.matrix.extent[1];
  const hearth_view scores = hearth_pca_matrix(ctx, e->device, rows, pca->modes, pca->modes, 1),
                    basis = hearth_pca_matrix(ctx, pca->basis + panel.first, pca->modes, columns, pca->space.points, 1);
  HEARTH_TRY(add_squares(ctx, &panel.matrix, &e->sum[0]));
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, -1, &scores, &basis, 1, &panel.matrix));
  return add_squares(ctx, &panel.matrix, &e->sum[1]);
}

/* sum over samples of pc pc^T: the diagonal alone where the basis is orthonormal. */
static void add_scores(const hearth_pca *pca, errors *e, int64_t rows, const double *scores) {
  const int64_t modes = pca->modes;
  for (int64_t t = 0; t < rows; t++) {
    const double *from = scores + t * modes;
    if (!pca->rotated.basis) {
      for (int64_t k = 0; k < modes; k++) e->square[k * modes + k] += from[k] * from[k];
      continue;
    }
    memset(e->row, 0, (size_t)modes * sizeof *e->row);
    for (int64_t l = 0; l < modes; l++)
      for (int64_t k = 0; k < modes; k++) e->row[k] += from[l] * pca->rotated.mix[l * modes + k];
    for (int64_t l = 0; l < modes; l++)
      for (int64_t k = 0; k < modes; k++) e->square[l * modes + k] += e->row[l] * e->row[k];
  }
}

static hearth_status block_errors(hearth_transform *t, const hearth_array *const *block, int64_t start, int64_t rows) {
  const hearth_pca *pca = t->pca;
  errors *e = t->user;
  int64_t infinite = 0;
  add_scores(pca, e, rows, t->host);
  if (!pca->space.primary) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_upload(pca->ctx, e->device, t->host, rows * pca->modes));
  for (int32_t f = 0; f < t->series->nfields; f++) HEARTH_TRY(hearth_transform_parts(t, f, block[f], start, rows, part_errors, &infinite));
  return HEARTH_OK;
}

/* The Gram matrix of the shown basis: e_k = sum of combinations of the fitted modes, with (score matrix)^-1 as coefficients; measured here. Local. */
static hearth_status gram_here(const hearth_pca *pca, errors *e) {
  const hearth_context *ctx = pca->ctx;
  const int64_t modes = pca->modes, n = pca->space.points;
  double *device = NULL, *basis = hearth_pca_shown_basis(pca);
  if (n == 0 || !pca->space.primary) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_allocate(ctx, modes * modes, &device));
  const hearth_view rows = hearth_pca_matrix(ctx, basis, modes, n, n, 1), result = hearth_pca_matrix(ctx, device, modes, modes, modes, 1);
  hearth_status status = ctx->backend->syrk(ctx->queue, 1, &rows, 0, &result);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, e->gram, device, modes * modes);
  hearth_pca_release(ctx, &device);
  return status;
}

static hearth_status prepare(hearth_transform *t, errors *e) {
  const hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t modes = pca->modes, square = modes * modes * (int64_t)sizeof(double);
  HEARTH_TRY(hearth_transform_prepare(t));
  hearth_status status = hearth_pca_allocate(ctx, t->rows * modes, &e->device);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, square, &e->gram);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, square, &e->square);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, modes * (int64_t)sizeof *e->row, &e->row);
  if (status == HEARTH_OK && pca->rotated.basis) status = gram_here(pca, e);
  HEARTH_TRY(hearth_agree(ctx, status));
  if (pca->rotated.basis) return hearth_allreduce_f64(ctx, e->gram, modes * modes, HEARTH_OP_SUM);
  for (int64_t k = 0; k < modes; k++) e->gram[k * modes + k] = 1;
  return HEARTH_OK;
}

/* Squares summed over ranks, to relative errors. Collective. */
static hearth_status finish(const hearth_transform *t, const errors *e, int32_t n, double *result) {
  const int64_t modes = t->pca->modes;
  double sum[2] = {hearth_exact_round(&e->sum[0]), hearth_exact_round(&e->sum[1])};
  HEARTH_TRY(hearth_allreduce_f64(t->pca->ctx, sum, 2, HEARTH_OP_SUM));
  for (int64_t k = 0; k < n; k++) {
    double left = sum[1];
    for (int64_t i = k + 1; i < modes; i++)
      for (int64_t j = k + 1; j < modes; j++) left += e->gram[i * modes + j] * e->square[i * modes + j];
    result[k] = sum[0] > 0 ? sqrt(fmax(left, 0) / sum[0]) : 0;
  }
  return HEARTH_OK;
}

static hearth_status check(const hearth_pca *pca, const hearth_series *series, int32_t n, const double *result) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, result || n == 0, "hearth_pca_reconstruction_error: no place for the result");
  HEARTH_REQUIRE(ctx, n >= 0 && n <= pca->modes, "hearth_pca_reconstruction_error: %d errors are asked for, %d modes were found", n, pca->modes);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE,
                       "hearth_pca_reconstruction_error has no reproducible form: make the context with HEARTH_REDUCTION_FAST");
  return hearth_transform_check(pca, series);
}

static hearth_status all_blocks(hearth_pca *pca, const hearth_series *series, int32_t n, double *result) {
  const hearth_context *ctx = pca->ctx;
  errors e = {NULL};
  hearth_transform t = {.pca = pca, .series = series, .after = block_errors, .user = &e};
  hearth_status status = prepare(&t, &e);
  for (int64_t start = 0; start < series->samples && status == HEARTH_OK; start += t.rows)
    status = hearth_transform_block(&t, start, series->samples - start < t.rows ? series->samples - start : t.rows);
  if (status == HEARTH_OK) status = finish(&t, &e, n, result);
  hearth_transform_free(&t);
  hearth_pca_release(ctx, &e.device);
  hearth_deallocate(ctx, e.gram);
  hearth_deallocate(ctx, e.square);
  hearth_deallocate(ctx, e.row);
  return status;
}

hearth_status hearth_pca_reconstruction_error(hearth_pca *pca, const hearth_array *array, int32_t sample_axis, int32_t n, double *result) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_reconstruction_error: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  const int64_t number = n;
  HEARTH_TRY(hearth_pca_ready(pca));
  HEARTH_TRY(hearth_series_of_array(pca->ctx, array, sample_axis, &series));
  hearth_status status = hearth_agree_same(pca->ctx, check(pca, &series, n, result), "number of modes", &number, 1);
  if (status == HEARTH_OK) status = all_blocks(pca, &series, n, result);
  hearth_series_free(&series);
  return status;
}
