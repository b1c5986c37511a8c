/* Cutting n-d boxes into parts that fit a cache, and the views of them. */
#include "analysis/pca_fit_impl.h"

int64_t hearth_part_volume(int32_t ndim, const hearth_part *box) {
  int64_t volume = 1;
  for (int32_t d = 0; d < ndim; d++) volume *= box->count[d];
  return volume;
}

/* Dimension number k in memory order, the fastest first. */
static int32_t nth_fastest(int32_t ndim, int32_t order, int32_t k) {
  return order == HEARTH_COLUMN_MAJOR ? k : ndim - 1 - k;
}

bool hearth_part_next(int32_t ndim, const int64_t *extent, int32_t order, int64_t limit, hearth_part *box) {
  /* Fast dimensions whole while they fit, one dimension cut into steps, the slower ones one index at a time. */
  int64_t step[HEARTH_MAX_NDIM], volume = 1;
  for (int32_t k = 0; k < ndim; k++) {
    const int32_t d = nth_fastest(ndim, order, k);
    if (extent[d] == 0) return false;
    const int64_t most = limit / volume > 1 ? limit / volume : 1;
    step[d] = extent[d] < most ? extent[d] : most;
    volume *= step[d];
  }
  if (box->count[0] == 0) {
    for (int32_t d = 0; d < ndim; d++) box->start[d] = 0, box->count[d] = step[d];
    return true;
  }
  for (int32_t k = 0; k < ndim; k++) {
    const int32_t d = nth_fastest(ndim, order, k);
    box->start[d] += step[d];
    if (box->start[d] < extent[d]) {
      box->count[d] = extent[d] - box->start[d] < step[d] ? extent[d] - box->start[d] : step[d];
      return true;
    }
    box->start[d] = 0;
    box->count[d] = step[d];
  }
  return false;
}

hearth_view hearth_part_view(const hearth_view *view, int32_t first, const hearth_part *box) {
  hearth_view part = *view;
  int64_t shift = 0;
  for (int32_t d = first; d < view->ndim; d++) {
    shift += box->start[d - first] * view->stride[d];
    part.extent[d] = box->count[d - first];
  }
  part.data = view->data ? (char *)view->data + shift : NULL;
  return part;
}

hearth_view hearth_series_view(const hearth_view *view, int32_t sample_axis) {
  hearth_view moved = *view;
  moved.extent[0] = view->extent[sample_axis];
  moved.stride[0] = view->stride[sample_axis];
  for (int32_t d = 0, k = 1; d < view->ndim; d++) {
    if (d == sample_axis) continue;
    moved.extent[k] = view->extent[d];
    moved.stride[k++] = view->stride[d];
  }
  return moved;
}
