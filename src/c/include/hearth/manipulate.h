/* Views, shapes, joining. A view is an array in the memory of another: what is written through one is seen in the other, and memory that Hearth owns lives as
 * long as any of them; views of wrapped arrays are valid as long as the host program's memory is (hearth_array_rebind does not move them). Names, units and
 * coordinates are not taken over. */
#ifndef HEARTH_MANIPULATE_H
#define HEARTH_MANIPULATE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Element k of dimension d of the slice is element start[d] + k * step[d] of `a`, 0 <= k < count[d]; steps (NULL: 1) may be negative, counts 0. Every rank
 * keeps the elements that it has (hearth_layout_slice). The slice is a view wherever the elements that a rank keeps lie at regular strides, always so for whole
 * and cut dimensions and for steps that divide the blocks of block-cyclic ones; otherwise, on all ranks, a copy. Moves nothing between ranks.
 * Collective. Ownership: the caller destroys *slice. Errors: ARGUMENT (step 0, elements outside the shape; the message names dimension and numbers), MISMATCH,
 * MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_slice(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *start,
                                             HEARTH_EXTENT(ndim) const int64_t *count, HEARTH_OPTIONAL HEARTH_EXTENT(ndim) const int64_t *step,
                                             HEARTH_OUT hearth_array **slice);
/* A view with the elements of `axis` in reverse order. Collective. Ownership: the caller destroys *view. Errors: ARGUMENT (axis out of range), MISMATCH,
 * MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_flip(const hearth_array *a, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **view);
/* A view with other order of dimensions: dimension d of the view is dimension axes[d] of `a`; axes NULL: reversed, ndim is not looked at.
 * Collective. Ownership: the caller destroys *view. Errors: ARGUMENT (axes that are no permutation), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_transpose(const hearth_array *a, int32_t ndim, HEARTH_OPTIONAL HEARTH_EXTENT(ndim) HEARTH_INDEX const int32_t *axes,
                                                 HEARTH_OUT hearth_array **view);
/* A view with a new dimension of extent 1 before dimension `axis` (ndim: after the last). Copies only if the layout is of boxes or index lists.
 * Collective. Ownership: the caller destroys *view. Errors: ARGUMENT (axis out of range, too many dimensions), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_expand_dims(const hearth_array *a, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **view);
/* A view without the dimensions `axes`, whose extents are 1; axes NULL: all such. One dimension stays at least. Copies only if the layout is of boxes or index
 * lists. Collective. Ownership: the caller destroys *view. Errors: ARGUMENT (axis out of range, named twice, of another extent), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_squeeze(const hearth_array *a, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                               HEARTH_OUT hearth_array **view);
/* *answer = 1 if the array lies in the memory of another, else 0. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_array_is_view(const hearth_array *array, HEARTH_OUT int32_t *answer);

/* The same elements in row-major order of their indices with another shape; one extent may be -1: what is left for it. A view where dimensions that change lie
 * whole on every rank, or as the first of those that are joined or come from one (rows, blocks of rows), and their strides allow; otherwise the result is new,
 * row-major, and split in balance along its first dimension of more than one element (replicated if `a` is).
 * Workspace: none for a view; one copy of the elements where `a` is not stored by whole rows in row-major order.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (another number of elements, negative extents; the message has both shapes), MISMATCH,
 * MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_reshape(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *shape, HEARTH_OUT hearth_array **result);
/* hearth_reshape to one dimension. Collective. Ownership: the caller destroys *result. Errors: MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_ravel(const hearth_array *a, HEARTH_OUT hearth_array **result);

/* The arrays one after the other along `axis`; other extents are the same. All of one dtype. The result is laid out as the first array: its grid, whole and
 * block-cyclic dimensions stay so, the cuts of a cut `axis` are balanced anew (boxes and index lists: split in balance along the first dimension).
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (n < 1, axis out of range), MISMATCH (shapes, dtypes, contexts), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_concatenate(int32_t n, HEARTH_EXTENT(n) const hearth_array *const *arrays, HEARTH_INDEX int32_t axis,
                                                   HEARTH_OUT hearth_array **result);
/* The arrays, all of one shape and dtype, along a new dimension before dimension `axis`, which is whole on every rank.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_concatenate. */
HEARTH_COLLECTIVE hearth_status hearth_stack(int32_t n, HEARTH_EXTENT(n) const hearth_array *const *arrays, HEARTH_INDEX int32_t axis,
                                             HEARTH_OUT hearth_array **result);
/* Element i of `axis` goes to place (i + shift) mod extent; shift of any sign and size. The result has the layout of `a`.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis out of range), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_roll(const hearth_array *a, int64_t shift, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **result);
/* `a` with before[d] elements of `value` before it and after[d] behind it along dimension d, laid out as hearth_concatenate does.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (negative widths), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pad(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *before,
                                           HEARTH_EXTENT(ndim) const int64_t *after, double value, HEARTH_OUT hearth_array **result);
/* `a` repeated repeats[d] times along dimension d, as a whole each time (NumPy's tile), laid out as hearth_concatenate does.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (negative repeats), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_tile(const hearth_array *a, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *repeats, HEARTH_OUT hearth_array **result);

#ifdef __cplusplus
}
#endif
#endif
