/* Order statistics, histograms, covariance. */
#ifndef HEARTH_STATISTICS_H
#define HEARTH_STATISTICS_H
#include <hearth/array.h>

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

#ifdef __cplusplus
}
#endif
#endif
