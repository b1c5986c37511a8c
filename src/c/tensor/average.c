/* Weighted mean. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/align.h"
#include "tensor/reduce_exact.h"
#include "tensor/views.h"

/* Weights of one dimension that lie along `axis`: dimensions of extent 1 follow, so that broadcasting lines them up. */
static hearth_status line_up(const hearth_array *weights, int32_t after, hearth_array **lined_up) {
  hearth_layout *layout = hearth_layout_retain(weights->layout);
  hearth_status status = HEARTH_OK;
  for (int32_t k = 0; k < after && status == HEARTH_OK; k++) {
    hearth_layout *longer = NULL;
    status = hearth_layout_insert(layout, 1 + k, 1, &longer);
    hearth_layout_destroy(&layout);
    layout = longer;
  }
  const int32_t from[HEARTH_MAX_NDIM] = {0, -1, -1, -1, -1, -1, -1, -1};
  if (status == HEARTH_OK) status = hearth_view_dims(weights, layout, from, lined_up);
  hearth_layout_destroy(&layout);
  return status;
}

typedef struct average_task {
  const hearth_operand *weights;
  hearth_reduce_rule rule;
  void *acc;
} average_task;

static hearth_status average_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  const average_task *task = user;
  const hearth_view acc = hearth_reduction_accumulators(r, part, task->acc, HEARTH_FLOAT64, sizeof(double));
  hearth_view weights = task->weights->view[part->piece];
  for (int32_t d = 0; d < weights.ndim; d++) {
    weights.data = (char *)weights.data + part->first[d] * weights.stride[d];
    weights.extent[d] = part->src.extent[d];
  }
  return r->ctx->backend->reduce->accumulate(r->ctx->queue, &task->rule, &acc, &part->src, &weights);
}

/* Sums of products, and of weights, one after the other. */
static hearth_status sums(const hearth_reducing *r, const hearth_operand *weights, double **acc) {
  const bool omit = r->options.nan_policy == HEARTH_NAN_OMIT;
  *acc = NULL;
  HEARTH_TRY(hearth_allocate_zero(r->ctx, 2 * r->n * (int64_t)sizeof **acc, acc));
  average_task products = {weights, {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, omit}, *acc};
  average_task totals = {weights, {HEARTH_REDUCE_WEIGHTS, HEARTH_FLOAT64, omit}, *acc + r->n};
  HEARTH_TRY(hearth_reduction_each(r, average_part, &products));
  return hearth_reduction_each(r, average_part, &totals);
}

/* In reproducible mode: the same of exact sums. */
static hearth_status average_exactly(const hearth_reducing *r, const hearth_operand *weights, hearth_array **result) {
  double *products = NULL, *totals = NULL;
  bool nan = false;
  hearth_status status = hearth_reduction_exact(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_PRODUCT, .weights = weights}, &products, &nan);
  const hearth_status second = hearth_reduction_exact(r, &(hearth_exact_sums){.kind = HEARTH_EXACT_OTHER, .weights = weights}, &totals, &nan);
  status = hearth_reduction_agree(r, status != HEARTH_OK ? status : second, nan && r->options.nan_policy == HEARTH_NAN_ERROR);
  if (status == HEARTH_OK) {
    for (int64_t i = 0; i < r->n; i++) products[i] /= totals[i];
    status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : hearth_reduction_float(r), products, HEARTH_FLOAT64, result);
  }
  hearth_deallocate(r->ctx, products);
  hearth_deallocate(r->ctx, totals);
  return status;
}

static hearth_status average(const hearth_reducing *r, const hearth_operand *weights, hearth_array **result) {
  if (hearth_reduction_is_exact(r)) return average_exactly(r, weights, result);
  const hearth_reduce_rule sum = {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, false};
  double *acc = NULL;
  hearth_status status = sums(r, weights, &acc);
  const bool nan = status == HEARTH_OK && hearth_reduction_has_nan(r, 2 * r->n, acc);
  status = hearth_reduction_agree(r, status, nan);
  if (status == HEARTH_OK) {
    status = hearth_reduction_combine(r, &sum, 2 * r->n, acc);
    for (int64_t i = 0; i < r->n; i++) acc[i] /= acc[r->n + i];
    status = hearth_reduction_finish(r, status, r->options.dtype ? r->options.dtype : hearth_reduction_float(r), acc, HEARTH_FLOAT64, result);
  }
  hearth_deallocate(r->ctx, acc);
  return status;
}

static hearth_status check(const hearth_reducing *r, const hearth_array *weights) {
  if (hearth_dtype_is_complex(r->array->dtype) || hearth_dtype_is_complex(weights->dtype))
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "average of %s with weights of %s", hearth_dtype_name((hearth_dtype)r->array->dtype),
                       hearth_dtype_name((hearth_dtype)weights->dtype));
  if (r->options.dtype && hearth_dtype_is_integer(r->options.dtype))
    return hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "average has no result of type %s", hearth_dtype_name((hearth_dtype)r->options.dtype));
  return HEARTH_OK;
}

/* The weights' shape, lined up at the last dimensions, against the array's. */
static hearth_status check_shape(const hearth_reducing *r, const hearth_array *weights) {
  const hearth_layout *own = weights->layout, *all = r->array->layout;
  const int32_t before = all->ndim - own->ndim;
  bool fits = before >= 0;
  for (int32_t d = 0; d < own->ndim && fits; d++) fits = own->shape[d] == all->shape[before + d] || own->shape[d] == 1;
  if (fits) return HEARTH_OK;
  return hearth_fail(r->ctx, HEARTH_ERR_MISMATCH,
                     "average: weights of %d dimensions (first extent %lld) do not broadcast to an array of %d (first extent %lld)", own->ndim,
                     (long long)own->shape[0], all->ndim, (long long)all->shape[0]);
}

static hearth_status check_weights(const hearth_array *array, const hearth_array *weights) {
  HEARTH_REQUIRE(array->ctx, weights, "average: the weights are NULL");
  if (weights->ctx != array->ctx) return hearth_fail(array->ctx, HEARTH_ERR_MISMATCH, "average: the weights belong to another context");
  return hearth_array_pending(weights);
}

hearth_status hearth_average(const hearth_array *array, const hearth_array *weights, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options,
                             hearth_array **result) {
  hearth_reducing r;
  hearth_operand operand;
  hearth_array *lined_up = NULL;
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree(array->ctx, check_weights(array, weights)));
  HEARTH_TRY(hearth_reduction_begin(&r, "average", array, naxes, axes, options, result));
  hearth_status status = check(&r, weights);
  if (status == HEARTH_OK && naxes == 1 && weights->layout->ndim == 1) status = line_up(weights, r.array->layout->ndim - 1 - axes[0], &lined_up);
  if (status == HEARTH_OK) status = check_shape(&r, lined_up ? lined_up : weights);
  status = hearth_agree(r.ctx, status);
  if (status == HEARTH_OK) status = hearth_operands_align(1, (const hearth_array *[]){lined_up ? lined_up : weights}, r.array->layout, &operand);
  if (status == HEARTH_OK) {
    status = average(&r, &operand, result);
    hearth_operands_release(1, &operand);
  }
  hearth_array_destroy(&lined_up);
  hearth_reduction_end(&r);
  return status;
}
