#include <hearth/decomposition.h>
#include <hearth/elementwise.h>
#include <hearth/matmul.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/operand.h"
#include <math.h>

/* The largest of the sums of absolute values along one axis, or of the absolute values (axis < 0). Collective; agreed. */
static hearth_status largest_sum(const hearth_array *a, int32_t axis, double *norm) {
  hearth_array *sums = NULL, *largest = NULL;
  hearth_status status = axis < 0 ? hearth_vector_norm(a, INFINITY, 0, NULL, NULL, &largest) : hearth_vector_norm(a, 1.0, 1, &axis, NULL, &sums);
  if (status == HEARTH_OK && axis >= 0) status = hearth_max(sums, 0, NULL, NULL, &largest);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_linalg_number(largest, norm));
  hearth_array_destroy(&sums);
  hearth_array_destroy(&largest);
  return status;
}

static hearth_status frobenius(const hearth_array *a, double *norm) {
  hearth_array *value = NULL;
  hearth_status status = hearth_norm(a, 0, NULL, NULL, &value);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_linalg_number(value, norm));
  hearth_array_destroy(&value);
  return status;
}

/* Of the singular values, which every rank has, the largest or the sum. Collective; agreed. */
static hearth_status of_singular_values(const hearth_array *a, bool sum, double *norm) {
  hearth_array *values = NULL, *value = NULL;
  hearth_status status = hearth_svdvals(a, &values);
  if (status == HEARTH_OK) status = sum ? hearth_sum(values, 0, NULL, NULL, &value) : hearth_max(values, 0, NULL, NULL, &value);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_linalg_number(value, norm));
  hearth_array_destroy(&values);
  hearth_array_destroy(&value);
  return status;
}

static hearth_status check_matrix_norm(const hearth_array *a, int32_t order, const double *norm) {
  HEARTH_REQUIRE(a->ctx, norm, "matrix_norm: no place for the norm (NULL)");
  HEARTH_REQUIRE(a->ctx, a->layout->ndim == 2, "matrix_norm of an array of %d dimensions, not 2", a->layout->ndim);
  HEARTH_REQUIRE(a->ctx, order >= HEARTH_MATRIX_NORM_FROBENIUS && order <= HEARTH_MATRIX_NORM_NUCLEAR, "matrix_norm: %d is no order", order);
  return hearth_array_pending(a);
}

hearth_status hearth_matrix_norm(const hearth_array *a, int32_t order, double *norm) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const int64_t number = order;
  HEARTH_TRY(hearth_agree_same(a->ctx, check_matrix_norm(a, order, norm), "order|", &number, 1));
  double value = 0.0;
  hearth_status status = HEARTH_OK;
  if (a->layout->shape[0] == 0 || a->layout->shape[1] == 0)
    value = 0.0;
  else if (order == HEARTH_MATRIX_NORM_FROBENIUS)
    status = frobenius(a, &value);
  else if (order == HEARTH_MATRIX_NORM_ONE || order == HEARTH_MATRIX_NORM_INF)
    status = largest_sum(a, order == HEARTH_MATRIX_NORM_ONE ? 0 : 1, &value);
  else if (order == HEARTH_MATRIX_NORM_MAX)
    status = largest_sum(a, -1, &value);
  else
    status = of_singular_values(a, order == HEARTH_MATRIX_NORM_NUCLEAR, &value);
  if (status == HEARTH_OK) *norm = value;
  return status;
}
