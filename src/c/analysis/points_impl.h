/* Between the two files of a fit on the points' side: the pass over the data, and what is made of it. */
#ifndef HEARTH_ANALYSIS_POINTS_IMPL_H
#define HEARTH_ANALYSIS_POINTS_IMPL_H
#include "analysis/pca_fit_impl.h"

typedef struct hearth_points {
  hearth_pca_fit_job *job;
  bool in_place;   /* the arrays hold whole samples: no blocks are needed */
  int64_t points;  /* of all fields, on every rank */
  int64_t *offset; /* [fields] of the field's first point */
  int64_t rows;    /* of the panel */
  bool shift_known;
  double *shift;  /* [points] backend memory: the provisional mean */
  double *use;    /* [points] backend memory: 1, or 0 where the metric leaves the point out */
  double *sums;   /* [groups, points] backend memory, of the values minus shift */
  double *host;   /* [groups + 1, points + 1] host scratch */
  int32_t *label; /* [rows] of the panel's samples */
} hearth_points;

/* job->gram, job->missing, job->infinite and points->sums for this rank's samples. Collective. */
hearth_status hearth_points_pass(hearth_points *points);

#endif
