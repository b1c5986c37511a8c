/* Gather, scatter, masks: element by element. */
#include "kernels/index.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <string.h>

static void copy_element(const hearth_view *dst, const int64_t *to, const hearth_view *src, const int64_t *from) {
  memcpy(reference_at(dst, to), reference_at(src, from), (size_t)hearth_dtype_size((hearth_dtype)dst->dtype));
}

static int is_set(const hearth_view *view, const int64_t *index) {
  reference_value value;
  reference_load(view->dtype, reference_at(view, index), &value);
  return value.is_integer ? value.integer != 0 : value.re != 0.0 || value.im != 0.0;
}

static hearth_status move(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to,
                          const int64_t *from) {
  HEARTH_TRY(hearth_check_move(queue->ctx, HEARTH_SPACE_HOST, dst, src, axis, n, to, from));
  hearth_view moved = *dst;
  int64_t index[HEARTH_MAX_NDIM] = {0}, there[HEARTH_MAX_NDIM], here[HEARTH_MAX_NDIM];
  moved.extent[axis] = n;
  if (hearth_view_elements(&moved) == 0) return HEARTH_OK;
  do {
    memcpy(there, index, sizeof there);
    memcpy(here, index, sizeof here);
    if (to) there[axis] = to[index[axis]];
    if (from) here[axis] = from[index[axis]];
    copy_element(dst, there, src, here);
  } while (reference_next(&moved, index));
  return HEARTH_OK;
}

static hearth_status count(hearth_queue *queue, const hearth_view *src, int64_t *found) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "count", src, src, NULL));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  *found = 0;
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  do *found += is_set(src, index);
  while (reference_next(src, index));
  return HEARTH_OK;
}

static hearth_status compress(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *mask) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "compress", src, mask, dst));
  int64_t index[HEARTH_MAX_NDIM] = {0}, k = 0;
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  do
    if (is_set(mask, index) && k < dst->extent[0]) copy_element(dst, (int64_t[]){k++}, src, index);
  while (reference_next(src, index));
  return HEARTH_OK;
}

static hearth_status expand(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, const hearth_view *src) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "expand", dst, mask, src));
  int64_t index[HEARTH_MAX_NDIM] = {0}, k = 0;
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  do
    if (is_set(mask, index) && k < src->extent[0]) copy_element(dst, index, src, (int64_t[]){k++});
  while (reference_next(dst, index));
  return HEARTH_OK;
}

static hearth_status fill(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, double value) {
  HEARTH_TRY(hearth_check_mask(queue->ctx, HEARTH_SPACE_HOST, "fill where", dst, mask, NULL));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  do
    if (is_set(mask, index)) reference_store(dst->dtype, reference_at(dst, index), &(reference_value){0, 0, value, 0.0});
  while (reference_next(dst, index));
  return HEARTH_OK;
}

static hearth_status nonzero(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *first) {
  HEARTH_TRY(hearth_check_nonzero(queue->ctx, HEARTH_SPACE_HOST, dst, src, first));
  int64_t index[HEARTH_MAX_NDIM] = {0}, k = 0;
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  do {
    if (!is_set(src, index) || k >= dst->extent[0]) continue;
    for (int32_t d = 0; d < src->ndim; d++) *(int64_t *)reference_at(dst, (int64_t[]){k, d}) = index[d] + first[d];
    k++;
  } while (reference_next(src, index));
  return HEARTH_OK;
}

static hearth_status outside(hearth_queue *queue, const hearth_view *places, int64_t extent, int64_t *place) {
  HEARTH_TRY(hearth_check_index(queue->ctx, HEARTH_SPACE_HOST, "outside", places, places));
  int64_t index[HEARTH_MAX_NDIM] = {0}, number = 0;
  *place = -1;
  if (hearth_view_elements(places) == 0) return HEARTH_OK;
  do {
    const int64_t value = *(const int64_t *)reference_at(places, index);
    if (value < 0 || value >= extent) *place = number;
    number++;
  } while (*place < 0 && reference_next(places, index));
  return HEARTH_OK;
}

static void along(const hearth_view *dst, const hearth_view *src, const hearth_view *places, int32_t axis, int scatters) {
  int64_t index[HEARTH_MAX_NDIM] = {0}, other[HEARTH_MAX_NDIM];
  if (hearth_view_elements(places) == 0) return;
  do {
    memcpy(other, index, sizeof other);
    other[axis] = *(const int64_t *)reference_at(places, index);
    copy_element(dst, scatters ? other : index, src, scatters ? index : other);
  } while (reference_next(places, index));
}

static hearth_status gather(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  HEARTH_TRY(hearth_check_along(queue->ctx, HEARTH_SPACE_HOST, "gather", dst, src, index, src, axis));
  along(dst, src, index, axis, 0);
  return HEARTH_OK;
}

static hearth_status scatter(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  HEARTH_TRY(hearth_check_along(queue->ctx, HEARTH_SPACE_HOST, "scatter", dst, src, index, dst, axis));
  along(dst, src, index, axis, 1);
  return HEARTH_OK;
}

const hearth_index_kernels reference_index_kernels = {move, count, compress, expand, fill, nonzero, outside, gather, scatter};
