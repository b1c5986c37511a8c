/* Dense problems that fit one rank (LAPACK, column-major, host memory). Local. The caller has guarded the floating-point environment. */
#ifndef HEARTH_LINALG_SMALL_H
#define HEARTH_LINALG_SMALL_H
#include <hearth/context.h>
#include <stdbool.h>

/* The k largest eigenvalues, descending, and their eigenvectors (vectors [n, k], column-major) of the symmetric a [n, n], of which the lower triangle is read;
 * a is destroyed. Errors: NUMERICAL (no convergence), ARGUMENT (n beyond LAPACK's integers), MEMORY. */
hearth_status hearth_small_eigh(const hearth_context *ctx, int64_t n, double *a, int64_t k, double *values, double *vectors);
/* Cholesky factor of the lower triangle in place, a = L L^T (the strict upper triangle is set to 0). Errors: NUMERICAL (not positive definite). */
hearth_status hearth_small_cholesky(const hearth_context *ctx, int64_t n, double *a);
/* b := L^-1 b or L^-T b; b [n, m]. */
hearth_status hearth_small_solve_lower(const hearth_context *ctx, bool transposed, int64_t n, const double *l, int64_t m, double *b);
/* Singular values (min(m, n), descending) and left singular vectors u [m, min(m, n)] of a [m, n], which is destroyed. */
hearth_status hearth_small_left_svd(const hearth_context *ctx, int64_t m, int64_t n, double *a, double *values, double *u);
/* c [m, n] := a b (or a^T b), a [m, k] ([k, m] if transposed), b [k, n]. */
void hearth_small_multiply(bool transposed, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c);

/* Threads that LAPACK and BLAS use from now on; returns how many they were. */
int hearth_small_threads(int threads);

#endif
