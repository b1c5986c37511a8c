#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/decompose.h"
#include "linalg/lstsq_impl.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/singular.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <hearth/manipulate.h>
#include <hearth/solve.h>
#include <math.h>

static hearth_status check(const hearth_array *a, const hearth_array *b, double rcond, bool places) {
  HEARTH_REQUIRE(a->ctx, b, "lstsq: b is NULL");
  HEARTH_REQUIRE(a->ctx, places, "lstsq: no place for a result (NULL)");
  HEARTH_REQUIRE(a->ctx, !isnan(rcond), "lstsq: rcond is NaN");
  if (b->ctx != a->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "lstsq: the arrays are of different contexts");
  HEARTH_TRY(hearth_check_matrix("lstsq", a));
  HEARTH_TRY(hearth_array_pending(b));
  HEARTH_REQUIRE(a->ctx, b->layout->ndim == 1 || b->layout->ndim == 2, "lstsq: b has %d dimensions, not 1 or 2", b->layout->ndim);
  if (b->layout->shape[0] != a->layout->shape[0])
    return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "lstsq: b has %lld rows, a has %lld", (long long)b->layout->shape[0], (long long)a->layout->shape[0]);
  return HEARTH_OK;
}

/* Both operands as matrices of the type of the computation. */
static hearth_status bring(const hearth_array *array, int32_t dtype, const hearth_array **brought, hearth_array *made[2]) {
  *brought = array;
  if (array->layout->ndim == 1) {
    HEARTH_TRY(hearth_expand_dims(array, 1, &made[0]));
    *brought = made[0];
  }
  if (array->dtype == dtype) return HEARTH_OK;
  HEARTH_TRY(hearth_array_cast(*brought, dtype, &made[1]));
  *brought = made[1];
  return HEARTH_OK;
}

/* x [n, k] as the caller has b: one dimension or two, in the operands' type. */
static hearth_status give_x(const hearth_array *b, int32_t dtype, hearth_array **x) {
  hearth_array *flat = NULL, *cast = NULL;
  const int32_t axis = 1;
  hearth_status status = HEARTH_OK;
  if (b->layout->ndim == 1) status = hearth_squeeze(*x, 1, &axis, &flat);
  const hearth_array *shaped = flat ? flat : *x;
  if (status == HEARTH_OK && shaped->dtype != dtype) status = hearth_array_cast(shaped, dtype, &cast);
  if (status == HEARTH_OK && (cast || flat)) {
    hearth_array_destroy(x);
    *x = cast ? cast : flat;
    if (cast) hearth_array_destroy(&flat);
  } else {
    hearth_array_destroy(&flat);
  }
  return status;
}

static hearth_status run(const hearth_array *a, const hearth_array *b, double rcond, hearth_least_squares *result) {
  hearth_array *made[4] = {NULL};
  int32_t dtype = 0;
  HEARTH_TRY(hearth_promote((hearth_dtype)a->dtype, (hearth_dtype)b->dtype, &dtype));
  const int32_t compute = hearth_dtype_is_complex(dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64;
  result->rcond = rcond;
  result->dtype = hearth_bridge_result(dtype, false);
  result->real = hearth_bridge_result(dtype, true);
  hearth_status status = bring(a, compute, &result->a, made);
  if (status == HEARTH_OK) status = bring(b, compute, &result->b, made + 2);
  if (status == HEARTH_OK) status = hearth_require_finite(result->b, "lstsq: b");
  if (status == HEARTH_OK) status = hearth_tall_better(a->layout->shape[0], a->layout->shape[1]) ? hearth_lstsq_tall(result) : hearth_lstsq_general(result);
  if (status == HEARTH_OK) status = give_x(b, result->dtype, &result->x);
  for (int i = 3; i >= 0; i--) hearth_array_destroy(&made[i]);
  return status;
}

hearth_status hearth_lstsq(const hearth_array *a, const hearth_array *b, double rcond, hearth_array **x, hearth_array **residuals, int64_t *rank,
                           hearth_array **s) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  union {
    double value;
    int64_t bits;
  } number = {.value = rcond};
  hearth_least_squares result = {0};
  if (x) *x = NULL;
  if (residuals) *residuals = NULL;
  if (s) *s = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check(a, b, rcond, x && residuals && rank && s), "rcond", &number.bits, 1));
  const hearth_status status = run(a, b, rcond, &result);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&result.x);
    hearth_array_destroy(&result.residuals);
    hearth_array_destroy(&result.s);
    return status;
  }
  *x = result.x;
  *residuals = result.residuals;
  *rank = result.rank;
  *s = result.s;
  return HEARTH_OK;
}
