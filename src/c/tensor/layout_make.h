/* How layouts come into being. */
#ifndef HEARTH_TENSOR_LAYOUT_MAKE_H
#define HEARTH_TENSOR_LAYOUT_MAKE_H
#include "tensor/layout_impl.h"

/* A new layout with the content of `prototype`, which may lie on the stack and borrow its tables. */
hearth_status hearth_layout_duplicate(const hearth_layout *prototype, hearth_layout **layout);
/* ndim in range, no negative extent, and byte counts of the whole shape within 63 bits. */
hearth_status hearth_shape_check(const hearth_context *ctx, int32_t ndim, const int64_t *shape);
/* A prototype with all dimensions whole on a one-dimensional grid of all ranks; the shape has been checked. */
hearth_layout hearth_layout_whole(hearth_context *ctx, int32_t ndim, const int64_t *shape);

#endif
