/* Elementwise kernels. */
#ifndef HEARTH_KERNELS_MAP_H
#define HEARTH_KERNELS_MAP_H
#include "kernels/backend.h"

typedef struct hearth_map_kernels {
  int32_t version;
} hearth_map_kernels;

extern const hearth_map_kernels cpu_map_kernels, reference_map_kernels, guard_map_kernels;

#endif
