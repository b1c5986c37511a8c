#include "order_values.h"

typedef struct sort_case {
  int32_t ndim;
  int64_t shape[3];
  int32_t axis, dtype;
  int pattern;
} sort_case;
static const sort_case cases[] = {
    {1, {37}, 0, HEARTH_FLOAT32, RANDOM},         {1, {37}, 0, HEARTH_FLOAT64, SPECIAL},      {1, {41}, 0, HEARTH_INT32, DUPLICATES},
    {1, {29}, 0, HEARTH_FLOAT32, ALL_EQUAL},      {1, {40}, 0, HEARTH_INT64, DESCENDING},     {1, {40}, 0, HEARTH_FLOAT64, ASCENDING},
    {1, {2}, 0, HEARTH_FLOAT32, RANDOM},          {1, {1}, 0, HEARTH_UINT8, DUPLICATES},      {1, {0}, 0, HEARTH_FLOAT32, RANDOM},
    {1, {200}, 0, HEARTH_FLOAT32, SPECIAL},       {1, {300}, 0, HEARTH_INT8, RANDOM},         {1, {64}, 0, HEARTH_INT16, DESCENDING},
    {2, {7, 9}, 0, HEARTH_FLOAT32, RANDOM},       {2, {7, 9}, 1, HEARTH_FLOAT64, DUPLICATES}, {2, {2, 31}, 1, HEARTH_FLOAT32, SPECIAL},
    {2, {33, 1}, 0, HEARTH_INT32, RANDOM},        {2, {3, 0}, 0, HEARTH_FLOAT32, RANDOM},     {2, {3, 0}, 1, HEARTH_FLOAT64, RANDOM},
    {2, {60, 2}, 0, HEARTH_FLOAT64, RANDOM},      {3, {5, 4, 6}, 1, HEARTH_FLOAT32, RANDOM},  {3, {5, 4, 6}, 0, HEARTH_FLOAT64, SPECIAL},
    {3, {2, 50, 2}, 1, HEARTH_INT64, DUPLICATES}, {3, {6, 4, 5}, 2, HEARTH_BOOL, RANDOM},
};
enum { CASES = sizeof cases / sizeof *cases };

static double *values_of(const sort_case *c) {
  const int64_t n = order_volume(c->ndim, c->shape);
  double *values = malloc((size_t)(n + 1) * sizeof *values);
  for (int64_t i = 0; i < n; i++)
    values[i] = c->dtype == HEARTH_BOOL ? order_value(c->pattern, i, n) > 0 : c->dtype == HEARTH_UINT8 ? 3 : order_value(c->pattern, i, n);
  return values;
}

/* `sorted` and `indices` against the oracle. */
static int64_t count_wrong(const sort_case *c, const double *values, int descending, const double *sorted, const double *indices) {
  const int64_t n = c->shape[c->axis], lines = n > 0 ? order_volume(c->ndim, c->shape) / n : 0;
  int64_t *index = malloc((size_t)(n + 1) * sizeof *index), wrong = 0;
  for (int64_t l = 0; l < lines; l++) {
    int64_t step;
    const int64_t at = order_line(c->ndim, c->shape, c->axis, l, &step);
    order_argsort(n, values + at, step, descending, index);
    for (int64_t i = 0; i < n; i++) {
      wrong += !order_same(sorted[at + i * step], values[at + index[i] * step]);
      wrong += indices[at + i * step] != (double)index[i];
    }
  }
  free(index);
  return wrong;
}

static void check_same_layout(hearth_array *a, hearth_array *b) {
  hearth_layout *first = NULL, *second = NULL;
  int32_t equal = 0;
  assert_ok(hearth_array_layout(a, &first));
  assert_ok(hearth_array_layout(b, &second));
  assert_ok(hearth_layout_equal(first, second, &equal));
  assert_all(equal);
  hearth_layout_destroy(&first);
  hearth_layout_destroy(&second);
}

static void sort_one(hearth_context *ctx, const sort_case *c, int kind, int number) {
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  double *values = values_of(c);
  hearth_array *a = order_array(ctx, layout, c->dtype, number % 2, c->ndim, c->shape, values), *sorted = NULL, *indices = NULL;
  int32_t dtype = 0;
  const int descending = number / 2 % 2;
  assert_ok(hearth_sort(a, c->axis, descending, &sorted));
  assert_ok(hearth_argsort(a, c->axis, descending, &indices));
  assert_ok(hearth_array_dtype(sorted, &dtype));
  assert_all(dtype == c->dtype);
  assert_ok(hearth_array_dtype(indices, &dtype));
  assert_all(dtype == HEARTH_INT64);
  check_same_layout(a, sorted);
  check_same_layout(a, indices);
  double *x = order_whole(ctx, sorted, c->ndim, c->shape), *i = order_whole(ctx, indices, c->ndim, c->shape);
  assert_all(count_wrong(c, values, descending, x, i) == 0);
  free(x);
  assert_ok(hearth_sort_into(a, c->axis, descending, a));
  x = order_whole(ctx, a, c->ndim, c->shape);
  assert_all(count_wrong(c, values, descending, x, i) == 0);
  free(x);
  free(i);
  free(values);
  hearth_array_destroy(&a);
  hearth_array_destroy(&sorted);
  hearth_array_destroy(&indices);
  hearth_layout_destroy(&layout);
}

static void every_layout_is_sorted(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int c = 0; c < CASES; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) sort_one(ctx, &cases[c], kind, number++);
    test_context_destroy(&ctx);
  }
}

/* Long enough for all digits, threads and merging; values as a NumPy user would have them. Every rank checks its own part and its border with the next. */
static void sort_long_array(hearth_context *ctx, int32_t dtype, int64_t n, int kind) {
  hearth_layout *layout = table_layout(ctx, kind, 1, &n);
  double *values = malloc((size_t)n * sizeof *values);
  uint64_t state = 12345;
  for (int64_t i = 0; i < n; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const double x = (double)(int64_t)(state >> 33) / 1073741824.0 - 1.0;
    values[i] = dtype == HEARTH_INT32 ? floor(x * 2147483000.0) : dtype == HEARTH_INT64 ? floor(x * 9e15) : (double)(float)(i % 3 ? x : x * x * x * 1e-3);
  }
  hearth_array *a = order_array(ctx, layout, dtype, 0, 1, &n, values), *sorted = NULL, *indices = NULL;
  assert_ok(hearth_sort(a, 0, 0, &sorted));
  assert_ok(hearth_argsort(a, 0, 1, &indices));
  double *x = order_whole(ctx, sorted, 1, &n), *index = order_whole(ctx, indices, 1, &n);
  int64_t wrong = 0;
  double sum = 0, sorted_sum = 0;
  char *seen = calloc((size_t)n, 1);
  for (int64_t i = 0; i < n; i++) {
    const int64_t from = (int64_t)index[i], before = i > 0 ? (int64_t)index[i - 1] : from;
    wrong += (i > 0 && x[i] < x[i - 1]) || seen[from]++ || x[i] != values[(int64_t)index[n - 1 - i]];
    wrong += i > 0 && (values[before] < values[from] || (values[before] == values[from] && before >= from));
    sum += values[i] * 0x1p-20;
    sorted_sum += x[i] * 0x1p-20;
  }
  assert_all(wrong == 0);
  assert_near(sum, sorted_sum, 1e-6 * fabs(sum) + 1e-6);
  free(seen);
  free(x);
  free(index);
  free(values);
  hearth_array_destroy(&a);
  hearth_array_destroy(&sorted);
  hearth_array_destroy(&indices);
  hearth_layout_destroy(&layout);
}

static void long_arrays_are_sorted(void **state) {
  (void)state;
  static const int32_t dtypes[] = {HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_INT32, HEARTH_INT64};
  for (int threads = 1; threads <= 2; threads++) {
    hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
    options.backend = HEARTH_BACKEND_CPU;
    options.threads = threads;
    options.leak_check = 1;
    hearth_context *ctx = test_context_with(&options);
    for (int t = 0; t < 4; t++) sort_long_array(ctx, dtypes[t], 300007, t == 1 ? TABLE_CYCLIC_2 : t == 2 ? TABLE_CUTS_FRONT : TABLE_SPLIT_FIRST);
    test_context_destroy(&ctx);
  }
}

static void bad_arguments_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *stranger = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {6, 4}, wider[2] = {6, 5};
  hearth_layout *layout = NULL, *other = NULL, *foreign = NULL;
  hearth_array *a = NULL, *z = NULL, *w = NULL, *f = NULL, *d = NULL, *result = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_layout_split(ctx, 2, wider, 0, &other));
  assert_all(hearth_layout_split(stranger, 2, shape, 0, &foreign) == HEARTH_OK);
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, 0, &a));
  assert_ok(hearth_array_create(layout, HEARTH_COMPLEX64, 0, &z));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, 0, &d));
  assert_ok(hearth_array_create(other, HEARTH_FLOAT32, 0, &w));
  assert_all(hearth_array_create(foreign, HEARTH_FLOAT32, 0, &f) == HEARTH_OK);
  assert_ok(hearth_array_fill(a, 1));
  assert_all(hearth_sort(NULL, 0, 0, &result) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sort(a, 2, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sort(a, -1, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sort(a, 0, 0, test_rank == 0 ? NULL : &result));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_sort(z, 0, 0, &result));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_argsort(z, 0, 0, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_sort_into(a, 0, 0, w));
  assert_status(HEARTH_ERR_MISMATCH, hearth_sort_into(a, 0, 0, d));
  assert_status(HEARTH_ERR_MISMATCH, hearth_sort_into(a, 0, 0, f));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_sort_into(a, 0, 0, NULL));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_sort(a, test_rank == 0, 0, &result));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_argsort(a, 0, test_rank == 0, &result));
  assert_all(result == NULL);
  hearth_array_destroy(&a);
  hearth_array_destroy(&z);
  hearth_array_destroy(&w);
  hearth_array_destroy(&f);
  hearth_array_destroy(&d);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
  hearth_layout_destroy(&foreign);
  test_context_destroy(&stranger);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_layout_is_sorted),
    cmocka_unit_test(long_arrays_are_sorted),
    cmocka_unit_test(bad_arguments_are_refused),
};
HEARTH_TEST_MAIN(tests)
