/* Filling gaps: from the fields to weighted anomalies and back. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "kernels/map.h"
#include "tensor/array_impl.h"
#include "tensor/labels.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

hearth_view hearth_fill_view(const hearth_fill *fill) {
  const hearth_view *own = hearth_array_view(fill->matrix);
  hearth_view view = *own;
  view.extent[0] = own->extent[1];
  view.extent[1] = own->extent[0];
  view.stride[0] = own->stride[1];
  view.stride[1] = own->stride[0];
  return view;
}

hearth_view hearth_fill_gaps(const hearth_fill *fill) {
  return (hearth_view){
      .data = fill->gap, .dtype = HEARTH_BOOL, .space = fill->pca->ctx->backend->space, .ndim = 2, .extent = {fill->n, fill->p}, .stride = {fill->p, 1}};
}

/* The fields as float64, in the layout of the estimator's space with all samples. Collective; agreed. */
static hearth_status read_fields(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const int64_t zero[HEARTH_MAX_NDIM] = {0};
  for (int32_t f = 0; f < fill->series->nfields; f++) {
    const hearth_series_field *from = &fill->series->field[f];
    hearth_layout *layout = NULL;
    hearth_status status = hearth_agree(pca->ctx, hearth_layout_insert(pca->space.field[f].layout, from->axis, fill->all_n, &layout));
    if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, pca->space.field[f].order, &fill->field[f]);
    hearth_layout_destroy(&layout);
    HEARTH_TRY(status);
    if (from->array) fill->field[f]->labels = hearth_labels_retain(from->array->labels);
    HEARTH_TRY(hearth_series_read(fill->series, f, zero, fill->field[f]));
  }
  return HEARTH_OK;
}

/* Counts of missing values of each point, and infinities; which points take part: the estimator's scale becomes 0 where there is nothing. Collective; agreed.
 */
static hearth_status judge(hearth_fill *fill, const int32_t *missing, int64_t infinite, double *scale) {
  const hearth_pca *pca = fill->pca;
  int64_t sums[4] = {infinite, 0, 0, 0};
  for (int64_t i = 0; i < pca->space.points; i++) {
    if (missing[i] == fill->all_n) scale[i] = 0;
    if (scale[i] == 0) continue;
    sums[1]++;
    sums[2] += missing[i];
    sums[3] += fill->all_n - missing[i];
  }
  HEARTH_TRY(hearth_agree(pca->ctx, hearth_pca_upload(pca->ctx, pca->space.scale, scale, pca->space.points)));
  HEARTH_TRY(hearth_allreduce_i64(pca->ctx, sums, 4, HEARTH_OP_SUM));
  fill->gaps = sums[2];
  fill->values = sums[3];
  if (sums[0] > 0) return hearth_fail(pca->ctx, HEARTH_ERR_NOT_FINITE, "the data hold %lld infinite values", (long long)sums[0]);
  if (sums[1] == 0) return hearth_fail(pca->ctx, HEARTH_ERR_ARGUMENT, "no point takes part: all are missing or have weight 0");
  return HEARTH_OK;
}

/* Y := weighted data, NaN as 0; the counts. Local. */
static hearth_status pack_fields(hearth_fill *fill, int32_t *counter, int32_t *missing, int64_t *infinite) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_view *own = hearth_array_view(fill->matrix);
  const int64_t lead = own->stride[1] / (int64_t)sizeof(double), points = pca->space.points;
  const hearth_view all = {.data = counter, .dtype = HEARTH_INT32, .space = ctx->backend->space, .ndim = 1, .extent = {points}, .stride = {sizeof *counter}};
  if (points == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &all, 0));
  for (int32_t f = 0; f < fill->series->nfields; f++) {
    const hearth_view src = hearth_series_view(hearth_array_view(fill->field[f]), fill->series->field[f].axis),
                      dst = hearth_pca_piece_view(pca, f, 0, own->data, fill->all_n, lead),
                      scale = hearth_pca_piece_view(pca, f, 0, pca->space.scale, fill->all_n, 0);
    hearth_view count = hearth_pca_piece_view(pca, f, 0, NULL, fill->all_n, 0);
    count.data = counter + pca->space.field[f].offset;
    count.dtype = HEARTH_INT32;
    for (int32_t d = 0; d < count.ndim; d++) count.stride[d] /= 2;
    if (pca->space.field[f].points > 0) HEARTH_TRY(ctx->backend->pack(ctx->queue, &dst, &src, NULL, &scale, &count, infinite));
  }
  hearth_view host = all;
  host.data = missing;
  host.space = HEARTH_SPACE_HOST;
  return hearth_view_copy(ctx, &host, &all);
}

/* Y := weighted data with NaN where they are missing and the point takes part. Local. */
static hearth_status weigh_fields(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_view *own = hearth_array_view(fill->matrix);
  const int64_t lead = own->stride[1] / (int64_t)sizeof(double);
  double zero = 0;
  for (int32_t f = 0; f < fill->series->nfields; f++) {
    if (pca->space.field[f].points == 0) continue;
    const hearth_view src = hearth_series_view(hearth_array_view(fill->field[f]), fill->series->field[f].axis),
                      dst = hearth_pca_piece_view(pca, f, 0, own->data, fill->all_n, lead),
                      scale = hearth_pca_piece_view(pca, f, 0, pca->space.scale, fill->all_n, 0);
    hearth_view none = dst;
    none.data = &zero;
    none.space = HEARTH_SPACE_HOST;
    memset(none.stride, 0, sizeof none.stride);
    const hearth_map_step where = {HEARTH_OP_WHERE, {1, 2}};
    HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &where, &dst, 3, (const hearth_view *const[]){&scale, &src, &none}));
    HEARTH_TRY(ctx->backend->multiply(ctx->queue, &dst, &dst, &scale));
  }
  return ctx->backend->wait(ctx->queue);
}

/* Which points take part, and Y with NaN in the gaps. Collective; agreed. */
static hearth_status look_at_fields(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t points = pca->space.points;
  int32_t *missing = NULL, *counter = NULL;
  int64_t infinite = 0;
  double *scale = NULL;
  hearth_status status = hearth_allocate(ctx, points * (int64_t)sizeof *missing, &missing);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, points * (int64_t)sizeof *scale, &scale);
  if (status == HEARTH_OK && points > 0) status = ctx->backend->allocate(ctx->queue, points * (int64_t)sizeof *counter, (void **)&counter);
  if (status == HEARTH_OK) status = pack_fields(fill, counter, missing, &infinite);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, scale, pca->space.scale, points);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = judge(fill, missing, infinite, scale);
  if (status == HEARTH_OK) status = hearth_agree(ctx, weigh_fields(fill));
  if (counter) ctx->backend->release(ctx->queue, counter);
  hearth_deallocate(ctx, missing);
  hearth_deallocate(ctx, scale);
  return status;
}

/* Where samples outnumber points: all points to each rank. Collective; agreed. */
static hearth_status place_matrix(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_array *other = NULL;
  int64_t *all = NULL;
  HEARTH_TRY(hearth_pca_matrix_points(pca, &all));
  fill->by_samples = fill->all_n > fill->all_p && pca->options.gaps == HEARTH_GAPS_FILL;
  if (fill->by_samples) {
    const hearth_status status = hearth_resplit(fill->matrix, 1, &other);
    if (status != HEARTH_OK) hearth_deallocate(ctx, all);
    HEARTH_TRY(status);
    hearth_array_destroy(&fill->matrix);
    fill->matrix = other;
  }
  const hearth_layout *layout = fill->matrix->layout;
  fill->n = hearth_layout_extent_of(layout, ctx->rank, 1);
  fill->p = hearth_layout_extent_of(layout, ctx->rank, 0);
  fill->first = fill->n > 0 ? hearth_layout_local_to_global(layout, ctx->rank, 1, 0) : 0;
  fill->labels = pca->labels ? pca->labels + fill->first : NULL;
  hearth_status status = hearth_allocate(ctx, fill->p * (int64_t)sizeof *fill->number, &fill->number);
  const int64_t from = fill->p > 0 ? hearth_layout_local_to_global(layout, ctx->rank, 0, 0) : 0;
  for (int64_t i = 0; i < fill->p && status == HEARTH_OK; i++) fill->number[i] = all[from + i];
  hearth_deallocate(ctx, all);
  return hearth_agree(ctx, status);
}

static void free_fill(hearth_fill *fill) {
  const hearth_context *ctx = fill->pca->ctx;
  hearth_array_destroy(&fill->matrix);
  if (fill->gap) ctx->backend->release(ctx->queue, fill->gap);
  void *const part[] = {fill->number, fill->gap_host, fill->mean, fill->size, fill->deviations, fill->host};
  for (size_t i = 0; i < sizeof part / sizeof *part; i++) hearth_deallocate(ctx, part[i]);
  hearth_pca_release(ctx, &fill->device);
}

/* A field's gaps := Y / sqrt(w), at points that take part. `missing` is backend memory for a byte per value. Local. */
static hearth_status fill_field(const hearth_fill *fill, int32_t f, uint8_t *missing) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_view *own = hearth_array_view(fill->matrix);
  const int64_t lead = own->stride[1] / (int64_t)sizeof(double);
  const hearth_view dst = hearth_series_view(hearth_array_view(fill->field[f]), fill->series->field[f].axis),
                    y = hearth_pca_piece_view(pca, f, 0, own->data, fill->all_n, lead),
                    scale = hearth_pca_piece_view(pca, f, 0, pca->space.scale, fill->all_n, 0),
                    inverse = hearth_pca_piece_view(pca, f, 0, pca->space.inverse, fill->all_n, 0);
  hearth_view absent = hearth_pca_piece_view(pca, f, 0, NULL, fill->all_n, pca->space.field[f].points);
  double nothing = (double)NAN;
  hearth_view none = y;
  none.data = &nothing;
  none.space = HEARTH_SPACE_HOST;
  memset(none.stride, 0, sizeof none.stride);
  absent.data = missing;
  absent.dtype = HEARTH_BOOL;
  for (int32_t d = 0; d < absent.ndim; d++) absent.stride[d] /= (int64_t)sizeof(double);
  const hearth_map_step is_nan = {HEARTH_OP_ISNAN, {0}}, where = {HEARTH_OP_WHERE, {1, 2}};
  const struct hearth_map_kernels *map = ctx->backend->map;
  HEARTH_TRY(map->map(ctx->queue, HEARTH_FLOAT64, 1, &is_nan, &absent, 1, (const hearth_view *const[]){&dst}));
  HEARTH_TRY(map->map(ctx->queue, HEARTH_FLOAT64, 1, &where, &y, 3, (const hearth_view *const[]){&scale, &y, &none}));
  HEARTH_TRY(ctx->backend->multiply(ctx->queue, &y, &y, &inverse));
  HEARTH_TRY(map->map(ctx->queue, HEARTH_FLOAT64, 1, &where, &dst, 3, (const hearth_view *const[]){&absent, &y, &dst}));
  return ctx->backend->wait(ctx->queue);
}

/* Y back to weighted data, and its gaps into the fields. Collective; agreed. */
static hearth_status finish_fields(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  uint8_t *missing = NULL;
  hearth_array *back = NULL;
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_fill_end(fill)));
  if (fill->by_samples) {
    hearth_status status = hearth_pca_points_layout(pca, 0, fill->all_n, &layout);
    if (status == HEARTH_OK) status = hearth_redistribute(fill->matrix, layout, &back);
    hearth_layout_destroy(&layout);
    HEARTH_TRY(status);
    hearth_array_destroy(&fill->matrix);
    fill->matrix = back;
  }
  hearth_status status = HEARTH_OK;
  if (pca->space.points > 0) status = ctx->backend->allocate(ctx->queue, fill->all_n * pca->space.points, (void **)&missing);
  for (int32_t f = 0; f < fill->series->nfields && status == HEARTH_OK; f++)
    if (pca->space.field[f].points > 0) status = fill_field(fill, f, missing);
  if (missing) ctx->backend->release(ctx->queue, missing);
  return hearth_agree(ctx, status);
}

static hearth_status make_matrix(hearth_fill *fill) {
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_pca_points_layout(fill->pca, 0, fill->all_n, &layout));
  const hearth_status status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &fill->matrix);
  hearth_layout_destroy(&layout);
  return status;
}

static hearth_status fill_all(hearth_fill *fill, hearth_pca_gaps *report) {
  const hearth_context *ctx = fill->pca->ctx;
  HEARTH_TRY(read_fields(fill));
  HEARTH_TRY(make_matrix(fill));
  HEARTH_TRY(look_at_fields(fill));
  if (fill->gaps == 0) return HEARTH_OK;
  HEARTH_TRY(place_matrix(fill));
  HEARTH_TRY(hearth_agree(ctx, hearth_fill_begin(fill)));
  HEARTH_TRY(hearth_fill_first_means(fill));
  HEARTH_TRY(fill->pca->options.gaps == HEARTH_GAPS_EM ? hearth_fill_em(fill, report) : hearth_fill_dineof(fill, report));
  return finish_fields(fill);
}

hearth_status hearth_pca_fill(hearth_pca_fit_job *job, hearth_pca_gaps *report) {
  hearth_pca *pca = job->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t nfields = job->series->nfields;
  *report = (hearth_pca_gaps){.nfields = (int32_t)nfields};
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, nfields * (int64_t)sizeof(hearth_array *), &report->filled)));
  hearth_fill fill = {.pca = pca, .series = job->series, .field = report->filled, .all_n = job->n, .all_p = pca->space.global_points};
  const hearth_status status = fill_all(&fill, report);
  free_fill(&fill);
  return status;
}
