#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"

static void *place_of(const hearth_view *view, const int64_t *const *place, const int64_t *index) {
  char *address = view->data;
  for (int d = 0; d < view->ndim; ++d) address += place[d] ? place[d][index[d]] : index[d] * view->stride[d];
  return address;
}

hearth_status reference_copy_places(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                                    const int64_t *const *src_place) {
  HEARTH_TRY(hearth_check_places(queue->ctx, HEARTH_SPACE_HOST, dst, src, dst_place, src_place));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value value;
    reference_load(src->dtype, place_of(src, src_place, index), &value);
    reference_store(dst->dtype, place_of(dst, dst_place, index), &value);
  } while (reference_next(dst, index));
  return HEARTH_OK;
}
