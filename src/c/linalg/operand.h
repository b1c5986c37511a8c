/* What the functions of linear algebra ask of their operands, written once. */
#ifndef HEARTH_LINALG_OPERAND_H
#define HEARTH_LINALG_OPERAND_H
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

/* What follows is local unless said otherwise. The type in which arrays of these types are multiplied: float32, float64, complex64 or complex128; bool,
 * integers and what is made of them become float64, float16 becomes float32. */
int32_t hearth_linalg_dtype(int32_t a, int32_t b);
/* Both arrays are there, of one context, and without an earlier failure. */
hearth_status hearth_linalg_check_pair(hearth_context *ctx, const char *name, const hearth_array *a, const hearth_array *b);
/* NOT_REPRODUCIBLE in reproducible mode. */
hearth_status hearth_linalg_refuse_reproducible(const hearth_context *ctx, const char *name);
/* *number := the one element of an array of shape [1], real part. Local. */
hearth_status hearth_linalg_number(const hearth_array *array, double *number);
/* *conjugate: a copy of complex `a`, conjugated; NULL of a real one, which is its own. Collective; agreed. */
hearth_status hearth_linalg_conjugate(const hearth_array *a, hearth_array **conjugate);

#endif
