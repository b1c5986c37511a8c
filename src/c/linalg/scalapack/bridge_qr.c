#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/routines.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

typedef struct qr_task {
  const char *name;
  hearth_bridge bridge;
  hearth_matrix a, wide, r; /* wide: of q, where it has more columns than a */
  void *tau;
  int64_t q_columns, r_rows, k;
} qr_task;

/* r is the leading rows of what qr left; where it lies already. */
static hearth_status take_r(qr_task *t) {
  HEARTH_TRY(hearth_bridge_make(&t->bridge, t->r_rows, t->a.columns, &t->r));
  hearth_bridge_copy(&t->bridge, &t->r, &t->a);
  hearth_bridge_keep(&t->bridge, &t->r, HEARTH_TRIANGLE_UPPER);
  return HEARTH_OK;
}

static hearth_status make_q(qr_task *t) {
  const hearth_matrix *q = &t->a;
  if (t->q_columns > t->a.columns) {
    HEARTH_TRY(hearth_bridge_make(&t->bridge, t->a.rows, t->q_columns, &t->wide));
    hearth_bridge_copy(&t->bridge, &t->wide, &t->a);
    q = &t->wide;
  }
  return t->bridge.call->qr_unitary(&t->bridge, q, (int32_t)t->q_columns, (int32_t)t->k, t->tau);
}

static hearth_status factor(qr_task *t, const hearth_array *a, bool wants_q) {
  HEARTH_TRY(hearth_bridge_bring(&t->bridge, a, &t->a));
  HEARTH_TRY(hearth_bridge_finite(&t->bridge, &t->a, HEARTH_TRIANGLE_ALL, t->name));
  HEARTH_TRY(hearth_agree(a->ctx, hearth_allocate(a->ctx, (t->a.local[1] + 1) * hearth_dtype_size((hearth_dtype)t->bridge.dtype), &t->tau)));
  if (t->k > 0) HEARTH_TRY(t->bridge.call->qr(&t->bridge, &t->a, t->tau));
  HEARTH_TRY(take_r(t));
  if (t->k == 0 && t->q_columns > 0) { /* complete, of nothing */
    HEARTH_TRY(hearth_bridge_make(&t->bridge, t->a.rows, t->q_columns, &t->wide));
    hearth_bridge_identity(&t->bridge, &t->wide);
    return HEARTH_OK;
  }
  return wants_q && t->k > 0 ? make_q(t) : HEARTH_OK;
}

static hearth_status deliver(const qr_task *t, const hearth_array *a, const hearth_layout *q_layout, const hearth_layout *r_layout, hearth_array **q,
                             hearth_array **r) {
  const int32_t dtype = hearth_bridge_result(a->dtype, false);
  const hearth_matrix *unitary = t->wide.array ? &t->wide : &t->a;
  HEARTH_TRY(hearth_bridge_deliver(&t->bridge, &t->r, t->r_rows, t->a.columns, r_layout, dtype, a->order, r));
  if (!q) return HEARTH_OK;
  const hearth_status status = hearth_bridge_deliver(&t->bridge, unitary, t->a.rows, t->q_columns, q_layout, dtype, a->order, q);
  if (status != HEARTH_OK) hearth_array_destroy(r);
  return status;
}

hearth_status hearth_bridge_qr(const char *name, const hearth_array *a, bool complete, const hearth_layout *q_layout, const hearth_layout *r_layout,
                               hearth_array **q, hearth_array **r) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1];
  qr_task t = {.name = name, .k = m < n ? m : n};
  t.q_columns = t.r_rows = complete ? m : t.k;
  HEARTH_TRY(hearth_bridge_open_for(a, hearth_bridge_dtype(a->dtype, false), HEARTH_BRIDGE_PRODUCTS, &t.bridge));
  hearth_status status = factor(&t, a, q != NULL);
  if (status == HEARTH_OK) status = deliver(&t, a, q_layout, r_layout, q, r);
  hearth_deallocate(a->ctx, t.tau);
  hearth_bridge_release(&t.a);
  hearth_bridge_release(&t.wide);
  hearth_bridge_release(&t.r);
  hearth_bridge_close(&t.bridge);
  return status;
}
