/* Reductions: sums, products, extremes, moments, running sums. */
#ifndef HEARTH_KERNELS_REDUCE_H
#define HEARTH_KERNELS_REDUCE_H
#include "kernels/backend.h"

typedef struct hearth_reduce_kernels {
  int32_t version;
} hearth_reduce_kernels;

extern const hearth_reduce_kernels cpu_reduce_kernels, reference_reduce_kernels, guard_reduce_kernels;

#endif
