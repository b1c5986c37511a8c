/* The samples' side: Gram matrix G = A A^T of samples, A the weighted anomalies [samples, points]; with G = U S^2 U^T the modes are V^T = S^-1 U^T A, which a
 * second pass over the data makes, and the scores are U S. */
#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <string.h>

/* The panel as a matrix [samples, columns] and as [samples, part...] in the field's memory order. */
typedef struct hearth_panel {
  hearth_view matrix, field;
  int64_t columns;
} hearth_panel;

static hearth_panel panel_of(const hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part) {
  hearth_panel panel = {.columns = hearth_part_volume(src->ndim - 1, part)};
  panel.matrix = hearth_pca_matrix(job->pca->ctx, job->panel, job->n, panel.columns, panel.columns, 1);
  panel.field = panel.matrix;
  panel.field.ndim = src->ndim;
  memcpy(panel.field.extent, src->extent, sizeof src->extent);
  hearth_strides(src->ndim - 1, part->count, sizeof(double), job->pca->space.field[f].order, panel.field.stride + 1);
  panel.field.stride[0] = panel.columns * (int64_t)sizeof(double);
  return panel;
}

/* One vector over the part's points (a row of scratch memory) shaped like the field, and the part of a vector over the rank's points. */
static hearth_view row_of(const hearth_panel *panel, const hearth_view *row, int64_t lead, int64_t lead_bytes) {
  hearth_view view = panel->field;
  view.data = row->data;
  view.dtype = row->dtype;
  view.space = row->space;
  view.extent[0] = lead;
  view.stride[0] = lead_bytes;
  const int64_t size = hearth_dtype_size(row->dtype);
  for (int32_t d = 1; d < view.ndim; d++) view.stride[d] = view.stride[d] / (int64_t)sizeof(double) * size;
  return view;
}

static hearth_view part_of(const hearth_pca *pca, int32_t f, double *vector, int64_t lead, int64_t lead_stride, const hearth_part *part) {
  const hearth_view whole = hearth_pca_piece_view(pca, f, 0, vector, lead, lead_stride);
  return hearth_part_view(&whole, 1, part);
}

/* Small host arrays of one part. */
typedef struct hearth_part_stats {
  int32_t *missing;      /* [columns] */
  double *means;         /* [groups, columns], of the weighted values */
  double *inverse;       /* [columns] */
  double *factor;        /* [columns], what the column is multiplied by */
  double *squares;       /* [columns] */
  double *device;        /* backend memory [groups, columns] */
  double *device_factor; /* backend memory [columns] */
} hearth_part_stats;

static void stats_free(const hearth_context *ctx, hearth_part_stats *stats) {
  hearth_deallocate(ctx, stats->missing);
  hearth_deallocate(ctx, stats->means);
  hearth_pca_release(ctx, &stats->device);
  hearth_pca_release(ctx, &stats->device_factor);
}

static hearth_status stats_allocate(const hearth_pca *pca, int64_t columns, hearth_part_stats *stats) {
  const hearth_context *ctx = pca->ctx;
  *stats = (hearth_part_stats){0};
  hearth_status status = hearth_allocate(ctx, columns * (int64_t)sizeof *stats->missing, &stats->missing);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, columns * (pca->ngroups + 3) * (int64_t)sizeof *stats->means, &stats->means);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, columns * pca->ngroups, &stats->device);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, columns, &stats->device_factor);
  if (status == HEARTH_OK) {
    stats->inverse = stats->means + columns * pca->ngroups;
    stats->factor = stats->inverse + columns;
    stats->squares = stats->factor + columns;
  } else {
    stats_free(ctx, stats);
  }
  return status;
}

/* sums [groups, columns] of the panel's rows, or of their squares ([columns]), rounded once. */
static hearth_status fixed_terms(const hearth_pca_fit_job *job, const hearth_view *matrix, bool squares, double *sums) {
  const hearth_context *ctx = job->pca->ctx;
  const int32_t *labels = squares ? NULL : job->pca->labels;
  const int64_t columns = matrix->extent[1], groups = squares ? 1 : job->pca->ngroups;
  hearth_exact *exact = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, groups * columns * (int64_t)sizeof *exact, &exact));
  hearth_status status = HEARTH_OK;
  for (int64_t t = 0, run = 0; t < job->n && status == HEARTH_OK; t += run) {
    for (run = 1; t + run < job->n && (!labels || labels[t + run] == labels[t]); run++) continue;
    hearth_view rows = *matrix;
    rows.data = (char *)rows.data + t * rows.stride[0];
    rows.extent[0] = run;
    const hearth_view target = {.data = exact + (labels ? labels[t] : 0) * columns,
                                .dtype = HEARTH_INT64,
                                .space = HEARTH_SPACE_HOST,
                                .ndim = 2,
                                .extent = {run, columns},
                                .stride = {0, sizeof *exact}};
    status = ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){squares ? HEARTH_EXACT_SQUARE : HEARTH_EXACT_VALUE, 0, 1, &rows, NULL}, &target);
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  }
  for (int64_t i = 0; i < groups * columns && status == HEARTH_OK; i++) sums[i] = hearth_exact_round(&exact[i]);
  hearth_deallocate(ctx, exact);
  return status;
}

/* Fills the panel with weighted values, NaN as 0, and brings the counts and group sums of its columns to the host. */
static hearth_status pack_and_sum(hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part, const hearth_panel *panel,
                                  hearth_part_stats *stats) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_backend_table *kernel = ctx->backend;
  const hearth_view scale = part_of(pca, f, pca->space.scale, job->n, 0, part),
                    sums = hearth_pca_matrix(ctx, stats->device, pca->ngroups, panel->columns, panel->columns, 1);
  hearth_view counter = {
      .data = job->missing, .dtype = HEARTH_INT32, .space = kernel->space, .ndim = 1, .extent = {panel->columns}, .stride = {sizeof(int32_t)}};
  const hearth_view counters = row_of(panel, &counter, job->n, 0);
  hearth_view host_counter = counter;
  host_counter.data = stats->missing;
  host_counter.space = HEARTH_SPACE_HOST;
  const hearth_view host_inverse_row = {.data = stats->inverse, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST};
  const hearth_view host_inverse = row_of(panel, &host_inverse_row, 1, 0), inverse = part_of(pca, f, pca->space.inverse, 1, 0, part);
  HEARTH_TRY(kernel->fill(ctx->queue, &counter, 0));
  HEARTH_TRY(kernel->fill(ctx->queue, &sums, 0));
  HEARTH_TRY(kernel->pack(ctx->queue, &panel->field, src, NULL, &scale, &counters, &job->infinite));
  HEARTH_TRY(kernel->copy(ctx->queue, &host_counter, &counter));
  HEARTH_TRY(kernel->copy(ctx->queue, &host_inverse, &inverse));
  if (job->fixed) return fixed_terms(job, &panel->matrix, false, stats->means);
  HEARTH_TRY(kernel->group_sums(ctx->queue, &sums, &panel->matrix, pca->labels));
  return hearth_pca_download(ctx, stats->means, stats->device, pca->ngroups * panel->columns);
}

/* From sums to means; which points take part. A point that is missing at some samples is left out here and judged after the pass. */
static void judge_columns(hearth_pca_fit_job *job, int32_t f, const hearth_part *part, const hearth_panel *panel, hearth_part_stats *stats) {
  hearth_pca *pca = job->pca;
  const hearth_pca_field *field = &pca->space.field[f];
  const int32_t ndim = panel->field.ndim - 1;
  int64_t stride[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
  hearth_strides(ndim, field->extent, 1, field->order, stride);
  hearth_strides(ndim, part->count, 1, field->order, step);
  for (int64_t j = 0; j < panel->columns; j++) {
    const int32_t missing = stats->missing[j];
    const bool out = isnan(stats->inverse[j]) || missing > 0;
    stats->factor[j] = out ? 0 : 1;
    job->taking_part += !out;
    if (missing > 0 && missing < job->n) {
      int64_t local = field->offset;
      for (int32_t d = 0; d < ndim; d++) local += (part->start[d] + j / step[d] % part->count[d]) * stride[d];
      const int64_t global = hearth_pca_global_point(pca, local);
      if (global < job->bad_point) job->bad_point = global;
    }
    for (int32_t g = 0; g < pca->ngroups; g++) {
      double *mean = &stats->means[g * panel->columns + j];
      *mean = out || job->group_size[g] == 0 ? 0 : *mean / (double)job->group_size[g];
    }
    if (missing > 0) stats->inverse[j] = (double)NAN;
  }
}

static hearth_status put_part(const hearth_pca *pca, const hearth_panel *panel, const hearth_view *to, double *from) {
  const hearth_view row = {.data = from, .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST};
  const hearth_view host = row_of(panel, &row, to->extent[0], panel->columns * (int64_t)sizeof(double));
  HEARTH_TRY(pca->ctx->backend->copy(pca->ctx->queue, to, &host));
  return pca->ctx->backend->wait(pca->ctx->queue);
}

/* Divides by the standard deviation of each point; a point that does not vary keeps its zeros. */
static hearth_status standardize(hearth_pca_fit_job *job, int32_t f, const hearth_part *part, const hearth_panel *panel, hearth_part_stats *stats) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_view squares = hearth_pca_matrix(ctx, stats->device_factor, 1, panel->columns, panel->columns, 1), row = squares;
  squares.ndim = 1;
  squares.extent[0] = panel->columns;
  squares.stride[0] = sizeof(double);
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &squares, 0));
  if (!job->fixed) HEARTH_TRY(ctx->backend->column_squares(ctx->queue, &squares, &panel->matrix));
  HEARTH_TRY(hearth_pca_download(ctx, stats->squares, stats->device_factor, panel->columns));
  if (job->fixed) HEARTH_TRY(fixed_terms(job, &panel->matrix, true, stats->squares));
  for (int64_t j = 0; j < panel->columns; j++) {
    const double deviation = stats->factor[j] != 0 ? sqrt(stats->squares[j] / (double)(job->n - pca->options.ddof)) * stats->inverse[j] : 0;
    stats->squares[j] = deviation > 0 ? deviation : 1;
    stats->factor[j] = 1 / stats->squares[j];
  }
  const hearth_view deviation = part_of(pca, f, pca->space.deviation, 1, 0, part);
  HEARTH_TRY(put_part(pca, panel, &deviation, stats->squares));
  HEARTH_TRY(hearth_pca_upload(ctx, stats->device_factor, stats->factor, panel->columns));
  row.extent[0] = job->n;
  row.stride[0] = 0;
  return ctx->backend->multiply(ctx->queue, &panel->matrix, &panel->matrix, &row);
}

/* Means, scale and inverse of the part's points, from what its columns showed. */
static hearth_status keep_part(hearth_pca_fit_job *job, int32_t f, const hearth_part *part, const hearth_panel *panel, hearth_part_stats *stats) {
  hearth_pca *pca = job->pca;
  const int64_t columns = panel->columns;
  for (int64_t j = 0; j < columns; j++) {
    const double inverse = stats->inverse[j], deviation = pca->options.standardize ? stats->squares[j] : 1;
    stats->factor[j] = isnan(inverse) ? 0 : 1 / (inverse * deviation);
    for (int32_t g = 0; g < pca->ngroups; g++) stats->means[g * columns + j] *= isnan(inverse) ? 0 : inverse;
  }
  const hearth_view mean = part_of(pca, f, pca->mean, pca->ngroups, pca->space.points, part), scale = part_of(pca, f, pca->space.scale, 1, 0, part),
                    inverse = part_of(pca, f, pca->space.inverse, 1, 0, part);
  HEARTH_TRY(put_part(pca, panel, &mean, stats->means));
  HEARTH_TRY(put_part(pca, panel, &scale, stats->factor));
  return put_part(pca, panel, &inverse, stats->inverse);
}

static hearth_status add_to_gram(hearth_pca_fit_job *job, const hearth_panel *panel) {
  const hearth_context *ctx = job->pca->ctx;
  const hearth_view gram = hearth_pca_matrix(ctx, job->gram, job->n, job->n, job->n, 1);
  hearth_view operand = panel->matrix;
  if (job->float32) {
    operand.data = job->panel32;
    operand.dtype = HEARTH_FLOAT32;
    operand.stride[0] = panel->columns * (int64_t)sizeof(float);
    operand.stride[1] = sizeof(float);
    HEARTH_TRY(ctx->backend->copy(ctx->queue, &operand, &panel->matrix));
  }
  return ctx->backend->syrk(ctx->queue, 1, &operand, 1, &gram);
}

/* First pass: a part's anomalies into the Gram matrix, or the matrix of all. */
static hearth_status gram_part(hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_panel panel = panel_of(job, f, src, part);
  hearth_part_stats stats;
  HEARTH_TRY(stats_allocate(pca, panel.columns, &stats));
  hearth_view means = hearth_pca_matrix(ctx, stats.device, pca->ngroups, panel.columns, panel.columns, 1);
  hearth_view factor = {
      .data = stats.device_factor, .dtype = HEARTH_FLOAT64, .space = means.space, .ndim = 1, .extent = {panel.columns}, .stride = {sizeof(double)}};
  hearth_status status = pack_and_sum(job, f, src, part, &panel, &stats);
  if (status == HEARTH_OK) {
    judge_columns(job, f, part, &panel, &stats);
    status = hearth_pca_upload(ctx, stats.device, stats.means, pca->ngroups * panel.columns);
  }
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, stats.device_factor, stats.factor, panel.columns);
  if (status == HEARTH_OK) status = ctx->backend->group_center(ctx->queue, &panel.matrix, &means, pca->labels, &factor);
  if (status == HEARTH_OK && pca->options.standardize) status = standardize(job, f, part, &panel, &stats);
  if (status == HEARTH_OK) status = keep_part(job, f, part, &panel, &stats);
  if (status == HEARTH_OK) status = job->matrix ? hearth_pca_matrix_take(job, f, part, &panel.matrix, &panel.field) : add_to_gram(job, &panel);
  stats_free(ctx, &stats);
  return status;
}

/* Anomalies of a part whose means and scale are known. Groups need them as plain rows, which a single mean does not. */
static hearth_status anomalies(hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part, const hearth_panel *panel) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_backend_table *kernel = ctx->backend;
  int64_t infinite = 0;
  const hearth_view scale = part_of(pca, f, pca->space.scale, job->n, 0, part);
  if (pca->ngroups == 1) {
    const hearth_view mean = part_of(pca, f, pca->mean, job->n, 0, part);
    return kernel->pack(ctx->queue, &panel->field, src, &mean, &scale, NULL, &infinite);
  }
  double *rows = NULL;
  HEARTH_TRY(hearth_pca_allocate(ctx, (pca->ngroups + 1) * panel->columns, &rows));
  const hearth_view means = hearth_pca_matrix(ctx, rows, pca->ngroups, panel->columns, panel->columns, 1);
  hearth_view factor = hearth_pca_matrix(ctx, rows + pca->ngroups * panel->columns, 1, panel->columns, panel->columns, 1);
  const hearth_view to_means = row_of(panel, &means, pca->ngroups, panel->columns * (int64_t)sizeof(double)), to_factor = row_of(panel, &factor, 1, 0);
  const hearth_view mean = part_of(pca, f, pca->mean, pca->ngroups, pca->space.points, part), one_scale = part_of(pca, f, pca->space.scale, 1, 0, part);
  factor.ndim = 1;
  factor.extent[0] = panel->columns;
  factor.stride[0] = sizeof(double);
  hearth_status status = kernel->copy(ctx->queue, &to_means, &mean);
  if (status == HEARTH_OK) status = kernel->copy(ctx->queue, &to_factor, &one_scale);
  if (status == HEARTH_OK) status = kernel->pack(ctx->queue, &panel->field, src, NULL, NULL, NULL, &infinite);
  if (status == HEARTH_OK) status = kernel->group_center(ctx->queue, &panel->matrix, &means, pca->labels, &factor);
  hearth_pca_release(ctx, &rows);
  return status;
}

/* Second pass: the part's columns of V^T. */
static hearth_status modes_part(hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_panel panel = panel_of(job, f, src, part);
  double *product = NULL;
  HEARTH_TRY(hearth_pca_allocate(ctx, pca->modes * panel.columns, &product));
  const hearth_view coefficients = hearth_pca_matrix(ctx, job->coefficients, pca->modes, job->n, job->n, 1),
                    result = hearth_pca_matrix(ctx, product, pca->modes, panel.columns, panel.columns, 1),
                    basis = part_of(pca, f, pca->basis, pca->modes, pca->space.points, part);
  const hearth_view from = row_of(&panel, &result, pca->modes, panel.columns * (int64_t)sizeof(double));
  hearth_status status = anomalies(job, f, src, part, &panel);
  if (status == HEARTH_OK) status = ctx->backend->gemm(ctx->queue, 0, 1, &coefficients, &panel.matrix, 0, &result);
  if (status == HEARTH_OK) status = ctx->backend->copy(ctx->queue, &basis, &from);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &product);
  return status;
}

/* Scores U S and coefficients S^-1 U^T from the eigenvectors [n, n_components]. Local. */
static hearth_status set_scores(hearth_pca_fit_job *job, const double *vectors) {
  hearth_pca *pca = job->pca;
  const int64_t n = job->n, modes = pca->modes;
  double *rows = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, n * modes * (int64_t)sizeof *rows, &pca->scores));
  HEARTH_TRY(hearth_allocate(pca->ctx, n * modes * (int64_t)sizeof *rows, &rows));
  for (int64_t k = 0; k < modes; k++)
    for (int64_t t = 0; t < n; t++) {
      pca->scores[t * modes + k] = vectors[k * n + t] * pca->sigma[k];
      rows[k * n + t] = vectors[k * n + t] / pca->sigma[k];
    }
  hearth_status status = hearth_pca_allocate(pca->ctx, n * modes, &job->coefficients);
  if (status == HEARTH_OK) status = hearth_pca_upload(pca->ctx, job->coefficients, rows, n * modes);
  hearth_deallocate(pca->ctx, rows);
  return status;
}

static hearth_status allocate_job(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t least = (job->matrix ? 8 : 128) * job->n,
                usual = (job->budget < HEARTH_PANEL_BYTES ? job->budget : HEARTH_PANEL_BYTES) / (int64_t)sizeof(double), per_rank = pca->space.points * job->n;
  job->panel_size = least > usual ? least : usual;
  if (job->panel_size > per_rank) job->panel_size = per_rank > job->n ? per_rank : job->n;
  job->missing_size = job->panel_size / job->n;
  if (!job->matrix) HEARTH_TRY(hearth_pca_allocate(ctx, job->n * job->n, &job->gram));
  HEARTH_TRY(hearth_pca_allocate(ctx, job->panel_size, &job->panel));
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, job->missing_size * (int64_t)sizeof *job->missing, (void **)&job->missing));
  if (job->float32) HEARTH_TRY(ctx->backend->allocate(ctx->queue, job->panel_size * (int64_t)sizeof *job->panel32, (void **)&job->panel32));
  if (pca->options.standardize) HEARTH_TRY(hearth_pca_allocate(ctx, pca->space.points, &pca->space.deviation));
  HEARTH_TRY(hearth_pca_allocate(ctx, pca->ngroups * pca->space.points, &pca->mean));
  const hearth_view gram = hearth_pca_matrix(ctx, job->gram, job->n, job->n, job->n, 1);
  return job->matrix ? HEARTH_OK : ctx->backend->fill(ctx->queue, &gram, 0);
}

hearth_status hearth_pca_pass_samples(hearth_pca_fit_job *job) {
  HEARTH_TRY(hearth_agree(job->pca->ctx, allocate_job(job)));
  job->phase = job->matrix ? "anomalies" : "Gram matrix";
  HEARTH_TRY(hearth_pca_each_part(job, gram_part));
  return hearth_pca_judge(job);
}

hearth_status hearth_pca_fit_samples(hearth_pca_fit_job *job) {
  hearth_pca *pca = job->pca;
  hearth_context *ctx = pca->ctx;
  const int64_t n = job->n;
  double *host = NULL, *vectors = NULL;
  HEARTH_TRY(hearth_pca_pass_samples(job));
  hearth_status status = hearth_allocate(ctx, n * n * (int64_t)sizeof *host, &host);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * pca->n_components * (int64_t)sizeof *vectors, &vectors);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, host, job->gram, n * n);
  hearth_pca_release(ctx, &job->gram);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(ctx, host, n * n, HEARTH_OP_SUM);
  if (status == HEARTH_OK) status = hearth_pca_solve(job, n, host, vectors);
  hearth_deallocate(ctx, host);
  if (status == HEARTH_OK && hearth_pca_gave_up(job)) {
    hearth_deallocate(ctx, vectors);
    return HEARTH_OK;
  }
  if (status == HEARTH_OK) {
    status = set_scores(job, vectors);
    if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, pca->modes * pca->space.points, &pca->basis);
    status = hearth_agree(ctx, status);
  }
  hearth_deallocate(ctx, vectors);
  job->phase = "EOFs";
  return status == HEARTH_OK ? hearth_pca_each_part(job, modes_part) : status;
}
