/* Sum and product. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_exact.h"

/* The type of the result: the one asked for, or int64 of integers, or the operand's. */
static int32_t result_dtype(const hearth_reducing *r) {
  if (r->options.dtype) return r->options.dtype;
  return hearth_dtype_is_integer(r->array->dtype) ? HEARTH_INT64 : r->array->dtype;
}

/* What the sums are made in. An integer type that is asked for makes integers of the terms, as NumPy does. */
static int32_t accumulator_dtype(const hearth_reducing *r) {
  return hearth_dtype_is_integer(result_dtype(r)) ? HEARTH_INT64 : hearth_dtype_is_complex(r->array->dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64;
}

static hearth_status check_types(const hearth_reducing *r) {
  const hearth_dtype from = (hearth_dtype)r->array->dtype, to = (hearth_dtype)result_dtype(r);
  const bool wide = hearth_dtype_is_complex(from);
  if (wide && r->options.nan_policy == HEARTH_NAN_OMIT)
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s cannot leave out NaN", r->name, hearth_dtype_name(from));
  if ((wide && !hearth_dtype_is_complex(to)) || to == HEARTH_BOOL)
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s has no result of type %s", r->name, hearth_dtype_name(from), hearth_dtype_name(to));
  return HEARTH_OK;
}

/* Sums that no order changes: exact ones of floating-point numbers. Those of integers are so anyway. */
static hearth_status sum_exactly(const hearth_reducing *r, hearth_array **result) {
  double *values = NULL;
  hearth_status status = hearth_agree(r->ctx, check_types(r));
  if (status == HEARTH_OK) status = hearth_exact_sum_values(r, &values);
  if (status == HEARTH_OK) status = hearth_reduction_finish(r, status, result_dtype(r), values, accumulator_dtype(r), result);
  hearth_deallocate(r->ctx, values);
  return status;
}

/* `op` is SUM or PROD. Sums of complex numbers are sums of pairs of float64. */
static hearth_status reduce(const hearth_reducing *r, int32_t op, hearth_array **result) {
  const int32_t dtype = accumulator_dtype(r);
  const bool pairs = op == HEARTH_REDUCE_SUM && dtype == HEARTH_COMPLEX128;
  const hearth_reduce_rule rule = {op, pairs ? HEARTH_FLOAT64 : dtype, r->options.nan_policy == HEARTH_NAN_OMIT};
  void *acc = NULL;
  hearth_status status = check_types(r);
  if (status == HEARTH_OK && dtype != HEARTH_INT64) status = hearth_reduction_refuse_reproducible(r);
  if (status == HEARTH_OK) status = hearth_reduction_local(r, &rule, pairs ? 2 : 1, &acc);
  const int64_t doubles = r->n * (dtype == HEARTH_COMPLEX128 ? 2 : 1);
  const bool nan = status == HEARTH_OK && dtype != HEARTH_INT64 && hearth_reduction_has_nan(r, doubles, acc);
  status = hearth_reduction_agree(r, status, nan);
  if (status == HEARTH_OK) {
    status = hearth_reduction_combine(r, &rule, pairs ? 2 * r->n : r->n, acc);
    status = hearth_reduction_finish(r, status, result_dtype(r), acc, dtype, result);
  }
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status sum(const hearth_reducing *r, hearth_array **result) {
  if (hearth_reduction_is_exact(r) && accumulator_dtype(r) != HEARTH_INT64) return sum_exactly(r, result);
  return reduce(r, HEARTH_REDUCE_SUM, result);
}

static hearth_status prod(const hearth_reducing *r, hearth_array **result) {
  return reduce(r, HEARTH_REDUCE_PROD, result);
}

hearth_status hearth_sum(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("sum", sum, array, naxes, axes, options, result);
}

hearth_status hearth_prod(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("prod", prod, array, naxes, axes, options, result);
}
