/* Layouts made from others on the same grid. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"

/* The grid and the ranks' places without the dimensions; the tables are borrowed. */
static hearth_layout grid_of(const hearth_layout *layout) {
  hearth_layout grid = *layout;
  grid.ndim = 0;
  return grid;
}

static void append(hearth_layout *prototype, hearth_dim dim) {
  prototype->shape[prototype->ndim] = dim.extent;
  prototype->dim[prototype->ndim++] = dim;
}

/* The same of a layout of boxes: dimension d is the old from[d], or a new whole one. */
static hearth_status turn_boxes(const hearth_layout *layout, const hearth_layout *prototype, const int32_t *from, hearth_layout **result) {
  hearth_boxes *turned = NULL;
  for (int32_t d = 0; d < layout->ndim; d++) {
    bool kept = false;
    for (int32_t k = 0; k < prototype->ndim; k++) kept = kept || from[k] == d;
    if (!kept && layout->boxes->cut[d])
      return hearth_fail(layout->ctx, HEARTH_ERR_UNSUPPORTED, "dimension %d cannot be left out: the layout's boxes cut it, and without it they would overlap",
                         d);
  }
  HEARTH_TRY(hearth_boxes_turn(layout->boxes, prototype->ndim, from, prototype->shape, &turned));
  const hearth_status status = hearth_layout_of_boxes(turned, result);
  hearth_boxes_release(&turned);
  return status;
}

hearth_status hearth_layout_project(const hearth_layout *layout, int32_t n, const int32_t *axes, hearth_layout **result) {
  hearth_layout prototype = grid_of(layout);
  HEARTH_REQUIRE(layout->ctx, n >= 1 && n <= layout->ndim, "%d dimensions to keep of %d", n, layout->ndim);
  for (int32_t k = 0; k < n; k++) {
    bool fresh = axes[k] >= 0 && axes[k] < layout->ndim;
    for (int32_t i = 0; i < k; i++) fresh = fresh && axes[i] != axes[k];
    HEARTH_REQUIRE(layout->ctx, fresh, "dimension %d cannot be kept at place %d of a layout of %d dimensions (each once)", axes[k], k, layout->ndim);
    append(&prototype, layout->dim[axes[k]]);
  }
  if (layout->boxes) return turn_boxes(layout, &prototype, axes, result);
  return hearth_layout_duplicate(&prototype, result);
}

hearth_status hearth_layout_insert(const hearth_layout *layout, int32_t at, int64_t extent, hearth_layout **result) {
  HEARTH_REQUIRE(layout->ctx, at >= 0 && at <= layout->ndim, "a dimension before dimension %d of %d", at, layout->ndim);
  HEARTH_REQUIRE(layout->ctx, layout->ndim < HEARTH_MAX_NDIM, "the layout has %d dimensions already, the most that are possible", layout->ndim);
  hearth_layout prototype = grid_of(layout);
  int32_t from[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d <= layout->ndim; d++) {
    if (d < layout->ndim) from[d + (d >= at)] = d;
    if (d == at) from[d] = -1;
    if (d == at) append(&prototype, (hearth_dim){.kind = HEARTH_DIM_WHOLE, .axis = -1, .extent = extent, .processes = 1});
    if (d < layout->ndim) append(&prototype, layout->dim[d]);
  }
  HEARTH_TRY(hearth_shape_check(layout->ctx, prototype.ndim, prototype.shape));
  if (layout->boxes) return turn_boxes(layout, &prototype, from, result);
  return hearth_layout_duplicate(&prototype, result);
}

bool hearth_layout_has_lists(const hearth_layout *layout) {
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].kind == HEARTH_DIM_INDEX) return true;
  return false;
}

hearth_status hearth_layout_without_lists(const hearth_layout *layout, hearth_layout **result) {
  hearth_layout prototype = *layout;
  hearth_status status = HEARTH_OK;
  int32_t done = 0;
  for (; done < layout->ndim; done++) {
    hearth_dim *dim = &prototype.dim[done];
    if (dim->kind != HEARTH_DIM_INDEX) continue;
    int64_t *cuts = NULL;
    HEARTH_GOTO(free_cuts, hearth_allocate(layout->ctx, (dim->processes + 1) * (int64_t)sizeof *cuts, &cuts));
    for (int64_t c = 0; c <= dim->processes; c++) cuts[c] = hearth_even_cut(dim->extent, dim->processes, c);
    *dim = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = dim->axis, .extent = dim->extent, .processes = dim->processes, .cuts = cuts};
  }
  status = hearth_layout_duplicate(&prototype, result);
free_cuts:
  for (int32_t d = 0; d < done; d++)
    if (layout->dim[d].kind == HEARTH_DIM_INDEX) hearth_deallocate(layout->ctx, prototype.dim[d].cuts);
  return status;
}
