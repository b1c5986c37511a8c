/* Bringing operands to one layout. */
#ifndef HEARTH_TENSOR_ALIGN_H
#define HEARTH_TENSOR_ALIGN_H
#include "tensor/array_impl.h"

/* *aligned has the layout given and memory that kernels reach: it is `array` itself where that is so already, else *made, a copy of the same dtype and order,
 * which the caller destroys (NULL otherwise). Shapes are equal. Collective; agreed. */
hearth_status hearth_array_align(const hearth_array *array, const hearth_layout *layout, const hearth_array **aligned, hearth_array **made);

#endif
