#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/routines.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <string.h>

typedef struct svd_task {
  hearth_bridge bridge;
  hearth_matrix a, u, vt;
} svd_task;

static hearth_status prepare(svd_task *t, const char *name, const hearth_array *a, bool vectors) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1], k = m < n ? m : n;
  HEARTH_TRY(hearth_bridge_bring(&t->bridge, a, &t->a));
  HEARTH_TRY(hearth_bridge_finite(&t->bridge, &t->a, HEARTH_TRIANGLE_ALL, name));
  if (!vectors) return HEARTH_OK;
  HEARTH_TRY(hearth_bridge_make(&t->bridge, m, k, &t->u));
  return hearth_bridge_make(&t->bridge, k, n, &t->vt);
}

/* ScaLAPACK tells by info = k + 1 that processes found different values: they are rank 0's for all then. */
static hearth_status decompose(const svd_task *t, const char *name, double *s, bool vectors) {
  const int32_t k = t->a.rows < t->a.columns ? t->a.rows : t->a.columns;
  int32_t info = 0;
  if (k == 0) return HEARTH_OK;
  memset(s, 0, (size_t)k * sizeof *s);
  HEARTH_TRY(t->bridge.call->svd(&t->bridge, &t->a, s, vectors ? &t->u : NULL, vectors ? &t->vt : NULL, &info));
  if (info > 0)
    return hearth_fail(t->bridge.ctx, HEARTH_ERR_NUMERICAL, "%s: the singular values of a %d x %d matrix did not converge (info %d)", name, t->a.rows,
                       t->a.columns, info);
  return hearth_broadcast(t->bridge.ctx, s, k * (int64_t)sizeof *s, 0);
}

static hearth_status deliver(const svd_task *t, const hearth_array *a, const hearth_layout *u_layout, const hearth_layout *vt_layout, hearth_array **u,
                             hearth_array **vt) {
  const int32_t dtype = hearth_bridge_result(a->dtype, false);
  HEARTH_TRY(hearth_bridge_deliver(&t->bridge, &t->u, t->u.rows, t->u.columns, u_layout, dtype, a->order, u));
  const hearth_status status = hearth_bridge_deliver(&t->bridge, &t->vt, t->vt.rows, t->vt.columns, vt_layout, dtype, a->order, vt);
  if (status != HEARTH_OK) hearth_array_destroy(u);
  return status;
}

hearth_status hearth_bridge_svd(const char *name, const hearth_array *a, const hearth_layout *u_layout, const hearth_layout *vt_layout, double *s,
                                hearth_array **u, hearth_array **vt) {
  svd_task t = {0};
  HEARTH_TRY(hearth_bridge_open_for(a, hearth_bridge_dtype(a->dtype, false), u ? HEARTH_BRIDGE_SINGULAR : HEARTH_BRIDGE_VALUES, &t.bridge));
  hearth_status status = prepare(&t, name, a, u != NULL);
  if (status == HEARTH_OK) status = decompose(&t, name, s, u != NULL);
  if (status == HEARTH_OK && u) status = deliver(&t, a, u_layout, vt_layout, u, vt);
  hearth_bridge_release(&t.a);
  hearth_bridge_release(&t.u);
  hearth_bridge_release(&t.vt);
  hearth_bridge_close(&t.bridge);
  return status;
}
