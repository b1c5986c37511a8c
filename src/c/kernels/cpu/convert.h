/* Strided rows of any dtype into any other. */
#ifndef HEARTH_KERNELS_CPU_CONVERT_H
#define HEARTH_KERNELS_CPU_CONVERT_H
#include "kernels/backend.h"

/* dst[i] := src[i] for i < n, strides in bytes, any sign; a source stride of 0 repeats. */
typedef void (*cpu_convert_function)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride);

/* Both are known dtypes. Equal ones are moved bit by bit. */
cpu_convert_function cpu_convert_row(int32_t dst_dtype, int32_t src_dtype);

#endif
