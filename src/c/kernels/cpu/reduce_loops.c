/* The loops of all operations and types, each once, and what is done with their results. */
#include "kernels/cpu/reduce.h"
#include "kernels/cpu/reduce_joins.h"
#include <complex.h>
#include <float.h>
#include <math.h>
#include <string.h>

typedef double complex complex_double;

#define ADD(a, b) ((a) + (b))
#define MULTIPLY(a, b) ((a) * (b))
#define IDENTITY(x) ((ACC)(x))
#define SQUARE(x) ((ACC)(x) * (ACC)(x))
#define IS_NONZERO(x) ((int64_t)((x) != 0))
/* Rows that moments ask for ahead where rows follow each other: some KiB. Their arithmetic takes about as long as the memory does, and the processor's own
 * prefetch alone leaves one waiting for the other. */
static inline int64_t ahead_of(int64_t row_bytes) {
  enum { AHEAD = 8192 };
  const int64_t rows = AHEAD / (row_bytes > 0 ? row_bytes : AHEAD) / 4 * 4;
  return rows > 4 ? rows : 4;
}

#define T float
#include "kernels/cpu/reduce_types.h"
#define T double
#include "kernels/cpu/reduce_types.h"

#define ACC uint64_t
#define T int64_t
#define JOIN ADD
#define NAME sum
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#define NAME nonzero
#define TERM IS_NONZERO
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN MULTIPLY
#define NAME prod
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#undef ACC
#define ACC int64_t
#define JOIN LESS
#define NAME min
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#define JOIN GREATER
#define NAME max
#define TERM IDENTITY
#include "kernels/cpu/reduce_columns.h"
#undef JOIN
#undef T
#undef ACC

/* Complex numbers: no vector code is wanted of them. */
static void prod_complex(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  complex_double *a = (complex_double *)state->now;
  const complex_double *x = from;
  for (int64_t i = 0; i < rows; ++i, x += ld)
    for (int64_t j = 0; j < n; ++j) a[j] *= x[j];
}

static void nonzero_complex(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  int64_t *a = (int64_t *)state->now;
  const complex_double *x = from;
  for (int64_t i = 0; i < rows; ++i, x += ld)
    for (int64_t j = 0; j < n; ++j) a[j] += x[j] != 0;
}

/* [op][omit] */
#define REAL_LOOPS(type)                                                                                                                                       \
  {                                                                                                                                                            \
    [HEARTH_REDUCE_SUM] = {sum_##type, sum_omit_##type}, [HEARTH_REDUCE_PROD] = {prod_##type, prod_omit_##type},                                               \
    [HEARTH_REDUCE_MIN] = {min_##type, min_omit_##type}, [HEARTH_REDUCE_MAX] = {max_##type, max_omit_##type},                                                  \
    [HEARTH_REDUCE_NONZERO] = {nonzero_##type, nonzero_##type}, [HEARTH_REDUCE_SQUARES] = {squares_##type, squares_omit_##type},                               \
    [HEARTH_REDUCE_MOMENTS] = {moments_##type, moments_omit_##type}, [HEARTH_REDUCE_WEIGHTS] = {                                                               \
      sum_##type,                                                                                                                                              \
      sum_omit_##type                                                                                                                                          \
    }                                                                                                                                                          \
  }
static const cpu_reduce_columns float_loops[HEARTH_REDUCE_OPS][2] = REAL_LOOPS(float), double_loops[HEARTH_REDUCE_OPS][2] = REAL_LOOPS(double);
static const cpu_reduce_columns integer_loops[HEARTH_REDUCE_OPS] = {sum_int64_t, prod_int64_t, min_int64_t, max_int64_t, nonzero_int64_t};

static bool is_float(int32_t dtype) {
  return dtype == HEARTH_FLOAT16 || dtype == HEARTH_FLOAT32;
}

void cpu_reduce_choose(const hearth_reduce_rule *rule, int32_t src, bool weighed, cpu_reducer *reducer) {
  const bool counts = rule->op == HEARTH_REDUCE_NONZERO, wide = src == HEARTH_COMPLEX64 || src == HEARTH_COMPLEX128;
  *reducer = (cpu_reducer){.rule = *rule, .taken = HEARTH_FLOAT64};
  if (rule->dtype == HEARTH_COMPLEX128 || (counts && wide)) {
    reducer->taken = HEARTH_COMPLEX128;
    reducer->columns = counts ? nonzero_complex : prod_complex;
  } else if (rule->dtype == HEARTH_INT64 && (!counts || (!is_float(src) && src != HEARTH_FLOAT64))) {
    reducer->taken = HEARTH_INT64;
    reducer->columns = integer_loops[rule->op];
  } else if (is_float(src) && !weighed) {
    reducer->taken = HEARTH_FLOAT32;
    reducer->columns = float_loops[rule->op][rule->omit];
    reducer->first = first_float;
  } else {
    reducer->columns = double_loops[rule->op][rule->omit];
    reducer->first = first_double;
  }
}

static bool is_compensated(const cpu_reducer *reducer) {
  const int32_t op = reducer->rule.op;
  return reducer->rule.dtype == HEARTH_FLOAT64 && (op == HEARTH_REDUCE_SUM || op == HEARTH_REDUCE_SQUARES || op == HEARTH_REDUCE_WEIGHTS);
}

static bool is_moments(const cpu_reducer *reducer) {
  return reducer->rule.op == HEARTH_REDUCE_MOMENTS;
}

/* Extremes of float32 stay float32 in the state: comparing is as wide as the elements then. */
static bool is_narrow(const cpu_reducer *reducer) {
  return reducer->taken == HEARTH_FLOAT32 && (reducer->rule.op == HEARTH_REDUCE_MIN || reducer->rule.op == HEARTH_REDUCE_MAX);
}

static void set_zero(int64_t n, double *x) {
  memset(x, 0, (size_t)n * sizeof *x);
}

void cpu_reduce_begin(const cpu_reducer *reducer, int64_t n, cpu_reduce_state *state) {
  if (is_moments(reducer)) {
    double *const zero[] = {state->now, state->square, state->count, state->high, state->low, state->total, state->pivot, state->shift};
    for (int i = 0; i < 8; ++i) set_zero(n, zero[i]);
    return;
  }
  if (is_narrow(reducer)) {
    double nothing;
    hearth_reduce_start(&reducer->rule, 1, &nothing);
    for (int64_t j = 0; j < n; ++j) ((float *)state->now)[j] = (float)nothing;
    return;
  }
  hearth_reduce_start(&reducer->rule, n, state->now);
  set_zero(n, state->high);
  set_zero(n, state->low);
}

/* high + low += now, with the error of the addition (Knuth's two-sum). */
CPU_CLONES static void flush_sums(int64_t n, cpu_reduce_state *state) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const double a = state->high[j], b = state->now[j], sum = a + b, part = sum - a;
    state->low[j] += (a - (sum - part)) + (b - part);
    state->high[j] = sum;
    state->now[j] = 0.0;
  }
}

/* Shifts for columns that have none yet: the mean of their first elements. */
static void find_shifts(const cpu_reducer *reducer, int64_t rows, int64_t n, const void *x, int64_t ld, cpu_reduce_state *state) {
  bool missing = false;
  for (int64_t j = 0; j < n; ++j) missing |= state->total[j] == 0.0;
  if (!missing) return;
  reducer->first(reducer->rule.omit || rows < 64 ? rows : 64, n, x, ld, state);
  for (int64_t j = 0; j < n; ++j) {
    const double mean = state->now[j] / state->count[j];
    if (state->total[j] == 0.0) state->shift[j] = state->pivot[j] = isfinite(mean) ? mean : 0.0;
    state->now[j] = state->count[j] = 0.0;
  }
}

/* The block's moments join those before it (Chan's formula). The next shift is the mean so far: the error that its distance d from a block's own mean makes is
 * epsilon times the count times d^2, which is no more than epsilon of what the two means' distance adds to the squares. Means are kept as distances from a
 * pivot, so that thousands of joins do not round them. */
CPU_CLONES static void flush_moments(int64_t n, cpu_reduce_state *state) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const double m = state->count[j], before = state->total[j], total = before + m, some = m > 0.0 ? m : 1.0, all = total > 0.0 ? total : 1.0;
    const double own = (state->shift[j] - state->pivot[j]) + state->now[j] / some, delta = own - state->high[j];
    const double joined = fabs(delta) <= DBL_MAX ? state->high[j] + delta * (m / all) : state->high[j] + own;
    const double deviations = state->square[j] - state->now[j] * (state->now[j] / some);
    state->low[j] += deviations + delta * delta * (before * (m / all));
    state->high[j] = m > 0.0 ? joined : state->high[j];
    state->total[j] = total;
    const double next = state->pivot[j] + state->high[j];
    state->shift[j] = fabs(next) <= DBL_MAX ? next : state->pivot[j];
    state->now[j] = state->square[j] = state->count[j] = 0.0;
  }
}

void cpu_reduce_rows(const cpu_reducer *reducer, int64_t rows, int64_t n, const void *x, int64_t ld, cpu_reduce_state *state) {
  if (is_moments(reducer)) find_shifts(reducer, rows, n, x, ld, state);
  reducer->columns(rows, n, x, ld, state);
  if (is_moments(reducer)) {
    if (!reducer->rule.omit)
      for (int64_t j = 0; j < n; ++j) state->count[j] = (double)rows;
    flush_moments(n, state);
  } else if (is_compensated(reducer)) {
    flush_sums(n, state);
  }
}

/* What overflowed has no meaningful error term. */
void cpu_reduce_take(const cpu_reducer *reducer, int64_t n, const cpu_reduce_state *state, double *out) {
  if (is_moments(reducer)) {
    for (int64_t j = 0; j < n; ++j, out += 3) {
      const double squares = state->low[j];
      out[0] = state->total[j];
      out[1] = state->pivot[j] + state->high[j];
      out[2] = squares < 0.0 ? 0.0 : squares;
    }
  } else if (is_compensated(reducer)) {
    for (int64_t j = 0; j < n; ++j) out[j] = isfinite(state->high[j]) ? state->high[j] + state->low[j] : state->high[j];
  } else if (is_narrow(reducer)) {
    for (int64_t j = 0; j < n; ++j) out[j] = (double)((const float *)state->now)[j];
  } else {
    memcpy(out, state->now, (size_t)(n * hearth_reduce_bytes(&reducer->rule)));
  }
}

/* Columns first .. first + n - 1 join columns 0 .. n - 1. Pivots are what differs little: their distance is exact, that of the means is not. */
CPU_CLONES static void fold_moments(int64_t first, int64_t n, cpu_reduce_state *state) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const int64_t k = first + j;
    const double before = state->total[j], m = state->total[k], total = before + m, all = total > 0.0 ? total : 1.0;
    const double own = (state->pivot[k] - state->pivot[j]) + state->high[k], delta = m > 0.0 ? own - state->high[j] : 0.0;
    const double joined = fabs(delta) <= DBL_MAX ? state->high[j] + delta * (m / all) : state->high[j] + own;
    state->low[j] += state->low[k] + delta * delta * (before * (m / all));
    state->high[j] = m > 0.0 ? joined : state->high[j];
    state->total[j] = total;
  }
}

void cpu_reduce_finish(const cpu_reducer *reducer, int64_t n, int64_t columns, cpu_reduce_state *state, char *acc, int64_t stride) {
  double out[3 * CPU_REDUCE_COLUMNS];
  char *const bytes = (char *)out;
  const int64_t size = hearth_reduce_bytes(&reducer->rule);
  if (is_moments(reducer)) {
    for (; n > columns && n % (2 * columns) == 0; n /= 2) fold_moments(n / 2, n / 2, state);
    for (; n > columns; n -= columns) fold_moments(n - columns, columns, state);
  }
  cpu_reduce_take(reducer, n, state, out);
  while (n > columns && n % (2 * columns) == 0) {
    n /= 2;
    hearth_reduce_merge(&reducer->rule, n, out, bytes + n * size);
  }
  for (int64_t j = columns; j < n; j += columns) hearth_reduce_merge(&reducer->rule, columns, out, bytes + j * size);
  if (stride == size) {
    hearth_reduce_merge(&reducer->rule, columns, acc, out);
  } else {
    for (int64_t j = 0; j < columns; ++j) hearth_reduce_merge(&reducer->rule, 1, acc + j * stride, bytes + j * size);
  }
}
