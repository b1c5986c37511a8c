/* What every backend asks of the operands of a reduction. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/reduce.h"

static bool is_complex(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}

static hearth_status check_operand(const hearth_context *ctx, int32_t space, const char *name, const hearth_view *view, const hearth_view *like) {
  if (!view) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: operand %s is missing", name);
  if (view->space != space)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: operand %s is in memory space %d, not %d", name, (int)view->space, (int)space);
  if (view->ndim != like->ndim)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: operand %s has %d dimensions, not %d", name, (int)view->ndim, (int)like->ndim);
  for (int d = 0; d < view->ndim; ++d)
    if (view->extent[d] != like->extent[d] || view->extent[d] < 0)
      return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: extent %d of operand %s is %lld, not %lld", d, name, (long long)view->extent[d],
                         (long long)like->extent[d]);
  if (!view->data && hearth_view_elements(view) > 0) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: operand %s has no address", name);
  return HEARTH_OK;
}

static bool rule_known(const hearth_reduce_rule *rule) {
  const int32_t op = rule->op, dtype = rule->dtype;
  if (op < 0 || op >= HEARTH_REDUCE_OPS) return false;
  if (dtype == HEARTH_COMPLEX128) return op == HEARTH_REDUCE_PROD;
  if (dtype == HEARTH_INT64) return op <= HEARTH_REDUCE_NONZERO;
  return dtype == HEARTH_FLOAT64 && op != HEARTH_REDUCE_NONZERO;
}

hearth_status hearth_check_accumulate(const hearth_context *ctx, int32_t space, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src,
                                      const hearth_view *weights) {
  if (!src) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: the source is missing");
  HEARTH_TRY(check_operand(ctx, space, "src", src, src));
  HEARTH_TRY(check_operand(ctx, HEARTH_SPACE_HOST, "acc", acc, src));
  if (weights) HEARTH_TRY(check_operand(ctx, space, "weights", weights, src));
  const bool weighed = rule->op == HEARTH_REDUCE_SUM || rule->op == HEARTH_REDUCE_WEIGHTS;
  const bool apt = !is_complex(src->dtype) || rule->dtype == HEARTH_COMPLEX128 || rule->op == HEARTH_REDUCE_NONZERO;
  if (!rule_known(rule) || acc->dtype != rule->dtype || !apt || (weights && (!weighed || rule->dtype != HEARTH_FLOAT64 || is_complex(weights->dtype))) ||
      (!weights && rule->op == HEARTH_REDUCE_WEIGHTS))
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "reduction %d of %s into %s is not available", (int)rule->op, hearth_dtype_name((hearth_dtype)src->dtype),
                       hearth_dtype_name((hearth_dtype)rule->dtype));
  return HEARTH_OK;
}

hearth_status hearth_check_arg(const hearth_context *ctx, int32_t space, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number,
                               const hearth_view *src) {
  HEARTH_TRY(hearth_check_accumulate(ctx, space, rule, value, src, NULL));
  HEARTH_TRY(check_operand(ctx, HEARTH_SPACE_HOST, "number", number, src));
  if ((rule->op != HEARTH_REDUCE_MIN && rule->op != HEARTH_REDUCE_MAX) || number->dtype != HEARTH_INT64)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "reduction: places are found for MIN and MAX, as int64 numbers");
  return HEARTH_OK;
}

hearth_status hearth_check_cumulate(const hearth_context *ctx, int32_t space, int32_t dim, const hearth_view *dst, const hearth_view *src,
                                    const hearth_view *start) {
  if (!src) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "running sum: the source is missing");
  HEARTH_TRY(check_operand(ctx, space, "src", src, src));
  HEARTH_TRY(check_operand(ctx, space, "dst", dst, src));
  HEARTH_TRY(check_operand(ctx, HEARTH_SPACE_HOST, "start", start, src));
  if (dim < 0 || dim >= src->ndim || (start->dtype != HEARTH_INT64 && start->dtype != HEARTH_FLOAT64 && start->dtype != HEARTH_COMPLEX128) ||
      start->stride[dim] != 0)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "running sum: along dimension %d of %d, starting with %s", (int)dim, (int)src->ndim,
                       hearth_dtype_name((hearth_dtype)start->dtype));
  return HEARTH_OK;
}
