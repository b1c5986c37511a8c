/* The routines of one type, included once per type and library. The includer defines
 *   TYPE, REAL, COMPLEX (0, 1), UNITARY(s), HERMITIAN(s)   the type, and how LAPACK begins the names that have it: or, sy or un, he
 *   F(name), N(name)                                       the Fortran symbol and the name of the function here
 *   DISTRIBUTED (0, 1), AT(x), AT_TYPES                    how a matrix is handed over: address and leading dimension, or address, 1, 1, descriptor
 * Lengths of character arguments are passed as gfortran wants them; C libraries ignore them. */
#define LENGTHS1 (size_t)1
#define LENGTHS2 (size_t)1, (size_t)1
#define LENGTHS3 (size_t)1, (size_t)1, (size_t)1

void F(geqrf)(const int *m, const int *n, AT_TYPES, TYPE *tau, TYPE *work, const int *lwork, int *info);
void F(UNITARY(gqr))(const int *m, const int *n, const int *k, AT_TYPES, const TYPE *tau, TYPE *work, const int *lwork, int *info);
void F(potrf)(const char *uplo, const int *n, AT_TYPES, int *info, size_t);
void F(getrf)(const int *m, const int *n, AT_TYPES, int *ipiv, int *info);
void F(getrs)(const char *trans, const int *n, const int *nrhs, AT_TYPES, const int *ipiv, AT_TYPES, int *info, size_t);
void F(trtrs)(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs, AT_TYPES, AT_TYPES, int *info, size_t, size_t, size_t);
REAL F(lange)(const char *norm, const int *m, const int *n, AT_TYPES, REAL *work, size_t);
void F(gemm)(const char *ta, const char *tb, const int *m, const int *n, const int *k, const TYPE *alpha, AT_TYPES, AT_TYPES, const TYPE *beta, AT_TYPES,
             size_t, size_t);

static hearth_status N(qr)(const hearth_bridge *b, const hearth_matrix *a, void *tau) {
  TYPE size = 0;
  int info = 0;
  const int query = -1;
  hearth_workspace w;
  if (b->here) F(geqrf)(&a->rows, &a->columns, AT(a), tau, &size, &query, &info);
  HEARTH_TRY(hearth_workspace_open(b, "geqrf", info, (double)size, 0, 0, &w));
  if (b->here) F(geqrf)(&a->rows, &a->columns, AT(a), tau, w.work, &w.lwork, &info);
  return hearth_workspace_close(b, "geqrf", info, &w, NULL);
}

static hearth_status N(qr_unitary)(const hearth_bridge *b, const hearth_matrix *a, int32_t columns, int32_t k, const void *tau) {
  TYPE size = 0;
  int info = 0;
  const int query = -1;
  hearth_workspace w;
  if (b->here) F(UNITARY(gqr))(&a->rows, &columns, &k, AT(a), tau, &size, &query, &info);
  HEARTH_TRY(hearth_workspace_open(b, "orgqr", info, (double)size, 0, 0, &w));
  if (b->here) F(UNITARY(gqr))(&a->rows, &columns, &k, AT(a), tau, w.work, &w.lwork, &info);
  return hearth_workspace_close(b, "orgqr", info, &w, NULL);
}

static hearth_status N(cholesky)(const hearth_bridge *b, const hearth_matrix *a, int32_t *info) {
  int mine = 0;
  if (b->here) F(potrf)("L", &a->rows, AT(a), &mine, LENGTHS1);
  return hearth_workspace_close(b, "potrf", mine, NULL, info);
}

static hearth_status N(lu)(const hearth_bridge *b, const hearth_matrix *a, int32_t *pivots, int32_t *info) {
  int mine = 0;
  if (b->here) F(getrf)(&a->rows, &a->columns, AT(a), pivots, &mine);
  return hearth_workspace_close(b, "getrf", mine, NULL, info);
}

static hearth_status N(lu_solve)(const hearth_bridge *b, char transposed, const hearth_matrix *lu, const int32_t *pivots, const hearth_matrix *x) {
  int info = 0;
  if (b->here) F(getrs)(&transposed, &lu->rows, &x->columns, AT(lu), pivots, AT(x), &info, LENGTHS1);
  return hearth_workspace_close(b, "getrs", info, NULL, NULL);
}

static hearth_status N(triangular)(const hearth_bridge *b, const hearth_triangular *how, const hearth_matrix *a, const hearth_matrix *x, int32_t *info) {
  int mine = 0;
  if (b->here) F(trtrs)(how->lower ? "L" : "U", &how->transposed, how->unit ? "U" : "N", &a->rows, &x->columns, AT(a), AT(x), &mine, LENGTHS3);
  return hearth_workspace_close(b, "trtrs", mine, NULL, info);
}

/* lange wants a number per local row or column at most. */
static hearth_status N(norm)(const hearth_bridge *b, char which, const hearth_matrix *a, double *norm) {
  hearth_workspace w;
  REAL result = 0;
  const int64_t most = a->local[0] > a->local[1] ? a->local[0] : a->local[1];
  HEARTH_TRY(hearth_workspace_open(b, "lange", 0, 0, (double)most + 2.0 * (double)b->block + 2.0, 0, &w));
  if (b->here) result = F(lange)(&which, &a->rows, &a->columns, AT(a), w.real, LENGTHS1);
  HEARTH_TRY(hearth_workspace_close(b, "lange", 0, &w, NULL));
  *norm = (double)result;
  return hearth_broadcast(b->ctx, norm, sizeof *norm, 0);
}

static hearth_status N(multiply)(const hearth_bridge *b, const hearth_matrix *a, const hearth_matrix *x, const hearth_matrix *c) {
  const TYPE one = 1, zero = 0;
  if (b->here) F(gemm)("N", "N", &c->rows, &c->columns, &a->columns, &one, AT(a), AT(x), &zero, AT(c), LENGTHS2);
  return hearth_workspace_close(b, "gemm", 0, NULL, NULL);
}

#if DISTRIBUTED
#include "linalg/scalapack/routines_grid.h"
#else
#include "linalg/scalapack/routines_local.h"
#endif

#if DISTRIBUTED
#define ALONE_OR_GRID .tridiagonal = N(tridiagonal), .from_tridiagonal = N(from_tridiagonal)
#else
#define ALONE_OR_GRID .tridiagonal = NULL, .from_tridiagonal = NULL
#endif
static const hearth_bridge_routines N(table) = {.qr = N(qr),
                                                .qr_unitary = N(qr_unitary),
                                                .svd = N(svd),
                                                .eigh = N(eigh),
                                                .cholesky = N(cholesky),
                                                .lu = N(lu),
                                                .lu_solve = N(lu_solve),
                                                .triangular = N(triangular),
                                                .norm = N(norm),
                                                .multiply = N(multiply),
                                                ALONE_OR_GRID};
#undef ALONE_OR_GRID
#undef LENGTHS1
#undef LENGTHS2
#undef LENGTHS3
