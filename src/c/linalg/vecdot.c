#include <hearth/elementwise.h>
#include <hearth/matmul.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/operand.h"
#include "tensor/align.h"

static hearth_status check_vecdot(hearth_context *ctx, const hearth_array *a, const hearth_array *b, int32_t axis, hearth_array *const *c) {
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t ndim;
  HEARTH_REQUIRE(ctx, c, "vecdot: no place for the products (NULL)");
  HEARTH_TRY(hearth_linalg_check_pair(ctx, "vecdot", a, b));
  HEARTH_TRY(hearth_broadcast_shape(2, (const hearth_array *[]){a, b}, &ndim, shape));
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < ndim, "vecdot: axis %d of %d dimensions", axis, ndim);
  return HEARTH_OK;
}

hearth_status hearth_vecdot(const hearth_array *a, const hearth_array *b, int32_t axis, hearth_array **c) {
  hearth_context *ctx = a ? a->ctx : b ? b->ctx : NULL;
  HEARTH_REQUIRE(NULL, ctx, "both arrays are NULL");
  HEARTH_GUARD_FP(ctx);
  if (c) *c = NULL;
  HEARTH_TRY(hearth_agree_same(ctx, check_vecdot(ctx, a, b, axis, c), "axis|", (const int64_t[]){axis}, 1));
  hearth_array *conjugate = NULL, *products = NULL;
  hearth_status status = hearth_linalg_conjugate(a, &conjugate);
  if (status == HEARTH_OK) status = hearth_multiply(conjugate ? conjugate : a, b, &products);
  hearth_array_destroy(&conjugate);
  if (status == HEARTH_OK) status = hearth_sum(products, 1, &axis, NULL, c);
  hearth_array_destroy(&products);
  return status;
}
