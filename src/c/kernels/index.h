/* Gathering and scattering by tables of places, masks. */
#ifndef HEARTH_KERNELS_INDEX_H
#define HEARTH_KERNELS_INDEX_H
#include "kernels/backend.h"

typedef struct hearth_index_kernels {
  int32_t version;
} hearth_index_kernels;

extern const hearth_index_kernels cpu_index_kernels, reference_index_kernels, guard_index_kernels;

#endif
