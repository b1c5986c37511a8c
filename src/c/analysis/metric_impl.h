#ifndef HEARTH_ANALYSIS_METRIC_IMPL_H
#define HEARTH_ANALYSIS_METRIC_IMPL_H
#include <hearth/metric.h>

/* One factor of a field's weight: float64 values (masks already 0 or 1) along `axes` of the field's space. */
typedef struct hearth_metric_factor {
  int32_t field, naxes;
  int32_t axes[HEARTH_MAX_NDIM];
  hearth_array *values; /* NULL: the plain number below */
  double number;
} hearth_metric_factor;

struct hearth_metric {
  hearth_context *ctx;
  int64_t references;
  int32_t nfactors;
  hearth_metric_factor *factor;
};

hearth_metric *hearth_metric_retain(const hearth_metric *metric);

/* Multiplies w[0 .. points - 1] (host memory; this rank's points of field `field`, whose space has `layout`, flattened in `order`) by the field's weights.
 * Collective. Errors: ARGUMENT (a factor's axes or extents are not the field's), MEMORY. metric NULL: nothing to do. */
hearth_status hearth_metric_apply(const hearth_metric *metric, int32_t field, const hearth_layout *layout, int32_t order, double *w);
/* Fails if the metric names a field that a state of `nfields` fields does not have. Local. */
hearth_status hearth_metric_check(const hearth_metric *metric, int32_t nfields);

#endif
