/* Reductions of contexts in reproducible mode: exact sums (core/exact.h) in place of the accumulators of kernels/reduce.h. */
#ifndef HEARTH_TENSOR_REDUCE_EXACT_H
#define HEARTH_TENSOR_REDUCE_EXACT_H
#include "kernels/exact.h"
#include "tensor/align.h"
#include "tensor/reduce_impl.h"

bool hearth_reduction_is_exact(const hearth_reducing *r);

/* What is summed up for each result. Complex operands: VALUE has a sum for each component, the two one after the other; of SQUARE both components make one sum
 * (PRODUCT and OTHER have none). */
typedef struct hearth_exact_sums {
  int32_t kind;                  /* hearth_exact_kind */
  double scale;                  /* of SQUARE */
  const double *center;          /* y of SQUARE, as hearth_reduction_exact gives VALUE; or NULL */
  const hearth_operand *weights; /* y of PRODUCT and OTHER, aligned with r->array */
} hearth_exact_sums;

/* values: the sums of all ranks, rounded, r->n of them (VALUE of complex operands: twice as many); allocated here, freed by the caller, also after a failure.
 * NaN is treated as r->options say; *nan becomes true if this rank has met one. Workspace: 16 MiB at most; more results are done in several
 * lots. Collective; hearth_reduction_agree afterwards: the status is this rank's. */
hearth_status hearth_reduction_exact(const hearth_reducing *r, const hearth_exact_sums *sums, double **values, bool *nan);

/* The reductions, agreed: values as above; counts[i]: elements that take part, r->n of them; both allocated here, freed by the caller, also after a failure. */
hearth_status hearth_exact_sum_values(const hearth_reducing *r, double **values);
hearth_status hearth_exact_means(const hearth_reducing *r, double **values, double **counts);
/* Sums of |x - mean|^2, in a second pass around the rounded mean. */
hearth_status hearth_exact_deviations(const hearth_reducing *r, double **values, double **counts);
/* 2-norms; squares that would leave the range of float64 are made of scaled elements. */
hearth_status hearth_exact_norms(const hearth_reducing *r, double **values);

#endif
