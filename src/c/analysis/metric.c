#include "analysis/metric_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

hearth_status hearth_metric_create(hearth_context *ctx, hearth_metric **metric) {
  HEARTH_REQUIRE(ctx, ctx && metric, "hearth_metric_create: NULL argument");
  *metric = NULL;
  hearth_metric *made = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof *made, &made));
  made->ctx = ctx;
  made->references = 1;
  hearth_context_hold(ctx, HEARTH_OBJECT_METRIC);
  *metric = made;
  return HEARTH_OK;
}

hearth_metric *hearth_metric_retain(const hearth_metric *metric) {
  hearth_metric *m = (hearth_metric *)metric;
  if (m) m->references++;
  return m;
}

hearth_status hearth_metric_destroy(hearth_metric **metric) {
  if (!metric || !*metric) return HEARTH_OK;
  hearth_metric *m = *metric;
  *metric = NULL;
  if (--m->references > 0) return HEARTH_OK;
  hearth_context *ctx = m->ctx;
  for (int32_t i = 0; i < m->nfactors; i++) hearth_array_destroy(&m->factor[i].values);
  hearth_deallocate(ctx, m->factor);
  hearth_deallocate(ctx, m);
  hearth_context_drop(ctx, HEARTH_OBJECT_METRIC);
  return HEARTH_OK;
}

static hearth_status append(hearth_metric *metric, const hearth_metric_factor *factor) {
  hearth_metric_factor *list = NULL;
  HEARTH_TRY(hearth_allocate(metric->ctx, (metric->nfactors + 1) * (int64_t)sizeof *list, &list));
  if (metric->nfactors) memcpy(list, metric->factor, metric->nfactors * sizeof *list);
  hearth_deallocate(metric->ctx, metric->factor);
  metric->factor = list;
  metric->factor[metric->nfactors++] = *factor;
  return HEARTH_OK;
}

static hearth_status check_axes(const hearth_metric *metric, int32_t field, const hearth_array *array, int32_t naxes, const int32_t *axes) {
  const hearth_context *ctx = metric->ctx;
  HEARTH_REQUIRE(ctx, array && axes, "hearth_metric: NULL argument");
  HEARTH_REQUIRE(ctx, field >= 0, "hearth_metric: field %d is negative", field);
  HEARTH_REQUIRE(ctx, array->ctx == ctx, "hearth_metric: the array belongs to another context");
  HEARTH_REQUIRE(ctx, naxes == array->layout->ndim, "hearth_metric: %d axes are named for an array of %d dimensions", naxes, array->layout->ndim);
  HEARTH_REQUIRE(ctx, array->dtype != HEARTH_COMPLEX64 && array->dtype != HEARTH_COMPLEX128, "hearth_metric: a weight or mask must be real");
  for (int32_t d = 0; d < naxes; d++)
    HEARTH_REQUIRE(ctx, axes[d] >= 0 && axes[d] < HEARTH_MAX_NDIM && (d == 0 || axes[d] > axes[d - 1]),
                   "hearth_metric: axes must ascend within 0..%d; number %d is %d", HEARTH_MAX_NDIM - 1, d, axes[d]);
  return hearth_array_pending(array);
}

static hearth_status check_piece(const hearth_context *ctx, const hearth_view *values, int32_t field) {
  hearth_view host = *values;
  int64_t n = 1;
  for (int32_t d = 0; d < host.ndim; d++) n *= host.extent[d];
  double *w = NULL;
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *w, &w));
  host.data = w;
  host.space = HEARTH_SPACE_HOST;
  hearth_strides(host.ndim, host.extent, sizeof *w, HEARTH_ROW_MAJOR, host.stride);
  hearth_status status = hearth_view_copy(ctx, &host, values);
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++)
    if (w[i] < 0) status = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "hearth_metric: weight %lld of field %d is negative (%g)", (long long)i, field, w[i]);
  hearth_deallocate(ctx, w);
  return status;
}

/* Refuses weights that cannot be an inner product's; the values were checked for NaN and infinities when they were packed. */
static hearth_status check_values(const hearth_array *values, int32_t field, int64_t bad) {
  if (bad) return hearth_fail(values->ctx, HEARTH_ERR_NOT_FINITE, "hearth_metric: %lld weights of field %d are NaN or infinite", (long long)bad, field);
  for (int32_t p = 0; p < values->npieces; p++) HEARTH_TRY(check_piece(values->ctx, &values->piece[p].view, field));
  return HEARTH_OK;
}

/* float64 copy of the values; NaN becomes 0. A mask is sent through the bool type to become 0 or 1. */
static hearth_status take_values(const hearth_array *array, bool mask, int32_t field, hearth_array **values) {
  const hearth_context *ctx = array->ctx;
  HEARTH_TRY(hearth_array_create_local(array->layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, values));
  int32_t missing = 0;
  int64_t infinite = 0;
  void *counter = NULL;
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, sizeof missing, &counter));
  hearth_view one = {.data = counter, .dtype = HEARTH_INT32, .space = ctx->backend->space, .ndim = 1, .extent = {1}, .stride = {sizeof missing}};
  hearth_view host = one;
  host.data = &missing;
  host.space = HEARTH_SPACE_HOST;
  hearth_status status = ctx->backend->fill(ctx->queue, &one, 0);
  for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
    const hearth_view *from = &array->piece[p].view;
    hearth_view count = *from;
    count.data = counter;
    count.dtype = HEARTH_INT32;
    count.space = ctx->backend->space;
    memset(count.stride, 0, sizeof count.stride);
    if (hearth_layout_piece_volume(array->layout, p) > 0)
      status = ctx->backend->pack(ctx->queue, &(*values)->piece[p].view, from, NULL, NULL, &count, &infinite);
  }
  if (status == HEARTH_OK) status = ctx->backend->copy(ctx->queue, &host, &one);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  ctx->backend->release(ctx->queue, counter);
  if (status != HEARTH_OK) return status;
  return mask ? HEARTH_OK : check_values(*values, field, missing + infinite);
}

static hearth_status to_mask(hearth_array *values) {
  const hearth_context *ctx = values->ctx;
  hearth_array *logical = NULL;
  hearth_status status = hearth_array_create_local(values->layout, HEARTH_BOOL, HEARTH_ROW_MAJOR, &logical);
  for (int32_t p = 0; p < values->npieces && status == HEARTH_OK; p++) {
    status = hearth_view_copy(ctx, &logical->piece[p].view, &values->piece[p].view);
    if (status == HEARTH_OK) status = hearth_view_copy(ctx, &values->piece[p].view, &logical->piece[p].view);
  }
  hearth_array_destroy(&logical);
  return status;
}

static hearth_status add(hearth_metric *metric, bool mask, int32_t field, const hearth_array *array, int32_t naxes, const int32_t *axes) {
  if (!metric) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_metric: the metric is NULL");
  hearth_context *ctx = metric->ctx;
  HEARTH_GUARD_FP(ctx);
  hearth_metric_factor factor = {.field = field, .naxes = naxes};
  hearth_status status = check_axes(metric, field, array, naxes, axes);
  if (status == HEARTH_OK) {
    memcpy(factor.axes, axes, naxes * sizeof *axes);
    status = take_values(array, mask, field, &factor.values);
  }
  if (status == HEARTH_OK && mask) status = to_mask(factor.values);
  if (status == HEARTH_OK) status = append(metric, &factor);
  const bool appended = status == HEARTH_OK;
  status = hearth_agree(ctx, status);
  if (status != HEARTH_OK) {
    if (appended) metric->nfactors--;
    hearth_array_destroy(&factor.values);
  }
  return status;
}

hearth_status hearth_metric_weight(hearth_metric *metric, int32_t field, const hearth_array *weight, int32_t naxes, const int32_t *axes) {
  return add(metric, false, field, weight, naxes, axes);
}

hearth_status hearth_metric_mask(hearth_metric *metric, int32_t field, const hearth_array *mask, int32_t naxes, const int32_t *axes) {
  return add(metric, true, field, mask, naxes, axes);
}

hearth_status hearth_metric_scale(hearth_metric *metric, int32_t field, double scale) {
  if (!metric) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_metric_scale: the metric is NULL");
  hearth_context *ctx = metric->ctx;
  hearth_status status = HEARTH_OK;
  if (field < 0 || !(scale > 0) || !isfinite(scale))
    status = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "hearth_metric_scale: field %d, scale %g: the field must not be negative, the scale positive and finite",
                         field, scale);
  int64_t numbers[2] = {field};
  memcpy(&numbers[1], &scale, sizeof scale);
  HEARTH_TRY(hearth_agree_same(ctx, status, "hearth_metric_scale's field and scale", numbers, 2));
  const hearth_metric_factor factor = {.field = field, .number = 1 / (scale * scale)};
  return hearth_agree(ctx, append(metric, &factor));
}
