/* Reductions one element at a time: the oracle of the others. */
#include "kernels/reduce.h"
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reference/element.h"
#include <math.h>

static bool element_is_nan(const reference_value *x) {
  return !x->is_integer && (isnan(x->re) || isnan(x->im));
}

/* What one element, multiplied by its weight, is as an accumulator. */
static void make_accumulator(const hearth_reduce_rule *rule, const reference_value *x, double weight, void *acc) {
  double *real = acc;
  const double value = x->is_integer ? (double)x->integer : x->re;
  if (rule->op == HEARTH_REDUCE_NONZERO)
    *(int64_t *)acc = x->is_integer ? x->integer != 0 : !(x->re == 0.0 && x->im == 0.0);
  else if (rule->op == HEARTH_REDUCE_SQUARES)
    *real = value * value;
  else if (rule->op == HEARTH_REDUCE_MOMENTS)
    real[0] = 1.0, real[1] = value, real[2] = isfinite(value) ? 0.0 : NAN;
  else if (rule->op == HEARTH_REDUCE_WEIGHTS)
    *real = weight;
  else if (rule->dtype == HEARTH_FLOAT64)
    *real = value * weight;
  else
    reference_store(rule->dtype, acc, x);
}

static hearth_status accumulate(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src,
                                const hearth_view *weights) {
  HEARTH_TRY(hearth_check_accumulate(queue->ctx, HEARTH_SPACE_HOST, rule, acc, src, weights));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  do {
    reference_value x, weight = {0, 0, 1.0, 0.0};
    double one[3];
    reference_load(src->dtype, reference_at(src, index), &x);
    if (weights) reference_load(weights->dtype, reference_at(weights, index), &weight);
    if (rule->omit && rule->op != HEARTH_REDUCE_NONZERO && element_is_nan(&x)) continue;
    make_accumulator(rule, &x, weight.is_integer ? (double)weight.integer : weight.re, one);
    hearth_reduce_merge(rule, 1, reference_at(acc, index), one);
  } while (reference_next(src, index));
  return HEARTH_OK;
}

static hearth_status arg(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number, const hearth_view *src,
                         const hearth_index_numbers *numbers) {
  HEARTH_TRY(hearth_check_arg(queue->ctx, HEARTH_SPACE_HOST, rule, value, number, src));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  do {
    reference_value x;
    int64_t mine = 0, *best = reference_at(number, index);
    void *most = reference_at(value, index);
    for (int d = 0; d < src->ndim; ++d) mine += hearth_number_of(&numbers[d], index[d]);
    reference_load(src->dtype, reference_at(src, index), &x);
    if (rule->omit && element_is_nan(&x)) continue;
    const bool before = rule->dtype == HEARTH_INT64 ? hearth_arg_before_i64(rule, x.integer, mine, *(int64_t *)most, *best)
                                                    : hearth_arg_before_f64(rule, x.is_integer ? (double)x.integer : x.re, mine, *(double *)most, *best);
    if (!before) continue;
    reference_store(rule->dtype, most, &x);
    *best = mine;
  } while (reference_next(src, index));
  return HEARTH_OK;
}

/* The running sum after an element. */
static void add(reference_value *sum, int32_t dtype, const reference_value *x) {
  if (dtype == HEARTH_INT64) {
    int64_t term;
    reference_store(HEARTH_INT64, &term, x);
    sum->integer = (int64_t)((uint64_t)sum->integer + (uint64_t)term);
    sum->re = (double)sum->integer;
  } else {
    sum->re += x->re;
    sum->im += x->im;
  }
}

static hearth_status cumulate(hearth_queue *queue, int32_t dim, const hearth_view *dst, const hearth_view *src, const hearth_view *start) {
  HEARTH_TRY(hearth_check_cumulate(queue->ctx, HEARTH_SPACE_HOST, dim, dst, src, start));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  hearth_view lines = *src;
  if (hearth_view_elements(src) == 0) return HEARTH_OK;
  lines.extent[dim] = 1;
  do {
    reference_value sum, x;
    int64_t at[HEARTH_MAX_NDIM];
    reference_load(start->dtype, reference_at(start, index), &sum);
    for (int d = 0; d < src->ndim; ++d) at[d] = index[d];
    for (at[dim] = 0; at[dim] < src->extent[dim]; ++at[dim]) {
      reference_load(src->dtype, reference_at(src, at), &x);
      add(&sum, start->dtype, &x);
      reference_store(dst->dtype, reference_at(dst, at), &sum);
    }
  } while (reference_next(&lines, index));
  return HEARTH_OK;
}

const hearth_reduce_kernels reference_reduce_kernels = {.accumulate = accumulate, .arg = arg, .cumulate = cumulate};
