#include "core/memory.h"
#include "linalg/small.h"
#include "linalg/small_order.h"

/* Real and complex routines have the same arguments. */
extern void dgeqrf_(const int *m, const int *n, void *a, const int *lda, void *tau, void *work, const int *lwork, int *info);
extern void zgeqrf_(const int *m, const int *n, void *a, const int *lda, void *tau, void *work, const int *lwork, int *info);
extern void dormqr_(const char *side, const char *trans, const int *m, const int *n, const int *k, const void *a, const int *lda, const void *tau, void *c,
                    const int *ldc, void *work, const int *lwork, int *info);
extern void zunmqr_(const char *side, const char *trans, const int *m, const int *n, const int *k, const void *a, const int *lda, const void *tau, void *c,
                    const int *ldc, void *work, const int *lwork, int *info);

hearth_status hearth_small_qr(const hearth_context *ctx, int32_t parts, int64_t m64, int64_t n64, double *a, double *tau) {
  HEARTH_TRY(hearth_small_check(ctx, n64));
  HEARTH_REQUIRE(ctx, m64 <= INT_MAX, "%lld rows are beyond LAPACK's 32-bit integers", (long long)m64);
  if (m64 == 0 || n64 == 0) return HEARTH_OK;
  const int m = hearth_small_order(m64), n = hearth_small_order(n64), query = -1;
  int info = 0;
  double size[2] = {0.0}, *work = NULL;
  (parts == 2 ? zgeqrf_ : dgeqrf_)(&m, &n, a, &m, tau, size, &query, &info);
  const int lwork = (int)size[0];
  HEARTH_TRY(hearth_allocate(ctx, parts * lwork * (int64_t)sizeof *work, &work));
  (parts == 2 ? zgeqrf_ : dgeqrf_)(&m, &n, a, &m, tau, work, &lwork, &info);
  hearth_deallocate(ctx, work);
  return info == 0 ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_INTERNAL, "geqrf on a %d x %d matrix: info %d", m, n, info);
}

hearth_status hearth_small_apply_q(const hearth_context *ctx, int32_t parts, int64_t m64, int64_t n64, int64_t k64, const double *a, const double *tau,
                                   double *c) {
  if (m64 == 0 || n64 == 0 || k64 == 0) return HEARTH_OK;
  const int m = hearth_small_order(m64), n = hearth_small_order(n64), k = hearth_small_order(k64), query = -1;
  int info = 0;
  double size[2] = {0.0}, *work = NULL;
  (parts == 2 ? zunmqr_ : dormqr_)("L", "N", &m, &n, &k, a, &m, tau, c, &m, size, &query, &info);
  const int lwork = (int)size[0];
  HEARTH_TRY(hearth_allocate(ctx, parts * lwork * (int64_t)sizeof *work, &work));
  (parts == 2 ? zunmqr_ : dormqr_)("L", "N", &m, &n, &k, a, &m, tau, c, &m, work, &lwork, &info);
  hearth_deallocate(ctx, work);
  return info == 0 ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_INTERNAL, "applying %d reflectors of length %d: info %d", k, m, info);
}
