/* Determinants: the product of the pivots, as a number between 1/2 and 1 (or 1/4 and 2, complex) and a power of two, so that none over- or underflows on the
 * way. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "tensor/array_impl.h"
#include <hearth/solve.h>
#include <math.h>

typedef struct determinant {
  double re, im;
  int64_t exponent;
} determinant;

static void scale(determinant *d) {
  int exponent = 0;
  const double size = fabs(d->re) > fabs(d->im) ? fabs(d->re) : fabs(d->im);
  frexp(size, &exponent);
  d->re = ldexp(d->re, -exponent);
  d->im = ldexp(d->im, -exponent);
  d->exponent += exponent;
}

static hearth_status product(const hearth_factors *f, double *pairs, determinant *d) {
  bool odd = false;
  HEARTH_TRY(hearth_bridge_diagonal(&f->bridge, &f->lu, pairs));
  HEARTH_TRY(hearth_bridge_is_odd(&f->bridge, &f->lu, f->pivots, &odd));
  if (odd) d->re = -1;
  for (int64_t i = 0; i < f->lu.rows; i++) {
    determinant pivot = {pairs[2 * i], pairs[2 * i + 1], 0};
    scale(&pivot);
    *d = (determinant){d->re * pivot.re - d->im * pivot.im, d->re * pivot.im + d->im * pivot.re, d->exponent + pivot.exponent};
    scale(d);
  }
  return HEARTH_OK;
}

/* A pivot that is exactly 0: the determinant is. */
static hearth_status find(const char *name, const hearth_array *a, determinant *d) {
  double *pairs = NULL;
  hearth_factors f;
  *d = (determinant){1, 0, 0};
  hearth_status status = hearth_factors_open(name, a, hearth_bridge_dtype(a->dtype, false), &f);
  if (status == HEARTH_OK && f.singular > 0) *d = (determinant){0, 0, 0};
  if (status == HEARTH_OK && f.singular == 0 && f.lu.rows > 0) {
    status = hearth_agree(a->ctx, hearth_allocate(a->ctx, 2 * (int64_t)f.lu.rows * (int64_t)sizeof *pairs, &pairs));
    if (status == HEARTH_OK) status = product(&f, pairs, d);
  }
  hearth_deallocate(a->ctx, pairs);
  hearth_factors_close(&f);
  return status;
}

static hearth_status check(const char *name, const hearth_array *a, const void *place) {
  HEARTH_REQUIRE(a->ctx, place, "%s: no place for the result (NULL)", name);
  return hearth_dense_check(name, a, true);
}

hearth_status hearth_det(const hearth_array *a, hearth_array **value) {
  HEARTH_REQUIRE(NULL, a, "hearth_det: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (value) *value = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check("hearth_det", a, value)));
  determinant d;
  HEARTH_TRY(find("hearth_det", a, &d));
  const int exponent = (int)(d.exponent > 100000 ? 100000 : d.exponent < -100000 ? -100000 : d.exponent);
  return hearth_dense_vector(a->ctx, 1, (double[]){ldexp(d.re, exponent), ldexp(d.im, exponent)}, hearth_bridge_result(a->dtype, false), value);
}

hearth_status hearth_slogdet(const hearth_array *a, hearth_array **sign, hearth_array **logarithm) {
  HEARTH_REQUIRE(NULL, a, "hearth_slogdet: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (sign) *sign = NULL;
  if (logarithm) *logarithm = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check("hearth_slogdet", a, sign ? logarithm : NULL)));
  determinant d;
  HEARTH_TRY(find("hearth_slogdet", a, &d));
  const double size = hypot(d.re, d.im), divisor = size > 0 ? size : 1;
  const double number[1] = {size > 0 ? log(size) + (double)d.exponent * log(2.0) : -INFINITY};
  HEARTH_TRY(hearth_dense_vector(a->ctx, 1, (double[]){d.re / divisor, d.im / divisor}, hearth_bridge_result(a->dtype, false), sign));
  const hearth_status status = hearth_dense_vector(a->ctx, 1, number, hearth_bridge_result(a->dtype, true), logarithm);
  if (status != HEARTH_OK) hearth_array_destroy(sign);
  return status;
}
