/* What the treatment of gaps left: the filled fields and how it went. */
#include "analysis/pca_impl.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"

void hearth_pca_free_gaps(const hearth_context *ctx, hearth_pca_gaps *gaps) {
  for (int32_t f = 0; f < gaps->nfields && gaps->filled; f++) hearth_array_destroy(&gaps->filled[f]);
  hearth_deallocate(ctx, gaps->filled);
  *gaps = (hearth_pca_gaps){0};
}

static hearth_status enter(hearth_pca *pca, const char *function) {
  HEARTH_TRY(hearth_pca_ready(pca));
  if (!pca->gaps.filled) return hearth_fail(pca->ctx, HEARTH_ERR_STATE, "%s: the fit has filled no gaps (options.gaps)", function);
  return HEARTH_OK;
}

hearth_status hearth_pca_filled(hearth_pca *pca, int32_t field, hearth_array **filled) {
  if (!pca || !filled) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_filled: NULL argument");
  HEARTH_GUARD_FP(pca->ctx);
  *filled = NULL;
  HEARTH_TRY(enter(pca, "hearth_pca_filled"));
  HEARTH_REQUIRE(pca->ctx, field >= 0 && field < pca->gaps.nfields, "hearth_pca_filled: field %d is outside 0..%d", field, pca->gaps.nfields - 1);
  const hearth_array *own = pca->gaps.filled[field];
  HEARTH_TRY(hearth_array_create(own->layout, own->dtype, own->order, filled));
  const hearth_status status = hearth_array_copy(own, *filled);
  if (status != HEARTH_OK) hearth_array_destroy(filled);
  return status;
}

hearth_status hearth_pca_fill_report(hearth_pca *pca, int32_t *modes, double *error, int32_t *iterations) {
  if (!pca || !modes || !error || !iterations) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_fill_report: NULL argument");
  HEARTH_TRY(enter(pca, "hearth_pca_fill_report"));
  *modes = pca->gaps.modes;
  *error = pca->gaps.error;
  *iterations = pca->gaps.iterations;
  return HEARTH_OK;
}
