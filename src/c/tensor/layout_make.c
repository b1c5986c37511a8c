#include "tensor/layout_make.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <string.h>

hearth_status hearth_shape_check(const hearth_context *ctx, int32_t ndim, const int64_t *shape) {
  HEARTH_REQUIRE(ctx, ndim >= 1 && ndim <= HEARTH_MAX_NDIM, "%d dimensions; 1 to %d are possible", ndim, HEARTH_MAX_NDIM);
  HEARTH_REQUIRE(ctx, shape, "the shape is NULL");
  int64_t volume = 1;
  for (int32_t d = 0; d < ndim; d++) {
    const long long extent = shape[d];
    HEARTH_REQUIRE(ctx, extent >= 0, "the extent of dimension %d is negative: %lld", d, extent);
    HEARTH_REQUIRE(ctx, extent <= HEARTH_EXTENT_LIMIT / 16 / (volume > 0 ? volume : 1), "dimension %d of extent %lld makes the array larger than 2^60 bytes", d,
                   extent);
    if (extent > 0) volume *= extent;
  }
  return HEARTH_OK;
}

hearth_layout hearth_layout_whole(hearth_context *ctx, int32_t ndim, const int64_t *shape) {
  hearth_layout layout = {.ctx = ctx, .references = 1, .ndim = ndim, .grid_ndim = 1, .grid = {ctx->size}};
  for (int32_t d = 0; d < ndim; d++) {
    layout.shape[d] = shape[d];
    layout.dim[d] = (hearth_dim){.kind = HEARTH_DIM_WHOLE, .axis = -1, .extent = shape[d], .processes = 1};
  }
  return layout;
}

static hearth_status copy_table(const hearth_context *ctx, const void *table, int64_t bytes, void *pointer_to_copy) {
  if (!table) return HEARTH_OK;
  void *copy = NULL;
  HEARTH_TRY(hearth_allocate(ctx, bytes, &copy));
  memcpy(copy, table, (size_t)bytes);
  memcpy(pointer_to_copy, &copy, sizeof copy);
  return HEARTH_OK;
}

static hearth_status copy_tables(const hearth_layout *prototype, hearth_layout *made) {
  for (int32_t d = 0; d < made->ndim; d++) {
    const hearth_dim *dim = &prototype->dim[d];
    HEARTH_TRY(copy_table(made->ctx, dim->cuts, (dim->processes + 1) * (int64_t)sizeof *dim->cuts, &made->dim[d].cuts));
    if (dim->index) made->dim[d].index = hearth_index_retain(dim->index);
  }
  if (prototype->boxes) made->boxes = hearth_boxes_retain(prototype->boxes);
  HEARTH_TRY(copy_table(made->ctx, prototype->place, made->ctx->size * (int64_t)sizeof *made->place, &made->place));
  return copy_table(made->ctx, prototype->rank_at, hearth_layout_positions(made) * (int64_t)sizeof *made->rank_at, &made->rank_at);
}

hearth_status hearth_layout_duplicate(const hearth_layout *prototype, hearth_layout **layout) {
  hearth_layout *made = NULL;
  HEARTH_TRY(hearth_allocate(prototype->ctx, (int64_t)sizeof *made, &made));
  *made = *prototype;
  made->references = 1;
  made->place = NULL;
  made->rank_at = NULL;
  made->boxes = NULL;
  for (int32_t d = 0; d < made->ndim; d++) {
    made->dim[d].cuts = NULL;
    made->dim[d].index = NULL;
  }
  hearth_context_hold(made->ctx, HEARTH_OBJECT_LAYOUT);
  const hearth_status status = copy_tables(prototype, made);
  if (status != HEARTH_OK) {
    hearth_layout_destroy(&made);
    return status;
  }
  *layout = made;
  return HEARTH_OK;
}

hearth_status hearth_layout_of_boxes(hearth_boxes *boxes, hearth_layout **layout) {
  hearth_layout prototype = hearth_layout_whole(boxes->ctx, boxes->cells.ndim, boxes->cells.shape);
  prototype.boxes = boxes;
  for (int32_t d = 0; d < prototype.ndim; d++)
    if (boxes->cut[d]) prototype.dim[d] = (hearth_dim){.kind = HEARTH_DIM_BOXES, .axis = 0, .extent = prototype.shape[d], .processes = boxes->ctx->size};
  return hearth_layout_duplicate(&prototype, layout);
}
