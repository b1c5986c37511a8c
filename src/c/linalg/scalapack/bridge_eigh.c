/* Eigenvalues of matrices on a bridge. ScaLAPACK's pdsyevr is not used: its back-transformation has too little workspace whatever it is given (it prints a
 * complaint and returns vectors of the tridiagonal matrix: seen with version 2.2.1 at order 1024, 51 vectors, two ranks). Some vectors, or none, come from the
 * tridiagonal matrix, which rank 0 solves. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/routines.h"
#include "linalg/small.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/redistribute.h>

typedef struct partial {
  const hearth_bridge *bridge;
  const hearth_matrix *a;
  int64_t first, count;
  double *w, *d, *e;
  void *tau;
  hearth_matrix *z; /* or NULL */
} partial;

/* The vectors of the tridiagonal matrix, made on rank 0, go to the leading columns of z. */
static hearth_status solve_tridiagonal(const partial *t) {
  hearth_context *ctx = t->bridge->ctx;
  const hearth_bridge alone = {.ctx = ctx, .dtype = HEARTH_FLOAT64, .processes = {1, 1}, .block = t->bridge->block, .here = ctx->rank == 0, .blacs = -1};
  const int64_t n = t->a->rows, start[2] = {0, 0}, counts[2] = {n, t->count};
  hearth_matrix local = {0};
  hearth_plan *plan = NULL;
  HEARTH_TRY(hearth_bridge_make(&alone, n, t->z ? t->count : 0, &local));
  hearth_status status = HEARTH_OK;
  if (alone.here) status = hearth_small_tridiagonal(ctx, n, t->d, t->e, t->first, t->count, t->w, t->z ? local.data : NULL);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK && t->z) status = hearth_plan_create_box(local.array->layout, start, t->z->array->layout, start, counts, &plan);
  if (status == HEARTH_OK && t->z) status = hearth_plan_execute(plan, local.array, t->z->array);
  hearth_plan_destroy(&plan);
  hearth_bridge_release(&local);
  return status;
}

static hearth_status solve_partial(partial *t) {
  hearth_context *ctx = t->bridge->ctx;
  const int64_t n = t->a->rows, bytes = n * (int64_t)sizeof(double);
  hearth_status status = hearth_allocate(ctx, bytes, &t->d);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, bytes, &t->e);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (t->a->local[1] + 1) * hearth_dtype_size((hearth_dtype)t->bridge->dtype), &t->tau);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(t->bridge->call->tridiagonal(t->bridge, t->a, t->d, t->e, t->tau));
  HEARTH_TRY(solve_tridiagonal(t));
  return t->z ? t->bridge->call->from_tridiagonal(t->bridge, t->a, t->tau, t->z, (int32_t)t->count) : HEARTH_OK;
}

static hearth_status solve(const char *name, const hearth_bridge *bridge, const hearth_matrix *a, int64_t first, int64_t count, double *w, hearth_matrix *z) {
  const int64_t n = a->rows;
  int32_t info = 0;
  if (bridge->distributed && (!z || count < n)) {
    partial t = {.bridge = bridge, .a = a, .first = first, .count = count, .w = w, .z = z};
    const hearth_status status = solve_partial(&t);
    hearth_deallocate(bridge->ctx, t.d);
    hearth_deallocate(bridge->ctx, t.e);
    hearth_deallocate(bridge->ctx, t.tau);
    return status;
  }
  HEARTH_TRY(bridge->call->eigh(bridge, a, (int32_t)first, (int32_t)(first + count - 1), w, z, &info));
  if (info > 0)
    return hearth_fail(bridge->ctx, HEARTH_ERR_NUMERICAL, "%s: the eigenvalues of a matrix of order %lld did not converge (info %d)", name, (long long)n, info);
  return HEARTH_OK;
}

hearth_status hearth_bridge_eigh(const char *name, const hearth_bridge *bridge, const hearth_bridge_matrix *a, int64_t first, int64_t count, double *w,
                                 hearth_bridge_matrix *z) {
  if (z) HEARTH_TRY(hearth_bridge_make(bridge, a->rows, count, z));
  if (a->rows == 0 || count == 0) return HEARTH_OK;
  HEARTH_TRY(solve(name, bridge, a, first, count, w, z));
  return hearth_broadcast(bridge->ctx, w, count * (int64_t)sizeof *w, 0);
}
