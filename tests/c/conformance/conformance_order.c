/* Sorting along each axis, distinct elements, medians. */
#include "conformance.h"
#include <stdlib.h>

static hearth_status sort(const conf_call *call, hearth_array **result) {
  return hearth_sort(call->in[0], call->axis, call->function->code, result);
}
static hearth_status argsort(const conf_call *call, hearth_array **result) {
  return hearth_argsort(call->in[0], call->axis, call->function->code, result);
}
static hearth_status unique(const conf_call *call, hearth_array **result) {
  return hearth_unique(call->in[0], result);
}
static hearth_status median(const conf_call *call, hearth_array **result) {
  return hearth_median(call->in[0], call->axis >= 0, &call->axis, NULL, result);
}

typedef struct item {
  double key;
  int64_t along;
} item;

static double key_of(value x) {
  return x.integer ? (double)x.i : x.re;
}

static int ascending(const void *a, const void *b) {
  const item *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->along > y->along) - (x->along < y->along);
}
static int descending(const void *a, const void *b) {
  const item *x = a, *y = b;
  if (x->key != y->key) return x->key > y->key ? -1 : 1;
  return (x->along > y->along) - (x->along < y->along);
}

/* The elements that belong to element `kept` of the array without the axis, in the order of their indices; the caller frees them. */
static item *line_of(const whole *a, int32_t axis, int64_t kept, int64_t *n) {
  item *line = malloc(((size_t)elements_of(a) + 1) * sizeof *line);
  *n = 0;
  for (int64_t i = 0; i < elements_of(a); i++) {
    int64_t along;
    if (whole_kept(a, axis, i, &along) == kept) line[(*n)++] = (item){key_of(whole_get(a, i)), along};
  }
  return line;
}

static whole expect_sorted(const conf_call *call, bool places) {
  const whole *a = &call->all[0];
  whole result = whole_make(places ? HEARTH_INT64 : a->dtype, a->ndim, a->extent), lines = whole_reduced(a, call->axis, HEARTH_INT8);
  for (int64_t k = 0; k < elements_of(&lines); k++) {
    int64_t n, along;
    item *line = line_of(a, call->axis, k, &n);
    qsort(line, (size_t)n, sizeof *line, call->function->code ? descending : ascending);
    for (int64_t i = 0; i < elements_of(a); i++)
      if (whole_kept(a, call->axis, i, &along) == k) whole_set_real(&result, i, places ? (double)line[along].along : line[along].key);
    free(line);
  }
  whole_free(&lines);
  return result;
}
static whole expect_sort(const conf_call *call) {
  return expect_sorted(call, false);
}
static whole expect_argsort(const conf_call *call) {
  return expect_sorted(call, true);
}

static whole expect_unique(const conf_call *call) {
  int64_t n, distinct = 0;
  item *all = line_of(&call->all[0], -1, 0, &n);
  qsort(all, (size_t)n, sizeof *all, ascending);
  for (int64_t i = 0; i < n; i++)
    if (i == 0 || all[i].key != all[i - 1].key) all[distinct++] = all[i];
  whole result = whole_make(call->all[0].dtype, 1, &distinct);
  for (int64_t i = 0; i < distinct; i++) whole_set_real(&result, i, all[i].key);
  free(all);
  return result;
}

static whole expect_median(const conf_call *call) {
  const whole *a = &call->all[0];
  whole result = whole_reduced(a, call->axis, HEARTH_FLOAT64);
  for (int64_t k = 0; k < elements_of(&result); k++) {
    int64_t n;
    item *line = line_of(a, call->axis, k, &n);
    qsort(line, (size_t)n, sizeof *line, ascending);
    whole_set_real(&result, k, n ? 0.5 * (line[(n - 1) / 2].key + line[n / 2].key) : NAN);
    free(line);
  }
  return result;
}

static const conf_function functions[] = {
    {"sort", CONF_REAL, 2, 0, sort, expect_sort, 0},          {"sort, descending", CONF_REAL, 2, 0, sort, expect_sort, 1},
    {"argsort", CONF_REAL, 2, 0, argsort, expect_argsort, 0}, {"argsort, descending", CONF_REAL, 2, 0, argsort, expect_argsort, 1},
    {"unique", CONF_REAL, 0, 0, unique, expect_unique, 0},
};
static const conf_function medians[] = {{"median", CONF_REAL, 1, 1, median, expect_median, 0}};

static void sorting(void **state) {
  (void)state;
  conf_run(functions, sizeof functions / sizeof functions[0], true);
}
static void order_statistics(void **state) {
  (void)state;
  conf_run(medians, sizeof medians / sizeof medians[0], false);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(sorting), cmocka_unit_test(order_statistics)};
HEARTH_TEST_MAIN(tests)
