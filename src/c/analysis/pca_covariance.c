/* The points' side, after the pass: sums over ranks, true means, weights, eigenvectors, and the modes handed to the ranks that own the points. */
#include "analysis/metric_impl.h"
#include "analysis/pca_fit_impl.h"
#include "analysis/points_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

/* Everything about the points that each rank holds whole. */
typedef struct hearth_whole {
  double *covariance; /* [points, points] */
  double *weight;     /* sqrt(w); 0: takes no part */
  double *mean;       /* [groups, points] */
  double *deviation;  /* [points] */
  double *vectors;    /* [points, n_components], column-major */
  int64_t *missing;   /* [points] */
} hearth_whole;

static hearth_status allocate_points(hearth_points *points) {
  hearth_pca_fit_job *job = points->job;
  const hearth_context *ctx = job->pca->ctx;
  const int64_t p = points->points, groups = job->pca->ngroups;
  const int64_t panel = job->budget < HEARTH_PANEL_BYTES ? job->budget : HEARTH_PANEL_BYTES, usual = panel / (int64_t)sizeof(double) / (p ? p : 1),
                most = (job->n + ctx->size - 1) / ctx->size;
  points->rows = usual < 256 ? 256 : usual;
  if (points->rows > 4096) points->rows = 4096;
  if (points->rows > most) points->rows = most;
  HEARTH_TRY(hearth_pca_allocate(ctx, p * p, &job->gram));
  if (job->float32)
    HEARTH_TRY(ctx->backend->allocate(ctx->queue, points->rows * p * (int64_t)sizeof *job->panel32, (void **)&job->panel32));
  else
    HEARTH_TRY(hearth_pca_allocate(ctx, points->rows * p, &job->panel));
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, p * (int64_t)sizeof *job->missing, (void **)&job->missing));
  HEARTH_TRY(hearth_pca_allocate(ctx, p, &points->shift));
  HEARTH_TRY(hearth_pca_allocate(ctx, p, &points->use));
  HEARTH_TRY(hearth_pca_allocate(ctx, p * groups, &points->sums));
  HEARTH_TRY(hearth_allocate(ctx, (groups + 1) * (p + 1) * (int64_t)sizeof *points->host, &points->host));
  HEARTH_TRY(hearth_allocate(ctx, points->rows * (int64_t)sizeof *points->label, &points->label));
  const hearth_view gram = hearth_pca_matrix(ctx, job->gram, p, p, p, 1);
  const hearth_view missing = {.data = job->missing, .dtype = HEARTH_INT32, .space = gram.space, .ndim = 1, .extent = {p}, .stride = {sizeof *job->missing}};
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &missing, 0));
  return ctx->backend->fill(ctx->queue, &gram, 0);
}

static void free_points(const hearth_context *ctx, hearth_points *points) {
  hearth_pca_release(ctx, &points->shift);
  hearth_pca_release(ctx, &points->use);
  hearth_pca_release(ctx, &points->sums);
  hearth_deallocate(ctx, points->host);
  hearth_deallocate(ctx, points->label);
  hearth_deallocate(ctx, points->offset);
}

static hearth_status allocate_whole(const hearth_pca_fit_job *job, int64_t p, hearth_whole *whole) {
  const hearth_context *ctx = job->pca->ctx;
  const int64_t size = sizeof(double);
  *whole = (hearth_whole){0};
  HEARTH_TRY(hearth_allocate(ctx, p * p * size, &whole->covariance));
  HEARTH_TRY(hearth_allocate(ctx, p * size, &whole->weight));
  HEARTH_TRY(hearth_allocate(ctx, p * job->pca->ngroups * size, &whole->mean));
  HEARTH_TRY(hearth_allocate(ctx, p * size, &whole->deviation));
  HEARTH_TRY(hearth_allocate(ctx, p * job->pca->n_components * size, &whole->vectors));
  return hearth_allocate_zero(ctx, p * (int64_t)sizeof *whole->missing, &whole->missing);
}

static void free_whole(const hearth_context *ctx, hearth_whole *whole) {
  hearth_deallocate(ctx, whole->covariance);
  hearth_deallocate(ctx, whole->weight);
  hearth_deallocate(ctx, whole->mean);
  hearth_deallocate(ctx, whole->deviation);
  hearth_deallocate(ctx, whole->vectors);
  hearth_deallocate(ctx, whole->missing);
}

/* sqrt(w) of all points on every rank, from a replicated layout of each field's space. Collective. */
static hearth_status whole_weights(const hearth_pca_fit_job *job, const hearth_points *points, double *weight) {
  hearth_context *ctx = job->pca->ctx;
  for (int64_t i = 0; i < points->points; i++) weight[i] = 1;
  for (int32_t f = 0; f < job->series->nfields; f++) {
    const hearth_pca_field *field = &job->pca->space.field[f];
    hearth_layout *replicated = NULL;
    hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, field->layout->ndim, field->layout->shape, -1, &replicated));
    if (status == HEARTH_OK) status = hearth_metric_apply(job->pca->metric, f, replicated, field->order, weight + points->offset[f]);
    hearth_layout_destroy(&replicated);
    if (status != HEARTH_OK) return status;
  }
  for (int64_t i = 0; i < points->points; i++) weight[i] = sqrt(weight[i]);
  return HEARTH_OK;
}

/* Sums over ranks of the matrix, the group sums and the counts. Collective. */
static hearth_status sum_over_ranks(hearth_points *points, hearth_whole *whole) {
  hearth_pca_fit_job *job = points->job;
  const hearth_context *ctx = job->pca->ctx;
  const int64_t p = points->points, groups = job->pca->ngroups;
  int32_t *missing = NULL;
  hearth_status status = hearth_allocate(ctx, p * (int64_t)sizeof *missing, &missing);
  if (status == HEARTH_OK) {
    const hearth_view from = {.data = job->missing, .dtype = HEARTH_INT32, .space = ctx->backend->space, .ndim = 1, .extent = {p}, .stride = {sizeof *missing}};
    hearth_view to = from;
    to.data = missing;
    to.space = HEARTH_SPACE_HOST;
    status = ctx->backend->copy(ctx->queue, &to, &from);
  }
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, whole->covariance, job->gram, p * p);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, points->host, points->sums, groups * p);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, points->host + groups * p, points->shift, p);
  for (int64_t i = 0; i < p && status == HEARTH_OK; i++) whole->missing[i] = missing[i];
  hearth_deallocate(ctx, missing);
  hearth_pca_release(ctx, &job->gram);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_allreduce_i64(ctx, whole->missing, p, HEARTH_OP_SUM));
  HEARTH_TRY(hearth_allreduce_f64(ctx, points->host, groups * p, HEARTH_OP_SUM));
  return hearth_allreduce_f64(ctx, whole->covariance, p * p, HEARTH_OP_SUM);
}

/* Which points take part; global numbers of the points are those of the fields flattened in their memory order, as here. */
static void judge_points(hearth_points *points, hearth_whole *whole) {
  hearth_pca_fit_job *job = points->job;
  job->taking_part = 0;
  for (int64_t i = 0; i < points->points; i++) {
    if (whole->weight[i] == 0) continue;
    if (whole->missing[i] > 0 && whole->missing[i] < job->n && job->bad_point == INT64_MAX) job->bad_point = i;
    if (whole->missing[i] > 0) whole->weight[i] = 0;
    job->taking_part += whole->weight[i] != 0;
  }
  if (job->pca->ctx->rank != 0) job->taking_part = 0; /* every rank has counted the same points: one reports */
}

/* True means, and the matrix about them, weighted. */
static void centre(hearth_points *points, hearth_whole *whole) {
  hearth_pca *pca = points->job->pca;
  const int64_t p = points->points;
  const double *shift = points->host + pca->ngroups * p, divisor = (double)(points->job->n - pca->options.ddof);
  double *c = whole->covariance;
  for (int32_t g = 0; g < pca->ngroups; g++) {
    double *d = points->host + g * p;
    const double size = (double)points->job->group_size[g];
    for (int64_t i = 0; i < p; i++) {
      d[i] = size > 0 ? d[i] / size : 0;
      whole->mean[g * p + i] = shift[i] + d[i];
    }
    for (int64_t j = 0; j < p; j++) {
      const double factor = size * d[j];
      for (int64_t i = 0; i < p; i++) c[j * p + i] -= factor * d[i];
    }
  }
  for (int64_t i = 0; i < p; i++) {
    const double variance = c[i * p + i] / divisor;
    whole->deviation[i] = pca->options.standardize && variance > 0 ? sqrt(variance) : 1;
  }
  for (int64_t j = 0; j < p; j++) {
    const double factor = whole->weight[j] / whole->deviation[j];
    for (int64_t i = 0; i < p; i++) c[j * p + i] *= factor * (whole->weight[i] / whole->deviation[i]);
  }
}

/* Number, among all points, of each of this rank's. */
static hearth_status own_points(const hearth_pca *pca, int64_t **own) {
  HEARTH_TRY(hearth_allocate(pca->ctx, pca->space.points * (int64_t)sizeof **own, own));
  for (int64_t i = 0; i < pca->space.points; i++) (*own)[i] = hearth_pca_global_point(pca, i);
  return HEARTH_OK;
}

/* Each rank takes its points' part of what all hold. Local. */
static hearth_status distribute(hearth_pca *pca, int64_t p, const hearth_whole *whole) {
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  int64_t *own = NULL;
  double *row = NULL;
  hearth_status status = own_points(pca, &own);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *row, &row);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, pca->modes * n, &pca->basis);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, pca->ngroups * n, &pca->mean);
  if (status == HEARTH_OK && pca->options.standardize) status = hearth_pca_allocate(ctx, n, &pca->space.deviation);
  for (int32_t k = 0; k < pca->modes && status == HEARTH_OK; k++) {
    for (int64_t i = 0; i < n; i++) row[i] = whole->vectors[k * p + own[i]];
    status = hearth_pca_upload(ctx, pca->basis + k * n, row, n);
  }
  for (int32_t g = 0; g < pca->ngroups && status == HEARTH_OK; g++) {
    for (int64_t i = 0; i < n; i++) row[i] = whole->weight[own[i]] != 0 ? whole->mean[g * p + own[i]] : 0;
    status = hearth_pca_upload(ctx, pca->mean + g * n, row, n);
  }
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++) row[i] = whole->weight[own[i]] / whole->deviation[own[i]];
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, pca->space.scale, row, n);
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++) row[i] = whole->weight[own[i]] != 0 ? 1 / whole->weight[own[i]] : (double)NAN;
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, pca->space.inverse, row, n);
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++) row[i] = whole->deviation[own[i]];
  if (status == HEARTH_OK && pca->space.deviation) status = hearth_pca_upload(ctx, pca->space.deviation, row, n);
  hearth_deallocate(ctx, own);
  hearth_deallocate(ctx, row);
  return status;
}

/* All fields are arrays whose ranks hold whole samples, the same samples for every field, none twice. */
static hearth_status lie_right(const hearth_pca_fit_job *job, bool *right) {
  hearth_layout *first = NULL;
  hearth_status status = HEARTH_OK;
  *right = true;
  for (int32_t f = 0; f < job->series->nfields && *right && status == HEARTH_OK; f++) {
    const hearth_series_field *field = &job->series->field[f];
    *right = field->array && !field->array->layout->boxes;
    for (int32_t d = 0; *right && d < field->ndim; d++) *right = d == field->axis || hearth_dim_in_order(&field->array->layout->dim[d]);
    if (!*right) break;
    hearth_layout *samples = NULL;
    int32_t equal = 1;
    status = hearth_layout_project(field->array->layout, 1, &field->axis, &samples);
    if (status == HEARTH_OK) *right = !hearth_layout_is_replicated(samples);
    if (status == HEARTH_OK && first) status = hearth_layout_equal(first, samples, &equal);
    *right = *right && equal;
    if (first)
      hearth_layout_destroy(&samples);
    else
      first = samples;
  }
  hearth_layout_destroy(&first);
  return status;
}

static hearth_status prepare(hearth_points *points) {
  hearth_pca_fit_job *job = points->job;
  hearth_context *ctx = job->pca->ctx;
  HEARTH_TRY(hearth_allocate(ctx, job->series->nfields * (int64_t)sizeof *points->offset, &points->offset));
  for (int32_t f = 0; f < job->series->nfields; f++) points->offset[f] = job->pca->space.field[f].global_offset;
  points->points = job->pca->space.global_points;
  HEARTH_TRY(lie_right(job, &points->in_place));
  return allocate_points(points);
}

/* Points that the metric leaves out are not looked at. Local. */
static hearth_status set_use(hearth_points *points, const double *weight) {
  double *use = points->host;
  for (int64_t i = 0; i < points->points; i++) use[i] = weight[i] > 0 ? 1 : 0;
  return hearth_pca_upload(points->job->pca->ctx, points->use, use, points->points);
}

hearth_status hearth_pca_fit_points(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  hearth_context *ctx = pca->ctx;
  hearth_points points = {.job = job};
  hearth_whole whole = {0};
  hearth_status status = prepare(&points);
  if (status == HEARTH_OK) status = allocate_whole(job, points.points, &whole);
  HEARTH_GOTO(done, hearth_agree(ctx, status));
  HEARTH_GOTO(done, whole_weights(job, &points, whole.weight));
  HEARTH_GOTO(done, hearth_agree(ctx, set_use(&points, whole.weight)));
  job->phase = "covariance matrix";
  job->total = job->n / ctx->size;
  HEARTH_GOTO(done, hearth_points_pass(&points));
  HEARTH_GOTO(done, sum_over_ranks(&points, &whole));
  judge_points(&points, &whole);
  HEARTH_GOTO(done, hearth_pca_judge(job));
  centre(&points, &whole);
  HEARTH_GOTO(done, hearth_pca_solve(job, points.points, whole.covariance, whole.vectors));
  if (!hearth_pca_gave_up(job)) status = hearth_agree(ctx, distribute(pca, points.points, &whole));
done:
  free_points(ctx, &points);
  free_whole(ctx, &whole);
  return status;
}
