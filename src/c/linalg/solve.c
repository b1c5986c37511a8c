#include <hearth/solve.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/dense.h"
#include "linalg/operand.h"
#include "tensor/array_impl.h"

static const char name[] = "hearth_solve";

static hearth_status check(const hearth_array *a, const hearth_array *b, hearth_array **x) {
  HEARTH_REQUIRE(a->ctx, x, "%s: no place for the solution (NULL)", name);
  HEARTH_TRY(hearth_dense_check(name, a, true));
  return hearth_dense_check_sides(name, a, b);
}

static hearth_status solve(hearth_factors *f, const hearth_array *b, int32_t dtype, hearth_array **x) {
  hearth_bridge_matrix sides = {0};
  HEARTH_TRY(hearth_dense_bring_sides(&f->bridge, b, &sides));
  hearth_status status = hearth_bridge_finite(&f->bridge, &sides, HEARTH_TRIANGLE_ALL, "hearth_solve, right-hand side");
  if (status == HEARTH_OK && sides.rows > 0 && sides.columns > 0) status = f->bridge.call->lu_solve(&f->bridge, 'N', &f->lu, f->pivots, &sides);
  if (status == HEARTH_OK) status = hearth_dense_deliver_sides(&f->bridge, &sides, b, dtype, x);
  hearth_bridge_release(&sides);
  return status;
}

hearth_status hearth_solve(const hearth_array *a, const hearth_array *b, hearth_array **x) {
  HEARTH_REQUIRE(NULL, a, "%s: the matrix is NULL", name);
  HEARTH_GUARD_FP(a->ctx);
  if (x) *x = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, b, x)));
  const int32_t dtype = hearth_linalg_dtype(a->dtype, b->dtype);
  hearth_factors f;
  hearth_status status = hearth_factors_open(name, a, hearth_bridge_dtype(dtype, false), &f);
  if (status == HEARTH_OK) status = hearth_factors_require(name, &f);
  if (status == HEARTH_OK) status = solve(&f, b, dtype, x);
  hearth_factors_close(&f);
  return status;
}
