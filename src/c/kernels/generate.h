/* Elements made from their global index: ranges, identity, random numbers. */
#ifndef HEARTH_KERNELS_GENERATE_H
#define HEARTH_KERNELS_GENERATE_H
#include "kernels/backend.h"

typedef struct hearth_generate_kernels {
  int32_t version;
} hearth_generate_kernels;

extern const hearth_generate_kernels cpu_generate_kernels, reference_generate_kernels, guard_generate_kernels;

#endif
