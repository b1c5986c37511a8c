/* Reductions against plain loops over the whole array: functions, layouts, types, axes, policies, backends. */
#include "core/context_impl.h"
#include "reduce_case.h"

static const int64_t shape3[3] = {5, 4, 6};

typedef struct axes_set {
  int32_t n, axis[3];
} axes_set;
static const axes_set axes_sets[] = {{0, {0}}, {1, {0}}, {1, {1}}, {1, {2}}, {2, {0, 2}}, {2, {2, 1}}, {3, {1, 0, 2}}};
enum { AXES_SETS = sizeof axes_sets / sizeof *axes_sets };

static bool wide(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}

static int32_t expected_dtype(reduce_kind kind, int32_t dtype) {
  const bool integer = dtype <= HEARTH_INT64;
  switch (kind) {
  case KIND_SUM:
  case KIND_PROD:
    return integer ? HEARTH_INT64 : dtype;
  case KIND_MIN:
  case KIND_MAX:
  case KIND_PTP:
    return dtype;
  case KIND_ARGMIN:
  case KIND_ARGMAX:
  case KIND_NONZERO:
    return HEARTH_INT64;
  case KIND_ALL:
  case KIND_ANY:
    return HEARTH_BOOL;
  case KIND_MEAN:
    return integer ? HEARTH_FLOAT64 : dtype;
  default:
    return integer || dtype == HEARTH_COMPLEX128 ? HEARTH_FLOAT64 : dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : dtype;
  }
}

static void check_shape(const hearth_array *result, const result_check *check, const reduce_case *c) {
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t ndim = 0, kept = 0;
  assert_ok(hearth_array_ndim(result, &ndim));
  for (int32_t d = 0; d < c->ndim; d++) kept += !check->reduced[d];
  assert_all(ndim == (check->keepdims ? c->ndim : kept ? kept : 1));
  assert_ok(hearth_array_shape(result, ndim, shape));
  for (int32_t d = 0, k = 0; d < c->ndim; d++) {
    if (!check->reduced[d]) assert_all(shape[check->keepdims ? d : k] == c->shape[d]);
    if (check->reduced[d] && check->keepdims) assert_all(shape[d] == 1);
    k += !check->reduced[d];
  }
}

static void check_one(const hearth_array *array, const reduce_case *c, reduce_kind kind, const axes_set *axes, const hearth_reduce_options *options) {
  bool reduced[HEARTH_MAX_NDIM] = {false};
  hearth_array *result = NULL;
  int32_t from = 0, dtype = 0, order = 0, like = 0;
  for (int32_t d = 0; d < c->ndim; d++) reduced[d] = axes->n == 0;
  for (int32_t k = 0; k < axes->n; k++) reduced[axes->axis[k]] = true;
  result_check check = {.c = c, .kind = kind, .reduced = reduced, .tolerance = 1e-12, .ddof = options->ddof};
  check.omit = options->nan_policy == HEARTH_NAN_OMIT;
  check.keepdims = options->keepdims;
  assert_ok(reduce_functions[kind](array, axes->n, axes->axis, options, &result));
  check_shape(result, &check, c);
  assert_ok(hearth_array_dtype(array, &from));
  assert_ok(hearth_array_dtype(result, &dtype));
  assert_ok(hearth_array_order(array, &like));
  assert_ok(hearth_array_order(result, &order));
  assert_all(order == like);
  assert_all(dtype == expected_dtype(kind, from));
  assert_all(values_visit(result, HEARTH_READ, result_compare, &check) == 0);
  assert_all(check.wrong == 0);
  if (axes->n == 0) assert_all(check.seen == 1); /* everybody has the number */
  hearth_array_destroy(&result);
}

static bool applies(reduce_kind kind, int32_t dtype, const axes_set *axes) {
  const bool order = (kind >= KIND_MIN && kind <= KIND_ARGMAX);
  if (wide(dtype) && order) return false;
  if (kind == KIND_PTP && dtype == HEARTH_BOOL) return false;
  /* no overflow of int64; the smallest and most different numbers of an int8 are too far apart for it, but not here */
  return !(kind == KIND_PROD && dtype <= HEARTH_INT64 && axes->n != 1);
}

/* Every function on every third set of axes; which, changes with function and layout. */
static void run_table(hearth_context *ctx, int32_t dtype, int kind_of_layout, int nan_every, int32_t policy) {
  reduce_case c = case_make(3, shape3, dtype, nan_every);
  hearth_array *array = case_array(ctx, &c, kind_of_layout, dtype, kind_of_layout % 2 ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR);
  for (int kind = 0; kind < KINDS; kind++)
    for (int set = (kind + kind_of_layout + dtype) % 3; set < AXES_SETS; set += 3) {
      hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
      options.nan_policy = policy;
      options.keepdims = (kind / 3 + set + kind_of_layout) % 2;
      options.ddof = set % 2;
      if (applies((reduce_kind)kind, dtype, &axes_sets[set])) check_one(array, &c, (reduce_kind)kind, &axes_sets[set], &options);
    }
  hearth_array_destroy(&array);
  free(c.value);
}

/* Every layout and backend in float64, every type on some layouts. */
static void test_layouts(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  (void)state;
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) run_table(ctx, HEARTH_FLOAT64, kind, 0, HEARTH_NAN_ERROR);
    test_context_destroy(&ctx);
  }
}

static void test_types(void **state) {
  static const int32_t dtypes[] = {HEARTH_BOOL,  HEARTH_INT8,    HEARTH_UINT8,   HEARTH_INT16,     HEARTH_INT32,
                                   HEARTH_INT64, HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_COMPLEX128};
  hearth_context *cpu = test_context(HEARTH_BACKEND_CPU), *guard = test_context(HEARTH_BACKEND_GUARD);
  (void)state;
  for (int t = 0; t < (int)(sizeof dtypes / sizeof *dtypes); t++) {
    run_table(cpu, dtypes[t], (t * 5 + 1) % TABLE_KINDS, 0, HEARTH_NAN_ERROR);
    run_table(guard, dtypes[t], (t * 3 + 2) % TABLE_KINDS, 0, HEARTH_NAN_ERROR);
  }
  test_context_destroy(&cpu);
  test_context_destroy(&guard);
}

static void test_nan_policies(void **state) {
  hearth_context *cpu = test_context(HEARTH_BACKEND_CPU), *reference = test_context(HEARTH_BACKEND_REFERENCE);
  (void)state;
  for (int kind = 0; kind < TABLE_KINDS; kind += 2)
    for (int dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; dtype++) {
      run_table(cpu, dtype, kind, 11, HEARTH_NAN_OMIT);
      run_table(cpu, dtype, kind, 11, HEARTH_NAN_PROPAGATE);
      run_table(reference, dtype, kind, 11, kind % 4 ? HEARTH_NAN_OMIT : HEARTH_NAN_PROPAGATE);
    }
  test_context_destroy(&cpu);
  test_context_destroy(&reference);
}

static bool message_has(hearth_context *ctx, const char *text) {
  char message[512];
  int32_t status, rank;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, text)) print_error("rank %d: \"%s\" lacks \"%s\"\n", test_rank, message, text);
  return strstr(message, text) != NULL;
}

/* NaN is refused with the place of the first, the same on all ranks, whatever the layout. */
static void test_nan_refused(void **state) {
  (void)state;
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_context *ctx = test_context(kind % 2 ? HEARTH_BACKEND_CPU : HEARTH_BACKEND_GUARD);
    reduce_case c = case_make(3, shape3, HEARTH_FLOAT32, 0);
    c.value[case_flat(3, shape3, (int64_t[]){2, 3, 1})] = NAN;
    c.value[case_flat(3, shape3, (int64_t[]){4, 0, 0})] = NAN;
    hearth_array *array = case_array(ctx, &c, kind, HEARTH_FLOAT32, HEARTH_COLUMN_MAJOR), *result = (hearth_array *)&c;
    for (int f = 0; f < KINDS; f++) {
      if (f >= KIND_ALL && f <= KIND_NONZERO) continue;
      assert_status(HEARTH_ERR_NOT_FINITE, reduce_functions[f](array, 1, (int32_t[]){f % 3}, NULL, &result));
      assert_all(result == NULL);
      assert_all(message_has(ctx, "[2, 3, 1]") && message_has(ctx, reduce_names[f]));
    }
    assert_ok(hearth_count_nonzero(array, 0, NULL, NULL, &result));
    hearth_array_destroy(&result);
    hearth_array_destroy(&array);
    test_context_destroy(&ctx);
    free(c.value);
  }
}

/* Infinities are numbers: of both signs they make NaN, which is no NaN of the operand. */
static void test_infinities(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0);
  (void)state;
  c.value[7] = INFINITY;
  c.value[100] = -INFINITY;
  for (int policy = HEARTH_NAN_ERROR; policy <= HEARTH_NAN_OMIT; policy++) {
    hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
    options.nan_policy = policy;
    static const reduce_kind kinds[] = {KIND_SUM, KIND_MIN, KIND_MAX, KIND_ARGMIN, KIND_ARGMAX, KIND_MEAN};
    for (int k = 0; k < 6; k++)
      for (int set = 0; set < AXES_SETS; set++) check_one(array, &c, kinds[k], &axes_sets[set], &options);
    hearth_array_destroy(&array);
  }
  test_context_destroy(&ctx);
  free(c.value);
}

static double one_number(hearth_array *result) {
  hearth_window w;
  int32_t dtype = 0;
  assert_ok(hearth_array_access(result, 0, HEARTH_READ, &w));
  hearth_array_dtype(result, &dtype);
  const double x = dtype == HEARTH_BOOL ? *(uint8_t *)w.base : value_get(w.base, dtype);
  assert_ok(hearth_array_release(result, 0));
  return x;
}

/* Nothing at all: identities, NaN, or refusal. */
static void test_empty(void **state) {
  static const double wanted[KINDS] = {[KIND_SUM] = 0, [KIND_PROD] = 1, [KIND_ALL] = 1, [KIND_MEAN] = NAN, [KIND_VAR] = NAN, [KIND_STD] = NAN};
  static const int64_t shape[2] = {0, 3};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(2, shape, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  (void)state;
  for (int f = 0; f < KINDS; f++) {
    hearth_array *result = NULL;
    if (f >= KIND_MIN && f <= KIND_ARGMAX) {
      assert_status(HEARTH_ERR_ARGUMENT, reduce_functions[f](array, 0, NULL, NULL, &result));
      assert_all(message_has(ctx, "no elements"));
      assert_ok(reduce_functions[f](array, 1, (int32_t[]){1}, NULL, &result)); /* an empty result */
    } else {
      assert_ok(reduce_functions[f](array, 0, NULL, NULL, &result));
      const double x = one_number(result);
      assert_all(x == wanted[f] || (isnan(x) && isnan(wanted[f])));
    }
    hearth_array_destroy(&result);
  }
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

static void test_bad_arguments(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL, *complex = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  (void)state;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(NULL, 0, NULL, NULL, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(array, 1, (int32_t[]){3}, NULL, &result));
  assert_all(message_has(ctx, "axis 3") && message_has(ctx, "3 dimensions"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_var(array, 1, (int32_t[]){-1}, NULL, &result));
  assert_all(message_has(ctx, "-1"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_min(array, 2, (int32_t[]){1, 1}, NULL, &result));
  assert_all(message_has(ctx, "twice"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_all(array, 4, (int32_t[]){0, 1, 2, 0}, NULL, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(array, 0, NULL, NULL, NULL));
  options.nan_policy = 7;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(array, 0, NULL, &options, &result));
  options.nan_policy = 0, options.ddof = -2;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_var(array, 0, NULL, &options, &result));
  options.ddof = 0, options.dtype = 99;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(array, 0, NULL, &options, &result));
  if (test_size > 1) { /* one rank asks for something else */
    options.dtype = 0;
    options.ddof = test_rank == 1 ? 3 : 1;
    assert_status(HEARTH_ERR_MISMATCH, hearth_std(array, 0, NULL, &options, &result));
    assert_all(message_has(ctx, "ddof"));
    assert_status(HEARTH_ERR_MISMATCH, hearth_sum(array, 1, (int32_t[]){test_rank % 2}, NULL, &result));
    assert_status(HEARTH_ERR_ARGUMENT, hearth_sum(array, 1, (int32_t[]){test_rank == 1 ? 5 : 0}, NULL, &result));
  }
  complex = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_COMPLEX128, HEARTH_ROW_MAJOR);
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_max(complex, 0, NULL, NULL, &result));
  assert_all(message_has(ctx, "complex128"));
  options = (hearth_reduce_options)HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = HEARTH_NAN_OMIT;
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_sum(complex, 0, NULL, &options, &result));
  options.nan_policy = 0, options.dtype = HEARTH_FLOAT64;
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_sum(complex, 0, NULL, &options, &result));
  assert_all(result == NULL);
  hearth_array_destroy(&complex);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

/* The type asked for is that of the terms where it is an integer, that of the result else. */
static void test_dtype(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  static const int64_t shape[1] = {40};
  reduce_case c = case_make(1, shape, HEARTH_FLOAT64, 0);
  double truncated = 0, sum = 0;
  (void)state;
  for (int i = 0; i < 40; i++) truncated += trunc((double)c.value[i]), sum += (double)c.value[i];
  hearth_array *array = case_array(ctx, &c, TABLE_CYCLIC_1, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  int32_t dtype = 0;
  options.dtype = HEARTH_INT32;
  assert_ok(hearth_sum(array, 0, NULL, &options, &result));
  assert_ok(hearth_array_dtype(result, &dtype));
  assert_all(dtype == HEARTH_INT32 && one_number(result) == truncated);
  hearth_array_destroy(&result);
  options.dtype = HEARTH_FLOAT32;
  assert_ok(hearth_mean(array, 0, NULL, &options, &result));
  assert_ok(hearth_array_dtype(result, &dtype));
  assert_all(dtype == HEARTH_FLOAT32 && one_number(result) == (double)(float)(sum / 40));
  hearth_array_destroy(&result);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

/* What depends on the order of the elements is refused in reproducible mode, the rest is not. */
static void test_reproducible_mode(void **state) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  options.leak_check = 1;
  hearth_context *ctx = test_context_with(&options);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_CYCLIC_2, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  const hearth_reduce_options defaults = HEARTH_REDUCE_OPTIONS_INIT;
  (void)state;
  static const reduce_kind allowed[] = {KIND_MIN, KIND_MAX, KIND_PTP, KIND_ARGMIN, KIND_ARGMAX, KIND_ALL, KIND_ANY, KIND_NONZERO};
  for (int k = 0; k < 8; k++) check_one(array, &c, allowed[k], &axes_sets[k % AXES_SETS], &defaults);
  assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_prod(array, 0, NULL, NULL, &result));
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

/* Communicators of groups are made once. */
static void test_groups_are_kept(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_GRID_CUTS, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  int64_t before, after[3], messages, bytes;
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_ok(hearth_context_traffic(ctx, &before, &messages, &bytes));
    assert_ok(hearth_sum(array, 1, (int32_t[]){0}, NULL, &result));
    hearth_array_destroy(&result);
    assert_ok(hearth_context_traffic(ctx, &after[i], &messages, &bytes));
    after[i] -= before;
  }
  assert_all(after[1] == after[2]);
  assert_all(test_size < 4 ? after[0] == after[1] : after[0] > after[1]);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layouts),         cmocka_unit_test(test_types),      cmocka_unit_test(test_nan_policies),
      cmocka_unit_test(test_nan_refused),     cmocka_unit_test(test_infinities), cmocka_unit_test(test_empty),
      cmocka_unit_test(test_bad_arguments),   cmocka_unit_test(test_dtype),      cmocka_unit_test(test_reproducible_mode),
      cmocka_unit_test(test_groups_are_kept),
  };
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
