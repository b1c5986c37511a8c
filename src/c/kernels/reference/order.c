/* Order kernels, one element after the other. */
#include "kernels/order.h"
#include "core/error.h"
#include "kernels/bins.h"
#include "kernels/check.h"
#include "kernels/keys.h"
#include "kernels/reference/element.h"
#include <string.h>

typedef struct record {
  uint64_t key;
  int64_t index;
} record;

static record get(const hearth_view *records, int32_t kind, int64_t i) {
  const char *address = (const char *)records->data + i * hearth_record_size(kind);
  if (kind == HEARTH_RECORD_KEY32) return (record){*(const uint32_t *)(const void *)address, 0};
  const uint64_t word = *(const uint64_t *)(const void *)address;
  if (kind == HEARTH_RECORD_KEY64) return (record){word, 0};
  if (kind == HEARTH_RECORD_PACKED) return (record){word >> 32, (int64_t)(word & UINT32_MAX)};
  return (record){word, *(const int64_t *)(const void *)(address + 8)};
}

static void put(const hearth_view *records, int32_t kind, int64_t i, record x) {
  char *address = (char *)records->data + i * hearth_record_size(kind);
  if (kind == HEARTH_RECORD_KEY32)
    *(uint32_t *)(void *)address = (uint32_t)x.key;
  else
    *(uint64_t *)(void *)address = kind == HEARTH_RECORD_PACKED ? x.key << 32 | (uint64_t)x.index : x.key;
  if (kind == HEARTH_RECORD_PAIR) *(int64_t *)(void *)(address + 8) = x.index;
}

static uint64_t key_of(int32_t dtype, const void *address, int32_t flags) {
  const key_mode mode = key_mode_of(flags);
#define KEY_OF(code, type, keytype, to_key, from_key)                                                                                                          \
  if (dtype == code) {                                                                                                                                         \
    const type x = *(const type *)address;                                                                                                                     \
    return to_key;                                                                                                                                             \
  }
  HEARTH_KEY_TYPES(KEY_OF)
#undef KEY_OF
  return 0;
}

static void set_value(int32_t dtype, void *address, uint64_t wide, int32_t flags) {
  const key_mode mode = key_mode_of(flags);
#define SET_VALUE(code, type, keytype, to_key, from_key)                                                                                                       \
  if (dtype == code) {                                                                                                                                         \
    const keytype key = (keytype)wide;                                                                                                                         \
    *(type *)address = from_key;                                                                                                                               \
  }
  HEARTH_KEY_TYPES(SET_VALUE)
#undef SET_VALUE
}

static hearth_status make_records(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "records", records, kind, a));
  int64_t index[HEARTH_MAX_NDIM] = {0}, i = 0;
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do put(records, kind, i++, (record){key_of(a->dtype, reference_at(a, index), mode), first + index[a->ndim - 1]});
  while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status values(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind, int32_t mode) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "values", records, kind, a));
  int64_t index[HEARTH_MAX_NDIM] = {0}, i = 0;
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do set_value(a->dtype, reference_at(a, index), get(records, kind, i++).key, mode);
  while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status indices(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "indices", records, kind, NULL));
  HEARTH_TRY(hearth_check_indices(queue->ctx, HEARTH_SPACE_HOST, "indices", a));
  int64_t index[HEARTH_MAX_NDIM] = {0}, i = 0;
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do *(int64_t *)reference_at(a, index) = get(records, kind, i++).index;
  while (reference_next(a, index));
  return HEARTH_OK;
}

/* Merges runs of 1, 2, 4, ... records. */
static void merge_sort(const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t begin, int64_t end) {
  for (int64_t run = 1; run < end - begin; run *= 2) {
    for (int64_t at = begin; at < end; at += 2 * run) {
      const int64_t middle = at + run < end ? at + run : end, last = at + 2 * run < end ? at + 2 * run : end;
      int64_t i = at, j = middle;
      for (int64_t to = at; to < last; ++to) {
        const int second = i == middle || (j < last && get(records, kind, j).key < get(records, kind, i).key);
        put(scratch, kind, to, get(records, kind, second ? j++ : i++));
      }
    }
    for (int64_t i = begin; i < end; ++i) put(records, kind, i, get(scratch, kind, i));
  }
}

static hearth_status sort(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t segments, const int64_t *bound) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "sort", records, kind, NULL));
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "sort", scratch, kind, NULL));
  for (int64_t s = 0; s < segments; ++s) merge_sort(records, scratch, kind, bound[s], bound[s + 1]);
  return HEARTH_OK;
}

static hearth_status merge(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t runs, const int64_t *bound) {
  return runs == 0 ? HEARTH_OK : sort(queue, records, scratch, kind, 1, (int64_t[]){bound[0], bound[runs]});
}

static hearth_status below(hearth_queue *queue, const hearth_view *records, int32_t kind, const int64_t *bound, int64_t n, const int32_t *segment,
                           const uint64_t *key, int64_t *counts) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "below", records, kind, NULL));
  for (int64_t k = 0; k < n; ++k) {
    counts[k] = 0;
    for (int64_t i = bound[segment[k]]; i < bound[segment[k] + 1] && get(records, kind, i).key < key[k]; ++i) ++counts[k];
  }
  return HEARTH_OK;
}

static hearth_status pick(hearth_queue *queue, const hearth_view *records, int32_t kind, int64_t n, const int64_t *at, uint64_t *key) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "pick", records, kind, NULL));
  for (int64_t i = 0; i < n; ++i) key[i] = get(records, kind, at[i]).key;
  return HEARTH_OK;
}

static hearth_status distinct(hearth_queue *queue, const hearth_view *records, int32_t kind, bool count, int64_t *kept) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "distinct", records, kind, NULL));
  *kept = 0;
  for (int64_t i = 0; i < records->extent[0] / hearth_record_size(kind); ++i) {
    record x = get(records, kind, i);
    if (count) x.index = 1;
    const record last = *kept > 0 ? get(records, kind, *kept - 1) : x;
    if (*kept == 0 || x.key != last.key)
      put(records, kind, (*kept)++, x);
    else if (kind == HEARTH_RECORD_PAIR)
      put(records, kind, *kept - 1, (record){x.key, x.index + last.index});
  }
  return HEARTH_OK;
}

static hearth_status smallest(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first, int64_t k) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "smallest", records, kind, a));
  int64_t index[HEARTH_MAX_NDIM] = {0}, row = 0, held = 0;
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do { /* insertion into the k best of the row */
    if (index[a->ndim - 1] == 0) held = 0;
    const record x = {key_of(a->dtype, reference_at(a, index), mode), first + index[a->ndim - 1]};
    int64_t at = held;
    for (; at > 0 && x.key < get(records, kind, row * k + at - 1).key; --at)
      if (at < k) put(records, kind, row * k + at, get(records, kind, row * k + at - 1));
    if (at < k) put(records, kind, row * k + at, x);
    held += held < k;
    row += index[a->ndim - 1] == a->extent[a->ndim - 1] - 1;
  } while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status search(hearth_queue *queue, const hearth_view *to, const hearth_view *sorted, const hearth_view *from, int32_t right) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "search", NULL, 0, from));
  HEARTH_TRY(hearth_check_indices(queue->ctx, HEARTH_SPACE_HOST, "search", to));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(from) == 0) return HEARTH_OK;
  do {
    const uint64_t key = key_of(from->dtype, reference_at(from, index), HEARTH_KEYS_ONE_ZERO);
    int64_t count = 0;
    for (int64_t i = 0; i < sorted->extent[0]; ++i) {
      const uint64_t other = key_of(sorted->dtype, reference_at(sorted, &i), HEARTH_KEYS_ONE_ZERO);
      count += other < key || (right && other == key);
    }
    *(int64_t *)reference_at(to, index) = count;
  } while (reference_next(from, index));
  return HEARTH_OK;
}

/* Row-major number of the output that the element at `index` belongs to. */
static int64_t output_of(const hearth_view *a, int32_t kept, const int64_t *index) {
  int64_t output = 0;
  for (int32_t d = 0; d < kept; ++d) output = output * a->extent[d] + index[d];
  return output;
}

static hearth_status extremes(hearth_queue *queue, const hearth_view *a, int32_t kept, hearth_key_extremes *found) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "extremes", NULL, 0, a));
  int64_t index[HEARTH_MAX_NDIM] = {0}, outputs = 1;
  for (int32_t d = 0; d < kept; ++d) outputs *= a->extent[d];
  for (int64_t o = 0; o < outputs; ++o) found[o] = (hearth_key_extremes){UINT64_MAX, 0, 0, 0};
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do {
    hearth_key_extremes *x = &found[output_of(a, kept, index)];
    const uint64_t key = key_of(a->dtype, reference_at(a, index), 0);
    const bool nan = hearth_key_dtype_is_float(a->dtype) && key == hearth_key_nan(a->dtype);
    ++x->count;
    x->nans += nan;
    if (!nan && key < x->lowest) x->lowest = key;
    if (!nan && key > x->highest) x->highest = key;
  } while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status bins(hearth_queue *queue, const hearth_view *a, int32_t kept, const int64_t *first, const hearth_key_range *range, int64_t counts_n,
                          int64_t *counts) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "bins", NULL, 0, a));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(a) == 0 || counts_n == 0) return HEARTH_OK;
  do {
    const int64_t output = output_of(a, kept, index);
    const uint64_t key = key_of(a->dtype, reference_at(a, index), 0);
    for (int64_t r = first[output]; r < first[output + 1]; ++r)
      if (key >= range[r].low && key <= range[r].high) ++counts[range[r].at + (int64_t)((key - range[r].low) >> range[r].shift)];
  } while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status collect(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t kept, const int64_t *first,
                             const hearth_key_range *range, int64_t *moved) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "collect", records, kind, a));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  if (hearth_view_elements(a) == 0) return HEARTH_OK;
  do {
    const int64_t output = output_of(a, kept, index);
    const uint64_t key = key_of(a->dtype, reference_at(a, index), 0);
    for (int64_t r = first[output]; r < first[output + 1]; ++r)
      if (key >= range[r].low && key <= range[r].high) put(records, kind, range[r].at + moved[r]++, (record){key, 0});
  } while (reference_next(a, index));
  return HEARTH_OK;
}

static hearth_status histogram(hearth_queue *queue, const hearth_view *a, const hearth_view *weights, const hearth_bins *edges, int64_t *counts, double *sums) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "histogram", NULL, 0, a));
  if (weights) HEARTH_TRY(hearth_check_weights(queue->ctx, HEARTH_SPACE_HOST, "histogram", weights, a));
  int64_t index[HEARTH_MAX_NDIM] = {0};
  const int64_t n = edges->n;
  const double *edge = edges->edge;
  if (hearth_view_elements(a) == 0 || n == 0) return HEARTH_OK;
  do {
    reference_value x;
    reference_load(a->dtype, reference_at(a, index), &x);
    const int64_t bin = edges->uniform ? hearth_uniform_bin(n, edge, edge[0], edge[n] - edge[0], (double)n, x.re) : hearth_search_bin(n, edge, x.re);
    if (bin == n) continue;
    if (weights)
      sums[bin] += *(const double *)reference_at(weights, index);
    else
      ++counts[bin];
  } while (reference_next(a, index));
  return HEARTH_OK;
}

const hearth_order_kernels reference_order_kernels = {
    .records = make_records,
    .values = values,
    .indices = indices,
    .sort = sort,
    .merge = merge,
    .below = below,
    .pick = pick,
    .distinct = distinct,
    .smallest = smallest,
    .search = search,
    .extremes = extremes,
    .bins = bins,
    .collect = collect,
    .histogram = histogram,
};
