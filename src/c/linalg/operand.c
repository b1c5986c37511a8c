#include "linalg/operand.h"
#include "core/context_impl.h"
#include "core/error.h"

int32_t hearth_linalg_dtype(int32_t a, int32_t b) {
  int32_t dtype = HEARTH_FLOAT64;
  hearth_promote((hearth_dtype)a, (hearth_dtype)b, &dtype);
  if (dtype <= HEARTH_INT64) return HEARTH_FLOAT64;
  return dtype == HEARTH_FLOAT16 ? HEARTH_FLOAT32 : dtype;
}

hearth_status hearth_linalg_check_pair(hearth_context *ctx, const char *name, const hearth_array *a, const hearth_array *b) {
  HEARTH_REQUIRE(ctx, a && b, "%s: array %s is NULL", name, a ? "b" : "a");
  if (a->ctx != b->ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "%s: the arrays are of different contexts", name);
  HEARTH_TRY(hearth_array_pending(a));
  return hearth_array_pending(b);
}

hearth_status hearth_linalg_refuse_reproducible(const hearth_context *ctx, const char *name) {
  if (ctx->options.reduction != HEARTH_REDUCTION_REPRODUCIBLE) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s has no reproducible form", name);
}
