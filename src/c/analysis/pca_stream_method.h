/* How streams summarise their samples: one table per method. */
#ifndef HEARTH_ANALYSIS_PCA_STREAM_METHOD_H
#define HEARTH_ANALYSIS_PCA_STREAM_METHOD_H
#include "analysis/pca_checkpoint.h"
#include "analysis/pca_impl.h"

typedef struct hearth_stream_table {
  /* float64 fields of this rank's points, and bytes beside them. */
  int64_t (*fields)(const hearth_pca *pca);
  int64_t (*bytes)(const hearth_pca *pca);
  /* The basis, the bunch and the rest, zero where it is added to. Local. */
  hearth_status (*allocate)(hearth_pca *pca);
  void (*release)(hearth_pca *pca);
  /* Takes the waiting samples in and leaves stream.samples, times, weights and scores right; `good` of the filled ones were. Collective. */
  hearth_status (*update)(hearth_pca *pca, int64_t *good);
  /* Basis, mean, singular values, total and scores from what was gathered; NULL: they are always there. Collective. */
  hearth_status (*finish)(hearth_pca *pca);
  /* Puts what follows from the counts right, after a restore; NULL: nothing does. Local. */
  void (*resume)(hearth_pca *pca);
  /* What a checkpoint holds besides times and flags. */
  void (*describe)(const hearth_pca *pca, hearth_checkpoint *checkpoint);
} hearth_stream_table;

extern const hearth_stream_table hearth_stream_brand, hearth_stream_exact, hearth_stream_sketch;
const hearth_stream_table *hearth_stream_table_of(const hearth_pca *pca);

/* pca_stream_update.c: times of the samples that stay (use[j] != 0), close together; counts them. */
void hearth_stream_keep_times(hearth_pca *pca, const double *use);
/* pca_stream_gather.c: agrees which waiting samples count, moves them together and takes the reference from them: the mean of the first bunch, whose place is
 * set here. Counts them, their times and weights. *mine: what failed here. Collective. */
hearth_status hearth_stream_gather(hearth_pca *pca, int64_t *good, hearth_status *mine);
/* mean := reference + stored_mean / sqrt(w); stored_mean [points]. Local. */
hearth_status hearth_stream_set_mean(hearth_pca *pca, double *stored_mean);
/* pca_checkpoint.c */
void hearth_checkpoint_add_vector(hearth_checkpoint *checkpoint, const char *name, double *data, int64_t n, bool everywhere);
void hearth_checkpoint_add_rows(hearth_checkpoint *checkpoint, const char *name, double *data, int64_t rows);

#endif
