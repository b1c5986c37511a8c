#include "kernels/generate.h"
#include "kernels/guard/pages.h"

static const hearth_generate_kernels *const host = &reference_generate_kernels;

static hearth_status guard_ramp(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_ramp *ramp) {
  OPENED("ramp", 0, host->ramp(queue->host, v[0], numbers, ramp), dst);
}

static hearth_status guard_diagonal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, int64_t k) {
  OPENED("diagonal", 0, host->diagonal(queue->host, v[0], numbers, k), dst);
}

static hearth_status guard_pick(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const int64_t *table) {
  OPENED("pick", 0, host->pick(queue->host, v[0], numbers, table), dst);
}

static hearth_status guard_uniform(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  OPENED("uniform", 0, host->uniform(queue->host, v[0], numbers, random), dst);
}

static hearth_status guard_normal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random) {
  OPENED("normal", 0, host->normal(queue->host, v[0], numbers, random), dst);
}

static hearth_status guard_integers(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t low,
                                    uint64_t range) {
  OPENED("integers", 0, host->integers(queue->host, v[0], numbers, random, low, range), dst);
}

static hearth_status guard_permutation(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t n) {
  OPENED("permutation", 0, host->permutation(queue->host, v[0], numbers, random, n), dst);
}

const hearth_generate_kernels guard_generate_kernels = {.ramp = guard_ramp,
                                                        .diagonal = guard_diagonal,
                                                        .pick = guard_pick,
                                                        .uniform = guard_uniform,
                                                        .normal = guard_normal,
                                                        .integers = guard_integers,
                                                        .permutation = guard_permutation};
