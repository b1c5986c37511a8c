#include "analysis/pca_matrix_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

/* First points of the ranks. Collective. */
static hearth_status first_points(const hearth_pca *pca, int64_t **cuts) {
  const hearth_context *ctx = pca->ctx;
  const int64_t own = pca->space.primary ? pca->space.points : 0;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, (ctx->size + 1) * (int64_t)sizeof **cuts, cuts)));
  HEARTH_TRY(hearth_allgather(ctx, &own, sizeof own, *cuts + 1));
  for (int r = 0; r < ctx->size; r++) (*cuts)[r + 1] += (*cuts)[r];
  return HEARTH_OK;
}

hearth_status hearth_pca_points_layout(const hearth_pca *pca, int32_t axis, int64_t other, hearth_layout **layout) {
  hearth_context *ctx = pca->ctx;
  hearth_layout_builder *builder = NULL;
  int64_t *cuts = NULL;
  hearth_status status = first_points(pca, &cuts);
  if (status == HEARTH_OK) {
    const int64_t shape[2] = {axis == 0 ? cuts[ctx->size] : other, axis == 0 ? other : cuts[ctx->size]};
    status = hearth_layout_builder_create(ctx, 2, shape, &builder);
    if (status == HEARTH_OK) status = hearth_layout_builder_cuts(builder, axis, 0, ctx->size + 1, cuts);
    status = hearth_agree(ctx, status);
    if (status == HEARTH_OK) status = hearth_layout_builder_finish(builder, layout);
    hearth_layout_builder_destroy(&builder);
  }
  hearth_deallocate(ctx, cuts);
  return status;
}

hearth_status hearth_pca_matrix_points(const hearth_pca *pca, int64_t **number) {
  const hearth_context *ctx = pca->ctx;
  const int64_t own = pca->space.primary ? pca->space.points : 0, size = sizeof **number;
  int64_t *cuts = NULL, *mine = NULL;
  HEARTH_TRY(first_points(pca, &cuts));
  hearth_status status = hearth_allocate(ctx, own * size, &mine);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, cuts[ctx->size] * size, number);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) {
    int64_t bytes[ctx->size];
    for (int64_t i = 0; i < own; i++) mine[i] = hearth_pca_global_point(pca, i);
    for (int r = 0; r < ctx->size; r++) {
      bytes[r] = (cuts[r + 1] - cuts[r]) * size;
      cuts[r] *= size;
    }
    status = hearth_allgatherv(ctx, mine, own * size, *number, bytes, cuts);
  }
  hearth_deallocate(ctx, mine);
  hearth_deallocate(ctx, cuts);
  return status;
}

hearth_status hearth_pca_matrix_create(hearth_pca_fit_job *job, bool deflated) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  struct hearth_pca_anomalies *made = NULL;
  hearth_layout *layout = NULL;
  int64_t columns = job->n;
  for (int32_t g = 0; g < pca->ngroups && deflated; g++) columns -= job->group_size[g] > 0;
  hearth_status status = hearth_allocate_zero(ctx, sizeof *made, &made);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, pca->ngroups * (int64_t)sizeof *made->last, &made->last);
  status = hearth_agree(ctx, status);
  job->matrix = made;
  if (status == HEARTH_OK) status = hearth_pca_points_layout(pca, 0, columns, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &made->array);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK) {
    hearth_pca_matrix_destroy(ctx, &job->matrix);
    return status;
  }
  made->deflated = deflated;
  for (int32_t g = 0; g < pca->ngroups; g++) made->last[g] = -1;
  for (int64_t t = 0; t < job->n; t++) made->last[pca->labels ? pca->labels[t] : 0] = t;
  return HEARTH_OK;
}

void hearth_pca_matrix_destroy(const hearth_context *ctx, struct hearth_pca_anomalies **matrix) {
  if (!*matrix) return;
  hearth_array_destroy(&(*matrix)->array);
  hearth_deallocate(ctx, (*matrix)->last);
  hearth_deallocate(ctx, *matrix);
  *matrix = NULL;
}

static bool is_last(const hearth_pca_fit_job *job, int64_t t) {
  const struct hearth_pca_anomalies *matrix = job->matrix;
  return matrix->deflated && matrix->last[job->pca->labels ? job->pca->labels[t] : 0] == t;
}

/* x_t -= (x_last + sum / sqrt(m)) / (sqrt(m) + 1) in each group: the reflection, but for the last sample. Local. */
static hearth_status reflect(const hearth_pca_fit_job *job, const hearth_view *panel) {
  const hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t columns = panel->extent[1], groups = pca->ngroups;
  double *host = NULL, *device = NULL;
  hearth_status status = hearth_allocate(ctx, (groups + 1) * columns * (int64_t)sizeof *host, &host);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, groups * columns, &device);
  const hearth_view sums = hearth_pca_matrix(ctx, device, groups, columns, columns, 1);
  double *last = host + groups * columns;
  if (status == HEARTH_OK) status = ctx->backend->fill(ctx->queue, &sums, 0);
  if (status == HEARTH_OK) status = ctx->backend->group_sums(ctx->queue, &sums, panel, pca->labels);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, host, device, groups * columns);
  for (int32_t g = 0; g < groups && status == HEARTH_OK; g++) {
    if (job->matrix->last[g] < 0) continue;
    const double root = sqrt((double)job->group_size[g]);
    status = hearth_pca_download(ctx, last, (double *)panel->data + job->matrix->last[g] * columns, columns);
    for (int64_t j = 0; j < columns; j++) host[g * columns + j] = (last[j] + host[g * columns + j] / root) / (root + 1);
  }
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, device, host, groups * columns);
  if (status == HEARTH_OK) status = ctx->backend->group_center(ctx->queue, panel, &sums, pca->labels, NULL);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &device);
  hearth_deallocate(ctx, host);
  return status;
}

hearth_status hearth_pca_matrix_take(hearth_pca_fit_job *job, int32_t f, const hearth_part *part, const hearth_view *panel, const hearth_view *field) {
  const hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_view *own = hearth_array_view(job->matrix->array);
  const int64_t lead = own->stride[1] / (int64_t)sizeof(double);
  if (job->matrix->deflated) HEARTH_TRY(reflect(job, panel));
  for (int64_t t = 0, column = 0, run = 0; t < job->n; t += run) {
    const bool skip = is_last(job, t);
    for (run = 1; t + run < job->n && is_last(job, t + run) == skip; run++) continue;
    if (skip) continue;
    const hearth_view whole = hearth_pca_piece_view(pca, f, 0, (double *)own->data + column * lead, run, lead), to = hearth_part_view(&whole, 1, part);
    hearth_view from = *field;
    from.data = (char *)from.data + t * from.stride[0];
    from.extent[0] = run;
    HEARTH_TRY(ctx->backend->copy(ctx->queue, &to, &from));
    column += run;
  }
  return ctx->backend->wait(ctx->queue);
}

void hearth_pca_matrix_inflate(const hearth_pca_fit_job *job, const double *columns, double *samples) {
  const hearth_pca *pca = job->pca;
  for (int64_t t = 0, column = 0; t < job->n; t++) samples[t] = is_last(job, t) ? 0 : columns[column++];
  if (!job->matrix->deflated) return;
  for (int32_t g = 0; g < pca->ngroups; g++) {
    double sum = 0;
    const double root = sqrt((double)job->group_size[g]);
    for (int64_t t = 0; t < job->n; t++)
      if (!pca->labels || pca->labels[t] == g) sum += samples[t];
    for (int64_t t = 0; t < job->n; t++)
      if (!pca->labels || pca->labels[t] == g) samples[t] = t == job->matrix->last[g] ? -sum / root : samples[t] - sum / root / (root + 1);
  }
}

hearth_status hearth_pca_matrix_scores(hearth_pca_fit_job *job, const double *vectors) {
  hearth_pca *pca = job->pca;
  const int64_t n = job->n, modes = pca->modes, columns = job->matrix->array->layout->shape[1];
  double *samples = NULL;
  HEARTH_TRY(hearth_allocate(pca->ctx, n * modes * (int64_t)sizeof *pca->scores, &pca->scores));
  HEARTH_TRY(hearth_allocate(pca->ctx, n * (int64_t)sizeof *samples, &samples));
  for (int64_t k = 0; k < modes; k++) {
    hearth_pca_matrix_inflate(job, vectors + k * columns, samples);
    for (int64_t t = 0; t < n; t++) pca->scores[t * modes + k] = samples[t] * pca->sigma[k];
  }
  hearth_deallocate(pca->ctx, samples);
  return HEARTH_OK;
}
