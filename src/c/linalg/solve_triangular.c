#include <hearth/solve.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/dense.h"
#include "linalg/operand.h"
#include "tensor/array_impl.h"
#include <string.h>

static const char name[] = "hearth_solve_triangular";

static hearth_triangular read_options(const hearth_triangular_options *given) {
  hearth_triangular_options options = HEARTH_TRIANGULAR_OPTIONS_INIT;
  if (given) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
  const char letter[] = {'N', 'T', 'C'};
  const bool known = options.transposed >= HEARTH_NOT_TRANSPOSED && options.transposed <= HEARTH_ADJOINT;
  return (hearth_triangular){options.lower != 0, options.unit_diagonal != 0, known ? letter[options.transposed] : 0};
}

static hearth_status check(const hearth_array *a, const hearth_array *b, const hearth_triangular *how, hearth_array **x) {
  HEARTH_REQUIRE(a->ctx, x, "%s: no place for the solution (NULL)", name);
  HEARTH_REQUIRE(a->ctx, how->transposed, "%s: transposed is no hearth_transposed", name);
  HEARTH_TRY(hearth_dense_check(name, a, true));
  return hearth_dense_check_sides(name, a, b);
}

typedef struct triangle_task {
  hearth_bridge bridge;
  hearth_bridge_matrix a, x;
} triangle_task;

static hearth_status solve(triangle_task *t, const hearth_triangular *how, const hearth_array *a, const hearth_array *b) {
  int32_t info = 0;
  HEARTH_TRY((how->unit ? hearth_bridge_bring : hearth_bridge_borrow)(&t->bridge, a, &t->a));
  HEARTH_TRY(hearth_dense_bring_sides(&t->bridge, b, &t->x));
  if (how->unit) hearth_bridge_set_unit(&t->bridge, &t->a);
  HEARTH_TRY(hearth_bridge_finite(&t->bridge, &t->a, how->lower ? HEARTH_TRIANGLE_LOWER : HEARTH_TRIANGLE_UPPER, name));
  HEARTH_TRY(hearth_bridge_finite(&t->bridge, &t->x, HEARTH_TRIANGLE_ALL, "hearth_solve_triangular, right-hand side"));
  if (t->x.rows == 0 || t->x.columns == 0) return HEARTH_OK;
  HEARTH_TRY(t->bridge.call->triangular(&t->bridge, how, &t->a, &t->x, &info));
  if (info > 0)
    return hearth_fail(a->ctx, HEARTH_ERR_NUMERICAL, "%s: the matrix of order %d is singular: element %d (0-based) of its diagonal is 0", name, t->a.rows,
                       info - 1);
  return HEARTH_OK;
}

hearth_status hearth_solve_triangular(const hearth_array *a, const hearth_array *b, const hearth_triangular_options *options, hearth_array **x) {
  HEARTH_REQUIRE(NULL, a, "%s: the matrix is NULL", name);
  HEARTH_GUARD_FP(a->ctx);
  if (x) *x = NULL;
  const hearth_triangular how = read_options(options);
  HEARTH_TRY(hearth_agree_same(a->ctx, check(a, b, &how, x), "lower|unit_diagonal|transposed", (int64_t[]){how.lower, how.unit, how.transposed}, 3));
  const int32_t dtype = hearth_linalg_dtype(a->dtype, b->dtype);
  triangle_task t = {0};
  HEARTH_TRY(hearth_bridge_open_for(a, hearth_bridge_dtype(dtype, false), HEARTH_BRIDGE_PRODUCTS, &t.bridge));
  hearth_status status = solve(&t, &how, a, b);
  if (status == HEARTH_OK) status = hearth_dense_deliver_sides(&t.bridge, &t.x, b, dtype, x);
  hearth_bridge_release(&t.a);
  hearth_bridge_release(&t.x);
  hearth_bridge_close(&t.bridge);
  return status;
}
