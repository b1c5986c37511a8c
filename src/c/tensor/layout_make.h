/* How layouts come into being. */
#ifndef HEARTH_TENSOR_LAYOUT_MAKE_H
#define HEARTH_TENSOR_LAYOUT_MAKE_H
#include "tensor/layout_impl.h"

/* A new layout with the content of `prototype`, which may lie on the stack and borrow its tables; index lists and boxes are shared. */
hearth_status hearth_layout_duplicate(const hearth_layout *prototype, hearth_layout **layout);
/* ndim in range, no negative extent, and byte counts of the whole shape within 63 bits. */
hearth_status hearth_shape_check(const hearth_context *ctx, int32_t ndim, const int64_t *shape);
/* A prototype with all dimensions whole on a one-dimensional grid of all ranks; the shape has been checked. */
hearth_layout hearth_layout_whole(hearth_context *ctx, int32_t ndim, const int64_t *shape);

/* The layout of boxes, whose reference the caller keeps; `shape` is that of the boxes. Local. */
hearth_status hearth_layout_of_boxes(struct hearth_boxes *boxes, hearth_layout **layout);

/* Makes dimension d of the prototype, whose axis and processes are set, an index list of `extent` ids where this rank owns those of `runs` (emptied); cuts if
 * nobody has more than one run, and then `place` is numbered in their order. What it makes goes with hearth_dim_release. `mine` is what failed before.
 * Collective; agreed. */
hearth_status hearth_layout_list(hearth_layout *prototype, int32_t d, int64_t extent, hearth_runs *runs, int32_t *place, hearth_status mine);
/* Releases the tables of a dimension. */
void hearth_dim_release(const hearth_context *ctx, hearth_dim *dim);

/* A copy of the places of all ranks, which the caller deallocates, to change with hearth_layout_number: the processes of `axis` with coordinate c get to[c],
 * or n - 1 - c of n if `to` is NULL. */
hearth_status hearth_layout_places(const hearth_layout *layout, int32_t **place);
void hearth_layout_number(const hearth_layout *layout, int32_t axis, const int64_t *to, int32_t *place);
/* Gives the prototype these places, which it borrows (neither table, if ranks stand in row-major order), and a table rank_at, which the caller deallocates. */
hearth_status hearth_layout_set_places(hearth_layout *prototype, int32_t *place);

#endif
