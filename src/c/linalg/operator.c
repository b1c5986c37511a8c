/* What iterative methods multiply with. */
#include <hearth/manipulate.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "linalg/product.h"
#include "linalg/vectors.h"

hearth_status hearth_operator_apply(hearth_operator op, void *user, const char *name, const hearth_array *x, hearth_array *y) {
  hearth_context *ctx = x->ctx;
  hearth_status status = op(user, x, y);
  if (status == HEARTH_OK) status = hearth_array_pending(y);
  if (status != HEARTH_OK) {
    int32_t last = HEARTH_OK, rank = -1;
    char message[200];
    hearth_last_error(ctx, &last, &rank, message, sizeof message);
    status = hearth_fail(ctx, status, "%s: the operator failed%s%s", name, last == status ? ": " : "", last == status ? message : "");
  }
  return hearth_agree(ctx, status);
}

hearth_status hearth_operator_of_matrix(void *user, const hearth_array *x, hearth_array *y) {
  const hearth_array *a = user;
  const int32_t axis = 1;
  hearth_array *column = NULL, *product = NULL, *result = NULL;
  hearth_status status = hearth_expand_dims(x, 1, &column);
  if (status == HEARTH_OK) status = hearth_product(0, a, column, &product);
  if (status == HEARTH_OK) status = hearth_squeeze(product, 1, &axis, &result);
  if (status == HEARTH_OK) status = hearth_array_copy(result, y);
  hearth_array_destroy(&result);
  hearth_array_destroy(&product);
  hearth_array_destroy(&column);
  return status;
}

hearth_status hearth_operator_check_matrix(const char *name, const hearth_array *a) {
  const hearth_layout *layout = a->layout;
  HEARTH_REQUIRE(a->ctx, layout->ndim == 2, "%s: a matrix of %d dimensions, not 2", name, layout->ndim);
  if (layout->shape[0] != layout->shape[1])
    return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "%s: a matrix of %lld x %lld is not square", name, (long long)layout->shape[0],
                       (long long)layout->shape[1]);
  return hearth_array_pending(a);
}
