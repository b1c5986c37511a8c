#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/decomposition.h>
#include <hearth/solve.h>
#include <math.h>

static const char letter[] = {[HEARTH_COND_2] = '2', [HEARTH_COND_1] = '1', [HEARTH_COND_INF] = 'I', [HEARTH_COND_FROBENIUS] = 'F'};

static hearth_status check(const hearth_array *a, int32_t ord, const double *value) {
  HEARTH_REQUIRE(a->ctx, value, "hearth_cond: no place for the number (NULL)");
  HEARTH_REQUIRE(a->ctx, ord >= HEARTH_COND_2 && ord <= HEARTH_COND_FROBENIUS, "hearth_cond: %d is no hearth_cond_ord", ord);
  HEARTH_TRY(hearth_dense_check("hearth_cond", a, ord != HEARTH_COND_2));
  HEARTH_REQUIRE(a->ctx, a->layout->shape[0] > 0 && a->layout->shape[1] > 0, "hearth_cond: a matrix of %lld x %lld has no condition",
                 (long long)a->layout->shape[0], (long long)a->layout->shape[1]);
  return HEARTH_OK;
}

/* Square matrices go to the bridge at once, where values keep float64 for float32 data. */
static hearth_status find_values(const hearth_array *a, double *s) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1];
  hearth_array *values = NULL;
  if (m == n) return hearth_bridge_svd("hearth_cond", a, NULL, NULL, s, NULL, NULL);
  HEARTH_TRY(hearth_svdvals(a, &values));
  const hearth_status status = hearth_agree(a->ctx, hearth_dense_read(values, 0, m < n ? m : n, s));
  hearth_array_destroy(&values);
  return status;
}

static hearth_status by_values(const hearth_array *a, double *value) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1], k = m < n ? m : n;
  double *s = NULL;
  hearth_status status = hearth_agree(a->ctx, hearth_allocate(a->ctx, k * (int64_t)sizeof *s, &s));
  if (status == HEARTH_OK) status = find_values(a, s);
  if (status == HEARTH_OK) *value = s[k - 1] > 0 ? s[0] / s[k - 1] : INFINITY;
  hearth_deallocate(a->ctx, s);
  return status;
}

static hearth_status measure(const hearth_array *a, char which, double *norm) {
  hearth_bridge bridge;
  hearth_bridge_matrix x = {0};
  HEARTH_TRY(hearth_bridge_open_for(a, hearth_bridge_dtype(a->dtype, false), HEARTH_BRIDGE_PRODUCTS, &bridge));
  hearth_status status = hearth_bridge_borrow(&bridge, a, &x);
  if (status == HEARTH_OK) status = bridge.call->norm(&bridge, which, &x, norm);
  hearth_bridge_release(&x);
  hearth_bridge_close(&bridge);
  return status;
}

static hearth_status by_inverse(const hearth_array *a, char which, double *value) {
  double norm = 0, inverse_norm = INFINITY;
  hearth_factors f;
  hearth_bridge_matrix inverse = {0};
  hearth_status status = hearth_factors_open("hearth_cond", a, hearth_bridge_dtype(a->dtype, false), &f);
  if (status == HEARTH_OK && f.singular == 0) status = hearth_factors_invert(&f, &inverse);
  if (status == HEARTH_OK && f.singular == 0) status = f.bridge.call->norm(&f.bridge, which, &inverse, &inverse_norm);
  hearth_bridge_release(&inverse);
  norm = f.norm;
  hearth_factors_close(&f);
  if (status == HEARTH_OK && which != '1') status = measure(a, which, &norm);
  if (status == HEARTH_OK) *value = norm > 0 ? norm * inverse_norm : INFINITY;
  return status;
}

hearth_status hearth_cond(const hearth_array *a, int32_t ord, double *value) {
  HEARTH_REQUIRE(NULL, a, "hearth_cond: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(hearth_agree_same(a->ctx, check(a, ord, value), "ord|", (int64_t[]){ord}, 1));
  return ord == HEARTH_COND_2 ? by_values(a, value) : by_inverse(a, letter[ord], value);
}

static hearth_status check_estimate(const hearth_array *a, const double *value) {
  HEARTH_REQUIRE(a->ctx, value, "hearth_rcond: no place for the number (NULL)");
  return hearth_dense_check("hearth_rcond", a, true);
}

hearth_status hearth_rcond(const hearth_array *a, double *value) {
  HEARTH_REQUIRE(NULL, a, "hearth_rcond: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(hearth_agree(a->ctx, check_estimate(a, value)));
  hearth_factors f;
  hearth_status status = hearth_factors_open("hearth_rcond", a, hearth_bridge_dtype(a->dtype, false), &f);
  double result = f.lu.rows == 0 ? INFINITY : 0;
  if (status == HEARTH_OK && f.singular == 0 && f.lu.rows > 0) status = hearth_factors_condition(&f, &result);
  hearth_factors_close(&f);
  if (status == HEARTH_OK) *value = result;
  return status;
}
