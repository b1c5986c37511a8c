/* Elements and their conversions, written apart from the library's: conversions through their definitions (ldexp, low bytes), not through bit tricks. */
#ifndef HEARTH_TESTS_KERNELS_VALUE_H
#define HEARTH_TESTS_KERNELS_VALUE_H
#include "kernels/backend.h"
#include <math.h>
#include <string.h>

typedef struct value {
  int integer; /* the value is i, else re + i im */
  int64_t i;
  double re, im;
} value;

static inline int is_integer_type(int32_t dtype) {
  return dtype >= HEARTH_BOOL && dtype <= HEARTH_INT64;
}

static inline double half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double x = exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);
  if (exponent == 31) x = mantissa ? NAN : INFINITY;
  return bits >> 15 ? -x : x;
}

static inline uint16_t half_bits(double x) {
  const uint16_t sign = signbit(x) ? 0x8000 : 0;
  if (isnan(x)) return sign | 0x7e00;
  x = fabs(x);
  if (x >= 65520.0) return sign | 0x7c00;
  int exponent = x < ldexp(1, -14) ? -14 : ilogb(x);
  /* The default rounding mode is to nearest, ties to even. */
  double mantissa = nearbyint(ldexp(x, 10 - exponent));
  if (mantissa == 2048) mantissa = 1024, ++exponent;
  return mantissa < 1024 ? sign | (uint16_t)mantissa : sign | (uint16_t)((exponent + 15) << 10) | (uint16_t)(mantissa - 1024);
}

static inline char *element(const hearth_view *view, const int64_t *index) {
  char *at = view->data;
  for (int d = 0; d < view->ndim; ++d) at += index[d] * view->stride[d];
  return at;
}

static inline int next_index(const hearth_view *view, int64_t *index) {
  for (int d = view->ndim - 1; d >= 0; --d) {
    if (++index[d] < view->extent[d]) return 1;
    index[d] = 0;
  }
  return 0;
}

/* Calls `body` with `index` running over all elements. */
#define FOR_ELEMENTS(view, index) for (int64_t index[HEARTH_MAX_NDIM] = {0}, more_ = elements_of(view) > 0; more_; more_ = next_index(view, index))

static inline int64_t elements_of(const hearth_view *view) {
  int64_t n = 1;
  for (int d = 0; d < view->ndim; ++d) n *= view->extent[d];
  return n;
}

static inline int64_t sign_extended(const void *at, int bytes) {
  uint64_t bits = 0;
  memcpy(&bits, at, (size_t)bytes); /* little endian */
  const uint64_t top = (uint64_t)1 << (8 * bytes - 1);
  return (int64_t)((bits ^ top) - top);
}

static inline value get(const hearth_view *view, const int64_t *index) {
  const char *at = element(view, index);
  float f[2];
  double d[2];
  uint16_t h;
  if (view->dtype == HEARTH_FLOAT64) return memcpy(d, at, 8), (value){0, 0, d[0], 0}; /* what most elements are, before anything is asked of the type */
  if (view->dtype == HEARTH_FLOAT32) return memcpy(f, at, 4), (value){0, 0, f[0], 0};
  const int size = (int)hearth_dtype_size(view->dtype);
  if (view->dtype == HEARTH_BOOL || view->dtype == HEARTH_UINT8) return (value){1, *(const uint8_t *)at, 0, 0};
  if (is_integer_type(view->dtype)) return (value){1, sign_extended(at, size), 0, 0};
  if (view->dtype == HEARTH_FLOAT16) return memcpy(&h, at, 2), (value){0, 0, half_value(h), 0};
  if (view->dtype == HEARTH_COMPLEX64) return memcpy(f, at, 8), (value){0, 0, f[0], f[1]};
  return memcpy(d, at, (size_t)size), (value){0, 0, d[0], d[1]};
}

/* The real number at `index`. */
static inline double number(const hearth_view *view, const int64_t *index) {
  const value v = get(view, index);
  return v.integer ? (double)v.i : v.re;
}
#define NUMBER(view, ...) number(&(view), (int64_t[]){__VA_ARGS__})

/* What a number becomes in an integer type: C's conversion of an integer, saturation of a float, NaN gives 0. */
static inline int64_t integer_of(value v, int32_t dtype) {
  const int bits = 8 * (int)hearth_dtype_size(dtype);
  if (dtype == HEARTH_BOOL) return v.integer ? v.i != 0 : v.re != 0 || v.im != 0;
  if (v.integer) return v.i;
  const double low = dtype == HEARTH_UINT8 ? 0 : -ldexp(1, bits - 1), above = dtype == HEARTH_UINT8 ? 256 : ldexp(1, bits - 1);
  if (isnan(v.re)) return 0;
  if (v.re <= low) return (int64_t)low;
  return v.re >= above ? (bits == 64 ? INT64_MAX : (int64_t)above - 1) : (int64_t)v.re;
}

static inline void put(const hearth_view *view, const int64_t *index, value v) {
  char *at = element(view, index);
  const double d[2] = {v.integer ? (double)v.i : v.re, v.im};
  if (view->dtype == HEARTH_FLOAT64) {
    memcpy(at, d, 8);
  } else if (is_integer_type(view->dtype)) {
    const int64_t i = integer_of(v, view->dtype);
    memcpy(at, &i, (size_t)hearth_dtype_size(view->dtype));
  } else if (view->dtype == HEARTH_FLOAT16) {
    const uint16_t h = half_bits(d[0]);
    memcpy(at, &h, 2);
  } else if (view->dtype == HEARTH_COMPLEX128) {
    memcpy(at, d, 16);
  } else {
    const float f[2] = {v.integer ? (float)v.i : (float)v.re, (float)v.im}; /* an integer is rounded once */
    memcpy(at, f, view->dtype == HEARTH_FLOAT32 ? 4 : 8);
  }
}

static inline void put_number(const hearth_view *view, const int64_t *index, double x) {
  put(view, index, (value){0, 0, x, 0});
}

#endif
