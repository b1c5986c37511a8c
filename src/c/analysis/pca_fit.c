/* Batch fits: what is common to arrays, states and sources, and the choice of the side. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/layout_impl.h"
#include <string.h>

static int64_t count_points(const hearth_series *series) {
  int64_t points = 0;
  for (int32_t f = 0; f < series->nfields; f++) {
    int64_t space = 1;
    for (int32_t d = 0; d < series->field[f].ndim; d++)
      if (d != series->field[f].axis) space *= series->field[f].shape[d];
    points += space;
  }
  return points;
}

static hearth_status check_fit(const hearth_pca *pca, const hearth_series *series) {
  const hearth_context *ctx = pca->ctx;
  const int64_t n = series->samples;
  HEARTH_REQUIRE(ctx, n >= 2, "PCA needs at least 2 samples, there %s %lld", n == 1 ? "is" : "are", (long long)n);
  HEARTH_REQUIRE(ctx, n > pca->options.ddof, "%lld samples with ddof = %d leave no degree of freedom", (long long)n, pca->options.ddof);
  HEARTH_REQUIRE(ctx, !pca->labels || pca->nlabels == n, "%lld samples have labels (hearth_pca_set_groups, hearth_pca_set_labels), there are %lld",
                 (long long)pca->nlabels, (long long)n);
  HEARTH_TRY(hearth_pca_check_labels(pca, n));
  const int64_t points = count_points(series);
  const int64_t most = n - 1 < points ? n - 1 : points;
  HEARTH_REQUIRE(ctx, pca->n_components <= most, "%d components are more than min(samples - 1, points) = min(%lld, %lld)", pca->n_components,
                 (long long)(n - 1), (long long)points);
  return HEARTH_OK;
}

/* The layout in which field f's results are held: its own, or one that suits the pass. Collective. */
static hearth_status result_layout(const hearth_pca_fit_job *job, int32_t f, bool samples_side, hearth_layout **layout) {
  if (samples_side) return hearth_pca_samples_layout(job, f, layout);
  return hearth_agree(job->pca->ctx, hearth_series_space(job->series, f, layout));
}

static hearth_status make_space(hearth_pca_fit_job *job, bool samples_side) {
  const hearth_series *series = job->series;
  hearth_layout *layouts[HEARTH_MAX_FIELDS] = {NULL};
  hearth_pca_origin origin[HEARTH_MAX_FIELDS];
  hearth_status status = HEARTH_OK;
  for (int32_t f = 0; f < series->nfields && status == HEARTH_OK; f++) {
    const hearth_series_field *field = &series->field[f];
    status = result_layout(job, f, samples_side, &layouts[f]);
    origin[f] = (hearth_pca_origin){field->name, layouts[f], field->order, field->array, field->axis};
  }
  if (status == HEARTH_OK) status = hearth_pca_space_create(job->pca, series->nfields, origin);
  for (int32_t f = 0; f < series->nfields; f++) hearth_layout_destroy(&layouts[f]);
  return status;
}

static hearth_status count_groups(hearth_pca_fit_job *job) {
  const hearth_pca *pca = job->pca;
  HEARTH_TRY(hearth_allocate_zero(pca->ctx, pca->ngroups * (int64_t)sizeof *job->group_size, &job->group_size));
  if (!pca->labels) job->group_size[0] = job->n;
  for (int64_t t = 0; pca->labels && t < job->n; t++) job->group_size[pca->labels[t]]++;
  return HEARTH_OK;
}

static void free_job(hearth_pca_fit_job *job) {
  const hearth_context *ctx = job->pca->ctx;
  hearth_deallocate(ctx, job->group_size);
  hearth_pca_release(ctx, &job->gram);
  hearth_pca_release(ctx, &job->panel);
  hearth_pca_release(ctx, &job->coefficients);
  hearth_pca_matrix_destroy(ctx, &job->matrix);
  if (job->panel32) ctx->backend->release(ctx->queue, job->panel32);
  if (job->missing) ctx->backend->release(ctx->queue, job->missing);
}

static hearth_status by_matrix(hearth_pca_fit_job *job, int32_t solver) {
  HEARTH_TRY(hearth_pca_matrix_create(job, !job->fixed));
  HEARTH_TRY(hearth_pca_pass_samples(job));
  return job->fixed ? hearth_pca_solve_fixed(job) : hearth_pca_solve_matrix(job, solver);
}

/* One run by `solver`, which is not AUTO. *insufficient not NULL: the Gram matrix may give up; *unsafe: it had to. Collective. */
static hearth_status run_in(hearth_pca *pca, const hearth_series *series, int32_t solver, bool float32, bool *insufficient, bool *unsafe) {
  hearth_context *ctx = pca->ctx;
  hearth_pca_clear(pca);
  hearth_pca_fit_job job = {.pca = pca, .series = series, .n = series->samples, .bad_point = INT64_MAX, .phase = ""};
  job.budget = pca->options.memory ? pca->options.memory : (int64_t)256 << 20;
  job.float32 = float32;
  job.fixed = ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
  job.may_give_up = insufficient != NULL;
  hearth_status status = check_fit(pca, series);
  if (status == HEARTH_OK) status = count_groups(&job);
  status = hearth_agree(ctx, status);
  const bool matrix = job.fixed || solver != HEARTH_PCA_GRAM, samples_side = matrix || series->samples <= count_points(series);
  pca->phase = HEARTH_PCA_BATCH;
  pca->solver = solver;
  if (status == HEARTH_OK) status = make_space(&job, samples_side);
  if (status == HEARTH_OK) {
    hearth_log_write(ctx, HEARTH_LOG_INFO, "PCA of %lld samples of %lld points by %s", (long long)job.n, (long long)pca->space.global_points,
                     hearth_pca_solver_name(solver));
    status = matrix ? by_matrix(&job, solver) : samples_side ? hearth_pca_fit_samples(&job) : hearth_pca_fit_points(&job);
  }
  if (insufficient) *insufficient = job.insufficient;
  *unsafe = job.unsafe;
  free_job(&job);
  pca->samples = series->samples;
  if (status != HEARTH_OK) hearth_pca_clear(pca);
  return status;
}

/* Where squares leave the range of float32 the products are made again in float64, and where they leave that of float64 there are no products. */
static hearth_status run(hearth_pca *pca, const hearth_series *series, int32_t solver, bool *insufficient) {
  const bool float32 = pca->options.accuracy == HEARTH_ACCURACY_FLOAT32;
  bool unsafe = false;
  HEARTH_TRY(run_in(pca, series, solver, float32, insufficient, &unsafe));
  if (unsafe && float32) HEARTH_TRY(run_in(pca, series, solver, false, insufficient, &unsafe));
  if (unsafe && insufficient) *insufficient = true;
  return HEARTH_OK;
}

/* Whether the anomalies and what a factorisation of them needs can be held: arrays are, where no cap forbids it; a source only in the memory it was given. The
 * same on all ranks. */
static hearth_status matrix_fits(const hearth_pca *pca, const hearth_series *series, bool *fits) {
  const hearth_context *ctx = pca->ctx;
  int64_t in_use = 0, peak = 0, cap = 0;
  HEARTH_TRY(hearth_context_memory(ctx, &in_use, &peak, &cap));
  const int64_t share = (count_points(series) + ctx->size - 1) / ctx->size, budget = pca->options.memory ? pca->options.memory : (int64_t)256 << 20;
  const double needed = 3.0 * (double)sizeof(double) * (double)share * (double)series->samples;
  int64_t no = (cap > 0 && needed > (double)(cap - in_use)) || (!series->field[0].array && needed > (double)budget);
  HEARTH_TRY(hearth_allreduce_i64(ctx, &no, 1, HEARTH_OP_MAX));
  *fits = !no;
  return HEARTH_OK;
}

/* From this order on a Gram matrix, which every rank holds and one solves, is not made where a few modes of many are wanted (docs/pca.md). */
#define LARGE_ORDER 8192

/* The written rules of AUTO. */
static hearth_status fit_auto(hearth_pca *pca, const hearth_series *series) {
  bool fits = false, insufficient = false;
  const int64_t points = count_points(series), side = series->samples < points ? series->samples : points;
  HEARTH_TRY(matrix_fits(pca, series, &fits));
  if (fits && side > LARGE_ORDER && 8 * ((int64_t)pca->n_components + pca->options.oversampling) <= side) return run(pca, series, HEARTH_PCA_RANDOMIZED, NULL);
  HEARTH_TRY(run(pca, series, HEARTH_PCA_GRAM, fits ? &insufficient : NULL));
  if (!insufficient) return HEARTH_OK;
  hearth_log_write(pca->ctx, HEARTH_LOG_INFO, "the Gram matrix cannot tell all modes that were asked for from rounding: going on with a QR factorisation");
  return run(pca, series, HEARTH_PCA_CHOLESKY_QR, NULL);
}

static hearth_status fit_complete(hearth_pca *pca, const hearth_series *series) {
  if (pca->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE) return run(pca, series, HEARTH_PCA_GRAM, NULL);
  return pca->options.solver == HEARTH_PCA_AUTO ? fit_auto(pca, series) : run(pca, series, pca->options.solver, NULL);
}

/* The fields with their gaps filled, in new arrays. Collective; agreed. */
static hearth_status fill(hearth_pca *pca, const hearth_series *series, hearth_pca_gaps *report) {
  hearth_context *ctx = pca->ctx;
  hearth_pca_clear(pca);
  hearth_pca_fit_job job = {.pca = pca, .series = series, .n = series->samples, .phase = ""};
  job.budget = pca->options.memory ? pca->options.memory : (int64_t)256 << 20;
  pca->phase = HEARTH_PCA_BATCH;
  hearth_status status = hearth_agree(ctx, check_fit(pca, series));
  if (status == HEARTH_OK) status = make_space(&job, true);
  if (status == HEARTH_OK) status = hearth_pca_fill(&job, report);
  hearth_pca_clear(pca);
  return status;
}

static hearth_status fit(hearth_pca *pca, const hearth_series *series) {
  if (pca->options.gaps < HEARTH_GAPS_FILL) return fit_complete(pca, series);
  hearth_pca_gaps gaps = {0};
  hearth_series_field field[HEARTH_MAX_FIELDS];
  hearth_series filled = *series;
  hearth_status status = fill(pca, series, &gaps);
  filled.field = field;
  for (int32_t f = 0; f < series->nfields && status == HEARTH_OK; f++) {
    field[f] = series->field[f];
    field[f].array = gaps.filled[f];
    field[f].dtype = HEARTH_FLOAT64;
  }
  if (status == HEARTH_OK) status = fit_complete(pca, &filled);
  if (status == HEARTH_OK)
    pca->gaps = gaps;
  else
    hearth_pca_free_gaps(pca->ctx, &gaps);
  return status;
}

static hearth_status fit_and_free(hearth_pca *pca, hearth_series *series, hearth_status status) {
  if (status == HEARTH_OK) {
    status = fit(pca, series);
    hearth_series_free(series);
  }
  return status;
}

hearth_status hearth_pca_fit(hearth_pca *pca, const hearth_array *array, int32_t sample_axis) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_fit: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  return fit_and_free(pca, &series, hearth_series_of_array(pca->ctx, array, sample_axis, &series));
}

hearth_status hearth_pca_fit_state(hearth_pca *pca, const hearth_state *state, int32_t sample_axis) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_fit_state: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  return fit_and_free(pca, &series, hearth_series_of_state(pca->ctx, state, sample_axis, &series));
}

hearth_status hearth_pca_fit_source(hearth_pca *pca, const hearth_source *source) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_fit_source: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  return fit_and_free(pca, &series, hearth_series_of_source(pca->ctx, source, &series));
}
