/* Inside hearth_lstsq. */
#ifndef HEARTH_LINALG_LSTSQ_IMPL_H
#define HEARTH_LINALG_LSTSQ_IMPL_H
#include "linalg/tall.h"

typedef struct hearth_least_squares {
  const hearth_array *a, *b; /* matrices, both float64 or both complex128; b is finite */
  double rcond;
  int32_t dtype, real; /* of x; of s and the residuals */
  hearth_array *x, *residuals, *s;
  int64_t rank;
} hearth_least_squares;

/* By QR of the tall a, through the singular values of r only where it has not full rank. Collective; agreed. */
hearth_status hearth_lstsq_tall(hearth_least_squares *problem);
/* By hearth_svd, any shape. Collective; agreed. */
hearth_status hearth_lstsq_general(hearth_least_squares *problem);
/* Singular values above rcond (< 0: epsilon times the longer side) times the largest. Local. */
int64_t hearth_lstsq_rank(const hearth_least_squares *problem, int64_t n, const double *s);
/* ||a x - b||^2 of every column, x [n, k] in host memory of every rank, or an empty array where the rank is not full or a is not tall. Collective; agreed. */
hearth_status hearth_lstsq_residuals(hearth_least_squares *problem, const double *x);

#endif
