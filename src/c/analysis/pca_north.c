/* Sampling errors: effective numbers of samples, North's errors, multiplets; and what a scree plot shows. */
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/pca_diagnostics.h>
#include <math.h>

/* N (1 - r^2) / (1 + r^2) of the column x[0], x[stride], ... */
static double effective_size(const double *x, int64_t n, int64_t stride) {
  double mean = 0, square = 0, product = 0;
  for (int64_t t = 0; t < n; t++) mean += x[t * stride] / (double)n;
  for (int64_t t = 0; t < n; t++) {
    const double d = x[t * stride] - mean;
    square += d * d;
    if (t + 1 < n) product += d * (x[(t + 1) * stride] - mean);
  }
  const double r = square > 0 ? product / square : 0, size = (double)n * (1 - r * r) / (1 + r * r);
  return size > 1 ? size : 1;
}

static hearth_status check_scores(const hearth_pca *pca, const hearth_array *scores, int32_t n, const void *result) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, scores && result, "hearth_pca_effective_samples_of: NULL argument");
  if (scores->ctx != ctx || scores->layout->ndim != 2 || scores->layout->shape[1] < n)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_effective_samples_of: the scores must be [samples, at least %d] and of the estimator's context",
                       n);
  HEARTH_REQUIRE(ctx, scores->layout->shape[0] >= 2, "hearth_pca_effective_samples_of: at least 2 samples are needed");
  return hearth_array_pending(scores);
}

static hearth_status check_count(const hearth_pca *pca, int32_t n, const char *function) {
  HEARTH_REQUIRE(pca->ctx, n >= 0 && n <= pca->modes, "%s: %d values are asked for, %d modes were found", function, n, pca->modes);
  return HEARTH_OK;
}

hearth_status hearth_pca_effective_samples_of(hearth_pca *pca, const hearth_array *scores, int32_t n, double *sizes) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_effective_samples_of: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  HEARTH_TRY(hearth_pca_ready(pca));
  const int64_t number = n;
  hearth_status status = check_count(pca, n, "hearth_pca_effective_samples");
  if (status == HEARTH_OK) status = check_scores(pca, scores, n, sizes);
  HEARTH_TRY(hearth_agree_same(pca->ctx, status, "number of modes", &number, 1));
  double *host = NULL;
  status = hearth_pca_collect_scores(pca->ctx, scores, &host);
  for (int32_t k = 0; k < n && status == HEARTH_OK; k++) sizes[k] = effective_size(host + k, scores->layout->shape[0], scores->layout->shape[1]);
  hearth_deallocate(pca->ctx, host);
  return status;
}

hearth_status hearth_pca_effective_samples(hearth_pca *pca, int32_t n, double *sizes) {
  hearth_array *scores = NULL;
  HEARTH_TRY(hearth_pca_scores(pca, &scores));
  const hearth_status status = hearth_pca_effective_samples_of(pca, scores, n, sizes);
  hearth_array_destroy(&scores);
  return status;
}

hearth_status hearth_pca_north_errors(hearth_pca *pca, int32_t n, double *errors) {
  HEARTH_TRY(hearth_pca_effective_samples(pca, n, errors));
  const double *sigma = hearth_pca_shown_sigma(pca), divisor = hearth_pca_divisor(pca);
  for (int32_t k = 0; k < n; k++) errors[k] = sigma[k] * sigma[k] / divisor * sqrt(2 / errors[k]);
  return HEARTH_OK;
}

hearth_status hearth_pca_north_multiplets(hearth_pca *pca, int32_t n, int32_t *multiplets) {
  if (!pca || !multiplets || n < 0) return hearth_fail(pca ? pca->ctx : NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_north_multiplets: NULL argument, or n < 0");
  double *error = NULL, *value = NULL;
  hearth_status status = hearth_allocate(pca->ctx, n * (int64_t)sizeof *error, &error);
  if (status == HEARTH_OK) status = hearth_allocate(pca->ctx, n * (int64_t)sizeof *value, &value);
  status = hearth_agree(pca->ctx, status);
  if (status == HEARTH_OK) status = hearth_pca_north_errors(pca, n, error);
  if (status == HEARTH_OK) status = hearth_pca_eigenvalues(pca, n, value);
  for (int32_t k = 0; k < n && status == HEARTH_OK; k++) multiplets[k] = k == 0 ? 0 : multiplets[k - 1] + !(value[k - 1] - value[k] < error[k - 1]);
  hearth_deallocate(pca->ctx, error);
  hearth_deallocate(pca->ctx, value);
  return status;
}

hearth_status hearth_pca_scree(hearth_pca *pca, int32_t n, double *eigenvalues, double *ratios, double *cumulative) {
  if (!pca || !cumulative) return hearth_fail(pca ? pca->ctx : NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_scree: NULL argument");
  HEARTH_TRY(hearth_pca_eigenvalues(pca, n, eigenvalues));
  HEARTH_TRY(hearth_pca_explained_variance_ratio(pca, n, ratios));
  for (int32_t k = 0; k < n; k++) cumulative[k] = (k > 0 ? cumulative[k - 1] : 0) + ratios[k];
  return HEARTH_OK;
}
