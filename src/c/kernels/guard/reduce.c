#include "kernels/reduce.h"
#include "kernels/guard/pages.h"

static const hearth_reduce_kernels *const host = &reference_reduce_kernels;

static hearth_status accumulate(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src,
                                const hearth_view *weights) {
  OPENED("accumulate", 1, host->accumulate(queue->host, rule, v[0], v[1], v[2]), acc, src, weights);
}

static hearth_status arg(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number, const hearth_view *src,
                         const hearth_index_numbers *numbers) {
  OPENED("arg", 3, host->arg(queue->host, rule, v[0], v[1], v[2], numbers), value, number, src);
}

static hearth_status cumulate(hearth_queue *queue, int32_t dim, const hearth_view *dst, const hearth_view *src, const hearth_view *start) {
  OPENED("cumulate", 4, host->cumulate(queue->host, dim, v[0], v[1], v[2]), dst, src, start);
}

const hearth_reduce_kernels guard_reduce_kernels = {.accumulate = accumulate, .arg = arg, .cumulate = cumulate};
