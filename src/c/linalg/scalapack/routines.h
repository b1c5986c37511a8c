/* LAPACK and ScaLAPACK behind one table per dtype: bodies are written once, in routines_body.h. Collective and agreed, with the conventions of bridge.h: where
 * `*info` is an argument, it is LAPACK's and the same on all ranks; a positive one is the caller's to explain. */
#ifndef HEARTH_LINALG_SCALAPACK_ROUTINES_H
#define HEARTH_LINALG_SCALAPACK_ROUTINES_H
#include "linalg/scalapack/bridge.h"

typedef hearth_bridge_matrix hearth_matrix;

/* Which system: a x = b, a^T x = b, a^H x = b. */
typedef struct hearth_triangular {
  bool lower, unit;
  char transposed; /* 'N', 'T', 'C' */
} hearth_triangular;

typedef struct hearth_bridge_routines {
  /* Householder QR in place; tau: elements for the local columns. */
  hearth_status (*qr)(const hearth_bridge *b, const hearth_matrix *a, void *tau);
  /* The first `columns` columns of the unitary factor of k reflections, in place. */
  hearth_status (*qr_unitary)(const hearth_bridge *b, const hearth_matrix *a, int32_t columns, int32_t k, const void *tau);
  /* Singular values, and vectors unless u is NULL; destroys a. s on the ranks of the grid. */
  hearth_status (*svd)(const hearth_bridge *b, const hearth_matrix *a, double *s, const hearth_matrix *u, const hearth_matrix *vt, int32_t *info);
  /* Ascending eigenvalues number first .. last (0-based) of the Hermitian a (lower triangle), and their vectors in the leading columns of z unless it is NULL;
   * destroys a. w: n numbers, on the ranks of the grid. ScaLAPACK: all of them, with vectors. hearth_bridge_eigh knows no such limits. */
  hearth_status (*eigh)(const hearth_bridge *b, const hearth_matrix *a, int32_t first, int32_t last, double *w, const hearth_matrix *z, int32_t *info);
  /* ScaLAPACK only. a = q t q^H in place, t real and tridiagonal: d [n] and e [n - 1] on all ranks (n numbers each are written). */
  hearth_status (*tridiagonal)(const hearth_bridge *b, const hearth_matrix *a, double *d, double *e, void *tau);
  /* The first k columns of z := q z. */
  hearth_status (*from_tridiagonal)(const hearth_bridge *b, const hearth_matrix *a, const void *tau, const hearth_matrix *z, int32_t k);
  /* Lower Cholesky factor in place. */
  hearth_status (*cholesky)(const hearth_bridge *b, const hearth_matrix *a, int32_t *info);
  /* LU with partial pivoting in place; pivots: local rows + block. */
  hearth_status (*lu)(const hearth_bridge *b, const hearth_matrix *a, int32_t *pivots, int32_t *info);
  /* x := a^-1 x; 'T', 'C': of the transpose, the adjoint. */
  hearth_status (*lu_solve)(const hearth_bridge *b, char transposed, const hearth_matrix *lu, const int32_t *pivots, const hearth_matrix *x);
  hearth_status (*triangular)(const hearth_bridge *b, const hearth_triangular *how, const hearth_matrix *a, const hearth_matrix *x, int32_t *info);
  /* '1' (largest column sum), 'I' (row sum), 'F' or 'M'. */
  hearth_status (*norm)(const hearth_bridge *b, char which, const hearth_matrix *a, double *norm);
  /* c := a b. */
  hearth_status (*multiply)(const hearth_bridge *b, const hearth_matrix *a, const hearth_matrix *x, const hearth_matrix *c);
} hearth_bridge_routines;

/* By dtype: float32, float64, complex64, complex128. */
const hearth_bridge_routines *hearth_routines_lapack(int32_t dtype);
const hearth_bridge_routines *hearth_routines_scalapack(int32_t dtype);

/* Workspace of one call, counted in elements of the matrix type, of its real type, and in ints. */
typedef struct hearth_workspace {
  void *work, *real;
  int32_t *whole;
  int32_t lwork, lreal, lwhole;
} hearth_workspace;

/* What a query asked for (sizes; `info` its outcome) on this rank; hearth_workspace_close afterwards, not after a failure. */
hearth_status hearth_workspace_open(const hearth_bridge *b, const char *routine, int32_t info, double work, double real, int64_t whole,
                                    hearth_workspace *workspace);
/* Releases and agrees on the outcome: INTERNAL if LAPACK refused an argument. *info (may be NULL: a positive one is INTERNAL too): that of all ranks. */
hearth_status hearth_workspace_close(const hearth_bridge *b, const char *routine, int32_t mine, hearth_workspace *workspace, int32_t *info);

#endif
