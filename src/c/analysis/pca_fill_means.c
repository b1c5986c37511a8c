/* Means while gaps are being filled. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "kernels/map.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <string.h>

static hearth_view gaps_on_host(const hearth_fill *fill) {
  hearth_view view = hearth_fill_gaps(fill);
  view.data = fill->gap_host;
  view.space = HEARTH_SPACE_HOST;
  return view;
}

hearth_status hearth_fill_set_gaps(hearth_fill *fill) {
  const hearth_view from = gaps_on_host(fill), to = hearth_fill_gaps(fill);
  return fill->n * fill->p > 0 ? hearth_view_copy(fill->pca->ctx, &to, &from) : HEARTH_OK;
}

/* Y := 0 in the gaps. Local. */
static hearth_status clear_gaps(const hearth_fill *fill) {
  const hearth_context *ctx = fill->pca->ctx;
  const hearth_view y = hearth_fill_view(fill), gap = hearth_fill_gaps(fill);
  double zero = 0;
  hearth_view none = y;
  none.data = &zero;
  none.space = HEARTH_SPACE_HOST;
  memset(none.stride, 0, sizeof none.stride);
  const hearth_map_step where = {HEARTH_OP_WHERE, {1, 2}};
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &where, &y, 3, (const hearth_view *const[]){&gap, &none, &y}));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_fill_begin(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t groups = pca->ngroups, size = sizeof(double);
  HEARTH_TRY(hearth_allocate_zero(ctx, groups * fill->p * size, &fill->mean));
  HEARTH_TRY(hearth_allocate_zero(ctx, groups * size, &fill->size));
  HEARTH_TRY(hearth_allocate(ctx, fill->p * size, &fill->deviations));
  HEARTH_TRY(hearth_allocate(ctx, groups * fill->p * size, &fill->host));
  HEARTH_TRY(hearth_pca_allocate(ctx, groups * fill->p, &fill->device));
  HEARTH_TRY(hearth_allocate(ctx, fill->n * fill->p, &fill->gap_host));
  for (int64_t t = 0; t < fill->all_n; t++) fill->size[pca->labels ? pca->labels[t] : 0]++;
  for (int64_t i = 0; i < fill->p; i++) fill->deviations[i] = 1;
  if (fill->n * fill->p == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, fill->n * fill->p, (void **)&fill->gap));
  const hearth_view y = hearth_fill_view(fill), gap = hearth_fill_gaps(fill), host = gaps_on_host(fill);
  const hearth_map_step is_nan = {HEARTH_OP_ISNAN, {0}};
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &is_nan, &gap, 1, (const hearth_view *const[]){&y}));
  HEARTH_TRY(hearth_view_copy(ctx, &host, &gap));
  return clear_gaps(fill);
}

hearth_status hearth_fill_squares(const hearth_fill *fill, double *sum) {
  const hearth_context *ctx = fill->pca->ctx;
  const hearth_view y = hearth_fill_view(fill);
  hearth_exact exact = {0};
  hearth_status status = HEARTH_OK;
  const hearth_view target = {.data = &exact, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {fill->n, fill->p}};
  if (fill->n * fill->p > 0) status = ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_SQUARE, 0, 1, &y, NULL}, &target);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  HEARTH_TRY(hearth_agree(ctx, status));
  *sum = hearth_exact_round(&exact);
  return hearth_allreduce_f64(ctx, sum, 1, HEARTH_OP_SUM);
}

/* fill->host := sums over the samples of each group of Y. Collective; agreed. */
static hearth_status group_sums(const hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t count = pca->ngroups * fill->p;
  hearth_status status = HEARTH_OK;
  if (count > 0) memset(fill->host, 0, (size_t)count * sizeof *fill->host);
  if (fill->n * fill->p > 0) {
    const hearth_view y = hearth_fill_view(fill), sums = hearth_pca_matrix(ctx, fill->device, pca->ngroups, fill->p, fill->p, 1);
    status = ctx->backend->fill(ctx->queue, &sums, 0);
    if (status == HEARTH_OK) status = ctx->backend->group_sums(ctx->queue, &sums, &y, fill->labels);
    if (status == HEARTH_OK) status = hearth_pca_download(ctx, fill->host, fill->device, count);
  }
  HEARTH_TRY(hearth_agree(ctx, status));
  return fill->by_samples ? hearth_allreduce_f64(ctx, fill->host, count, HEARTH_OP_SUM) : HEARTH_OK;
}

/* Y := (Y - host of its group) scale. Local. */
static hearth_status subtract(const hearth_fill *fill, const double *scale) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t count = pca->ngroups * fill->p;
  double *factor = NULL;
  if (fill->n * fill->p == 0) return HEARTH_OK;
  const hearth_view y = hearth_fill_view(fill), means = hearth_pca_matrix(ctx, fill->device, pca->ngroups, fill->p, fill->p, 1);
  HEARTH_TRY(hearth_pca_upload(ctx, fill->device, fill->host, count));
  hearth_status status = scale ? hearth_pca_allocate(ctx, fill->p, &factor) : HEARTH_OK;
  if (status == HEARTH_OK && scale) status = hearth_pca_upload(ctx, factor, scale, fill->p);
  hearth_view row = hearth_pca_matrix(ctx, factor, 1, fill->p, fill->p, 1);
  row.ndim = 1;
  row.extent[0] = fill->p;
  row.stride[0] = sizeof(double);
  if (status == HEARTH_OK) status = ctx->backend->group_center(ctx->queue, &y, &means, fill->labels, scale ? &row : NULL);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &factor);
  return status;
}

hearth_status hearth_fill_centre(hearth_fill *fill) {
  HEARTH_TRY(group_sums(fill));
  for (int32_t g = 0; g < fill->pca->ngroups; g++)
    for (int64_t i = 0; i < fill->p; i++) {
      double *shift = &fill->host[g * fill->p + i];
      *shift = fill->size[g] > 0 ? *shift / fill->size[g] : 0;
      fill->mean[g * fill->p + i] += *shift;
    }
  return hearth_agree(fill->pca->ctx, subtract(fill, NULL));
}

/* counts [groups, p] of what is there. Collective. */
static hearth_status count_values(const hearth_fill *fill, double *counts) {
  const int64_t p = fill->p, n = fill->pca->ngroups * p;
  for (int64_t t = 0; t < fill->n; t++) {
    double *row = counts + (fill->labels ? fill->labels[t] : 0) * p;
    for (int64_t i = 0; i < p; i++) row[i] += !fill->gap_host[t * p + i];
  }
  return fill->by_samples ? hearth_allreduce_f64(fill->pca->ctx, counts, n, HEARTH_OP_SUM) : HEARTH_OK;
}

/* Standard deviations of the points from what is there, into Y, mean and deviations. Collective; agreed. */
static hearth_status standardize(hearth_fill *fill, const double *counts) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t p = fill->p;
  hearth_view squares = hearth_pca_matrix(ctx, fill->device, 1, p, p, 1);
  hearth_status status = HEARTH_OK;
  squares.ndim = 1;
  squares.extent[0] = p;
  squares.stride[0] = sizeof(double);
  if (p > 0) memset(fill->host, 0, (size_t)(pca->ngroups * p) * sizeof *fill->host);
  if (fill->n * p > 0) {
    const hearth_view y = hearth_fill_view(fill);
    status = ctx->backend->fill(ctx->queue, &squares, 0);
    if (status == HEARTH_OK) status = ctx->backend->column_squares(ctx->queue, &squares, &y);
    if (status == HEARTH_OK) status = hearth_pca_download(ctx, fill->host, fill->device, p);
  }
  HEARTH_TRY(hearth_agree(ctx, status));
  if (fill->by_samples) HEARTH_TRY(hearth_allreduce_f64(ctx, fill->host, p, HEARTH_OP_SUM));
  double *inverse = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, p * (int64_t)sizeof *inverse, &inverse)));
  for (int64_t i = 0; i < p; i++) {
    double count = 0;
    for (int32_t g = 0; g < pca->ngroups; g++) count += counts[g * p + i];
    const double deviation = count > 1 ? sqrt(fill->host[i] / (count - 1)) : 0;
    fill->deviations[i] = deviation > 0 ? deviation : 1;
    inverse[i] = 1 / fill->deviations[i];
    for (int32_t g = 0; g < pca->ngroups; g++) fill->mean[g * p + i] *= inverse[i];
  }
  if (p > 0) memset(fill->host, 0, (size_t)(pca->ngroups * p) * sizeof *fill->host);
  status = hearth_agree(ctx, subtract(fill, inverse));
  hearth_deallocate(ctx, inverse);
  return status;
}

hearth_status hearth_fill_first_means(hearth_fill *fill) {
  const hearth_pca *pca = fill->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t count = fill->pca->ngroups * fill->p;
  double *counts = NULL, squares = 0;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, count * (int64_t)sizeof *counts, &counts)));
  hearth_status status = count_values(fill, counts);
  if (status == HEARTH_OK) status = group_sums(fill);
  if (status == HEARTH_OK) {
    for (int64_t i = 0; i < count; i++) fill->mean[i] = fill->host[i] = counts[i] > 0 ? fill->host[i] / counts[i] : 0;
    status = subtract(fill, NULL);
    if (status == HEARTH_OK && fill->n * fill->p > 0) status = clear_gaps(fill);
    status = hearth_agree(ctx, status);
  }
  if (status == HEARTH_OK && pca->options.standardize) status = standardize(fill, counts);
  hearth_deallocate(ctx, counts);
  if (status == HEARTH_OK) status = hearth_fill_squares(fill, &squares);
  fill->deviation = fill->values > 0 ? sqrt(squares / (double)fill->values) : 0;
  return status;
}

hearth_status hearth_fill_end(hearth_fill *fill) {
  const int64_t count = fill->pca->ngroups * fill->p;
  for (int64_t i = 0; i < count; i++) fill->host[i] = -fill->mean[i];
  return subtract(fill, fill->deviations);
}
