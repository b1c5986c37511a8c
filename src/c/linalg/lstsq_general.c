#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/tall.h"
#include "linalg/adjoint.h"
#include "linalg/lstsq_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/decomposition.h>
#include <hearth/elementwise.h>
#include <hearth/matmul.h>

/* The numbers 1 / s of the values that count, 0 of the others, as a column. */
static hearth_status inverse_values(hearth_least_squares *problem, int64_t n, hearth_array **column) {
  hearth_context *ctx = problem->a->ctx;
  double *values = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, n * (int64_t)sizeof *values, &values)));
  hearth_status status = hearth_small_read(problem->s, 1, values);
  if (status == HEARTH_OK) {
    problem->rank = hearth_lstsq_rank(problem, n, values);
    for (int64_t i = 0; i < n; i++) values[i] = i < problem->rank ? 1.0 / values[i] : 0.0;
    status = hearth_agree(ctx, hearth_small_array(ctx, 1, n, 1, values, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, column));
  }
  hearth_deallocate(ctx, values);
  return status;
}

/* Where a is tall after all: the bridge's kind of tall. */
static hearth_status residuals_of(hearth_least_squares *problem) {
  hearth_context *ctx = problem->a->ctx;
  const int32_t parts = hearth_tall_parts(problem->a->dtype);
  const int64_t numbers = parts * problem->a->layout->shape[1] * problem->b->layout->shape[1];
  double *x = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, numbers * (int64_t)sizeof *x, &x)));
  hearth_status status = HEARTH_OK;
  if (problem->rank == problem->a->layout->shape[1] && problem->a->layout->shape[0] > problem->a->layout->shape[1])
    status = hearth_small_read(problem->x, parts, x);
  if (status == HEARTH_OK) status = hearth_lstsq_residuals(problem, x);
  hearth_deallocate(ctx, x);
  return status;
}

hearth_status hearth_lstsq_general(hearth_least_squares *problem) {
  const int64_t *shape = problem->a->layout->shape, n = shape[0] < shape[1] ? shape[0] : shape[1];
  hearth_array *u = NULL, *vt = NULL, *uh = NULL, *v = NULL, *inverse = NULL, *c = NULL, *scaled = NULL;
  hearth_status status = hearth_svd(problem->a, NULL, &u, &problem->s, &vt);
  if (status == HEARTH_OK) status = inverse_values(problem, n, &inverse);
  if (status == HEARTH_OK) status = hearth_adjoint(u, &uh);
  if (status == HEARTH_OK) status = hearth_adjoint(vt, &v);
  if (status == HEARTH_OK) status = hearth_matmul(uh, problem->b, &c);
  if (status == HEARTH_OK) status = hearth_multiply(c, inverse, &scaled);
  if (status == HEARTH_OK) status = hearth_matmul(v, scaled, &problem->x);
  if (status == HEARTH_OK) status = residuals_of(problem);
  hearth_array *all[] = {u, vt, uh, v, inverse, c, scaled};
  for (int i = 0; i < 7; i++) hearth_array_destroy(&all[i]);
  if (status == HEARTH_OK && problem->s->dtype != problem->real) {
    hearth_array *cast = NULL;
    status = hearth_array_cast(problem->s, problem->real, &cast);
    if (status == HEARTH_OK) hearth_array_destroy(&problem->s);
    if (status == HEARTH_OK) problem->s = cast;
  }
  return status;
}
