/* Searches along rows. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <math.h>

hearth_status reference_row_absmax(hearth_queue *queue, const hearth_view *a, double *largest) {
  HEARTH_TRY(hearth_check_rows(queue->ctx, HEARTH_SPACE_HOST, "row_absmax", a));
  for (int64_t i = 0; i < a->extent[0]; ++i) {
    largest[i] = 0.0;
    for (int64_t j = 0; j < a->extent[1]; ++j) largest[i] = fmax(largest[i], fabs(reference_get(a, i, j)));
  }
  return HEARTH_OK;
}

hearth_status reference_row_first(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value) {
  HEARTH_TRY(hearth_check_rows(queue->ctx, HEARTH_SPACE_HOST, "row_first", a));
  for (int64_t i = 0; i < a->extent[0]; ++i) {
    int64_t j = 0;
    while (j < a->extent[1] && !(fabs(reference_get(a, i, j)) >= threshold[i])) ++j;
    const int found = j < a->extent[1];
    index[i] = found ? j : -1;
    value[i] = found ? reference_get(a, i, j) : 0.0;
  }
  return HEARTH_OK;
}
