/* Samples of other data than the fit's, block by block: what scores and reconstruction errors share. */
#ifndef HEARTH_ANALYSIS_PCA_TRANSFORM_IMPL_H
#define HEARTH_ANALYSIS_PCA_TRANSFORM_IMPL_H
#include "analysis/pca_fit_impl.h"

typedef struct hearth_transform hearth_transform;
struct hearth_transform {
  hearth_pca *pca;
  const hearth_series *series;
  bool in_place; /* the arrays have the fit's space layout and hold all samples of their points */
  int64_t rows;  /* samples per block */
  int64_t first; /* sample of the block */
  int64_t panel_size;
  double *panel, *product; /* backend memory: [rows, part], [rows, modes] */
  double *host;            /* [rows, modes] scores on the fitted modes, summed over ranks */
  int32_t *missing;        /* backend memory, one number */
  hearth_array *stack;     /* reproducible mode: [rows + modes, points], anomalies of a block above the modes */
  /* Called after the scores of a block are known, with the fields' arrays and the place of the block's first sample in them; may be NULL. */
  hearth_status (*after)(hearth_transform *t, const hearth_array *const *block, int64_t start, int64_t rows);
  void *user;
};

/* Anomalies of a part, weighted. */
typedef struct hearth_transform_panel {
  hearth_view matrix; /* [rows, columns] */
  int64_t first;      /* place of its first column among the rank's points */
  int64_t infinite;   /* infinities met, added to */
} hearth_transform_panel;

/* Whether the samples have the space of the fit. Local. */
hearth_status hearth_transform_check(const hearth_pca *pca, const hearth_series *series);
/* Collective. hearth_transform_free afterwards, also after a failure. */
hearth_status hearth_transform_prepare(hearth_transform *t);
void hearth_transform_free(hearth_transform *t);
/* Samples start .. start + rows - 1 of all fields, where they lie, or read: t->host is set. Collective. */
hearth_status hearth_transform_block(hearth_transform *t, int64_t start, int64_t rows);

/* `src` is [rows, part...], `part` lies in a piece of this rank's points of field f. Local. */
typedef hearth_status (*hearth_transform_work)(hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part,
                                               int64_t *infinite);
hearth_status hearth_transform_pack(const hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part,
                                    hearth_transform_panel *result);
/* pca_transform_fixed.c, for the reproducible mode: makes the stack (collective; agreed), puts a part into it (a hearth_transform_work), and t->host of it
 * (collective; agreed). */
hearth_status hearth_transform_stack(hearth_transform *t);
hearth_status hearth_transform_stack_part(hearth_transform *t, int32_t f, int32_t piece, const hearth_view *src, const hearth_part *part, int64_t *infinite);
hearth_status hearth_transform_stack_scores(hearth_transform *t, int64_t rows);
/* All parts of rows start .. of a field. Local. */
hearth_status hearth_transform_parts(hearth_transform *t, int32_t f, const hearth_array *array, int64_t start, int64_t rows, hearth_transform_work work,
                                     int64_t *infinite);

#endif
