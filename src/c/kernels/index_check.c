#include "core/error.h"
#include "kernels/check.h"
#include "kernels/index.h"

static hearth_status fail(const hearth_context *ctx, const char *operation, const char *what) {
  return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: %s", operation, what);
}

static hearth_status check_axis(const hearth_context *ctx, const char *operation, const hearth_view *dst, const hearth_view *src, int32_t axis) {
  if (!dst || !src || axis < 0 || axis >= dst->ndim || src->ndim != dst->ndim) return fail(ctx, operation, "no such axis, or operands do not fit");
  if (dst->dtype != src->dtype) return fail(ctx, operation, "the operands are of different types");
  for (int32_t d = 0; d < dst->ndim; d++)
    if (d != axis && dst->extent[d] != src->extent[d]) return fail(ctx, operation, "extents differ beside the axis");
  return HEARTH_OK;
}

hearth_status hearth_check_move(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n,
                                const int64_t *to, const int64_t *from) {
  HEARTH_TRY(check_axis(ctx, "move", dst, src, axis));
  HEARTH_TRY(hearth_check_target(ctx, dst->space == HEARTH_SPACE_HOST ? HEARTH_SPACE_HOST : space, "move", dst));
  HEARTH_TRY(hearth_check_source(ctx, space, "move", src, src));
  const bool inside = n >= 0 && (to || n <= dst->extent[axis]) && (from || n <= src->extent[axis]);
  return inside ? HEARTH_OK : fail(ctx, "move", "more elements than the axis has");
}

hearth_status hearth_check_mask(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *all, const hearth_view *mask,
                                const hearth_view *some) {
  HEARTH_TRY(hearth_check_source(ctx, space, operation, mask, all));
  HEARTH_TRY(hearth_check_source(ctx, space, operation, all, mask));
  if (all->space != space || mask->space != space) return fail(ctx, operation, "an operand is in another memory space");
  if (some && (some->ndim != 1 || some->dtype != all->dtype || some->space != space)) return fail(ctx, operation, "the list does not fit the array");
  return HEARTH_OK;
}

hearth_status hearth_check_nonzero(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, const int64_t *first) {
  HEARTH_TRY(hearth_check_source(ctx, space, "nonzero", src, src));
  HEARTH_TRY(hearth_check_target(ctx, space, "nonzero", dst));
  if (src->space != space || dst->ndim != 2 || dst->dtype != HEARTH_INT64 || dst->extent[1] != src->ndim || !first)
    return fail(ctx, "nonzero", "the places do not fit the array");
  return HEARTH_OK;
}

hearth_status hearth_check_index(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *index, const hearth_view *like) {
  HEARTH_TRY(hearth_check_source(ctx, space, operation, index, like));
  if (index->space != space) return fail(ctx, operation, "the places are in another memory space");
  return index->dtype == HEARTH_INT64 ? HEARTH_OK : fail(ctx, operation, "the places are not of type int64");
}

hearth_status hearth_check_along(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst, const hearth_view *src,
                                 const hearth_view *index, const hearth_view *along, int32_t axis) {
  HEARTH_TRY(check_axis(ctx, operation, dst, src, axis));
  HEARTH_TRY(hearth_check_target(ctx, space, operation, dst));
  HEARTH_TRY(hearth_check_source(ctx, space, operation, src, src));
  if (src->space != space) return fail(ctx, operation, "an operand is in another memory space");
  return hearth_check_index(ctx, space, operation, index, along == dst ? src : dst);
}
