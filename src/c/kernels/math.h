/* Elementary functions of one number: basic IEEE operations only, without branches, tables or fused steps. Loops over them vectorise, and a result has the same
 * bits in every lane, with every instruction set and on every backend. Errors (tests/c/test_math.c) are below 1 ulp for exp and log, 1.25 ulp for pow,
 * 1.75 ulp for sine and cosine. Special cases are those of C's functions. Callers have guarded the floating-point environment: round to nearest, no traps.
 * Polynomials: near-minimax fits (Chebyshev) of the functions named, on the reduced arguments. */
#ifndef HEARTH_KERNELS_MATH_H
#define HEARTH_KERNELS_MATH_H
#include <float.h>
#include <math.h>
#include <stdint.h>

/* A call in a loop would end its vectorisation. */
#define HEARTH_INLINE static inline __attribute__((always_inline))

#define HEARTH_LN2_HIGH 0x1.62e42fef00000p-1 /* times an exponent: exact */
#define HEARTH_LN2_LOW 0x1.473de6af278edp-34

typedef union hearth_bits64 {
  double number;
  uint64_t bits;
} hearth_bits64;
typedef union hearth_bits32 {
  float number;
  uint32_t bits;
} hearth_bits32;

HEARTH_INLINE uint64_t hearth_bits_of(double x) {
  return (hearth_bits64){.number = x}.bits;
}
HEARTH_INLINE double hearth_from_bits(uint64_t bits) {
  return (hearth_bits64){.bits = bits}.number;
}
/* Conditions are masks, all ones or all zeros: compilers make branches of `?:` around arithmetic, and do not vectorise. */
#define HEARTH_WHEN(condition) (0 - (uint64_t)(condition))
#define HEARTH_WHEN_FLOAT(condition) (0 - (uint32_t)(condition))
HEARTH_INLINE double hearth_choose(uint64_t mask, double x, double otherwise) {
  return hearth_from_bits((hearth_bits_of(x) & mask) | (hearth_bits_of(otherwise) & ~mask));
}
/* low <= x <= high; NaN stays. */
HEARTH_INLINE double hearth_between(double x, double low, double high) {
  x = hearth_choose(HEARTH_WHEN(x > high), high, x);
  return hearth_choose(HEARTH_WHEN(x < low), low, x);
}
/* 2^n for a normal result; n modulo 2^64. */
HEARTH_INLINE double hearth_power_of_2(uint64_t n) {
  return hearth_from_bits((n + 1023) << 52);
}

/* exp(x + low), |low| far below |x|. x = k ln 2 + r; exp(r) = 1 + r + r^2 P(r). The scale comes in two factors: results below the normal range are rounded
 * once, by the last one. */
HEARTH_INLINE double hearth_exp_sum(double x, double low) {
  x = hearth_between(x, -746.0, 710.0);
  const double shifted = x * 0x1.71547652b82fep+0 + 0x1.8p52; /* its low bits are k */
  const double k = shifted - 0x1.8p52;
  const double r = ((x - k * HEARTH_LN2_HIGH) - k * HEARTH_LN2_LOW) + low;
  double p = 0x1.1f7301a8efa5cp-29;
  p = p * r + 0x1.af4de6a36d4fcp-26;
  p = p * r + 0x1.27e4db653346ep-22;
  p = p * r + 0x1.71de0232f4775p-19;
  p = p * r + 0x1.a01a01a6d84aap-16;
  p = p * r + 0x1.a01a01abe78f9p-13;
  p = p * r + 0x1.6c16c16c162d5p-10;
  p = p * r + 0x1.11111111100dcp-7;
  p = p * r + 0x1.5555555555556p-5;
  p = p * r + 0x1.5555555555557p-3;
  p = p * r + 0.5;
  const uint64_t n = hearth_bits_of(shifted) - 0x4338000000000000u, half = ((n + 2048) >> 1) - 1024;
  return (1.0 + (r + r * r * p)) * hearth_power_of_2(half) * hearth_power_of_2(n - half);
}

HEARTH_INLINE double hearth_exp_f64(double x) {
  return hearth_exp_sum(x, 0.0);
}

/* x = 2^*k m with sqrt(1/2) <= m < sqrt(2), for 0 < x < infinity; subnormal x included. */
HEARTH_INLINE double hearth_mantissa(double x, double *k) {
  const uint64_t tiny = HEARTH_WHEN(x < DBL_MIN);
  const double scaled = hearth_choose(tiny, x * 0x1p54, x), shift = hearth_choose(tiny, 54.0, 0.0);
  const uint64_t bits = hearth_bits_of(scaled) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  *k = (hearth_from_bits(0x4330000000000000u | bits >> 52) - (0x1p52 + 1023.0)) - shift;
  return hearth_from_bits((bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
}

/* log m = 2 atanh(s) = 2 s + s z Q(z), s = f / (2 + f), z = s^2; written as f - (f^2/2 - s (f^2/2 + z Q)): f is exact. */
HEARTH_INLINE double hearth_log_f64(double x) {
  double k;
  const double f = hearth_mantissa(x, &k) - 1.0, s = f / (2.0 + f), z = s * s, square = 0.5 * f * f;
  double q = 0x1.2b5f68a50d903p-3;
  q = q * z + 0x1.39fdcceb4bb45p-3;
  q = q * z + 0x1.7462b91b8df65p-3;
  q = q * z + 0x1.c71c62d5e53e0p-3;
  q = q * z + 0x1.2492492dfd86cp-2;
  q = q * z + 0x1.9999999995273p-2;
  q = q * z + 0x1.5555555555558p-1;
  const double y = k * HEARTH_LN2_HIGH - ((square - (s * (square + z * q) + k * HEARTH_LN2_LOW)) - f);
  const double special = hearth_choose(HEARTH_WHEN(x == 0.0), -INFINITY, NAN), positive = hearth_choose(HEARTH_WHEN(x > DBL_MAX), x, y);
  return hearth_choose(HEARTH_WHEN(x > 0.0), positive, special);
}

/* Sine and cosine of 2 pi u, |u| < 2^50: u = q/4 + r exactly; sin = r (2 pi + w S(w)), cos = 1 + w C(w), w = r^2. */
HEARTH_INLINE void hearth_sincos_turns(double u, double *sine, double *cosine) {
  const double shifted = 4.0 * u + 0x1.8p52, r = u - 0.25 * (shifted - 0x1.8p52), w = r * r;
  const uint64_t quadrant = hearth_bits_of(shifted);
  double s = -0x1.6cc577dadd922p-1, c = -0x1.b2f3eb054afcdp+0;
  s = s * w + 0x1.e8f036bcd3237p+1;
  s = s * w - 0x1.e3074d2614b2dp+3;
  s = s * w + 0x1.50783486facaap+5;
  s = s * w - 0x1.32d2cce62b872p+6;
  s = s * w + 0x1.466bc6775aae1p+6;
  s = s * w - 0x1.4abbce625be53p+5;
  s = r * 0x1.921fb54442d18p+2 + (r * 0x1.1a62633145c07p-52 + r * w * s);
  c = c * w + 0x1.f9ce245cada0bp+2;
  c = c * w - 0x1.a6d1eef479be1p+4;
  c = c * w + 0x1.e1f5068688d5bp+5;
  c = c * w - 0x1.55d3c7e3cb241p+6;
  c = c * w + 0x1.03c1f081b5ac0p+6;
  c = c * w - 0x1.3bd3cc9be45dep+4;
  c = 1.0 + w * c;
  const uint64_t odd = 0 - (quadrant & 1), from_s = hearth_bits_of(s), from_c = hearth_bits_of(c);
  *sine = hearth_from_bits(((from_c & odd) | (from_s & ~odd)) ^ (quadrant & 2) << 62);
  *cosine = hearth_from_bits(((from_s & odd) | (from_c & ~odd)) ^ ((quadrant + 1) & 2) << 62);
}

/* *low := a b - the product rounded; the factors below 2^996. */
HEARTH_INLINE double hearth_two_product(double a, double b, double *low) {
  const double p = a * b, at = 134217729.0 * a, bt = 134217729.0 * b;
  const double ah = at - (at - a), al = a - ah, bh = bt - (bt - b), bl = b - bh;
  *low = ((ah * bh - p) + ah * bl + al * bh) + al * bl;
  return p;
}

/* log x for 0 < x < infinity as a sum of two numbers, to about 2^-65: the series of hearth_log_f64 with its first two terms carried in twice the precision. */
HEARTH_INLINE double hearth_log_sum(double x, double *low) {
  double k, e, z_low, w_low, t_low;
  const double m = hearth_mantissa(x, &k), f = m - 1.0, d = m + 1.0, d_low = m - (d - 1.0), v = 1.0 / d;
  const double s = f * v, p = hearth_two_product(s, d, &e), s_low = (((f - p) - e) - s * d_low) * v;
  const double z = hearth_two_product(s, s, &z_low), w = hearth_two_product(s, z, &w_low);
  double q = 0x1.b8e0c07ef591ap-4;
  q = q * z + 0x1.ac4927065cf5ap-4;
  q = q * z + 0x1.e1f80a4c22cd4p-4;
  q = q * z + 0x1.1110df7e2b9b8p-3;
  q = q * z + 0x1.3b13b1bd0ead0p-3;
  q = q * z + 0x1.745d1745124c7p-3;
  q = q * z + 0x1.c71c71c71cfe7p-3;
  q = q * z + 0x1.2492492492491p-2;
  q = z * (q * z + 0x1.999999999999ap-2);
  const double c = 0x1.5555555555555p-1 + q, c_low = ((0x1.5555555555555p-1 - c) + q) + 0x1.5555555555555p-55;
  const double t = hearth_two_product(w, c, &t_low);
  z_low += 2.0 * s * s_low;
  w_low += s * z_low + s_low * z;
  t_low += w * c_low + w_low * c;
  const double high = 2.0 * s + t, rest = ((2.0 * s - high) + t) + (t_low + 2.0 * s_low);
  const double a = k * HEARTH_LN2_HIGH, sum = a + high;
  *low = ((a - sum) + high) + (rest + k * HEARTH_LN2_LOW);
  return sum;
}

/* |y| no larger than needed: powers of all numbers but 1 are 0 or infinite from there on. */
HEARTH_INLINE double hearth_pow_exponent(double y) {
  return hearth_between(y, -0x1p70, 0x1p70);
}

HEARTH_INLINE uint64_t hearth_is_whole(double x) {
  const double size = fabs(x);
  return HEARTH_WHEN(size >= 0x1p52) | HEARTH_WHEN((size + 0x1p52) - 0x1p52 == size);
}

/* x^y from r = |x|^y for 0 < |x| < infinity: signs and C's special cases (Annex F). */
HEARTH_INLINE double hearth_pow_finish(double x, double y, double r) {
  const double size = fabs(x);
  const uint64_t whole = hearth_is_whole(y), odd = whole & ~hearth_is_whole(0.5 * y), extreme = HEARTH_WHEN(size == 0.0) | HEARTH_WHEN(size > DBL_MAX);
  const uint64_t up = ~(HEARTH_WHEN(size > 1.0) ^ HEARTH_WHEN(y > 0.0)), sign = hearth_bits_of(x) & odd & 0x8000000000000000u;
  const double limit = hearth_from_bits(up & 0x7ff0000000000000u), size_of_result = hearth_choose(extreme, limit, r);
  const double result = hearth_from_bits(hearth_bits_of(size_of_result) ^ sign);
  const uint64_t none = (HEARTH_WHEN(x < 0.0) & ~whole & ~extreme) | HEARTH_WHEN(x != x) | HEARTH_WHEN(y != y);
  return hearth_choose(HEARTH_WHEN(y == 0.0) | HEARTH_WHEN(x == 1.0), 1.0, hearth_choose(none, NAN, result));
}

HEARTH_INLINE double hearth_pow_f64(double x, double y) {
  double low, e;
  const double high = hearth_log_sum(fabs(x), &low), exponent = hearth_pow_exponent(y);
  const double p = hearth_two_product(exponent, high, &e), rest = hearth_choose(HEARTH_WHEN(fabs(p) < 800.0), e + exponent * low, 0.0);
  return hearth_pow_finish(x, y, hearth_exp_sum(p, rest));
}

/* float32: exp and log in its own arithmetic, pow through float64. */
HEARTH_INLINE uint32_t hearth_bits_of_float(float x) {
  return (hearth_bits32){.number = x}.bits;
}
HEARTH_INLINE float hearth_float_from_bits(uint32_t bits) {
  return (hearth_bits32){.bits = bits}.number;
}

HEARTH_INLINE float hearth_choose_float(uint32_t mask, float x, float otherwise) {
  return hearth_float_from_bits((hearth_bits_of_float(x) & mask) | (hearth_bits_of_float(otherwise) & ~mask));
}

HEARTH_INLINE float hearth_exp_f32(float x) {
  x = hearth_choose_float(HEARTH_WHEN_FLOAT(x > 89.0f), 89.0f, x);
  x = hearth_choose_float(HEARTH_WHEN_FLOAT(x < -104.0f), -104.0f, x);
  const float shifted = x * 0x1.715476p+0f + 0x1.8p23f, k = shifted - 0x1.8p23f;
  const float r = (x - k * 0x1.62e400p-1f) - k * 0x1.7f7d1cp-20f;
  float p = 0x1.a124eep-13f;
  p = p * r + 0x1.6d432p-10f;
  p = p * r + 0x1.1110ep-7f;
  p = p * r + 0x1.5554eap-5f;
  p = p * r + 0x1.555556p-3f;
  p = p * r + 0x1.0p-1f;
  const uint32_t n = hearth_bits_of_float(shifted) - 0x4b400000u, half = ((n + 512) >> 1) - 256;
  return (1.0f + (r + r * r * p)) * hearth_float_from_bits((half + 127) << 23) * hearth_float_from_bits((n - half + 127) << 23);
}

HEARTH_INLINE float hearth_log_f32(float x) {
  const uint32_t tiny = HEARTH_WHEN_FLOAT(x < FLT_MIN);
  const float scaled = hearth_choose_float(tiny, x * 0x1p25f, x), shift = hearth_choose_float(tiny, 25.0f, 0.0f);
  const uint32_t bits = hearth_bits_of_float(scaled) + (0x3f800000u - 0x3f3504f3u);
  const float k = (hearth_float_from_bits(0x4b000000u | bits >> 23) - (0x1p23f + 127.0f)) - shift;
  const float f = hearth_float_from_bits((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f, s = f / (2.0f + f), z = s * s, square = 0.5f * f * f;
  float q = 0x1.ddd4dap-3f;
  q = q * z + 0x1.245c28p-2f;
  q = q * z + 0x1.9999ecp-2f;
  q = q * z + 0x1.555556p-1f;
  const float y = k * 0x1.62e400p-1f - ((square - (s * (square + z * q) + k * 0x1.7f7d1cp-20f)) - f);
  const float special = hearth_choose_float(HEARTH_WHEN_FLOAT(x == 0.0f), -INFINITY, NAN), positive = hearth_choose_float(HEARTH_WHEN_FLOAT(x > FLT_MAX), x, y);
  return hearth_choose_float(HEARTH_WHEN_FLOAT(x > 0.0f), positive, special);
}

HEARTH_INLINE float hearth_pow_f32(float x, float y) {
  const double base = x, exponent = y;
  return (float)hearth_pow_finish(base, exponent, hearth_exp_f64(hearth_pow_exponent(exponent) * hearth_log_f64(fabs(base))));
}

#endif
