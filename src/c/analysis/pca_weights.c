/* The metric as a fit used it: weights of the points, and what they were divided by. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>

/* Fills the array [space...] with `values` of field f's points on this rank. Local. */
static hearth_status put(const hearth_pca *pca, int32_t f, double *values, const hearth_array *array) {
  const hearth_pca_field *field = &pca->space.field[f];
  for (int32_t p = 0; p < array->npieces; p++) {
    if (field->piece[p + 1] == field->piece[p]) continue;
    hearth_view from = hearth_pca_piece_view(pca, f, p, NULL, -1, 0);
    from.data = values + field->piece[p];
    from.space = HEARTH_SPACE_HOST;
    HEARTH_TRY(hearth_view_copy(pca->ctx, &array->piece[p].view, &from));
  }
  return HEARTH_OK;
}

/* w = 1 / inverse^2, or the deviations where `deviation`. Local. */
static hearth_status fill(const hearth_pca *pca, int32_t f, bool deviation, const hearth_array *array) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t n = field->points;
  double *values = NULL, *divisor = NULL;
  hearth_status status = hearth_allocate(ctx, n * (int64_t)sizeof *values, &values);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *divisor, &divisor);
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++) values[i] = 1;
  if (status == HEARTH_OK && pca->space.inverse) status = hearth_pca_download(ctx, values, pca->space.inverse + field->offset, n);
  if (status == HEARTH_OK && deviation) status = hearth_pca_download(ctx, divisor, pca->space.deviation + field->offset, n);
  for (int64_t i = 0; i < n && status == HEARTH_OK; i++) {
    const bool out = isnan(values[i]);
    if (deviation)
      values[i] = out ? (double)NAN : divisor[i];
    else
      values[i] = out ? 0 : 1 / (values[i] * values[i]);
  }
  if (status == HEARTH_OK) status = put(pca, f, values, array);
  hearth_deallocate(ctx, values);
  hearth_deallocate(ctx, divisor);
  return status;
}

static hearth_status make(hearth_pca *pca, int32_t f, bool deviation, hearth_array **array, const char *function) {
  HEARTH_REQUIRE(pca->ctx, array, "%s: NULL argument", function);
  HEARTH_TRY(hearth_pca_ready(pca));
  HEARTH_REQUIRE(pca->ctx, f >= 0 && f < pca->space.nfields, "%s: field %d is outside 0..%d", function, f, pca->space.nfields - 1);
  int64_t has = pca->space.deviation != NULL; /* ranks without points have no memory for it */
  HEARTH_TRY(hearth_allreduce_i64(pca->ctx, &has, 1, HEARTH_OP_MAX));
  if (deviation && !has) return hearth_fail(pca->ctx, HEARTH_ERR_STATE, "%s: the fit was not standardised", function);
  HEARTH_TRY(hearth_array_create(pca->space.field[f].layout, HEARTH_FLOAT64, pca->space.field[f].order, array));
  const hearth_status status = hearth_agree(pca->ctx, fill(pca, f, deviation, *array));
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}

hearth_status hearth_pca_weights(hearth_pca *pca, int32_t field, hearth_array **weights) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_weights: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return make(pca, field, false, weights, "hearth_pca_weights");
}

hearth_status hearth_pca_standard_deviation(hearth_pca *pca, int32_t field, hearth_array **deviation) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_standard_deviation: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return make(pca, field, true, deviation, "hearth_pca_standard_deviation");
}
