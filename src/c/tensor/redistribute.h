/* What the functions that give an array another layout share. */
#ifndef HEARTH_TENSOR_REDISTRIBUTE_H
#define HEARTH_TENSOR_REDISTRIBUTE_H
#include "tensor/array_impl.h"

/* Checks a call that makes *result of `array`, and sets *result to NULL. Local. */
hearth_status hearth_redistribute_check(const hearth_array *array, hearth_array **result);
/* The array in a layout that this rank alone may have failed to make (`mine`; NULL then). Takes the layout over. Collective; agreed. */
hearth_status hearth_redistribute_to(const hearth_array *array, hearth_status mine, hearth_layout *layout, hearth_array **result);

#endif
