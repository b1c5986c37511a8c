/* What the estimator found, as arrays in the layout of its fields. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

static hearth_status enter(hearth_pca *pca, int32_t field, const void *result, const char *function) {
  HEARTH_REQUIRE(pca->ctx, result, "%s: NULL argument", function);
  HEARTH_TRY(hearth_pca_ready(pca));
  HEARTH_REQUIRE(pca->ctx, field >= 0 && field < pca->space.nfields, "%s: field %d is outside 0..%d", function, field, pca->space.nfields - 1);
  return HEARTH_OK;
}

/* A new float64 array [lead, space...] of field f. Collective. */
static hearth_status make_array(const hearth_pca *pca, int32_t f, int64_t lead, hearth_array **array) {
  const hearth_pca_field *field = &pca->space.field[f];
  hearth_layout *layout = NULL;
  hearth_status status = hearth_agree(pca->ctx, hearth_layout_insert(field->layout, 0, lead, &layout));
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, field->order, array);
  hearth_layout_destroy(&layout);
  return status;
}

/* A piece as [modes or groups, space...], also of an array of the space alone. */
static hearth_view led_view(const hearth_array *array, int32_t piece, int32_t space) {
  hearth_view view = array->piece[piece].view;
  if (view.ndim > space) return view;
  memmove(view.extent + 1, view.extent, space * sizeof *view.extent);
  memmove(view.stride + 1, view.stride, space * sizeof *view.stride);
  view.ndim = space + 1;
  view.extent[0] = 1;
  view.stride[0] = 0;
  return view;
}

static hearth_status fill_piece(const hearth_pca *pca, int32_t f, int32_t piece, int32_t first, double *signs, const hearth_view *target) {
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points, count = target->extent[0];
  const hearth_view basis = hearth_pca_piece_view(pca, f, piece, hearth_pca_shown_basis(pca) + first * n, count, n),
                    inverse = hearth_pca_piece_view(pca, f, piece, pca->space.inverse, count, 0);
  hearth_view sign = hearth_pca_piece_view(pca, f, piece, NULL, count, 1);
  sign.data = signs + first;
  memset(sign.stride + 1, 0, (sign.ndim - 1) * sizeof *sign.stride);
  HEARTH_TRY(ctx->backend->multiply(ctx->queue, target, &basis, &sign));
  return pca->space.inverse ? ctx->backend->multiply(ctx->queue, target, target, &inverse) : HEARTH_OK;
}

/* Physical EOFs from mode `first` on, as many as the array holds: sign v / sqrt(w). Local. */
static hearth_status fill_components(const hearth_pca *pca, int32_t f, int32_t first, const hearth_array *array) {
  const hearth_context *ctx = pca->ctx;
  double *device = NULL;
  if (pca->space.field[f].points == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_allocate(ctx, pca->modes, &device));
  hearth_status status = hearth_pca_upload(ctx, device, pca->sign, pca->modes);
  for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
    const hearth_view target = led_view(array, p, pca->space.field[f].layout->ndim);
    if (hearth_layout_piece_volume(array->layout, p) > 0) status = fill_piece(pca, f, p, first, device, &target);
  }
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &device);
  return status;
}

hearth_status hearth_pca_components(hearth_pca *pca, int32_t field, hearth_array **components) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_components: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  HEARTH_TRY(enter(pca, field, components, "hearth_pca_components"));
  HEARTH_TRY(hearth_pca_find_signs(pca));
  HEARTH_TRY(make_array(pca, field, pca->modes, components));
  const hearth_status status = hearth_agree(pca->ctx, fill_components(pca, field, 0, *components));
  if (status != HEARTH_OK) hearth_array_destroy(components);
  return status;
}

/* Means from group `first` on, as many as the array holds, with NaN at the points that take no part. Local. */
static hearth_status fill_mean(const hearth_pca *pca, int32_t f, int32_t first, const hearth_array *array) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t n = field->points;
  double *mean = NULL, *inverse = NULL;
  hearth_status status = hearth_allocate(ctx, n * (int64_t)sizeof *mean, &mean);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *inverse, &inverse);
  if (status == HEARTH_OK && pca->space.inverse && n) status = hearth_pca_download(ctx, inverse, pca->space.inverse + field->offset, n);
  const int32_t groups = array->layout->ndim > field->layout->ndim ? pca->ngroups : 1;
  for (int32_t g = 0; g < groups && n && status == HEARTH_OK; g++) {
    status = hearth_pca_download(ctx, mean, pca->mean + (first + g) * pca->space.points + field->offset, n);
    for (int64_t i = 0; i < n && pca->space.inverse; i++)
      if (isnan(inverse[i])) mean[i] = (double)NAN;
    for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
      hearth_view from = hearth_pca_piece_view(pca, f, p, NULL, 1, n), to = led_view(array, p, field->layout->ndim);
      if (field->piece[p + 1] == field->piece[p]) continue;
      from.data = mean + field->piece[p];
      from.space = HEARTH_SPACE_HOST;
      to.data = (char *)to.data + g * to.stride[0];
      to.extent[0] = 1;
      status = ctx->backend->copy(ctx->queue, &to, &from);
    }
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  }
  hearth_deallocate(ctx, mean);
  hearth_deallocate(ctx, inverse);
  return status;
}

hearth_status hearth_pca_mean(hearth_pca *pca, int32_t field, hearth_array **mean) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_mean: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  HEARTH_TRY(enter(pca, field, mean, "hearth_pca_mean"));
  HEARTH_TRY(make_array(pca, field, pca->ngroups, mean));
  const hearth_status status = hearth_agree(pca->ctx, fill_mean(pca, field, 0, *mean));
  if (status != HEARTH_OK) hearth_array_destroy(mean);
  return status;
}

static hearth_status check_into(const hearth_pca *pca, int32_t field, int32_t number, int32_t most, const char *what, const hearth_array *array,
                                const char *function) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, array, "%s: the array is NULL", function);
  HEARTH_REQUIRE(ctx, number >= 0 && number < most, "%s: %s %d is outside 0..%d", function, what, number, most - 1);
  const hearth_layout *space = pca->space.field[field].layout;
  bool same = array->ctx == ctx && array->layout->ndim == space->ndim;
  for (int32_t d = 0; same && d < space->ndim; d++) same = array->layout->shape[d] == space->shape[d];
  if (!same) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "%s: the array's context or shape is not that of field '%s'", function, pca->space.field[field].name);
  if (array->dtype != HEARTH_FLOAT64 && array->dtype != HEARTH_FLOAT32)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s: the array is %s; float32 or float64 is needed", function, hearth_dtype_name(array->dtype));
  return hearth_array_pending(array);
}

/* One EOF or mean by way of an array in the estimator's own layout. */
static hearth_status put_into(const hearth_pca *pca, int32_t f, int32_t number,
                              hearth_status (*fill)(const hearth_pca *, int32_t, int32_t, const hearth_array *), hearth_array *array) {
  hearth_array *own = NULL;
  HEARTH_TRY(hearth_array_create(pca->space.field[f].layout, HEARTH_FLOAT64, pca->space.field[f].order, &own));
  hearth_status status = hearth_agree(pca->ctx, fill(pca, f, number, own));
  if (status == HEARTH_OK) status = hearth_array_copy(own, array);
  hearth_array_destroy(&own);
  return status;
}

hearth_status hearth_pca_component_into(hearth_pca *pca, int32_t field, int32_t mode, hearth_array *array) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_component_into: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  const int64_t numbers[] = {field, mode};
  HEARTH_TRY(enter(pca, field, pca, "hearth_pca_component_into"));
  const hearth_status mine = check_into(pca, field, mode, pca->modes, "mode", array, "hearth_pca_component_into");
  HEARTH_TRY(hearth_agree_same(pca->ctx, mine, "field|mode", numbers, 2));
  HEARTH_TRY(hearth_pca_find_signs(pca));
  return put_into(pca, field, mode, fill_components, array);
}

hearth_status hearth_pca_mean_into(hearth_pca *pca, int32_t field, int32_t group, hearth_array *array) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_mean_into: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  const int64_t numbers[] = {field, group};
  HEARTH_TRY(enter(pca, field, pca, "hearth_pca_mean_into"));
  const hearth_status mine = check_into(pca, field, group, pca->ngroups, "group", array, "hearth_pca_mean_into");
  HEARTH_TRY(hearth_agree_same(pca->ctx, mine, "field|group", numbers, 2));
  return put_into(pca, field, group, fill_mean, array);
}

/* Scores [samples, modes] on the host of every rank, signs applied. Collective. */
static hearth_status gather_scores(hearth_pca *pca, double *scores) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_stream *stream = &pca->stream;
  const int64_t width = pca->phase == HEARTH_PCA_STREAM ? stream->n_kept : pca->modes;
  const double *from = pca->phase == HEARTH_PCA_STREAM ? stream->scores : pca->scores;
  hearth_status status = HEARTH_OK;
  if (ctx->rank == 0 || pca->phase == HEARTH_PCA_BATCH) status = hearth_pca_present_scores(pca, pca->samples, from, width, scores);
  HEARTH_TRY(hearth_agree(ctx, status));
  return hearth_broadcast(ctx, scores, pca->samples * pca->modes * (int64_t)sizeof *scores, 0);
}

hearth_status hearth_pca_scores(hearth_pca *pca, hearth_array **scores) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_scores: the estimator is NULL");
  hearth_context *ctx = pca->ctx;
  HEARTH_GUARD_FP(ctx);
  HEARTH_TRY(enter(pca, 0, scores, "hearth_pca_scores"));
  if (pca->phase == HEARTH_PCA_BATCH ? !pca->scores : !pca->options.keep_scores)
    return hearth_fail(ctx, HEARTH_ERR_STATE, "hearth_pca_scores: the scores were not kept; hearth_pca_transform computes them from the samples");
  HEARTH_TRY(hearth_pca_find_signs(pca));
  const int64_t shape[2] = {pca->samples, pca->modes}, n = shape[0] * shape[1];
  hearth_layout *layout = NULL;
  double *host = NULL;
  hearth_status status = hearth_layout_make_split(ctx, 2, shape, -1, &layout);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *host, &host);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, scores);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK) {
    status = gather_scores(pca, host);
    const hearth_view from = hearth_pca_host_matrix(host, shape[0], shape[1]);
    if (status == HEARTH_OK) status = ctx->backend->copy(ctx->queue, hearth_array_view(*scores), &from);
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
    status = hearth_agree(ctx, status);
    if (status != HEARTH_OK) hearth_array_destroy(scores);
  }
  hearth_deallocate(ctx, host);
  return status;
}
