#include "kernels/order.h"
#include "kernels/guard/pages.h"

static const hearth_order_kernels *const host = &reference_order_kernels;

static hearth_status records(hearth_queue *queue, const hearth_view *to, int32_t kind, const hearth_view *a, int32_t mode, int64_t first) {
  OPENED("records", 0, host->records(queue->host, v[0], kind, v[1], mode, first), to, a);
}

static hearth_status values(hearth_queue *queue, const hearth_view *a, const hearth_view *from, int32_t kind, int32_t mode) {
  OPENED("values", 0, host->values(queue->host, v[0], v[1], kind, mode), a, from);
}

static hearth_status indices(hearth_queue *queue, const hearth_view *a, const hearth_view *from, int32_t kind) {
  OPENED("indices", 0, host->indices(queue->host, v[0], v[1], kind), a, from);
}

static hearth_status sort(hearth_queue *queue, const hearth_view *a, const hearth_view *scratch, int32_t kind, int64_t segments, const int64_t *bound) {
  OPENED("sort", 0, host->sort(queue->host, v[0], v[1], kind, segments, bound), a, scratch);
}

static hearth_status merge(hearth_queue *queue, const hearth_view *a, const hearth_view *scratch, int32_t kind, int64_t runs, const int64_t *bound) {
  OPENED("merge", 0, host->merge(queue->host, v[0], v[1], kind, runs, bound), a, scratch);
}

static hearth_status below(hearth_queue *queue, const hearth_view *a, int32_t kind, const int64_t *bound, int64_t n, const int32_t *segment,
                           const uint64_t *key, int64_t *counts) {
  OPENED("below", 0, host->below(queue->host, v[0], kind, bound, n, segment, key, counts), a);
}

static hearth_status pick(hearth_queue *queue, const hearth_view *a, int32_t kind, int64_t n, const int64_t *at, uint64_t *key) {
  OPENED("pick", 0, host->pick(queue->host, v[0], kind, n, at, key), a);
}

static hearth_status distinct(hearth_queue *queue, const hearth_view *a, int32_t kind, bool count, int64_t *kept) {
  OPENED("distinct", 0, host->distinct(queue->host, v[0], kind, count, kept), a);
}

static hearth_status smallest(hearth_queue *queue, const hearth_view *to, int32_t kind, const hearth_view *a, int32_t mode, int64_t first, int64_t k) {
  OPENED("smallest", 0, host->smallest(queue->host, v[0], kind, v[1], mode, first, k), to, a);
}

static hearth_status search(hearth_queue *queue, const hearth_view *to, const hearth_view *sorted, const hearth_view *values_, int32_t right) {
  OPENED("search", 0, host->search(queue->host, v[0], v[1], v[2], right), to, sorted, values_);
}

static hearth_status extremes(hearth_queue *queue, const hearth_view *a, int32_t kept, hearth_key_extremes *found) {
  OPENED("extremes", 0, host->extremes(queue->host, v[0], kept, found), a);
}

static hearth_status bins(hearth_queue *queue, const hearth_view *a, int32_t kept, const int64_t *first, const hearth_key_range *range, int64_t counts_n,
                          int64_t *counts) {
  OPENED("bins", 0, host->bins(queue->host, v[0], kept, first, range, counts_n, counts), a);
}

static hearth_status collect(hearth_queue *queue, const hearth_view *to, int32_t kind, const hearth_view *a, int32_t kept, const int64_t *first,
                             const hearth_key_range *range, int64_t *moved) {
  OPENED("collect", 0, host->collect(queue->host, v[0], kind, v[1], kept, first, range, moved), to, a);
}

static hearth_status histogram(hearth_queue *queue, const hearth_view *a, const hearth_view *weights, const hearth_bins *edges, int64_t *counts, double *sums) {
  OPENED("histogram", 0, host->histogram(queue->host, v[0], v[1], edges, counts, sums), a, weights);
}

const hearth_order_kernels guard_order_kernels = {
    .records = records,
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
