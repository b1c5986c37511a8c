/* Gaps that vary in time, filled before a batch fit.
 *
 * Y are the weighted anomalies of all samples and points, from means that move while gaps are filled: Y + mean is the weighted data where there are some. Every
 * rank has all samples of its points or, where samples outnumber points, all points of its samples; the complete side is the short one. */
#ifndef HEARTH_ANALYSIS_PCA_FILL_IMPL_H
#define HEARTH_ANALYSIS_PCA_FILL_IMPL_H
#include "analysis/pca_matrix_impl.h"

typedef struct hearth_fill {
  hearth_pca *pca;
  const hearth_series *series;
  hearth_array **field;  /* [fields] float64, as the series: the data, filled at the end */
  hearth_array *matrix;  /* Y as [points, samples], column-major */
  bool by_samples;       /* split along the samples */
  int64_t n, p;          /* samples and points of this rank */
  int64_t all_n, all_p;  /* of all */
  int64_t first;         /* number of the first sample */
  const int32_t *labels; /* of this rank's samples, or NULL */
  int64_t *number;       /* number, among all points, of each of this rank's */
  uint8_t *gap;          /* backend memory [n, p]: 1 where Y is to be found */
  uint8_t *gap_host;     /* the same on the host */
  double *mean;          /* [groups, p], weighted */
  double *size;          /* [groups] samples */
  double *deviations;    /* [p] of points if standardised, else 1 */
  double *host, *device; /* [groups, p] scratch on the host and in backend memory */
  int64_t gaps;          /* of all ranks */
  int64_t values;        /* that are there, of all ranks */
  double deviation;      /* root mean square of the anomalies that are there */
  /* what an iteration needs */
  int32_t most;    /* modes */
  int64_t side;    /* the short one */
  int64_t columns; /* of a panel, along the long one */
  double *gram;    /* backend memory [side, side] */
  double *vectors; /* the same memory afterwards: [side, modes] column-major */
  double *panel;   /* backend memory: [side, columns], [most, columns] */
  double *small;   /* [side, side] on the host */
  double *leading; /* [side, most] on the host */
  double *value;   /* [most] */
  int32_t iterations;
} hearth_fill;

/* pca_fill.c: Y [samples, points] and the gaps, of this rank. */
hearth_view hearth_fill_view(const hearth_fill *fill);
hearth_view hearth_fill_gaps(const hearth_fill *fill);
/* pca_fill_means.c: memory, and the gaps where Y is NaN, which becomes 0 (local); anomalies from the means of what is there, and their size (collective;
 * agreed); Y back to weighted data (local). */
hearth_status hearth_fill_begin(hearth_fill *fill);
hearth_status hearth_fill_first_means(hearth_fill *fill);
hearth_status hearth_fill_end(hearth_fill *fill);
/* Sets the gaps from gap_host. Local. */
hearth_status hearth_fill_set_gaps(hearth_fill *fill);
/* Sum over all ranks of the squares of Y. Collective; agreed. */
hearth_status hearth_fill_squares(const hearth_fill *fill, double *sum);
/* pca_fill_step.c: memory for iterations with up to `most` modes (local). */
hearth_status hearth_fill_step_create(hearth_fill *fill, int32_t most);
void hearth_fill_step_destroy(hearth_fill *fill);
/* Moves the mean so that Y has none. Collective; agreed. */
hearth_status hearth_fill_centre(hearth_fill *fill);
/* The leading vectors of Y's short side into fill->vectors, fill->leading, fill->value (eigenvalues). Collective; agreed. */
hearth_status hearth_fill_vectors(hearth_fill *fill, int32_t modes);
/* Gaps := reconstruction from the leading modes, until they change by less than `tolerance`, at most `most` times. Collective; agreed. */
hearth_status hearth_fill_iterate(hearth_fill *fill, int32_t modes, double tolerance, int32_t most);
/* Y := target where there are gaps, on the panel `part` of Y; *change += the squares of what that changes; `target` is destroyed. Local. */
hearth_status hearth_fill_put(const hearth_fill *fill, const hearth_view *part, const hearth_view *gap, const hearth_view *target, double *change);

/* pca_fill_choose.c, pca_fill_em.c: fill the gaps of Y; pca->gaps' modes, error and iterations into the arguments. Collective; agreed. */
hearth_status hearth_fill_dineof(hearth_fill *fill, hearth_pca_gaps *report);
hearth_status hearth_fill_em(hearth_fill *fill, hearth_pca_gaps *report);

/* pca_fill.c: fills the series. report->filled are arrays like its fields, which the caller destroys. Uses the estimator's space, which it leaves set.
 * Collective; agreed. */
hearth_status hearth_pca_fill(hearth_pca_fit_job *job, hearth_pca_gaps *report);

#endif
