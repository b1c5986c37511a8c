#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/cg.h"
#include "linalg/operand.h"
#include "linalg/vectors.h"
#include "tensor/align.h"
#include <math.h>
#include <string.h>

typedef struct solver {
  hearth_context *ctx;
  hearth_operator op, preconditioner;
  void *user, *preconditioner_user;
  const hearth_array *b;
  hearth_array *x;             /* in reach of the kernels */
  hearth_array *r, *z, *p, *q; /* residual, preconditioned residual (r itself without one), direction, A p */
  double tolerance, norm_b;
  int64_t most, done;
  double residual; /* relative */
} solver;

/* Sums of two inner products of which only the real parts matter: for Hermitian operators they are real. Collective; agreed. */
static hearth_status two_inner(const solver *s, const hearth_array *a, const hearth_array *b, const hearth_array *c, const hearth_array *d, double sums[2]) {
  double part[2][2] = {{0.0}};
  hearth_status status = hearth_vectors_inner(a, b, part[0]);
  if (status == HEARTH_OK && c) status = hearth_vectors_inner(c, d, part[1]);
  HEARTH_TRY(hearth_agree(s->ctx, status));
  sums[0] = part[0][0];
  sums[1] = part[1][0];
  return hearth_allreduce_f64(s->ctx, sums, 2, HEARTH_OP_SUM);
}

/* r := b - A x and its norm, without the recurrence. Collective; agreed. */
static hearth_status find_residual(solver *s) {
  HEARTH_TRY(hearth_operator_apply(s->op, s->user, "cg", s->x, s->q));
  HEARTH_TRY(hearth_array_copy(s->b, s->r));
  HEARTH_TRY(hearth_agree(s->ctx, hearth_vectors_add(-1.0, s->q, s->r, s->r)));
  double norm;
  HEARTH_TRY(hearth_vectors_norm(s->r, &norm));
  s->residual = norm / s->norm_b;
  if (isfinite(s->residual)) return HEARTH_OK;
  return hearth_fail(s->ctx, HEARTH_ERR_NOT_FINITE, "cg: after %lld iterations the residual is %g: the operator made NaN or infinity", (long long)s->done,
                     s->residual);
}

static hearth_status precondition(solver *s) {
  return s->preconditioner ? hearth_operator_apply(s->preconditioner, s->preconditioner_user, "cg (preconditioner)", s->r, s->z) : HEARTH_OK;
}

static hearth_status refuse(const solver *s, const char *what, double value) {
  if (!isfinite(value)) return hearth_fail(s->ctx, HEARTH_ERR_NOT_FINITE, "cg: %s is %g after %lld iterations", what, value, (long long)s->done);
  return hearth_fail(s->ctx, HEARTH_ERR_NUMERICAL, "cg: the %s is not positive definite: x^H A x = %g for a direction after %lld iterations", what, value,
                     (long long)s->done);
}

/* Iterations from the r that is there until the recurrence is satisfied or they are used up. Collective; agreed. */
static hearth_status iterate(solver *s) {
  double rz[2], pq[2], next[2]; /* r^H z and r^H r; p^H A p */
  HEARTH_TRY(precondition(s));
  HEARTH_TRY(hearth_array_copy(s->z, s->p));
  HEARTH_TRY(two_inner(s, s->r, s->z, s->r, s->r, rz));
  while (s->done < s->most && sqrt(rz[1]) > s->tolerance * s->norm_b) {
    if (!(rz[0] > 0.0) || !isfinite(rz[0])) return refuse(s, "preconditioner", rz[0]);
    HEARTH_TRY(hearth_operator_apply(s->op, s->user, "cg", s->p, s->q));
    HEARTH_TRY(two_inner(s, s->p, s->q, NULL, NULL, pq));
    if (!(pq[0] > 0.0) || !isfinite(pq[0])) return refuse(s, "matrix", pq[0]);
    const double alpha = rz[0] / pq[0];
    hearth_status status = hearth_vectors_add(alpha, s->p, s->x, s->x);
    if (status == HEARTH_OK) status = hearth_vectors_add(-alpha, s->q, s->r, s->r);
    HEARTH_TRY(hearth_agree(s->ctx, status));
    HEARTH_TRY(precondition(s));
    HEARTH_TRY(two_inner(s, s->r, s->z, s->r, s->r, next));
    HEARTH_TRY(hearth_agree(s->ctx, hearth_vectors_add(next[0] / rz[0], s->p, s->z, s->p)));
    memcpy(rz, next, sizeof rz);
    s->done++;
  }
  return HEARTH_OK;
}

/* The recurrence drifts away from the residual: where it does, the iteration begins again from x, as long as that helps. Collective; agreed. */
static hearth_status solve(solver *s) {
  HEARTH_TRY(find_residual(s));
  while (s->residual > s->tolerance) {
    const double before = s->residual;
    const int64_t started = s->done;
    const hearth_status status = iterate(s);
    if (status != HEARTH_OK) {
      if (status == HEARTH_ERR_NUMERICAL) s->residual = before;
      return status;
    }
    HEARTH_TRY(find_residual(s));
    if (s->residual <= s->tolerance) break;
    if (s->done >= s->most)
      return hearth_fail(s->ctx, HEARTH_ERR_NUMERICAL, "cg: the relative residual is %g after %lld iterations, not %g", s->residual, (long long)s->done,
                         s->tolerance);
    if (s->residual > 0.5 * before || s->done == started)
      return hearth_fail(s->ctx, HEARTH_ERR_NUMERICAL, "cg: the relative residual stays at %g, %lld iterations; this precision does not reach %g", s->residual,
                         (long long)s->done, s->tolerance);
  }
  return HEARTH_OK;
}

static hearth_status allocate(solver *s) {
  hearth_array **work[4] = {&s->r, &s->p, &s->q, &s->z};
  for (int i = 0; i < (s->preconditioner ? 4 : 3); i++) HEARTH_TRY(hearth_array_create_local(s->x->layout, s->x->dtype, s->x->order, work[i]));
  if (!s->preconditioner) s->z = s->r;
  return HEARTH_OK;
}

/* Collective; agreed. */
static hearth_status run(solver *s) {
  HEARTH_TRY(hearth_agree(s->ctx, allocate(s)));
  HEARTH_TRY(hearth_array_copy(s->b, s->r));
  HEARTH_TRY(hearth_vectors_norm(s->r, &s->norm_b));
  if (!isfinite(s->norm_b)) return hearth_fail(s->ctx, HEARTH_ERR_NOT_FINITE, "cg: the norm of b is %g", s->norm_b);
  if (s->norm_b > 0.0) return solve(s);
  return hearth_agree(s->ctx, hearth_vectors_clear(s->x));
}

static int64_t unknowns(const hearth_array *x) {
  int64_t n = 1;
  for (int32_t d = 0; d < x->layout->ndim; d++) n *= x->layout->shape[d];
  return n;
}

hearth_status hearth_cg_run(const hearth_cg_call *call, const hearth_array *b, const hearth_cg_options *options, hearth_array *x, int64_t *iterations,
                            double *residual) {
  const hearth_cg_options defaults = HEARTH_CG_OPTIONS_INIT, *o = options ? options : &defaults;
  solver s = {
      .ctx = x->ctx, .op = call->op, .preconditioner = call->preconditioner, .user = call->user, .preconditioner_user = call->preconditioner_user, .b = b};
  hearth_target target;
  s.tolerance = o->tolerance > 0.0 ? o->tolerance : 1e-5;
  s.most = o->max_iterations > 0 ? o->max_iterations : 10 * unknowns(x);
  HEARTH_TRY(hearth_agree(s.ctx, hearth_target_open(x, true, &target)));
  s.x = target.array;
  hearth_status status = run(&s);
  *iterations = s.done;
  *residual = s.residual;
  const bool iterate_is_there = status == HEARTH_OK || status == HEARTH_ERR_NUMERICAL;
  const hearth_status closed = hearth_agree(s.ctx, hearth_target_close(&target, iterate_is_there ? HEARTH_OK : status));
  if (iterate_is_there && closed != HEARTH_OK) status = closed;
  if (s.z != s.r) hearth_array_destroy(&s.z);
  hearth_array_destroy(&s.r);
  hearth_array_destroy(&s.p);
  hearth_array_destroy(&s.q);
  return status;
}

hearth_status hearth_cg_check(const hearth_array *b, const hearth_cg_options *options, const hearth_array *x, const int64_t *iterations,
                              const double *residual) {
  HEARTH_REQUIRE(x->ctx, b, "cg: b is NULL");
  HEARTH_REQUIRE(x->ctx, iterations && residual, "cg: no place for the number of iterations or the residual (NULL)");
  HEARTH_REQUIRE(x->ctx, !options || options->size == sizeof *options, "cg: the options' size is %zu, not %zu: begin with HEARTH_CG_OPTIONS_INIT",
                 options->size, sizeof *options);
  HEARTH_REQUIRE(x->ctx, !options || (options->tolerance >= 0.0 && options->max_iterations >= 0), "cg: tolerance %g, at most %lld iterations",
                 options->tolerance, (long long)options->max_iterations);
  HEARTH_TRY(hearth_linalg_check_pair(x->ctx, "cg", x, b));
  if (x->dtype < HEARTH_FLOAT32) return hearth_fail(x->ctx, HEARTH_ERR_UNSUPPORTED, "cg: x is %s", hearth_dtype_name((hearth_dtype)x->dtype));
  bool same = x->layout->ndim == b->layout->ndim;
  for (int32_t d = 0; same && d < x->layout->ndim; d++) same = x->layout->shape[d] == b->layout->shape[d];
  if (!same) return hearth_fail(x->ctx, HEARTH_ERR_MISMATCH, "cg: x and b have different shapes");
  return hearth_linalg_refuse_reproducible(x->ctx, "cg");
}

/* Numbers that ranks must agree on; tolerances by their bits. */
hearth_status hearth_cg_agree(const hearth_context *ctx, hearth_status mine, const hearth_cg_options *options) {
  const hearth_cg_options defaults = HEARTH_CG_OPTIONS_INIT, *o = mine == HEARTH_OK && options ? options : &defaults;
  int64_t number[3] = {0, o->max_iterations, o->jacobi};
  memcpy(number, &o->tolerance, sizeof o->tolerance);
  return hearth_agree_same(ctx, mine, "tolerance (its bits)|max_iterations|jacobi", number, 3);
}

hearth_status hearth_cg(hearth_operator op, hearth_operator preconditioner, void *user, const hearth_array *b, const hearth_cg_options *options,
                        hearth_array *x, int64_t *iterations, double *residual) {
  HEARTH_REQUIRE(NULL, x, "cg: x is NULL");
  HEARTH_GUARD_FP(x->ctx);
  hearth_status mine = op ? HEARTH_OK : hearth_fail(x->ctx, HEARTH_ERR_ARGUMENT, "cg: the operator is NULL");
  if (mine == HEARTH_OK) mine = hearth_cg_check(b, options, x, iterations, residual);
  HEARTH_TRY(hearth_cg_agree(x->ctx, mine, options));
  return hearth_cg_run(&(hearth_cg_call){op, preconditioner, user, user}, b, options, x, iterations, residual);
}
