/* What can be said about the modes of a fitted estimator: rotation to simple structure, sampling errors, how well samples are reconstructed. */
#ifndef HEARTH_PCA_DIAGNOSTICS_H
#define HEARTH_PCA_DIAGNOSTICS_H
#include <hearth/pca.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hearth_rotation {
  HEARTH_ROTATION_NONE = 0,    /* back to the modes as they were fitted */
  HEARTH_ROTATION_VARIMAX = 1, /* orthogonal (Kaiser 1958) */
  HEARTH_ROTATION_PROMAX = 2   /* oblique, towards the varimax loadings to the power `power` (Hendrickson and White 1964) */
} hearth_rotation;

/* Rotates the leading n EOFs. The loadings are L = [sqrt(w_i lambda_k) e_k(i)], L' = L R with R orthogonal and maximal sum over modes of the variance of the
 * squared loadings over the points (varimax, by the singular value decomposition of L^T (L'^3 - L' diag(mean of L'^2)) in every iteration); promax goes on with
 * the least-squares fit of L' to sign(L') |L'|^power, scaled so that the scores have unit variance. options.kaiser: rows of L of unit length during rotation.
 * Results follow: eigenvalue k is the squared length of column k of L', EOF k that column divided by its length and sqrt(w), scores are those that reconstruct
 * the same part of the data, transform and inverse_transform included; ordered by eigenvalue, sign rule as for EOFs. Varimax keeps the sum of the n
 * eigenvalues and leaves scores uncorrelated; rotated EOFs are not orthogonal. Modes beyond n stay as they are. A new fit, a further sample or reset forgets
 * the rotation. Workspace: the n EOFs again, and panels of a few MiB; of the ranks' points only matrices [n, n] travel. Collective. Errors: ARGUMENT (unknown
 * method, n < 2 or > modes, promax with power <= 1), MISMATCH (arguments differ), NUMERICAL (does not converge), STATE, MEMORY, NOT_REPRODUCIBLE. Reference:
 * Richman 1986. */
HEARTH_COLLECTIVE hearth_status hearth_pca_rotate(hearth_pca *pca, int32_t method, int32_t n, double power);

/* Effective number of samples behind the variance of each of the leading n scores: N* = N (1 - r^2) / (1 + r^2), r the lag-1 autocorrelation of the scores in
 * the order in which the samples came (Bretherton et al. 1999, eq. 31 with both series the same; von Storch and Zwiers 1999, 17.1); never less than 1.
 * The scores are those of the samples fitted, as hearth_pca_scores gives them. Where they were not kept: STATE; the second function takes them from
 * hearth_pca_transform.
 * Collective. Errors: ARGUMENT (n > modes), MISMATCH (the scores have fewer columns or another context), STATE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_pca_effective_samples(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *sizes);
HEARTH_COLLECTIVE hearth_status hearth_pca_effective_samples_of(hearth_pca *pca, const hearth_array *scores, int32_t n,
                                                                HEARTH_OUT HEARTH_EXTENT(n) double *sizes);
/* Sampling errors of the leading n eigenvalues, lambda_k sqrt(2 / N*_k), with the effective sizes above (North, Bell, Cahalan and Moeng 1982).
 * Collective. Errors: as hearth_pca_effective_samples. */
HEARTH_COLLECTIVE hearth_status hearth_pca_north_errors(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *errors);
/* Modes that sampling mixes: number of the multiplet of each of the leading n modes, from 0; mode k + 1 is in that of mode k if lambda_k - lambda_{k+1} is
 * smaller than the error of lambda_k (North's rule of thumb). Collective. Errors: as hearth_pca_effective_samples. */
HEARTH_COLLECTIVE hearth_status hearth_pca_north_multiplets(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) int32_t *multiplets);

/* What a scree plot shows of the leading n modes: eigenvalues, their shares of the total variance, and the shares summed up.
 * Collective. Errors: ARGUMENT (n > modes), STATE. */
HEARTH_COLLECTIVE hearth_status hearth_pca_scree(hearth_pca *pca, int32_t n, HEARTH_OUT HEARTH_EXTENT(n) double *eigenvalues,
                                                 HEARTH_OUT HEARTH_EXTENT(n) double *ratios, HEARTH_OUT HEARTH_EXTENT(n) double *cumulative);
/* Relative error ||A - A_k||_F / ||A||_F, in the metric, of samples that are reconstructed from the leading k = 1 .. n modes; A are their anomalies from the
 * fit's mean. Computed from the differences, so that small errors are right. Workspace: as hearth_pca_transform, twice the panel.
 * Collective. Errors: ARGUMENT (n > modes), and those of hearth_pca_transform. */
HEARTH_COLLECTIVE hearth_status hearth_pca_reconstruction_error(hearth_pca *pca, const hearth_array *array, HEARTH_INDEX int32_t sample_axis, int32_t n,
                                                                HEARTH_OUT HEARTH_EXTENT(n) double *errors);

#ifdef __cplusplus
}
#endif
#endif
