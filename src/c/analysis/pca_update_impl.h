/* Between the files of an update of the blocked incremental SVD. */
#ifndef HEARTH_ANALYSIS_PCA_UPDATE_IMPL_H
#define HEARTH_ANALYSIS_PCA_UPDATE_IMPL_H
#include "analysis/pca_core_impl.h"
#include "analysis/pca_impl.h"

struct hearth_exact_update; /* pca_update_exact.c: what reproducible updates need besides */

/* An update of U by b columns Y: the waiting samples, or, of a merge, another stream's directions. */
typedef struct hearth_update {
  hearth_pca *pca;
  double *columns;      /* Y [room, points], backend memory */
  int64_t room;         /* columns there is room for */
  int64_t k, b, n_kept; /* directions, columns now, directions there is room for */
  int64_t good;         /* samples that every rank could take in */
  double decay;         /* of everything before: forgetting^good */
  double *root;         /* [b] square roots of the samples' weights; 0: left out */
  double *projection;   /* [k, b] column-major, and after it the [b] failure counts: one reduction */
  double *gram;         /* [k + b, k + b] */
  double *answer;       /* what rank 0 sends: header, sigma [n_kept], z [n_kept + b, n_kept] */
  double *move;         /* [n_kept, n_kept + b + 1] on rank 0 */
  double *device;       /* backend memory for the small matrices */
  double *coefficients; /* backend memory for the projection */
  struct hearth_exact_update *exact;
} hearth_update;

enum { HEARTH_UPDATE_STATUS, HEARTH_UPDATE_RANK, HEARTH_UPDATE_DISCARDED, HEARTH_UPDATE_TOTAL, HEARTH_UPDATE_HEADER };

/* Memory for updates of up to `room` columns; *update is to be destroyed also after a failure. Local. */
hearth_status hearth_update_create(hearth_pca *pca, double *columns, int64_t room, hearth_update **update);
void hearth_update_destroy(const hearth_context *ctx, hearth_update **update);

/* Points x directions, points x columns; the matrix with its dimensions swapped. */
hearth_view hearth_update_basis(const hearth_update *u, int64_t directions);
hearth_view hearth_update_columns(const hearth_update *u);
hearth_view hearth_update_transposed(hearth_view view);

/* First reduction: U^T Y and which columns some rank could not take in (`failures` [b]: not 0 here). Collective. */
hearth_status hearth_update_project(hearth_update *u, const double *failures);
/* R = Y - U U^T Y in place. Local. */
hearth_status hearth_update_residual(hearth_update *u);
/* Second reduction and broadcast: the Gram matrix of [U R], and rank 0's answer; weight before, and whether the columns are about the mean already. `mine`:
 * what went wrong here before. Collective. */
hearth_status hearth_update_solve(hearth_update *u, double before, bool centred, hearth_status mine);
/* U := [U R] z, and the numbers. Local. */
hearth_status hearth_update_rotate(hearth_update *u);

/* pca_update_mean.c: the mean moves by the good samples, the first bunch is centred. Local. */
hearth_status hearth_update_mean(hearth_update *u, double weight);

/* pca_update_exact.c: the two reductions without rounding. */
hearth_status hearth_exact_update_create(hearth_update *u);
void hearth_exact_update_destroy(const hearth_context *ctx, struct hearth_exact_update **exact);
hearth_status hearth_exact_update_project(hearth_update *u, const double *failures, double *sums);
hearth_status hearth_exact_update_gram(hearth_update *u, hearth_status mine);

#endif
