#include <hearth/creation.h>
#include <hearth/elementwise.h>
#include <hearth/reduce.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "linalg/cg.h"
#include "linalg/operand.h"
#include "linalg/vectors.h"

/* y := x / diagonal */
static hearth_status divide_by_diagonal(void *user, const hearth_array *x, hearth_array *y) {
  return hearth_binary_into(x, user, HEARTH_OP_DIVIDE, y);
}

/* Real parts; the array itself if it is real. Collective; agreed. */
static hearth_status real_part(hearth_array **array) {
  hearth_array *z = *array, *made = NULL;
  if (!hearth_dtype_is_complex(z->dtype)) return HEARTH_OK;
  hearth_status status = hearth_array_create_local(z->layout, z->dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, z->order, &made);
  for (int32_t p = 0; status == HEARTH_OK && p < z->npieces; p++) {
    const hearth_view part = hearth_view_component(&z->piece[p].view, 0);
    status = hearth_view_copy(z->ctx, &made->piece[p].view, &part);
  }
  status = hearth_agree(z->ctx, status);
  hearth_array_destroy(status == HEARTH_OK ? array : &made);
  if (status == HEARTH_OK) *array = made;
  return status;
}

static hearth_status check_positive(const hearth_array *diagonal) {
  hearth_array *number = NULL, *place = NULL;
  double smallest = 0.0, at = -1.0;
  hearth_status status = hearth_min(diagonal, 0, NULL, NULL, &number);
  if (status == HEARTH_OK) status = hearth_argmin(diagonal, 0, NULL, NULL, &place);
  if (status == HEARTH_OK) status = hearth_linalg_number(number, &smallest);
  if (status == HEARTH_OK) status = hearth_linalg_number(place, &at);
  if (status == HEARTH_OK && !(smallest > 0.0))
    status = hearth_fail(diagonal->ctx, HEARTH_ERR_NUMERICAL, "cg: diagonal element %.0f of the matrix is %g: it is not positive definite", at, smallest);
  hearth_array_destroy(&number);
  hearth_array_destroy(&place);
  return hearth_agree(diagonal->ctx, status);
}

/* The diagonal of a, which must be positive, laid out as its rows. Workspace: a matrix like a. Collective; agreed. */
static hearth_status find_diagonal(const hearth_array *a, hearth_array **diagonal) {
  const int32_t columns = 1;
  hearth_array *only = NULL;
  hearth_status status = hearth_eye(a->layout, 0, a->dtype, a->order, &only);
  if (status == HEARTH_OK) status = hearth_binary_into(only, a, HEARTH_OP_MULTIPLY, only);
  if (status == HEARTH_OK) status = hearth_sum(only, 1, &columns, NULL, diagonal);
  hearth_array_destroy(&only);
  if (status == HEARTH_OK) status = real_part(diagonal);
  return status == HEARTH_OK ? check_positive(*diagonal) : status;
}

static hearth_status check_matrix(const hearth_array *a, const hearth_array *b, const hearth_cg_options *options, const hearth_array *x,
                                  const int64_t *iterations, const double *residual) {
  HEARTH_REQUIRE(a->ctx, x, "cg: x is NULL");
  HEARTH_TRY(hearth_cg_check(b, options, x, iterations, residual));
  HEARTH_TRY(hearth_linalg_check_pair(a->ctx, "cg", a, x));
  HEARTH_TRY(hearth_operator_check_matrix("cg", a));
  if (x->layout->ndim == 1 && x->layout->shape[0] == a->layout->shape[0]) return HEARTH_OK;
  return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "cg: a matrix of order %lld and %lld unknowns in %d dimensions", (long long)a->layout->shape[0],
                     (long long)x->layout->shape[0], x->layout->ndim);
}

hearth_status hearth_cg_matrix(const hearth_array *a, const hearth_array *b, const hearth_cg_options *options, hearth_array *x, int64_t *iterations,
                               double *residual) {
  HEARTH_REQUIRE(NULL, a, "cg: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(hearth_cg_agree(a->ctx, check_matrix(a, b, options, x, iterations, residual), options));
  hearth_array *cast = NULL, *diagonal = NULL;
  hearth_status status = a->dtype == x->dtype ? HEARTH_OK : hearth_array_cast(a, x->dtype, &cast);
  hearth_array *matrix = cast ? cast : (hearth_array *)a; /* an operator's user data is not const */
  if (status == HEARTH_OK && options && options->jacobi) status = find_diagonal(matrix, &diagonal);
  if (status == HEARTH_OK) {
    const hearth_cg_call call = {hearth_operator_of_matrix, diagonal ? divide_by_diagonal : NULL, matrix, diagonal};
    status = hearth_cg_run(&call, b, options, x, iterations, residual);
  }
  hearth_array_destroy(&diagonal);
  hearth_array_destroy(&cast);
  return status;
}
