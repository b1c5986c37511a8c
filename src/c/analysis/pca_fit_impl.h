/* Inside a batch fit. The Gram matrix is made on the smaller side: of samples (each rank takes its points, all samples at a time) or of points (each rank takes
 * its samples, all points at a time). Data come in panels of a few MiB; arrays whose layout distributes the other axis, and sources, come in blocks first. */
#ifndef HEARTH_ANALYSIS_PCA_FIT_IMPL_H
#define HEARTH_ANALYSIS_PCA_FIT_IMPL_H
#include "analysis/pca_impl.h"
#include "analysis/series.h"

typedef struct hearth_part {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM];
} hearth_part;

typedef struct hearth_pca_fit_job {
  hearth_pca *pca;
  const hearth_series *series;
  int64_t n;           /* samples */
  int64_t budget;      /* bytes per rank for one block */
  bool float32;        /* products in float32 */
  int64_t *group_size; /* [ngroups] */
  double *gram;        /* [side, side], backend memory */
  double *panel;       /* backend memory */
  int64_t panel_size;  /* elements */
  float *panel32;      /* the same in float32, if float32 */
  int32_t *missing;    /* backend memory, one per column of the panel */
  int64_t missing_size;
  int64_t bad_point;                   /* lowest global point that is NaN at some samples, INT64_MAX if none */
  int64_t infinite;                    /* infinities met */
  int64_t taking_part;                 /* points of this rank that take part */
  struct hearth_pca_anomalies *matrix; /* not NULL: the panels go there, not into the Gram matrix */
  bool fixed;                          /* sums without rounding, for the reproducible mode */
  bool insufficient;                   /* the Gram matrix has lost modes that were asked for: set instead of going on, if `may_give_up` */
  bool may_give_up;
  bool unsafe;          /* squares have left the range of the products' type: set instead of going on */
  double *coefficients; /* [modes, n] backend memory: the second pass on the samples' side */
  int64_t done, total;  /* progress, in points or samples of this rank */
  const char *phase;
} hearth_pca_fit_job;

#define HEARTH_PANEL_BYTES ((int64_t)8 << 20) /* of a panel; less where the blocks are smaller */

/* pca_boxes.c: the parts of a box of `extent` in memory order, of at most `limit` elements each (at least one index of the fastest dimension).
 * Set *box to zero counts first; false when there are no more. */
bool hearth_part_next(int32_t ndim, const int64_t *extent, int32_t order, int64_t limit, hearth_part *box);
int64_t hearth_part_volume(int32_t ndim, const hearth_part *box);
/* The part `box` of dimensions first .. of a view. */
hearth_view hearth_part_view(const hearth_view *view, int32_t first, const hearth_part *box);
/* The sample axis moved to the front. */
hearth_view hearth_series_view(const hearth_view *view, int32_t sample_axis);

/* Calls `work` for every part of this rank's points of field f, all samples: src is [samples, part...], `part` its place among the rank's points. Collective.
 */
typedef hearth_status (*hearth_pca_samples_work)(hearth_pca_fit_job *job, int32_t f, const hearth_view *src, const hearth_part *part);
hearth_status hearth_pca_each_part(hearth_pca_fit_job *job, hearth_pca_samples_work work);
/* The layout of field f's space for a fit on the samples' side. Collective. */
hearth_status hearth_pca_samples_layout(const hearth_pca_fit_job *job, int32_t f, hearth_layout **layout);

/* pca_samples.c, pca_points.c: the Gram matrix, weights and means; then the modes from its eigenvectors. Collective. */
hearth_status hearth_pca_fit_samples(hearth_pca_fit_job *job);
hearth_status hearth_pca_fit_points(hearth_pca_fit_job *job);

/* The pass alone, into job->matrix. Collective. */
hearth_status hearth_pca_pass_samples(hearth_pca_fit_job *job);

/* pca_modes.c: sums the Gram matrix over ranks, solves it on rank 0, and sets pca->modes, scatter, total. `host` [side, side] is the summed matrix (destroyed);
 * vectors [side, n_components] (column-major) is filled on all ranks. Collective. */
hearth_status hearth_pca_solve(hearth_pca_fit_job *job, int64_t side, double *host, double *vectors);
/* Whether modes that were asked for are too small for a Gram matrix, so that job->insufficient is set and the caller stops, or the matrix is not safe;
 * otherwise says if there are fewer modes than were asked for. The same on all ranks. */
bool hearth_pca_gave_up(hearth_pca_fit_job *job);
/* Refuses NaN at some samples, infinities, too few points, by the options; the numbers are this rank's. Collective. */
hearth_status hearth_pca_judge(hearth_pca_fit_job *job);

#endif
