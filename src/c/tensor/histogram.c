/* Histograms: every rank counts its own elements, the counts are added up. */
#include <hearth/statistics.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/bins.h"
#include "kernels/keys.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <math.h>
#include <string.h>

/* Both arrays in reach of the kernels, the weights in float64 and in the layout of the elements. */
typedef struct operands {
  const hearth_array *a, *weights; /* weights may be NULL */
  hearth_array *made[3];
} operands;

static void release(operands *o) {
  for (int i = 0; i < 3; i++) hearth_array_destroy(&o->made[i]);
}

static hearth_status bring_weights(operands *o, const hearth_array *weights) {
  hearth_context *ctx = o->a->ctx;
  if (weights->dtype != HEARTH_FLOAT64) {
    HEARTH_TRY(hearth_agree(ctx, hearth_array_create_local(o->a->layout, HEARTH_FLOAT64, o->a->order, &o->made[1])));
    HEARTH_TRY(hearth_array_copy(weights, o->made[1]));
    o->weights = o->made[1];
    return HEARTH_OK;
  }
  return hearth_array_align(weights, o->a->layout, &o->weights, &o->made[2]);
}

static hearth_status bring(operands *o, const hearth_array *array, const hearth_array *weights) {
  *o = (operands){0};
  hearth_status status = hearth_array_align(array, array->layout, &o->a, &o->made[0]);
  if (status == HEARTH_OK && weights) status = bring_weights(o, weights);
  if (status != HEARTH_OK) release(o);
  return status;
}

static hearth_status check(const hearth_array *array, const hearth_array *weights, bool places) {
  hearth_context *ctx = array->ctx;
  HEARTH_REQUIRE(ctx, places, "no place for a result (NULL)");
  HEARTH_TRY(hearth_array_pending(array));
  if (array->dtype >= HEARTH_KEY_DTYPES)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "values of type %s have no order", hearth_dtype_name((hearth_dtype)array->dtype));
  if (!weights) return HEARTH_OK;
  HEARTH_TRY(hearth_array_pending(weights));
  if (weights->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the weights belong to another context");
  if (hearth_dtype_is_complex(weights->dtype))
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "weights of type %s", hearth_dtype_name((hearth_dtype)weights->dtype));
  bool same = weights->layout->ndim == array->layout->ndim;
  for (int32_t d = 0; same && d < array->layout->ndim; d++) same = weights->layout->shape[d] == array->layout->shape[d];
  if (!same) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the weights do not have the shape of the array (%d dimensions)", array->layout->ndim);
  if (ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE)
    return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "a histogram with weights has no reproducible form");
  return HEARTH_OK;
}

static int64_t bits_of(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return isnan(x) ? INT64_MAX : bits;
}

/* Smallest and largest element of all ranks, whether there is any and whether there is NaN. Collective. */
static hearth_status find_extremes(const hearth_array *a, hearth_key_extremes *all) {
  const hearth_context *ctx = a->ctx;
  hearth_status status = HEARTH_OK;
  *all = (hearth_key_extremes){UINT64_MAX, 0, 0, 0};
  for (int32_t p = 0; p < a->npieces && status == HEARTH_OK; p++) {
    hearth_key_extremes mine;
    status = ctx->backend->order->extremes(ctx->queue, &a->piece[p].view, 0, &mine);
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
    if (status == HEARTH_OK) hearth_key_extremes_join(all, &mine);
  }
  HEARTH_TRY(hearth_agree(ctx, status));
  const int64_t flip = INT64_MIN; /* unsigned order as that of signed numbers */
  int64_t least[2] = {(int64_t)all->lowest ^ flip, (int64_t)~all->highest ^ flip}, sum[2] = {all->count, all->nans};
  HEARTH_TRY(hearth_allreduce_i64(ctx, least, 2, HEARTH_OP_MIN));
  HEARTH_TRY(hearth_allreduce_i64(ctx, sum, 2, HEARTH_OP_SUM));
  *all = (hearth_key_extremes){(uint64_t)(least[0] ^ flip), ~(uint64_t)(least[1] ^ flip), sum[0], sum[1]};
  return HEARTH_OK;
}

/* NumPy's range: what is not given is found, nothing becomes 0 .. 1, a single value is widened. */
static hearth_status find_range(const hearth_array *a, double *low, double *high) {
  const hearth_context *ctx = a->ctx;
  if (isnan(*low) || isnan(*high)) {
    hearth_key_extremes all;
    HEARTH_TRY(find_extremes(a, &all));
    if (all.nans > 0)
      return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "histogram: its range is to be found, and %lld elements are NaN; give low and high", (long long)all.nans);
    const double least = all.count > 0 ? hearth_key_value(a->dtype, all.lowest) : 0.0, most = all.count > 0 ? hearth_key_value(a->dtype, all.highest) : 1.0;
    if (!isfinite(least) || !isfinite(most))
      return hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "histogram: its range is to be found, and the elements reach from %g to %g; give low and high", least,
                         most);
    *low = isnan(*low) ? least : *low;
    *high = isnan(*high) ? most : *high;
    HEARTH_REQUIRE(ctx, *low <= *high, "histogram: low is %g, and no element is above %g", *low, *high);
  }
  if (*low == *high) {
    *low -= 0.5;
    *high += 0.5;
  }
  return HEARTH_OK;
}

static hearth_status count(const operands *o, const hearth_bins *bins, int64_t *counts, double *sums) {
  const hearth_context *ctx = o->a->ctx;
  hearth_status status = HEARTH_OK;
  for (int32_t p = 0; p < o->a->npieces && status == HEARTH_OK && hearth_layout_is_primary(o->a->layout, ctx->rank); p++)
    status = ctx->backend->order->histogram(ctx->queue, &o->a->piece[p].view, o->weights ? &o->weights->piece[p].view : NULL, bins, counts, sums);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  HEARTH_TRY(hearth_agree(ctx, status));
  return sums ? hearth_allreduce_f64(ctx, sums, bins->n, HEARTH_OP_SUM) : hearth_allreduce_i64(ctx, counts, bins->n, HEARTH_OP_SUM);
}

/* A replicated 1-d array of n numbers that every rank has. */
static hearth_status publish(hearth_context *ctx, int64_t n, int32_t dtype, void *numbers, hearth_array **result) {
  hearth_layout *layout = NULL;
  hearth_status status = hearth_layout_make_split(ctx, 1, &n, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, dtype, HEARTH_ROW_MAJOR, result);
  if (status == HEARTH_OK) {
    hearth_view from = (*result)->piece[0].view;
    from.data = numbers;
    from.space = HEARTH_SPACE_HOST;
    status = hearth_view_copy(ctx, &(*result)->piece[0].view, &from);
  }
  hearth_layout_destroy(&layout);
  return hearth_agree(ctx, status);
}

/* Counts and edges of uniform bins; edges may be NULL. */
static hearth_status fill(const operands *o, int64_t n, double low, double high, hearth_array **counts, hearth_array **edges) {
  hearth_context *ctx = o->a->ctx;
  void *table = NULL;
  double *edge = NULL;
  hearth_status status = hearth_allocate_zero(ctx, n * 8, &table);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (n + 1) * (int64_t)sizeof *edge, &edge);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) {
    for (int64_t i = 0; i <= n; i++) edge[i] = hearth_uniform_edge(low, high, n, i);
    const hearth_bins bins = {n, edge, true};
    status = count(o, &bins, o->weights ? NULL : table, o->weights ? table : NULL);
  }
  if (status == HEARTH_OK) status = publish(ctx, n, o->weights ? HEARTH_FLOAT64 : HEARTH_INT64, table, counts);
  if (status == HEARTH_OK && edges) status = publish(ctx, n + 1, HEARTH_FLOAT64, edge, edges);
  hearth_deallocate(ctx, table);
  hearth_deallocate(ctx, edge);
  if (status == HEARTH_OK) return HEARTH_OK;
  hearth_array_destroy(counts);
  if (edges) hearth_array_destroy(edges);
  return status;
}

static hearth_status check_range(const hearth_array *array, int64_t nbins, double low, double high) {
  HEARTH_REQUIRE(array->ctx, nbins >= 1, "a histogram of %lld bins", (long long)nbins);
  HEARTH_REQUIRE(array->ctx, !isinf(low) && !isinf(high) && !(low > high), "a histogram from %g to %g", low, high);
  return HEARTH_OK;
}

hearth_status hearth_histogram(const hearth_array *array, int64_t nbins, double low, double high, const hearth_array *weights, hearth_array **counts,
                               hearth_array **edges) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (counts) *counts = NULL;
  if (edges) *edges = NULL;
  hearth_status mine = check(array, weights, counts && edges);
  if (mine == HEARTH_OK) mine = check_range(array, nbins, low, high);
  HEARTH_TRY(hearth_agree_same(array->ctx, mine, "nbins|low (as bits)|high (as bits)|weights",
                               (const int64_t[]){nbins, bits_of(low), bits_of(high), weights != NULL}, 4));
  operands o;
  HEARTH_TRY(bring(&o, array, weights));
  hearth_status status = find_range(o.a, &low, &high);
  if (status == HEARTH_OK) status = fill(&o, nbins, low, high, counts, edges);
  release(&o);
  return status;
}

/* The bins 0 .. 1, 1 .. 2, ...: the last one's right edge is no element. */
static hearth_status count_integers(const operands *o, int64_t least, hearth_array **counts) {
  const hearth_context *ctx = o->a->ctx;
  hearth_key_extremes all;
  HEARTH_TRY(find_extremes(o->a, &all));
  if (all.count > 0) {
    const double low = hearth_key_value(o->a->dtype, all.lowest), high = hearth_key_value(o->a->dtype, all.highest);
    HEARTH_REQUIRE(ctx, low >= 0, "bincount: an element is negative: %.0f", low);
    HEARTH_REQUIRE(ctx, high < 0x1p53, "bincount: an element is too large to be counted in a table: %.0f", high);
    if (high + 1 > (double)least) least = (int64_t)high + 1;
  }
  return fill(o, least, 0.0, (double)least, counts, NULL);
}

hearth_status hearth_bincount(const hearth_array *array, const hearth_array *weights, int64_t least, hearth_array **counts) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  if (counts) *counts = NULL;
  hearth_status mine = check(array, weights, counts != NULL);
  if (mine == HEARTH_OK && least < 0) mine = hearth_fail(array->ctx, HEARTH_ERR_ARGUMENT, "bincount: at least %lld numbers", (long long)least);
  if (mine == HEARTH_OK && !hearth_dtype_is_integer(array->dtype))
    mine = hearth_fail(array->ctx, HEARTH_ERR_UNSUPPORTED, "bincount counts integers, not %s", hearth_dtype_name((hearth_dtype)array->dtype));
  HEARTH_TRY(hearth_agree_same(array->ctx, mine, "least|weights", (const int64_t[]){least, weights != NULL}, 2));
  operands o;
  HEARTH_TRY(bring(&o, array, weights));
  const hearth_status status = count_integers(&o, least, counts);
  release(&o);
  return status;
}
