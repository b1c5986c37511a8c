/* The typed loops of the elementwise operations: contiguous operands, one function per operation and type. */
#ifndef HEARTH_KERNELS_CPU_MAP_ROWS_H
#define HEARTH_KERNELS_CPU_MAP_ROWS_H
#include "kernels/map.h"

/* to[i] := op(from[0][i], from[1][i], from[2][i]); `to` may be one of them if the types are the same. */
typedef void (*cpu_map_row)(int64_t n, void *to, const void *const *from);

/* NULL where hearth_map_exists says so. */
cpu_map_row cpu_map_row_of(int32_t op, int32_t compute);

#endif
