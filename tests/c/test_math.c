/* The library's own elementary functions against the long double ones of the C library, over their whole range and at the special cases. */
#include "harness.h"
#include "kernels/math.h"
#include <stdlib.h>
#include <string.h>

/* Counter-based numbers, for tests only. */
static uint64_t mix(uint64_t i) {
  i += 0x9e3779b97f4a7c15u * (uint64_t)(test_rank + 1);
  i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9u;
  i = (i ^ i >> 27) * 0x94d049bb133111ebu;
  return i ^ i >> 31;
}
static double uniform(uint64_t i) {
  return (double)(mix(i) >> 11) * 0x1p-53;
}
/* Any finite positive number, subnormal ones included: all exponents equally often. */
static double any_positive(uint64_t i) {
  return hearth_from_bits(mix(i) % 0x7ff0000000000000u);
}
static float any_positive_float(uint64_t i) {
  return hearth_float_from_bits((uint32_t)(mix(i) % 0x7f800000u));
}

/* Distance in units of the last place of the true result, which is rounded to that type only for its spacing. */
static double ulps(double got, long double want) {
  if (isnan(got) || isnan(want)) return isnan(got) && isnan(want) ? 0 : INFINITY;
  const double rounded = (double)want;
  if (isinf(got) || isinf(rounded)) return got == rounded ? 0 : fabsl(want) > 0x0.fffffffffffffp1024L && isfinite(got) ? 1 : INFINITY;
  const double size = fabs(rounded), spacing = size < DBL_MIN ? 0x1p-1074 : nextafter(size, INFINITY) - size;
  return (double)(fabsl((long double)got - want) / spacing);
}
static double ulps_float(float got, long double want) {
  if (isnan(got) || isnan(want)) return isnan(got) && isnan(want) ? 0 : INFINITY;
  const float rounded = (float)want;
  if (isinf(got) || isinf(rounded)) return got == rounded ? 0 : INFINITY;
  const float size = fabsf(rounded), spacing = size < FLT_MIN ? 0x1p-149f : nextafterf(size, INFINITY) - size;
  return (double)(fabsl((long double)got - want) / spacing);
}

typedef struct worst {
  const char *name;
  double error, x, y;
} worst;

static void note(worst *w, double error, double x, double y) {
  if (error > w->error) *w = (worst){w->name, error, x, y};
}
static void check_worst(const worst *w, double allowed) {
  if (test_rank == 0) printf("%-28s at most %.3f ulp (x = %a, y = %a)\n", w->name, w->error, w->x, w->y);
  assert_all(w->error <= allowed);
}

enum { SAMPLES = 120000 };

static void exp_is_accurate(void **state) {
  (void)state;
  worst wide = {.name = "exp"}, small = {.name = "exp near 0"}, low = {.name = "exp, subnormal results"}, single = {.name = "exp float32"};
  for (uint64_t i = 0; i < SAMPLES; i++) {
    const double x = 1454 * uniform(i) - 744.4, y = 2 * uniform(i) - 1, z = -708.0 - 37.0 * uniform(i);
    const float f = (float)(192 * uniform(i) - 103.5);
    note(&wide, ulps(hearth_exp_f64(x), expl(x)), x, 0);
    note(&small, ulps(hearth_exp_f64(y), expl(y)), y, 0);
    note(&low, ulps(hearth_exp_f64(z), expl(z)), z, 0);
    note(&single, ulps_float(hearth_exp_f32(f), expl(f)), f, 0);
  }
  check_worst(&wide, 1.0);
  check_worst(&small, 1.0);
  check_worst(&low, 1.0);
  check_worst(&single, 1.0);
}

static void log_is_accurate(void **state) {
  (void)state;
  worst wide = {.name = "log"}, near = {.name = "log near 1"}, single = {.name = "log float32"}, single_near = {.name = "log float32 near 1"};
  for (uint64_t i = 0; i < SAMPLES; i++) {
    const double x = any_positive(i), y = i % 2 ? 0.5 + uniform(i) : 1.0 + (uniform(i) - 0.5) * 0x1p-20;
    const float f = any_positive_float(i), g = (float)y;
    if (x > 0) note(&wide, ulps(hearth_log_f64(x), logl(x)), x, 0);
    note(&near, ulps(hearth_log_f64(y), logl(y)), y, 0);
    if (f > 0) note(&single, ulps_float(hearth_log_f32(f), logl(f)), f, 0);
    note(&single_near, ulps_float(hearth_log_f32(g), logl(g)), g, 0);
  }
  check_worst(&wide, 1.0);
  check_worst(&near, 1.0);
  check_worst(&single, 1.0);
  check_worst(&single_near, 1.0);
}

static void pow_is_accurate(void **state) {
  (void)state;
  worst wide = {.name = "pow"}, near = {.name = "pow of numbers near 1"}, whole = {.name = "pow of negative numbers"}, single = {.name = "pow float32"};
  for (uint64_t i = 0; i < SAMPLES; i++) {
    const double x = any_positive(i), range = 740.0 / fmax(fabs(log(x)), 1e-3), y = range * (2 * uniform(i + 7) - 1);
    const double u = 1.0 + (uniform(i) - 0.5) * 0x1p-10, v = 1e6 * (2 * uniform(i + 3) - 1), base = -10 * uniform(i), n = (double)(mix(i) % 41) - 20;
    const float f = any_positive_float(i), g = (float)(80.0 / fmax(fabs(log(f)), 1e-3) * (2 * uniform(i + 5) - 1));
    if (x > 0) note(&wide, ulps(hearth_pow_f64(x, y), powl(x, y)), x, y);
    note(&near, ulps(hearth_pow_f64(u, v), powl(u, v)), u, v);
    note(&whole, ulps(hearth_pow_f64(base, n), powl(base, n)), base, n);
    if (f > 0) note(&single, ulps_float(hearth_pow_f32(f, g), powl(f, g)), f, g);
  }
  check_worst(&wide, 1.25);
  check_worst(&near, 1.25);
  check_worst(&whole, 1.25);
  check_worst(&single, 1.25);
}

static void sine_and_cosine_are_accurate(void **state) {
  (void)state;
  const long double turn = 6.283185307179586476925286766559L;
  worst sine = {.name = "sine of turns"}, cosine = {.name = "cosine of turns"};
  for (uint64_t i = 0; i < SAMPLES; i++) {
    double u = uniform(i), s, c;
    if (i % 3 == 1) u = u * 0x1p-30;
    hearth_sincos_turns(u, &s, &c);
    /* Exact reduction to an eighth of a turn before long double rounds. */
    const double q = nearbyint(4 * u), r = u - q / 4;
    const long double sr = sinl(turn * r), cr = cosl(turn * r), sines[] = {sr, cr, -sr, -cr, sr}, cosines[] = {cr, -sr, -cr, sr, cr};
    note(&sine, ulps(s, sines[(int)q]), u, 0);
    note(&cosine, ulps(c, cosines[(int)q]), u, 0);
    double whole_s, whole_c;
    hearth_sincos_turns(u - 1024, &whole_s, &whole_c);
    if (u - 1024 + 1024 == u && (whole_s != s || whole_c != c)) note(&sine, INFINITY, u - 1024, 0);
  }
  check_worst(&sine, 1.75);
  check_worst(&cosine, 1.75);
}

static int same_bits(double a, double b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void special_cases_are_those_of_c(void **state) {
  (void)state;
  static const double special[] = {0.0,
                                   -0.0,
                                   1.0,
                                   -1.0,
                                   2.0,
                                   -2.0,
                                   3.0,
                                   -3.0,
                                   0.5,
                                   -0.5,
                                   1.5,
                                   -1.5,
                                   1e300,
                                   -1e300,
                                   1e-300,
                                   DBL_MIN,
                                   -DBL_MIN,
                                   4e-324,
                                   -4e-324,
                                   NAN,
                                   INFINITY,
                                   -INFINITY,
                                   DBL_MAX,
                                   -DBL_MAX,
                                   0x1p52,
                                   0x1p52 + 1,
                                   0x1p53,
                                   -0x1p53 - 2,
                                   1.0 + DBL_EPSILON,
                                   1.0 - DBL_EPSILON / 2};
  enum { N = sizeof special / sizeof *special };
  int wrong = 0;
  for (int i = 0; i < N; i++) {
    const double x = special[i];
    const float f = (float)x;
    wrong += ulps(hearth_exp_f64(x), expl(x)) > 1 || ulps(hearth_log_f64(x), logl(x)) > 1;
    wrong += ulps_float(hearth_exp_f32(f), expl(f)) > 1 || ulps_float(hearth_log_f32(f), logl(f)) > 1;
    for (int j = 0; j < N; j++) {
      const double y = special[j], want = pow(x, y), got = hearth_pow_f64(x, y);
      const float g = (float)y, want_float = powf(f, g), got_float = hearth_pow_f32(f, g);
      const bool exact = want == 0 || !isfinite(want) || fabs(want) == 1;
      if (exact ? !same_bits(got, want) : ulps(got, want) > 1.5) wrong++, fprintf(stderr, "pow(%g, %g) = %a, not %a\n", x, y, got, want);
      const bool exact_float = want_float == 0 || !isfinite(want_float) || fabsf(want_float) == 1;
      if (exact_float ? !same_bits(got_float, want_float) : ulps_float(got_float, want_float) > 1.5)
        wrong++, fprintf(stderr, "powf(%g, %g) = %a, not %a\n", (double)f, (double)g, (double)got_float, (double)want_float);
    }
  }
  assert_all(hearth_exp_f64(0) == 1 && hearth_log_f64(1) == 0 && !signbit(hearth_log_f64(1)) && hearth_exp_f64(-INFINITY) == 0 &&
             hearth_log_f64(0) == -INFINITY);
  assert_all(isnan(hearth_log_f64(-1)) && isnan(hearth_exp_f64(NAN)) && hearth_exp_f32(1000) == INFINITY && hearth_exp_f64(709.8) == INFINITY);
  double s, c;
  hearth_sincos_turns(0.25, &s, &c);
  assert_all(s == 1 && c == 0);
  hearth_sincos_turns(0.5, &s, &c);
  assert_all(s == 0 && c == -1);
  assert_all(wrong == 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(exp_is_accurate),
    cmocka_unit_test(log_is_accurate),
    cmocka_unit_test(pow_is_accurate),
    cmocka_unit_test(sine_and_cosine_are_accurate),
    cmocka_unit_test(special_cases_are_those_of_c),
};
HEARTH_TEST_MAIN(tests)
