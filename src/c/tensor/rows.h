/* Row-major order across ranks: layouts whose parts are ranges of it, one after the other in the order of ranks. */
#ifndef HEARTH_TENSOR_ROWS_H
#define HEARTH_TENSOR_ROWS_H
#include "tensor/array_impl.h"

/* `layout` itself (a new reference) if it is one of these, without replicas; else the balanced split of the first dimension of more than one element.
 * Local; the caller destroys *rows. */
hearth_status hearth_layout_rows(const hearth_layout *layout, hearth_layout **rows);
/* A list that grows out of the ranks' lists of `count` elements in the order of ranks: shape [sum of the counts], or [sum, width] if width > 0.
 * Collective; agreed on. The caller destroys *layout. */
hearth_status hearth_layout_from_counts(hearth_context *ctx, int64_t count, int64_t width, hearth_layout **layout);
/* The list in a balanced split. Takes *list over, also after a failure. Collective; agreed. */
hearth_status hearth_list_balance(hearth_array **list, hearth_array **result);
/* The array in a layout and of a type, in memory that kernels reach: *brought is the array itself or *made, which the caller destroys. Collective; agreed. */
hearth_status hearth_array_bring(const hearth_array *array, const hearth_layout *layout, int32_t dtype, const hearth_array **brought, hearth_array **made);

#endif
