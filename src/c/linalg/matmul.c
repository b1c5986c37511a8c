#include <hearth/matmul.h>
#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/operand.h"
#include "linalg/product.h"
#include "tensor/reduce_impl.h"

static hearth_status check_matmul(hearth_context *ctx, const hearth_array *a, const hearth_array *b, hearth_array *const *result) {
  HEARTH_REQUIRE(ctx, result, "matmul: no place for the product (NULL)");
  HEARTH_TRY(hearth_linalg_check_pair(ctx, "matmul", a, b));
  const hearth_layout *left = a->layout, *right = b->layout;
  if (left->ndim > 2 || right->ndim > 2)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "matmul of arrays of %d and %d dimensions; vectors and matrices only", left->ndim, right->ndim);
  const int64_t across = left->shape[left->ndim - 1], down = right->shape[0];
  if (across != down)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "matmul: the last extent of a is %lld, the %s of b is %lld", (long long)across,
                       right->ndim == 1 ? "length" : "number of rows", (long long)down);
  return hearth_linalg_refuse_reproducible(ctx, "matmul");
}

/* The operand as a matrix of the common type; 1-d ones become a row (of a) or a column (of b). Collective; agreed. */
static hearth_status as_matrix(const hearth_array *array, int32_t dtype, int32_t new_axis, const hearth_array **matrix, hearth_array *made[2]) {
  *matrix = array;
  if (array->layout->ndim == 1) {
    HEARTH_TRY(hearth_expand_dims(array, new_axis, &made[0]));
    *matrix = made[0];
  }
  if (array->dtype == dtype) return HEARTH_OK;
  HEARTH_TRY(hearth_array_cast(*matrix, dtype, &made[1]));
  *matrix = made[1];
  return HEARTH_OK;
}

/* The dimensions that the vectors did not have. */
static hearth_status without_added(const hearth_array *a, const hearth_array *b, hearth_array **product, hearth_array **result) {
  const bool row = a->layout->ndim == 1, column = b->layout->ndim == 1;
  const int32_t axis = row ? 0 : 1;
  hearth_status status = HEARTH_OK;
  if (!row && !column) {
    *result = *product;
    *product = NULL;
  } else {
    status = hearth_squeeze(*product, 1, &axis, result);
  }
  return status;
}

hearth_status hearth_matmul(const hearth_array *a, const hearth_array *b, hearth_array **result) {
  hearth_context *ctx = a ? a->ctx : b ? b->ctx : NULL;
  HEARTH_REQUIRE(NULL, ctx, "both arrays are NULL");
  HEARTH_GUARD_FP(ctx);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree(ctx, check_matmul(ctx, a, b, result)));
  int32_t dtype = hearth_linalg_dtype(a->dtype, b->dtype);
  const hearth_array *left, *right;
  hearth_array *made[4] = {NULL}, *product = NULL;
  hearth_status status = as_matrix(a, dtype, 0, &left, made);
  if (status == HEARTH_OK) status = as_matrix(b, dtype, 1, &right, made + 2);
  if (status == HEARTH_OK) status = hearth_product(0, left, right, &product);
  if (status == HEARTH_OK) status = without_added(a, b, &product, result);
  hearth_array_destroy(&product);
  for (int i = 0; i < 4; i++) hearth_array_destroy(&made[i]);
  return status;
}
