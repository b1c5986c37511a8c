/* The estimator's life: create, options, reset, destroy. */
#include "analysis/metric_impl.h"
#include "analysis/pca_impl.h"
#include "analysis/pca_stream_method.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <string.h>

static hearth_status take_options(const hearth_context *ctx, const hearth_pca_options *given, hearth_pca_options *options) {
  *options = (hearth_pca_options)HEARTH_PCA_OPTIONS_INIT;
  if (given) {
    HEARTH_REQUIRE(ctx, given->size >= sizeof given->size && given->size <= 4096, "hearth_pca_create: options.size is %zu; use HEARTH_PCA_OPTIONS_INIT",
                   given->size);
    memcpy(options, given, given->size < sizeof *options ? given->size : sizeof *options);
  }
  options->size = sizeof *options;
  if (options->stream_method == HEARTH_STREAM_SKETCH) options->keep_scores = 0; /* a sketch knows no single sample */
  HEARTH_REQUIRE(ctx, options->solver >= HEARTH_PCA_AUTO && options->solver <= HEARTH_PCA_FULL, "hearth_pca_create: unknown solver %d", options->solver);
  HEARTH_REQUIRE(ctx, options->accuracy >= HEARTH_ACCURACY_FLOAT64 && options->accuracy <= HEARTH_ACCURACY_FLOAT32, "hearth_pca_create: unknown accuracy %d",
                 options->accuracy);
  HEARTH_REQUIRE(ctx, options->gaps >= HEARTH_GAPS_ERROR && options->gaps <= HEARTH_GAPS_EM, "hearth_pca_create: unknown treatment of gaps %d", options->gaps);
  HEARTH_REQUIRE(ctx, options->ddof >= 0, "hearth_pca_create: ddof is %d, it must not be negative", options->ddof);
  HEARTH_REQUIRE(ctx, options->bunch >= 0, "hearth_pca_create: bunch is %d, it must not be negative", options->bunch);
  HEARTH_REQUIRE(ctx, options->stream_method >= HEARTH_STREAM_BRAND && options->stream_method <= HEARTH_STREAM_SKETCH,
                 "hearth_pca_create: unknown stream_method %d", options->stream_method);
  HEARTH_REQUIRE(ctx, options->max_samples >= 0, "hearth_pca_create: max_samples is %d, it must not be negative", options->max_samples);
  HEARTH_REQUIRE(ctx, options->forgetting > 0 && options->forgetting <= 1, "hearth_pca_create: forgetting is %g, it must be in (0, 1]", options->forgetting);
  HEARTH_REQUIRE(ctx, options->memory >= 0, "hearth_pca_create: memory is %lld, it must not be negative", (long long)options->memory);
  HEARTH_REQUIRE(ctx, options->oversampling >= 0 && options->power_iterations >= 0,
                 "hearth_pca_create: oversampling is %d and power_iterations %d, they must not be negative", options->oversampling, options->power_iterations);
  HEARTH_REQUIRE(ctx, options->gap_modes >= 0 && options->gap_iterations >= 1 && options->gap_tolerance >= 0,
                 "hearth_pca_create: gap_modes is %d, gap_iterations %d and gap_tolerance %g; they must be at least 0, 1 and 0", options->gap_modes,
                 options->gap_iterations, options->gap_tolerance);
  return HEARTH_OK;
}

static hearth_status check_create(const hearth_context *ctx, int32_t n_components, const hearth_metric *metric, const hearth_pca_options *options) {
  HEARTH_REQUIRE(ctx, n_components >= 1, "hearth_pca_create: n_components is %d, it must be at least 1", n_components);
  HEARTH_REQUIRE(ctx, !metric || metric->ctx == ctx, "hearth_pca_create: the metric belongs to another context");
  HEARTH_REQUIRE(ctx, options->n_kept == 0 || options->n_kept >= n_components + 10,
                 "hearth_pca_create: n_kept is %d, it must be 0 or at least n_components + 10 = %d", options->n_kept, n_components + 10);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE && (options->solver > HEARTH_PCA_GRAM || options->gaps > HEARTH_GAPS_DROP))
    return hearth_fail(
        ctx, HEARTH_ERR_NOT_REPRODUCIBLE,
        "hearth_pca_create: the reproducible form of PCA is that of the Gram matrix (solver auto or gram) without filled gaps: choose these, or make "
        "the context with HEARTH_REDUCTION_FAST");
  if (options->stream_method == HEARTH_STREAM_SKETCH && ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    return hearth_fail(
        ctx, HEARTH_ERR_NOT_REPRODUCIBLE,
        "hearth_pca_create: HEARTH_STREAM_SKETCH has no reproducible form: take HEARTH_STREAM_BRAND, or make the context with HEARTH_REDUCTION_FAST");
  if (options->forgetting < 1 && options->stream_method != HEARTH_STREAM_BRAND)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "hearth_pca_create: forgetting is known to HEARTH_STREAM_BRAND alone");
  return HEARTH_OK;
}

hearth_status hearth_pca_create(hearth_context *ctx, int32_t n_components, const hearth_metric *metric, const hearth_pca_options *options, hearth_pca **pca) {
  HEARTH_REQUIRE(ctx, ctx && pca, "hearth_pca_create: NULL argument");
  *pca = NULL;
  hearth_pca_options taken;
  hearth_pca *made = NULL;
  hearth_status status = take_options(ctx, options, &taken);
  if (status == HEARTH_OK) status = check_create(ctx, n_components, metric, &taken);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, sizeof *made, &made);
  int64_t forgetting = 0;
  memcpy(&forgetting, &taken.forgetting, sizeof forgetting);
  int64_t tolerance = 0;
  memcpy(&tolerance, &taken.gap_tolerance, sizeof tolerance);
  const int64_t numbers[] = {
      n_components,    metric != NULL,       taken.solver, taken.accuracy,      taken.ddof,        taken.gaps,         taken.standardize,      taken.n_kept,
      taken.bunch,     taken.keep_scores,    taken.memory, taken.whiten,        taken.kaiser,      taken.oversampling, taken.power_iterations, taken.seed,
      taken.gap_modes, taken.gap_iterations, tolerance,    taken.stream_method, taken.max_samples, forgetting};
  status = hearth_agree_same(ctx, status, "hearth_pca_create's n_components and options", numbers, sizeof numbers / sizeof *numbers);
  if (status != HEARTH_OK) {
    hearth_deallocate(ctx, made);
    return status;
  }
  *made = (hearth_pca){.ctx = ctx, .n_components = n_components, .metric = hearth_metric_retain(metric), .options = taken, .ngroups = 1};
  made->stream.n_kept = taken.n_kept ? taken.n_kept : n_components + 10;
  made->stream.bunch = taken.bunch ? taken.bunch : 16;
  hearth_context_hold(ctx, HEARTH_OBJECT_PCA);
  *pca = made;
  return HEARTH_OK;
}

void hearth_pca_clear(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  hearth_pca_space_clear(ctx, &pca->space);
  hearth_pca_release(ctx, &pca->basis);
  hearth_pca_release(ctx, &pca->mean);
  hearth_pca_release(ctx, &stream->spare);
  hearth_deallocate(ctx, pca->sigma);
  hearth_deallocate(ctx, pca->scores);
  hearth_deallocate(ctx, pca->sign);
  hearth_deallocate(ctx, stream->times);
  hearth_deallocate(ctx, stream->scores);
  hearth_deallocate(ctx, stream->bad);
  if (stream->counter) ctx->backend->release(ctx->queue, stream->counter);
  hearth_stream_table_of(pca)->release(pca);
  hearth_pca_forget_rotation(pca);
  hearth_pca_free_gaps(ctx, &pca->gaps);
  pca->solver = 0;
  *stream = (hearth_pca_stream){.n_kept = stream->n_kept, .bunch = stream->bunch};
  pca->sigma = pca->scores = pca->sign = NULL;
  pca->signs_known = false;
  pca->phase = HEARTH_PCA_EMPTY;
  pca->pending = HEARTH_OK;
  pca->damaged = false;
  pca->samples = pca->modes = pca->rows = 0;
  pca->total = 0;
}

hearth_status hearth_pca_reset(hearth_pca *pca) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_reset: the estimator is NULL");
  hearth_pca_clear(pca);
  return HEARTH_OK;
}

hearth_status hearth_pca_destroy(hearth_pca **pca) {
  if (!pca || !*pca) return HEARTH_OK;
  hearth_pca *p = *pca;
  hearth_context *ctx = p->ctx;
  hearth_pca_clear(p);
  hearth_metric_destroy(&p->metric);
  hearth_deallocate(ctx, p->labels);
  hearth_deallocate(ctx, p->time_units);
  hearth_deallocate(ctx, p->time_calendar);
  hearth_deallocate(ctx, p);
  hearth_context_drop(ctx, HEARTH_OBJECT_PCA);
  *pca = NULL;
  return HEARTH_OK;
}
