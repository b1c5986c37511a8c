/* Reductions over any axes, with NumPy's names and types.
 *
 * `axes` are naxes different axes; naxes = 0 stands for all of them and gives an array of shape [1] on every rank. The result has the axes that remain, in the
 * operand's layout without the reduced ones (replicated over the grid axes that these used), and the operand's memory order. Layouts that dimensions cannot be
 * taken out of (boxes) give a replicated result if it is small (2^20 elements, or what a rank holds), and else one that is split along its first long axis.
 * Workspace: the accumulators, 8 bytes per element of this rank's result (24 for var and std, 16 for argmin and argmax, mean with HEARTH_NAN_OMIT 24); for
 * boxes and a large result a copy of the operand besides.
 *
 * Sums of integers and bool are made in int64 and wrap around, sums of floating-point numbers in float64, over short blocks whose sums are added with their
 * rounding errors kept; the result has the operand's type again (float64 for the mean and the like of integers). Of replicas one is counted.
 *
 * In contexts with HEARTH_REDUCTION_REPRODUCIBLE sum, mean, var, std, norm and average are made of exact sums (see reproducible.h): the same bits for any
 * ranks, threads, layout and order of the elements. var and std take a second pass around the rounded mean. Workspace: 16 MiB besides; up to 40 bytes per
 * result. What has no such form refuses with NOT_REPRODUCIBLE; reductions without rounding are as ever. */
#ifndef HEARTH_REDUCE_H
#define HEARTH_REDUCE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hearth_nan_policy {
  HEARTH_NAN_ERROR = 0,     /* NaN is refused; the message names the first place (lowest index in row-major order) and its rank */
  HEARTH_NAN_PROPAGATE = 1, /* NaN makes its result NaN; argmin and argmax give the place of the first one */
  HEARTH_NAN_OMIT = 2       /* NaN is left out; of nothing else: sum 0, product 1, the others NaN; argmin and argmax refuse that */
} hearth_nan_policy;

typedef struct hearth_reduce_options {
  size_t size;
  int32_t keepdims;   /* not 0: the reduced axes remain, with extent 1 */
  int32_t nan_policy; /* hearth_nan_policy; default HEARTH_NAN_ERROR */
  int32_t ddof;       /* var, std: divisor n - ddof; default 0 */
  int32_t dtype;      /* type of the result of sum, prod, mean, var, std, norm, average; an integer type is that of the terms too; 0: NumPy's choice */
} hearth_reduce_options;
#define HEARTH_REDUCE_OPTIONS_INIT                                                                                                                             \
  { sizeof(hearth_reduce_options), 0, HEARTH_NAN_ERROR, 0, 0 }

/* Sum; product. int64 of bool and integers, else the operand's type. options may be NULL. With HEARTH_NAN_OMIT complex operands are refused.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis out of range or twice, unknown policy or dtype), MISMATCH (arguments differ
 * between ranks), NOT_FINITE (NaN, see above), UNSUPPORTED (complex with HEARTH_NAN_OMIT), NOT_REPRODUCIBLE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_sum(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_prod(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                            HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
/* Smallest and largest element, and their difference (peak to peak), in the operand's type.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_sum; ARGUMENT (nothing to choose from); UNSUPPORTED (complex; ptp of bool). */
HEARTH_COLLECTIVE hearth_status hearth_min(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_max(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_ptp(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
/* Where the smallest and largest element is: int64, 0-based in every language; with one axis the index along it, else the index in row-major order over the
 * reduced axes (for all axes: NumPy's flat index). The lowest of equal ones.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_min; NOT_FINITE also where HEARTH_NAN_OMIT leaves nothing. */
HEARTH_COLLECTIVE hearth_status hearth_argmin(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                              HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_argmax(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                              HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
/* Whether all or any elements are not 0 (bool); how many are not (int64). NaN is not 0; the NaN policy is not looked at.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_sum. */
HEARTH_COLLECTIVE hearth_status hearth_all(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_any(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_count_nonzero(const hearth_array *array, int32_t naxes,
                                                     HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                                     HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
/* Mean; variance sum |x - mean|^2 / (n - ddof) (real also for complex operands); its square root; 2-norm sqrt(sum |x|^2). float64 of bool and integers.
 * var and std are made in one pass, block by block around the mean so far (Chan, Golub and LeVeque 1983). Means of nothing are NaN.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_sum; ARGUMENT (negative ddof). */
HEARTH_COLLECTIVE hearth_status hearth_mean(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                            HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_var(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_std(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                           HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_norm(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                            HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
/* Weighted mean sum w x / sum w, float64 of bool and integers; NaN where the weights' sum is 0. The weights' shape (real dtype, any layout) broadcasts to the
 * array's; weights of one dimension and one axis: they lie along that axis. Workspace also: the weights in the array's layout.
 * Collective. Ownership: the caller destroys *result. Errors: as hearth_sum; MISMATCH (shape or context of the weights); UNSUPPORTED (complex). */
HEARTH_COLLECTIVE hearth_status hearth_average(const hearth_array *array, const hearth_array *weights, int32_t naxes,
                                               HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes, HEARTH_OPTIONAL const hearth_reduce_options *options,
                                               HEARTH_OUT hearth_array **result);
/* Running sum along one axis: r[..., i, ...] = sum over k <= i of a[..., k, ...]; int64 of bool and integers, else the operand's type, made in float64; the
 * operand's layout. NaN goes on to what comes after it. Where the axis is distributed in other than one range per process, a copy of the operand and one of the
 * result are workspace.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis), MISMATCH, NOT_REPRODUCIBLE (not of integers), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_cumsum(const hearth_array *array, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **result);

#ifdef __cplusplus
}
#endif
#endif
