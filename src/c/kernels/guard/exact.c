#include "kernels/exact.h"
#include "kernels/guard/pages.h"

static const hearth_exact_kernels *const host = &reference_exact_kernels;

static hearth_status sum(hearth_queue *queue, const hearth_exact_terms *terms, const hearth_view *sums) {
  hearth_exact_terms opened = *terms;
  OPENED("exact sum", 7, (opened.x = v[0], opened.y = v[1], host->sum(queue->host, &opened, v[2])), terms->x, terms->y, sums);
}

static hearth_status gram_range(hearth_queue *queue, const hearth_view *a, double *largest) {
  OPENED("range of rows", 1, host->gram_range(queue->host, v[0], largest), a);
}

static hearth_status gram(hearth_queue *queue, const hearth_view *a, const int32_t *exponent, int64_t *levels) {
  OPENED("exact gram", 1, host->gram(queue->host, v[0], exponent, levels), a);
}

static hearth_status product(hearth_queue *queue, const hearth_view *a, const hearth_view *b, const hearth_view *c) {
  OPENED("fixed-order product", 0, host->product(queue->host, v[0], v[1], v[2]), a, b, c);
}

const hearth_exact_kernels guard_exact_kernels = {.sum = sum, .gram_range = gram_range, .gram = gram, .product = product};
