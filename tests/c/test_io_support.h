/* Shared by the tests of files: arrays of known values in many layouts, and temporary files. */
#ifndef HEARTH_TESTS_IO_SUPPORT_H
#define HEARTH_TESTS_IO_SUPPORT_H
#include "harness.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

typedef double (*io_value)(int64_t linear); /* of the row-major global index */

static UNUSED double io_plain(int64_t linear) {
  return 0.5 * (double)(linear % 2000) - 7.0;
}

/* The same name on all ranks. */
static UNUSED void io_temporary(const char *name, char path[TEST_PATH]) {
  int pid = (int)getpid();
  MPI_Bcast(&pid, 1, MPI_INT, 0, MPI_COMM_WORLD);
  const char *folder = getenv("TMPDIR");
  snprintf(path, TEST_PATH, "%s/hearth-io-%d-%s", folder && folder[0] ? folder : "/tmp", pid, name);
}

static UNUSED void io_remove(const char *path) {
  MPI_Barrier(MPI_COMM_WORLD);
  if (test_rank == 0) unlink(path);
  MPI_Barrier(MPI_COMM_WORLD);
}

/* Bytes from rank 0. */
static UNUSED void io_write_bytes(const char *path, const void *bytes, size_t n) {
  int good = 1;
  if (test_rank == 0) {
    FILE *f = fopen(path, "wb");
    good = f && fwrite(bytes, 1, n, f) == n;
    if (f) good = fclose(f) == 0 && good;
  }
  assert_all(good);
}

/* The first n bytes of a file as another; n < 0: all but the last -n. */
static UNUSED void io_copy_part(const char *from, const char *to, long n) {
  int good = 1;
  if (test_rank == 0) {
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    good = in && out && fseek(in, 0, SEEK_END) == 0;
    if (good && n < 0) n += ftell(in);
    if (good) rewind(in);
    for (int c; good && n > 0 && (c = fgetc(in)) != EOF; n--) fputc(c, out);
    if (in) fclose(in);
    if (out) good = fclose(out) == 0 && good;
  }
  assert_all(good);
}

/* Layout number `which` of a shape; NULL behind the last. */
static UNUSED hearth_layout *io_layout(hearth_context *ctx, int32_t ndim, const int64_t *shape, int which) {
  hearth_layout *layout = NULL;
  hearth_layout_builder *builder = NULL;
  if (which <= ndim) { /* replicated, then split along each dimension */
    assert_ok(hearth_layout_split(ctx, ndim, shape, which - 1, &layout));
    return layout;
  }
  which -= ndim + 1;
  if (which > 4) return NULL;
  assert_ok(hearth_layout_builder_create(ctx, ndim, shape, &builder));
  const int64_t square[2] = {test_size % 2 == 0 ? 2 : 1, test_size % 2 == 0 ? test_size / 2 : test_size};
  if (which <= 2) { /* block-cyclic: element by element, odd blocks with an offset, on a two-dimensional grid */
    assert_ok(hearth_layout_builder_grid(builder, 2, square));
    const int64_t block = which == 0 ? 1 : which + 1;
    assert_ok(hearth_layout_builder_block_cyclic(builder, ndim - 1, 1, block, square[1] - 1, which == 2 ? 1 : 0));
    if (ndim > 1) assert_ok(hearth_layout_builder_block_cyclic(builder, 0, 0, which == 1 ? 3 : 2, 0, which == 1 ? 2 : 0));
  } else { /* cuts: everything on the last rank, or a two-dimensional grid with an unused axis: replicas */
    int64_t cuts[65] = {0};
    if (which == 3) {
      cuts[test_size] = shape[0];
      assert_ok(hearth_layout_builder_cuts(builder, 0, 0, test_size + 1, cuts));
    } else {
      assert_ok(hearth_layout_builder_grid(builder, 2, square));
      cuts[square[1]] = shape[ndim - 1];
      for (int64_t c = 1; c < square[1]; c++) cuts[c] = (c * c * shape[ndim - 1]) / (square[1] * square[1]);
      assert_ok(hearth_layout_builder_cuts(builder, ndim - 1, 1, square[1] + 1, cuts));
    }
  }
  assert_ok(hearth_layout_builder_finish(builder, &layout));
  hearth_layout_builder_destroy(&builder);
  return layout;
}

static UNUSED double io_load(const hearth_window *w, const int64_t *at) {
  const char *p = w->base;
  for (int32_t d = 0; d < w->ndim; d++) p += at[d] * w->stride[d];
  switch (w->dtype) {
  case HEARTH_FLOAT64:
    return *(const double *)p;
  case HEARTH_FLOAT32:
    return *(const float *)p;
  case HEARTH_INT64:
    return (double)*(const int64_t *)p;
  case HEARTH_INT32:
    return *(const int32_t *)p;
  case HEARTH_INT16:
    return *(const int16_t *)p;
  case HEARTH_INT8:
    return *(const int8_t *)p;
  default:
    return *(const uint8_t *)p;
  }
}

static UNUSED void io_store(const hearth_window *w, const int64_t *at, double value) {
  char *p = w->base;
  for (int32_t d = 0; d < w->ndim; d++) p += at[d] * w->stride[d];
  switch (w->dtype) {
  case HEARTH_FLOAT64:
    *(double *)p = value;
    return;
  case HEARTH_FLOAT32:
    *(float *)p = (float)value;
    return;
  case HEARTH_INT64:
    *(int64_t *)p = (int64_t)value;
    return;
  case HEARTH_INT32:
    *(int32_t *)p = (int32_t)value;
    return;
  case HEARTH_INT16:
    *(int16_t *)p = (int16_t)value;
    return;
  default:
    *(int8_t *)p = (int8_t)value;
    return;
  }
}

/* What the array's type makes of a value. */
static UNUSED double io_as(int32_t dtype, double value) {
  if (dtype == HEARTH_FLOAT64) return value;
  if (dtype == HEARTH_FLOAT32) return (float)value;
  return isnan(value) ? 0.0 : trunc(value);
}

/* Visits every local element: stores `value` of its global index (store), or counts those that differ from it. A box of `whole` beginning at `start`. */
static UNUSED int64_t io_visit(hearth_array *array, const int64_t *whole, const int64_t *start, io_value value, bool store) {
  hearth_layout *layout = NULL;
  hearth_window w;
  int64_t at[HEARTH_MAX_NDIM] = {0}, n = 1, wrong = 0, global;
  if (hearth_array_layout(array, &layout) != HEARTH_OK) return 1;
  if (hearth_array_access(array, 0, store ? HEARTH_WRITE : HEARTH_READ, &w) != HEARTH_OK) return 1;
  for (int32_t d = 0; d < w.ndim; d++) n *= w.extent[d];
  for (int64_t k = 0; k < n; k++) {
    int64_t linear = 0;
    for (int32_t d = 0; d < w.ndim; d++) {
      hearth_layout_global_index(layout, d, at[d], &global);
      linear = linear * whole[d] + start[d] + global;
    }
    const double expected = io_as(w.dtype, value(linear)), found = store ? expected : io_load(&w, at);
    if (store) io_store(&w, at, expected);
    if (found != expected && !(isnan(found) && isnan(expected)) && wrong++ < 3)
      fprintf(stderr, "[rank %d] element %lld is %.17g, should be %.17g\n", test_rank, (long long)linear, found, expected);
    for (int32_t d = w.ndim - 1; d >= 0 && ++at[d] == w.extent[d]; d--) at[d] = 0;
  }
  hearth_array_release(array, 0);
  hearth_layout_destroy(&layout);
  return wrong;
}

/* Reads the box at `start` into a new array of a layout, pre-filled with a pattern, and counts wrong elements. */
static UNUSED void io_check_box(hearth_variable *variable, const hearth_layout *layout, int32_t dtype, int32_t order, int32_t ndim, const int64_t *whole,
                                const int64_t *start, io_value value) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_ok(hearth_array_fill(array, 77.0));
  assert_ok(hearth_variable_read(variable, start, ndim, array));
  assert_all(io_visit(array, whole, start, value, false) == 0);
  assert_ok(hearth_array_destroy(&array));
}

/* Every layout, both orders: all of a variable against `value`. */
static UNUSED void io_check_all(hearth_variable *variable, int32_t dtype, io_value value) {
  const int64_t zero[HEARTH_MAX_NDIM] = {0};
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t ndim = 0;
  assert_ok(hearth_variable_ndim(variable, &ndim));
  assert_ok(hearth_variable_shape(variable, ndim, shape));
  for (int which = 0;; which++) {
    hearth_layout *layout = io_layout(test_last_ctx, ndim, shape, which);
    if (!layout) return;
    for (int32_t order = 0; order < 2; order++) io_check_box(variable, layout, dtype, order, ndim, shape, zero, value);
    assert_ok(hearth_layout_destroy(&layout));
  }
}

/* The element at one global index of a variable, on all ranks. */
static UNUSED double io_element(hearth_file *file, const char *name, const int64_t *at) {
  const int64_t one[HEARTH_MAX_NDIM] = {1, 1, 1, 1, 1, 1, 1, 1}, zero[HEARTH_MAX_NDIM] = {0};
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int32_t ndim = 0;
  assert_ok(hearth_variable_open(file, name, &variable));
  assert_ok(hearth_variable_ndim(variable, &ndim));
  assert_ok(hearth_layout_split(test_last_ctx, ndim > 0 ? ndim : 1, one, -1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_ok(hearth_variable_read(variable, at, ndim, array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  const double value = io_load(&w, zero);
  hearth_array_release(array, 0);
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_variable_destroy(&variable));
  return value;
}

/* Sum over the finite elements of a variable read split along `axis`, and how many are NaN. */
static UNUSED void io_sum(hearth_file *file, const char *name, int32_t axis, double *sum, int64_t *missing) {
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int64_t at[HEARTH_MAX_NDIM] = {0}, n = 1;
  double mine[2] = {0.0, 0.0};
  assert_ok(hearth_variable_open(file, name, &variable));
  assert_ok(hearth_variable_load(variable, axis, &array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  for (int32_t d = 0; d < w.ndim; d++) n *= w.extent[d];
  for (int64_t k = 0; k < n; k++) {
    const double x = io_load(&w, at);
    mine[isnan(x) ? 1 : 0] += isnan(x) ? 1.0 : x;
    for (int32_t d = w.ndim - 1; d >= 0 && ++at[d] == w.extent[d]; d--) at[d] = 0;
  }
  MPI_Allreduce(MPI_IN_PLACE, mine, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  *sum = mine[0];
  *missing = (int64_t)mine[1];
  hearth_array_release(array, 0);
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_variable_destroy(&variable));
}

/* The last error's message must contain `text`. */
static UNUSED void io_assert_message(const char *text) {
  char message[1024];
  int32_t status, rank;
  hearth_last_error(test_last_ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, text)) fprintf(stderr, "[rank %d] the message '%s' does not say '%s'\n", test_rank, message, text);
  assert_all(strstr(message, text) != NULL);
}

#endif
