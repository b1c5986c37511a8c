/* Inside hearth_gram: this rank's part of the array as matrices of n rows, `axis`, and some columns, everything else. */
#ifndef HEARTH_TENSOR_GRAM_H
#define HEARTH_TENSOR_GRAM_H
#include "tensor/array_impl.h"

typedef struct hearth_gram_rows {
  const hearth_array *array; /* in reach of the kernels, `axis` whole and in order in every piece */
  int32_t axis;
  int64_t n;
  bool counted; /* this rank's elements are not another's replicas */
} hearth_gram_rows;

/* Called on matrices [n, k], k > 0, until one fails. */
typedef hearth_status (*hearth_gram_function)(void *task, const hearth_view *matrix);

/* All of this rank's columns: in place where a piece is a matrix (and, if `floats`, float32 or float64), else packed, at most HEARTH_GRAM_PACKED columns at a
 * time. Local. */
enum { HEARTH_GRAM_PACKED = 1 << 15 };
hearth_status hearth_gram_blocks(const hearth_gram_rows *rows, bool floats, hearth_gram_function function, void *task);

/* gram [n, n], host memory: the sum over all ranks without rounding but one. Collective; agreed. */
hearth_status hearth_gram_exact(const hearth_gram_rows *rows, double *gram);

#endif
