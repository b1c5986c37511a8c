/* Views, reshaping, joining, moving: every dtype goes through all of them unchanged. */
#include "conformance.h"
#include <stdlib.h>

/* The source of each element of the result: index[] of the result becomes the index in the operand; false: the element is not of operand 0. */
typedef bool (*source_function)(const conf_call *call, const whole *result, int64_t *index);

static whole gather(const conf_call *call, int32_t ndim, const int64_t *shape, source_function source, const whole *other) {
  whole result = whole_make(call->all[0].dtype, ndim, shape);
  FOR_ELEMENTS(&result, index) {
    int64_t from[HEARTH_MAX_NDIM];
    for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) from[d] = d < ndim ? index[d] : 0;
    const bool first = source(call, &result, from);
    put(&result, index, first ? get(&call->all[0], from) : other ? get(other, from) : (value){1, 1, 1, 0});
  }
  return result;
}

/* The slices: of every dimension, from the middle in steps of -2, 3, ...; code: the step. */
static void slice_of(const conf_call *call, int64_t *start, int64_t *count, int64_t *step) {
  const int32_t code = call->function->code;
  for (int32_t d = 0; d < call->all[0].ndim; d++) {
    const int64_t n = call->all[0].extent[d];
    step[d] = d % 2 ? -code : code;
    start[d] = step[d] > 0 ? (n > 1) : n - 1;
    count[d] = n == 0 ? 0 : step[d] > 0 ? (n - 1 - start[d]) / step[d] + 1 : start[d] / -step[d] + 1;
    if (n == 0) start[d] = 0;
  }
}
static hearth_status slice(const conf_call *call, hearth_array **result) {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
  slice_of(call, start, count, step);
  return hearth_slice(call->in[0], call->all[0].ndim, start, count, step, result);
}
static bool slice_source(const conf_call *call, const whole *result, int64_t *index) {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
  slice_of(call, start, count, step);
  for (int32_t d = 0; d < result->ndim; d++) index[d] = start[d] + index[d] * step[d];
  return true;
}
static whole expect_slice(const conf_call *call) {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
  slice_of(call, start, count, step);
  return gather(call, call->all[0].ndim, count, slice_source, NULL);
}

static hearth_status transpose(const conf_call *call, hearth_array **result) {
  return hearth_transpose(call->in[0], 0, NULL, result);
}
static bool transpose_source(const conf_call *call, const whole *result, int64_t *index) {
  (void)call;
  for (int32_t d = 0; d < result->ndim / 2; d++) {
    const int64_t other = index[result->ndim - 1 - d];
    index[result->ndim - 1 - d] = index[d];
    index[d] = other;
  }
  return true;
}
static whole expect_transpose(const conf_call *call) {
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < call->all[0].ndim; d++) shape[d] = call->all[0].extent[call->all[0].ndim - 1 - d];
  return gather(call, call->all[0].ndim, shape, transpose_source, NULL);
}

static hearth_status flip(const conf_call *call, hearth_array **result) {
  return hearth_flip(call->in[0], call->axis, result);
}
static bool flip_source(const conf_call *call, const whole *result, int64_t *index) {
  index[call->axis] = result->extent[call->axis] - 1 - index[call->axis];
  return true;
}
static whole expect_flip(const conf_call *call) {
  return gather(call, call->all[0].ndim, call->all[0].extent, flip_source, NULL);
}

static hearth_status roll(const conf_call *call, hearth_array **result) {
  return hearth_roll(call->in[0], 2, call->axis, result);
}
static bool roll_source(const conf_call *call, const whole *result, int64_t *index) {
  const int64_t n = result->extent[call->axis];
  index[call->axis] = ((index[call->axis] - 2) % n + n) % n;
  return true;
}
static whole expect_roll(const conf_call *call) {
  return gather(call, call->all[0].ndim, call->all[0].extent, roll_source, NULL);
}

/* Behind each other along the axis: the first operand, then the second. */
static hearth_status concatenate(const conf_call *call, hearth_array **result) {
  const hearth_array *const arrays[2] = {call->in[0], call->in[1]};
  return hearth_concatenate(2, arrays, call->axis, result);
}
static bool concatenate_source(const conf_call *call, const whole *result, int64_t *index) {
  const int64_t n = result->extent[call->axis] / 2;
  const bool first = index[call->axis] < n;
  if (!first) index[call->axis] -= n;
  return first;
}
static whole expect_concatenate(const conf_call *call) {
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < call->all[0].ndim; d++) shape[d] = call->all[0].extent[d] * (d == call->axis ? 2 : 1);
  return gather(call, call->all[0].ndim, shape, concatenate_source, &call->all[1]);
}

static hearth_status ravel(const conf_call *call, hearth_array **result) {
  return hearth_ravel(call->in[0], result);
}
static whole expect_ravel(const conf_call *call) {
  const int64_t n = elements_of(&call->all[0]);
  whole result = whole_make(call->all[0].dtype, 1, &n);
  for (int64_t i = 0; i < n; i++) whole_set(&result, i, whole_get(&call->all[0], i));
  return result;
}

/* The first dimension's extent moves to the end. */
static hearth_status reshape(const conf_call *call, hearth_array **result) {
  const whole *a = &call->all[0];
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < a->ndim; d++) shape[d] = a->extent[(d + 1) % a->ndim];
  return hearth_reshape(call->in[0], a->ndim, shape, result);
}
static whole expect_reshape(const conf_call *call) {
  const whole *a = &call->all[0];
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < a->ndim; d++) shape[d] = a->extent[(d + 1) % a->ndim];
  whole result = whole_make(a->dtype, a->ndim, shape);
  for (int64_t i = 0; i < elements_of(a); i++) whole_set(&result, i, whole_get(a, i));
  return result;
}

/* Redistributions. */
static hearth_status resplit(const conf_call *call, hearth_array **result) {
  return hearth_resplit(call->in[0], call->axis, result);
}
static hearth_status balance(const conf_call *call, hearth_array **result) {
  return hearth_balance(call->in[0], result);
}
static hearth_status collect(const conf_call *call, hearth_array **result) {
  return hearth_collect(call->in[0], test_size - 1, result);
}
static bool same_source(const conf_call *call, const whole *result, int64_t *index) {
  (void)call, (void)result, (void)index;
  return true;
}
static whole expect_same(const conf_call *call) {
  return gather(call, call->all[0].ndim, call->all[0].extent, same_source, NULL);
}

static const conf_function functions[] = {
    {"slice, steps of 1", CONF_ANY, 0, 0, slice, expect_slice, 1},
    {"slice, steps of 2", CONF_ANY, 0, 0, slice, expect_slice, 2},
    {"slice, steps of 3", CONF_ANY, 0, 0, slice, expect_slice, 3},
    {"transpose", CONF_ANY, 0, 0, transpose, expect_transpose, 0},
    {"flip", CONF_ANY, 2, 0, flip, expect_flip, 0},
    {"roll", CONF_ANY, 2, 0, roll, expect_roll, 0},
    {"concatenate", CONF_ANY, 2, 0, concatenate, expect_concatenate, 0},
    {"ravel", CONF_ANY, 0, 0, ravel, expect_ravel, 0},
    {"reshape", CONF_ANY, 0, 0, reshape, expect_reshape, 0},
    {"resplit", CONF_ANY, 1, 0, resplit, expect_same, 0},
    {"balance", CONF_ANY, 0, 0, balance, expect_same, 0},
    {"collect", CONF_ANY, 0, 0, collect, expect_same, 0},
};

static void manipulate(void **state) {
  (void)state;
  conf_run(functions, sizeof functions / sizeof functions[0], true);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(manipulate)};
HEARTH_TEST_MAIN(tests)
