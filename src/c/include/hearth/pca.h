/* Principal component analysis / empirical orthogonal functions.
 *
 * With n samples x_t, the metric's weights w_i and the anomalies x'_t = x_t - mean (or minus the mean of the sample's group), the estimator finds
 *   EOFs e_k orthonormal in the metric:          sum_i w_i e_k(i) e_l(i) = delta_kl,
 *   scores (principal components):               pc_k(t) = sum_i w_i e_k(i) x'_t(i),
 *   eigenvalues (explained variance):            lambda_k = var(pc_k) with divisor n - ddof.
 * Sign: the entry of largest magnitude of sqrt(w) e_k is positive; among entries within 1e-6 of the largest, the lowest global index decides (field by field;
 * indices counted in the memory order of the arrays).
 * Reference: von Storch and Zwiers, Statistical Analysis in Climate Research, ch. 13; scikit-learn's PCA for the words. */
#ifndef HEARTH_PCA_H
#define HEARTH_PCA_H
#include <hearth/metric.h>
#include <hearth/source.h>
#include <hearth/state.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_pca hearth_pca;

typedef enum hearth_pca_solver {
  HEARTH_PCA_AUTO = 0, /* gram */
  HEARTH_PCA_GRAM = 1  /* eigenvectors of the Gram matrix on the smaller side: samples x samples or points x points */
} hearth_pca_solver;

typedef enum hearth_accuracy {
  HEARTH_ACCURACY_FLOAT64 = 0, /* products and sums in float64 whatever the input */
  HEARTH_ACCURACY_FLOAT32 = 1  /* float32 products in blocks, float64 sums over blocks; eigenvalues to about 1e-8 of the largest */
} hearth_accuracy;

typedef enum hearth_gaps {
  HEARTH_GAPS_ERROR = 0, /* a point that is NaN at some samples is an error that names the first such point */
  HEARTH_GAPS_DROP = 1   /* such a point is left out */
} hearth_gaps;           /* a point that is NaN at every sample is left out either way */

typedef struct hearth_pca_options {
  size_t size;
  int32_t solver;      /* hearth_pca_solver */
  int32_t accuracy;    /* hearth_accuracy */
  int32_t ddof;        /* eigenvalues divide by samples - ddof; default 1 */
  int32_t gaps;        /* hearth_gaps, fit only */
  int32_t standardize; /* not 0: divide every point by its standard deviation (fit only) */
  int32_t n_kept;      /* partial_fit: directions kept between updates; 0: n_components + 10; at least n_components + 10 otherwise */
  int32_t bunch;       /* partial_fit: samples per update; 0: 16 */
  int32_t keep_scores; /* partial_fit: not 0 keeps the scores of past samples (n_kept + 1 numbers each); default 1 */
  int64_t memory;      /* fit_source: bytes per rank for blocks; 0: 256 MiB */
} hearth_pca_options;
#define HEARTH_PCA_OPTIONS_INIT                                                                                                                                \
  { sizeof(hearth_pca_options), HEARTH_PCA_AUTO, HEARTH_ACCURACY_FLOAT64, 1, HEARTH_GAPS_ERROR, 0, 0, 0, 1, 0 }

/* Makes an estimator of n_components modes. metric NULL: all weights 1; a metric is referenced and may be changed no more.
 * Collective. Ownership: the caller destroys *pca. Errors: ARGUMENT (n_components < 1, bad option), MISMATCH (numbers differ between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_create(hearth_context *ctx, int32_t n_components, HEARTH_OPTIONAL const hearth_metric *metric,
                                                  HEARTH_OPTIONAL const hearth_pca_options *options, HEARTH_OUT hearth_pca **pca);
/* Releases the estimator; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_pca_destroy(hearth_pca **pca);
/* Forgets everything learnt, and the mark of a failure. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_pca_reset(hearth_pca *pca);

/* Centres sample t of the following fits by the mean of group labels[t] (0-based in every language; calendar months, say) instead of the overall mean.
 * Collective (numbers must agree). Errors: ARGUMENT (label outside 0..ngroups-1), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_set_groups(hearth_pca *pca, int32_t ngroups, int64_t n, HEARTH_EXTENT(n) const int32_t *labels);

/* Fits all samples of `array` (real dtype), which lie along `sample_axis`; the other axes are space, in any layout. Replaces earlier results.
 * Memory: Gram (smaller side squared), EOFs, and panels of a few MiB; where the layout distributes the wrong axis, blocks of it besides.
 * Collective. Errors: ARGUMENT (fewer than 2 samples, n_components > min(samples - 1, points that take part), metric that does not fit), NOT_FINITE (see gaps;
 * names the first point; infinite values), NUMERICAL, MEMORY, UNSUPPORTED (complex), NOT_REPRODUCIBLE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_fit(hearth_pca *pca, const hearth_array *array, HEARTH_INDEX int32_t sample_axis);
/* The same for several fields that form one state; each has its samples along `sample_axis`. */
HEARTH_COLLECTIVE hearth_status hearth_pca_fit_state(hearth_pca *pca, const hearth_state *state, HEARTH_INDEX int32_t sample_axis);
/* The same, reading the samples twice, block by block, with fixed memory (options.memory): Gram, then EOFs or scores. */
HEARTH_COLLECTIVE hearth_status hearth_pca_fit_source(hearth_pca *pca, const hearth_source *source);

/* Takes one sample, the field as it is now. Every `bunch` samples the kept directions are updated (blocked incremental SVD with running mean: Brand 2006;
 * Ross et al. 2008). The layout of the first sample is that of all.
 * Collective every `bunch`-th call (at most three collectives), without communication between; call it on all ranks always.
 * A failure on one rank between (NaN, a window that does not fit) marks the object there and is returned on all ranks at the next collective call.
 * Memory: (n_kept + bunch + 2) fields of float64, two more with a metric, all of it taken at the first call.
 * Errors: MISMATCH (layout changed), NOT_FINITE, ARGUMENT (time not increasing, metric that does not fit), MEMORY, STATE (was fitted by hearth_pca_fit),
 * DAMAGED. */
HEARTH_COLLECTIVE hearth_status hearth_pca_partial_fit(hearth_pca *pca, const hearth_array *array, double time);
/* The same for several fields that form one state. */
HEARTH_COLLECTIVE hearth_status hearth_pca_partial_fit_state(hearth_pca *pca, const hearth_state *state, double time);
/* Bytes per rank that partial_fit on fields like those of `state` will hold. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_pca_partial_fit_memory(const hearth_pca *pca, const hearth_state *state, HEARTH_OUT int64_t *bytes);
/* The same for a single field. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_pca_partial_fit_array_memory(const hearth_pca *pca, const hearth_array *array, HEARTH_OUT int64_t *bytes);

/* Samples seen; modes found (n_components, or fewer while partial_fit has seen too few samples); fields of the state.
 * Collective (an incomplete bunch is taken in first). Errors: STATE (nothing fitted), and those of partial_fit. */
HEARTH_COLLECTIVE hearth_status hearth_pca_samples(hearth_pca *pca, HEARTH_OUT int64_t *samples);
HEARTH_COLLECTIVE hearth_status hearth_pca_modes(hearth_pca *pca, HEARTH_OUT int32_t *modes);
/* Eigenvalues, their share of the total variance, and the singular values sqrt(lambda (n - ddof)), the leading n of them; the same numbers on all ranks.
 * Collective (an incomplete bunch is taken in first). Errors: ARGUMENT (n > modes), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_eigenvalues(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *eigenvalues);
HEARTH_COLLECTIVE hearth_status hearth_pca_explained_variance_ratio(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *ratios);
HEARTH_COLLECTIVE hearth_status hearth_pca_singular_values(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *values);
/* Total variance (sum of all eigenvalues, also of those not computed). Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_total_variance(hearth_pca *pca, HEARTH_OUT double *variance);

/* EOFs of field `field` as a new float64 array [modes, space...] in the field's own space layout; points that take no part are NaN.
 * Collective. Ownership: the caller destroys *components. Errors: ARGUMENT, STATE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_components(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **components);
/* Mean of field `field` as a new float64 array [groups, space...]; groups = 1 without hearth_pca_set_groups. Otherwise as hearth_pca_components. */
HEARTH_COLLECTIVE hearth_status hearth_pca_mean(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **mean);
/* Scores of the samples fitted as a new float64 array [samples, modes], replicated on all ranks (batch fit on the points' side: split along the samples and
 * computed by another pass, if the array or source still exists; here STATE then: use hearth_pca_transform).
 * Collective. Ownership: the caller destroys *scores. Errors: STATE (nothing fitted, scores not kept), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_scores(hearth_pca *pca, HEARTH_OUT hearth_array **scores);
/* Times given to partial_fit, of the samples seen. Collective. Errors: ARGUMENT (n is not the number of samples), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_times(hearth_pca *pca, int64_t n, HEARTH_OUT HEARTH_EXTENT(n) double *times);

/* Scores of other samples on the modes: a new float64 array [samples, modes], split along the samples. Values at points that take no part are not looked at.
 * Collective. Ownership: the caller destroys *scores. Errors: STATE, MISMATCH (space differs from the fit's), ARGUMENT (groups are set: use anomalies),
 * NOT_FINITE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_transform(hearth_pca *pca, const hearth_array *array, HEARTH_INDEX int32_t sample_axis,
                                                     HEARTH_OUT hearth_array **scores);
HEARTH_COLLECTIVE hearth_status hearth_pca_transform_state(hearth_pca *pca, const hearth_state *state, HEARTH_INDEX int32_t sample_axis,
                                                           HEARTH_OUT hearth_array **scores);
HEARTH_COLLECTIVE hearth_status hearth_pca_transform_source(hearth_pca *pca, const hearth_source *source, HEARTH_OUT hearth_array **scores);
/* The field of scores [samples, modes] (any layout): mean + sum_k pc_k e_k, a new float64 array [samples, space...] in the field's space layout.
 * Collective. Ownership: the caller destroys *field_array. Errors: STATE, MISMATCH, ARGUMENT (groups are set), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_inverse_transform(hearth_pca *pca, const hearth_array *scores, HEARTH_INDEX int32_t field,
                                                             HEARTH_OUT hearth_array **field_array);

/* How good the factorisation is: *orthogonality = max |E W E^T - I|; *residual = ||A - A_K||_F / ||A||_F from the variance that the modes leave unexplained.
 * Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_quality(hearth_pca *pca, HEARTH_OUT double *residual, HEARTH_OUT double *orthogonality);
/* Streaming: upper bound of the part of the covariance that updates have discarded (spectral norm, units of the eigenvalues; 0 after a batch fit):
 * lambda_k <= true lambda_k <= lambda_k + bound. Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_discarded(hearth_pca *pca, HEARTH_OUT double *bound);
/* Streaming: upper bounds of the sine of the angle between each mode found and the true one (Davis and Kahan 1970: discarded / gap; 1 where the gap is too
 * small). Collective. Errors: ARGUMENT (n > modes), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_angle_bounds(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *sines);

/* CF units ("days since 2000-01-01") and calendar of the times given to partial_fit, for hearth_pca_write. calendar may be NULL. Reset keeps them.
 * Local. Errors: ARGUMENT, MEMORY. */
HEARTH_LOCAL hearth_status hearth_pca_set_time_units(hearth_pca *pca, const char *units, HEARTH_OPTIONAL const char *calendar);

/* Writes EOFs, eigenvalues, explained variance ratios, mean, and the scores where they are kept, to a new CF NetCDF-4 file (variables as the `hearth pca`
 * command names them). Written under a temporary name and renamed: a failure leaves no half file.
 * Collective. Errors: STATE, NOT_BUILT (no I/O library attached, see hearth_io_attach), FILE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_write(hearth_pca *pca, const char *path);

#ifdef __cplusplus
}
#endif
#endif
