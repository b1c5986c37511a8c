/* Functions x layout kinds x dtypes x backends, generated from tables: every function is run on small arrays in every layout and compared, by each rank on its
 * own pieces, with a result computed by plain loops over the whole array. What a function does not support it must refuse, and leave its operands as they were.
 */
#ifndef HEARTH_TESTS_CONFORMANCE_H
#define HEARTH_TESTS_CONFORMANCE_H
#include "harness.h"
#include "kernels_value.h"
#include "tensor/array_impl.h"

/* All of an array on every rank: dense, row-major, host memory. */
typedef hearth_view whole;

enum { CONF_INPUTS = 3 };

typedef struct conf_call {
  const struct conf_function *function;
  hearth_array *in[CONF_INPUTS];
  whole all[CONF_INPUTS];
  int32_t axis; /* of functions that take one; -1: all */
} conf_call;

typedef struct conf_function {
  const char *name;
  uint32_t dtypes;  /* bit 1 << dtype of the first operand: supported; the others are refused */
  int32_t axes;     /* called once (0), or for all elements and for each axis (1), or for each axis only (2) */
  double tolerance; /* in units of the result's epsilon, relative; 0: exact */
  hearth_status (*run)(const conf_call *call, hearth_array **result);
  whole (*expect)(const conf_call *call);
  int32_t code; /* an operation, for functions that share run and expect */
} conf_function;

#define CONF_BIT(dtype) (1u << (dtype))
enum {
  CONF_BOOL = CONF_BIT(HEARTH_BOOL),
  CONF_INTEGERS = CONF_BIT(HEARTH_INT8) | CONF_BIT(HEARTH_UINT8) | CONF_BIT(HEARTH_INT16) | CONF_BIT(HEARTH_INT32) | CONF_BIT(HEARTH_INT64),
  CONF_FLOATS = CONF_BIT(HEARTH_FLOAT16) | CONF_BIT(HEARTH_FLOAT32) | CONF_BIT(HEARTH_FLOAT64),
  CONF_COMPLEX = CONF_BIT(HEARTH_COMPLEX64) | CONF_BIT(HEARTH_COMPLEX128),
  CONF_REAL = CONF_BOOL | CONF_INTEGERS | CONF_FLOATS,
  CONF_NUMBERS = CONF_INTEGERS | CONF_FLOATS | CONF_COMPLEX,
  CONF_ANY = CONF_BOOL | CONF_NUMBERS
};

/* Runs the table, on an array without elements too if `empty`; the test fails with the first difference. */
void conf_run(const conf_function *functions, size_t n, bool empty);

/* For the expectations. Uninitialised; freed by the runner. */
whole whole_make(int32_t dtype, int32_t ndim, const int64_t *shape);
void whole_free(whole *w);
/* Element number i in row-major order. */
value whole_get(const whole *w, int64_t i);
void whole_set(const whole *w, int64_t i, value x);
void whole_set_real(const whole *w, int64_t i, double x);
/* The shape that is left when `axis` is reduced (all: -1 gives [1]). */
whole whole_reduced(const whole *w, int32_t axis, int32_t dtype);
/* Row-major number of the element of the reduced array that element i belongs to, and its index along the axis (its own number for axis -1). */
int64_t whole_kept(const whole *w, int32_t axis, int64_t i, int64_t *along);

#endif
