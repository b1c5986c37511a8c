/* Sorting and searching along an axis, for real dtypes. NaN comes last in both directions (of all NaN one remains: results carry the quiet one). */
#ifndef HEARTH_SORT_H
#define HEARTH_SORT_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The elements along `axis` in ascending order, or descending if `descending` is not 0; every line along the axis by itself. *result has the layout, dtype and
 * order of `a`. Where the axis is distributed, elements travel once and the result lies exactly balanced; -0 comes before +0.
 * Workspace: two keys (4 or 8 bytes) per element of a line, or of 2 Mi elements if lines are shorter; a copy of this rank's part and of the result where the
 * axis is distributed other than in balanced blocks. Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis out of range, NULL), MISMATCH
 * (arguments differ between ranks), UNSUPPORTED (complex), MEMORY, MPI, the status of an earlier local failure of `a`. */
HEARTH_COLLECTIVE hearth_status hearth_sort(const hearth_array *a, HEARTH_INDEX int32_t axis, int32_t descending, HEARTH_OUT hearth_array **result);
/* The same into an array of the same shape and dtype, any layout; `result` may be `a` itself: sorted in place.
 * Collective. Errors: those of hearth_sort, MISMATCH (shape, dtype or context of `result`). */
HEARTH_COLLECTIVE hearth_status hearth_sort_into(const hearth_array *a, HEARTH_INDEX int32_t axis, int32_t descending, hearth_array *result);
/* Indices (int64, global, 0-based in every language) that sort: element j along the axis of the sorted array is element indices[j] of `a`. Stable in both
 * directions: of equal elements (-0 and +0 are equal) the one with the lower index comes first. Workspace: as hearth_sort with 8 or 16 bytes instead of a key.
 * Collective. Ownership: the caller destroys *indices. Errors: those of hearth_sort. */
HEARTH_COLLECTIVE hearth_status hearth_argsort(const hearth_array *a, HEARTH_INDEX int32_t axis, int32_t descending, HEARTH_OUT hearth_array **indices);

/* The k largest (largest != 0) or smallest elements along `axis` in order, best first, and their global indices (int64) along it; of equal ones the lower index
 * first. Both results have the shape of `a` with k along the axis; the axis is not distributed in them, other dimensions lie as in `a` if it is not in `a`
 * either (else: balanced along the longest other dimension if that has as many indices as there are ranks, or replicated). NaN counts as less good than all
 * numbers. Workspace: (2 k + 4096) x 32 bytes per thread, k records of 16 bytes per line; a copy of this rank's part where the axis is distributed and others
 * are long. Collective. Ownership: the caller destroys both. Errors: those of hearth_sort, ARGUMENT (k outside 1 .. extent). */
HEARTH_COLLECTIVE hearth_status hearth_topk(const hearth_array *a, int64_t k, HEARTH_INDEX int32_t axis, int32_t largest, HEARTH_OUT hearth_array **values,
                                            HEARTH_OUT hearth_array **indices);

/* The distinct elements of `a`, ascending, 1-d and balanced over the ranks; NaN once. Workspace: two records of 4 or 8 bytes (counts: 16) per element of this
 * rank's part, and as many as are distinct.
 * Collective. Ownership: the caller destroys *values. Errors: UNSUPPORTED (complex), MEMORY, MPI, the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_unique(const hearth_array *a, HEARTH_OUT hearth_array **values);
/* And how often each is there (int64, laid out as the values). Collective. Ownership: the caller destroys both. Errors: as hearth_unique. */
HEARTH_COLLECTIVE hearth_status hearth_unique_counts(const hearth_array *a, HEARTH_OUT hearth_array **values, HEARTH_OUT hearth_array **counts);
/* And which of them each element of `a` is (int64, 0-based index into values, shape and layout of `a`). The distinct elements are gathered on every rank
 * meanwhile. Collective. Ownership: the caller destroys both. Errors: as hearth_unique. */
HEARTH_COLLECTIVE hearth_status hearth_unique_inverse(const hearth_array *a, HEARTH_OUT hearth_array **values, HEARTH_OUT hearth_array **inverse);

/* Where elements of `values` would be inserted into the 1-d ascending `sorted` (same dtype): *indices (int64, shape and layout of `values`) says how many
 * elements of `sorted` are less than the value, or not greater than it if `right` is not 0. `sorted` is gathered on every rank meanwhile.
 * Collective. Ownership: the caller destroys *indices. Errors: ARGUMENT (sorted is not 1-d), MISMATCH (dtypes or contexts differ), UNSUPPORTED (complex),
 * MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_searchsorted(const hearth_array *sorted, const hearth_array *values, int32_t right, HEARTH_OUT hearth_array **indices);

#ifdef __cplusplus
}
#endif
#endif
