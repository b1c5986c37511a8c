/* Batch fits: what is common to arrays, states and sources, and the choice of the side. */
#include "analysis/pca_fit_impl.h"
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
  HEARTH_REQUIRE(ctx, !pca->labels || pca->nlabels == n, "hearth_pca_set_groups gave %lld labels, there are %lld samples", (long long)pca->nlabels,
                 (long long)n);
  const int64_t points = count_points(series);
  const int64_t most = n - 1 < points ? n - 1 : points;
  HEARTH_REQUIRE(ctx, pca->n_components <= most, "%d components are more than min(samples - 1, points) = min(%lld, %lld)", pca->n_components,
                 (long long)(n - 1), (long long)points);
  return HEARTH_OK;
}

/* The layout in which field f's results are held: its own, or one that suits the pass. Collective. */
static hearth_status result_layout(const hearth_pca_fit_job *job, int32_t f, bool samples_side, hearth_layout **layout) {
  if (samples_side) return hearth_pca_samples_layout(job, f, layout);
  const hearth_series_field *field = &job->series->field[f];
  hearth_status status = hearth_series_own_space(job->series, f, layout);
  if (status == HEARTH_OK && !*layout) {
    int64_t shape[HEARTH_MAX_NDIM];
    int32_t n = 0, longest = 0;
    for (int32_t d = 0; d < field->ndim; d++)
      if (d != field->axis) shape[n++] = field->shape[d];
    for (int32_t d = 1; d < n; d++)
      if (shape[d] > shape[longest]) longest = d;
    status = hearth_layout_make_split(job->pca->ctx, n, shape, longest, layout);
  }
  return hearth_agree(job->pca->ctx, status);
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
  if (job->panel32) ctx->backend->release(ctx->queue, job->panel32);
  if (job->missing) ctx->backend->release(ctx->queue, job->missing);
}

static hearth_status fit(hearth_pca *pca, const hearth_series *series) {
  hearth_context *ctx = pca->ctx;
  hearth_pca_clear(pca);
  hearth_pca_fit_job job = {.pca = pca, .series = series, .n = series->samples, .bad_point = INT64_MAX, .phase = ""};
  job.budget = pca->options.memory ? pca->options.memory : (int64_t)256 << 20;
  job.float32 = pca->options.accuracy == HEARTH_ACCURACY_FLOAT32;
  hearth_status status = check_fit(pca, series);
  if (status == HEARTH_OK) status = count_groups(&job);
  status = hearth_agree(ctx, status);
  const bool samples_side = series->samples <= count_points(series);
  pca->phase = HEARTH_PCA_BATCH;
  if (status == HEARTH_OK) status = make_space(&job, samples_side);
  if (status == HEARTH_OK) {
    hearth_log_write(ctx, HEARTH_LOG_INFO, "PCA by the Gram matrix of %lld %s", (long long)(samples_side ? job.n : pca->space.global_points),
                     samples_side ? "samples" : "points");
    status = samples_side ? hearth_pca_fit_samples(&job) : hearth_pca_fit_points(&job);
  }
  free_job(&job);
  pca->samples = series->samples;
  if (status != HEARTH_OK) hearth_pca_clear(pca);
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
