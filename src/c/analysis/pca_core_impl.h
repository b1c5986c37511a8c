/* The small problem of an update of the blocked incremental SVD; solved on rank 0. */
#ifndef HEARTH_ANALYSIS_PCA_CORE_IMPL_H
#define HEARTH_ANALYSIS_PCA_CORE_IMPL_H
#include <hearth/context.h>
#include <stdbool.h>

typedef struct hearth_core_problem {
  int32_t rank, bunch, n_kept; /* k directions, b new columns */
  double before;               /* weight of everything before, now */
  double decay;                /* what the old singular values are multiplied by */
  bool centred;                /* the columns are about the new mean: there is no shift */
  const double *root;          /* [b] square roots of the columns' weights; 0: left out */
  const double *sigma;         /* [k] singular values of the centred data before */
  const double *projection;    /* [k, b] column-major: U^T Y */
  const double *gram;          /* [k + b, k + b]: [U R]^T [U R], R = Y - U U^T Y */
} hearth_core_problem;

typedef struct hearth_core_result {
  int64_t rank;     /* directions now */
  double discarded; /* largest eigenvalue of the scatter matrix that is thrown away */
  double total;     /* what the trace of the scatter matrix grows by, beyond the decay */
} hearth_core_result;

/* sigma [n_kept]: singular values now; z [n_kept + b, n_kept] column-major: [U R] z is the basis now (rows k .. n_kept - 1 belong to columns of U that are 0);
 * move [n_kept, n_kept + b + 1] column-major: new coordinates = move (old coordinates (n_kept), new column (b, unit vectors), 1 (the shift of the mean)).
 * Local. Errors: NUMERICAL, MEMORY. */
hearth_status hearth_pca_core(const hearth_context *ctx, const hearth_core_problem *problem, hearth_core_result *result, double *sigma, double *z,
                              double *move);

#endif
