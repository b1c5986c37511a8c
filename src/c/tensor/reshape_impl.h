/* Inside reshape. */
#ifndef HEARTH_TENSOR_RESHAPE_IMPL_H
#define HEARTH_TENSOR_RESHAPE_IMPL_H
#include "tensor/array_impl.h"

/* A view of the array with the shape, of as many elements; *view is NULL on all ranks where layout or strides do not allow one. Collective; agreed. */
hearth_status hearth_reshape_view(const hearth_array *array, int32_t ndim, const int64_t *shape, hearth_array **view);
/* The balanced split of the first dimension of more than one element: every rank's part is a range of the row-major order of elements. `whole`: replicated.
 * Local; the caller destroys *layout. */
hearth_status hearth_layout_make_rows(hearth_context *ctx, int32_t ndim, const int64_t *shape, bool whole, hearth_layout **layout);

#endif
