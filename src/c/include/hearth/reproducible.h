/* Sums that depend on no order, rank count, thread count or layout.
 *
 * Terms are float64 numbers, each made by operations on single elements; their sum is exact and rounded once, to nearest even (a fixed-point number over the
 * whole range of float64, as in Neal, "Fast exact summation using small and large superaccumulators", 2015). Infinities and NaN give what IEEE addition gives;
 * partial sums do not overflow. The functions below are so in every context; hearth_sum, hearth_mean, hearth_var, hearth_std, hearth_norm, hearth_average and
 * hearth_gram are so in contexts with HEARTH_REDUCTION_REPRODUCIBLE. */
#ifndef HEARTH_REPRODUCIBLE_H
#define HEARTH_REPRODUCIBLE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sums of the host program's own local arrays over all ranks: sums[k] = sum over the ranks and their i of values[k * n + i], the same bits however the values
 * are dealt out over ranks. n, the local number of values of each of the nfields fields, may differ between ranks and be 0. values and sums stay the caller's.
 * All fields travel in one reduction. Workspace: 576 bytes per field.
 * Collective. Errors: ARGUMENT (negative numbers, NULL), MISMATCH (nfields differs between ranks), MEMORY, MPI; sums are unchanged then. */
HEARTH_COLLECTIVE hearth_status hearth_reproducible_sum(hearth_context *ctx, int64_t n, int64_t nfields, HEARTH_EXTENT(n *nfields) const double *values,
                                                        HEARTH_EXTENT(nfields) HEARTH_OUT double *sums);
/* The same with weights that all fields share: sums[k] = sum of weights[i] * values[k * n + i], each product rounded once.
 * Collective. Errors: as hearth_reproducible_sum. */
HEARTH_COLLECTIVE hearth_status hearth_reproducible_weighted_sum(hearth_context *ctx, int64_t n, int64_t nfields,
                                                                 HEARTH_EXTENT(n *nfields) const double *values, HEARTH_EXTENT(n) const double *weights,
                                                                 HEARTH_EXTENT(nfields) HEARTH_OUT double *sums);

/* Inner product over all elements of two arrays of one shape, sum of a b; hearth_vdot conjugates a if it is complex. The result has shape [1] on every rank,
 * float64, or complex128 if a or b is complex. Products are made in float64, each rounded once, and added exactly. Workspace: b in a's layout where they
 * differ. Collective. Ownership: the caller destroys *value. Errors: ARGUMENT (NULL), MISMATCH (shapes or contexts differ), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_dot(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **value);
HEARTH_COLLECTIVE hearth_status hearth_vdot(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **value);

/* Gram matrix of the array along `axis`: g(i, j) = sum over all other axes of a_i a_j, the product of the array, seen as a matrix of axis x everything else,
 * with its transpose. float64 [n, n], row-major, on every rank, symmetric to the last bit. The array is used where it is if `axis` is not distributed, else it
 * is redistributed along its longest other axis (workspace: that copy).
 *
 * In contexts with HEARTH_REDUCTION_FAST: the backend's symmetric product (float32 in blocks with float64 sums), one reduction; workspace n^2 numbers of 8
 * bytes, and 2^15 columns of n where the memory of an array is not a matrix.
 * With HEARTH_REDUCTION_REPRODUCIBLE: the same bits for any order of the elements of the other axes, ranks, threads and layouts. Row i is scaled by a power of
 * two, 2^e_i >= its largest element; elements are cut into three slices of 21 bits (float32: two) whose products are summed without error (Ozaki, Ogita, Oishi
 * and Rump 2012). With K elements along the other axes the error of g(i, j) is at most 2^-52 |g(i, j)| + 1.01 K 2^(e_i + e_j - 61) (float32: 2^-41 in place of
 * 2^-61). Workspace: 6 n^2 + 8192 n numbers of 8 bytes, and 2^15 columns as above.
 * Collective. Ownership: the caller destroys *gram. Errors: ARGUMENT (axis out of range, NULL), UNSUPPORTED (complex), NOT_FINITE (reproducible: a row with NaN
 * or infinity; the message names it), MISMATCH (axis differs between ranks), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_gram(const hearth_array *array, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **gram);

#ifdef __cplusplus
}
#endif
#endif
