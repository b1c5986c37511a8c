/* topk, unique, searchsorted. */
#include "order_values.h"

typedef struct top_case {
  int32_t ndim;
  int64_t shape[3], k;
  int32_t axis, dtype;
  int pattern;
} top_case;
static const top_case tops[] = {
    {1, {50}, 4, 0, HEARTH_FLOAT32, RANDOM},    {1, {50}, 50, 0, HEARTH_FLOAT64, SPECIAL},    {1, {3}, 1, 0, HEARTH_INT32, DUPLICATES},
    {2, {2, 40}, 7, 1, HEARTH_INT64, RANDOM},   {2, {9, 12}, 3, 0, HEARTH_FLOAT32, SPECIAL},  {3, {4, 6, 5}, 2, 1, HEARTH_FLOAT64, DUPLICATES},
    {2, {11, 0}, 2, 0, HEARTH_FLOAT32, RANDOM}, {3, {2, 30, 2}, 30, 1, HEARTH_INT16, RANDOM}, {1, {9000}, 20, 0, HEARTH_FLOAT32, ASCENDING},
};
enum { TOPS = sizeof tops / sizeof *tops };

static double *pattern_values(int pattern, int64_t n) {
  double *values = malloc((size_t)(n + 1) * sizeof *values);
  for (int64_t i = 0; i < n; i++) values[i] = order_value(pattern, i, n);
  return values;
}

static int64_t top_wrong(const top_case *c, const double *from, int largest, const double *values, const double *indices) {
  int64_t small[3] = {c->shape[0], c->shape[1], c->shape[2]}, wrong = 0;
  small[c->axis] = c->k;
  const int64_t n = c->shape[c->axis], lines = order_volume(c->ndim, small) / c->k;
  int64_t *index = malloc((size_t)n * sizeof *index);
  for (int64_t l = 0; l < lines; l++) {
    int64_t step, to_step;
    const int64_t at = order_line(c->ndim, c->shape, c->axis, l, &step), to = order_line(c->ndim, small, c->axis, l, &to_step);
    order_argsort(n, from + at, step, largest, index);
    for (int64_t i = 0; i < c->k; i++) {
      wrong += !order_same(values[to + i * to_step], from[at + index[i] * step]);
      wrong += indices[to + i * to_step] != (double)index[i];
    }
  }
  free(index);
  return wrong;
}

static void top_one(hearth_context *ctx, const top_case *c, int kind, int largest) {
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  double *from = pattern_values(c->pattern, order_volume(c->ndim, c->shape));
  hearth_array *a = order_array(ctx, layout, c->dtype, kind % 2, c->ndim, c->shape, from), *values = NULL, *indices = NULL;
  int64_t small[3] = {c->shape[0], c->shape[1], c->shape[2]};
  small[c->axis] = c->k;
  assert_ok(hearth_topk(a, c->k, c->axis, largest, &values, &indices));
  double *x = order_whole(ctx, values, c->ndim, small), *i = order_whole(ctx, indices, c->ndim, small);
  assert_all(top_wrong(c, from, largest, x, i) == 0);
  free(x);
  free(i);
  free(from);
  hearth_array_destroy(&a);
  hearth_array_destroy(&values);
  hearth_array_destroy(&indices);
  hearth_layout_destroy(&layout);
}

static void the_best_are_found(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int c = 0; c < TOPS; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++)
        if (tops[c].shape[0] < 1000 || (backends[k] == HEARTH_BACKEND_CPU && kind % 4 == 1)) top_one(ctx, &tops[c], kind, (kind + c) % 2);
    test_context_destroy(&ctx);
  }
}

/* Distinct values in order with counts, and the place of each element; returns their number. */
static int64_t unique_oracle(int64_t n, const double *values, double *distinct, double *counts, double *inverse) {
  int64_t *index = malloc((size_t)(n + 1) * sizeof *index), found = 0;
  order_argsort(n, values, 1, 0, index);
  for (int64_t i = 0; i < n; i++) {
    const double x = values[index[i]];
    if (found == 0 || !order_same(distinct[found - 1], x)) {
      distinct[found] = x;
      counts[found++] = 0;
    }
    counts[found - 1]++;
    inverse[index[i]] = (double)(found - 1);
  }
  free(index);
  return found;
}

static int64_t differing(int64_t n, const double *a, const double *b) {
  int64_t wrong = 0;
  for (int64_t i = 0; i < n; i++) wrong += !order_same(a[i], b[i]);
  return wrong;
}

static void unique_one(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t dtype, int pattern, int kind) {
  const int64_t n = order_volume(ndim, shape);
  hearth_layout *layout = table_layout(ctx, kind, ndim, shape);
  double *from = pattern_values(pattern, n), *expected = malloc((size_t)(3 * n + 3) * sizeof *expected), *counted = expected + n + 1, *placed = counted + n + 1;
  const int64_t found = unique_oracle(n, from, expected, counted, placed);
  hearth_array *a = order_array(ctx, layout, dtype, kind % 2, ndim, shape, from), *values[3] = {NULL, NULL, NULL}, *counts = NULL, *inverse = NULL;
  assert_ok(hearth_unique(a, &values[0]));
  assert_ok(hearth_unique_counts(a, &values[1], &counts));
  assert_ok(hearth_unique_inverse(a, &values[2], &inverse));
  for (int i = 0; i < 3; i++) {
    double *x = order_whole(ctx, values[i], 1, &found);
    assert_all(differing(found, x, expected) == 0);
    free(x);
    hearth_array_destroy(&values[i]);
  }
  double *x = order_whole(ctx, counts, 1, &found), *y = order_whole(ctx, inverse, ndim, shape);
  assert_all(differing(found, x, counted) == 0 && differing(n, y, placed) == 0);
  free(x);
  free(y);
  free(from);
  free(expected);
  hearth_array_destroy(&a);
  hearth_array_destroy(&counts);
  hearth_array_destroy(&inverse);
  hearth_layout_destroy(&layout);
}

static void distinct_values_are_found(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t shapes[][2] = {{43, 1}, {7, 9}, {3, 0}, {1, 1}};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int s = 0; s < 4; s++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        const int pattern = (kind + s) % ORDER_PATTERNS;
        unique_one(ctx, 1 + s % 2, shapes[s], pattern == SPECIAL || kind % 2 ? HEARTH_FLOAT32 : HEARTH_INT64, pattern, kind);
        unique_one(ctx, 2, shapes[s], HEARTH_FLOAT64, SPECIAL, kind);
      }
    test_context_destroy(&ctx);
  }
}

static void places_are_searched(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t n = 31, shape[2] = {5, 8};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *line = table_layout(ctx, (kind + 4) % TABLE_KINDS, 1, &n), *plane = table_layout(ctx, kind, 2, shape);
      double *unsorted = pattern_values(SPECIAL, n), *values = pattern_values(SPECIAL, 40);
      hearth_array *a = order_array(ctx, line, HEARTH_FLOAT32, 0, 1, &n, unsorted), *v = order_array(ctx, plane, HEARTH_FLOAT32, 1, 2, shape, values);
      hearth_array *indices = NULL;
      assert_ok(hearth_sort_into(a, 0, 0, a));
      for (int right = 0; right < 2; right++) {
        int64_t wrong = 0;
        assert_ok(hearth_searchsorted(a, v, right, &indices));
        double *x = order_whole(ctx, indices, 2, shape);
        for (int64_t i = 0; i < 40; i++) {
          double less = 0;
          for (int64_t j = 0; j < n; j++) less += order_before(unsorted[j], values[i], 0) || (right && order_same(unsorted[j], values[i]));
          wrong += x[i] != less;
        }
        assert_all(wrong == 0);
        free(x);
        hearth_array_destroy(&indices);
      }
      free(unsorted);
      free(values);
      hearth_array_destroy(&a);
      hearth_array_destroy(&v);
      hearth_layout_destroy(&line);
      hearth_layout_destroy(&plane);
    }
    test_context_destroy(&ctx);
  }
}

static void bad_arguments_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {6, 4};
  hearth_layout *line = NULL, *plane = NULL;
  hearth_array *a = NULL, *d = NULL, *z = NULL, *p = NULL, *x = NULL, *y = NULL;
  assert_ok(hearth_layout_split(ctx, 1, shape, 0, &line));
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &plane));
  assert_ok(hearth_array_create(line, HEARTH_FLOAT32, 0, &a));
  assert_ok(hearth_array_create(line, HEARTH_FLOAT64, 0, &d));
  assert_ok(hearth_array_create(line, HEARTH_COMPLEX128, 0, &z));
  assert_ok(hearth_array_create(plane, HEARTH_FLOAT32, 0, &p));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_topk(a, 0, 0, 1, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_topk(a, 7, 0, 1, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_topk(a, 2, 1, 1, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_topk(a, 2, 0, 1, &x, test_rank == test_size - 1 ? NULL : &y));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_topk(z, 2, 0, 1, &x, &y));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_topk(a, 1 + (test_rank == 0), 0, 1, &x, &y));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_unique(z, &x));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_unique(a, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_unique_counts(a, &x, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_searchsorted(p, a, 0, &x));
  assert_status(HEARTH_ERR_MISMATCH, hearth_searchsorted(d, a, 0, &x));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_searchsorted(z, z, 0, &x));
  assert_all(hearth_unique(NULL, &x) == HEARTH_ERR_ARGUMENT && hearth_topk(NULL, 1, 0, 0, &x, &y) == HEARTH_ERR_ARGUMENT);
  assert_all(!x && !y);
  hearth_array_destroy(&a);
  hearth_array_destroy(&d);
  hearth_array_destroy(&z);
  hearth_array_destroy(&p);
  hearth_layout_destroy(&line);
  hearth_layout_destroy(&plane);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_best_are_found),
    cmocka_unit_test(distinct_values_are_found),
    cmocka_unit_test(places_are_searched),
    cmocka_unit_test(bad_arguments_are_refused),
};
HEARTH_TEST_MAIN(tests)
