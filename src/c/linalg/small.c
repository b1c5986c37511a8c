#include "linalg/small.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small_order.h"
#include <string.h>

extern void dsyevr_(const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda, const double *vl, const double *vu,
                    const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz, int *isuppz, double *work,
                    const int *lwork, int *iwork, const int *liwork, int *info);
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
extern void dtrtrs_(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs, const double *a, const int *lda, double *b,
                    const int *ldb, int *info);
extern void dgesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu,
                    double *vt, const int *ldvt, double *work, const int *lwork, int *info);
extern void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha, const double *a, const int *lda,
                   const double *b, const int *ldb, const double *beta, double *c, const int *ldc);

hearth_status hearth_small_eigh(const hearth_context *ctx, int64_t n64, double *a, int64_t k, double *values, double *vectors) {
  if (n64 == 0 || k == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_small_check(ctx, n64));
  const int n = hearth_small_order(n64), first = n - hearth_small_order(k) + 1, query = -1, count = hearth_small_order(k);
  const double tolerance = 0, unused = 0;
  int found = 0, info = 0, iwork_size = 0, *isuppz = NULL, *iwork = NULL;
  double work_size = 0, *work = NULL, *w = NULL;
  dsyevr_("V", "I", "L", &n, a, &n, &unused, &unused, &first, &n, &tolerance, &found, NULL, NULL, &n, NULL, &work_size, &query, &iwork_size, &query, &info);
  const int lwork = (int)work_size, liwork = iwork_size;
  hearth_status status = hearth_allocate(ctx, lwork * (int64_t)sizeof *work, &work);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, liwork * (int64_t)sizeof *iwork, &iwork);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, 2 * (int64_t)n * (int64_t)sizeof *isuppz, &isuppz);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *w, &w);
  if (status == HEARTH_OK) {
    dsyevr_("V", "I", "L", &n, a, &n, &unused, &unused, &first, &n, &tolerance, &found, w, vectors, &n, isuppz, work, &lwork, iwork, &liwork, &info);
    if (info != 0 || found != count)
      status = hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the eigenvalues of a matrix of order %d did not converge (dsyevr: info %d, found %d of %d)", n, info,
                           found, count);
  }
  if (status == HEARTH_OK) { /* LAPACK ascends, we descend */
    for (int i = 0; i < count; i++) values[i] = w[count - 1 - i];
    for (int i = 0; i < count / 2; i++)
      for (int64_t r = 0; r < n; r++) {
        const double swap = vectors[(int64_t)i * n + r];
        vectors[(int64_t)i * n + r] = vectors[(int64_t)(count - 1 - i) * n + r];
        vectors[(int64_t)(count - 1 - i) * n + r] = swap;
      }
  }
  hearth_deallocate(ctx, work);
  hearth_deallocate(ctx, iwork);
  hearth_deallocate(ctx, isuppz);
  hearth_deallocate(ctx, w);
  return status;
}

hearth_status hearth_small_cholesky(const hearth_context *ctx, int64_t n64, double *a) {
  HEARTH_TRY(hearth_small_check(ctx, n64));
  const int n = hearth_small_order(n64);
  int info = 0;
  if (n64 == 0) return HEARTH_OK;
  dpotrf_("L", &n, a, &n, &info);
  if (info != 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "a matrix of order %d is not positive definite (dpotrf: info %d)", n, info);
  for (int64_t j = 1; j < n; j++) memset(a + j * n, 0, (size_t)j * sizeof *a);
  return HEARTH_OK;
}

hearth_status hearth_small_solve_lower(const hearth_context *ctx, bool transposed, int64_t n64, const double *l, int64_t m64, double *b) {
  HEARTH_TRY(hearth_small_check(ctx, n64));
  const int n = hearth_small_order(n64), m = hearth_small_order(m64);
  int info = 0;
  if (n64 == 0 || m64 == 0) return HEARTH_OK;
  dtrtrs_("L", transposed ? "T" : "N", "N", &n, &m, l, &n, b, &n, &info);
  if (info != 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "a triangular matrix of order %d is singular (dtrtrs: info %d)", n, info);
  return HEARTH_OK;
}

hearth_status hearth_small_left_svd(const hearth_context *ctx, int64_t m64, int64_t n64, double *a, double *values, double *u) {
  HEARTH_TRY(hearth_small_check(ctx, m64 > n64 ? m64 : n64));
  const int m = hearth_small_order(m64), n = hearth_small_order(n64), query = -1, one = 1;
  int info = 0;
  double size = 0, *work = NULL, unused = 0;
  if (m64 == 0 || n64 == 0) return HEARTH_OK;
  dgesvd_("S", "N", &m, &n, a, &m, values, u, &m, &unused, &one, &size, &query, &info);
  const int lwork = (int)size;
  HEARTH_TRY(hearth_allocate(ctx, lwork * (int64_t)sizeof *work, &work));
  dgesvd_("S", "N", &m, &n, a, &m, values, u, &m, &unused, &one, work, &lwork, &info);
  hearth_deallocate(ctx, work);
  if (info != 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the singular values of a %d x %d matrix did not converge (dgesvd: info %d)", m, n, info);
  return HEARTH_OK;
}

void hearth_small_multiply(bool transposed, int64_t m64, int64_t n64, int64_t k64, const double *a, const double *b, double *c) {
  const int m = hearth_small_order(m64), n = hearth_small_order(n64), k = (int)k64, lda = transposed ? hearth_small_order(k64) : m,
            ldb = hearth_small_order(k64);
  const double one = 1, zero = 0;
  if (m64 == 0 || n64 == 0) return;
  dgemm_(transposed ? "T" : "N", "N", &m, &n, &k, &one, a, &lda, b, &ldb, &zero, c, &m);
}
