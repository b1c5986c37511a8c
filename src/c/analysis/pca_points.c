/* The points' side: covariance C = A^T A of points, A the weighted anomalies [samples, points]; its eigenvectors are the modes. Each rank takes its samples,
 * all points at a time, so every rank holds the matrix. Anomalies are taken from a provisional mean c (that of some first samples) in the one pass over the
 * data; with d_g the true mean of group g minus c, C = sum_t (x_t - c)(x_t - c)^T - sum_g n_g d_g d_g^T. */
#include "analysis/pca_fit_impl.h"
#include "analysis/points_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

/* The panel's columns of field f, [rows, space...]. */
static hearth_view panel_field(const hearth_points *points, int32_t f, int64_t rows) {
  const hearth_pca_fit_job *job = points->job;
  const hearth_series_field *field = &job->series->field[f];
  const int64_t element = job->float32 ? sizeof(float) : sizeof(double);
  char *base = job->float32 ? (char *)job->panel32 : (char *)job->panel;
  hearth_view view = {.data = base + points->offset[f] * element,
                      .dtype = job->float32 ? HEARTH_FLOAT32 : HEARTH_FLOAT64,
                      .space = job->pca->ctx->backend->space,
                      .ndim = field->ndim,
                      .extent = {rows},
                      .stride = {points->points * element}};
  for (int32_t d = 0, k = 1; d < field->ndim; d++)
    if (d != field->axis) view.extent[k++] = field->shape[d];
  hearth_strides(field->ndim - 1, view.extent + 1, element, field->order, view.stride + 1);
  return view;
}

static hearth_view panel_matrix(const hearth_points *points, int64_t rows) {
  hearth_view view = panel_field(points, 0, rows);
  view.ndim = 2;
  view.extent[1] = points->points;
  view.stride[1] = hearth_dtype_size(view.dtype);
  return view;
}

/* Vector over the points shaped like field f, repeated along the samples. */
static hearth_view vector_field(const hearth_points *points, int32_t f, void *vector, int32_t dtype, int64_t rows) {
  hearth_view view = panel_field(points, f, rows);
  const int64_t from = hearth_dtype_size(view.dtype), to = hearth_dtype_size(dtype);
  view.data = (char *)vector + points->offset[f] * to;
  view.dtype = dtype;
  for (int32_t d = 1; d < view.ndim; d++) view.stride[d] = view.stride[d] / from * to;
  view.stride[0] = 0;
  return view;
}

/* Rows first .. first + rows - 1 of the block's fields into the panel. */
static hearth_status pack_rows(const hearth_points *points, const hearth_view *block, int64_t first, int64_t rows, bool shifted) {
  hearth_pca_fit_job *job = points->job;
  const hearth_context *ctx = job->pca->ctx;
  for (int32_t f = 0; f < job->series->nfields; f++) {
    hearth_view src = hearth_series_view(&block[f], job->series->field[f].axis);
    src.data = (char *)src.data + first * src.stride[0];
    src.extent[0] = rows;
    const hearth_view dst = panel_field(points, f, rows), shift = vector_field(points, f, points->shift, HEARTH_FLOAT64, rows),
                      use = vector_field(points, f, points->use, HEARTH_FLOAT64, rows), missing = vector_field(points, f, job->missing, HEARTH_INT32, rows);
    int64_t infinite = 0;
    HEARTH_TRY(ctx->backend->pack(ctx->queue, &dst, &src, shifted ? &shift : NULL, &use, shifted ? &missing : NULL, &infinite));
    if (shifted) job->infinite += infinite;
  }
  return HEARTH_OK;
}

/* The provisional mean: of the first rows of every rank's first block. NaN counts as 0 in it, which only points that drop out notice. Collective. */
static hearth_status find_shift(hearth_points *points, const hearth_view *block, int64_t rows, hearth_status mine) {
  hearth_pca_fit_job *job = points->job;
  const hearth_context *ctx = job->pca->ctx;
  const int64_t p = points->points, taken = rows < points->rows ? rows : points->rows;
  const hearth_view sums = hearth_pca_matrix(ctx, points->sums, 1, p, p, 1), panel = panel_matrix(points, taken);
  double *host = points->host;
  memset(host, 0, (p + 1) * sizeof *host);
  if (mine == HEARTH_OK && taken > 0) {
    mine = pack_rows(points, block, 0, taken, false);
    if (mine == HEARTH_OK) mine = ctx->backend->fill(ctx->queue, &sums, 0);
    if (mine == HEARTH_OK) mine = ctx->backend->group_sums(ctx->queue, &sums, &panel, NULL);
    if (mine == HEARTH_OK) mine = hearth_pca_download(ctx, host, points->sums, p);
    host[p] = (double)taken;
  }
  HEARTH_TRY(hearth_agree(ctx, mine));
  HEARTH_TRY(hearth_allreduce_f64(ctx, host, p + 1, HEARTH_OP_SUM));
  for (int64_t i = 0; i < p; i++) host[i] /= host[p] > 0 ? host[p] : 1;
  const hearth_view all_sums = hearth_pca_matrix(ctx, points->sums, job->pca->ngroups, p, p, 1);
  mine = hearth_pca_upload(ctx, points->shift, host, p);
  if (mine == HEARTH_OK) mine = ctx->backend->fill(ctx->queue, &all_sums, 0);
  points->shift_known = true;
  return hearth_agree(ctx, mine);
}

/* This rank's rows of a block into the matrix and the sums. `global` gives each row's sample number. Local. */
static hearth_status add_rows(hearth_points *points, const hearth_view *block, int64_t rows, const int64_t *global) {
  hearth_pca_fit_job *job = points->job;
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t p = points->points;
  const hearth_view gram = hearth_pca_matrix(ctx, job->gram, p, p, p, 1), sums = hearth_pca_matrix(ctx, points->sums, pca->ngroups, p, p, 1);
  for (int64_t first = 0; first < rows; first += points->rows) {
    const int64_t count = rows - first < points->rows ? rows - first : points->rows;
    const hearth_view panel = panel_matrix(points, count);
    hearth_view transposed = panel;
    transposed.extent[0] = p;
    transposed.extent[1] = count;
    transposed.stride[0] = panel.stride[1];
    transposed.stride[1] = panel.stride[0];
    for (int64_t i = 0; i < count && pca->labels; i++) points->label[i] = pca->labels[global[first + i]];
    HEARTH_TRY(pack_rows(points, block, first, count, true));
    HEARTH_TRY(ctx->backend->group_sums(ctx->queue, &sums, &panel, pca->labels ? points->label : NULL));
    HEARTH_TRY(ctx->backend->syrk(ctx->queue, 1, &transposed, 1, &gram));
    job->done += count;
    hearth_progress(ctx, job->phase, job->done, job->total);
  }
  return HEARTH_OK;
}

static hearth_status take_block(hearth_points *points, const hearth_view *block, int64_t rows, const int64_t *global, hearth_status *mine) {
  if (!points->shift_known) HEARTH_TRY(find_shift(points, block, rows, *mine));
  if (*mine == HEARTH_OK) *mine = add_rows(points, block, rows, global);
  return HEARTH_OK;
}

/* Numbers, in the whole series, of the samples that this rank has of a layout whose sample axis starts at sample `start`. */
static hearth_status sample_numbers(const hearth_layout *layout, int32_t axis, int64_t start, int64_t **global) {
  const int rank = layout->ctx->rank;
  const int64_t rows = hearth_layout_extent_of(layout, rank, axis);
  HEARTH_TRY(hearth_allocate(layout->ctx, rows * (int64_t)sizeof **global, global));
  for (int64_t i = 0; i < rows; i++) (*global)[i] = start + hearth_layout_local_to_global(layout, rank, axis, i);
  return HEARTH_OK;
}

/* Arrays that keep their points together on the rank of the sample, all fields alike, are used where they lie. */
static hearth_status take_arrays(hearth_points *points) {
  const hearth_series *series = points->job->series;
  const hearth_series_field *first = &series->field[0];
  const hearth_layout *layout = first->array->layout;
  int64_t *global = NULL;
  hearth_status mine = sample_numbers(layout, first->axis, 0, &global);
  hearth_view block[HEARTH_MAX_FIELDS];
  for (int32_t f = 0; f < series->nfields; f++) block[f] = *hearth_array_view(series->field[f].array);
  const hearth_status status = take_block(points, block, hearth_layout_extent_of(layout, layout->ctx->rank, first->axis), global, &mine);
  hearth_deallocate(layout->ctx, global);
  return status == HEARTH_OK ? hearth_agree(layout->ctx, mine) : status;
}

/* Reads samples start .. start + count - 1 of all fields, split over the ranks, and takes them. Collective. */
static hearth_status read_block(hearth_points *points, int64_t start, int64_t count, hearth_status *mine) {
  const hearth_series *series = points->job->series;
  hearth_context *ctx = series->ctx;
  hearth_array *into[HEARTH_MAX_FIELDS] = {NULL};
  hearth_view block[HEARTH_MAX_FIELDS];
  hearth_layout *layout = NULL;
  int64_t *global = NULL, rows = 0;
  hearth_status status = HEARTH_OK;
  for (int32_t f = 0; f < series->nfields && status == HEARTH_OK; f++) {
    const hearth_series_field *field = &series->field[f];
    int64_t shape[HEARTH_MAX_NDIM], from[HEARTH_MAX_NDIM] = {0};
    memcpy(shape, field->shape, sizeof shape);
    shape[field->axis] = count;
    from[field->axis] = start;
    status = hearth_agree(ctx, hearth_layout_make_split(ctx, field->ndim, shape, field->axis, &layout));
    if (status == HEARTH_OK) status = hearth_array_create(layout, field->dtype, field->order, &into[f]);
    if (status == HEARTH_OK) status = hearth_series_read(series, f, from, into[f]);
    if (status == HEARTH_OK) block[f] = *hearth_array_view(into[f]);
    if (status == HEARTH_OK && f == 0) {
      rows = hearth_layout_extent_of(layout, ctx->rank, field->axis);
      status = hearth_agree(ctx, sample_numbers(layout, field->axis, start, &global));
    }
    hearth_layout_destroy(&layout);
  }
  if (status == HEARTH_OK) status = take_block(points, block, rows, global, mine);
  for (int32_t f = 0; f < series->nfields; f++) hearth_array_destroy(&into[f]);
  hearth_deallocate(ctx, global);
  return status;
}

static hearth_status read_blocks(hearth_points *points) {
  const hearth_series *series = points->job->series;
  int64_t bytes = 0;
  for (int32_t f = 0; f < series->nfields; f++) {
    int64_t sample = hearth_dtype_size(series->field[f].dtype);
    for (int32_t d = 0; d < series->field[f].ndim; d++)
      if (d != series->field[f].axis) sample *= series->field[f].shape[d];
    bytes += sample;
  }
  const int64_t fit = bytes ? points->job->budget / bytes : series->samples, step = (fit > 1 ? fit : 1) * series->ctx->size;
  hearth_status mine = HEARTH_OK;
  for (int64_t start = 0; start < series->samples; start += step)
    HEARTH_TRY(read_block(points, start, series->samples - start < step ? series->samples - start : step, &mine));
  return hearth_agree(series->ctx, mine);
}

hearth_status hearth_points_pass(hearth_points *points) {
  return points->in_place ? take_arrays(points) : read_blocks(points);
}
