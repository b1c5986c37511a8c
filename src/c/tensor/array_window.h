/* Windows that a host program lends, checked and turned into views. */
#ifndef HEARTH_TENSOR_ARRAY_WINDOW_H
#define HEARTH_TENSOR_ARRAY_WINDOW_H
#include "tensor/array_impl.h"

/* The windows of this rank as one view of host memory. view->dtype is HEARTH_DTYPE_NONE if an empty rank gave no window. */
hearth_status hearth_windows_check(const hearth_layout *layout, int32_t nwindows, const hearth_window *windows, hearth_view *view);
/* 1 if the strides of the dimensions with more than one element ascend, -1 if they descend, 0 if neither or fewer than two such dimensions. */
int32_t hearth_view_direction(const hearth_view *view);

#endif
