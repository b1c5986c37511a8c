/* Methods that know a matrix by its products only: conjugate gradients, Lanczos, eigenvalues at the ends of a spectrum. The operator is a function of the host
 * program (C, C++) or a matrix. In contexts with HEARTH_REDUCTION_REPRODUCIBLE they refuse with NOT_REPRODUCIBLE. */
#ifndef HEARTH_ITERATIVE_H
#define HEARTH_ITERATIVE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y := A x, both of one layout, dtype and shape, in memory that the library owns. Called by all ranks together; a status that is not HEARTH_OK on any rank ends
 * the method on all. It must not keep x or y, and must not change x. */
typedef hearth_status (*hearth_operator)(void *user, const hearth_array *x, hearth_array *y);

typedef struct hearth_cg_options {
  size_t size;
  double tolerance;       /* |b - A x| <= tolerance |b| ends the iteration; 0: 1e-5, SciPy's */
  int64_t max_iterations; /* 0: ten times the number of unknowns */
  int32_t jacobi;         /* hearth_cg_matrix: not 0: preconditioned by the diagonal */
  int32_t reserved;
} hearth_cg_options;
#define HEARTH_CG_OPTIONS_INIT                                                                                                                                 \
  { sizeof(hearth_cg_options), 0, 0, 0, 0 }

/* Solves A x = b for a symmetric (Hermitian) positive definite A by preconditioned conjugate gradients (Hestenes and Stiefel 1952; Saad 2003, algorithm 9.1).
 * Unknowns may be an array of any shape and layout; x holds the first guess and becomes the solution; b has x's shape, in any layout and type. The
 * preconditioner, y := M^-1 x with M positive definite, may be NULL; both functions get `user`. *residual is |b - A x| / |b|, computed from x at the end and
 * not by the recurrence (and 0 where b = 0, whose solution is 0); if it is larger than the recurrence says the iteration goes on from there. options may be
 * NULL. Workspace: four arrays like x (five with a preconditioner). Sums are made in float64. Collective. Errors: ARGUMENT (NULL, negative numbers), MISMATCH
 * (shapes, contexts, options differ between ranks), UNSUPPORTED (x not float or complex), NOT_FINITE (b, or what the operator made), NUMERICAL: A or M is not
 * positive definite (the message has x^H A x), or the tolerance was not reached in max_iterations or cannot be reached in this precision (the message has the
 * residual); x then holds the last iterate, and *iterations and *residual are set. The status of the operator. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_cg(hearth_operator op, HEARTH_OPTIONAL hearth_operator preconditioner, HEARTH_OPTIONAL void *user,
                                                        const hearth_array *b, HEARTH_OPTIONAL const hearth_cg_options *options, hearth_array *x,
                                                        HEARTH_OUT int64_t *iterations, HEARTH_OUT double *residual);
/* The same with a matrix a [n, n] of any layout, which is taken to be symmetric (Hermitian); b and x have shape [n].
 * Collective. Errors: as hearth_cg; MISMATCH (a not square, or of another order); NUMERICAL (jacobi: a diagonal element is not positive; the message has its
 * number). */
HEARTH_COLLECTIVE hearth_status hearth_cg_matrix(const hearth_array *a, const hearth_array *b, HEARTH_OPTIONAL const hearth_cg_options *options,
                                                 hearth_array *x, HEARTH_OUT int64_t *iterations, HEARTH_OUT double *residual);

/* k steps of the Lanczos process with full reorthogonalisation (twice, by classical Gram-Schmidt) on a symmetric (Hermitian) A: A v = v T + rest in the last
 * column, T = tridiagonal with `diagonal` [m] and `off_diagonal` [m] (the last number belongs to the vector that would follow: the norm of the rest), float64
 * on every rank. v [n, m] has orthonormal columns, the layout of `start` along n (1-d, any layout, float or complex), and is column-major. m = k, or fewer
 * where an invariant subspace was found: then the last number of off_diagonal is 0 within rounding. A start of zeros is replaced by random numbers. Workspace:
 * v and two vectors. Collective. Ownership: the caller destroys the results. Errors: ARGUMENT (NULL, k < 1, start not 1-d), UNSUPPORTED (dtype), NOT_FINITE,
 * MISMATCH (k differs), MEMORY, MPI, the status of the operator. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_lanczos(hearth_operator op, HEARTH_OPTIONAL void *user, const hearth_array *start, int64_t k,
                                                             HEARTH_OUT hearth_array **diagonal, HEARTH_OUT hearth_array **off_diagonal,
                                                             HEARTH_OUT hearth_array **v);
/* The same for a matrix a [n, n] of any layout; start NULL: random, dealt out evenly. Collective. Errors: as hearth_lanczos; MISMATCH (extents). */
HEARTH_COLLECTIVE hearth_status hearth_lanczos_matrix(const hearth_array *a, HEARTH_OPTIONAL const hearth_array *start, int64_t k,
                                                      HEARTH_OUT hearth_array **diagonal, HEARTH_OUT hearth_array **off_diagonal, HEARTH_OUT hearth_array **v);

typedef enum hearth_eigsh_which { HEARTH_EIGSH_LARGEST = 0, HEARTH_EIGSH_SMALLEST = 1 } hearth_eigsh_which;

typedef struct hearth_eigsh_options {
  size_t size;
  int32_t which; /* hearth_eigsh_which: the algebraically largest or smallest ones */
  int32_t reserved;
  int64_t basis;        /* vectors that are kept; 0: the larger of 2 k + 1 and 20; n at most */
  double tolerance;     /* |A v - w v| <= tolerance times the largest |w| seen; 0: 1e-10, of single precision 1e-5 */
  int64_t max_restarts; /* 0: 300 */
} hearth_eigsh_options;
#define HEARTH_EIGSH_OPTIONS_INIT                                                                                                                              \
  { sizeof(hearth_eigsh_options), HEARTH_EIGSH_LARGEST, 0, 0, 0, 0 }

/* k eigenvalues w [k], ascending as those of hearth_eigh, at one end of the spectrum of a symmetric (Hermitian) A, and orthonormal eigenvectors v [n, k]:
 * thick-restart Lanczos (Wu and Simon 2000) with full reorthogonalisation. residuals [k]: |A v - w v| of each pair, computed from the results. `start` gives
 * layout, type and the first vector as in hearth_lanczos; v is column-major. w and residuals are float64 on every rank. Sign: in every column the entry of
 * largest magnitude is positive (real positive); among entries within 1e-6 of the largest, the lowest row decides. Of multiple eigenvalues a Krylov method sees
 * one direction in exact arithmetic; rounding and restarts find the others, but if all copies matter ask for more than k.
 * Workspace: basis + 1 vectors, and what a quarter of them takes. Collective. Ownership: the caller destroys the results. Errors: as hearth_lanczos; ARGUMENT
 * (k > n, basis <= k and < n); NUMERICAL (not converged in max_restarts: the message has the largest residual; there are no results then). */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_eigsh(hearth_operator op, HEARTH_OPTIONAL void *user, const hearth_array *start, int64_t k,
                                                           HEARTH_OPTIONAL const hearth_eigsh_options *options, HEARTH_OUT hearth_array **w,
                                                           HEARTH_OUT hearth_array **v, HEARTH_OUT hearth_array **residuals);
/* The same for a matrix a [n, n] of any layout; vectors are dealt out evenly. Collective. Errors: as hearth_eigsh; MISMATCH (not square). */
HEARTH_COLLECTIVE hearth_status hearth_eigsh_matrix(const hearth_array *a, int64_t k, HEARTH_OPTIONAL const hearth_eigsh_options *options,
                                                    HEARTH_OUT hearth_array **w, HEARTH_OUT hearth_array **v, HEARTH_OUT hearth_array **residuals);

#ifdef __cplusplus
}
#endif
#endif
