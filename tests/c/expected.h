/* Arrays against a function of the global index, through all pieces of this rank. */
#ifndef HEARTH_TESTS_EXPECTED_H
#define HEARTH_TESTS_EXPECTED_H
#include "array_values.h"
#include "harness.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <stdlib.h>

/* The value that element `global` should have, or gets. */
typedef double (*expected_function)(const void *user, int32_t ndim, const int64_t *global);

static inline double expected_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user;
  return value_at(ndim, global);
}

/* Global index of each local one along a dimension of a piece; the caller frees it. */
static inline int64_t *expected_globals(const hearth_layout *layout, int32_t piece, int32_t d, int64_t extent) {
  hearth_runs runs;
  int64_t *global = malloc((size_t)(extent + 1) * sizeof *global);
  if (hearth_layout_piece_runs(layout, piece, d, &runs) != HEARTH_OK) fail_msg("no runs");
  for (int64_t i = 0; i < extent; i++) global[i] = -1;
  for (int64_t k = 0; k < runs.n; k++)
    for (int64_t i = 0; i < runs.run[k].count; i++) global[runs.run[k].local + i] = runs.run[k].global + i;
  hearth_runs_free(layout->ctx, &runs);
  return global;
}

typedef struct expected_walk {
  expected_function function;
  const void *user;
  bool write;
  int64_t visited, wrong;
} expected_walk;

static inline void expected_piece(const hearth_layout *layout, int32_t piece, const hearth_window *window, expected_walk *walk) {
  int64_t *globals[HEARTH_MAX_NDIM], local[HEARTH_MAX_NDIM] = {0}, global[HEARTH_MAX_NDIM], elements = 1;
  for (int32_t d = 0; d < window->ndim; d++) {
    globals[d] = expected_globals(layout, piece, d, window->extent[d]);
    elements *= window->extent[d];
  }
  for (int64_t i = 0; i < elements; i++) {
    char *address = window->base;
    for (int32_t d = 0; d < window->ndim; d++) {
      global[d] = globals[d][local[d]];
      address += local[d] * window->stride[d];
    }
    const double value = walk->function(walk->user, window->ndim, global);
    if (walk->write)
      value_set(address, window->dtype, value);
    else
      walk->wrong += value_get(address, window->dtype) != value;
    for (int32_t d = window->ndim - 1; d >= 0 && ++local[d] == window->extent[d]; d--) local[d] = 0;
  }
  walk->visited += elements;
  for (int32_t d = 0; d < window->ndim; d++) free(globals[d]);
}

static inline void expected_visit(hearth_array *array, expected_walk *walk) {
  for (int32_t p = 0; p < array->npieces; p++) {
    hearth_window window;
    if (hearth_array_access(array, p, walk->write ? HEARTH_WRITE : HEARTH_READ, &window) != HEARTH_OK) fail_msg("no access to piece %d", p);
    expected_piece(array->layout, p, &window, walk);
    if (hearth_array_release(array, p) != HEARTH_OK) fail_msg("piece %d cannot be released", p);
  }
}

/* Local: writes the function's values. */
static inline void expected_write(hearth_array *array, expected_function function, const void *user) {
  expected_walk walk = {function, user, true, 0, 0};
  expected_visit(array, &walk);
}

/* Collective: every element of the shape is somewhere, and all are as they should be. */
static inline bool expected_holds(hearth_array *array, int32_t ndim, const int64_t *shape, expected_function function, const void *user) {
  if (array->layout->ndim != ndim || memcmp(array->layout->shape, shape, (size_t)ndim * sizeof *shape) != 0) return false;
  expected_walk walk = {function, user, false, 0, 0};
  expected_visit(array, &walk);
  int64_t volume = 1, counts[2] = {hearth_layout_is_primary(array->layout, test_rank) ? walk.visited : 0, walk.wrong};
  for (int32_t d = 0; d < ndim; d++) volume *= shape[d];
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return counts[0] == volume && counts[1] == 0;
}

static inline hearth_array *expected_array(const hearth_layout *layout, int32_t dtype, int32_t order) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  expected_write(array, expected_value, NULL);
  return array;
}

#endif
