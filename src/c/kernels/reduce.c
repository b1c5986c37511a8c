/* What the backends' reductions share: accumulators of nothing, and how they join. */
#include "kernels/reduce.h"
#include <complex.h>
#include <math.h>
#include <string.h>

int64_t hearth_reduce_bytes(const hearth_reduce_rule *rule) {
  return hearth_dtype_size((hearth_dtype)rule->dtype) * (rule->op == HEARTH_REDUCE_MOMENTS ? 3 : 1);
}

static int64_t start_i64(int32_t op) {
  return op == HEARTH_REDUCE_PROD ? 1 : op == HEARTH_REDUCE_MIN ? INT64_MAX : op == HEARTH_REDUCE_MAX ? INT64_MIN : 0;
}

static double start_f64(const hearth_reduce_rule *rule) {
  if (rule->op == HEARTH_REDUCE_PROD) return 1.0;
  if (rule->op != HEARTH_REDUCE_MIN && rule->op != HEARTH_REDUCE_MAX) return 0.0;
  return rule->omit ? NAN : rule->op == HEARTH_REDUCE_MIN ? INFINITY : -INFINITY;
}

void hearth_reduce_start(const hearth_reduce_rule *rule, int64_t n, void *acc) {
  if (rule->dtype == HEARTH_COMPLEX128) {
    for (int64_t i = 0; i < n; ++i) ((double complex *)acc)[i] = start_f64(rule);
  } else if (rule->dtype == HEARTH_INT64) {
    for (int64_t i = 0; i < n; ++i) ((int64_t *)acc)[i] = start_i64(rule->op);
  } else {
    if (rule->op == HEARTH_REDUCE_MOMENTS) n *= 3;
    for (int64_t i = 0; i < n; ++i) ((double *)acc)[i] = start_f64(rule);
  }
}

/* The mean of what holds infinities is that of a sum: infinite, and NaN where both signs meet. */
void hearth_moments_merge(double *moments, const double *other) {
  const double n = moments[0], m = other[0], total = n + m, delta = other[1] - moments[1];
  if (m == 0.0) return;
  if (n == 0.0) {
    memcpy(moments, other, 3 * sizeof *moments);
    return;
  }
  moments[0] = total;
  moments[1] = isfinite(delta) ? moments[1] + delta * (m / total) : moments[1] + other[1];
  moments[2] += other[2] + delta * delta * (n * (m / total));
}

static void merge_i64(int32_t op, int64_t n, int64_t *acc, const int64_t *other) {
  for (int64_t i = 0; i < n; ++i) {
    const int64_t a = acc[i], b = other[i];
    acc[i] = op == HEARTH_REDUCE_PROD  ? (int64_t)((uint64_t)a * (uint64_t)b)
             : op == HEARTH_REDUCE_MIN ? (b < a ? b : a)
             : op == HEARTH_REDUCE_MAX ? (b > a ? b : a)
                                       : (int64_t)((uint64_t)a + (uint64_t)b);
  }
}

/* The extreme of two where NaN wins, or loses if it is left out. */
static double extreme(const hearth_reduce_rule *rule, double a, double b) {
  const bool before = rule->op == HEARTH_REDUCE_MIN ? b < a : b > a;
  return before || (rule->omit ? isnan(a) : isnan(b)) ? b : a;
}

static void merge_f64(const hearth_reduce_rule *rule, int64_t n, double *acc, const double *other) {
  switch (rule->op) {
  case HEARTH_REDUCE_PROD:
    for (int64_t i = 0; i < n; ++i) acc[i] *= other[i];
    break;
  case HEARTH_REDUCE_MIN:
  case HEARTH_REDUCE_MAX:
    for (int64_t i = 0; i < n; ++i) acc[i] = extreme(rule, acc[i], other[i]);
    break;
  case HEARTH_REDUCE_MOMENTS:
    for (int64_t i = 0; i < n; ++i) hearth_moments_merge(acc + 3 * i, other + 3 * i);
    break;
  default:
    for (int64_t i = 0; i < n; ++i) acc[i] += other[i];
  }
}

void hearth_reduce_merge(const hearth_reduce_rule *rule, int64_t n, void *acc, const void *other) {
  if (rule->dtype == HEARTH_COMPLEX128) {
    for (int64_t i = 0; i < n; ++i) ((double complex *)acc)[i] *= ((const double complex *)other)[i];
  } else if (rule->dtype == HEARTH_INT64) {
    merge_i64(rule->op, n, acc, other);
  } else {
    merge_f64(rule, n, acc, other);
  }
}

bool hearth_arg_before_f64(const hearth_reduce_rule *rule, double value, int64_t number, double other, int64_t other_number) {
  if (isnan(value) || isnan(other)) {
    if (isnan(value) && isnan(other)) return number < other_number && !rule->omit;
    return rule->omit ? isnan(other) : isnan(value);
  }
  if (value == other) return number < other_number;
  return rule->op == HEARTH_REDUCE_MIN ? value < other : value > other;
}

bool hearth_arg_before_i64(const hearth_reduce_rule *rule, int64_t value, int64_t number, int64_t other, int64_t other_number) {
  if (value == other) return number < other_number;
  return rule->op == HEARTH_REDUCE_MIN ? value < other : value > other;
}
