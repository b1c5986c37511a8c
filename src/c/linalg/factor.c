#include "linalg/factor.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include "linalg/tsqr.h"
#include <float.h>
#include <string.h>

static int64_t count_above(int64_t n, const double *values, double threshold) {
  int64_t count = 0;
  while (count < n && values[count] > threshold * values[0]) count++;
  return count;
}

/* On one rank. The estimate of the condition number saves the singular values of what is far from singular. */
static hearth_status find_rank(hearth_factor *f) {
  const hearth_tall *t = f->t;
  const int64_t n = t->n, numbers = n * n * t->parts;
  const double epsilon = t->array->dtype == HEARTH_FLOAT32 || t->array->dtype == HEARTH_COMPLEX64 ? FLT_EPSILON : DBL_EPSILON;
  double reciprocal = 0.0, *copy = NULL, *values = NULL;
  f->rank = n;
  HEARTH_TRY(hearth_small_condition_upper(t->ctx, t->parts, n, f->r, &reciprocal));
  if (reciprocal > epsilon * (double)(10 * n * n)) return HEARTH_OK;
  hearth_status status = hearth_allocate(t->ctx, numbers * (int64_t)sizeof *copy, &copy);
  if (status == HEARTH_OK) status = hearth_allocate(t->ctx, n * (int64_t)sizeof *values, &values);
  if (status == HEARTH_OK) {
    memcpy(copy, f->r, (size_t)numbers * sizeof *copy);
    status = hearth_small_svd(t->ctx, t->parts, n, n, copy, values, NULL, NULL);
  }
  if (status == HEARTH_OK) f->rank = count_above(n, values, epsilon * (double)n);
  hearth_deallocate(t->ctx, copy);
  hearth_deallocate(t->ctx, values);
  return status;
}

hearth_status hearth_factor_rank(hearth_factor *f) {
  hearth_context *ctx = f->t->ctx;
  f->rank = 0;
  if (f->t->n == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? find_rank(f) : HEARTH_OK));
  return hearth_broadcast(ctx, &f->rank, sizeof f->rank, 0);
}

hearth_status hearth_factor_make(hearth_tall *t, int32_t method, hearth_factor *f) {
  bool done = false;
  *f = (hearth_factor){.t = t};
  HEARTH_TRY(hearth_agree(t->ctx, hearth_allocate_zero(t->ctx, t->n * t->n * t->parts * (int64_t)sizeof *f->r, &f->r)));
  if (method == HEARTH_QR_TSQR)
    HEARTH_TRY(hearth_require_finite(t->array, "the matrix"));
  else
    HEARTH_TRY(hearth_factor_cholesky(f, method, &done));
  if (!done && method != HEARTH_QR_AUTO && method != HEARTH_QR_TSQR)
    return hearth_agree(t->ctx, hearth_fail(t->ctx, HEARTH_ERR_NUMERICAL, "the matrix is too close to a singular one for %s; use HEARTH_QR_AUTO",
                                            method == HEARTH_QR_CHOLESKY_QR2 ? "CholeskyQR2" : "shifted CholeskyQR3"));
  if (!done) {
    f->method = HEARTH_QR_TSQR;
    HEARTH_TRY(hearth_tsqr_make(t, &f->house));
    if (t->n > 0) memcpy(f->r, f->house->r, (size_t)(t->n * t->n * t->parts) * sizeof *f->r);
  }
  return hearth_factor_rank(f);
}

void hearth_factor_free(hearth_factor *f) {
  if (!f->t) return;
  hearth_deallocate(f->t->ctx, f->r);
  hearth_tsqr_free(&f->house);
  f->r = NULL;
}

/* The last triangle is close to the identity: what it does goes into z without harm, and saves a step. */
static hearth_status fold(hearth_tall *t, int64_t k, const double *z, double *folded, const double *last) {
  memcpy(folded, z, (size_t)(t->n * k * t->parts) * sizeof *z);
  hearth_small_solve_upper(t->parts, t->n, last, k, folded);
  hearth_tall_pop(t);
  return hearth_tall_push(t, false, k, folded);
}

/* A triangle as it was pushed: of complex ones every second row and column has the parts. */
static void last_triangle(const hearth_tall *t, double *r) {
  const double *wide = t->step[t->nsteps - 1].at;
  const int64_t n = t->n, parts = t->parts;
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++) {
      r[parts * (i + j * n)] = wide[parts * i + parts * j * parts * n];
      if (parts == 2) r[2 * (i + j * n) + 1] = wide[2 * i + (2 * j + 1) * 2 * n];
    }
}

static hearth_status push_product(hearth_tall *t, int64_t k, const double *z) {
  double *folded = NULL, *last = NULL;
  hearth_status status = hearth_allocate(t->ctx, t->n * k * t->parts * (int64_t)sizeof *folded, &folded);
  if (status == HEARTH_OK) status = hearth_allocate(t->ctx, t->n * t->n * t->parts * (int64_t)sizeof *last, &last);
  if (status == HEARTH_OK) {
    last_triangle(t, last);
    status = fold(t, k, z, folded, last);
  }
  hearth_deallocate(t->ctx, folded);
  hearth_deallocate(t->ctx, last);
  return status;
}

hearth_status hearth_factor_write(hearth_factor *f, int64_t k, const double *z, hearth_array *target) {
  if (f->house) return hearth_tsqr_write(f->house, k, z, target);
  hearth_status mine = z && f->t->n > 0 && k > 0 ? push_product(f->t, k, z) : HEARTH_OK;
  if (mine == HEARTH_OK) mine = hearth_tall_write(f->t, target);
  return hearth_agree(f->t->ctx, mine);
}
