/* How good a factorisation is. The long side of the matrix is gone through row by row, the short one is small. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/decompose.h"
#include "linalg/tall.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <hearth/manipulate.h>
#include <math.h>

static double trace(int32_t parts, int64_t n, const double *gram) {
  double sum = 0.0;
  for (int64_t j = 0; j < n; j++) sum += gram[parts * (j + j * n)];
  return sum;
}

/* A power of two that brings the largest of the numbers near 1. */
static double power_for(int64_t n, const double *x) {
  double most = 0.0;
  int exponent = 0;
  for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(x[i]));
  if (most > 0.0) frexp(most, &exponent);
  return ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
}

/* ||left small - a||_F^2 and ||a||_F^2, both times factor^2; left [m, k], small [k, n], a [m, n]. */
static hearth_status differences(const hearth_array *left, const hearth_array *a, const double *small, double factor, double *squares) {
  const int64_t k = left->layout->shape[1], n = a->layout->shape[1];
  double *matrix = NULL, *gram = NULL;
  hearth_tall t;
  hearth_status status = hearth_tall_open(left, &t);
  if (status == HEARTH_OK) status = hearth_tall_beside(&t, a);
  hearth_status mine = status;
  const int64_t p = t.parts;
  if (mine == HEARTH_OK) mine = hearth_allocate_zero(a->ctx, (k + n) * n * p * (int64_t)sizeof *matrix, &matrix);
  if (mine == HEARTH_OK) mine = hearth_allocate(a->ctx, n * n * p * (int64_t)sizeof *gram, &gram);
  for (int without = 0; without < 2 && status == HEARTH_OK; without++) {
    for (int64_t j = 0; mine == HEARTH_OK && j < n; j++) {
      for (int64_t i = 0; i < k * p; i++) matrix[i + j * (k + n) * p] = without ? 0.0 : factor * small[i + j * k * p];
      matrix[p * (k + j) + j * (k + n) * p] = -factor;
    }
    if (mine == HEARTH_OK) mine = hearth_tall_push(&t, false, n, matrix);
    status = hearth_agree(a->ctx, mine);
    if (status == HEARTH_OK) status = hearth_tall_gram(&t, gram);
    if (status == HEARTH_OK) squares[without] = trace(t.parts, n, gram);
    if (status == HEARTH_OK) hearth_tall_pop(&t);
  }
  hearth_deallocate(a->ctx, matrix);
  hearth_deallocate(a->ctx, gram);
  hearth_tall_close(&t);
  return status;
}

static hearth_status turned(const hearth_array *array, hearth_array **view) {
  return hearth_transpose(array, 2, NULL, view);
}

static hearth_status residual_of(const hearth_array *a, const hearth_array *q, const hearth_array *r, double *residual) {
  const bool wide = a->layout->shape[0] < a->layout->shape[1];
  const int32_t parts = hearth_dtype_is_complex(q->dtype) ? 2 : 1;
  hearth_array *at = NULL, *left = NULL, *small = NULL;
  double *values = NULL, squares[2] = {0.0, 0.0};
  hearth_status status = wide ? turned(a, &at) : HEARTH_OK;
  if (status == HEARTH_OK && wide) status = turned(r, &left);
  if (status == HEARTH_OK && wide) status = turned(q, &small);
  const hearth_array *matrix = wide ? small : r;
  if (status == HEARTH_OK) {
    const int64_t numbers = parts * matrix->layout->shape[0] * matrix->layout->shape[1];
    status = hearth_agree(a->ctx, hearth_allocate(a->ctx, numbers * (int64_t)sizeof *values, &values));
    if (status == HEARTH_OK) status = hearth_small_read(matrix, parts, values);
    /* the size of a is that of r; of a wide matrix, where r is not at hand, left as it is */
    if (status == HEARTH_OK) status = differences(wide ? left : q, wide ? at : a, values, wide ? 1.0 : power_for(numbers, values), squares);
  }
  *residual = squares[1] > 0.0 ? sqrt(squares[0] / squares[1]) : sqrt(squares[0]);
  hearth_deallocate(a->ctx, values);
  hearth_array_destroy(&at);
  hearth_array_destroy(&left);
  hearth_array_destroy(&small);
  return status;
}

static hearth_status orthogonality_of(const hearth_array *q, double *orthogonality) {
  hearth_tall t;
  double *gram = NULL;
  *orthogonality = 0.0;
  hearth_status status = hearth_tall_open(q, &t);
  if (status == HEARTH_OK) status = hearth_agree(q->ctx, hearth_allocate(q->ctx, t.n * t.n * t.parts * (int64_t)sizeof *gram, &gram));
  if (status == HEARTH_OK) status = hearth_tall_gram(&t, gram);
  for (int64_t j = 0; status == HEARTH_OK && j < t.n; j++)
    for (int64_t i = 0; i < t.n; i++) {
      const double *x = gram + t.parts * (i + j * t.n);
      *orthogonality = fmax(*orthogonality, hypot(x[0] - (i == j), t.parts == 2 ? x[1] : 0.0));
    }
  hearth_deallocate(q->ctx, gram);
  hearth_tall_close(&t);
  return status;
}

static hearth_status check(const hearth_array *a, const hearth_array *q, const hearth_array *r, const double *residual, const double *orthogonality) {
  const hearth_array *const arrays[] = {a, q, r};
  HEARTH_REQUIRE(a->ctx, q && r, "qr_quality: %s is NULL", q ? "r" : "q");
  HEARTH_REQUIRE(a->ctx, residual && orthogonality, "qr_quality: no place for the %s (NULL)", residual ? "orthogonality" : "residual");
  if (q->ctx != a->ctx || r->ctx != a->ctx) return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "qr_quality: the arrays are of different contexts");
  for (int i = 0; i < 3; i++) {
    HEARTH_TRY(hearth_check_matrix("qr_quality", arrays[i]));
    if (hearth_dtype_is_complex(arrays[i]->dtype) != hearth_dtype_is_complex(q->dtype))
      return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "qr_quality: %s beside %s", hearth_dtype_name((hearth_dtype)arrays[i]->dtype),
                         hearth_dtype_name((hearth_dtype)q->dtype));
  }
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1], k = q->layout->shape[1];
  if (q->layout->shape[0] != m || r->layout->shape[0] != k || r->layout->shape[1] != n)
    return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "qr_quality: [%lld, %lld] is not [%lld, %lld] times [%lld, %lld]", (long long)m, (long long)n,
                       (long long)q->layout->shape[0], (long long)k, (long long)r->layout->shape[0], (long long)r->layout->shape[1]);
  if ((m < n ? m : n) > HEARTH_TALL_MOST || k > HEARTH_TALL_MOST)
    return hearth_fail(a->ctx, HEARTH_ERR_UNSUPPORTED, "qr_quality: [%lld, %lld]; one side may have %d at most", (long long)m, (long long)n,
                       (int)HEARTH_TALL_MOST);
  return HEARTH_OK;
}

hearth_status hearth_qr_quality(const hearth_array *a, const hearth_array *q, const hearth_array *r, double *residual, double *orthogonality) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(hearth_agree(a->ctx, check(a, q, r, residual, orthogonality)));
  HEARTH_TRY(orthogonality_of(q, orthogonality));
  return residual_of(a, q, r, residual);
}
