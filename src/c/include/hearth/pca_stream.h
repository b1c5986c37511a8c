/* More on streams: what hearth_pca_partial_fit has gathered in several places becomes one. */
#ifndef HEARTH_PCA_STREAM_H
#define HEARTH_PCA_STREAM_H
#include <hearth/pca.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes another stream's samples, all of them later or earlier or elsewhere but none twice, into this one (HEARTH_STREAM_BRAND, same fields, layout, metric,
 * forgetting and keep_scores): directions, mean, total, scores. Exact as long as the directions of both fit n_kept; else the largest eigenvalue that is left
 * out adds to hearth_pca_discarded, as do the bounds of both. Their samples and times stand behind ours; what follows has to be later than both. With
 * forgetting each stream's weights count from its own last sample. `other` keeps its samples (an incomplete bunch is taken in).
 * Collective. Errors: STATE (no streams with samples), UNSUPPORTED (other methods), MISMATCH, ARGUMENT (NULL, the same estimator), NUMERICAL, MEMORY, DAMAGED.
 */
HEARTH_COLLECTIVE hearth_status hearth_pca_merge(hearth_pca *pca, hearth_pca *other);

#ifdef __cplusplus
}
#endif
#endif
