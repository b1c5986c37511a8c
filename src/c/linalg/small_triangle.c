#include "core/memory.h"
#include "linalg/small.h"
#include "linalg/small_order.h"
#include <string.h>

extern void dpotrf_(const char *uplo, const int *n, void *a, const int *lda, int *info);
extern void zpotrf_(const char *uplo, const int *n, void *a, const int *lda, int *info);
extern void dtrmm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const void *alpha, const void *a,
                   const int *lda, void *b, const int *ldb);
extern void ztrmm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const void *alpha, const void *a,
                   const int *lda, void *b, const int *ldb);
extern void dtrsm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const void *alpha, const void *a,
                   const int *lda, void *b, const int *ldb);
extern void ztrsm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n, const void *alpha, const void *a,
                   const int *lda, void *b, const int *ldb);
extern void dtrcon_(const char *norm, const char *uplo, const char *diag, const int *n, const void *a, const int *lda, double *rcond, void *work, void *more,
                    int *info);
extern void ztrcon_(const char *norm, const char *uplo, const char *diag, const int *n, const void *a, const int *lda, double *rcond, void *work, void *more,
                    int *info);
extern void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const void *alpha, const void *a, const int *lda,
                   const void *b, const int *ldb, const void *beta, void *c, const int *ldc);
extern void zgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const void *alpha, const void *a, const int *lda,
                   const void *b, const int *ldb, const void *beta, void *c, const int *ldc);

static const double one[2] = {1.0, 0.0}, zero[2] = {0.0, 0.0};

int64_t hearth_small_cholesky_upper(int32_t parts, int64_t n64, double *a) {
  const int n = hearth_small_order(n64);
  int info = 0;
  if (n64 == 0) return 0;
  (parts == 2 ? zpotrf_ : dpotrf_)("U", &n, a, &n, &info);
  for (int64_t j = 0; j < n64; j++) memset(a + parts * (j * n64 + j + 1), 0, (size_t)(parts * (n64 - j - 1)) * sizeof *a);
  return info;
}

void hearth_small_multiply_upper(int32_t parts, int64_t n64, const double *a, double *b) {
  const int n = hearth_small_order(n64);
  if (n64 > 0) (parts == 2 ? ztrmm_ : dtrmm_)("L", "U", "N", "N", &n, &n, one, a, &n, b, &n);
}

void hearth_small_solve_upper(int32_t parts, int64_t n64, const double *r, int64_t m64, double *b) {
  const int n = hearth_small_order(n64), m = hearth_small_order(m64);
  if (n64 > 0 && m64 > 0) (parts == 2 ? ztrsm_ : dtrsm_)("L", "U", "N", "N", &n, &m, one, r, &n, b, &n);
}

hearth_status hearth_small_condition_upper(const hearth_context *ctx, int32_t parts, int64_t n64, const double *r, double *reciprocal) {
  const int n = hearth_small_order(n64);
  double *work = NULL;
  int info = 0;
  *reciprocal = 1.0;
  if (n64 == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_small_check(ctx, n64));
  HEARTH_TRY(hearth_allocate(ctx, 6 * n64 * (int64_t)sizeof *work, &work));
  (parts == 2 ? ztrcon_ : dtrcon_)("1", "U", "N", &n, r, &n, reciprocal, work, work + 4 * n64, &info);
  hearth_deallocate(ctx, work);
  return HEARTH_OK;
}

void hearth_small_product(int32_t parts, bool conjugated, int64_t m64, int64_t n64, int64_t k64, const double *a, const double *b, double *c) {
  const int m = hearth_small_order(m64), n = hearth_small_order(n64), k = (int)k64, lda = conjugated ? hearth_small_order(k64) : m;
  const int ldb = hearth_small_order(k64);
  if (m64 == 0 || n64 == 0) return;
  (parts == 2 ? zgemm_ : dgemm_)(conjugated ? "C" : "N", "N", &m, &n, &k, one, a, &lda, b, &ldb, zero, c, &m);
}
