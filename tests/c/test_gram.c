/* Gram matrices: in reproducible mode bit by bit against integers of 128 bits made here, in fast mode within rounding. */
#include "array_values.h"
#include "exact_oracle.h"
#include "harness.h"
#include "layout_table.h"
#include <stdlib.h>

__extension__ typedef __int128 wide;

static hearth_context *context_of_mode(hearth_backend backend, int threads, int reduction) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backend;
  options.threads = threads;
  options.leak_check = 1;
  options.reduction = reduction;
  return test_context_with(&options);
}

enum { CONTEXTS = 4 };
static hearth_context *context_number(int which, int reduction) {
  static const hearth_backend backends[CONTEXTS] = {TEST_BACKENDS, HEARTH_BACKEND_CPU};
  return context_of_mode(backends[which], which == CONTEXTS - 1 ? 2 : 1, reduction);
}

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

/* Elements of very different sizes along the first axis; `shift` permutes the others. */
typedef struct rule {
  int32_t ndim, axis;
  int64_t shape[4];
  int64_t shift;
  int32_t dtype;
} rule;

/* Element (i, k): index i along the kept axis, k over the others in row-major order. */
static double element(const rule *r, int64_t i, int64_t k) {
  const double x = data_at(k % 7 == 3 ? DATA_CANCELLING : DATA_ROUGH, i * 100003 + k) * (double)((int64_t)1 << (i * 5 % 40));
  if (r->dtype == HEARTH_FLOAT32) return (double)(float)(x * 1e-12); /* the fast products are float32 */
  return r->dtype == HEARTH_INT16 ? (double)(int16_t)(k % 7 == 3 ? 300 : 300 * data_at(DATA_ROUGH, i * 100003 + k)) : x;
}

static int64_t samples(const rule *r) {
  int64_t k = 1;
  for (int32_t d = 0; d < r->ndim; d++) k *= d == r->axis ? 1 : r->shape[d];
  return k;
}

static void write_element(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const rule *r = user;
  int64_t k = 0;
  for (int32_t d = 0; d < ndim; d++)
    if (d != r->axis) k = k * r->shape[d] + global[d];
  value_set(address, dtype, element(r, global[r->axis], (k + r->shift) % samples(r)));
}

static hearth_array *make_array(hearth_context *ctx, int kind, const rule *r, int32_t order) {
  hearth_layout *layout = table_layout(ctx, kind, r->ndim, r->shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, r->dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, write_element, (void *)(uintptr_t)r) == 0);
  hearth_layout_destroy(&layout);
  return array;
}

static int exponent_of(const rule *r, int64_t i) {
  double most = 0.0;
  int exponent;
  for (int64_t k = 0; k < samples(r); k++) most = fmax(most, fabs(element(r, i, k)));
  frexp(most, &exponent);
  return exponent;
}

/* The documented fixed-point number of each element, cut to 62 bits below the row's scale (41 for float32), and what is left out of their products. */
static void expected_exact(const rule *r, double *gram) {
  const int64_t n = r->shape[r->axis], count = samples(r);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      const int e = exponent_of(r, i), f = exponent_of(r, j);
      wide sum = 0;
      for (int64_t k = 0; k < count; k++) {
        double x = ldexp(element(r, i, k), 20 - e), y = ldexp(element(r, j, k), 20 - f);
        int64_t s[3], t[3];
        for (int p = 0; p < 3; p++) {
          s[p] = r->dtype == HEARTH_FLOAT32 && p == 2 ? 0 : llrint(x);
          t[p] = r->dtype == HEARTH_FLOAT32 && p == 2 ? 0 : llrint(y);
          x = (x - (double)llrint(x)) * 0x1p21;
          y = (y - (double)llrint(y)) * 0x1p21;
        }
        sum += (wide)(s[0] * t[0]) * ((wide)1 << 42) + (wide)(s[0] * t[1] + s[1] * t[0]) * ((wide)1 << 21) + (s[1] * t[1] + s[0] * t[2] + s[2] * t[0]);
      }
      gram[i * n + j] = ldexp((double)sum, e + f - 82);
    }
}

/* Sums in long double, and the bound that the contract gives. */
static bool within_bound(const rule *r, int64_t i, int64_t j, double value, int reproducible) {
  const int64_t count = samples(r);
  long double sum = 0, size = 0;
  for (int64_t k = 0; k < count; k++) {
    const long double product = (long double)element(r, i, k) * element(r, j, k);
    sum += product;
    size += fabsl(product);
  }
  const double rest = r->dtype == HEARTH_FLOAT32 ? 0x1p-41 : 0x1p-61, scale = ldexp(1.0, exponent_of(r, i) + exponent_of(r, j));
  const double bound = 0x1p-52 * fabs((double)sum) + 1.01 * (double)count * rest * scale + (double)(size * (long double)count * 0x1p-63L);
  const double fast = (double)size * (r->dtype == HEARTH_FLOAT32 ? 1e-5 : 1e-13);
  return fabs((double)(sum - (long double)value)) <= (reproducible ? bound : fast);
}

static bool is_right(const rule *r, const hearth_window *window, const double *expected, int reproducible) {
  const int64_t n = r->shape[r->axis];
  if (window->ndim != 2 || window->extent[0] != n || window->extent[1] != n || window->dtype != HEARTH_FLOAT64) return false;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      const double *base = window->base, value = base[i * n + j];
      if ((reproducible && bits_of(value) != bits_of(expected[i * n + j])) || !within_bound(r, i, j, value, reproducible)) {
        fprintf(stderr, "[rank %d of %d] (%d, %d): %.17g, not %.17g\n", test_rank, test_size, (int)i, (int)j, value, expected[i * n + j]);
        return false;
      }
    }
  return true;
}

static void check_gram(hearth_context *ctx, int kind, const rule *r, const double *expected, int reproducible) {
  hearth_array *array = make_array(ctx, kind, r, kind % 2), *gram = NULL;
  hearth_window window;
  assert_ok(hearth_gram(array, r->axis, &gram));
  assert_ok(hearth_array_access(gram, 0, HEARTH_READ, &window));
  assert_all(is_right(r, &window, expected, reproducible));
  assert_ok(hearth_array_release(gram, 0));
  hearth_array_destroy(&gram);
  hearth_array_destroy(&array);
}

static const rule rules[] = {{2, 0, {6, 40}, 0, HEARTH_FLOAT64},   {2, 1, {40, 5}, 0, HEARTH_FLOAT64},      {3, 1, {7, 4, 9}, 0, HEARTH_FLOAT64},
                             {3, 0, {5, 6, 7}, 0, HEARTH_FLOAT32}, {4, 2, {3, 4, 5, 2}, 0, HEARTH_FLOAT64}, {1, 0, {6}, 0, HEARTH_FLOAT64},
                             {2, 0, {4, 33}, 0, HEARTH_INT16},     {2, 1, {50, 1}, 0, HEARTH_FLOAT32},      {2, 0, {3, 1}, 0, HEARTH_FLOAT64}};
enum { RULES = sizeof rules / sizeof *rules };

static void layouts_and_types(int reproducible) {
  for (size_t k = 0; k < RULES; k++) {
    rule r = rules[k];
    double expected[64];
    expected_exact(&r, expected);
    for (int which = 0; which < CONTEXTS; which++) {
      hearth_context *ctx = context_number(which, reproducible ? HEARTH_REDUCTION_REPRODUCIBLE : HEARTH_REDUCTION_FAST);
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        const bool wanted = which == 1 && reproducible && test_size <= 4 ? true : (kind + which + (int)k) % 3 == 0; /* all layouts on the cpu, some elsewhere */
        if (!is_usable(kind) || !wanted) continue;
        r.shift = 11 * kind; /* another order of the samples */
        check_gram(ctx, kind, &r, expected, reproducible);
      }
      test_context_destroy(&ctx);
    }
  }
}

static void reproducible_bits(void **state) {
  (void)state;
  layouts_and_types(1);
}

static void fast_within_rounding(void **state) {
  (void)state;
  layouts_and_types(0);
}

/* Many samples, dealt out in several ways and orders. */
static void many_samples(void **state) {
  (void)state;
  rule r = {2, 0, {5, 9001}, 0, HEARTH_FLOAT64};
  double expected[25];
  expected_exact(&r, expected);
  for (int threads = 1; threads <= 2; threads++) {
    hearth_context *ctx = context_of_mode(HEARTH_BACKEND_CPU, threads, HEARTH_REDUCTION_REPRODUCIBLE);
    for (int kind = threads; kind < TABLE_KINDS; kind += 3) {
      if (!is_usable(kind)) continue;
      r.shift = 1000 * kind;
      check_gram(ctx, kind, &r, expected, 1);
    }
    test_context_destroy(&ctx);
  }
}

/* Pieces whose memory is no matrix, and more of it than is packed at a time: a window in the midst of other memory. */
static void windows_in_blocks(void **state) {
  (void)state;
  enum { N = 3, ROWS = 210, COLUMNS = 200 };
  const int64_t shape[3] = {ROWS * test_size, N, COLUMNS}, start[3] = {ROWS * test_rank, 0, 0};
  double *memory = malloc((size_t)ROWS * (N + 1) * (COLUMNS + 3) * sizeof *memory);
  const hearth_window window = {memory, HEARTH_FLOAT64, 3, {ROWS, N, COLUMNS}, {(N + 1) * (COLUMNS + 3) * 8, (COLUMNS + 3) * 8, 8}};
  for (int64_t i = 0; i < (int64_t)ROWS * (N + 1) * (COLUMNS + 3); i++) memory[i] = NAN;
  for (int64_t i = 0; i < ROWS; i++)
    for (int64_t v = 0; v < N; v++)
      for (int64_t j = 0; j < COLUMNS; j++) memory[(i * (N + 1) + v) * (COLUMNS + 3) + j] = (double)((i + 2 * v + 3 * j) % 17 - 8);
  for (int which = 0; which < 2 * CONTEXTS; which++) {
    hearth_context *ctx = context_number(which / 2, which % 2);
    hearth_array *array = NULL, *gram = NULL;
    hearth_window result;
    assert_ok(hearth_array_wrap_local(ctx, &window, 3, shape, start, &array));
    assert_ok(hearth_gram(array, 1, &gram));
    assert_ok(hearth_array_access(gram, 0, HEARTH_READ, &result));
    bool right = true;
    for (int64_t v = 0; v < N; v++)
      for (int64_t w = 0; w < N; w++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < ROWS; i++)
          for (int64_t j = 0; j < COLUMNS; j++) sum += ((i + 2 * v + 3 * j) % 17 - 8) * ((i + 2 * w + 3 * j) % 17 - 8);
        right = right && ((const double *)result.base)[v * N + w] == (double)(sum * test_size);
      }
    assert_all(right);
    assert_ok(hearth_array_release(gram, 0));
    hearth_array_destroy(&gram);
    hearth_array_destroy(&array);
    test_context_destroy(&ctx);
  }
  free(memory);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = context_of_mode(HEARTH_BACKEND_CPU, 1, HEARTH_REDUCTION_REPRODUCIBLE);
  rule r = {2, 0, {4, 20}, 0, HEARTH_FLOAT64};
  hearth_array *array = make_array(ctx, TABLE_SPLIT_LAST, &r, 0), *complex = NULL, *gram = array;
  hearth_layout *layout = NULL;
  char message[400];
  int32_t status, where;
  assert_ok(hearth_array_layout(array, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_COMPLEX64, 0, &complex));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_gram(array, 2, &gram));
  assert_all(gram == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_gram(array, test_rank == 0 ? -1 : 0, &gram));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_gram(array, test_rank == 0, &gram));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_gram(array, 0, test_rank == 0 ? NULL : &gram));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_gram(complex, 0, &gram));
  hearth_window window;
  assert_ok(hearth_array_access(array, 0, HEARTH_WRITE, &window));
  if (test_rank == 0 && window.extent[1] > 0) *(double *)((char *)window.base + 2 * window.stride[0]) = NAN;
  assert_ok(hearth_array_release(array, 0));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_gram(array, 0, &gram));
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(strstr(message, "row 2") != NULL && gram == NULL);
  hearth_layout_destroy(&layout);
  hearth_array_destroy(&array);
  hearth_array_destroy(&complex);
  test_context_destroy(&ctx);
}

/* No samples, no rows, rows of zeros, rows at the ends of the range. */
static void extreme_rows(void **state) {
  (void)state;
  for (int which = 0; which < CONTEXTS; which++) {
    hearth_context *ctx = context_number(which, HEARTH_REDUCTION_REPRODUCIBLE);
    const int64_t shapes[3][2] = {{3, 0}, {0, 5}, {3, 6}};
    for (int s = 0; s < 3; s++) {
      hearth_layout *layout = NULL;
      hearth_array *array = NULL, *gram = NULL;
      hearth_window window;
      assert_ok(hearth_layout_split(ctx, 2, shapes[s], 1, &layout));
      assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, 0, &array));
      assert_ok(hearth_array_access(array, 0, HEARTH_WRITE, &window));
      for (int64_t j = 0; s == 2 && j < window.extent[1]; j++) {
        ((double *)window.base)[j] = 0.0;
        ((double *)window.base)[window.extent[1] + j] = 1.5e-300;
        ((double *)window.base)[2 * window.extent[1] + j] = -1.75e300;
      }
      assert_ok(hearth_array_release(array, 0));
      assert_ok(hearth_gram(array, 0, &gram));
      assert_ok(hearth_array_access(gram, 0, HEARTH_READ, &window));
      const double *g = window.base;
      bool right = window.extent[0] == shapes[s][0] && window.extent[1] == shapes[s][0];
      for (int i = 0; s == 0 && i < 9; i++) right = right && g[i] == 0.0;
      if (s == 2) right = right && g[0] == 0.0 && g[1] == 0.0 && g[4] == 0.0 && fabs(g[5] / (-6 * 1.5e-300 * 1.75e300) - 1.0) < 1e-15 && g[8] == INFINITY;
      assert_all(right);
      assert_ok(hearth_array_release(gram, 0));
      hearth_array_destroy(&gram);
      hearth_array_destroy(&array);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(reproducible_bits), cmocka_unit_test(fast_within_rounding),
                                          cmocka_unit_test(many_samples),      cmocka_unit_test(windows_in_blocks),
                                          cmocka_unit_test(refused),           cmocka_unit_test(extreme_rows)};
HEARTH_TEST_MAIN(tests)
