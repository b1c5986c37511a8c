/* The weighted inner product over space that all estimators share: <x, y> = sum over fields f and points i of w_f(i) x_f(i) y_f(i), with
 * w_f(i) = (product of the field's weights, broadcast) x (1 where every mask is not 0, else 0) / scale_f^2.
 * Weights are used as given (not normalised); a point of weight 0 takes no part. */
#ifndef HEARTH_METRIC_H
#define HEARTH_METRIC_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_metric hearth_metric;

/* Makes the plain inner product (all weights 1). Local. Ownership: the caller destroys *metric. Errors: ARGUMENT, MEMORY. */
HEARTH_LOCAL hearth_status hearth_metric_create(hearth_context *ctx, HEARTH_OUT hearth_metric **metric);
/* Releases the caller's reference; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_metric_destroy(hearth_metric **metric);
/* Multiplies the weight of field `field` by `weight`, whose dimension d lies along the field's space axis axes[d]; along other axes it is broadcast.
 * (axes = {0, 1, ...} in full: cell areas. axes = {0} of a [lat, lon] field: a weight per latitude.) Any layout, any real dtype.
 * The values are taken now; the array may be destroyed afterwards.
 * Collective. Errors: ARGUMENT (field < 0, axes not increasing or out of range; naxes not the array's ndim), NOT_FINITE or ARGUMENT (negative weight), MEMORY.
 */
HEARTH_COLLECTIVE hearth_status hearth_metric_weight(hearth_metric *metric, HEARTH_INDEX int32_t field, const hearth_array *weight, int32_t naxes,
                                                     HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes);
/* Leaves out the points where `mask` is 0 (or NaN). Arguments, behaviour and errors as hearth_metric_weight. */
HEARTH_COLLECTIVE hearth_status hearth_metric_mask(hearth_metric *metric, HEARTH_INDEX int32_t field, const hearth_array *mask, int32_t naxes,
                                                   HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes);
/* Divides the values of field `field` by `scale` (> 0) in the inner product, so that fields of different units can form one state.
 * Collective (the numbers must agree). Errors: ARGUMENT, MISMATCH. */
HEARTH_COLLECTIVE hearth_status hearth_metric_scale(hearth_metric *metric, HEARTH_INDEX int32_t field, double scale);

#ifdef __cplusplus
}
#endif
#endif
