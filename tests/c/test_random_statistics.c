/* Whether the numbers are random: moments, distribution, independence of neighbours and of streams, at fixed seeds, with bounds that true randomness passes
 * with a probability above 1 - 1e-6. */
#include "harness.h"
#include "kernels/normal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 200000 };

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The numbers on every rank; the caller frees them. */
static double *numbers(hearth_status (*draw)(const hearth_layout *, int32_t, int32_t, int32_t, hearth_array **), int32_t stream) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  const int64_t n = N;
  double *values = malloc(N * sizeof *values);
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  options.backend = HEARTH_BACKEND_CPU;
  options.seed = 2024;
  hearth_context *ctx = test_context_with(&options);
  assert_ok(hearth_layout_split(ctx, 1, &n, -1, &layout));
  assert_ok(draw(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, stream, &array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &window));
  memcpy(values, window.base, N * sizeof *values);
  assert_ok(hearth_array_release(array, 0));
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
  return values;
}

static double power_mean(const double *values, int power) {
  double sum = 0;
  for (int i = 0; i < N; i++) sum += pow(values[i], power);
  return sum / N;
}

/* Correlation of values[i] with other[i + lag], both of the variance given and mean 0: about 1 / sqrt(N) if independent. */
static double correlation(const double *values, const double *other, int lag, double mean, double variance) {
  double sum = 0;
  for (int i = 0; i + lag < N; i++) sum += (values[i] - mean) * (other[i + lag] - mean);
  return sum / (N - lag) / variance;
}

/* Kolmogorov and Smirnov's statistic times sqrt(N); above 2.7 with a probability of 1e-6. Sorts the values. */
static double distance(double *values, double (*distribution)(double)) {
  double most = 0;
  qsort(values, N, sizeof *values, ascending);
  for (int i = 0; i < N; i++) {
    const double expected = distribution(values[i]);
    most = fmax(most, fmax(fabs(expected - (double)i / N), fabs((i + 1.0) / N - expected)));
  }
  return most * sqrt((double)N);
}

static double uniform_distribution(double x) {
  return x;
}
static double normal_distribution(double x) {
  return 0.5 * erfc(-x / sqrt(2.0));
}

static void uniform_numbers(void **state) {
  (void)state;
  double *a = numbers(hearth_rand, 0), *b = numbers(hearth_rand, 1);
  const double spread = 5 / sqrt((double)N), variance = 1.0 / 12;
  int outside = 0;
  for (int i = 0; i < N; i++) outside += a[i] < 0 || a[i] >= 1;
  assert_all(outside == 0);
  assert_near(power_mean(a, 1), 1.0 / 2, spread * sqrt(variance));
  assert_near(power_mean(a, 2), 1.0 / 3, spread * sqrt(4.0 / 45));
  assert_near(power_mean(a, 3), 1.0 / 4, spread * sqrt(9.0 / 112));
  for (int lag = 1; lag < 9; lag++) assert_near(correlation(a, a, lag, 0.5, variance), 0, spread);
  for (int lag = 0; lag < 4; lag++) assert_near(correlation(a, b, lag, 0.5, variance), 0, spread);
  assert_all(distance(a, uniform_distribution) < 2.7);
  free(a);
  free(b);
}

static void normal_numbers(void **state) {
  (void)state;
  double *a = numbers(hearth_randn, 0), *b = numbers(hearth_randn, 1);
  const double spread = 5 / sqrt((double)N);
  assert_near(power_mean(a, 1), 0, spread);
  assert_near(power_mean(a, 2), 1, spread * sqrt(2.0));
  assert_near(power_mean(a, 3), 0, spread * sqrt(15.0));
  assert_near(power_mean(a, 4), 3, spread * sqrt(96.0));
  for (int lag = 1; lag < 9; lag++) assert_near(correlation(a, a, lag, 0, 1), 0, spread);
  for (int lag = 0; lag < 4; lag++) assert_near(correlation(a, b, lag, 0, 1), 0, spread);
  /* The two of a pair share a radius: their squares must not. */
  double *squares = malloc(N * sizeof *squares);
  for (int i = 0; i < N; i++) squares[i] = a[i] * a[i];
  assert_near(correlation(squares, squares, 1, 1, 2), 0, spread);
  free(squares);
  assert_all(distance(a, normal_distribution) < 2.7);
  free(a);
  free(b);
}

/* The ends of what Box and Muller take: all bits set, none set. */
static void normal_numbers_stay_finite(void **state) {
  (void)state;
  static const uint32_t word[] = {0, 1, 31, 32, 0x80000000u, 0xffffffffu};
  enum { WORDS = sizeof word / sizeof *word };
  double even, odd, largest = 0;
  int wrong = 0;
  for (int i = 0; i < WORDS * WORDS * WORDS * WORDS; i++) {
    const uint32_t w[4] = {word[i % WORDS], word[i / WORDS % WORDS], word[i / WORDS / WORDS % WORDS], word[i / WORDS / WORDS / WORDS]};
    hearth_normal_pair(w[0], w[1], w[2], w[3], &even, &odd);
    const double radius = sqrt(-2 * log(((double)(((uint64_t)(w[0] >> 5) << 26) + (w[1] >> 6)) + 1) / 0x1p53));
    wrong += !(fabs(hypot(even, odd) - radius) <= 1e-14 * radius);
    largest = fmax(largest, fmax(fabs(even), fabs(odd)));
  }
  assert_all(wrong == 0);
  assert_all(largest < 8.58 && largest > 8.5);
}

/* Pearson's statistic of counts that should be equal. */
static double chi_square(const int64_t *count, int n, double expected) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
  return sum;
}

static void integers_are_equally_likely(void **state) {
  (void)state;
  const hearth_random random = {7, 1};
  int64_t seven[7] = {0}, wide[3] = {0};
  const uint64_t third = (uint64_t)1 << 62; /* a quarter of the words is refused */
  for (uint64_t i = 0; i < N; i++) {
    seven[hearth_random_below(&random, HEARTH_RANDOM_INTEGER, i, 7)]++;
    wide[hearth_random_below(&random, HEARTH_RANDOM_INTEGER, i, 3 * third) / third]++;
  }
  assert_all(chi_square(seven, 7, N / 7.0) < 38.3); /* 6 degrees of freedom, 1e-6 */
  assert_all(chi_square(wide, 3, N / 3.0) < 27.7);
}

/* All 24 orders of four numbers over many streams; where the numbers of a large permutation go. */
static void permutations_are_equally_likely(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t four = 4, large = 100000;
  enum { STREAMS = 1200, PARTS = 16 };
  int64_t orders[256] = {0}, found = 0, count[24], part[PARTS][PARTS] = {{0}};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  assert_ok(hearth_layout_split(ctx, 1, &four, -1, &layout));
  for (int32_t stream = 0; stream < STREAMS; stream++) {
    assert_int_equal(hearth_permutation(layout, stream, &array), HEARTH_OK);
    assert_int_equal(hearth_array_access(array, 0, HEARTH_READ, &window), HEARTH_OK);
    const int64_t *p = window.base;
    orders[p[0] << 6 | p[1] << 4 | p[2] << 2 | p[3]]++;
    hearth_array_release(array, 0);
    hearth_array_destroy(&array);
  }
  for (int i = 0; i < 256; i++)
    if (orders[i] > 0 && found < 24) count[found++] = orders[i];
  assert_all(found == 24 && chi_square(count, 24, STREAMS / 24.0) < 73.0); /* 23 degrees of freedom */
  hearth_layout_destroy(&layout);
  assert_ok(hearth_layout_split(ctx, 1, &large, -1, &layout));
  assert_ok(hearth_permutation(layout, 5, &array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &window));
  for (int64_t i = 0; i < large; i++) part[i * PARTS / large][((const int64_t *)window.base)[i] * PARTS / large]++;
  assert_ok(hearth_array_release(array, 0));
  assert_all(chi_square(part[0], PARTS * PARTS, (double)large / PARTS / PARTS) < 350.0); /* 225 degrees of freedom */
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(uniform_numbers),
    cmocka_unit_test(normal_numbers),
    cmocka_unit_test(normal_numbers_stay_finite),
    cmocka_unit_test(integers_are_equally_likely),
    cmocka_unit_test(permutations_are_equally_likely),
};
HEARTH_TEST_MAIN(tests)
