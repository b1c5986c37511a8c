/* QR, singular values, eigenvalues, polar and Cholesky decompositions. */
#ifndef HEARTH_DECOMPOSITION_H
#define HEARTH_DECOMPOSITION_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hearth_eigh_which {
  HEARTH_EIGH_SMALLEST = 0, /* algebraically: of -3, 1, 2 first -3 */
  HEARTH_EIGH_LARGEST = 1
} hearth_eigh_which;

typedef enum hearth_eigh_method {
  HEARTH_EIGH_AUTO = 0, /* dense */
  HEARTH_EIGH_DENSE = 1 /* LAPACK on one rank for small orders, else ScaLAPACK: divide and conquer for all vectors, representations (MRRR) for some */
} hearth_eigh_method;

typedef struct hearth_eigh_options {
  size_t size;
  int64_t k;      /* how many eigenvalues; 0: all */
  int32_t which;  /* hearth_eigh_which: which end of the spectrum, if not all */
  int32_t method; /* hearth_eigh_method */
} hearth_eigh_options;
#define HEARTH_EIGH_OPTIONS_INIT                                                                                                                               \
  { sizeof(hearth_eigh_options), 0, HEARTH_EIGH_SMALLEST, HEARTH_EIGH_AUTO }

/* Eigenvalues w [k] and orthonormal eigenvectors v [n, k] of the symmetric or Hermitian a [n, n]: a v = v diag(w), w ascending. As NumPy's (UPLO = 'L'), only
 * the lower triangle is read, and of the diagonal the real parts. Sign: in every column the entry of largest magnitude is positive (real positive); among
 * entries within 1e-6 of the largest, the lowest row decides. w is replicated on all ranks; v has the layout of a if it has its shape, else the balanced split
 * of its rows, and its memory order.
 * Float32 and complex64 are computed in float64 and complex128 and rounded at the end; integers and bool become float64.
 * Collective. Ownership: the caller destroys *w and *v. Workspace: about four matrices of a's size, spread over the ranks. Errors: ARGUMENT (not 2-d, not
 * square, k > n, bad option), NOT_FINITE (the message has the first place), NUMERICAL (no convergence), UNSUPPORTED (order beyond 32 bits), MISMATCH (options
 * differ between ranks), NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_eigh(const hearth_array *a, HEARTH_OPTIONAL const hearth_eigh_options *options, HEARTH_OUT hearth_array **w,
                                            HEARTH_OUT hearth_array **v);
/* The eigenvalues alone. Collective. Ownership: the caller destroys *w. Errors: as hearth_eigh. */
HEARTH_COLLECTIVE hearth_status hearth_eigvalsh(const hearth_array *a, HEARTH_OPTIONAL const hearth_eigh_options *options, HEARTH_OUT hearth_array **w);

/* Cholesky factor of a symmetric or Hermitian positive definite a [n, n]: a = l l^H, l lower triangular with a positive diagonal. Only the lower triangle of a
 * is read. l has the layout and memory order of a, its upper triangle is 0. Computed in float64 or complex128 as hearth_eigh.
 * Collective. Ownership: the caller destroys *l. Workspace: one matrix of a's size. Errors: ARGUMENT (not 2-d, not square), NOT_FINITE, NUMERICAL (not positive
 * definite: the message has the 0-based number of the first pivot that is not positive), UNSUPPORTED, NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_cholesky(const hearth_array *a, HEARTH_OUT hearth_array **l);

#ifdef __cplusplus
}
#endif
#endif
