/* Conversion of single values where C leaves the result open: float to integer saturates and NaN gives 0; float16 is stored as IEEE binary16 bits.
 * Comparisons with NaN raise FE_INVALID: callers have guarded the floating-point environment. */
#ifndef HEARTH_KERNELS_CONVERT_H
#define HEARTH_KERNELS_CONVERT_H
#include <stdint.h>
#include <string.h>

static inline int64_t hearth_to_int64(double x) {
  if (x >= 0x1p63) return INT64_MAX;
  if (x <= -0x1p63) return INT64_MIN;
  return x == x ? (int64_t)x : 0;
}

/* For the types whose range float64 holds; without branches, so that loops over it vectorise. */
static inline double hearth_clamp(double x, double low, double high) {
  x = x == x ? x : 0.0;
  x = x < low ? low : x;
  return x > high ? high : x;
}

/* Multiplying by 2^112 moves binary16's exponent to binary32's bias and makes subnormals right. */
static inline float hearth_from_half(uint16_t half) {
  const uint32_t shifted = (uint32_t)(half & 0x7fffu) << 13;
  uint32_t bits = shifted;
  float value;
  memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f;
  memcpy(&bits, &value, sizeof bits);
  bits = shifted >= 0x0f800000u ? shifted | 0x70000000u | 0x0f800000u : bits;
  bits |= (uint32_t)(half & 0x8000u) << 16;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Round to nearest even, straight from binary64: no double rounding. Too large gives infinity, NaN stays NaN. */
static inline uint16_t hearth_to_half(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = (uint16_t)(bits >> 48 & 0x8000u);
  bits &= INT64_MAX;
  if (bits > 0x7ff0000000000000u) return sign | 0x7e00u;
  const int exponent = (int)(bits >> 52) - 1023;
  if (exponent > 15) return sign | 0x7c00u;
  if (exponent < -25) return sign;
  const uint64_t mantissa = (bits & 0xfffffffffffffu) | 0x10000000000000u;
  const int drop = exponent < -14 ? 28 - exponent : 42; /* bits of the mantissa below binary16's last one */
  const uint64_t kept = mantissa >> drop, rest = mantissa & (((uint64_t)1 << drop) - 1), tie = (uint64_t)1 << (drop - 1);
  const uint64_t rounded = kept + (rest > tie || (rest == tie && (kept & 1)));
  /* A carry out of the mantissa goes on into the exponent, up to infinity. */
  return sign | (uint16_t)(rounded + (exponent < -14 ? 0 : (uint64_t)(exponent + 14) << 10));
}

#endif
