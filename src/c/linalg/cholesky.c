#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/dense.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/decomposition.h>

static const char name[] = "hearth_cholesky";

static hearth_status check(const hearth_array *a, hearth_array **l) {
  HEARTH_REQUIRE(a->ctx, l, "%s: no place for the factor (NULL)", name);
  return hearth_dense_check(name, a, true);
}

static hearth_status factor(const hearth_bridge *bridge, const hearth_array *a, hearth_bridge_matrix *x) {
  int32_t info = 0;
  HEARTH_TRY(hearth_bridge_bring(bridge, a, x));
  HEARTH_TRY(hearth_bridge_finite(bridge, x, HEARTH_TRIANGLE_LOWER, name));
  if (x->rows > 0) HEARTH_TRY(bridge->call->cholesky(bridge, x, &info));
  if (info > 0)
    return hearth_fail(a->ctx, HEARTH_ERR_NUMERICAL, "%s: the matrix of order %d is not positive definite: pivot %d (0-based) is not positive", name, x->rows,
                       info - 1);
  hearth_bridge_keep(bridge, x, HEARTH_TRIANGLE_LOWER);
  return HEARTH_OK;
}

hearth_status hearth_cholesky(const hearth_array *a, hearth_array **l) {
  HEARTH_REQUIRE(NULL, a, "%s: the matrix is NULL", name);
  HEARTH_GUARD_FP(a->ctx);
  if (l) *l = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, l)));
  const int64_t n = a->layout->shape[0];
  hearth_bridge bridge;
  hearth_bridge_matrix x = {0};
  HEARTH_TRY(hearth_bridge_open_for(a, hearth_bridge_dtype(a->dtype, false), HEARTH_BRIDGE_PRODUCTS, &bridge));
  hearth_status status = factor(&bridge, a, &x);
  if (status == HEARTH_OK) status = hearth_bridge_deliver(&bridge, &x, n, n, a->layout, hearth_bridge_result(a->dtype, false), a->order, l);
  hearth_bridge_release(&x);
  hearth_bridge_close(&bridge);
  return status;
}
