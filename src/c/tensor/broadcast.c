/* Shape and layout of what is computed from arrays of different shapes. */
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/shape_text.h"
#include <string.h>

static hearth_status refuse(int32_t i, const hearth_array *array, const hearth_array *first) {
  char one[256], other[256];
  hearth_shape_text(first->layout->ndim, first->layout->shape, one, sizeof one);
  hearth_shape_text(array->layout->ndim, array->layout->shape, other, sizeof other);
  return hearth_fail(array->ctx, HEARTH_ERR_MISMATCH, "the shapes %s and %s (operand %d) do not broadcast: extents, from the last one on, must be equal or 1",
                     one, other, i);
}

hearth_status hearth_broadcast_shape(int32_t n, const hearth_array *const *arrays, int32_t *ndim, int64_t *shape) {
  *ndim = 0;
  for (int32_t i = 0; i < n; i++)
    if (arrays[i]->layout->ndim > *ndim) *ndim = arrays[i]->layout->ndim;
  for (int32_t d = 0; d < *ndim; d++) {
    const hearth_array *first = NULL; /* that gave the extent */
    shape[d] = 1;
    for (int32_t i = 0; i < n; i++) {
      const int32_t k = d - (*ndim - arrays[i]->layout->ndim);
      if (k < 0 || arrays[i]->layout->shape[k] == 1 || arrays[i]->layout->shape[k] == shape[d]) continue;
      if (first) return refuse(i, arrays[i], first);
      shape[d] = arrays[i]->layout->shape[k];
      first = arrays[i];
    }
  }
  return HEARTH_OK;
}

static int64_t volume(const hearth_layout *layout) {
  int64_t elements = 1;
  for (int32_t d = 0; d < layout->ndim; d++) elements *= layout->shape[d];
  return elements;
}

/* Whose layout is extended. */
static const hearth_layout *largest(int32_t n, const hearth_array *const *arrays) {
  const hearth_layout *best = arrays[0]->layout;
  for (int32_t i = 1; i < n; i++) {
    const hearth_layout *layout = arrays[i]->layout;
    const int dealt = !hearth_layout_is_replicated(layout), best_dealt = !hearth_layout_is_replicated(best);
    if (dealt != best_dealt ? dealt : volume(layout) > volume(best)) best = layout;
  }
  return best;
}

static hearth_status extend(const hearth_layout *layout, int32_t ndim, const int64_t *shape, hearth_layout **result) {
  int32_t n = 0, kept[HEARTH_MAX_NDIM];
  bool full[HEARTH_MAX_NDIM] = {false};
  for (int32_t k = 0; k < layout->ndim; k++) {
    const int32_t d = k + ndim - layout->ndim;
    full[d] = layout->shape[k] == shape[d];
    if (full[d]) kept[n++] = k;
  }
  if (n == 0) return hearth_layout_make_split(layout->ctx, ndim, shape, 0, result);
  hearth_status status = hearth_layout_project(layout, n, kept, result);
  if (status == HEARTH_ERR_UNSUPPORTED) return hearth_layout_make_split(layout->ctx, ndim, shape, 0, result);
  for (int32_t d = 0; status == HEARTH_OK && d < ndim; d++) {
    if (full[d]) continue;
    hearth_layout *next = NULL;
    status = hearth_layout_insert(*result, d, shape[d], &next);
    hearth_layout_destroy(result);
    *result = next;
  }
  return status;
}

hearth_status hearth_broadcast_layout(int32_t n, const hearth_array *const *arrays, int32_t ndim, const int64_t *shape, hearth_layout **layout) {
  *layout = NULL;
  for (int32_t i = 0; i < n; i++) {
    const hearth_layout *own = arrays[i]->layout;
    if (own->ndim != ndim || memcmp(own->shape, shape, (size_t)ndim * sizeof *shape) != 0) continue;
    *layout = hearth_layout_retain(own);
    return HEARTH_OK;
  }
  return extend(largest(n, arrays), ndim, shape, layout);
}
