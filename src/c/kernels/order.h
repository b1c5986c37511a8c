/* Sorting, selection, histograms. */
#ifndef HEARTH_KERNELS_ORDER_H
#define HEARTH_KERNELS_ORDER_H
#include "kernels/backend.h"

typedef struct hearth_order_kernels {
  int32_t version;
} hearth_order_kernels;

extern const hearth_order_kernels cpu_order_kernels, reference_order_kernels, guard_order_kernels;

#endif
