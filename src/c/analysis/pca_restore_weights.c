/* The weights of a checkpoint. Those of a batch fit also say which points took part; those of a stream are the metric's. */
#include "analysis/pca_checkpoint.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <math.h>

/* 1 / sqrt(w) saved against that of the metric, NaN where a point takes no part; a batch fit may have dropped more points. */
static bool fits(double saved, double own, bool batch) {
  if (isnan(saved)) return isnan(own) || batch;
  return fabs(saved - own) <= 1e-9 * fabs(own);
}

static hearth_status compare(const hearth_restoring *r, const double *own, double *saved) {
  const hearth_pca *pca = r->pca;
  HEARTH_TRY(hearth_pca_download(pca->ctx, saved, pca->space.inverse, pca->space.points));
  for (int64_t i = 0; i < pca->space.points; i++) {
    char where[160];
    if (fits(saved[i], own[i], pca->phase == HEARTH_PCA_BATCH)) continue;
    hearth_pca_describe_point(pca, hearth_pca_global_point(pca, i), where, sizeof where);
    return hearth_fail(pca->ctx, HEARTH_ERR_MISMATCH, "'%s' was saved with another metric: weight %g in %s, where this estimator's metric has %g", r->path,
                       isnan(saved[i]) ? 0 : 1 / (saved[i] * saved[i]), where, isnan(own[i]) ? 0 : 1 / (own[i] * own[i]));
  }
  return HEARTH_OK;
}

/* Memory for what will be read, and the metric's own for the comparison. Local. */
static hearth_status prepare(hearth_pca *pca, double **own, double **saved) {
  const int64_t n = pca->space.points;
  if (!pca->space.weighted) {
    HEARTH_TRY(hearth_pca_allocate(pca->ctx, n, &pca->space.scale));
    HEARTH_TRY(hearth_pca_allocate(pca->ctx, n, &pca->space.inverse));
  }
  if (!pca->metric) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(pca->ctx, n * (int64_t)sizeof **own, own));
  HEARTH_TRY(hearth_allocate(pca->ctx, n * (int64_t)sizeof **saved, saved));
  return hearth_pca_download(pca->ctx, *own, pca->space.inverse, n);
}

hearth_status hearth_restore_weights(const hearth_restoring *r) {
  hearth_pca *pca = r->pca;
  double *own = NULL, *saved = NULL;
  if (!r->weights) {
    if (!pca->metric) return HEARTH_OK;
    return hearth_fail(pca->ctx, HEARTH_ERR_MISMATCH, "'%s' was saved without a metric, this estimator has one", r->path);
  }
  hearth_status status = hearth_agree(pca->ctx, prepare(pca, &own, &saved));
  pca->space.weighted = true;
  const hearth_checkpoint_rows scale = {"scale", pca->space.scale, 1}, inverse = {"inverse", pca->space.inverse, 1};
  if (status == HEARTH_OK) status = hearth_restore_rows(r, &scale);
  if (status == HEARTH_OK) status = hearth_restore_rows(r, &inverse);
  if (status == HEARTH_OK && pca->metric) status = hearth_agree(pca->ctx, compare(r, own, saved));
  hearth_deallocate(pca->ctx, own);
  hearth_deallocate(pca->ctx, saved);
  return status;
}
