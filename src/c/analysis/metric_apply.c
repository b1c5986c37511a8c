/* From the factors of a metric to the weights of one rank's points. */
#include "analysis/metric_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

hearth_status hearth_metric_check(const hearth_metric *metric, int32_t nfields) {
  for (int32_t i = 0; metric && i < metric->nfactors; i++)
    HEARTH_REQUIRE(metric->ctx, metric->factor[i].field < nfields, "the metric has a weight for field %d, but there are %d fields", metric->factor[i].field,
                   nfields);
  return HEARTH_OK;
}

static hearth_status check_extents(const hearth_metric_factor *factor, const hearth_layout *layout) {
  for (int32_t d = 0; d < factor->naxes; d++) {
    const int32_t axis = factor->axes[d];
    HEARTH_REQUIRE(layout->ctx, axis < layout->ndim, "a weight of field %d lies along space axis %d, but the field has %d", factor->field, axis, layout->ndim);
    HEARTH_REQUIRE(layout->ctx, factor->values->layout->shape[d] == layout->shape[axis],
                   "a weight of field %d has extent %lld along space axis %d, where the field has %lld", factor->field,
                   (long long)factor->values->layout->shape[d], axis, (long long)layout->shape[axis]);
  }
  return HEARTH_OK;
}

/* The factor's values where this rank's points need them: redistributed to the field's layout on the factor's axes, on the host, row-major. */
static hearth_status gather(const hearth_metric_factor *factor, const hearth_layout *layout, double **values) {
  hearth_context *ctx = layout->ctx;
  hearth_layout *target = NULL;
  hearth_array *local = NULL;
  hearth_status status = check_extents(factor, layout);
  if (status == HEARTH_OK) status = hearth_layout_project(layout, factor->naxes, factor->axes, &target);
  if (status == HEARTH_OK) status = hearth_array_create_local(target, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &local);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_copy(factor->values, local);
  if (status == HEARTH_OK) {
    hearth_view host = *hearth_array_view(local);
    int64_t n = 1;
    for (int32_t d = 0; d < host.ndim; d++) n *= host.extent[d];
    status = hearth_allocate(ctx, n * (int64_t)sizeof **values, values);
    host.data = *values;
    host.space = HEARTH_SPACE_HOST;
    if (status == HEARTH_OK) status = ctx->backend->copy(ctx->queue, &host, hearth_array_view(local));
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
    status = hearth_agree(ctx, status);
  }
  hearth_array_destroy(&local);
  hearth_layout_destroy(&target);
  return status;
}

/* w(i) *= values(i along the factor's axes), i running over the local extents in `order`. */
static void multiply(const hearth_metric_factor *factor, const hearth_layout *layout, int32_t order, const double *values, double *w) {
  const int rank = layout->ctx->rank;
  int64_t extent[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM] = {0}, index[HEARTH_MAX_NDIM] = {0}, points = 1, offset = 0;
  for (int32_t d = 0; d < layout->ndim; d++) points *= extent[d] = hearth_layout_extent_of(layout, rank, d);
  for (int64_t stride = 1, d = factor->naxes - 1; d >= 0; d--) {
    step[factor->axes[d]] = stride;
    stride *= extent[factor->axes[d]];
  }
  for (int64_t i = 0; i < points; i++) {
    w[i] *= values[offset];
    for (int32_t k = 0; k < layout->ndim; k++) {
      const int32_t d = order == HEARTH_COLUMN_MAJOR ? k : layout->ndim - 1 - k;
      offset += step[d];
      if (++index[d] < extent[d]) break;
      offset -= step[d] * extent[d];
      index[d] = 0;
    }
  }
}

hearth_status hearth_metric_apply(const hearth_metric *metric, int32_t field, const hearth_layout *layout, int32_t order, double *w) {
  for (int32_t i = 0; metric && i < metric->nfactors; i++) {
    const hearth_metric_factor *factor = &metric->factor[i];
    if (factor->field != field) continue;
    if (factor->values) {
      double *values = NULL;
      const hearth_status status = gather(factor, layout, &values);
      if (status == HEARTH_OK) multiply(factor, layout, order, values, w);
      hearth_deallocate(layout->ctx, values);
      if (status != HEARTH_OK) return status;
    } else {
      const int64_t points = hearth_layout_volume_of(layout, layout->ctx->rank);
      for (int64_t p = 0; p < points; p++) w[p] *= factor->number;
    }
  }
  return HEARTH_OK;
}
