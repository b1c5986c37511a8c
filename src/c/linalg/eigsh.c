/* Thick-restart Lanczos: K. Wu and H. Simon, SIAM J. Matrix Anal. Appl. 22 (2000), 602-616. */
#include <hearth/iterative.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "linalg/krylov.h"
#include "linalg/operand.h"
#include "linalg/small.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

typedef struct results {
  hearth_array **w, **v, **residuals;
} results;

typedef struct search {
  hearth_krylov krylov;
  int64_t wanted, basis, most;
  double sign, tolerance; /* sign: -1 for the smallest ones: the largest of -A */
  double *t;              /* projected operator times the sign [basis, basis] */
  double *values, *s;     /* its eigenvalues, descending, and eigenvectors */
  double *copy;           /* t, for LAPACK to destroy */
  double rest, scale;
} search;

/* Extends the basis from vector `kept` to its full size. Collective; agreed. */
static hearth_status extend(search *s, int64_t kept) {
  const int64_t m = s->basis;
  for (int64_t j = kept; j < m; j++) {
    double diagonal = 0.0;
    HEARTH_TRY(hearth_krylov_step(&s->krylov, j, &diagonal, &s->rest));
    s->t[j + j * m] = s->sign * diagonal;
    if (j + 1 == m) break;
    s->t[j + 1 + j * m] = s->t[j + (j + 1) * m] = s->sign * s->rest;
    HEARTH_TRY(hearth_krylov_next(&s->krylov, j + 1, s->rest));
  }
  return HEARTH_OK;
}

/* Eigenvalues of the projected operator, by rank 0 for all. Collective; agreed. */
static hearth_status solve_projected(search *s) {
  const int64_t m = s->basis;
  hearth_context *ctx = s->krylov.ctx;
  hearth_status status = HEARTH_OK;
  memcpy(s->copy, s->t, (size_t)(m * m) * sizeof *s->t);
  if (ctx->rank == 0) status = hearth_small_eigh(ctx, m, s->copy, m, s->values, s->s);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_broadcast(ctx, s->values, m * (int64_t)sizeof(double), 0));
  HEARTH_TRY(hearth_broadcast(ctx, s->s, m * m * (int64_t)sizeof(double), 0));
  for (int64_t i = 0; i < m; i++) s->scale = fmax(s->scale, fabs(s->values[i]));
  return HEARTH_OK;
}

/* Norm of what A makes of Ritz vector i beyond its value: known without the vector. */
static double residual_of(const search *s, int64_t i) {
  return fabs(s->rest * s->s[s->basis - 1 + i * s->basis]);
}

static int64_t count_converged(const search *s) {
  int64_t n = 0;
  while (n < s->wanted && residual_of(s, n) <= s->tolerance * s->scale) n++;
  return n;
}

/* Goes on from the best Ritz vectors and the rest. Collective; agreed. */
static hearth_status restart(search *s, int64_t kept) {
  const int64_t m = s->basis;
  HEARTH_TRY(hearth_krylov_rotate(&s->krylov, m, kept, s->s));
  memset(s->t, 0, (size_t)(m * m) * sizeof *s->t);
  for (int64_t i = 0; i < kept; i++) {
    s->t[i + i * m] = s->values[i];
    s->t[i + kept * m] = s->t[kept + i * m] = s->sign * s->rest * s->s[m - 1 + i * m];
  }
  return hearth_krylov_next(&s->krylov, kept, s->rest);
}

static hearth_status iterate(search *s) {
  int64_t kept = 0;
  for (int64_t round = 0;; round++) {
    HEARTH_TRY(extend(s, kept));
    HEARTH_TRY(solve_projected(s));
    const int64_t converged = count_converged(s);
    if (converged == s->wanted || s->basis == s->krylov.n) return HEARTH_OK;
    if (round == s->most) {
      double worst = 0.0;
      for (int64_t i = 0; i < s->wanted; i++) worst = fmax(worst, residual_of(s, i));
      return hearth_fail(s->krylov.ctx, HEARTH_ERR_NUMERICAL, "eigsh: %lld of %lld eigenvalues converged in %lld restarts; the largest residual is %g, not %g",
                         (long long)converged, (long long)s->wanted, (long long)round, worst, s->tolerance * s->scale);
    }
    kept = s->wanted + (s->basis - s->wanted) / 2;
    if (kept > s->basis - 1) kept = s->basis - 1;
    HEARTH_TRY(restart(s, kept));
  }
}

/* The wanted pairs in ascending order, and their residuals. Collective; agreed. */
static hearth_status deliver(search *s, const results *r) {
  const int64_t m = s->basis, k = s->wanted;
  hearth_krylov *krylov = &s->krylov;
  double *w = s->copy, *residual = s->copy + k, *order = s->t; /* both have done their work, and have room for it: k <= m */
  for (int64_t i = 0; i < k; i++) {
    const int64_t from = s->sign > 0.0 ? k - 1 - i : i;
    memcpy(order + i * m, s->s + from * m, (size_t)m * sizeof *order);
    w[i] = s->sign * s->values[from];
  }
  HEARTH_TRY(hearth_krylov_rotate(krylov, m, k, order));
  for (int64_t i = 0; i < k; i++) {
    HEARTH_TRY(hearth_krylov_sign(krylov, i));
    HEARTH_TRY(hearth_operator_apply(krylov->op, krylov->user, krylov->name, krylov->column[i], krylov->w));
    HEARTH_TRY(hearth_agree(krylov->ctx, hearth_vectors_add(-w[i], krylov->column[i], krylov->w, krylov->w)));
    HEARTH_TRY(hearth_vectors_norm(krylov->w, &order[i]));
  }
  HEARTH_TRY(hearth_dense_vector(krylov->ctx, k, w, HEARTH_FLOAT64, r->w));
  for (int64_t i = 0; i < k; i++) residual[i] = order[i];
  HEARTH_TRY(hearth_dense_vector(krylov->ctx, k, residual, HEARTH_FLOAT64, r->residuals));
  return hearth_krylov_take(krylov, k, r->v);
}

static hearth_status eigsh(hearth_operator op, void *user, const hearth_array *start, int64_t k, const hearth_eigsh_options *o, const results *r) {
  const bool single = start->dtype == HEARTH_FLOAT32 || start->dtype == HEARTH_COMPLEX64;
  const int64_t n = start->layout->shape[0], usual = 2 * k + 1 > 20 ? 2 * k + 1 : 20, basis = o->basis > 0 ? o->basis : usual;
  search s = {.krylov = {.ctx = start->ctx, .name = "eigsh", .op = op, .user = user}, .wanted = k, .basis = basis < n ? basis : n};
  s.most = o->max_restarts > 0 ? o->max_restarts : 300;
  s.sign = o->which == HEARTH_EIGSH_SMALLEST ? -1.0 : 1.0;
  s.tolerance = o->tolerance > 0.0 ? o->tolerance : single ? 1e-5 : 1e-10;
  const int64_t m = s.basis;
  hearth_status status = hearth_agree(start->ctx, hearth_allocate_zero(start->ctx, (3 * m + 3) * m * (int64_t)sizeof(double), &s.t));
  if (status == HEARTH_OK) {
    s.s = s.t + m * m;
    s.copy = s.s + m * m;
    s.values = s.copy + (m + 2) * m;
    status = hearth_krylov_open(start, m, &s.krylov);
  }
  if (status == HEARTH_OK) status = iterate(&s);
  if (status == HEARTH_OK) status = deliver(&s, r);
  hearth_krylov_close(&s.krylov);
  hearth_deallocate(start->ctx, s.t);
  if (status != HEARTH_OK) {
    hearth_array_destroy(r->w);
    hearth_array_destroy(r->v);
    hearth_array_destroy(r->residuals);
  }
  return status;
}

static void clear(const results *r) {
  if (r->w) *r->w = NULL;
  if (r->v) *r->v = NULL;
  if (r->residuals) *r->residuals = NULL;
}

static hearth_status check(hearth_context *ctx, int64_t n, int64_t k, const hearth_eigsh_options *o, const results *r) {
  HEARTH_REQUIRE(ctx, r->w && r->v && r->residuals, "eigsh: no place for a result (NULL)");
  HEARTH_REQUIRE(ctx, o->size == sizeof *o, "eigsh: the options' size is %zu, not %zu: begin with HEARTH_EIGSH_OPTIONS_INIT", o->size, sizeof *o);
  HEARTH_REQUIRE(ctx, k >= 1 && k <= n, "eigsh: %lld eigenvalues of %lld", (long long)k, (long long)n);
  HEARTH_REQUIRE(ctx, o->which == HEARTH_EIGSH_LARGEST || o->which == HEARTH_EIGSH_SMALLEST, "eigsh: %d names no end of the spectrum", o->which);
  HEARTH_REQUIRE(ctx, o->basis == 0 || o->basis > k || o->basis >= n, "eigsh: a basis of %lld vectors for %lld eigenvalues; more than that are needed",
                 (long long)o->basis, (long long)k);
  HEARTH_REQUIRE(ctx, o->tolerance >= 0.0 && o->max_restarts >= 0, "eigsh: tolerance %g, %lld restarts", o->tolerance, (long long)o->max_restarts);
  return HEARTH_OK;
}

static const hearth_eigsh_options defaults = HEARTH_EIGSH_OPTIONS_INIT;

static hearth_status agree(const hearth_context *ctx, hearth_status mine, int64_t k, const hearth_eigsh_options *given) {
  const hearth_eigsh_options *o = mine == HEARTH_OK ? given : &defaults;
  int64_t number[5] = {k, o->which, o->basis, o->max_restarts, 0};
  memcpy(&number[4], &o->tolerance, sizeof o->tolerance);
  return hearth_agree_same(ctx, mine, "k|which|basis|max_restarts|tolerance (its bits)", number, 5);
}

hearth_status hearth_eigsh(hearth_operator op, void *user, const hearth_array *start, int64_t k, const hearth_eigsh_options *options, hearth_array **w,
                           hearth_array **v, hearth_array **residuals) {
  const results r = {w, v, residuals};
  const hearth_eigsh_options *o = options ? options : &defaults;
  HEARTH_REQUIRE(NULL, start, "eigsh: the start is NULL");
  HEARTH_GUARD_FP(start->ctx);
  clear(&r);
  hearth_status mine = op ? hearth_krylov_check("eigsh", start) : hearth_fail(start->ctx, HEARTH_ERR_ARGUMENT, "eigsh: the operator is NULL");
  if (mine == HEARTH_OK) mine = check(start->ctx, start->layout->shape[0], k, o, &r);
  HEARTH_TRY(agree(start->ctx, mine, k, o));
  return eigsh(op, user, start, k, o, &r);
}

hearth_status hearth_eigsh_matrix(const hearth_array *a, int64_t k, const hearth_eigsh_options *options, hearth_array **w, hearth_array **v,
                                  hearth_array **residuals) {
  const results r = {w, v, residuals};
  const hearth_eigsh_options *o = options ? options : &defaults;
  HEARTH_REQUIRE(NULL, a, "eigsh: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  clear(&r);
  hearth_status mine = hearth_operator_check_matrix("eigsh", a);
  if (mine == HEARTH_OK) mine = hearth_linalg_refuse_reproducible(a->ctx, "eigsh");
  if (mine == HEARTH_OK) mine = check(a->ctx, a->layout->shape[0], k, o, &r);
  HEARTH_TRY(agree(a->ctx, mine, k, o));
  const int32_t dtype = hearth_linalg_dtype(a->dtype, a->dtype);
  hearth_array *start = NULL, *cast = NULL;
  hearth_status status = hearth_krylov_default_start(a, dtype, &start);
  if (status == HEARTH_OK && a->dtype != dtype) status = hearth_array_cast(a, dtype, &cast);
  if (status == HEARTH_OK) status = eigsh(hearth_operator_of_matrix, cast ? cast : (hearth_array *)a, start, k, o, &r);
  hearth_array_destroy(&start);
  hearth_array_destroy(&cast);
  return status;
}
