#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include "linalg/small_order.h"
#include <string.h>

extern void dsterf_(const int *n, double *d, double *e, int *info);
extern void dstedc_(const char *compz, const int *n, double *d, double *e, double *z, const int *ldz, double *work, const int *lwork, int *iwork,
                    const int *liwork, int *info);
extern void dstemr_(const char *jobz, const char *range, const int *n, double *d, double *e, const double *vl, const double *vu, const int *il, const int *iu,
                    int *m, double *w, double *z, const int *ldz, const int *nzc, int *isuppz, int *tryrac, double *work, const int *lwork, int *iwork,
                    const int *liwork, int *info);

typedef struct tridiagonal {
  const hearth_context *ctx;
  int n, first, count;
  double *d, *e, *w, *z;
} tridiagonal;

/* Multiple relatively robust representations: work n k. */
static hearth_status by_representations(const tridiagonal *t, const double *d, const double *e, int *info) {
  const int n = t->n, il = t->first + 1, iu = t->first + t->count, lwork = 18 * n, liwork = 10 * n;
  const double unused = 0;
  double *work = NULL;
  int *whole = NULL, found = 0, accurate = 1;
  hearth_status status = hearth_allocate(t->ctx, (lwork + 2 * (int64_t)n) * (int64_t)sizeof *work, &work);
  if (status == HEARTH_OK) status = hearth_allocate(t->ctx, (liwork + 2 * (int64_t)n) * (int64_t)sizeof *whole, &whole);
  if (status == HEARTH_OK) {
    double *copy = work + lwork;
    memcpy(copy, d, (size_t)n * sizeof *copy);
    memcpy(copy + n, e, (size_t)n * sizeof *copy);
    dstemr_("V", t->count == n ? "A" : "I", &n, copy, copy + n, &unused, &unused, &il, &iu, &found, t->w, t->z, &n, &t->count, whole + liwork, &accurate, work,
            &lwork, whole, &liwork, info);
    if (*info == 0 && found != t->count) *info = n + 1;
  }
  hearth_deallocate(t->ctx, work);
  hearth_deallocate(t->ctx, whole);
  return status;
}

/* All of them by divide and conquer, and those that are wanted copied. */
static hearth_status by_division(const tridiagonal *t, int *info) {
  const int n = t->n, query = -1;
  double *all = NULL, *work = NULL, size = 0;
  int *whole = NULL, liwork = 0;
  dstedc_("I", &n, t->d, t->e, NULL, &n, &size, &query, &liwork, &query, info);
  const int lwork = (int)size;
  hearth_status status = hearth_allocate(t->ctx, (int64_t)n * n * (int64_t)sizeof *all, &all);
  if (status == HEARTH_OK) status = hearth_allocate(t->ctx, lwork * (int64_t)sizeof *work, &work);
  if (status == HEARTH_OK) status = hearth_allocate(t->ctx, liwork * (int64_t)sizeof *whole, &whole);
  if (status == HEARTH_OK) {
    dstedc_("I", &n, t->d, t->e, all, &n, work, &lwork, whole, &liwork, info);
    memcpy(t->w, t->d + t->first, (size_t)t->count * sizeof *t->w);
    memcpy(t->z, all + (int64_t)t->first * n, (size_t)t->count * (size_t)n * sizeof *t->z);
  }
  hearth_deallocate(t->ctx, all);
  hearth_deallocate(t->ctx, work);
  hearth_deallocate(t->ctx, whole);
  return status;
}

hearth_status hearth_small_tridiagonal(const hearth_context *ctx, int64_t n64, double *d, double *e, int64_t first, int64_t count, double *w, double *z) {
  if (n64 == 0 || count == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_small_check(ctx, n64));
  const tridiagonal t = {ctx, hearth_small_order(n64), (int)first, (int)count, d, e, w, z};
  int info = 0;
  if (!z) {
    dsterf_(&t.n, d, e, &info);
    if (info == 0) memmove(w, d + first, (size_t)count * sizeof *w);
  } else {
    /* dstemr gives up on some matrices (seen: one of small whole numbers of order 13, info 22), and at order 2 takes the eigenvalue of larger magnitude for
     * the larger one. */
    if (t.n > 2) HEARTH_TRY(by_representations(&t, d, e, &info));
    if (t.n <= 2 || info != 0) HEARTH_TRY(by_division(&t, &info));
  }
  if (info != 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the eigenvalues of a tridiagonal matrix of order %d did not converge (info %d)", t.n, info);
  return HEARTH_OK;
}
