#ifndef HEARTH_KERNELS_CPU_RANDOM_H
#define HEARTH_KERNELS_CPU_RANDOM_H
#include "kernels/generate.h"

hearth_status cpu_uniform(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random);
hearth_status cpu_normal(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random);
hearth_status cpu_integers(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t low,
                           uint64_t range);
hearth_status cpu_permutation(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t n);

#endif
