/* Sums over rows and what is done with them. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"

hearth_status reference_group_sums(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  HEARTH_TRY(hearth_check_groups(queue->ctx, HEARTH_SPACE_HOST, "group_sums", sums, a, labels));
  for (int64_t i = 0; i < a->extent[0]; ++i)
    for (int64_t j = 0; j < a->extent[1]; ++j) {
      const int64_t g = labels ? labels[i] : 0;
      reference_set(sums, g, j, reference_get(sums, g, j) + reference_get(a, i, j));
    }
  return HEARTH_OK;
}

hearth_status reference_group_center(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale) {
  HEARTH_TRY(hearth_check_groups(queue->ctx, HEARTH_SPACE_HOST, "group_center", means, a, labels));
  if (scale) HEARTH_TRY(hearth_check_columns(queue->ctx, HEARTH_SPACE_HOST, "group_center", scale, a));
  for (int64_t i = 0; i < a->extent[0]; ++i)
    for (int64_t j = 0; j < a->extent[1]; ++j) {
      const double centred = reference_get(a, i, j) - reference_get(means, labels ? labels[i] : 0, j);
      reference_set(a, i, j, scale ? centred * *(const double *)reference_at(scale, &j) : centred);
    }
  return HEARTH_OK;
}

hearth_status reference_column_squares(hearth_queue *queue, const hearth_view *sums, const hearth_view *a) {
  HEARTH_TRY(hearth_check_columns(queue->ctx, HEARTH_SPACE_HOST, "column_squares", sums, a));
  for (int64_t i = 0; i < a->extent[0]; ++i)
    for (int64_t j = 0; j < a->extent[1]; ++j) {
      const double x = reference_get(a, i, j);
      *(double *)reference_at(sums, &j) += x * x;
    }
  return HEARTH_OK;
}
