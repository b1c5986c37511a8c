/* Views: arrays in the memory of others. */
#ifndef HEARTH_TENSOR_VIEWS_H
#define HEARTH_TENSOR_VIEWS_H
#include "tensor/array_impl.h"

/* The end of a constructor: agrees on `mine`, then *made becomes *result, or is destroyed after a failure. Collective. */
hearth_status hearth_hand_over(const hearth_context *ctx, hearth_status mine, hearth_array **made, hearth_array **result);

/* The same elements with dimensions renamed: dimension k of the view is dimension from[k] of the array, or a new one of extent 1 where from[k] = -1; dimensions
 * of extent 1 may be left out. `layout` has the pieces of the array's. Local; the caller destroys *view. */
hearth_status hearth_view_dims(const hearth_array *array, const hearth_layout *layout, const int32_t *from, hearth_array **view);

/* Whether every dimension is whole, cut or block-cyclic by itself: the only layouts whose dim[] may be read. Local. */
bool hearth_layout_is_product(const hearth_layout *layout);
/* Whether all ranks have all elements along `axis` of what they have. */
bool hearth_axis_is_whole(const hearth_layout *layout, int32_t axis);
/* Whether every rank has everything. */
bool hearth_layout_is_whole(const hearth_layout *layout);
/* The layout without the dimensions that are not among kept[0 .. n - 1], ascending: these have extent 1, and ranks that do not hold their index stand on no
 * position of the new grid. Product layouts only (UNSUPPORTED). Local; the caller destroys *result. */
hearth_status hearth_layout_squeeze(const hearth_layout *layout, int32_t n, const int32_t *kept, hearth_layout **result);
/* The layout with other extents: whole and block-cyclic dimensions as they are, cuts of what changes in balance on the same grid; boxes and index lists become
 * the balanced split of the first dimension. Local; the caller destroys *result. */
hearth_status hearth_layout_resize(const hearth_layout *layout, const int64_t *shape, hearth_layout **result);
/* target(target_start + i) := source(source_start + i), 0 <= i < count in every dimension, other elements stay. Collective; agreed. */
hearth_status hearth_array_copy_box(const hearth_array *source, const int64_t *source_start, hearth_array *target, const int64_t *target_start,
                                    const int64_t *count);

#endif
