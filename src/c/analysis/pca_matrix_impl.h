/* The weighted anomalies of all samples as one array in memory, and what the solvers other than the Gram matrix make of it. */
#ifndef HEARTH_ANALYSIS_PCA_MATRIX_IMPL_H
#define HEARTH_ANALYSIS_PCA_MATRIX_IMPL_H
#include "analysis/pca_fit_impl.h"

/* [points, columns], float64, column-major, split where this rank's points lie; points in the order of the ranks, not in that of the fields.
 *
 * Anomalies of a group of m samples add up to 0, which no factorisation likes. If `deflated` each group's samples have gone through the reflection that takes
 * (1, ..., 1) / sqrt(m) to the last one, and that one, which is 0 then, is left out: nothing is lost, and means come out exact. */
struct hearth_pca_anomalies {
  hearth_array *array;
  bool deflated;
  int64_t *last; /* [groups] last sample of each group, -1: none */
};

/* Makes job->matrix, not filled, for the estimator's space. Collective; agreed. */
hearth_status hearth_pca_matrix_create(hearth_pca_fit_job *job, bool deflated);
void hearth_pca_matrix_destroy(const hearth_context *ctx, struct hearth_pca_anomalies **matrix);
/* Takes a part's anomalies, `panel` [samples, columns] and as `field` [samples, part...]; the panel is changed. Local. */
hearth_status hearth_pca_matrix_take(hearth_pca_fit_job *job, int32_t f, const hearth_part *part, const hearth_view *panel, const hearth_view *field);
/* vector [samples]: what the reflections make of one over the matrix's columns. */
void hearth_pca_matrix_inflate(const hearth_pca_fit_job *job, const double *columns, double *samples);
/* A layout [points, columns] of this rank's points where they count. Collective; agreed. */
hearth_status hearth_pca_points_layout(const hearth_pca *pca, int32_t axis, int64_t other, hearth_layout **layout);

/* What messages call a hearth_pca_solver. */
const char *hearth_pca_solver_name(int32_t solver);
/* pca_solvers.c: modes, singular values, total, basis and scores by the solver given (none of AUTO and GRAM). Collective. */
hearth_status hearth_pca_solve_matrix(hearth_pca_fit_job *job, int32_t solver);
/* The modes and the total of all `count` or some singular values, descending. Collective. Errors: NUMERICAL (none), MEMORY. */
hearth_status hearth_pca_keep_values(hearth_pca_fit_job *job, int64_t count, const double *values, double total);
/* pca_fixed.c: the same by exact Gram matrices and products in a fixed order. Collective. */
hearth_status hearth_pca_solve_fixed(hearth_pca_fit_job *job);
/* pca->scores from right singular vectors [columns, modes] (column-major) of the matrix, if it has few samples. Local. */
hearth_status hearth_pca_matrix_scores(hearth_pca_fit_job *job, const double *vectors);
/* Number, among all points, of the matrix's rows, on every rank; the caller frees it. Collective; agreed. */
hearth_status hearth_pca_matrix_points(const hearth_pca *pca, int64_t **number);

#endif
