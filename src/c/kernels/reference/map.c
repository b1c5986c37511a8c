/* Elementwise operations on one element at a time. */
#include "kernels/map.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/math.h"
#include "kernels/reference/element.h"
#include <complex.h>
#include <math.h>
#include <string.h>

/* In the type that is computed in: every elementary operation on float32 is done in float64 and rounded, which gives the same. */
static double rounded(int32_t compute, double x) {
  return compute == HEARTH_FLOAT32 || compute == HEARTH_COMPLEX64 ? (double)(float)x : x;
}

static int64_t wrapped(int32_t compute, uint64_t x) {
  return compute == HEARTH_INT32 ? (int64_t)(int32_t)(uint32_t)x : (int64_t)x;
}

static bool is_integer(int32_t compute) {
  return compute == HEARTH_BOOL || compute == HEARTH_INT32 || compute == HEARTH_INT64;
}

/* A value of any type in the type that is computed in. */
static reference_value converted(int32_t compute, const reference_value *value) {
  double memory[2];
  reference_value result;
  reference_store(compute, memory, value);
  reference_load(compute, memory, &result);
  return result;
}

static int64_t raise(int32_t compute, int64_t base, int64_t exponent) {
  if (exponent < 0 && base != 1 && base != -1) return 0;
  if (base == 1 || base == -1) return exponent % 2 ? base : 1;
  uint64_t power = 1;
  /* By the bits of the exponent, the highest first. */
  for (int bit = 62; bit >= 0; --bit) power = power * power * (exponent >> bit & 1 ? (uint64_t)base : 1);
  return wrapped(compute, power);
}

static int64_t integer_operation(int32_t op, int32_t compute, int64_t a, int64_t b, int64_t c) {
  switch ((hearth_operation)op) {
  case HEARTH_OP_NEGATIVE:
    return wrapped(compute, 0 - (uint64_t)a);
  case HEARTH_OP_ABSOLUTE:
    return a < 0 ? wrapped(compute, 0 - (uint64_t)a) : a;
  case HEARTH_OP_SQUARE:
    return wrapped(compute, (uint64_t)a * (uint64_t)a);
  case HEARTH_OP_ADD:
    return wrapped(compute, (uint64_t)a + (uint64_t)b);
  case HEARTH_OP_SUBTRACT:
    return wrapped(compute, (uint64_t)a - (uint64_t)b);
  case HEARTH_OP_RSUBTRACT:
    return wrapped(compute, (uint64_t)b - (uint64_t)a);
  case HEARTH_OP_MULTIPLY:
    return wrapped(compute, (uint64_t)a * (uint64_t)b);
  case HEARTH_OP_MULTIPLY_ADD:
    return wrapped(compute, (uint64_t)a * (uint64_t)b + (uint64_t)c);
  case HEARTH_OP_POWER:
    return raise(compute, a, b);
  case HEARTH_OP_RPOWER:
    return raise(compute, b, a);
  case HEARTH_OP_MINIMUM:
    return a < b ? a : b;
  case HEARTH_OP_MAXIMUM:
    return a > b ? a : b;
  case HEARTH_OP_CLIP:
    a = a > b ? a : b;
    return a < c ? a : c;
  default:
    return 0;
  }
}

static bool integer_test(int32_t op, int64_t a, int64_t b) {
  switch ((hearth_operation)op) {
  case HEARTH_OP_EQUAL:
    return a == b;
  case HEARTH_OP_NOT_EQUAL:
    return a != b;
  case HEARTH_OP_LESS:
    return a < b;
  case HEARTH_OP_LESS_EQUAL:
    return a <= b;
  case HEARTH_OP_GREATER:
    return a > b;
  case HEARTH_OP_GREATER_EQUAL:
    return a >= b;
  case HEARTH_OP_LOGICAL_NOT:
    return !a;
  case HEARTH_OP_LOGICAL_AND:
    return a && b;
  case HEARTH_OP_LOGICAL_OR:
    return a || b;
  default:
    return !a != !b;
  }
}

static double lesser(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
}

static double larger(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
}

static double raised(int32_t compute, double a, double b) {
  return compute == HEARTH_FLOAT32 ? (double)hearth_pow_f32((float)a, (float)b) : hearth_pow_f64(a, b);
}

static double real_operation(int32_t op, int32_t compute, double a, double b, double c) {
  const bool single = compute == HEARTH_FLOAT32;
  switch ((hearth_operation)op) {
  case HEARTH_OP_NEGATIVE:
    return -a;
  case HEARTH_OP_ABSOLUTE:
    return fabs(a);
  case HEARTH_OP_SQRT:
    return sqrt(a);
  case HEARTH_OP_SQUARE:
    return a * a;
  case HEARTH_OP_EXP:
    return single ? (double)hearth_exp_f32((float)a) : hearth_exp_f64(a);
  case HEARTH_OP_LOG:
    return single ? (double)hearth_log_f32((float)a) : hearth_log_f64(a);
  case HEARTH_OP_ADD:
    return a + b;
  case HEARTH_OP_SUBTRACT:
    return a - b;
  case HEARTH_OP_RSUBTRACT:
    return b - a;
  case HEARTH_OP_MULTIPLY:
    return a * b;
  case HEARTH_OP_MULTIPLY_ADD:
    return rounded(compute, a * b) + c;
  case HEARTH_OP_DIVIDE:
    return a / b;
  case HEARTH_OP_RDIVIDE:
    return b / a;
  case HEARTH_OP_POWER:
    return raised(compute, a, b);
  case HEARTH_OP_RPOWER:
    return raised(compute, b, a);
  case HEARTH_OP_MINIMUM:
    return lesser(a, b);
  case HEARTH_OP_MAXIMUM:
    return larger(a, b);
  default: /* CLIP */
    return lesser(larger(a, b), c);
  }
}

static bool real_test(int32_t op, double a, double b) {
  switch ((hearth_operation)op) {
  case HEARTH_OP_ISNAN:
    return isnan(a);
  case HEARTH_OP_ISINF:
    return isinf(a);
  case HEARTH_OP_ISFINITE:
    return isfinite(a);
  case HEARTH_OP_EQUAL:
    return a == b;
  case HEARTH_OP_NOT_EQUAL:
    return a != b;
  case HEARTH_OP_LESS:
    return a < b;
  case HEARTH_OP_LESS_EQUAL:
    return a <= b;
  case HEARTH_OP_GREATER:
    return a > b;
  default:
    return a >= b;
  }
}

static double _Complex number_of(double re, double im) {
  double parts[2] = {re, im};
  double _Complex number;
  memcpy(&number, parts, sizeof number);
  return number;
}

static double _Complex complex_product(int32_t k, double _Complex a, double _Complex b) {
  const double x = creal(a), y = cimag(a), u = creal(b), v = cimag(b);
  return number_of(rounded(k, rounded(k, x * u) - rounded(k, y * v)), rounded(k, rounded(k, x * v) + rounded(k, y * u)));
}

static double _Complex complex_operation(int32_t op, int32_t compute, double _Complex a, double _Complex b, double _Complex c) {
  switch ((hearth_operation)op) {
  case HEARTH_OP_NEGATIVE:
    return -a;
  case HEARTH_OP_ABSOLUTE:
    return hypot(creal(a), cimag(a));
  case HEARTH_OP_SQRT:
    return csqrt(a);
  case HEARTH_OP_SQUARE:
    return complex_product(compute, a, a);
  case HEARTH_OP_EXP:
    return cexp(a);
  case HEARTH_OP_LOG:
    return clog(a);
  case HEARTH_OP_ADD:
    return a + b;
  case HEARTH_OP_SUBTRACT:
    return a - b;
  case HEARTH_OP_RSUBTRACT:
    return b - a;
  case HEARTH_OP_MULTIPLY:
    return complex_product(compute, a, b);
  case HEARTH_OP_MULTIPLY_ADD:
    return complex_product(compute, a, b) + c;
  case HEARTH_OP_DIVIDE:
    return a / b;
  case HEARTH_OP_RDIVIDE:
    return b / a;
  case HEARTH_OP_POWER:
    return cpow(a, b);
  default: /* RPOWER */
    return cpow(b, a);
  }
}

static bool complex_test(int32_t op, double _Complex a, double _Complex b) {
  const double re = creal(a), im = cimag(a);
  if (op == HEARTH_OP_ISNAN) return isnan(re) || isnan(im);
  if (op == HEARTH_OP_ISINF) return isinf(re) || isinf(im);
  if (op == HEARTH_OP_ISFINITE) return isfinite(re) && isfinite(im);
  return (re == creal(b) && im == cimag(b)) == (op == HEARTH_OP_EQUAL);
}

static reference_value whole(int64_t integer) {
  return (reference_value){1, integer, (double)integer, 0.0};
}

static reference_value operation(int32_t op, int32_t compute, const reference_value *x) {
  const bool tests = hearth_map_result(op, compute) == HEARTH_BOOL;
  if (op == HEARTH_OP_WHERE) return x[0].integer ? x[1] : x[2];
  if (is_integer(compute))
    return whole(tests ? integer_test(op, x[0].integer, x[1].integer) : integer_operation(op, compute, x[0].integer, x[1].integer, x[2].integer));
  if (compute == HEARTH_FLOAT32 || compute == HEARTH_FLOAT64) {
    if (tests) return whole(real_test(op, x[0].re, x[1].re));
    return (reference_value){.re = rounded(compute, real_operation(op, compute, x[0].re, x[1].re, x[2].re))};
  }
  const double _Complex a = number_of(x[0].re, x[0].im), b = number_of(x[1].re, x[1].im), c = number_of(x[2].re, x[2].im);
  if (tests) return whole(complex_test(op, a, b));
  const double _Complex z = complex_operation(op, compute, a, b, c);
  return (reference_value){.re = rounded(compute, creal(z)), .im = rounded(compute, cimag(z))};
}

static hearth_status map(hearth_queue *queue, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst, int32_t n,
                         const hearth_view *const *src) {
  HEARTH_TRY(hearth_check_map(queue->ctx, HEARTH_SPACE_HOST, compute, nsteps, steps, dst, n, src));
  if (hearth_view_elements(dst) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value source[HEARTH_MAP_SOURCES], x[3] = {{0}};
    for (int32_t k = 0; k < n; ++k) {
      reference_load(src[k]->dtype, reference_at(src[k], index), &source[k]);
      source[k] = converted(hearth_map_source(steps[0].op, compute, k), &source[k]);
    }
    x[0] = source[0];
    for (int32_t s = 0; s < nsteps; ++s) {
      for (int32_t k = 0; k + 1 < hearth_map_operands(steps[s].op); ++k) x[k + 1] = source[steps[s].operand[k]];
      x[0] = operation(steps[s].op, compute, x);
    }
    reference_store(dst->dtype, reference_at(dst, index), &x[0]);
  } while (reference_next(dst, index));
  return HEARTH_OK;
}

static bool is_close(int32_t compute, const reference_value *a, const reference_value *b, const hearth_closeness *close) {
  if (compute == HEARTH_INT64) {
    const double distance =
        a->integer > b->integer ? (double)((uint64_t)a->integer - (uint64_t)b->integer) : (double)((uint64_t)b->integer - (uint64_t)a->integer);
    return a->integer == b->integer || distance <= close->atol + close->rtol * fabs(b->re);
  }
  if (isnan(a->re) || isnan(a->im) || isnan(b->re) || isnan(b->im)) return close->nan_equal && (isnan(a->re) || isnan(a->im)) && (isnan(b->re) || isnan(b->im));
  if (a->re == b->re && a->im == b->im) return true;
  if (isinf(a->re) || isinf(a->im) || isinf(b->re) || isinf(b->im)) return false;
  return hypot(a->re - b->re, a->im - b->im) <= close->atol + close->rtol * hypot(b->re, b->im);
}

static hearth_status count_far(hearth_queue *queue, int32_t compute, const hearth_view *a, const hearth_view *b, const hearth_closeness *close,
                               int64_t *count) {
  HEARTH_TRY(hearth_check_count_far(queue->ctx, HEARTH_SPACE_HOST, compute, a, b));
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  do {
    reference_value x, y;
    reference_load(a->dtype, reference_at(a, index), &x);
    reference_load(b->dtype, reference_at(b, index), &y);
    x = converted(compute, &x);
    y = converted(compute, &y);
    *count += !is_close(compute, &x, &y, close);
  } while (reference_next(a, index));
  return HEARTH_OK;
}

/* Elements of a block, gathered one by one. */
enum { BLOCK = 7 };

static hearth_status blocks(hearth_queue *queue, hearth_block_function function, void *user, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                            const hearth_view *const *out) {
  HEARTH_TRY(hearth_check_blocks(queue->ctx, HEARTH_SPACE_HOST, n_in, in, n_out, out));
  if (hearth_view_elements(out[0]) == 0) return HEARTH_OK;
  _Alignas(16) char memory[HEARTH_BLOCK_OPERANDS][16 * BLOCK];
  const void *from[HEARTH_BLOCK_OPERANDS];
  void *to[HEARTH_BLOCK_OPERANDS];
  int64_t index[HEARTH_MAX_NDIM] = {0};
  for (int32_t k = 0; k < n_out; ++k) to[k] = memory[k];
  for (int32_t k = 0; k < n_in; ++k) from[k] = memory[n_out + k];
  for (int more = 1; more;) {
    void *place[HEARTH_BLOCK_OPERANDS][BLOCK];
    int64_t count = 0;
    for (; more && count < BLOCK; ++count, more = reference_next(out[0], index)) {
      for (int32_t k = 0; k < n_out; ++k) place[k][count] = reference_at(out[k], index);
      for (int32_t k = 0; k < n_in; ++k) {
        const size_t size = (size_t)hearth_dtype_size(in[k]->dtype);
        memcpy(memory[n_out + k] + (size_t)count * size, reference_at(in[k], index), size);
      }
    }
    function(user, count, from, to);
    for (int32_t k = 0; k < n_out; ++k) {
      const size_t size = (size_t)hearth_dtype_size(out[k]->dtype);
      for (int64_t i = 0; i < count; ++i) memcpy(place[k][i], memory[k] + (size_t)i * size, size);
    }
  }
  return HEARTH_OK;
}

const hearth_map_kernels reference_map_kernels = {.map = map, .count_far = count_far, .blocks = blocks};
