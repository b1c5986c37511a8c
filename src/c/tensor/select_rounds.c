/* Rounds of selection: narrowing by histograms, and the end among the few elements that are left. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/select_impl.h"
#include <string.h>

/* Bins per range. */
enum { SELECT_BINS = 2048 };

hearth_status hearth_select_check(const hearth_selection *s, hearth_status mine, bool *stopped) {
  int64_t failed = mine != HEARTH_OK;
  const hearth_status status = hearth_group_allreduce(s->r->ctx, s->r->comm, &failed, 1, MPI_INT64_T, MPI_MAX);
  *stopped = failed || status != HEARTH_OK;
  return mine != HEARTH_OK ? mine : status;
}

/* The part's view with the kept dimensions first, and the slots of its results. */
typedef struct each_task {
  hearth_selection *s;
  hearth_select_function function;
  void *user;
} each_task;

static hearth_status each_part(const hearth_reducing *r, const hearth_part *part, void *context) {
  const each_task *task = context;
  hearth_selection *s = task->s;
  hearth_view a = part->src;
  int64_t at = part->at, outputs = 1, *slot;
  for (int32_t d = 0; d < s->ndim; d++) {
    a.extent[d] = part->src.extent[s->order[d]];
    a.stride[d] = part->src.stride[s->order[d]];
  }
  if (s->kept > 0) { /* the batch is a range along the slowest dimension */
    const int64_t step = r->stride[s->order[0]], first = at / step, begin = s->from / step, end = (s->from + s->n) / step;
    const int64_t low = begin > first ? begin - first : 0, high = end - first < a.extent[0] ? end - first : a.extent[0];
    if (low >= high) return HEARTH_OK;
    a = hearth_view_part(&a, 0, low, high - low);
    at += low * step;
  }
  for (int32_t d = 0; d < s->kept; d++) outputs *= a.extent[d];
  HEARTH_TRY(hearth_allocate(r->ctx, outputs * (int64_t)sizeof *slot, &slot));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  for (int64_t o = 0; o < outputs; o++) {
    slot[o] = at - s->from;
    for (int32_t d = 0; d < s->kept; d++) slot[o] += index[d] * r->stride[s->order[d]];
    for (int32_t d = s->kept - 1; d >= 0 && ++index[d] == a.extent[d]; d--) index[d] = 0;
  }
  const hearth_status status = task->function(s, &a, slot, outputs, task->user);
  hearth_deallocate(r->ctx, slot);
  return status;
}

hearth_status hearth_select_each(hearth_selection *s, hearth_select_function function, void *user) {
  each_task task = {s, function, user};
  HEARTH_TRY(hearth_reduction_each(s->r, each_part, &task));
  return s->r->ctx->backend->wait(s->r->ctx->queue);
}

void hearth_select_ranges(hearth_selection *s) {
  int64_t n = 0;
  for (int64_t i = 0; i < s->n; i++) {
    s->first[i] = n;
    hearth_wanted *wanted = s->wanted + i * s->per_result;
    for (int64_t k = 0; k < s->per_result; k++) { /* insertion: intervals are equal or disjoint */
      const hearth_wanted *w = &wanted[k];
      if (w->low >= w->high) continue;
      int64_t at = n;
      while (at > s->first[i] && s->range[at - 1].low > w->low) at--;
      if (at > s->first[i] && s->range[at - 1].low == w->low) continue;
      memmove(&s->range[at + 1], &s->range[at], (size_t)(n - at) * sizeof *s->range);
      s->range[at] = (hearth_key_range){w->low, w->high, 0, 0};
      n++;
    }
    for (int64_t k = 0; k < s->per_result; k++) {
      wanted[k].range = -1;
      for (int64_t g = s->first[i]; g < n && wanted[k].low < wanted[k].high; g++)
        if (s->range[g].low == wanted[k].low) wanted[k].range = g;
    }
  }
  s->first[s->n] = n;
}

/* The tables of ranges in the order of a part's results. */
typedef struct tables {
  int64_t *first;
  hearth_key_range *range;
} tables;

static hearth_status make_tables(const hearth_selection *s, const int64_t *slot, int64_t outputs, tables *t) {
  const hearth_context *ctx = s->r->ctx;
  int64_t n = 0;
  *t = (tables){NULL, NULL};
  for (int64_t o = 0; o < outputs; o++) n += s->first[slot[o] + 1] - s->first[slot[o]];
  HEARTH_TRY(hearth_allocate(ctx, (outputs + 1) * (int64_t)sizeof *t->first, &t->first));
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *t->range, &t->range));
  t->first[0] = 0;
  for (int64_t o = 0; o < outputs; o++) {
    const int64_t begin = s->first[slot[o]], count = s->first[slot[o] + 1] - begin;
    if (count > 0) memcpy(t->range + t->first[o], s->range + begin, (size_t)count * sizeof *t->range);
    t->first[o + 1] = t->first[o] + count;
  }
  return HEARTH_OK;
}

static void free_tables(const hearth_selection *s, tables *t) {
  hearth_deallocate(s->r->ctx, t->first);
  hearth_deallocate(s->r->ctx, t->range);
}

static hearth_status count_part(hearth_selection *s, const hearth_view *a, const int64_t *slot, int64_t outputs, void *user) {
  const hearth_context *ctx = s->r->ctx;
  const int64_t *bins = user;
  tables t;
  hearth_status status = make_tables(s, slot, outputs, &t);
  if (status == HEARTH_OK) status = ctx->backend->order->bins(ctx->queue, a, s->kept, t.first, t.range, *bins, s->counts);
  free_tables(s, &t);
  return status;
}

/* Moves every wanted element's interval to the bin that holds it. */
static void choose_bins(hearth_selection *s) {
  for (int64_t i = 0; i < s->n * s->per_result; i++) {
    hearth_wanted *w = &s->wanted[i];
    if (w->range < 0) continue;
    const hearth_key_range *range = &s->range[w->range];
    const int64_t bins = (int64_t)((range->high - range->low) >> range->shift) + 1;
    int64_t bin = 0;
    while (bin < bins - 1 && w->below + s->sum[range->at + bin] <= w->rank) w->below += s->sum[range->at + bin++];
    w->low = range->low + ((uint64_t)bin << range->shift);
    const uint64_t width = ((uint64_t)1 << range->shift) - 1;
    w->high = range->high - w->low < width ? range->high : w->low + width;
  }
}

/* How many elements are in the new ranges, from the bins of the old ones (a wanted element's old range is still named). */
static void count_ranges(hearth_selection *s, const hearth_key_range *old, const int64_t *old_of) {
  for (int64_t i = 0; i < s->n * s->per_result; i++) {
    const hearth_wanted *w = &s->wanted[i];
    if (w->range < 0) continue;
    const hearth_key_range *range = &old[old_of[i]];
    const int64_t bin = range->at + (int64_t)((w->low - range->low) >> range->shift);
    s->mine[w->range] = s->counts[bin];
    s->total[w->range] = s->sum[bin];
  }
}

/* `old` and `old_of` have room for the ranges as they are, and for what is wanted in which. */
static void use_bins(hearth_selection *s, hearth_key_range *old, int64_t *old_of) {
  choose_bins(s);
  memcpy(old, s->range, (size_t)s->first[s->n] * sizeof *old);
  for (int64_t i = 0; i < s->n * s->per_result; i++) old_of[i] = s->wanted[i].range;
  hearth_select_ranges(s);
  count_ranges(s, old, old_of);
}

hearth_status hearth_select_narrow(hearth_selection *s, bool *stopped) {
  const hearth_context *ctx = s->r->ctx;
  int64_t bins = 0;
  for (int64_t g = 0; g < s->first[s->n]; g++) {
    hearth_key_range *range = &s->range[g];
    range->shift = 0;
    while ((range->high - range->low) >> range->shift >= SELECT_BINS) range->shift++;
    range->at = bins;
    bins += (int64_t)((range->high - range->low) >> range->shift) + 1;
  }
  hearth_key_range *old = NULL;
  int64_t *old_of = NULL;
  s->counts = s->sum = NULL;
  hearth_status status = hearth_allocate_zero(ctx, bins * (int64_t)sizeof *s->counts, &s->counts);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (bins + 1) * (int64_t)sizeof *s->sum, &s->sum);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, s->first[s->n] * (int64_t)sizeof *old, &old);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, s->n * s->per_result * (int64_t)sizeof *old_of, &old_of);
  if (status == HEARTH_OK) status = hearth_select_each(s, count_part, &bins);
  status = hearth_select_check(s, status, stopped);
  if (!*stopped) {
    memcpy(s->sum, s->counts, (size_t)bins * sizeof *s->sum);
    status = hearth_group_allreduce(ctx, s->r->comm, s->sum, bins, MPI_INT64_T, MPI_SUM);
    *stopped = status != HEARTH_OK;
    if (status == HEARTH_OK) use_bins(s, old, old_of);
  }
  hearth_deallocate(ctx, s->counts);
  hearth_deallocate(ctx, s->sum);
  hearth_deallocate(ctx, old);
  hearth_deallocate(ctx, old_of);
  return status;
}

/* Several parts may hold elements of the same result: each goes on where the one before ended. */
static hearth_status collect_part(hearth_selection *s, const hearth_view *a, const int64_t *slot, int64_t outputs, void *user) {
  const hearth_records *records = user;
  const hearth_context *ctx = s->r->ctx;
  tables t;
  int64_t *moved = NULL;
  hearth_status status = make_tables(s, slot, outputs, &t);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, t.first[outputs] * (int64_t)sizeof *moved, &moved);
  for (int64_t o = 0; o < outputs && status == HEARTH_OK; o++)
    for (int64_t g = t.first[o]; g < t.first[o + 1]; g++) moved[g] = s->moved[s->first[slot[o]] + g - t.first[o]];
  if (status == HEARTH_OK) status = ctx->backend->order->collect(ctx->queue, &records->view, records->kind, a, s->kept, t.first, t.range, moved);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  for (int64_t o = 0; o < outputs && status == HEARTH_OK; o++)
    for (int64_t g = t.first[o]; g < t.first[o + 1]; g++) s->moved[s->first[slot[o]] + g - t.first[o]] = moved[g];
  hearth_deallocate(ctx, moved);
  free_tables(s, &t);
  return status;
}

static void set_targets(const hearth_selection *s, hearth_targets *targets) {
  int64_t t = 0;
  for (int64_t i = 0; i < s->n * s->per_result; i++) {
    const hearth_wanted *w = &s->wanted[i];
    if (w->range < 0) continue;
    targets->segment[t] = (int32_t)w->range;
    targets->rank[t] = w->rank - w->below;
    targets->low[t] = w->low;
    targets->high[t++] = w->high;
  }
}

static void use_targets(hearth_selection *s, const hearth_targets *targets) {
  int64_t t = 0;
  for (int64_t i = 0; i < s->n * s->per_result; i++)
    if (s->wanted[i].range >= 0) s->wanted[i].low = s->wanted[i].high = targets->low[t++];
}

static hearth_status collect_mine(hearth_selection *s, hearth_records *records, hearth_records *scratch, const int64_t *bound) {
  const hearth_context *ctx = s->r->ctx;
  const int64_t ranges = s->first[s->n];
  const int32_t kind = hearth_record_of(s->r->array->dtype);
  HEARTH_TRY(hearth_records_make(ctx, kind, bound[ranges], records));
  HEARTH_TRY(hearth_records_make(ctx, kind, bound[ranges], scratch));
  HEARTH_TRY(hearth_select_each(s, collect_part, records));
  HEARTH_TRY(ctx->backend->order->sort(ctx->queue, &records->view, &scratch->view, kind, ranges, bound));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_select_collect(hearth_selection *s, bool *stopped) {
  const hearth_context *ctx = s->r->ctx;
  const int64_t ranges = s->first[s->n];
  hearth_records records = {0}, scratch = {0};
  hearth_targets targets = {0};
  int64_t *bound = NULL, n = 0;
  for (int64_t i = 0; i < s->n * s->per_result; i++) n += s->wanted[i].range >= 0;
  hearth_status status = hearth_allocate(ctx, (ranges + 1) * (int64_t)sizeof *bound, &bound);
  if (status == HEARTH_OK) {
    bound[0] = 0;
    for (int64_t g = 0; g < ranges; g++) {
      s->range[g].at = bound[g];
      s->moved[g] = 0;
      bound[g + 1] = bound[g] + s->mine[g];
    }
    status = collect_mine(s, &records, &scratch, bound);
  }
  if (status == HEARTH_OK) status = hearth_targets_make(ctx, n, hearth_record_of(s->r->array->dtype), &targets);
  status = hearth_select_check(s, status, stopped);
  if (!*stopped) {
    set_targets(s, &targets);
    status = hearth_targets_find(&records, bound, s->r->comm, &targets);
    if (status == HEARTH_OK) use_targets(s, &targets);
    *stopped = status != HEARTH_OK || targets.stopped;
  }
  if (records.ctx) hearth_records_free(&records);
  if (scratch.ctx) hearth_records_free(&scratch);
  hearth_targets_free(ctx, &targets);
  hearth_deallocate(ctx, bound);
  return status;
}
