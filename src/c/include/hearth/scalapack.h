/* The bridge to ScaLAPACK: descriptors for arrays that already have its layout, without moving data. */
#ifndef HEARTH_SCALAPACK_H
#define HEARTH_SCALAPACK_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Describes `array` to ScaLAPACK: a new BLACS context on the layout's grid, the nine integers of a dense descriptor, and the local base address (host memory).
 * The array must be 2-d, column-major, unreplicated, block-cyclic (a dimension on a grid axis of one process may be whole) with first-block offset 0 on a grid
 * of at most two axes, in host memory, and its numbers must fit 32 bits; otherwise the last error says what is in the way. Collective. Ownership: the caller
 * ends *blacs_context with hearth_scalapack_release; *local belongs to the array. Errors: UNSUPPORTED (see above), NOT_BUILT (no ScaLAPACK in this build),
 * ARGUMENT. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_scalapack_descriptor(const hearth_array *array, HEARTH_OUT int32_t *blacs_context,
                                                                          HEARTH_OUT HEARTH_EXTENT(9) int32_t *descriptor, HEARTH_OUT void **local);
/* Ends a BLACS context made above. Collective. Errors: NOT_BUILT, ARGUMENT. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_scalapack_release(hearth_context *ctx, int32_t blacs_context);

#ifdef __cplusplus
}
#endif
#endif
