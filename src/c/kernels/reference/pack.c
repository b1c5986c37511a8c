#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <math.h>

static double factor(const hearth_view *view, const int64_t *index, double otherwise) {
  return view ? *(const double *)reference_at(view, index) : otherwise;
}

hearth_status reference_pack(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                             const hearth_view *missing, int64_t *infinite) {
  HEARTH_TRY(hearth_check_pack(queue->ctx, HEARTH_SPACE_HOST, (const hearth_view *[]){dst, src, shift, scale, missing}, infinite));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value x;
    const double weight = factor(scale, index, 1.0);
    reference_load(src->dtype, reference_at(src, index), &x);
    const double packed = weight != 0.0 && isfinite(x.re) ? (x.re - factor(shift, index, 0.0)) * weight : 0.0;
    if (weight != 0.0 && isinf(x.re)) ++*infinite;
    if (weight != 0.0 && isnan(x.re) && missing) ++*(int32_t *)reference_at(missing, index);
    reference_store(dst->dtype, reference_at(dst, index), &(reference_value){0, 0, packed, 0.0});
  } while (reference_next(dst, index));
  return HEARTH_OK;
}
