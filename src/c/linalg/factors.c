/* LU factors of a square matrix: what solve, inv, det and cond begin with. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <float.h>

hearth_status hearth_factors_open(const char *name, const hearth_array *a, int32_t dtype, hearth_factors *f) {
  hearth_context *ctx = a->ctx;
  const int64_t n = a->layout->shape[0];
  *f = (hearth_factors){0};
  HEARTH_TRY(hearth_bridge_open_for(a, dtype, HEARTH_BRIDGE_PRODUCTS, &f->bridge));
  HEARTH_TRY(hearth_bridge_bring(&f->bridge, a, &f->lu));
  HEARTH_TRY(hearth_bridge_finite(&f->bridge, &f->lu, HEARTH_TRIANGLE_ALL, name));
  if (n == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, (f->lu.local[0] + f->bridge.block) * (int64_t)sizeof *f->pivots, &f->pivots)));
  HEARTH_TRY(f->bridge.call->norm(&f->bridge, '1', &f->lu, &f->norm));
  return f->bridge.call->lu(&f->bridge, &f->lu, f->pivots, &f->singular);
}

void hearth_factors_close(hearth_factors *f) {
  if (!f->bridge.ctx) return;
  hearth_deallocate(f->bridge.ctx, f->pivots);
  hearth_bridge_release(&f->lu);
  hearth_bridge_close(&f->bridge);
  f->pivots = NULL;
}

hearth_status hearth_factors_require(const char *name, const hearth_factors *f) {
  double reciprocal = 0;
  if (f->singular > 0)
    return hearth_fail(f->bridge.ctx, HEARTH_ERR_NUMERICAL, "%s: the matrix of order %d is singular: pivot %d (0-based) is exactly 0", name, f->lu.rows,
                       f->singular - 1);
  int64_t heard[1] = {f->bridge.ctx->log && f->bridge.ctx->log_level >= HEARTH_LOG_WARNING};
  HEARTH_TRY(hearth_allreduce_i64(f->bridge.ctx, heard, 1, HEARTH_OP_MAX));
  if (f->lu.rows == 0 || !heard[0]) return HEARTH_OK;
  HEARTH_TRY(hearth_factors_condition(f, &reciprocal));
  if (reciprocal < DBL_EPSILON && f->bridge.ctx->rank == 0)
    hearth_log_write(f->bridge.ctx, HEARTH_LOG_WARNING, "%s: the matrix of order %d is singular within rounding (reciprocal condition %.2g)", name, f->lu.rows,
                     reciprocal);
  return HEARTH_OK;
}

/* The solutions for the identity. */
hearth_status hearth_factors_invert(const hearth_factors *f, hearth_bridge_matrix *inverse) {
  HEARTH_TRY(hearth_bridge_make(&f->bridge, f->lu.rows, f->lu.rows, inverse));
  hearth_bridge_identity(&f->bridge, inverse);
  return f->lu.rows > 0 ? f->bridge.call->lu_solve(&f->bridge, 'N', &f->lu, f->pivots, inverse) : HEARTH_OK;
}
