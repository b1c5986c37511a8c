/* Windows that a host program lends, checked and turned into views. */
#ifndef HEARTH_TENSOR_ARRAY_WINDOW_H
#define HEARTH_TENSOR_ARRAY_WINDOW_H
#include "tensor/array_impl.h"

/* Whether the windows fit this rank's pieces, one each in their order; an empty rank may give none. *dtype is HEARTH_DTYPE_NONE if there is none. */
hearth_status hearth_windows_check(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, int32_t *dtype);
/* The view of host memory that is piece `piece` of an array of this dtype and order: that of a window that has been checked, NULL where none was given. */
hearth_view hearth_window_view(const hearth_layout *layout, int32_t piece, const hearth_window *window, int32_t dtype, int32_t order);
/* 1 if the strides of the dimensions with more than one element ascend, -1 if they descend, 0 if neither or fewer than two such dimensions. */
int32_t hearth_view_direction(const hearth_view *view);

#endif
