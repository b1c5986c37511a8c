#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/decompose.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/layout_impl.h"
#include <hearth/elementwise.h>
#include <hearth/manipulate.h>
#include <hearth/matmul.h>

static hearth_status check(const hearth_array *const in[4], int64_t rank, bool places) {
  hearth_context *ctx = in[0]->ctx;
  static const char *const names[] = {"u", "s", "vt", "b"};
  HEARTH_REQUIRE(ctx, places, "isvd: no place for a result (NULL)");
  HEARTH_REQUIRE(ctx, rank >= 1, "isvd: rank %lld", (long long)rank);
  for (int i = 0; i < 4; i++) {
    HEARTH_REQUIRE(ctx, in[i], "isvd: %s is NULL", names[i]);
    if (in[i]->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "isvd: the arrays are of different contexts");
    HEARTH_REQUIRE(ctx, in[i]->layout->ndim == (i == 1 ? 1 : 2), "isvd: %s has %d dimensions", names[i], in[i]->layout->ndim);
    HEARTH_TRY(hearth_array_pending(in[i]));
    const int32_t wanted = hearth_bridge_result(in[0]->dtype, i == 1);
    if (in[i]->dtype != wanted)
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "isvd: %s is of type %s, not %s", names[i], hearth_dtype_name((hearth_dtype)in[i]->dtype),
                         hearth_dtype_name((hearth_dtype)wanted));
  }
  HEARTH_TRY(hearth_check_matrix("isvd", in[0]));
  const int64_t m = in[0]->layout->shape[0], k = in[0]->layout->shape[1];
  if (in[1]->layout->shape[0] != k || in[2]->layout->shape[0] != k || in[3]->layout->shape[0] != m)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "isvd: u [%lld, %lld], s [%lld], vt [%lld, .], b [%lld, .] do not fit", (long long)m, (long long)k,
                       (long long)in[1]->layout->shape[0], (long long)in[2]->layout->shape[0], (long long)in[3]->layout->shape[0]);
  return HEARTH_OK;
}

/* A copy of the box [0, rows) x [first, first + columns). */
static hearth_status part(const hearth_array *a, int64_t rows, int64_t first, int64_t columns, hearth_array **copy) {
  const int64_t start[2] = {0, first}, count[2] = {rows, columns};
  hearth_array *view = NULL;
  HEARTH_TRY(hearth_slice(a, a->layout->ndim, start, count, NULL, &view));
  const hearth_status status = hearth_array_clone(view, copy);
  hearth_array_destroy(&view);
  return status;
}

/* [u diag(s), b] */
static hearth_status join(const hearth_array *const in[4], hearth_array **joined) {
  hearth_array *row = NULL, *scaled = NULL;
  hearth_status status = hearth_expand_dims(in[1], 0, &row);
  if (status == HEARTH_OK) status = hearth_multiply(in[0], row, &scaled);
  if (status == HEARTH_OK) status = hearth_concatenate(2, (const hearth_array *const[]){scaled, in[3]}, 1, joined);
  hearth_array_destroy(&row);
  hearth_array_destroy(&scaled);
  return status;
}

/* w [r, k + c] on [vt 0; 0 1] */
static hearth_status extend(const hearth_array *w, const hearth_array *vt, int64_t r, hearth_array **extended) {
  const int64_t k = vt->layout->shape[0], c = w->layout->shape[1] - k;
  hearth_array *head = NULL, *tail = NULL, *old = NULL;
  hearth_status status = part(w, r, 0, k, &head);
  if (status == HEARTH_OK) status = part(w, r, k, c, &tail);
  if (status == HEARTH_OK) status = hearth_matmul(head, vt, &old);
  if (status == HEARTH_OK) status = hearth_concatenate(2, (const hearth_array *const[]){old, tail}, 1, extended);
  hearth_array_destroy(&head);
  hearth_array_destroy(&tail);
  hearth_array_destroy(&old);
  return status;
}

static hearth_status update(const hearth_array *const in[4], int64_t rank, hearth_array *result[3]) {
  hearth_array *joined = NULL, *u = NULL, *s = NULL, *w = NULL;
  hearth_status status = join(in, &joined);
  if (status == HEARTH_OK) status = hearth_svd(joined, NULL, &u, &s, &w);
  hearth_array_destroy(&joined);
  const int64_t all = status == HEARTH_OK ? s->layout->shape[0] : 0, r = rank < all ? rank : all;
  if (status == HEARTH_OK) status = part(u, u->layout->shape[0], 0, r, &result[0]);
  const int64_t first[1] = {0}, count[1] = {r};
  hearth_array *values = NULL;
  if (status == HEARTH_OK) status = hearth_slice(s, 1, first, count, NULL, &values);
  if (status == HEARTH_OK) status = hearth_array_clone(values, &result[1]);
  if (status == HEARTH_OK) status = extend(w, in[2], r, &result[2]);
  hearth_array *gone[] = {u, s, w, values};
  for (int i = 0; i < 4; i++) hearth_array_destroy(&gone[i]);
  return status;
}

hearth_status hearth_isvd(const hearth_array *u, const hearth_array *s, const hearth_array *vt, const hearth_array *b, int64_t rank, hearth_array **new_u,
                          hearth_array **new_s, hearth_array **new_vt) {
  HEARTH_REQUIRE(NULL, u, "the array u is NULL");
  HEARTH_GUARD_FP(u->ctx);
  const hearth_array *const in[4] = {u, s, vt, b};
  hearth_array *result[3] = {NULL};
  if (new_u) *new_u = NULL;
  if (new_s) *new_s = NULL;
  if (new_vt) *new_vt = NULL;
  HEARTH_TRY(hearth_agree_same(u->ctx, check(in, rank, new_u && new_s && new_vt), "rank", &rank, 1));
  const hearth_status status = update(in, rank, result);
  if (status != HEARTH_OK) {
    for (int i = 0; i < 3; i++) hearth_array_destroy(&result[i]);
    return status;
  }
  *new_u = result[0];
  *new_s = result[1];
  *new_vt = result[2];
  return HEARTH_OK;
}
