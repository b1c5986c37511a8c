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

/* All but GRAM work on the weighted anomalies as one float64 matrix that is held in memory (8 bytes x samples x points over all ranks, and as much again for
 * what the solver needs). */
typedef enum hearth_pca_solver {
  HEARTH_PCA_AUTO = 0,         /* by the rules in docs/pca.md: gram; further down this list where gram would lose modes that are asked for */
  HEARTH_PCA_GRAM = 1,         /* eigenvectors of the Gram matrix on the smaller side; modes below 1e-8 of the largest singular value are lost */
  HEARTH_PCA_CHOLESKY_QR = 2,  /* QR by Cholesky factors of Gram matrices, two or (shifted) three times over, then the singular values of R */
  HEARTH_PCA_TSQR = 3,         /* QR by Householder reflections along a tree of ranks, then the singular values of R */
  HEARTH_PCA_RANDOMIZED = 4,   /* randomized range finder: options.oversampling, power_iterations, seed; approximate */
  HEARTH_PCA_HIERARCHICAL = 5, /* truncated singular value decompositions merged over blocks; approximate */
  HEARTH_PCA_FULL = 6          /* the complete singular value decomposition */
} hearth_pca_solver;

typedef enum hearth_accuracy {
  HEARTH_ACCURACY_FLOAT64 = 0, /* products and sums in float64 whatever the input */
  HEARTH_ACCURACY_FLOAT32 = 1  /* float32 products in blocks, float64 sums over blocks; eigenvalues to about 1e-8 of the largest */
} hearth_accuracy;

typedef enum hearth_gaps {
  HEARTH_GAPS_ERROR = 0, /* a point that is NaN at some samples is an error that names the first such point */
  HEARTH_GAPS_DROP = 1,  /* such a point is left out */
  HEARTH_GAPS_FILL = 2,  /* gaps are filled by iterated reconstruction from the leading modes, their number chosen by cross-validation (DINEOF) */
  HEARTH_GAPS_EM = 3     /* gaps have weight 0 in an expectation-maximisation fit of the modes, which then fill them */
} hearth_gaps;           /* a point that is NaN at every sample is left out either way */

typedef enum hearth_stream_method {
  HEARTH_STREAM_BRAND = 0, /* blocked incremental singular value decomposition: Brand 2006; Ross et al. 2008 */
  HEARTH_STREAM_EXACT = 1, /* keeps every sample, at most max_samples, and their Gram matrix: no approximation */
  HEARTH_STREAM_SKETCH = 2 /* random projections of range, co-range and core: Tropp, Yurtsever, Udell and Cevher 2019 */
} hearth_stream_method;

typedef struct hearth_pca_options {
  size_t size;
  int32_t solver;           /* hearth_pca_solver */
  int32_t accuracy;         /* hearth_accuracy */
  int32_t ddof;             /* eigenvalues divide by samples - ddof; default 1 */
  int32_t gaps;             /* hearth_gaps, fit only */
  int32_t standardize;      /* not 0: divide every point by its standard deviation (fit only) */
  int32_t n_kept;           /* partial_fit: directions kept between updates; 0: n_components + 10; at least n_components + 10 otherwise */
  int32_t bunch;            /* partial_fit: samples per update; 0: 16 */
  int32_t keep_scores;      /* partial_fit: not 0 keeps the scores of past samples (n_kept + 1 numbers each); default 1 */
  int64_t memory;           /* fit_source: bytes per rank for blocks; 0: 256 MiB */
  int32_t whiten;           /* not 0: scores have variance 1 (divided by the square roots of the eigenvalues); inverse_transform undoes it */
  int32_t kaiser;           /* hearth_pca_rotate: not 0 scales the loadings of every point to unit length before rotation and back after it */
  int32_t oversampling;     /* RANDOMIZED, HIERARCHICAL: directions beyond n_components; default 10 */
  int32_t power_iterations; /* RANDOMIZED; default 4 */
  int64_t seed;             /* RANDOMIZED: stream of the context's random numbers; HEARTH_GAPS_FILL: which values are set aside; default 0 */
  int32_t gap_modes;        /* HEARTH_GAPS_FILL: most modes tried; HEARTH_GAPS_EM: modes; 0: n_components + 10 and n_components, as far as the data allow */
  int32_t gap_iterations;   /* most iterations for one number of modes; default 300 */
  double gap_tolerance;     /* change of the filled values in one iteration, relative to the standard deviation of the data, at which to stop; 0: 1e-5 */
  int32_t stream_method;    /* hearth_stream_method, partial_fit only */
  int32_t max_samples;      /* HEARTH_STREAM_EXACT: samples there is room for; 0: 256 */
  double forgetting;        /* HEARTH_STREAM_BRAND: weight of a sample in units of the next one's, in (0, 1]; default 1: all count alike */
} hearth_pca_options;
#define HEARTH_PCA_OPTIONS_INIT                                                                                                                                \
  {                                                                                                                                                            \
    sizeof(hearth_pca_options), HEARTH_PCA_AUTO, HEARTH_ACCURACY_FLOAT64, 1, HEARTH_GAPS_ERROR, 0, 0, 0, 1, 0, 0, 0, 10, 4, 0, 0, 300, 0, HEARTH_STREAM_BRAND, \
        0, 1                                                                                                                                                   \
  }

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
/* Labels of other samples, for the transforms and inverse transforms that follow; the groups and all that was learnt stay. Without this call those of
 * hearth_pca_set_groups hold. Collective (numbers must agree). Errors: ARGUMENT (label outside the groups), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_set_labels(hearth_pca *pca, int64_t n, HEARTH_EXTENT(n) const int32_t *labels);

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
 * Memory: (n_kept + bunch + 2) fields of float64 (HEARTH_STREAM_EXACT: max_samples + n_kept + 3, HEARTH_STREAM_SKETCH: 2 n_kept + bunch + 11), two more with a
 * metric, all of it taken at the first call.
 * Errors: MISMATCH (layout changed), NOT_FINITE, ARGUMENT (time not increasing, metric that does not fit), MEMORY, STATE (was fitted by hearth_pca_fit; there
 * are max_samples), UNSUPPORTED (complex; standardize or groups), DAMAGED. */
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

/* The solver of the fit (hearth_pca_solver, never AUTO; 0 after partial_fit). Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_solver_used(hearth_pca *pca, HEARTH_OUT int32_t *solver);

/* EOFs of field `field` as a new float64 array [modes, space...] in the field's own space layout; points that take no part are NaN.
 * Collective. Ownership: the caller destroys *components. Errors: ARGUMENT, STATE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_components(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **components);
/* Mean of field `field` as a new float64 array [groups, space...]; groups = 1 without hearth_pca_set_groups. Otherwise as hearth_pca_components. */
HEARTH_COLLECTIVE hearth_status hearth_pca_mean(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **mean);
/* One EOF of field `field`, or the mean of one group of samples, into an array of the model's own: shape [space...], any layout, order, float32 or float64;
 * borrowed memory is written where it lies. Points that take no part are NaN.
 * Collective. Errors: ARGUMENT (field, mode or group out of range), MISMATCH (the array's shape is not the field's), UNSUPPORTED (dtype), STATE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_component_into(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_INDEX int32_t mode, hearth_array *array);
HEARTH_COLLECTIVE hearth_status hearth_pca_mean_into(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_INDEX int32_t group, hearth_array *array);

/* After a fit with HEARTH_GAPS_FILL or HEARTH_GAPS_EM: field `field` with its gaps filled, a new float64 array with the axes of the field as it was fitted,
 * in its space layout; values that were there are as they were, points that take no part as well.
 * Collective. Ownership: the caller destroys *filled. Errors: STATE (nothing was filled), ARGUMENT, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_filled(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **filled);
/* How they were filled: with how many modes; the root mean square error at values set aside, relative to the standard deviation of the data (HEARTH_GAPS_EM:
 * the noise that the modes leave in the values that are there); iterations of the final run. Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_fill_report(hearth_pca *pca, HEARTH_OUT int32_t *modes, HEARTH_OUT double *error, HEARTH_OUT int32_t *iterations);

/* Scores of the samples fitted as a new float64 array [samples, modes], replicated on all ranks (batch fit on the points' side: split along the samples and
 * computed by another pass, if the array or source still exists; here STATE then: use hearth_pca_transform).
 * Collective. Ownership: the caller destroys *scores. Errors: STATE (nothing fitted, scores not kept), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_scores(hearth_pca *pca, HEARTH_OUT hearth_array **scores);
/* Times given to partial_fit, of the samples seen. Collective. Errors: ARGUMENT (n is not the number of samples), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_times(hearth_pca *pca, int64_t n, HEARTH_OUT HEARTH_EXTENT(n) double *times);

/* Scores of other samples on the modes: a new float64 array [samples, modes], split along the samples. Values at points that take no part are not looked at.
 * Collective. Ownership: the caller destroys *scores. Errors: STATE, MISMATCH (space differs from the fit's), ARGUMENT (samples form groups
 * and have no labels: hearth_pca_set_labels), NOT_FINITE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_transform(hearth_pca *pca, const hearth_array *array, HEARTH_INDEX int32_t sample_axis,
                                                     HEARTH_OUT hearth_array **scores);
HEARTH_COLLECTIVE hearth_status hearth_pca_transform_state(hearth_pca *pca, const hearth_state *state, HEARTH_INDEX int32_t sample_axis,
                                                           HEARTH_OUT hearth_array **scores);
HEARTH_COLLECTIVE hearth_status hearth_pca_transform_source(hearth_pca *pca, const hearth_source *source, HEARTH_OUT hearth_array **scores);
/* The field of scores [samples, modes] (any layout): mean + sum_k pc_k e_k, a new float64 array [samples, space...] in the field's space layout.
 * Collective. Ownership: the caller destroys *field_array. Errors: STATE, MISMATCH, ARGUMENT (samples without labels, as above), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_inverse_transform(hearth_pca *pca, const hearth_array *scores, HEARTH_INDEX int32_t field,
                                                             HEARTH_OUT hearth_array **field_array);

/* How good the factorisation is: *orthogonality = max |E W E^T - I|; *residual = ||A - A_K||_F / ||A||_F from the variance that the modes leave unexplained.
 * Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_quality(hearth_pca *pca, HEARTH_OUT double *residual, HEARTH_OUT double *orthogonality);
/* Streaming: upper bound of the part of the covariance that updates have discarded (spectral norm, units of the eigenvalues; 0 after a batch fit):
 * lambda_k <= true lambda_k <= lambda_k + bound. HEARTH_STREAM_EXACT: 0. HEARTH_STREAM_SKETCH: an estimate of the variance that the sketch misses (squared
 * Frobenius norm), no bound. Collective. Errors: STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_discarded(hearth_pca *pca, HEARTH_OUT double *bound);
/* Streaming: upper bounds of the sine of the angle between each mode found and the true one (Davis and Kahan 1970: discarded / gap; 1 where the gap is too
 * small). Collective. Errors: ARGUMENT (n > modes), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_angle_bounds(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *sines);

/* Makes of the estimator one that has found these modes before: field f of `components` is [n, space...] as hearth_pca_components gave it, in any layout (NaN:
 * the point takes no part), for this estimator's metric and ddof; `mean` has the fields [space...] or [groups, space...] (NULL: 0), `deviation` those of
 * hearth_pca_standard_deviation (NULL: not standardised). Signs stay as they are given. Then transforms, inverse transforms and all results that need no
 * samples work as after hearth_pca_fit; groups need hearth_pca_set_labels. Earlier results go. Memory: (n + 4) fields of float64, another n while it runs.
 * Collective. Errors: ARGUMENT (n > n_components, eigenvalue negative or together more than total_variance, too few samples, deviation not positive, metric
 * that does not fit), MISMATCH (fields or spaces differ), NOT_FINITE (names the first point), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_set_modes(hearth_pca *pca, const hearth_state *components, int32_t n, HEARTH_EXTENT(n) const double *eigenvalues,
                                                     double total_variance, int64_t samples, HEARTH_OPTIONAL const hearth_state *mean,
                                                     HEARTH_OPTIONAL const hearth_state *deviation);
/* Weights w of field `field` as the fit used them (metric, masks, gaps; 0: the point takes no part), a new float64 array [space...] in the field's space
 * layout. Collective. Ownership: the caller destroys *weights. Errors: ARGUMENT, STATE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_weights(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **weights);
/* Standard deviation that each point of field `field` was divided by, otherwise as hearth_pca_weights; NaN where the point takes no part.
 * Errors: STATE (nothing fitted, or not standardised), ARGUMENT, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_standard_deviation(hearth_pca *pca, HEARTH_INDEX int32_t field, HEARTH_OUT hearth_array **deviation);

/* CF units ("days since 2000-01-01") and calendar of the times given to partial_fit, for hearth_pca_write. calendar may be NULL. Reset keeps them.
 * Local. Errors: ARGUMENT, MEMORY. */
HEARTH_LOCAL hearth_status hearth_pca_set_time_units(hearth_pca *pca, const char *units, HEARTH_OPTIONAL const char *calendar);

/* Writes EOFs, eigenvalues, explained variance ratios, mean, and the scores where they are kept, to a new CF NetCDF-4 file (variables as the `hearth pca`
 * command names them). Written under a temporary name and renamed: a failure leaves no half file.
 * Collective. Errors: STATE, NOT_BUILT (no I/O library attached, see hearth_io_attach), FILE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_write(hearth_pca *pca, const char *path);

/* Saves the running state, in whatever phase the estimator is, as an HDF5 file (docs/checkpoint.md): written under a temporary name in the same folder, with a
 * checksum, brought to disk and renamed, so that a file called `path` is always whole. What comes after is the same as without the call; an incomplete bunch
 * is saved as it is. Workspace: a few MiB.
 * Collective. Errors: STATE (nothing fitted), DAMAGED, NOT_BUILT (no I/O library attached, see hearth_io_attach), FILE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_save(hearth_pca *pca, const char *path);
/* Restores what hearth_pca_save wrote into a new estimator, on any number of ranks. `array` is the field as partial_fit takes it (of a batch fit: one sample
 * without the sample axis): it gives the layout, any one, and the memory order. partial_fit goes on as if nothing had happened: bitwise in reproducible mode,
 * to rounding otherwise. An estimator without a metric takes the weights of the file. After a failure the estimator is as it was.
 * Collective. Errors: FILE, FORMAT (no checkpoint, of another version, truncated or damaged), MISMATCH (other options, metric, shape, dtype or field), STATE
 * (the estimator holds results), NOT_BUILT, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_restore(hearth_pca *pca, const hearth_array *array, const char *path);
/* The same for several fields that form one state. */
HEARTH_COLLECTIVE hearth_status hearth_pca_restore_state(hearth_pca *pca, const hearth_state *state, const char *path);

#ifdef __cplusplus
}
#endif
#endif
