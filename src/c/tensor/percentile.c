/* Median, quantiles, percentiles. */
#include <hearth/statistics.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/keys.h"
#include "tensor/select_impl.h"
#include <string.h>

/* Quantiles of all results: values[i * r->n + s], agreed. The caller deallocates *values, also after a failure. */
static hearth_status find_quantiles(const hearth_reducing *r, const hearth_quantiles *quantiles, double **values) {
  bool nan = false;
  *values = NULL;
  hearth_status status = r->array->dtype < HEARTH_KEY_DTYPES ? HEARTH_OK
                                                             : hearth_fail(r->ctx, HEARTH_ERR_UNSUPPORTED, "%s: values of type %s have no order", r->name,
                                                                           hearth_dtype_name((hearth_dtype)r->array->dtype));
  if (status == HEARTH_OK) status = hearth_allocate(r->ctx, quantiles->nq * r->n * (int64_t)sizeof **values, values);
  HEARTH_TRY(hearth_agree(r->ctx, status));
  status = hearth_select(r, quantiles, *values, &nan);
  return hearth_reduction_agree(r, status, nan && r->options.nan_policy == HEARTH_NAN_ERROR);
}

static hearth_status median(const hearth_reducing *r, hearth_array **result) {
  const double half = 0.5;
  const hearth_quantiles quantiles = {1, HEARTH_QUANTILE_MIDPOINT, &half};
  double *values;
  hearth_status status = find_quantiles(r, &quantiles, &values);
  if (status == HEARTH_OK) status = hearth_reduction_finish(r, status, HEARTH_FLOAT64, values, HEARTH_FLOAT64, result);
  hearth_deallocate(r->ctx, values);
  return status;
}

hearth_status hearth_median(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  return hearth_reduction_run("median", median, array, naxes, axes, options, result);
}

/* One result after the other behind a new first dimension; [nq] alone if nothing is left of the operand's shape. */
static hearth_status store_quantiles(const hearth_reducing *r, int32_t nq, double *values, hearth_array **result) {
  hearth_context *ctx = r->ctx;
  const bool flat = r->nkept == 0 && !r->options.keepdims;
  const int64_t shape[1] = {nq};
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = flat ? hearth_layout_make_split(ctx, 1, shape, -1, &layout) : hearth_layout_insert(r->layout, 0, nq, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, HEARTH_FLOAT64, r->array->order, &made);
  hearth_layout_destroy(&layout);
  for (int32_t p = 0; status == HEARTH_OK && p < made->npieces; p++)
    for (int32_t i = 0; i < nq && status == HEARTH_OK; i++) {
      hearth_view to = made->piece[p].view, from;
      to.extent[0] = 1;
      if (to.data) to.data = (char *)to.data + i * to.stride[0];
      from = to;
      from.space = HEARTH_SPACE_HOST;
      from.data = values + i * r->n;
      hearth_strides(from.ndim, from.extent, (int64_t)sizeof *values, made->order, from.stride);
      status = hearth_view_copy(ctx, &to, &from);
    }
  status = hearth_agree(ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

static hearth_status check_quantiles(const hearth_array *array, int32_t nq, const double *q, double whole, int32_t method, hearth_array **result) {
  const hearth_context *ctx = array->ctx;
  HEARTH_REQUIRE(ctx, result, "no place for the result (NULL)");
  HEARTH_REQUIRE(ctx, nq >= 1 && q, "%d quantiles are asked for%s", nq, q ? "" : ", and their list is NULL");
  HEARTH_REQUIRE(ctx, method >= HEARTH_QUANTILE_LINEAR && method <= HEARTH_QUANTILE_MIDPOINT, "%d is no method for quantiles", method);
  for (int32_t i = 0; i < nq; i++) HEARTH_REQUIRE(ctx, q[i] >= 0.0 && q[i] <= whole, "quantile %d is %g, outside 0 .. %g", i, q[i], whole);
  return HEARTH_OK;
}

/* The same q on all ranks, bit by bit. */
static hearth_status agree_quantiles(const hearth_context *ctx, hearth_status mine, int32_t nq, const double *q, int32_t method) {
  HEARTH_TRY(hearth_agree_same(ctx, mine, "nq|method", (const int64_t[]){nq, method}, 2));
  int64_t *bits = NULL;
  mine = hearth_allocate(ctx, nq * (int64_t)sizeof *bits, &bits);
  if (mine == HEARTH_OK) memcpy(bits, q, (size_t)nq * sizeof *bits);
  hearth_status status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) status = hearth_agree_same(ctx, HEARTH_OK, "the quantiles (as bits)", bits, nq);
  hearth_deallocate(ctx, bits);
  return status;
}

static hearth_status quantiles_of(const char *name, const hearth_array *array, const hearth_quantiles *asked, double whole, int32_t naxes, const int32_t *axes,
                                  const hearth_reduce_options *options, hearth_array **result) {
  hearth_context *ctx = array->ctx;
  hearth_quantiles quantiles = *asked;
  hearth_reducing r;
  double *q = NULL, *values = NULL;
  if (result) *result = NULL;
  const hearth_status mine = check_quantiles(array, asked->nq, asked->q, whole, asked->method, result);
  HEARTH_TRY(agree_quantiles(ctx, mine, asked->nq, asked->q, asked->method));
  HEARTH_TRY(hearth_reduction_begin(&r, name, array, naxes, axes, options, result));
  hearth_status status = hearth_agree(ctx, hearth_allocate(ctx, asked->nq * (int64_t)sizeof *q, &q));
  if (status == HEARTH_OK) {
    for (int32_t i = 0; i < asked->nq; i++) q[i] = asked->q[i] / whole;
    quantiles.q = q;
    status = find_quantiles(&r, &quantiles, &values);
  }
  if (status == HEARTH_OK) status = store_quantiles(&r, asked->nq, values, result);
  hearth_deallocate(ctx, values);
  hearth_deallocate(ctx, q);
  hearth_reduction_end(&r);
  return status;
}

hearth_status hearth_quantile(const hearth_array *array, int32_t nq, const double *q, int32_t naxes, const int32_t *axes, int32_t method,
                              const hearth_reduce_options *options, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  return quantiles_of("quantile", array, &(hearth_quantiles){nq, method, q}, 1.0, naxes, axes, options, result);
}

hearth_status hearth_percentile(const hearth_array *array, int32_t nq, const double *q, int32_t naxes, const int32_t *axes, int32_t method,
                                const hearth_reduce_options *options, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  return quantiles_of("percentile", array, &(hearth_quantiles){nq, method, q}, 100.0, naxes, axes, options, result);
}
