/* Scores of other samples: T = A V with the fit's mean and weights, block of samples by block of samples, each rank with its own points. */
#include "analysis/pca_transform_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

hearth_status hearth_transform_check(const hearth_pca *pca, const hearth_series *series) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_TRY(hearth_pca_check_labels(pca, series->samples));
  if (series->nfields != pca->space.nfields)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_transform: %d fields, the fit had %d", series->nfields, pca->space.nfields);
  for (int32_t f = 0; f < series->nfields; f++) {
    const hearth_series_field *field = &series->field[f];
    const hearth_layout *space = pca->space.field[f].layout;
    bool same = field->ndim == space->ndim + 1;
    for (int32_t d = 0, k = 0; same && d < field->ndim; d++)
      if (d != field->axis) same = field->shape[d] == space->shape[k++];
    if (!same) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_transform: the space of field '%s' is not the fit's", field->name);
  }
  return HEARTH_OK;
}

static hearth_status lies_right(const hearth_pca *pca, const hearth_series *series, bool *right) {
  *right = true;
  for (int32_t f = 0; f < series->nfields && *right; f++) {
    const hearth_series_field *field = &series->field[f];
    hearth_layout *own = NULL;
    int32_t equal = 0;
    HEARTH_TRY(hearth_series_own_space(series, f, &own));
    hearth_status status = own ? hearth_layout_equal(own, pca->space.field[f].layout, &equal) : HEARTH_OK;
    hearth_layout_destroy(&own);
    if (status != HEARTH_OK) return status;
    *right = equal && hearth_dim_in_order(&field->array->layout->dim[field->axis]) && field->order == pca->space.field[f].order;
  }
  return HEARTH_OK;
}

hearth_status hearth_transform_prepare(hearth_transform *t) {
  hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  int64_t most = pca->space.points;
  HEARTH_TRY(hearth_agree(ctx, lies_right(pca, t->series, &t->in_place)));
  HEARTH_TRY(hearth_allreduce_i64(ctx, &most, 1, HEARTH_OP_MAX));
  const int64_t budget = pca->options.memory ? pca->options.memory : (int64_t)256 << 20, sample = (most ? most : 1) * (int64_t)sizeof(double);
  t->rows = budget / sample < 1 ? 1 : budget / sample > 1024 ? 1024 : budget / sample;
  if (t->rows > t->series->samples) t->rows = t->series->samples;
  if (t->rows < 1) t->rows = 1;
  const bool fixed = ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
  const int64_t few = pca->modes < 64 ? 64 : pca->modes; /* the stack's Gram matrix is made of all rows, these and the modes */
  if (fixed && t->rows > few) t->rows = few;
  const int64_t usual = (budget < HEARTH_PANEL_BYTES ? budget : HEARTH_PANEL_BYTES) / (int64_t)sizeof(double),
                whole = t->rows * (pca->space.points ? pca->space.points : 1);
  t->panel_size = whole < usual ? whole : usual > 64 * t->rows ? usual : 64 * t->rows;
  hearth_status status = hearth_pca_allocate(ctx, t->panel_size, &t->panel);
  if (status == HEARTH_OK) status = hearth_pca_allocate(ctx, t->rows * pca->modes, &t->product);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, t->rows * pca->modes * (int64_t)sizeof *t->host, &t->host);
  if (status == HEARTH_OK) status = ctx->backend->allocate(ctx->queue, sizeof *t->missing, (void **)&t->missing);
  HEARTH_TRY(hearth_agree(ctx, status));
  return fixed ? hearth_transform_stack(t) : HEARTH_OK;
}

void hearth_transform_free(hearth_transform *t) {
  const hearth_context *ctx = t->pca->ctx;
  hearth_pca_release(ctx, &t->panel);
  hearth_pca_release(ctx, &t->product);
  hearth_deallocate(ctx, t->host);
  if (t->missing) ctx->backend->release(ctx->queue, t->missing);
  hearth_array_destroy(&t->stack);
}

/* Anomalies of the rows, whose mean is that of their group: a run of rows of one group after the other. Local. */
static hearth_status pack_rows(const hearth_transform *t, int32_t f, int32_t piece, const hearth_part *part, const hearth_view *dst, const hearth_view *src,
                               int64_t *infinite) {
  const hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t rows = src->extent[0];
  for (int64_t row = 0, run = 0; row < rows; row += run) {
    int32_t group = 0;
    run = hearth_pca_group_run(pca, t->first + row, rows - row, &group);
    const hearth_view all_mean = hearth_pca_piece_view(pca, f, piece, pca->mean + group * pca->space.points, run, 0),
                      all_scale = hearth_pca_piece_view(pca, f, piece, pca->space.scale, run, 0), mean = hearth_part_view(&all_mean, 1, part),
                      scale = hearth_part_view(&all_scale, 1, part);
    hearth_view to = *dst, from = *src;
    to.extent[0] = from.extent[0] = run;
    to.data = (char *)to.data + row * to.stride[0];
    from.data = (char *)from.data + row * from.stride[0];
    hearth_view missing = to;
    missing.data = t->missing;
    missing.dtype = HEARTH_INT32;
    memset(missing.stride, 0, sizeof missing.stride);
    HEARTH_TRY(ctx->backend->pack(ctx->queue, &to, &from, &mean, pca->space.scale ? &scale : NULL, &missing, infinite));
  }
  return HEARTH_OK;
}

hearth_status hearth_transform_pack(const hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part,
                                    hearth_transform_panel *result) {
  hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t columns = hearth_part_volume(src->ndim - 1, part), rows = src->extent[0];
  int64_t extent[HEARTH_MAX_NDIM], stride[HEARTH_MAX_NDIM], first = field->offset + field->piece[piece];
  for (int32_t d = 0; d < src->ndim - 1; d++) extent[d] = hearth_layout_piece_extent(field->layout, piece, d);
  hearth_strides(src->ndim - 1, extent, 1, field->order, stride);
  for (int32_t d = 0; d < src->ndim - 1; d++) first += part->start[d] * stride[d];
  result->first = first;
  result->matrix = hearth_pca_matrix(ctx, t->panel, rows, columns, columns, 1);
  hearth_view dst = *src;
  dst.data = t->panel;
  dst.dtype = HEARTH_FLOAT64;
  dst.space = ctx->backend->space;
  dst.stride[0] = columns * (int64_t)sizeof(double);
  hearth_strides(src->ndim - 1, part->count, sizeof(double), field->order, dst.stride + 1);
  return pack_rows(t, f, piece, part, &dst, src, &result->infinite);
}

/* product += part's anomalies times the basis. Local. */
static hearth_status add_part(hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part, int64_t *infinite) {
  const hearth_pca *pca = t->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_transform_panel panel = {.infinite = 0};
  HEARTH_TRY(hearth_transform_pack(t, f, piece, src, part, &panel));
  *infinite += panel.infinite;
  const int64_t rows = panel.matrix.extent[0], columns = panel.matrix.extent[1];
  const hearth_view basis = hearth_pca_matrix(ctx, pca->basis + panel.first, columns, pca->modes, 1, pca->space.points),
                    product = hearth_pca_matrix(ctx, t->product, rows, pca->modes, pca->modes, 1);
  return ctx->backend->gemm(ctx->queue, 0, 1, &panel.matrix, &basis, 1, &product);
}

hearth_status hearth_transform_parts(hearth_transform *t, int32_t f, const hearth_array *array, int64_t start, int64_t rows, hearth_transform_work work,
                                     int64_t *infinite) {
  for (int32_t p = 0; p < array->npieces; p++) {
    hearth_view block = hearth_series_view(&array->piece[p].view, t->series->field[f].axis);
    hearth_part part = {.count = {0}};
    block.data = block.data ? (char *)block.data + start * block.stride[0] : NULL;
    block.extent[0] = rows;
    while (hearth_part_next(block.ndim - 1, block.extent + 1, t->pca->space.field[f].order, t->panel_size / rows, &part)) {
      const hearth_view src = hearth_part_view(&block, 1, &part);
      HEARTH_TRY(work(t, f, p, &src, &part, infinite));
    }
  }
  return HEARTH_OK;
}

/* This rank's part of the scores of some samples: those from `start` of the fields' arrays. Local. */
static hearth_status take_rows(hearth_transform *t, const hearth_array *const *array, int64_t start, int64_t rows) {
  const hearth_context *ctx = t->pca->ctx;
  const hearth_view product = hearth_pca_matrix(ctx, t->product, rows, t->pca->modes, t->pca->modes, 1);
  const hearth_view counter = {
      .data = t->missing, .dtype = HEARTH_INT32, .space = ctx->backend->space, .ndim = 1, .extent = {1}, .stride = {sizeof *t->missing}};
  int32_t missing = 0;
  int64_t infinite = 0;
  hearth_view host = counter;
  host.data = &missing;
  host.space = HEARTH_SPACE_HOST;
  memset(t->host, 0, rows * t->pca->modes * sizeof *t->host);
  if (!t->pca->space.primary) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &product, 0));
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &counter, 0));
  for (int32_t f = 0; f < t->series->nfields; f++)
    HEARTH_TRY(hearth_transform_parts(t, f, array[f], start, rows, t->stack ? hearth_transform_stack_part : add_part, &infinite));
  HEARTH_TRY(ctx->backend->copy(ctx->queue, &host, &counter));
  HEARTH_TRY(hearth_pca_download(ctx, t->host, t->product, rows * t->pca->modes));
  if (missing || infinite)
    return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "hearth_pca_transform: %d NaN and %lld infinite values at points that take part", missing,
                       (long long)infinite);
  return HEARTH_OK;
}

hearth_status hearth_transform_block(hearth_transform *t, int64_t start, int64_t rows) {
  hearth_pca *pca = t->pca;
  hearth_array *into[HEARTH_MAX_FIELDS] = {NULL};
  const hearth_array *block[HEARTH_MAX_FIELDS];
  hearth_status status = HEARTH_OK;
  t->first = start;
  for (int32_t f = 0; f < t->series->nfields && status == HEARTH_OK; f++) {
    const hearth_series_field *field = &t->series->field[f];
    block[f] = field->array;
    if (t->in_place) continue;
    hearth_layout *layout = NULL;
    int64_t from[HEARTH_MAX_NDIM] = {0};
    from[field->axis] = start;
    status = hearth_agree(pca->ctx, hearth_layout_insert(pca->space.field[f].layout, field->axis, rows, &layout));
    if (status == HEARTH_OK) status = hearth_array_create(layout, field->dtype, pca->space.field[f].order, &into[f]);
    if (status == HEARTH_OK) status = hearth_series_read(t->series, f, from, into[f]);
    block[f] = into[f];
    hearth_layout_destroy(&layout);
  }
  const int64_t at = t->in_place ? start : 0;
  if (status == HEARTH_OK) status = hearth_agree(pca->ctx, take_rows(t, block, at, rows));
  if (status == HEARTH_OK)
    status = t->stack ? hearth_transform_stack_scores(t, rows) : hearth_allreduce_f64(pca->ctx, t->host, rows * pca->modes, HEARTH_OP_SUM);
  if (status == HEARTH_OK && t->after) status = hearth_agree(pca->ctx, t->after(t, block, at, rows));
  for (int32_t f = 0; f < t->series->nfields; f++) hearth_array_destroy(&into[f]);
  return status;
}

/* This rank's rows among start .. start + rows - 1 into the result, signs applied. Local. */
static hearth_status keep_rows(const hearth_transform *t, int64_t start, int64_t rows, const hearth_array *scores) {
  const hearth_pca *pca = t->pca;
  const int rank = pca->ctx->rank;
  const int64_t own = hearth_layout_extent_of(scores->layout, rank, 0), first = own ? hearth_layout_local_to_global(scores->layout, rank, 0, 0) : 0;
  const int64_t from = start > first ? start : first, to = start + rows < first + own ? start + rows : first + own;
  HEARTH_TRY(hearth_pca_present_scores(pca, rows, t->host, pca->modes, t->host));
  if (from >= to) return HEARTH_OK;
  const hearth_view source = hearth_pca_host_matrix(t->host + (from - start) * pca->modes, to - from, pca->modes);
  hearth_view target = *hearth_array_view(scores);
  target.data = (char *)target.data + (from - first) * target.stride[0];
  target.extent[0] = to - from;
  HEARTH_TRY(pca->ctx->backend->copy(pca->ctx->queue, &target, &source));
  return pca->ctx->backend->wait(pca->ctx->queue);
}

static hearth_status transform(hearth_pca *pca, const hearth_series *series, hearth_array **scores) {
  hearth_context *ctx = pca->ctx;
  hearth_transform t = {.pca = pca, .series = series};
  const int64_t shape[2] = {series->samples, pca->modes};
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_transform_check(pca, series)));
  HEARTH_TRY(hearth_pca_find_signs(pca));
  hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, 2, shape, 0, &layout));
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, scores);
  if (status == HEARTH_OK) status = hearth_transform_prepare(&t);
  for (int64_t start = 0; start < series->samples && status == HEARTH_OK; start += t.rows) {
    const int64_t left = series->samples - start, rows = left < t.rows ? left : t.rows;
    status = hearth_transform_block(&t, start, rows);
    if (status == HEARTH_OK) status = hearth_agree(ctx, keep_rows(&t, start, rows, *scores));
    hearth_progress(ctx, "scores", start + rows, series->samples);
  }
  hearth_layout_destroy(&layout);
  hearth_transform_free(&t);
  if (status != HEARTH_OK) hearth_array_destroy(scores);
  return status;
}

static hearth_status ready(hearth_pca *pca, hearth_array **scores) {
  HEARTH_REQUIRE(pca->ctx, scores, "hearth_pca_transform: NULL argument");
  return hearth_pca_ready(pca);
}

static hearth_status finish(hearth_pca *pca, hearth_series *series, hearth_status status, hearth_array **scores) {
  if (status == HEARTH_OK) {
    status = transform(pca, series, scores);
    hearth_series_free(series);
  }
  return status;
}

hearth_status hearth_pca_transform(hearth_pca *pca, const hearth_array *array, int32_t sample_axis, hearth_array **scores) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_transform: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  HEARTH_TRY(ready(pca, scores));
  return finish(pca, &series, hearth_series_of_array(pca->ctx, array, sample_axis, &series), scores);
}

hearth_status hearth_pca_transform_state(hearth_pca *pca, const hearth_state *state, int32_t sample_axis, hearth_array **scores) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_transform_state: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  HEARTH_TRY(ready(pca, scores));
  return finish(pca, &series, hearth_series_of_state(pca->ctx, state, sample_axis, &series), scores);
}

hearth_status hearth_pca_transform_source(hearth_pca *pca, const hearth_source *source, hearth_array **scores) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_transform_source: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  hearth_series series;
  HEARTH_TRY(ready(pca, scores));
  return finish(pca, &series, hearth_series_of_source(pca->ctx, source, &series), scores);
}
