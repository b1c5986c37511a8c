#include "core/memory.h"
#include "linalg/small.h"
#include "linalg/small_order.h"

extern void dgesdd_(const char *jobz, const int *m, const int *n, void *a, const int *lda, double *s, void *u, const int *ldu, void *vt, const int *ldvt,
                    void *work, const int *lwork, int *iwork, int *info);
extern void zgesdd_(const char *jobz, const int *m, const int *n, void *a, const int *lda, double *s, void *u, const int *ldu, void *vt, const int *ldvt,
                    void *work, const int *lwork, double *rwork, int *iwork, int *info);

typedef struct svd_call {
  int32_t parts;
  const char *job;
  int m, n, ldvt;
  double *a, *s, *u, *vt, *rwork;
  int *iwork;
} svd_call;

static int call(const svd_call *c, double *work, int lwork) {
  int info = 0;
  if (c->parts == 2)
    zgesdd_(c->job, &c->m, &c->n, c->a, &c->m, c->s, c->u, &c->m, c->vt, &c->ldvt, work, &lwork, c->rwork, c->iwork, &info);
  else
    dgesdd_(c->job, &c->m, &c->n, c->a, &c->m, c->s, c->u, &c->m, c->vt, &c->ldvt, work, &lwork, c->iwork, &info);
  return info;
}

hearth_status hearth_small_svd(const hearth_context *ctx, int32_t parts, int64_t m64, int64_t n64, double *a, double *s, double *u, double *vt) {
  const int64_t least = m64 < n64 ? m64 : n64, most = m64 < n64 ? n64 : m64;
  HEARTH_TRY(hearth_small_check(ctx, most));
  if (least == 0) return HEARTH_OK;
  svd_call c = {.parts = parts, .job = u ? "S" : "N", .m = (int)m64, .n = (int)n64, .ldvt = (int)least, .a = a, .s = s, .u = u, .vt = vt};
  double size[2] = {0.0}, *work = NULL;
  int info = 0;
  hearth_status status = hearth_allocate(ctx, 8 * least * (int64_t)sizeof *c.iwork, &c.iwork);
  if (status == HEARTH_OK && parts == 2) /* what zgesdd asks for */
    status = hearth_allocate(ctx, least * (5 * least + 7 + 2 * most + 2 * least + 1) * (int64_t)sizeof *c.rwork, &c.rwork);
  if (status == HEARTH_OK) {
    info = call(&c, size, -1);
    status = hearth_allocate(ctx, parts * (int64_t)size[0] * (int64_t)sizeof *work, &work);
  }
  if (status == HEARTH_OK) info = call(&c, work, (int)size[0]);
  hearth_deallocate(ctx, work);
  hearth_deallocate(ctx, c.rwork);
  hearth_deallocate(ctx, c.iwork);
  if (status == HEARTH_OK && info != 0)
    status = hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "the singular values of a %d x %d matrix did not converge (gesdd: info %d)", c.m, c.n, info);
  return status;
}
