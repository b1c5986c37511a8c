/* Products of arrays: matmul, outer, vecdot; triangles, trace, matrix norms, the matrix exponential. */
#ifndef HEARTH_MATMUL_H
#define HEARTH_MATMUL_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
