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

/* What follows is for real (parts = 1) and complex matrices (parts = 2: pairs of numbers), column-major, leading dimension the number of rows. */

/* a [m, n] := R and the reflectors of its QR factorisation, with min(m, n) factors tau. */
hearth_status hearth_small_qr(const hearth_context *ctx, int32_t parts, int64_t m, int64_t n, double *a, double *tau);
/* c [m, n] := Q c, Q of k reflectors as hearth_small_qr left them in a [m, k]. */
hearth_status hearth_small_apply_q(const hearth_context *ctx, int32_t parts, int64_t m, int64_t n, int64_t k, const double *a, const double *tau, double *c);
/* Thin singular value decomposition of a [m, n], which is destroyed: l = min(m, n) values, descending, u [m, l], vt [l, n]. u and vt NULL: values alone. */
hearth_status hearth_small_svd(const hearth_context *ctx, int32_t parts, int64_t m, int64_t n, double *a, double *s, double *u, double *vt);
/* Upper Cholesky factor in place, a = R^H R, of the upper triangle (the strict lower one is set to 0); 0, or the 1-based pivot that is not positive. */
int64_t hearth_small_cholesky_upper(int32_t parts, int64_t n, double *a);
/* b := a b, both upper triangular [n, n]. */
void hearth_small_multiply_upper(int32_t parts, int64_t n, const double *a, double *b);
/* b [n, m] := r^-1 b, r [n, n] upper triangular. */
void hearth_small_solve_upper(int32_t parts, int64_t n, const double *r, int64_t m, double *b);
/* Reciprocal condition number of an upper triangle in the 1-norm, estimated (LAPACK's trcon). */
hearth_status hearth_small_condition_upper(const hearth_context *ctx, int32_t parts, int64_t n, const double *r, double *reciprocal);
/* c [m, n] := a b (or a^H b), a [m, k] ([k, m] if conjugated), b [k, n]. */
void hearth_small_product(int32_t parts, bool conjugated, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c);

/* The `count` eigenvalues from number `first` (0-based, ascending) on of the real tridiagonal matrix with diagonal d [n] and off-diagonal e [n], which are
 * destroyed; w has room for n. z [n, count]: their vectors, or NULL. Errors: NUMERICAL, ARGUMENT, MEMORY. */
hearth_status hearth_small_tridiagonal(const hearth_context *ctx, int64_t n, double *d, double *e, int64_t first, int64_t count, double *w, double *z);

#endif
