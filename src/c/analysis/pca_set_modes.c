/* An estimator from modes that were found earlier: what a file of results holds. */
#include "analysis/metric_impl.h"
#include "analysis/pca_impl.h"
#include "analysis/series.h"
#include "analysis/state_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/align.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

typedef struct hearth_saved {
  hearth_pca *pca;
  const hearth_state *components, *mean, *deviation;
  int32_t n, ngroups;
  const double *eigenvalues;
  double total;
  int64_t samples;
} hearth_saved;

/* Rows of a saved field on the host: one per mode or group, each over this rank's points of field f. */
typedef struct hearth_rows {
  int64_t n, points;
  double *value;
} hearth_rows;

static hearth_status check_numbers(const hearth_saved *s) {
  const hearth_context *ctx = s->pca->ctx;
  HEARTH_REQUIRE(ctx, s->n >= 1 && s->n <= s->pca->n_components, "hearth_pca_set_modes: %d modes for an estimator of %d components", s->n,
                 s->pca->n_components);
  HEARTH_REQUIRE(ctx, s->samples > s->pca->options.ddof, "hearth_pca_set_modes: %lld samples with ddof = %d leave no degree of freedom", (long long)s->samples,
                 s->pca->options.ddof);
  double sum = 0;
  for (int32_t k = 0; k < s->n; k++) {
    HEARTH_REQUIRE(ctx, s->eigenvalues && s->eigenvalues[k] >= 0 && isfinite(s->eigenvalues[k]), "hearth_pca_set_modes: eigenvalue %d is %g", k,
                   s->eigenvalues ? s->eigenvalues[k] : (double)NAN);
    sum += s->eigenvalues[k];
  }
  HEARTH_REQUIRE(ctx, s->total > 0 && isfinite(s->total) && sum <= s->total * (1 + 1e-6),
                 "hearth_pca_set_modes: the total variance is %g, the eigenvalues' sum is %g", s->total, sum);
  return HEARTH_OK;
}

/* The fields of `state` lie over the same space as the components, with a leading axis or without. */
static hearth_status check_state(const hearth_saved *s, const hearth_series *series, const hearth_state *state, const char *what, int32_t *lead) {
  const hearth_context *ctx = s->pca->ctx;
  *lead = 1;
  if (!state) return HEARTH_OK;
  if (state->nfields != series->nfields)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_set_modes: %s of %d fields, modes of %d", what, state->nfields, series->nfields);
  for (int32_t f = 0; f < series->nfields; f++) {
    const hearth_layout *layout = state->field[f].array->layout;
    const hearth_series_field *field = &series->field[f];
    const int32_t more = layout->ndim - (field->ndim - 1);
    bool same = more == 0 || more == 1;
    for (int32_t d = 1; d < field->ndim && same; d++) same = layout->shape[d - 1 + more] == field->shape[d];
    if (same && f == 0) *lead = more ? (int32_t)layout->shape[0] : 1;
    if (!same || (more ? layout->shape[0] : 1) != *lead || *lead < 1)
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_set_modes: the %s of field '%s' has another space than its modes", what, field->name);
    HEARTH_TRY(hearth_array_pending(state->field[f].array));
  }
  return HEARTH_OK;
}

static hearth_status check(hearth_saved *s, const hearth_series *series) {
  int32_t one = 1;
  HEARTH_TRY(check_numbers(s));
  if (series->samples != s->n)
    return hearth_fail(s->pca->ctx, HEARTH_ERR_MISMATCH, "hearth_pca_set_modes: %d eigenvalues, but the arrays hold %lld modes", s->n,
                       (long long)series->samples);
  HEARTH_TRY(check_state(s, series, s->mean, "mean", &s->ngroups));
  HEARTH_TRY(check_state(s, series, s->deviation, "standard deviation", &one));
  HEARTH_REQUIRE(s->pca->ctx, one == 1, "hearth_pca_set_modes: %d standard deviations of each point", one);
  return HEARTH_OK;
}

/* The array, with or without a leading axis, as rows over this rank's points of field f. Collective. */
static hearth_status fetch(const hearth_pca *pca, int32_t f, const hearth_array *array, hearth_rows *rows) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const bool lead = array->layout->ndim > field->layout->ndim;
  hearth_layout *layout = NULL;
  const hearth_array *here = NULL;
  hearth_array *made = NULL;
  *rows = (hearth_rows){.n = lead ? array->layout->shape[0] : 1, .points = field->points};
  hearth_status status = lead ? hearth_layout_insert(field->layout, 0, rows->n, &layout) : HEARTH_OK;
  if (status == HEARTH_OK) status = hearth_allocate(ctx, rows->n * rows->points * (int64_t)sizeof *rows->value, &rows->value);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_align(array, lead ? layout : field->layout, &here, &made);
  for (int32_t p = 0; status == HEARTH_OK && p < field->npieces; p++) {
    if (field->piece[p + 1] == field->piece[p]) continue;
    hearth_view to = hearth_pca_piece_view(pca, f, p, NULL, lead ? rows->n : -1, rows->points);
    to.data = rows->value + field->piece[p];
    to.space = HEARTH_SPACE_HOST;
    status = hearth_view_copy(ctx, &to, &here->piece[p].view);
  }
  hearth_array_destroy(&made);
  hearth_layout_destroy(&layout);
  return hearth_agree(ctx, status);
}

/* sqrt(w) of field f's points, 0 where the modes are NaN; from there on such points take no part. Local. */
static hearth_status join_mask(const hearth_pca *pca, int32_t f, const hearth_rows *modes, double *root) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  HEARTH_TRY(hearth_pca_download(ctx, root, pca->space.scale + field->offset, field->points));
  for (int64_t i = 0; i < field->points; i++) {
    int64_t missing = 0, infinite = 0;
    for (int64_t k = 0; k < modes->n; k++) {
      missing += isnan(modes->value[k * field->points + i]) != 0;
      infinite += isinf(modes->value[k * field->points + i]) != 0;
    }
    if (missing == modes->n) root[i] = 0;
    if (root[i] > 0 && (missing || infinite)) {
      char where[160];
      hearth_pca_describe_point(pca, hearth_pca_global_point(pca, field->offset + i), where, sizeof where);
      return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "hearth_pca_set_modes: %lld of %lld modes are NaN or infinite, %s", (long long)(missing + infinite),
                         (long long)modes->n, where);
    }
  }
  return HEARTH_OK;
}

/* The basis v_k = sqrt(w) e_k. Local. */
static hearth_status keep_modes(hearth_pca *pca, int32_t f, hearth_rows *modes, const double *root) {
  const hearth_pca_field *field = &pca->space.field[f];
  for (int64_t k = 0; k < modes->n; k++) {
    double *row = modes->value + k * field->points;
    for (int64_t i = 0; i < field->points; i++) row[i] = root[i] > 0 ? row[i] * root[i] : 0;
    HEARTH_TRY(hearth_pca_upload(pca->ctx, pca->basis + k * pca->space.points + field->offset, row, field->points));
  }
  return HEARTH_OK;
}

static hearth_status keep_means(hearth_pca *pca, int32_t f, hearth_rows *means, const double *root) {
  const hearth_pca_field *field = &pca->space.field[f];
  int64_t bad = -1;
  for (int64_t i = 0; i < means->n * field->points; i++) {
    if (root[i % field->points] == 0) means->value[i] = 0;
    if (!isfinite(means->value[i]) && bad < 0) bad = i % field->points;
  }
  if (bad >= 0) {
    char where[160];
    hearth_pca_describe_point(pca, hearth_pca_global_point(pca, field->offset + bad), where, sizeof where);
    return hearth_fail(pca->ctx, HEARTH_ERR_NOT_FINITE, "hearth_pca_set_modes: the mean is NaN or infinite where the modes are not, %s", where);
  }
  for (int64_t g = 0; g < means->n; g++)
    HEARTH_TRY(hearth_pca_upload(pca->ctx, pca->mean + g * pca->space.points + field->offset, means->value + g * field->points, field->points));
  return HEARTH_OK;
}

/* scale = sqrt(w) / deviation, inverse = 1 / sqrt(w), NaN where the point takes no part. Local. */
static hearth_status keep_weights(hearth_pca *pca, int32_t f, const hearth_rows *deviation, double *root) {
  const hearth_pca_field *field = &pca->space.field[f];
  double *inverse = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, field->points * (int64_t)sizeof *inverse, &inverse));
  hearth_status status = HEARTH_OK;
  for (int64_t i = 0; i < field->points; i++) {
    const double d = deviation->value && root[i] > 0 ? deviation->value[i] : 1;
    if (!(d > 0 && isfinite(d)) && status == HEARTH_OK)
      status = hearth_fail(pca->ctx, HEARTH_ERR_ARGUMENT, "hearth_pca_set_modes: a standard deviation of field '%s' is %g", field->name, d);
    inverse[i] = root[i] > 0 ? 1 / root[i] : (double)NAN;
    root[i] /= d;
    if (deviation->value) deviation->value[i] = d;
  }
  if (status == HEARTH_OK) status = hearth_pca_upload(pca->ctx, pca->space.scale + field->offset, root, field->points);
  if (status == HEARTH_OK) status = hearth_pca_upload(pca->ctx, pca->space.inverse + field->offset, inverse, field->points);
  if (status == HEARTH_OK && deviation->value) status = hearth_pca_upload(pca->ctx, pca->space.deviation + field->offset, deviation->value, field->points);
  hearth_deallocate(pca->ctx, inverse);
  return status;
}

static hearth_status set_field(const hearth_saved *s, const hearth_series *series, int32_t f) {
  hearth_pca *pca = s->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_rows modes = {0}, means = {0}, deviation = {0};
  double *root = NULL;
  hearth_status status = hearth_agree(ctx, hearth_allocate(ctx, pca->space.field[f].points * (int64_t)sizeof *root, &root));
  if (status == HEARTH_OK) status = fetch(pca, f, series->field[f].array, &modes);
  if (status == HEARTH_OK && s->mean) status = fetch(pca, f, s->mean->field[f].array, &means);
  if (status == HEARTH_OK && s->deviation) status = fetch(pca, f, s->deviation->field[f].array, &deviation);
  if (status == HEARTH_OK) {
    status = join_mask(pca, f, &modes, root);
    if (status == HEARTH_OK) status = keep_modes(pca, f, &modes, root);
    if (status == HEARTH_OK) status = keep_means(pca, f, &means, root);
    if (status == HEARTH_OK) status = keep_weights(pca, f, &deviation, root);
    status = hearth_agree(ctx, status);
  }
  hearth_deallocate(ctx, modes.value);
  hearth_deallocate(ctx, means.value);
  hearth_deallocate(ctx, deviation.value);
  hearth_deallocate(ctx, root);
  return status;
}

static hearth_status make_space(const hearth_saved *s, const hearth_series *series) {
  hearth_layout *layouts[HEARTH_MAX_FIELDS] = {NULL};
  hearth_pca_origin origin[HEARTH_MAX_FIELDS];
  hearth_status status = HEARTH_OK;
  for (int32_t f = 0; f < series->nfields && status == HEARTH_OK; f++) {
    const hearth_series_field *field = &series->field[f];
    status = hearth_agree(s->pca->ctx, hearth_series_space(series, f, &layouts[f]));
    origin[f] = (hearth_pca_origin){s->components->field[f].name, layouts[f], field->order, field->array, 0};
  }
  if (status == HEARTH_OK) status = hearth_pca_space_create(s->pca, series->nfields, origin);
  for (int32_t f = 0; f < series->nfields; f++) hearth_layout_destroy(&layouts[f]);
  return status;
}

/* Memory, and the numbers. Local. */
static hearth_status make_room(const hearth_saved *s) {
  hearth_pca *pca = s->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points;
  const double divisor = (double)(s->samples - pca->options.ddof);
  HEARTH_TRY(hearth_pca_allocate(ctx, s->n * points, &pca->basis));
  HEARTH_TRY(hearth_pca_allocate(ctx, s->ngroups * points, &pca->mean));
  if (s->deviation) HEARTH_TRY(hearth_pca_allocate(ctx, points, &pca->space.deviation));
  HEARTH_TRY(hearth_allocate_zero(ctx, pca->n_components * (int64_t)sizeof *pca->sigma, &pca->sigma));
  HEARTH_TRY(hearth_allocate(ctx, s->n * (int64_t)sizeof *pca->sign, &pca->sign));
  for (int32_t k = 0; k < s->n; k++) {
    pca->sigma[k] = sqrt(s->eigenvalues[k] * divisor);
    pca->sign[k] = 1; /* as they are given */
  }
  pca->signs_known = true;
  pca->total = s->total * divisor;
  pca->samples = s->samples;
  pca->modes = pca->rows = s->n;
  const hearth_view mean = hearth_pca_matrix(ctx, pca->mean, s->ngroups, points, points, 1);
  return points ? ctx->backend->fill(ctx->queue, &mean, 0) : HEARTH_OK;
}

static hearth_status set_modes(hearth_saved *s, const hearth_series *series) {
  hearth_pca *pca = s->pca;
  hearth_context *ctx = pca->ctx;
  HEARTH_TRY(hearth_agree(ctx, check(s, series)));
  hearth_pca_clear(pca);
  pca->phase = HEARTH_PCA_BATCH;
  hearth_status status = make_space(s, series);
  if (status == HEARTH_OK) status = hearth_agree(ctx, make_room(s));
  for (int32_t f = 0; f < series->nfields && status == HEARTH_OK; f++) status = set_field(s, series, f);
  if (status != HEARTH_OK) {
    hearth_pca_clear(pca);
    return status;
  }
  hearth_deallocate(ctx, pca->labels);
  pca->labels = NULL;
  pca->nlabels = 0;
  pca->ngroups = s->ngroups;
  return HEARTH_OK;
}

hearth_status hearth_pca_set_modes(hearth_pca *pca, const hearth_state *components, int32_t n, const double *eigenvalues, double total_variance,
                                   int64_t samples, const hearth_state *mean, const hearth_state *deviation) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_set_modes: the estimator is NULL");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  hearth_status status = HEARTH_OK;
  if (!components || components->ctx != ctx || (mean && mean->ctx != ctx) || (deviation && deviation->ctx != ctx))
    status = hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_set_modes: a state is NULL or belongs to another context");
  int64_t numbers[4] = {n, samples, mean != NULL, deviation != NULL};
  HEARTH_TRY(hearth_agree_same(ctx, status, "hearth_pca_set_modes: modes|samples|whether there is a mean|whether there are deviations", numbers, 4));
  hearth_series series;
  hearth_saved saved = {pca, components, mean, deviation, n, 1, eigenvalues, total_variance, samples};
  HEARTH_TRY(hearth_series_of_state(ctx, components, 0, &series));
  status = set_modes(&saved, &series);
  hearth_series_free(&series);
  return status;
}
