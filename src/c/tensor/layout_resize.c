/* Layouts of results that have other extents than their operands. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"
#include "tensor/views.h"

static hearth_status resize_dim(const hearth_context *ctx, int64_t extent, hearth_dim *dim) {
  const bool changes = dim->extent != extent;
  dim->extent = extent;
  if (dim->kind != HEARTH_DIM_CUTS) return HEARTH_OK;
  const int64_t *old = dim->cuts;
  int64_t *cuts = NULL;
  const int64_t n = dim->processes, base = extent / n, more = extent % n;
  dim->cuts = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (n + 1) * (int64_t)sizeof *cuts, &cuts));
  for (int64_t c = 0; c <= n; c++) cuts[c] = changes ? c * base + (c < more ? c : more) : old[c];
  dim->cuts = cuts;
  return HEARTH_OK;
}

hearth_status hearth_layout_resize(const hearth_layout *layout, const int64_t *shape, hearth_layout **result) {
  hearth_layout prototype = *layout;
  hearth_status status = hearth_shape_check(layout->ctx, layout->ndim, shape);
  int32_t done = 0;
  if (status == HEARTH_OK && !hearth_layout_is_product(layout)) return hearth_layout_make_split(layout->ctx, layout->ndim, shape, 0, result);
  for (; status == HEARTH_OK && done < layout->ndim; done++) {
    prototype.shape[done] = shape[done];
    status = resize_dim(layout->ctx, shape[done], &prototype.dim[done]);
  }
  if (status == HEARTH_OK) status = hearth_layout_duplicate(&prototype, result);
  for (int32_t d = 0; d < done; d++)
    if (prototype.dim[d].kind == HEARTH_DIM_CUTS) hearth_deallocate(layout->ctx, prototype.dim[d].cuts);
  return status;
}
