/* What the functions of linear algebra ask of their operands, written once. Local. */
#ifndef HEARTH_LINALG_OPERAND_H
#define HEARTH_LINALG_OPERAND_H
#include "tensor/array_impl.h"

/* The type in which arrays of these types are multiplied: float32, float64, complex64 or complex128; bool, integers and what is made of them become float64,
 * float16 becomes float32. */
int32_t hearth_linalg_dtype(int32_t a, int32_t b);
/* Both arrays are there, of one context, and without an earlier failure. */
hearth_status hearth_linalg_check_pair(hearth_context *ctx, const char *name, const hearth_array *a, const hearth_array *b);
/* NOT_REPRODUCIBLE in reproducible mode. */
hearth_status hearth_linalg_refuse_reproducible(const hearth_context *ctx, const char *name);

#endif
