/* Reading and writing elements by index, slice, mask or index array. Arrays of indices are int64 and 0-based in every language; negative ones are out of range.
 */
#ifndef HEARTH_INDEX_H
#define HEARTH_INDEX_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One element as float64 (the real part of complex numbers), on all ranks.
 * Collective. Errors: ARGUMENT (index out of range: the message names dimension, index and extent), MISMATCH (ranks ask for different elements), MPI. */
HEARTH_COLLECTIVE hearth_status hearth_get_element(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *index,
                                                   HEARTH_OUT double *value);
/* One element := value, converted to the array's type. Collective. Errors: as hearth_get_element. */
HEARTH_COLLECTIVE hearth_status hearth_set_element(hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *index, double value);
/* The same with a value of the array's own type, of any: `item` has room for one element. Collective. Errors: as hearth_get_element. */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_get_item(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *index,
                                                              HEARTH_OUT void *item);
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_set_item(hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *index,
                                                              const void *item);

/* The elements of hearth_slice(a, ndim, start, count, step) := source, which is broadcast to their shape, redistributed and converted; it may be a view of `a`.
 * Workspace: the source where its layout is another, and the slice where it is no view.
 * Collective. Errors: ARGUMENT (as hearth_slice), MISMATCH (shapes that do not broadcast, contexts), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_set_slice(hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *start,
                                                 HEARTH_EXTENT(ndim) const int64_t *count, HEARTH_OPTIONAL HEARTH_EXTENT(ndim) const int64_t *step,
                                                 const hearth_array *source);
/* The same with one value for all elements. Collective. Errors: ARGUMENT (as hearth_slice), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_set_slice_scalar(hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *start,
                                                        HEARTH_EXTENT(ndim) const int64_t *count, HEARTH_OPTIONAL HEARTH_EXTENT(ndim) const int64_t *step,
                                                        double value);

/* The elements of `a` for which `mask` (bool, of the shape of `a`) is true, in row-major order: one dimension, balanced split.
 * Workspace: `a` and the mask by rows where their layouts are others, and the result once more on several ranks.
 * Collective. Ownership: the caller destroys *result. Errors: MISMATCH (shapes, contexts), UNSUPPORTED (a mask that is not bool), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_get_mask(const hearth_array *a, const hearth_array *mask, HEARTH_OUT hearth_array **result);
/* The elements for which `mask` (bool, broadcast to the shape of `a`) is true := value. Workspace: the mask where its layout is another.
 * Collective. Errors: MISMATCH, UNSUPPORTED (a mask that is not bool), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_set_mask(hearth_array *a, const hearth_array *mask, double value);
/* The elements for which `mask` (bool, of the shape of `a`) is true, in row-major order, := those of `values`, of one dimension and as many, converted.
 * Workspace: `a` and the mask by rows where their layouts are others, and the values.
 * Collective. Errors: MISMATCH (shapes, contexts, another number of values), UNSUPPORTED (a mask that is not bool), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_set_mask_array(hearth_array *a, const hearth_array *mask, const hearth_array *values);
/* The places of the elements that are not zero (NaN is not), in row-major order: int64 [n, ndim], balanced split of the rows.
 * Workspace: `a` by rows where its layout is another, and the result once more on several ranks.
 * Collective. Ownership: the caller destroys *indices. Errors: MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_nonzero(const hearth_array *a, HEARTH_OUT hearth_array **indices);
/* The elements along `axis` for which `condition` (bool, one dimension of the axis's extent) is true. Layout and workspace: as hearth_take.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis), MISMATCH, UNSUPPORTED (not bool), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_compress(const hearth_array *a, const hearth_array *condition, HEARTH_INDEX int32_t axis,
                                                HEARTH_OUT hearth_array **result);

/* result(.., j, ..) := a(.., indices(j), ..) along `axis`, for indices of one dimension, in any layout. The result is laid out as `a` where the axis is whole
 * on every rank and others are not; otherwise as the indices are, other dimensions whole. Ranks ask owners for what they need: one message to each, and one
 * back. Workspace per rank: 24 bytes and one slab for each of its indices, 8 bytes and one slab for each that others ask of it; all indices where the axis is
 * whole; `a` split along the axis where another dimension is distributed too. Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis; an
 * index out of range: the message names the first one and its place), MISMATCH (contexts), UNSUPPORTED (indices that are not int64 of one dimension), MEMORY.
 */
HEARTH_COLLECTIVE hearth_status hearth_take(const hearth_array *a, const hearth_array *indices, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **result);
/* a(.., indices(j), ..) := source(.., j, ..) along `axis`; the source has the shape that hearth_take gives, and is converted. Of places that are named several
 * times the last one counts. Workspace: as hearth_take, and indices and source where their layouts are others.
 * Collective. Errors: as hearth_take; MISMATCH (shape of the source). */
HEARTH_COLLECTIVE hearth_status hearth_put(hearth_array *a, const hearth_array *indices, HEARTH_INDEX int32_t axis, const hearth_array *source);
/* result(.., j, ..) := a(.., indices(.., j, ..), ..): indices have the shape of `a` but along `axis` (what argsort gives). The result is laid out as the
 * indices where they are whole along the axis, else in a balanced split of the longest other dimension (of the axis itself if there is none). Workspace: `a`
 * and the indices where their layouts are others. Collective. Ownership: the caller destroys *result. Errors: as hearth_take; MISMATCH (shapes). */
HEARTH_COLLECTIVE hearth_status hearth_take_along_axis(const hearth_array *a, const hearth_array *indices, HEARTH_INDEX int32_t axis,
                                                       HEARTH_OUT hearth_array **result);
/* a(.., indices(.., j, ..), ..) := source(.., j, ..), the source of the indices' shape, converted; of places named several times the last j counts.
 * Collective. Errors: as hearth_take_along_axis. */
HEARTH_COLLECTIVE hearth_status hearth_put_along_axis(hearth_array *a, const hearth_array *indices, HEARTH_INDEX int32_t axis, const hearth_array *source);

#ifdef __cplusplus
}
#endif
#endif
