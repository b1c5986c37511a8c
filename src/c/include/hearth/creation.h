/* Arrays made from nothing or like others. All have memory of the context's backend, which Hearth owns; hearth_array_create is NumPy's `empty`,
 * hearth_array_clone its `copy`. */
#ifndef HEARTH_CREATION_H
#define HEARTH_CREATION_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays of zeros, of ones, and of `value` converted to dtype (C's conversion; float to integer saturates, NaN gives 0).
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (unknown dtype or order), MISMATCH (arguments differ between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_zeros(const hearth_layout *layout, int32_t dtype, int32_t order, HEARTH_OUT hearth_array **array);
HEARTH_COLLECTIVE hearth_status hearth_ones(const hearth_layout *layout, int32_t dtype, int32_t order, HEARTH_OUT hearth_array **array);
HEARTH_COLLECTIVE hearth_status hearth_full(const hearth_layout *layout, double value, int32_t dtype, int32_t order, HEARTH_OUT hearth_array **array);

/* New arrays with the layout and memory order of `array`, of type dtype (0: that of `array`): uninitialised, of zeros, of ones, of `value`. Names and
 * coordinates are not taken over.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_full, and the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_empty_like(const hearth_array *array, int32_t dtype, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_zeros_like(const hearth_array *array, int32_t dtype, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_ones_like(const hearth_array *array, int32_t dtype, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_full_like(const hearth_array *array, double value, int32_t dtype, HEARTH_OUT hearth_array **result);

/* Element i is start + i * step, for a layout of one dimension. Integer types: start and step are whole numbers, and all is exact. Other types: product and
 * sum are rounded in float64, then converted (NumPy's arange has steps of (start + step) - start).
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (not one dimension; a start or step that is not whole, or elements that the integer type
 * does not hold), UNSUPPORTED (bool), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_arange(const hearth_layout *layout, double start, double step, int32_t dtype, HEARTH_OUT hearth_array **array);
/* n = extent evenly spaced numbers from start to stop, for a layout of one dimension; endpoint 0: stop itself is left out. Bit for bit NumPy's linspace:
 * i * (stop - start) / (n - 1) + start in float64, the last one stop; integer types are rounded down.
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (not one dimension), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_linspace(const hearth_layout *layout, double start, double stop, int32_t endpoint, int32_t dtype,
                                                HEARTH_OUT hearth_array **array);
/* A matrix with 1 where column - row = k, and 0 elsewhere: k = 0 is the main diagonal, k > 0 lies above it.
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (not two dimensions), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_eye(const hearth_layout *layout, int64_t k, int32_t dtype, int32_t order, HEARTH_OUT hearth_array **array);
/* Every element is its own global index along `axis`, 0-based in every language: with these, elementwise functions make what depends on the place.
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (axis out of range, an extent that the integer type does not hold), UNSUPPORTED (bool),
 * MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_indices(const hearth_layout *layout, HEARTH_INDEX int32_t axis, int32_t dtype, int32_t order,
                                               HEARTH_OUT hearth_array **array);

/* Writes n elements to `values`, contiguous and of the array's dtype: those at the global indices start, and start with 1 .. n - 1 added along `axis`, which is
 * the contiguous dimension of memory. Called by one thread at a time, on the rank that owns the elements, with floating-point traps masked. A status that is
 * not HEARTH_OK ends the whole call with it. */
typedef hearth_status (*hearth_element_function)(void *user, int32_t ndim, const int64_t *start, int32_t axis, int64_t n, void *values);
/* Elements from a function of the global index. Each rank calls it for what it owns, replicas included, in blocks: it must give the same on all ranks.
 * Collective. Ownership: the caller destroys *array. Workspace: 65,536 elements. Errors: ARGUMENT (function NULL), MISMATCH, MEMORY, the function's. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_from_function(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_element_function function,
                                                                   HEARTH_OPTIONAL void *user, HEARTH_OUT hearth_array **array);

#ifdef __cplusplus
}
#endif
#endif
