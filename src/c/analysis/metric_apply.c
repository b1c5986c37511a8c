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

/* The values of a factor on this rank's host, row-major: of each piece of the field those along the factor's axes, the pieces one after the other; or, where
 * boxes cut the axes together with others, all of them. */
typedef struct factor_values {
  bool whole;
  double *value;
} factor_values;

static int64_t view_volume(const hearth_view *view) {
  int64_t n = 1;
  for (int32_t d = 0; d < view->ndim; d++) n *= view->extent[d];
  return n;
}

static hearth_status to_host(const hearth_array *local, double **values) {
  const hearth_context *ctx = local->ctx;
  int64_t n = 0;
  for (int32_t p = 0; p < local->npieces; p++) n += view_volume(&local->piece[p].view);
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof **values, values));
  n = 0;
  for (int32_t p = 0; p < local->npieces; p++) {
    const hearth_view *piece = &local->piece[p].view;
    hearth_view host = *piece;
    host.data = *values + n;
    host.space = HEARTH_SPACE_HOST;
    hearth_strides(host.ndim, host.extent, sizeof **values, HEARTH_ROW_MAJOR, host.stride);
    n += view_volume(piece);
    HEARTH_TRY(hearth_view_copy(ctx, &host, piece));
  }
  return HEARTH_OK;
}

/* Brings the factor to where this rank's points need it. */
static hearth_status gather(const hearth_metric_factor *factor, const hearth_layout *layout, factor_values *values) {
  hearth_context *ctx = layout->ctx;
  hearth_layout *target = NULL;
  hearth_array *local = NULL;
  hearth_status status = check_extents(factor, layout);
  values->whole = layout->boxes && factor->naxes < layout->ndim;
  if (status == HEARTH_OK)
    status = values->whole ? hearth_layout_make_split(ctx, factor->naxes, factor->values->layout->shape, -1, &target)
                           : hearth_layout_project(layout, factor->naxes, factor->axes, &target);
  if (status == HEARTH_OK) status = hearth_array_create_local(target, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &local);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_copy(factor->values, local);
  if (status == HEARTH_OK) status = hearth_agree(ctx, to_host(local, &values->value));
  hearth_array_destroy(&local);
  hearth_layout_destroy(&target);
  return status;
}

/* w(i) *= values(i along the factor's axes), i running over a piece in `order`; returns how many values the piece has of its own. */
static int64_t multiply(const hearth_metric_factor *factor, const hearth_layout *layout, int32_t piece, int32_t order, bool whole, const double *values,
                        double *w) {
  int64_t extent[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM] = {0}, index[HEARTH_MAX_NDIM] = {0}, offset = 0, taken = 1;
  const int64_t points = hearth_layout_piece_volume(layout, piece);
  for (int32_t d = 0; d < layout->ndim; d++) extent[d] = hearth_layout_piece_extent(layout, piece, d);
  for (int32_t k = factor->naxes - 1; k >= 0; k--) {
    const int32_t d = factor->axes[k];
    step[d] = taken;
    if (whole && points > 0) offset += taken * hearth_layout_piece_global(layout, piece, d, 0);
    taken *= whole ? layout->shape[d] : extent[d];
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
  return whole ? 0 : taken;
}

static hearth_status apply(const hearth_metric_factor *factor, const hearth_layout *layout, int32_t order, double *w) {
  factor_values values = {false, NULL};
  const hearth_status status = gather(factor, layout, &values);
  const double *value = values.value;
  for (int32_t p = 0; status == HEARTH_OK && p < hearth_layout_piece_count(layout); p++) {
    value += multiply(factor, layout, p, order, values.whole, value, w);
    w += hearth_layout_piece_volume(layout, p);
  }
  hearth_deallocate(layout->ctx, values.value);
  return status;
}

hearth_status hearth_metric_apply(const hearth_metric *metric, int32_t field, const hearth_layout *layout, int32_t order, double *w) {
  const int64_t points = hearth_layout_local_volume(layout);
  for (int32_t i = 0; metric && i < metric->nfactors; i++) {
    const hearth_metric_factor *factor = &metric->factor[i];
    if (factor->field != field) continue;
    if (factor->values)
      HEARTH_TRY(apply(factor, layout, order, w));
    else
      for (int64_t p = 0; p < points; p++) w[p] *= factor->number;
  }
  return HEARTH_OK;
}
