/* Order statistics, histograms, covariance. */
#ifndef HEARTH_STATISTICS_H
#define HEARTH_STATISTICS_H
#include <hearth/reduce.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Covariance of n variables with m observations each: C = (X - mean)(X - mean)^T / (m - ddof), a new float64 array [n, n] on every rank. rowvar not 0: the
 * array is [variables, observations], else the other way round (real dtype, any layout). Means and products are made in float64, in two passes. Workspace: 2
 * n^2 numbers and blocks of 4 MiB; where the layout distributes the variables, a copy of the array that is split along the observations. Collective. Ownership:
 * the caller destroys *result. Errors: ARGUMENT (not 2-d, negative ddof), NOT_FINITE (NaN: the message names the first place; infinite values), UNSUPPORTED
 * (complex), MISMATCH (arguments differ between ranks), NOT_REPRODUCIBLE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_cov(const hearth_array *array, int32_t rowvar, int32_t ddof, HEARTH_OUT hearth_array **result);
/* Correlation coefficients C_ij / sqrt(C_ii C_jj), within -1 .. 1; NaN for variables that do not vary. Otherwise as hearth_cov. */
HEARTH_COLLECTIVE hearth_status hearth_corrcoef(const hearth_array *array, int32_t rowvar, HEARTH_OUT hearth_array **result);

/* What a quantile is that lies between two elements i < j, at the fraction t of the way; NumPy's names. */
typedef enum hearth_quantile_method {
  HEARTH_QUANTILE_LINEAR = 0, /* i + (j - i) t; infinite if one of them is, NaN between infinities of both signs */
  HEARTH_QUANTILE_LOWER = 1,
  HEARTH_QUANTILE_HIGHER = 2,
  HEARTH_QUANTILE_NEAREST = 3, /* of t = 1/2 the one with the even rank */
  HEARTH_QUANTILE_MIDPOINT = 4 /* (i + j) / 2 */
} hearth_quantile_method;

/* Median, quantiles (q[i] in 0 .. 1) and percentiles (q[i] in 0 .. 100) over axes as in reduce.h, of real dtypes: quantile q of n ordered elements lies at
 * place q (n - 1), counted from 0. Exact, and the same for every layout and number of ranks. Results are float64 with the axes that remain, for quantiles
 * behind a first dimension of nq; over all axes the median has the shape [1], quantiles [nq], on every rank. Of no elements, or with HEARTH_NAN_PROPAGATE where
 * there is NaN: NaN. ddof and dtype of the options are not looked at. No data moves (but see reduce.h about layouts that dimensions cannot be taken out of):
 * histograms of the elements' keys are added up, at most 2048 numbers per wanted element and round, and what is left, an eighth of the elements at most if
 * there are many, is copied and sorted where it is. Workspace: 8 bytes times nq and this rank's results; tables of about 64 MiB for 2^21 results, and that copy
 * twice. Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (axis out of range or twice, q out of range or NaN, unknown method or policy),
 * MISMATCH (arguments differ between ranks), NOT_FINITE (NaN with HEARTH_NAN_ERROR), UNSUPPORTED (complex), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_median(const hearth_array *array, int32_t naxes, HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                              HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_quantile(const hearth_array *array, int32_t nq, HEARTH_EXTENT(nq) const double *q, int32_t naxes,
                                                HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes, int32_t method,
                                                HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_percentile(const hearth_array *array, int32_t nq, HEARTH_EXTENT(nq) const double *q, int32_t naxes,
                                                  HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes, int32_t method,
                                                  HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);

/* How many elements lie in each of `nbins` bins of equal width over low .. high, the last bin with its right edge; elements outside and NaN are in none. If low
 * or high is NaN, the smallest or largest element stands for it. As NumPy has it: low = high is widened by 1/2 on both sides, edges are linspace(low, high),
 * and an element that rounding puts beside an edge is put right. *counts: int64 [nbins], or with `weights` (real, shape of the array) the float64 sums of the
 * elements' weights; *edges: float64 [nbins + 1]; both on every rank. Workspace: the bins per thread, a float64 copy of other weights. Weights are added in
 * float64 in no fixed order. Collective. Ownership: the caller destroys both. Errors: ARGUMENT (nbins < 1, low > high, infinite edges), MISMATCH (arguments
 * differ between ranks, shape or context of the weights), NOT_FINITE (edges are to be found among NaN or infinities), UNSUPPORTED (complex), NOT_REPRODUCIBLE
 * (weights), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_histogram(const hearth_array *array, int64_t nbins, double low, double high, HEARTH_OPTIONAL const hearth_array *weights,
                                                 HEARTH_OUT hearth_array **counts, HEARTH_OUT hearth_array **edges);
/* How often each of the numbers 0 .. n - 1 is among the elements (bool or integers, none negative): n is the largest element + 1, and at least `least`. *counts
 * (int64 [n], or float64 sums of weights) lies on every rank.
 * Collective. Ownership: the caller destroys *counts. Errors: as hearth_histogram; ARGUMENT (a negative element, least < 0), UNSUPPORTED (no integers). */
HEARTH_COLLECTIVE hearth_status hearth_bincount(const hearth_array *array, HEARTH_OPTIONAL const hearth_array *weights, int64_t least,
                                                HEARTH_OUT hearth_array **counts);

#ifdef __cplusplus
}
#endif
#endif
