/* How evenly a layout deals out its elements, and what it costs. */
#include <hearth/layout.h>
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"

/* Elements of the fullest rank, and of all ranks together, replicas counted. */
static void measure(const hearth_layout *layout, double *largest, double *all) {
  *largest = *all = 0;
  if (layout->boxes) {
    *largest = (double)layout->boxes->largest;
    *all = 1;
    for (int32_t d = 0; d < layout->ndim; d++) {
      *all *= (double)layout->shape[d];
      if (!layout->boxes->cut[d]) *largest *= (double)layout->shape[d];
    }
    return;
  }
  for (int rank = 0; rank < layout->ctx->size; rank++) {
    const double volume = (double)hearth_layout_volume_of(layout, rank);
    if (volume > *largest) *largest = volume;
    *all += volume;
  }
}

hearth_status hearth_layout_balance(const hearth_layout *layout, double *figure) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, figure, "no place for the figure (NULL)");
  double largest, all;
  measure(layout, &largest, &all);
  *figure = all > 0 ? largest * layout->ctx->size / all : 1;
  return HEARTH_OK;
}

hearth_status hearth_layout_bytes(const hearth_layout *layout, int64_t *bytes) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_REQUIRE(layout->ctx, bytes, "no place for the number of bytes (NULL)");
  *bytes = (int64_t)sizeof *layout;
  for (int32_t d = 0; d < layout->ndim; d++) {
    const hearth_dim *dim = &layout->dim[d];
    if (dim->cuts) *bytes += (dim->processes + 1) * (int64_t)sizeof *dim->cuts;
    if (dim->index) *bytes += hearth_index_bytes(dim->index);
  }
  if (layout->place) *bytes += layout->ctx->size * (int64_t)sizeof *layout->place;
  if (layout->rank_at) *bytes += hearth_layout_positions(layout) * (int64_t)sizeof *layout->rank_at;
  if (layout->boxes) *bytes += hearth_boxes_bytes(layout->boxes);
  return HEARTH_OK;
}
