/* Smallest and largest elements, and their difference. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_impl.h"
#include <string.h>

int32_t hearth_extreme_dtype(const hearth_reducing *r) {
  return hearth_dtype_is_integer(r->array->dtype) ? HEARTH_INT64 : HEARTH_FLOAT64;
}

hearth_reduce_rule hearth_extreme_rule(const hearth_reducing *r, int32_t op) {
  return (hearth_reduce_rule){op, hearth_extreme_dtype(r), r->options.nan_policy == HEARTH_NAN_OMIT};
}

/* Whether there is a result that has nothing to choose from. */
hearth_status hearth_extreme_check(const hearth_reducing *r) {
  int64_t results = 1;
  for (int32_t k = 0; k < r->nkept; k++) results *= r->array->layout->shape[r->kept[k]];
  if (hearth_dtype_is_complex(r->array->dtype))
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s: complex numbers have no order", r->name, hearth_dtype_name((hearth_dtype)r->array->dtype));
  HEARTH_REQUIRE(r->ctx, r->volume > 0 || results == 0, "%s of no elements", r->name);
  return HEARTH_OK;
}

static hearth_status extreme(const hearth_reducing *r, int32_t op, hearth_array **result) {
  const hearth_reduce_rule rule = hearth_extreme_rule(r, op);
  void *acc = NULL;
  hearth_status status = hearth_extreme_check(r);
  if (status == HEARTH_OK) status = hearth_reduction_local(r, &rule, 1, &acc);
  const bool nan = status == HEARTH_OK && rule.dtype == HEARTH_FLOAT64 && hearth_reduction_has_nan(r, r->n, acc);
  status = hearth_reduction_agree(r, status, nan);
  if (status == HEARTH_OK) {
    status = hearth_reduction_combine(r, &rule, r->n, acc);
    status = hearth_reduction_finish(r, status, r->array->dtype, acc, rule.dtype, result);
  }
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status min(const hearth_reducing *r, hearth_array **result) {
  return extreme(r, HEARTH_REDUCE_MIN, result);
}

static hearth_status max(const hearth_reducing *r, hearth_array **result) {
  return extreme(r, HEARTH_REDUCE_MAX, result);
}

/* The largest is found as minus the smallest of the negatives would be, so that both join in one reduction: NaN is NaN either way. Of integers ~ takes the
 * place of the sign, which has no overflow. */
static void negate(const hearth_reducing *r, void *acc) {
  for (int64_t i = 0; i < r->n; i++)
    if (hearth_extreme_dtype(r) == HEARTH_INT64)
      ((int64_t *)acc)[i] = ~((int64_t *)acc)[i];
    else
      ((double *)acc)[i] = -((double *)acc)[i];
}

static hearth_status both_extremes(const hearth_reducing *r, int64_t **acc) {
  const hearth_reduce_rule least = hearth_extreme_rule(r, HEARTH_REDUCE_MIN), most = hearth_extreme_rule(r, HEARTH_REDUCE_MAX);
  void *low = NULL, *high = NULL;
  hearth_status status = hearth_extreme_check(r);
  if (status == HEARTH_OK && r->array->dtype == HEARTH_BOOL) status = hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "ptp of bool: there is no difference");
  if (status == HEARTH_OK) status = hearth_reduction_local(r, &least, 1, &low);
  if (status == HEARTH_OK) status = hearth_reduction_local(r, &most, 1, &high);
  if (status == HEARTH_OK) status = hearth_allocate(r->ctx, 2 * r->n * (int64_t)sizeof **acc, acc);
  if (status == HEARTH_OK && r->n > 0) {
    negate(r, high);
    memcpy(*acc, low, (size_t)r->n * sizeof **acc);
    memcpy(*acc + r->n, high, (size_t)r->n * sizeof **acc);
  }
  hearth_deallocate(r->ctx, low);
  hearth_deallocate(r->ctx, high);
  const bool nan = status == HEARTH_OK && least.dtype == HEARTH_FLOAT64 && hearth_reduction_has_nan(r, r->n, (double *)*acc);
  HEARTH_TRY(hearth_reduction_agree(r, status, nan));
  return hearth_reduction_combine(r, &least, 2 * r->n, *acc);
}

static hearth_status ptp(const hearth_reducing *r, hearth_array **result) {
  int64_t *acc = NULL;
  hearth_status status = both_extremes(r, &acc);
  if (status == HEARTH_OK) {
    double *real = (double *)acc;
    negate(r, acc + r->n);
    for (int64_t i = 0; i < r->n; i++)
      if (hearth_extreme_dtype(r) == HEARTH_INT64)
        acc[i] = (int64_t)((uint64_t)acc[r->n + i] - (uint64_t)acc[i]);
      else
        real[i] = real[r->n + i] - real[i];
    status = hearth_reduction_finish(r, status, r->array->dtype, acc, hearth_extreme_dtype(r), result);
  }
  hearth_deallocate(r->ctx, acc);
  return status;
}

hearth_status hearth_min(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("min", min, array, naxes, axes, options, result);
}

hearth_status hearth_max(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("max", max, array, naxes, axes, options, result);
}

hearth_status hearth_ptp(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("ptp", ptp, array, naxes, axes, options, result);
}
