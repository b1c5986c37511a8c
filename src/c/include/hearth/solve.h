/* Linear systems: solve, triangular solve, inverse, determinant, condition, least squares. */
#ifndef HEARTH_SOLVE_H
#define HEARTH_SOLVE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The functions here compute in float64 or complex128 whatever their operands are; results have the operands' common type: float32 and complex64 are rounded at
 * the end, integers and bool become float64. Small orders are solved on one rank, others by ScaLAPACK. Workspace: the operands, spread over the ranks. */

/* Solves a x = b by LU with partial pivoting; a [n, n], b [n] or [n, m]. x has the shape, layout and memory order of b. Only a matrix with a pivot that is
 * exactly 0 is refused, as NumPy does; one that is singular within rounding gives a WARNING in the context's log, and hearth_rcond tells beforehand.
 * Collective. Ownership: the caller destroys *x. Errors: ARGUMENT (a not square, b not of 1 or 2 dimensions), MISMATCH (b has not n rows, or is of another
 * context), NOT_FINITE (the message has the first place), NUMERICAL (singular: the message has the 0-based number of the first pivot that is 0), UNSUPPORTED
 * (order beyond 32 bits), NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_solve(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **x);

typedef enum hearth_transposed {
  HEARTH_NOT_TRANSPOSED = 0, /* a x = b */
  HEARTH_TRANSPOSED = 1,     /* a^T x = b */
  HEARTH_ADJOINT = 2         /* a^H x = b */
} hearth_transposed;

typedef struct hearth_triangular_options {
  size_t size;
  int32_t lower;         /* not 0: a is lower triangular; default 0, as SciPy's */
  int32_t transposed;    /* hearth_transposed */
  int32_t unit_diagonal; /* not 0: the diagonal is taken to be 1 and not read */
} hearth_triangular_options;
#define HEARTH_TRIANGULAR_OPTIONS_INIT                                                                                                                         \
  { sizeof(hearth_triangular_options), 0, HEARTH_NOT_TRANSPOSED, 0 }

/* Solves a x = b for a triangular a [n, n], of which only that triangle is read; b [n] or [n, m]. x has the shape, layout and memory order of b.
 * Collective. Ownership: the caller destroys *x. Errors: as hearth_solve; NUMERICAL: an element of the diagonal is 0, the message has its number. */
HEARTH_COLLECTIVE hearth_status hearth_solve_triangular(const hearth_array *a, const hearth_array *b, HEARTH_OPTIONAL const hearth_triangular_options *options,
                                                        HEARTH_OUT hearth_array **x);

/* The inverse of a [n, n], with its layout and memory order. hearth_solve is faster and more accurate where the inverse is only multiplied with something.
 * Collective. Ownership: the caller destroys *inverse. Errors: as hearth_solve. */
HEARTH_COLLECTIVE hearth_status hearth_inv(const hearth_array *a, HEARTH_OUT hearth_array **inverse);

/* The determinant of a [n, n], as an array of one element on every rank; 0 for a matrix with a pivot that is exactly 0, 1 for one of order 0. It overflows only
 * if the result itself does. Collective. Ownership: the caller destroys *value. Errors: as hearth_solve without NUMERICAL. */
HEARTH_COLLECTIVE hearth_status hearth_det(const hearth_array *a, HEARTH_OUT hearth_array **value);
/* The same as det = sign exp(logarithm): sign is of magnitude 1 (real: 1 or -1), or 0 with logarithm -infinity for a singular matrix. logarithm is real; both
 * are arrays of one element on every rank. Collective. Ownership: the caller destroys *sign and *logarithm. Errors: as hearth_det. */
HEARTH_COLLECTIVE hearth_status hearth_slogdet(const hearth_array *a, HEARTH_OUT hearth_array **sign, HEARTH_OUT hearth_array **logarithm);

typedef enum hearth_cond_ord {
  HEARTH_COND_2 = 0,        /* ratio of the largest and the smallest singular value; a need not be square */
  HEARTH_COND_1 = 1,        /* the others: |a| |a^-1| in the norm: largest column sum */
  HEARTH_COND_INF = 2,      /* largest row sum */
  HEARTH_COND_FROBENIUS = 3 /* root of the sum of squares */
} hearth_cond_ord;

/* The condition number of a, as NumPy's: infinity for a matrix that is exactly singular; beyond about 1e16 the number is rounding. The norms take the inverse;
 * hearth_rcond is an estimate for the price of hearth_solve.
 * Collective. Errors: ARGUMENT (unknown ord, not square, order 0), NOT_FINITE, MISMATCH (ord differs between ranks), NUMERICAL (singular values that did not
 * converge), UNSUPPORTED, NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_cond(const hearth_array *a, int32_t ord, HEARTH_OUT double *value);
/* An estimate of 1 / (|a| |a^-1|) in the norm of the largest column sum (LAPACK's gecon; Higham 1988): never too small, and seldom more than three times too
 * large. 0 for a matrix that is exactly singular, infinity for one of order 0; below about 1e-16 nothing of a solution is significant.
 * Collective. Errors: as hearth_cond. */
HEARTH_COLLECTIVE hearth_status hearth_rcond(const hearth_array *a, HEARTH_OUT double *value);

/* Least squares (NumPy's lstsq): x of least norm among those that minimise ||a x - b||, a [m, n], b [m] or [m, k], x [n] or [n, k]. *rank: singular values
 * above rcond times the largest; rcond < 0: epsilon (of the operands' type) times max(m, n). s: the min(m, n) singular values. residuals [k]: the squares of
 * ||a x - b|| for m > n and full rank, else empty. Tall matrices (as hearth_qr has it) by QR, x = r^-1 q^H b where the rank is full, so that sizes of columns
 * do not matter; others and deficient ones by singular values. x is on every rank for tall a; residuals and s are always. All is computed in float64 or
 * complex128. Workspace: q in that type, and operands that are not of it. Collective. Ownership: the caller destroys *x, *residuals and *s. Errors: ARGUMENT (a
 * not 2-d, b not of 1 or 2 dimensions, rcond NaN), MISMATCH (rows, contexts, rcond differs between ranks), NOT_FINITE (the message has the first place),
 * NOT_REPRODUCIBLE, NUMERICAL, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_lstsq(const hearth_array *a, const hearth_array *b, double rcond, HEARTH_OUT hearth_array **x,
                                             HEARTH_OUT hearth_array **residuals, HEARTH_OUT int64_t *rank, HEARTH_OUT hearth_array **s);

#ifdef __cplusplus
}
#endif
#endif
