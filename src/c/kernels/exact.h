/* Sums and products without rounding, for results that depend on no order. */
#ifndef HEARTH_KERNELS_EXACT_H
#define HEARTH_KERNELS_EXACT_H
#include "kernels/backend.h"

typedef struct hearth_exact_kernels {
  int32_t version;
} hearth_exact_kernels;

extern const hearth_exact_kernels cpu_exact_kernels, reference_exact_kernels, guard_exact_kernels;

#endif
