#include <hearth/solve.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/dense.h"
#include "tensor/array_impl.h"

static const char name[] = "hearth_inv";

static hearth_status check(const hearth_array *a, hearth_array **inverse) {
  HEARTH_REQUIRE(a->ctx, inverse, "%s: no place for the inverse (NULL)", name);
  return hearth_dense_check(name, a, true);
}

hearth_status hearth_inv(const hearth_array *a, hearth_array **inverse) {
  HEARTH_REQUIRE(NULL, a, "%s: the matrix is NULL", name);
  HEARTH_GUARD_FP(a->ctx);
  if (inverse) *inverse = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, inverse)));
  const int32_t dtype = hearth_bridge_result(a->dtype, false);
  hearth_factors f;
  hearth_bridge_matrix made = {0};
  hearth_status status = hearth_factors_open(name, a, hearth_bridge_dtype(dtype, false), &f);
  if (status == HEARTH_OK) status = hearth_factors_require(name, &f);
  if (status == HEARTH_OK) status = hearth_factors_invert(&f, &made);
  if (status == HEARTH_OK) status = hearth_bridge_deliver(&f.bridge, &made, made.rows, made.columns, a->layout, dtype, a->order, inverse);
  hearth_bridge_release(&made);
  hearth_factors_close(&f);
  return status;
}
