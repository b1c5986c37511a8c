/* Mean, variance, standard deviation and 2-norm. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_exact.h"
#include <math.h>

static bool is_wide(const hearth_reducing *r) {
  return hearth_dtype_is_complex(r->array->dtype);
}

static bool omits(const hearth_reducing *r) {
  return r->options.nan_policy == HEARTH_NAN_OMIT;
}

static hearth_status check_types(const hearth_reducing *r) {
  const hearth_dtype from = (hearth_dtype)r->array->dtype, to = (hearth_dtype)r->options.dtype;
  if (is_wide(r) && omits(r)) return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s cannot leave out NaN", r->name, hearth_dtype_name(from));
  if (to && (hearth_dtype_is_integer(to) || (is_wide(r) && !hearth_dtype_is_complex(to))))
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s has no result of type %s", r->name, hearth_dtype_name(from), hearth_dtype_name(to));
  return HEARTH_OK;
}

/* Variances and norms of complex numbers are real. */
static int32_t real_dtype(const hearth_reducing *r) {
  return r->array->dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : r->array->dtype == HEARTH_COMPLEX128 ? HEARTH_FLOAT64 : hearth_reduction_float(r);
}

/* The accumulators' float64 numbers of all ranks, NaN looked for. */
static hearth_status gather(const hearth_reducing *r, const hearth_reduce_rule *rule, int64_t sets, void **acc) {
  *acc = NULL;
  hearth_status status = check_types(r);
  if (status == HEARTH_OK) status = hearth_reduction_local(r, rule, sets, acc);
  const int64_t doubles = sets * r->n * hearth_reduce_bytes(rule) / (int64_t)sizeof(double);
  const bool nan = status == HEARTH_OK && hearth_reduction_has_nan(r, doubles, *acc);
  HEARTH_TRY(hearth_reduction_agree(r, status, nan));
  return hearth_reduction_combine(r, rule, sets * r->n, *acc);
}

/* In reproducible mode all are made of exact sums. */
static hearth_status mean_exactly(const hearth_reducing *r, hearth_array **result) {
  double *means = NULL, *counts = NULL;
  hearth_status status = hearth_agree(r->ctx, check_types(r));
  if (status == HEARTH_OK) status = hearth_exact_means(r, &means, &counts);
  if (status == HEARTH_OK)
    status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : hearth_reduction_float(r), means,
                                     is_wide(r) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, means);
  hearth_deallocate(r->ctx, counts);
  return status;
}

static hearth_status variance_exactly(const hearth_reducing *r, bool root, hearth_array **result) {
  double *x = NULL, *counts = NULL;
  hearth_status status = hearth_agree(r->ctx, check_types(r));
  if (status == HEARTH_OK) status = hearth_exact_deviations(r, &x, &counts);
  for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) {
    const double divisor = counts[i] - r->options.ddof;
    x[i] /= divisor > 0.0 ? divisor : 0.0;
    if (root) x[i] = sqrt(x[i]);
  }
  if (status == HEARTH_OK) status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : real_dtype(r), x, HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, x);
  hearth_deallocate(r->ctx, counts);
  return status;
}

static hearth_status norm_exactly(const hearth_reducing *r, hearth_array **result) {
  double *x = NULL;
  hearth_status status = hearth_agree(r->ctx, check_types(r));
  if (status == HEARTH_OK) status = hearth_exact_norms(r, &x);
  if (status == HEARTH_OK) status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : real_dtype(r), x, HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, x);
  return status;
}

/* With NaN left out the moments' kernel counts what is there. */
static hearth_status mean(const hearth_reducing *r, hearth_array **result) {
  if (hearth_reduction_is_exact(r)) return mean_exactly(r, result);
  const hearth_reduce_rule rule = {omits(r) ? HEARTH_REDUCE_MOMENTS : HEARTH_REDUCE_SUM, HEARTH_FLOAT64, omits(r)};
  const int64_t sets = is_wide(r) ? 2 : 1;
  void *acc;
  hearth_status status = gather(r, &rule, sets, &acc);
  double *x = acc;
  for (int64_t i = 0; i < sets * r->n && status == HEARTH_OK; i++) x[i] = omits(r) ? (x[3 * i] > 0.0 ? x[3 * i + 1] : NAN) : x[i] / (double)r->volume;
  status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : hearth_reduction_float(r), acc,
                                   is_wide(r) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status variance(const hearth_reducing *r, bool root, hearth_array **result) {
  if (hearth_reduction_is_exact(r)) return variance_exactly(r, root, result);
  const hearth_reduce_rule rule = {HEARTH_REDUCE_MOMENTS, HEARTH_FLOAT64, omits(r)};
  const int64_t sets = is_wide(r) ? 2 : 1;
  void *acc;
  hearth_status status = gather(r, &rule, sets, &acc);
  double *x = acc;
  for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) {
    const double squares = x[3 * i + 2] + (sets == 2 ? x[3 * (r->n + i) + 2] : 0.0), divisor = x[3 * i] - r->options.ddof;
    x[i] = squares / (divisor > 0.0 ? divisor : 0.0);
    if (root) x[i] = sqrt(x[i]);
  }
  status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : real_dtype(r), acc, HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status var(const hearth_reducing *r, hearth_array **result) {
  return variance(r, false, result);
}

static hearth_status standard_deviation(const hearth_reducing *r, hearth_array **result) {
  return variance(r, true, result);
}

static hearth_status norm(const hearth_reducing *r, hearth_array **result) {
  if (hearth_reduction_is_exact(r)) return norm_exactly(r, result);
  const hearth_reduce_rule rule = {HEARTH_REDUCE_SQUARES, HEARTH_FLOAT64, omits(r)};
  void *acc;
  hearth_status status = gather(r, &rule, 1, &acc);
  double *x = acc;
  for (int64_t i = 0; i < r->n && status == HEARTH_OK; i++) x[i] = sqrt(x[i]);
  status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : real_dtype(r), acc, HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, acc);
  return status;
}

hearth_status hearth_mean(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("mean", mean, array, naxes, axes, options, result);
}

hearth_status hearth_var(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("var", var, array, naxes, axes, options, result);
}

hearth_status hearth_std(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("std", standard_deviation, array, naxes, axes, options, result);
}

hearth_status hearth_norm(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("norm", norm, array, naxes, axes, options, result);
}
