/* Selection batch by batch: what is wanted, and what is made of it. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/keys.h"
#include "tensor/select_impl.h"
#include <hearth/statistics.h>
#include <math.h>

/* Results of at most this many elements are sorted at once. */
enum { SELECT_SMALL = 4096 };
/* Numbers that tables of a batch have, about. */
#define SELECT_BATCH ((int64_t)1 << 21)

static hearth_status extremes_part(hearth_selection *s, const hearth_view *a, const int64_t *slot, int64_t outputs, void *user) {
  const hearth_context *ctx = s->r->ctx;
  hearth_key_extremes *found;
  (void)user;
  HEARTH_TRY(hearth_allocate(ctx, outputs * (int64_t)sizeof *found, &found));
  hearth_status status = ctx->backend->order->extremes(ctx->queue, a, s->kept, found);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  for (int64_t o = 0; o < outputs && status == HEARTH_OK; o++) hearth_key_extremes_join(&s->own[slot[o]], &found[o]);
  hearth_deallocate(ctx, found);
  return status;
}

static void merge_extremes(void *in, void *inout, int *n, MPI_Datatype *type) {
  const hearth_key_extremes *more = in;
  hearth_key_extremes *sum = inout;
  (void)type;
  for (int i = 0; i < *n; i++) hearth_key_extremes_join(&sum[i], &more[i]);
}

/* The extremes of all ranks; whether some rank failed rides along. */
static hearth_status find_extremes(hearth_selection *s, bool *stopped) {
  const hearth_key_extremes none = {UINT64_MAX, 0, 0, 0};
  for (int64_t i = 0; i < s->n; i++) s->own[i] = none;
  const hearth_status mine = hearth_select_each(s, extremes_part, NULL);
  for (int64_t i = 0; i < s->n; i++) s->all[i] = s->own[i];
  s->all[s->n] = none;
  s->all[s->n].nans = mine != HEARTH_OK;
  const hearth_status status = hearth_group_merge(s->r->ctx, s->r->comm, s->all, s->n + 1, (int64_t)sizeof none, merge_extremes);
  *stopped = status != HEARTH_OK || s->all[s->n].nans > 0;
  return mine != HEARTH_OK ? mine : status;
}

/* Whether result i has quantiles: something that is no NaN, and no NaN unless they are left out. */
static bool has_quantiles(const hearth_selection *s, int64_t i) {
  const hearth_key_extremes *x = &s->all[i];
  return x->count > x->nans && (x->nans == 0 || s->r->options.nan_policy == HEARTH_NAN_OMIT);
}

/* Where quantile q of n elements lies. */
static double place_of(double q, int64_t n) {
  return q * (double)(n - 1);
}

static void want(hearth_selection *s) {
  for (int64_t i = 0; i < s->n; i++) {
    const hearth_key_extremes *x = &s->all[i];
    hearth_wanted *wanted = s->wanted + i * s->per_result;
    for (int64_t k = 0; k < s->per_result; k++) {
      wanted[k] = (hearth_wanted){0, 0, 0, 0, -1};
      if (!has_quantiles(s, i)) continue;
      const int64_t n = x->count - x->nans;
      const double place = place_of(s->quantiles->q[k / 2], n);
      const int64_t rank = (int64_t)(k % 2 ? ceil(place) : floor(place));
      wanted[k] = (hearth_wanted){rank < n ? rank : n - 1, 0, x->lowest, x->highest, -1};
    }
  }
  hearth_select_ranges(s);
  for (int64_t i = 0; i < s->n; i++)
    for (int64_t g = s->first[i]; g < s->first[i + 1]; g++) {
      s->mine[g] = s->own[i].count - s->own[i].nans;
      s->total[g] = s->all[i].count - s->all[i].nans;
    }
}

/* NumPy's linear interpolation; an infinite neighbour is the result. */
static double between(double a, double b, double t) {
  if (a == b || t == 0.0) return a;
  if (isinf(a) || isinf(b)) return a + b;
  return t >= 0.5 ? b - (b - a) * (1.0 - t) : a + (b - a) * t;
}

static double quantile_of(const hearth_selection *s, int64_t i, int32_t k) {
  if (!has_quantiles(s, i)) return NAN;
  const hearth_wanted *wanted = s->wanted + i * s->per_result + 2 * k;
  const int32_t dtype = s->r->array->dtype;
  const double a = hearth_key_value(dtype, wanted[0].low), b = hearth_key_value(dtype, wanted[1].low);
  const double place = place_of(s->quantiles->q[k], s->all[i].count - s->all[i].nans), part = place - floor(place);
  switch (s->quantiles->method) {
  case HEARTH_QUANTILE_LOWER:
    return a;
  case HEARTH_QUANTILE_HIGHER:
    return b;
  case HEARTH_QUANTILE_NEAREST: /* halves to the even place */
    return part < 0.5 || (part == 0.5 && fmod(floor(place), 2.0) == 0.0) ? a : b;
  case HEARTH_QUANTILE_MIDPOINT:
    return part == 0.0 || a == b ? a : isfinite(a + b) ? (a + b) / 2 : a / 2 + b / 2;
  default:
    return between(a, b, part);
  }
}

static hearth_status select_batch(hearth_selection *s, double *values, bool *nan, bool *stopped) {
  HEARTH_TRY(find_extremes(s, stopped));
  if (*stopped) return HEARTH_OK;
  want(s);
  for (;;) {
    int64_t left = 0, all = 0;
    for (int64_t g = 0; g < s->first[s->n]; g++) left += s->total[g];
    for (int64_t i = 0; i < s->n; i++) all += s->all[i].count;
    if (s->first[s->n] == 0) break;
    const bool few = left <= all / 8 || left <= SELECT_SMALL * s->n;
    HEARTH_TRY(few ? hearth_select_collect(s, stopped) : hearth_select_narrow(s, stopped));
    if (*stopped) return HEARTH_OK;
    if (few) break;
  }
  for (int64_t i = 0; i < s->n; i++) {
    *nan = *nan || s->own[i].nans > 0;
    for (int32_t k = 0; k < s->quantiles->nq; k++) values[k * s->r->n + s->from + i] = quantile_of(s, i, k);
  }
  return HEARTH_OK;
}

static void order_dimensions(hearth_selection *s) {
  const hearth_reducing *r = s->r;
  s->ndim = r->array->layout->ndim;
  for (int32_t d = 0; d < s->ndim; d++) {
    if (r->reduced[d]) continue;
    int32_t at = s->kept++;
    for (; at > 0 && r->stride[s->order[at - 1]] < r->stride[d]; at--) s->order[at] = s->order[at - 1];
    s->order[at] = d;
  }
  int32_t next = s->kept;
  for (int32_t d = 0; d < s->ndim; d++)
    if (r->reduced[d]) s->order[next++] = d;
}

static hearth_status make_selection(hearth_selection *s, int64_t most) {
  const hearth_context *ctx = s->r->ctx;
  const int64_t wanted = most * s->per_result;
  HEARTH_TRY(hearth_allocate(ctx, most * (int64_t)sizeof *s->own, &s->own));
  HEARTH_TRY(hearth_allocate(ctx, (most + 1) * (int64_t)sizeof *s->all, &s->all));
  HEARTH_TRY(hearth_allocate(ctx, wanted * (int64_t)sizeof *s->wanted, &s->wanted));
  HEARTH_TRY(hearth_allocate(ctx, (most + 1) * (int64_t)sizeof *s->first, &s->first));
  HEARTH_TRY(hearth_allocate(ctx, (wanted + 1) * (int64_t)sizeof *s->range, &s->range));
  HEARTH_TRY(hearth_allocate(ctx, wanted * (int64_t)sizeof *s->mine, &s->mine));
  HEARTH_TRY(hearth_allocate(ctx, wanted * (int64_t)sizeof *s->moved, &s->moved));
  return hearth_allocate(ctx, wanted * (int64_t)sizeof *s->total, &s->total);
}

static void free_selection(hearth_selection *s) {
  const hearth_context *ctx = s->r->ctx;
  hearth_deallocate(ctx, s->own);
  hearth_deallocate(ctx, s->all);
  hearth_deallocate(ctx, s->wanted);
  hearth_deallocate(ctx, s->first);
  hearth_deallocate(ctx, s->range);
  hearth_deallocate(ctx, s->mine);
  hearth_deallocate(ctx, s->total);
  hearth_deallocate(ctx, s->moved);
}

hearth_status hearth_select(const hearth_reducing *r, const hearth_quantiles *quantiles, double *values, bool *nan) {
  hearth_selection s = {.r = r, .quantiles = quantiles, .per_result = 2 * (int64_t)quantiles->nq};
  *nan = false;
  if (r->n == 0 || quantiles->nq == 0) return HEARTH_OK;
  order_dimensions(&s);
  /* Batches are whole steps along the slowest dimension of the results. */
  const int64_t step = s.kept > 0 ? r->stride[s.order[0]] : 1, each = r->volume < SELECT_SMALL / 2 ? r->volume : SELECT_SMALL / 2;
  int64_t most = SELECT_BATCH / (each > 2 * s.per_result ? each : 2 * s.per_result) / step * step;
  most = most < step ? step : most > r->n ? r->n : most;
  bool stopped;
  hearth_status status = hearth_select_check(&s, make_selection(&s, most), &stopped);
  for (; s.from < r->n && !stopped && status == HEARTH_OK; s.from += s.n) {
    s.n = r->n - s.from < most ? r->n - s.from : most;
    status = select_batch(&s, values, nan, &stopped);
  }
  free_selection(&s);
  return status;
}
