/* What the functions on dense square problems share. `name` is that of the public function, for messages. */
#ifndef HEARTH_LINALG_DENSE_H
#define HEARTH_LINALG_DENSE_H
#include "linalg/scalapack/routines.h"

/* A 2-d array without an earlier failure; square if wanted. NOT_REPRODUCIBLE in reproducible mode: bits depend on blocks, and they on the number of ranks.
 * Local. */
hearth_status hearth_dense_check(const char *name, const hearth_array *a, bool square);
/* Right-hand sides for the matrix a: one dimension or two, the first as long as a's. Local. */
hearth_status hearth_dense_check_sides(const char *name, const hearth_array *a, const hearth_array *b);

/* n numbers (pairs of real and imaginary parts if the dtype is complex) as a 1-d array on every rank. Collective; agreed. */
hearth_status hearth_dense_vector(hearth_context *ctx, int64_t n, const double *values, int32_t dtype, hearth_array **result);

/* count numbers from `first` on of a vector that every rank has, of any real dtype. Local. */
hearth_status hearth_dense_read(const hearth_array *vector, int64_t first, int64_t count, double *values);

/* Right-hand sides on a bridge, and the solution with the layout and order of b. Collective; agreed. */
hearth_status hearth_dense_bring_sides(const hearth_bridge *bridge, const hearth_array *b, hearth_bridge_matrix *x);
hearth_status hearth_dense_deliver_sides(const hearth_bridge *bridge, const hearth_bridge_matrix *x, const hearth_array *b, int32_t dtype,
                                         hearth_array **result);

/* A square matrix and its LU factors. */
typedef struct hearth_factors {
  hearth_bridge bridge;
  hearth_bridge_matrix lu;
  int32_t *pivots;
  int32_t singular; /* 1 + the first pivot that is exactly 0, or 0 */
  double norm;      /* of the matrix before: largest column sum */
} hearth_factors;

/* Factorises a in float64 or complex128 (`dtype`). hearth_factors_close afterwards, also after a failure. Errors: NOT_FINITE, UNSUPPORTED, MEMORY. Collective;
 * agreed. */
hearth_status hearth_factors_open(const char *name, const hearth_array *a, int32_t dtype, hearth_factors *factors);
void hearth_factors_close(hearth_factors *factors);
/* NUMERICAL if a pivot is 0, with its number; a WARNING in the log if the matrix is singular within rounding. */
hearth_status hearth_factors_require(const char *name, const hearth_factors *factors);
/* An estimate of 1 / (|a| |a^-1|) in the norm of the largest column sum, never too small; not of singular factors, nor of order 0. */
hearth_status hearth_factors_condition(const hearth_factors *factors, double *reciprocal);
/* The inverse as a matrix on the factors' bridge, which the caller releases (after a failure too); not of singular factors. */
hearth_status hearth_factors_invert(const hearth_factors *factors, hearth_bridge_matrix *inverse);

#endif
