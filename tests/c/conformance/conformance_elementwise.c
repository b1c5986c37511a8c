/* Elementwise functions against plain loops in float64 and int64; operands lie in different layouts. */
#include "conformance.h"
#include <complex.h>

/* NumPy's type of the result for operands of one type. */
static int32_t float_for(int32_t dtype) {
  if (dtype == HEARTH_BOOL || dtype == HEARTH_INT8 || dtype == HEARTH_UINT8) return HEARTH_FLOAT16;
  if (dtype == HEARTH_INT16) return HEARTH_FLOAT32;
  return is_integer_type(dtype) ? HEARTH_FLOAT64 : dtype;
}

static bool gives_bool(int32_t op) {
  return (op >= HEARTH_OP_EQUAL && op <= HEARTH_OP_LOGICAL_XOR) || (op >= HEARTH_OP_ISNAN && op <= HEARTH_OP_LOGICAL_NOT);
}

static int32_t result_type(int32_t op, int32_t dtype) {
  if (gives_bool(op)) return HEARTH_BOOL;
  if (op == HEARTH_OP_SQRT || op == HEARTH_OP_EXP || op == HEARTH_OP_LOG) return float_for(dtype);
  if ((op == HEARTH_OP_DIVIDE || op == HEARTH_OP_RDIVIDE) && is_integer_type(dtype)) return HEARTH_FLOAT64;
  if (op == HEARTH_OP_ABSOLUTE && dtype == HEARTH_COMPLEX64) return HEARTH_FLOAT32;
  if (op == HEARTH_OP_ABSOLUTE && dtype == HEARTH_COMPLEX128) return HEARTH_FLOAT64;
  if (dtype == HEARTH_BOOL && (op == HEARTH_OP_SQUARE || op == HEARTH_OP_POWER || op == HEARTH_OP_RPOWER)) return HEARTH_INT8;
  return dtype;
}

static bool truth(value x) {
  return x.integer ? x.i != 0 : x.re != 0 || x.im != 0;
}
static value boolean(bool x) {
  return (value){1, x, 0, 0};
}

static int64_t integer_power(int64_t a, int64_t b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
  uint64_t result = 1;
  for (int64_t k = 0; k < b; k++) result *= (uint64_t)a;
  return (int64_t)result;
}

static int compare(value a, value b) {
  return a.integer ? (a.i > b.i) - (a.i < b.i) : (a.re > b.re) - (a.re < b.re);
}

static value of_integers(int32_t op, int64_t a, int64_t b) {
  const uint64_t x = (uint64_t)a, y = (uint64_t)b;
  switch (op) {
  case HEARTH_OP_NEGATIVE:
    return (value){1, (int64_t)(0 - x), 0, 0};
  case HEARTH_OP_ABSOLUTE:
    return (value){1, a < 0 ? (int64_t)(0 - x) : a, 0, 0};
  case HEARTH_OP_SQUARE:
    return (value){1, (int64_t)(x * x), 0, 0};
  case HEARTH_OP_ADD:
    return (value){1, (int64_t)(x + y), 0, 0};
  case HEARTH_OP_SUBTRACT:
    return (value){1, (int64_t)(x - y), 0, 0};
  case HEARTH_OP_MULTIPLY:
    return (value){1, (int64_t)(x * y), 0, 0};
  case HEARTH_OP_POWER:
    return (value){1, integer_power(a, b), 0, 0};
  case HEARTH_OP_MINIMUM:
    return (value){1, a < b ? a : b, 0, 0};
  default:
    return (value){1, a > b ? a : b, 0, 0};
  }
}

static double complex of_complex(int32_t op, double complex a, double complex b) {
  switch (op) {
  case HEARTH_OP_NEGATIVE:
    return -a;
  case HEARTH_OP_ABSOLUTE:
    return cabs(a);
  case HEARTH_OP_SQRT:
    return csqrt(a);
  case HEARTH_OP_SQUARE:
    return a * a;
  case HEARTH_OP_EXP:
    return cexp(a);
  case HEARTH_OP_LOG:
    return clog(a);
  case HEARTH_OP_ADD:
    return a + b;
  case HEARTH_OP_SUBTRACT:
    return a - b;
  case HEARTH_OP_MULTIPLY:
    return a * b;
  case HEARTH_OP_POWER:
    return cpow(a, b);
  default:
    return a / b;
  }
}

static double of_reals(int32_t op, double a, double b) {
  switch (op) {
  case HEARTH_OP_ABSOLUTE:
    return fabs(a);
  case HEARTH_OP_SQRT:
    return sqrt(a);
  case HEARTH_OP_EXP:
    return exp(a);
  case HEARTH_OP_LOG:
    return log(a);
  case HEARTH_OP_DIVIDE:
    return a / b;
  case HEARTH_OP_POWER:
    return pow(a, b);
  case HEARTH_OP_MINIMUM:
    return a < b ? a : b;
  case HEARTH_OP_MAXIMUM:
    return a > b ? a : b;
  default:
    return creal(of_complex(op, a, b));
  }
}

static value logical(int32_t op, value a, value b) {
  switch (op) {
  case HEARTH_OP_ISNAN:
  case HEARTH_OP_ISINF:
    return boolean(false);
  case HEARTH_OP_ISFINITE:
    return boolean(true);
  case HEARTH_OP_LOGICAL_NOT:
    return boolean(!truth(a));
  case HEARTH_OP_LOGICAL_AND:
    return boolean(truth(a) && truth(b));
  case HEARTH_OP_LOGICAL_OR:
    return boolean(truth(a) || truth(b));
  case HEARTH_OP_LOGICAL_XOR:
    return boolean(truth(a) != truth(b));
  case HEARTH_OP_EQUAL:
  case HEARTH_OP_NOT_EQUAL:
    return boolean((a.i == b.i && a.re == b.re && a.im == b.im) == (op == HEARTH_OP_EQUAL));
  case HEARTH_OP_LESS:
    return boolean(compare(a, b) < 0);
  case HEARTH_OP_LESS_EQUAL:
    return boolean(compare(a, b) <= 0);
  case HEARTH_OP_GREATER:
    return boolean(compare(a, b) > 0);
  default:
    return boolean(compare(a, b) >= 0);
  }
}

static value compute(int32_t op, int32_t result, value a, value b) {
  if (gives_bool(op)) return logical(op, a, b);
  if (a.integer && is_integer_type(result)) return of_integers(op, a.i, b.i);
  if (a.integer) a.re = (double)a.i, b.re = (double)b.i;
  if (a.im == 0 && b.im == 0 && result != HEARTH_COMPLEX64 && result != HEARTH_COMPLEX128) return (value){0, 0, of_reals(op, a.re, b.re), 0};
  const double complex z = of_complex(op, CMPLX(a.re, a.im), CMPLX(b.re, b.im));
  return (value){0, 0, creal(z), cimag(z)};
}

static whole expect(const conf_call *call) {
  const whole *a = &call->all[0], *b = &call->all[1];
  const int32_t op = call->function->code, dtype = result_type(op, a->dtype);
  whole result = whole_make(dtype, a->ndim, a->extent);
  for (int64_t i = 0; i < elements_of(a); i++) whole_set(&result, i, compute(op, dtype, whole_get(a, i), whole_get(b, i)));
  return result;
}

static hearth_status unary(const conf_call *call, hearth_array **result) {
  return hearth_unary(call->in[0], call->function->code, result);
}
static hearth_status binary(const conf_call *call, hearth_array **result) {
  return hearth_binary(call->in[0], call->in[1], call->function->code, result);
}

/* A condition, then two values. */
static hearth_status where(const conf_call *call, hearth_array **result) {
  return hearth_where(call->in[0], call->in[1], call->in[2], result);
}
static whole expect_where(const conf_call *call) {
  whole result = whole_make(call->all[1].dtype, call->all[1].ndim, call->all[1].extent);
  for (int64_t i = 0; i < elements_of(&result); i++) whole_set(&result, i, whole_get(&call->all[truth(whole_get(&call->all[0], i)) ? 1 : 2], i));
  return result;
}

/* Row-major copies in other types and back: cast. */
static hearth_status cast(const conf_call *call, hearth_array **result) {
  return hearth_array_cast(call->in[0], call->function->code, result);
}
static whole expect_cast(const conf_call *call) {
  whole result = whole_make(call->function->code, call->all[0].ndim, call->all[0].extent);
  for (int64_t i = 0; i < elements_of(&result); i++) whole_set(&result, i, whole_get(&call->all[0], i));
  return result;
}

#define UNARY(op, dtypes, ulps)                                                                                                                                \
  { #op, dtypes, 0, ulps, unary, expect, op }
#define BINARY(op, dtypes, ulps)                                                                                                                               \
  { #op, dtypes, 0, ulps, binary, expect, op }
static const conf_function functions[] = {
    UNARY(HEARTH_OP_NEGATIVE, CONF_NUMBERS, 0),
    UNARY(HEARTH_OP_ABSOLUTE, CONF_ANY, 2),
    UNARY(HEARTH_OP_SQRT, CONF_ANY, 4),
    UNARY(HEARTH_OP_SQUARE, CONF_ANY, 2),
    UNARY(HEARTH_OP_EXP, CONF_ANY, 4),
    UNARY(HEARTH_OP_LOG, CONF_ANY, 4),
    UNARY(HEARTH_OP_ISNAN, CONF_ANY, 0),
    UNARY(HEARTH_OP_ISINF, CONF_ANY, 0),
    UNARY(HEARTH_OP_ISFINITE, CONF_ANY, 0),
    UNARY(HEARTH_OP_LOGICAL_NOT, CONF_ANY, 0),
    BINARY(HEARTH_OP_ADD, CONF_ANY, 0),
    BINARY(HEARTH_OP_SUBTRACT, CONF_NUMBERS, 0),
    BINARY(HEARTH_OP_MULTIPLY, CONF_ANY, 2),
    BINARY(HEARTH_OP_DIVIDE, CONF_ANY, 4),
    BINARY(HEARTH_OP_POWER, CONF_ANY, 64),
    BINARY(HEARTH_OP_MINIMUM, CONF_REAL, 0),
    BINARY(HEARTH_OP_MAXIMUM, CONF_REAL, 0),
    BINARY(HEARTH_OP_EQUAL, CONF_ANY, 0),
    BINARY(HEARTH_OP_NOT_EQUAL, CONF_ANY, 0),
    BINARY(HEARTH_OP_LESS, CONF_REAL, 0),
    BINARY(HEARTH_OP_LESS_EQUAL, CONF_REAL, 0),
    BINARY(HEARTH_OP_GREATER, CONF_REAL, 0),
    BINARY(HEARTH_OP_GREATER_EQUAL, CONF_REAL, 0),
    BINARY(HEARTH_OP_LOGICAL_AND, CONF_ANY, 0),
    BINARY(HEARTH_OP_LOGICAL_OR, CONF_ANY, 0),
    BINARY(HEARTH_OP_LOGICAL_XOR, CONF_ANY, 0),
    {"where", CONF_ANY, 0, 0, where, expect_where, 0},
    {"cast to float64", CONF_ANY, 0, 0, cast, expect_cast, HEARTH_FLOAT64},
    {"cast to int16", CONF_ANY, 0, 0, cast, expect_cast, HEARTH_INT16},
    {"cast to complex64", CONF_ANY, 0, 0, cast, expect_cast, HEARTH_COMPLEX64},
};

static void elementwise(void **state) {
  (void)state;
  conf_run(functions, sizeof functions / sizeof functions[0], true);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(elementwise)};
HEARTH_TEST_MAIN(tests)
