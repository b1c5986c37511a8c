/* Matrices of ../shared/data as arrays, and elements of small results. */
#ifndef HEARTH_TESTS_IO_MATRIX_H
#define HEARTH_TESTS_IO_MATRIX_H
#include "harness.h"

/* The first `columns` columns of the file's matrix, float64, split along `axis`. */
static inline hearth_array *load(hearth_context *ctx, int64_t columns, const char *path, int32_t axis, int32_t order) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  int64_t shape[2];
  const int64_t start[2] = {0, 0};
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, NULL, &variable));
  assert_ok(hearth_variable_shape(variable, 2, shape));
  shape[1] = columns;
  assert_ok(hearth_layout_split(ctx, 2, shape, axis, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, order, &array));
  assert_ok(hearth_variable_read(variable, start, 2, array));
  hearth_layout_destroy(&layout);
  hearth_variable_destroy(&variable);
  hearth_file_destroy(&file);
  return array;
}

/* Of a vector that every rank has. */
static inline double element(hearth_array *vector, int64_t i) {
  hearth_window window;
  assert_ok(hearth_array_access(vector, 0, HEARTH_READ, &window));
  const double value = *(const double *)((const char *)window.base + i * window.stride[0]);
  assert_ok(hearth_array_release(vector, 0));
  return value;
}

#endif
