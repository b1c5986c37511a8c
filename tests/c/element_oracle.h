/* What elementwise operations give, written apart from the library: on the values of kernels_value.h, in float64, int64 or C's complex arithmetic. */
#ifndef HEARTH_TESTS_ELEMENT_ORACLE_H
#define HEARTH_TESTS_ELEMENT_ORACLE_H
#include "kernels_value.h"
#include <complex.h>
#include <hearth/hearth.h>
#include <stdbool.h>
#include <stdlib.h>

/* numpy.result_type(a, b) of NumPy 2.4, codes of hearth_dtype less 1:
 *   names = ['bool', 'int8', 'uint8', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64', 'complex64', 'complex128']
 *   [[1 + names.index(np.result_type(a, b).name) for b in names] for a in names] */
static const int32_t oracle_promotion[11][11] = {
    {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},          {2, 2, 4, 4, 5, 6, 7, 8, 9, 10, 11},          {3, 4, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    {4, 4, 4, 4, 5, 6, 8, 8, 9, 10, 11},          {5, 5, 5, 5, 5, 6, 9, 9, 9, 11, 11},          {6, 6, 6, 6, 6, 6, 9, 9, 9, 11, 11},
    {7, 7, 7, 8, 9, 9, 7, 8, 9, 10, 11},          {8, 8, 8, 8, 9, 9, 8, 8, 9, 10, 11},          {9, 9, 9, 9, 9, 9, 9, 9, 9, 11, 11},
    {10, 10, 10, 10, 11, 11, 10, 10, 11, 10, 11}, {11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11},
};
/* numpy.can_cast(a, b, 'same_kind'), in the same way. */
static const int32_t oracle_casts[11][11] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
};
static inline int32_t oracle_promote(int32_t a, int32_t b) {
  return oracle_promotion[a - 1][b - 1];
}

static inline bool oracle_tests(int32_t op) {
  return (op >= HEARTH_OP_ISNAN && op <= HEARTH_OP_LOGICAL_NOT) || (op >= HEARTH_OP_EQUAL && op <= HEARTH_OP_LOGICAL_XOR);
}

/* The type that NumPy computes `op` in for operands that are promoted to p; 0 where it refuses. Its results of types other than p are in
 * oracle_result. From the types of getattr(np, name)(np.ones(2, p)) and of (np.ones(2, p), np.ones(2, p)). */
static inline int32_t oracle_type(int32_t op, int32_t p) {
  const bool complex_numbers = p >= HEARTH_COMPLEX64;
  switch (op) {
  case HEARTH_OP_NEGATIVE:
  case HEARTH_OP_SUBTRACT:
  case HEARTH_OP_RSUBTRACT:
    return p == HEARTH_BOOL ? 0 : p;
  case HEARTH_OP_SQRT:
  case HEARTH_OP_EXP:
  case HEARTH_OP_LOG:
    return p <= HEARTH_UINT8 ? HEARTH_FLOAT16 : p == HEARTH_INT16 ? HEARTH_FLOAT32 : p <= HEARTH_INT64 ? HEARTH_FLOAT64 : p;
  case HEARTH_OP_DIVIDE:
  case HEARTH_OP_RDIVIDE:
    return p <= HEARTH_INT64 ? HEARTH_FLOAT64 : p;
  case HEARTH_OP_POWER:
  case HEARTH_OP_RPOWER:
  case HEARTH_OP_SQUARE:
    return p == HEARTH_BOOL ? HEARTH_INT8 : p;
  case HEARTH_OP_MINIMUM: /* NumPy orders complex numbers by their parts; Hearth does not */
  case HEARTH_OP_MAXIMUM:
  case HEARTH_OP_CLIP:
  case HEARTH_OP_LESS:
  case HEARTH_OP_LESS_EQUAL:
  case HEARTH_OP_GREATER:
  case HEARTH_OP_GREATER_EQUAL:
    return complex_numbers ? 0 : p;
  default:
    return p;
  }
}

static inline int32_t oracle_result(int32_t op, int32_t type) {
  if (oracle_tests(op)) return HEARTH_BOOL;
  return op == HEARTH_OP_ABSOLUTE && type >= HEARTH_COMPLEX64 ? type - 2 : type;
}

/* A value as an array of that type holds it. */
static inline value oracle_stored(int32_t dtype, value v) {
  double memory[2] = {0, 0};
  const hearth_view view = {.data = memory, .dtype = dtype};
  put(&view, NULL, v);
  return get(&view, NULL);
}

static inline double real_of(value v) {
  return v.integer ? (double)v.i : v.re;
}
static inline bool truth(value v) {
  return v.integer ? v.i != 0 : v.re != 0 || v.im != 0;
}
static inline value real_value(double x) {
  return (value){0, 0, x, 0};
}
static inline value whole_value(int64_t i) {
  return (value){1, i, 0, 0};
}

static inline value oracle_order(int32_t op, double a, double b) {
  return whole_value(op == HEARTH_OP_LESS ? a < b : op == HEARTH_OP_LESS_EQUAL ? a <= b : op == HEARTH_OP_GREATER ? a > b : a >= b);
}

static inline value oracle_test(int32_t op, const value *x) {
  const double a = real_of(x[0]), b = real_of(x[1]), ai = x[0].im, bi = x[1].im;
  switch (op) {
  case HEARTH_OP_ISNAN:
    return whole_value(isnan(a) || isnan(ai));
  case HEARTH_OP_ISINF:
    return whole_value(isinf(a) || isinf(ai));
  case HEARTH_OP_ISFINITE:
    return whole_value(isfinite(a) && isfinite(ai));
  case HEARTH_OP_LOGICAL_NOT:
    return whole_value(!truth(x[0]));
  case HEARTH_OP_LOGICAL_AND:
    return whole_value(truth(x[0]) && truth(x[1]));
  case HEARTH_OP_LOGICAL_OR:
    return whole_value(truth(x[0]) || truth(x[1]));
  case HEARTH_OP_LOGICAL_XOR:
    return whole_value(truth(x[0]) != truth(x[1]));
  case HEARTH_OP_EQUAL:
    return whole_value(a == b && ai == bi);
  case HEARTH_OP_NOT_EQUAL:
    return whole_value(!(a == b && ai == bi));
  default:
    return oracle_order(op, a, b);
  }
}

static inline int64_t oracle_power(int64_t base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  /* base^exponent = base^(exponent % 2) (base^2)^(exponent / 2) */
  uint64_t power = 1, square = (uint64_t)base;
  for (; exponent > 0; exponent /= 2, square *= square) power *= exponent % 2 ? square : 1;
  return (int64_t)power;
}

static inline value oracle_integer(int32_t op, int64_t a, int64_t b, int64_t c) {
  const uint64_t x = (uint64_t)a, y = (uint64_t)b;
  switch (op) {
  case HEARTH_OP_NEGATIVE:
    return whole_value((int64_t)(0 - x));
  case HEARTH_OP_ABSOLUTE:
    return whole_value(a < 0 ? (int64_t)(0 - x) : a);
  case HEARTH_OP_SQUARE:
    return whole_value((int64_t)(x * x));
  case HEARTH_OP_ADD:
    return whole_value((int64_t)(x + y));
  case HEARTH_OP_SUBTRACT:
    return whole_value((int64_t)(x - y));
  case HEARTH_OP_RSUBTRACT:
    return whole_value((int64_t)(y - x));
  case HEARTH_OP_MULTIPLY:
    return whole_value((int64_t)(x * y));
  case HEARTH_OP_MULTIPLY_ADD:
    return whole_value((int64_t)(x * y + (uint64_t)c));
  case HEARTH_OP_POWER:
    return whole_value(oracle_power(a, b));
  case HEARTH_OP_RPOWER:
    return whole_value(oracle_power(b, a));
  case HEARTH_OP_MINIMUM:
    return whole_value(a < b ? a : b);
  case HEARTH_OP_MAXIMUM:
    return whole_value(a < b ? b : a);
  default:
    a = a < b ? b : a;
    return whole_value(a < c ? a : c);
  }
}

static inline double oracle_least(double a, double b) {
  return isnan(a + b) && (isnan(a) || isnan(b)) ? NAN : fmin(a, b);
}
static inline double oracle_most(double a, double b) {
  return -oracle_least(-a, -b);
}

static inline double oracle_real(int32_t op, double a, double b, double c) {
  switch (op) {
  case HEARTH_OP_NEGATIVE:
    return -a;
  case HEARTH_OP_ABSOLUTE:
    return fabs(a);
  case HEARTH_OP_SQRT:
    return sqrt(a);
  case HEARTH_OP_SQUARE:
    return a * a;
  case HEARTH_OP_EXP:
    return exp(a);
  case HEARTH_OP_LOG:
    return log(a);
  case HEARTH_OP_ADD:
    return a + b;
  case HEARTH_OP_SUBTRACT:
    return a - b;
  case HEARTH_OP_RSUBTRACT:
    return b - a;
  case HEARTH_OP_MULTIPLY:
    return a * b;
  case HEARTH_OP_MULTIPLY_ADD:
    return a * b + c;
  case HEARTH_OP_DIVIDE:
    return a / b;
  case HEARTH_OP_RDIVIDE:
    return b / a;
  case HEARTH_OP_POWER:
    return pow(a, b);
  case HEARTH_OP_RPOWER:
    return pow(b, a);
  case HEARTH_OP_MINIMUM:
    return oracle_least(a, b);
  case HEARTH_OP_MAXIMUM:
    return oracle_most(a, b);
  default:
    return oracle_least(oracle_most(a, b), c);
  }
}

static inline value oracle_complex(int32_t op, double _Complex a, double _Complex b, double _Complex c) {
  double _Complex z = 0;
  if (op == HEARTH_OP_NEGATIVE) z = -a;
  if (op == HEARTH_OP_ABSOLUTE) z = cabs(a);
  if (op == HEARTH_OP_SQRT) z = csqrt(a);
  if (op == HEARTH_OP_SQUARE) z = a * a;
  if (op == HEARTH_OP_EXP) z = cexp(a);
  if (op == HEARTH_OP_LOG) z = clog(a);
  if (op == HEARTH_OP_ADD) z = a + b;
  if (op == HEARTH_OP_SUBTRACT) z = a - b;
  if (op == HEARTH_OP_RSUBTRACT) z = b - a;
  if (op == HEARTH_OP_MULTIPLY) z = a * b;
  if (op == HEARTH_OP_MULTIPLY_ADD) z = a * b + c;
  if (op == HEARTH_OP_DIVIDE) z = a / b;
  if (op == HEARTH_OP_RDIVIDE) z = b / a;
  if (op == HEARTH_OP_POWER) z = cpow(a, b);
  if (op == HEARTH_OP_RPOWER) z = cpow(b, a);
  return (value){0, 0, creal(z), cimag(z)};
}

/* The operation on values of type `type` (oracle_type); the first of WHERE is only true or not. */
static inline value oracle_value(int32_t op, int32_t type, const value *x) {
  if (op == HEARTH_OP_WHERE) return truth(x[0]) ? x[1] : x[2];
  if (oracle_tests(op)) return oracle_test(op, x);
  if (type <= HEARTH_INT64) return oracle_stored(type, oracle_integer(op, x[0].i, x[1].i, x[2].i));
  if (type <= HEARTH_FLOAT64) return real_value(oracle_real(op, x[0].re, x[1].re, x[2].re));
  return oracle_complex(op, CMPLX(x[0].re, x[0].im), CMPLX(x[1].re, x[1].im), CMPLX(x[2].re, x[2].im));
}

/* Complex powers of the C library are the least accurate. */
static inline double oracle_tolerance(int32_t type) {
  if (type >= HEARTH_COMPLEX64) return type == HEARTH_COMPLEX64 ? 1e-5 : 1e-13;
  return type == HEARTH_FLOAT16 ? 1.5e-3 : type == HEARTH_FLOAT32 ? 6e-7 : 2e-15;
}

/* Same within the tolerance, relative to the size of the number; infinities and NaN at the same places. */
static inline bool oracle_near(double got, double want, double size, double tolerance) {
  if (isnan(want)) return isnan(got);
  return got == want || fabs(got - want) <= tolerance * fmax(size, 1e-300);
}

/* `type`: the type of the computation. */
static inline bool oracle_same(value got, value want, int32_t type, int32_t dtype) {
  want = oracle_stored(dtype, want);
  /* A float next to a whole number is cut to either side of it. */
  if (want.integer && dtype != HEARTH_BOOL && type >= HEARTH_FLOAT16)
    return llabs(got.i - want.i) <= 1 + (int64_t)(oracle_tolerance(type) * fabs((double)want.i));
  if (want.integer) return got.i == want.i;
  const double size = hypot(want.re, want.im), tolerance = oracle_tolerance(type) + (dtype == HEARTH_FLOAT16 ? 1.5e-3 : dtype == HEARTH_FLOAT32 ? 1e-7 : 0);
  return oracle_near(got.re, want.re, size, tolerance) && oracle_near(got.im, want.im, size, tolerance);
}

#endif
