/* Arrays whose elements are a function of the global index, written and compared by each rank on its own part, through the public interface only. */
#ifndef HEARTH_TESTS_ARRAY_VALUES_H
#define HEARTH_TESTS_ARRAY_VALUES_H
#include "harness.h"
#include <hearth/hearth.h>
#include <string.h>

/* Small whole numbers, exact in every dtype but bool, different for near neighbours in all directions. */
static inline double value_at(int32_t ndim, const int64_t *global) {
  static const int64_t weight[HEARTH_MAX_NDIM] = {1, 7, 31, 53, 11, 3, 17, 23};
  int64_t sum = 1;
  for (int32_t d = 0; d < ndim; d++) sum += weight[d] * global[d];
  return (double)(sum % 101);
}

#define VALUE_TYPES(X)                                                                                                                                         \
  X(HEARTH_INT8, int8_t)                                                                                                                                       \
  X(HEARTH_UINT8, uint8_t)                                                                                                                                     \
  X(HEARTH_INT16, int16_t)                                                                                                                                     \
  X(HEARTH_INT32, int32_t)                                                                                                                                     \
  X(HEARTH_INT64, int64_t)                                                                                                                                     \
  X(HEARTH_FLOAT32, float)                                                                                                                                     \
  X(HEARTH_FLOAT64, double)                                                                                                                                    \
  X(HEARTH_COMPLEX64, float _Complex)                                                                                                                          \
  X(HEARTH_COMPLEX128, double _Complex)

static inline void value_set(void *address, int32_t dtype, double value) {
#define VALUE_SET(name, type)                                                                                                                                  \
  if (dtype == name) *(type *)address = (type)value;
  VALUE_TYPES(VALUE_SET)
#undef VALUE_SET
}

static inline double value_get(const void *address, int32_t dtype) {
#define VALUE_GET(name, type)                                                                                                                                  \
  if (dtype == name) return (double)*(const type *)address;
  VALUE_TYPES(VALUE_GET)
#undef VALUE_GET
  return -1;
}

/* Walks over this rank's part of an open window: calls visit(address, global index, user). */
typedef void (*value_visit)(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user);

static inline void value_walk(const hearth_layout *layout, int32_t piece, const hearth_window *window, value_visit visit, void *user) {
  int64_t local[HEARTH_MAX_NDIM] = {0}, global[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < window->ndim; d++)
    if (window->extent[d] == 0) return;
  for (int32_t d = 0; d >= 0;) {
    char *address = window->base;
    for (int32_t k = 0; k < window->ndim; k++) {
      if (hearth_layout_piece_index(layout, piece, k, local[k], &global[k]) != HEARTH_OK) fail_msg("no global index");
      address += local[k] * window->stride[k];
    }
    visit(address, window->dtype, window->ndim, global, user);
    for (d = window->ndim - 1; d >= 0 && ++local[d] == window->extent[d]; d--) local[d] = 0;
  }
}

static inline void value_write(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  (void)user;
  value_set(address, dtype, value_at(ndim, global));
}

static inline void value_count_wrong(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  *(int64_t *)user += value_get(address, dtype) != value_at(ndim, global);
}

static inline int64_t values_visit(hearth_array *array, int32_t access, value_visit visit, void *user) {
  hearth_layout *layout = NULL;
  hearth_window window;
  int32_t pieces = 0;
  hearth_status status = hearth_array_layout(array, &layout);
  if (status == HEARTH_OK) status = hearth_array_pieces(array, &pieces);
  for (int32_t p = 0; status == HEARTH_OK && p < pieces; p++) {
    status = hearth_array_access(array, p, access, &window);
    if (status == HEARTH_OK) value_walk(layout, p, &window, visit, user);
    if (status == HEARTH_OK) status = hearth_array_release(array, p);
  }
  hearth_layout_destroy(&layout);
  return status == HEARTH_OK ? 0 : 1;
}

/* Local: writes value_at everywhere; returns 0 if that could be done. */
static inline int64_t values_write(hearth_array *array) {
  return values_visit(array, HEARTH_WRITE, value_write, NULL);
}
/* Local: number of elements of this rank that are not value_at. */
static inline int64_t values_wrong(hearth_array *array) {
  int64_t wrong = 0;
  const int64_t failed = values_visit(array, HEARTH_READ, value_count_wrong, &wrong);
  return wrong + failed;
}

#endif
