#include <hearth/creation.h>
#include <hearth/elementwise.h>
#include <hearth/matmul.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/operand.h"
#include "tensor/reduce_impl.h"
#include <math.h>
#include <string.h>

typedef struct norm_call {
  const hearth_array *a;
  double order;
  int32_t naxes;
  const int32_t *axes;
  const hearth_reduce_options *options;
  int32_t dtype; /* of the result */
} norm_call;

/* The result of a reduction in the type that norms have. */
static hearth_status finish(const norm_call *call, hearth_status status, hearth_array **reduced, hearth_array **result) {
  if (status != HEARTH_OK || (*reduced)->dtype == call->dtype) {
    *result = *reduced;
    *reduced = NULL;
    return status;
  }
  status = hearth_array_cast(*reduced, call->dtype, result);
  hearth_array_destroy(reduced);
  return status;
}

/* The power of two that brings the largest absolute value to 1/2 .. 1; 1 where there is none. */
static hearth_status find_scale(const norm_call *call, const hearth_array *sizes, double *scale) {
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  hearth_array *largest = NULL;
  double most = 0.0;
  int exponent = 0;
  *scale = 1.0;
  for (int32_t d = 0; d < sizes->layout->ndim; d++)
    if (sizes->layout->shape[d] == 0) return HEARTH_OK;
  options.nan_policy = call->options && call->options->nan_policy == HEARTH_NAN_OMIT ? HEARTH_NAN_OMIT : HEARTH_NAN_PROPAGATE;
  HEARTH_TRY(hearth_max(sizes, 0, NULL, &options, &largest));
  const hearth_status status = hearth_agree(sizes->ctx, hearth_linalg_number(largest, &most));
  hearth_array_destroy(&largest);
  if (isfinite(most) && most > 0.0) frexp(most, &exponent);
  *scale = ldexp(1.0, exponent);
  return status;
}

/* Any other order, in float64. Only the options of the norm itself are looked at: the sum's type is float64 already. */
static hearth_status power_norm(const norm_call *call, const hearth_array *values, hearth_array **result) {
  hearth_array *sizes = NULL, *sums = NULL;
  double scale = 1.0;
  hearth_status status = hearth_empty_like(values, HEARTH_FLOAT64, &sizes);
  if (status == HEARTH_OK) status = hearth_unary_into(values, HEARTH_OP_ABSOLUTE, sizes);
  if (status == HEARTH_OK) status = find_scale(call, sizes, &scale);
  if (status == HEARTH_OK)
    status = hearth_chain_scalars(sizes, 2, (const int32_t[]){HEARTH_OP_DIVIDE, HEARTH_OP_POWER}, (const double[]){scale, call->order}, sizes);
  if (status == HEARTH_OK) status = hearth_sum(sizes, call->naxes, call->axes, call->options, &sums);
  if (status == HEARTH_OK)
    status = hearth_chain_scalars(sums, 2, (const int32_t[]){HEARTH_OP_POWER, HEARTH_OP_MULTIPLY}, (const double[]){1.0 / call->order, scale}, sums);
  hearth_array_destroy(&sizes);
  status = status == HEARTH_OK ? finish(call, status, &sums, result) : status;
  hearth_array_destroy(&sums);
  return status;
}

static hearth_status simple_norm(const norm_call *call, const hearth_array *values, hearth_array **result) {
  hearth_array *sizes = NULL, *reduced = NULL;
  if (call->order == 2.0) return hearth_norm(values, call->naxes, call->axes, call->options, result);
  if (call->order == 0.0) return finish(call, hearth_count_nonzero(values, call->naxes, call->axes, call->options, &reduced), &reduced, result);
  hearth_status status = hearth_absolute(values, &sizes);
  if (status == HEARTH_OK) {
    if (call->order == 1.0)
      status = hearth_sum(sizes, call->naxes, call->axes, call->options, &reduced);
    else if (call->order > 0.0)
      status = hearth_max(sizes, call->naxes, call->axes, call->options, &reduced);
    else
      status = hearth_min(sizes, call->naxes, call->axes, call->options, &reduced);
  }
  hearth_array_destroy(&sizes);
  return finish(call, status, &reduced, result);
}

static hearth_status check_norm(const norm_call *call, hearth_array *const *result) {
  HEARTH_REQUIRE(call->a->ctx, result, "vector_norm: no place for the result (NULL)");
  HEARTH_REQUIRE(call->a->ctx, !isnan(call->order), "vector_norm: the order is NaN");
  return hearth_array_pending(call->a);
}

hearth_status hearth_vector_norm(const hearth_array *a, double order, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options,
                                 hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  norm_call call = {.a = a, .order = order, .naxes = naxes, .axes = axes, .options = options};
  int64_t bits;
  memcpy(&bits, &order, sizeof bits);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check_norm(&call, result), "order (its bits)|", &bits, 1));
  const int32_t type = hearth_linalg_dtype(a->dtype, a->dtype);
  call.dtype = type == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : type == HEARTH_COMPLEX128 ? HEARTH_FLOAT64 : type;
  hearth_array *made = NULL;
  hearth_status status = a->dtype == type ? HEARTH_OK : hearth_array_cast(a, type, &made);
  const bool simple = order == 0.0 || order == 1.0 || order == 2.0 || isinf(order);
  if (status == HEARTH_OK) status = simple ? simple_norm(&call, made ? made : a, result) : power_norm(&call, made ? made : a, result);
  hearth_array_destroy(&made);
  return status;
}
