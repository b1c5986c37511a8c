/* Inside slices. */
#ifndef HEARTH_TENSOR_SLICE_IMPL_H
#define HEARTH_TENSOR_SLICE_IMPL_H
#include "tensor/array_impl.h"
#include "tensor/stretch.h"

/* start, count and step (NULL: 1) of all dimensions of an array; whether they lie within its shape is seen by hearth_slice_make. Local. */
hearth_status hearth_slicing_set(const hearth_array *array, int32_t ndim, const int64_t *start, const int64_t *count, const int64_t *step,
                                 hearth_slicing *slicing);

/* The slice: *shares tells whether it lies in the memory of `array`; otherwise it has memory of its own, without content yet.
 * Collective; agreed. The caller destroys *sliced. Errors: those of hearth_layout_slice, MEMORY. */
hearth_status hearth_slice_make(const hearth_array *array, const hearth_slicing *slicing, hearth_array **sliced, bool *shares);
/* Elements between an array and its slice with memory of its own, out of the array or back into it. Local. */
hearth_status hearth_slice_move(const hearth_array *array, const hearth_slicing *slicing, const hearth_array *sliced, bool back);

#endif
