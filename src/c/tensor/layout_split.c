#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"

hearth_status hearth_layout_make_split(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, hearth_layout **layout) {
  hearth_layout prototype = hearth_layout_whole(ctx, ndim, shape);
  if (axis < 0) return hearth_layout_duplicate(&prototype, layout);
  int64_t *cuts = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (ctx->size + 1) * (int64_t)sizeof *cuts, &cuts));
  for (int64_t c = 0; c <= ctx->size; c++) cuts[c] = hearth_even_cut(shape[axis], ctx->size, c);
  prototype.dim[axis] = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = 0, .extent = shape[axis], .processes = ctx->size, .cuts = cuts};
  const hearth_status status = hearth_layout_duplicate(&prototype, layout);
  hearth_deallocate(ctx, cuts);
  return status;
}

static hearth_status check_split(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, hearth_layout **layout) {
  HEARTH_REQUIRE(ctx, layout, "no place for the layout (NULL)");
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  HEARTH_REQUIRE(ctx, axis >= -1 && axis < ndim, "axis %d of %d dimensions (-1: not split)", axis, ndim);
  return HEARTH_OK;
}

hearth_status hearth_layout_split(hearth_context *ctx, int32_t ndim, const int64_t *shape, int32_t axis, hearth_layout **layout) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  if (layout) *layout = NULL;
  const hearth_status mine = check_split(ctx, ndim, shape, axis, layout);
  int64_t number[2 + HEARTH_MAX_NDIM] = {ndim, axis};
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) number[2 + d] = shape[d];
  HEARTH_TRY(hearth_agree_same(ctx, mine, "the split (ndim, axis, shape)", number, 2 + HEARTH_MAX_NDIM));
  hearth_layout *made = NULL;
  const hearth_status status = hearth_agree(ctx, hearth_layout_make_split(ctx, ndim, shape, axis, &made));
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *layout = made;
  return status;
}
