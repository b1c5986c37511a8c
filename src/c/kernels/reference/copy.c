/* fill, copy, multiply. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"

hearth_status reference_fill(hearth_queue *queue, const hearth_view *dst, double value) {
  HEARTH_TRY(hearth_check_fill(queue->ctx, HEARTH_SPACE_HOST, dst));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do reference_store(dst->dtype, reference_at(dst, index), &(reference_value){0, 0, value, 0.0});
  while (reference_next(dst, index));
  return HEARTH_OK;
}

hearth_status reference_copy(hearth_queue *queue, const hearth_view *dst, const hearth_view *src) {
  HEARTH_TRY(hearth_check_copy(queue->ctx, HEARTH_SPACE_HOST, dst, src));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value value;
    reference_load(src->dtype, reference_at(src, index), &value);
    reference_store(dst->dtype, reference_at(dst, index), &value);
  } while (reference_next(dst, index));
  return HEARTH_OK;
}

hearth_status reference_multiply(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b) {
  HEARTH_TRY(hearth_check_multiply(queue->ctx, HEARTH_SPACE_HOST, dst, a, b));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value x, y;
    reference_load(a->dtype, reference_at(a, index), &x);
    reference_load(b->dtype, reference_at(b, index), &y);
    /* The product of two float32 is exact in float64: one rounding, at the store. */
    x.re *= y.re;
    reference_store(dst->dtype, reference_at(dst, index), &x);
  } while (reference_next(dst, index));
  return HEARTH_OK;
}
