#ifndef HEARTH_DTYPE_H
#define HEARTH_DTYPE_H
#include <hearth/export.h>
#include <hearth/status.h>
#include <stdint.h>

/* X(name, code, bytes, NumPy's name). bool, the 8 and 16 bit integers and float16 are for storage, conversion and files; arithmetic runs in the others. */
#define HEARTH_DTYPE_LIST(X)                                                                                                                                   \
  X(HEARTH_BOOL, 1, 1, "bool")                                                                                                                                 \
  X(HEARTH_INT8, 2, 1, "int8")                                                                                                                                 \
  X(HEARTH_UINT8, 3, 1, "uint8")                                                                                                                               \
  X(HEARTH_INT16, 4, 2, "int16")                                                                                                                               \
  X(HEARTH_INT32, 5, 4, "int32")                                                                                                                               \
  X(HEARTH_INT64, 6, 8, "int64")                                                                                                                               \
  X(HEARTH_FLOAT16, 7, 2, "float16")                                                                                                                           \
  X(HEARTH_FLOAT32, 8, 4, "float32")                                                                                                                           \
  X(HEARTH_FLOAT64, 9, 8, "float64")                                                                                                                           \
  X(HEARTH_COMPLEX64, 10, 8, "complex64")                                                                                                                      \
  X(HEARTH_COMPLEX128, 11, 16, "complex128")

#define HEARTH_DTYPE_ENUM(name, code, bytes, text) name = code,
typedef enum hearth_dtype { HEARTH_DTYPE_NONE = 0, HEARTH_DTYPE_LIST(HEARTH_DTYPE_ENUM) HEARTH_DTYPE_FORCE_INT = 0x7fffffff } hearth_dtype;
#undef HEARTH_DTYPE_ENUM

/* Dimensions an array may have. */
#define HEARTH_MAX_NDIM 8

#ifdef __cplusplus
extern "C" {
#endif
/* Bytes of one element; 0 for a value that is no dtype.
 * Local; never fails. */
HEARTH_LOCAL int64_t hearth_dtype_size(hearth_dtype dtype);
/* NumPy's name of the type, "?" for a value that is no dtype; static storage.
 * Local; never fails. */
HEARTH_LOCAL const char *hearth_dtype_name(hearth_dtype dtype);
/* The type in which values of both types are combined, NumPy's result_type: the smallest that holds both (int8 and uint8: int16; int16 and float16: float32;
 * int32 and float32: float64).
 * Local. Errors: ARGUMENT (no dtype, NULL). */
HEARTH_LOCAL hearth_status hearth_promote(hearth_dtype a, hearth_dtype b, HEARTH_OUT int32_t *dtype);
/* *possible = 1 if values of type `from` may be written to an array of type `to`, NumPy's rule `same_kind`: within a kind, or to a higher one in the order
 * bool, unsigned, signed, float, complex; else 0.
 * Local. Errors: ARGUMENT (no dtype, NULL). */
HEARTH_LOCAL hearth_status hearth_can_cast(hearth_dtype from, hearth_dtype to, HEARTH_OUT int32_t *possible);
#ifdef __cplusplus
}
#endif
#endif
