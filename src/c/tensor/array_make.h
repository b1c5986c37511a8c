/* How arrays come into being. */
#ifndef HEARTH_TENSOR_ARRAY_MAKE_H
#define HEARTH_TENSOR_ARRAY_MAKE_H
#include "tensor/array_impl.h"

/* An array of `layout` whose pieces have no memory yet. Local. */
hearth_status hearth_array_bare(const hearth_layout *layout, hearth_array **array);

#endif
