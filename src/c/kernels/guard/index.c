#include "kernels/index.h"
#include "core/error.h"
#include "kernels/guard/pages.h"

static const hearth_index_kernels *const host = &reference_index_kernels;

static hearth_status move(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to,
                          const int64_t *from) {
  OPENED("move", 3, host->move(queue->host, v[0], v[1], axis, n, to, from), dst, src);
}

static hearth_status count(hearth_queue *queue, const hearth_view *src, int64_t *found) {
  OPENED("count", 0, host->count(queue->host, v[0], found), src);
}

static hearth_status compress(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *mask) {
  OPENED("compress", 0, host->compress(queue->host, v[0], v[1], v[2]), dst, src, mask);
}

static hearth_status expand(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, const hearth_view *src) {
  OPENED("expand", 0, host->expand(queue->host, v[0], v[1], v[2]), dst, mask, src);
}

static hearth_status fill(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, double value) {
  OPENED("fill where", 0, host->fill(queue->host, v[0], v[1], value), dst, mask);
}

static hearth_status nonzero(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *first) {
  OPENED("nonzero", 0, host->nonzero(queue->host, v[0], v[1], first), dst, src);
}

static hearth_status outside(hearth_queue *queue, const hearth_view *index, int64_t extent, int64_t *place) {
  OPENED("outside", 0, host->outside(queue->host, v[0], extent, place), index);
}

static hearth_status gather(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  OPENED("gather", 0, host->gather(queue->host, v[0], v[1], v[2], axis), dst, src, index);
}

static hearth_status scatter(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  OPENED("scatter", 0, host->scatter(queue->host, v[0], v[1], v[2], axis), dst, src, index);
}

const hearth_index_kernels guard_index_kernels = {move, count, compress, expand, fill, nonzero, outside, gather, scatter};
