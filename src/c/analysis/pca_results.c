/* What the estimator found, as numbers. */
#include "analysis/pca_impl.h"
#include "analysis/pca_stream_method.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/small.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

hearth_status hearth_pca_ready(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  if (pca->damaged) return hearth_fail(ctx, HEARTH_ERR_DAMAGED, "hearth_pca: an earlier update failed; hearth_pca_reset starts anew");
  if (pca->phase == HEARTH_PCA_EMPTY) return hearth_fail(ctx, HEARTH_ERR_STATE, "hearth_pca: nothing has been fitted yet");
  if (pca->phase == HEARTH_PCA_BATCH) return HEARTH_OK;
  if (stream->filled > 0) HEARTH_TRY(hearth_pca_stream_update(pca));
  const hearth_stream_table *method = hearth_stream_table_of(pca);
  if (method->finish && stream->stale && stream->samples > 0) HEARTH_TRY(method->finish(pca));
  stream->stale = false;
  pca->samples = stream->samples;
  pca->rows = stream->rank;
  pca->modes = stream->rank < pca->n_components ? stream->rank : pca->n_components;
  if (pca->rotated.basis && pca->rotated.samples != pca->samples) hearth_pca_forget_rotation(pca);
  if (!(hearth_pca_divisor(pca) > 0))
    return hearth_fail(ctx, HEARTH_ERR_STATE, "hearth_pca: %lld samples with ddof = %d have no variance yet", (long long)pca->samples, pca->options.ddof);
  if (pca->modes == 0) return hearth_fail(ctx, HEARTH_ERR_NUMERICAL, "hearth_pca: the samples do not vary: there is no mode");
  return HEARTH_OK;
}

#define ENTER(pca, result)                                                                                                                                     \
  if (!(pca)) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "%s: the estimator is NULL", __func__);                                                            \
  HEARTH_GUARD_FP((pca)->ctx);                                                                                                                                 \
  HEARTH_REQUIRE((pca)->ctx, (result) != NULL, "%s: NULL argument", __func__);                                                                                 \
  HEARTH_TRY(hearth_pca_ready(pca))

hearth_status hearth_pca_samples(hearth_pca *pca, int64_t *samples) {
  ENTER(pca, samples);
  *samples = pca->samples;
  return HEARTH_OK;
}

hearth_status hearth_pca_modes(hearth_pca *pca, int32_t *modes) {
  ENTER(pca, modes);
  *modes = pca->modes;
  return HEARTH_OK;
}

hearth_status hearth_pca_solver_used(hearth_pca *pca, int32_t *solver) {
  ENTER(pca, solver);
  *solver = pca->solver;
  return HEARTH_OK;
}

static double square(double x) {
  return x * x;
}

double hearth_pca_divisor(const hearth_pca *pca) {
  const hearth_pca_stream *stream = &pca->stream;
  if (pca->phase != HEARTH_PCA_STREAM) return (double)(pca->samples - pca->options.ddof);
  return stream->weight > 0 ? stream->weight - pca->options.ddof * (stream->weight2 / stream->weight) : 0;
}

static hearth_status check_count(const hearth_pca *pca, int32_t n) {
  HEARTH_REQUIRE(pca->ctx, n >= 0 && n <= pca->modes, "hearth_pca: %d values are asked for, %d modes were found", n, pca->modes);
  return HEARTH_OK;
}

hearth_status hearth_pca_eigenvalues(hearth_pca *pca, int32_t n, double *eigenvalues) {
  ENTER(pca, eigenvalues);
  HEARTH_TRY(check_count(pca, n));
  for (int32_t k = 0; k < n; k++) eigenvalues[k] = square(hearth_pca_shown_sigma(pca)[k]) / hearth_pca_divisor(pca);
  return HEARTH_OK;
}

hearth_status hearth_pca_singular_values(hearth_pca *pca, int32_t n, double *values) {
  ENTER(pca, values);
  HEARTH_TRY(check_count(pca, n));
  for (int32_t k = 0; k < n; k++) values[k] = hearth_pca_shown_sigma(pca)[k];
  return HEARTH_OK;
}

hearth_status hearth_pca_explained_variance_ratio(hearth_pca *pca, int32_t n, double *ratios) {
  ENTER(pca, ratios);
  HEARTH_TRY(check_count(pca, n));
  for (int32_t k = 0; k < n; k++) ratios[k] = square(hearth_pca_shown_sigma(pca)[k]) / pca->total;
  return HEARTH_OK;
}

hearth_status hearth_pca_total_variance(hearth_pca *pca, double *variance) {
  ENTER(pca, variance);
  *variance = pca->total / hearth_pca_divisor(pca);
  return HEARTH_OK;
}

hearth_status hearth_pca_discarded(hearth_pca *pca, double *bound) {
  ENTER(pca, bound);
  *bound = pca->stream.discarded / hearth_pca_divisor(pca);
  return HEARTH_OK;
}

/* sin of the angle of mode k <= discarded / distance of lambda_k from the rest of the true spectrum, of which lambda_j <= true lambda_j <= lambda_j +
 * discarded. */
hearth_status hearth_pca_angle_bounds(hearth_pca *pca, int32_t n, double *sines) {
  ENTER(pca, sines);
  HEARTH_TRY(check_count(pca, n));
  const double lost = pca->stream.discarded;
  const int32_t known = pca->phase == HEARTH_PCA_STREAM ? pca->rows : pca->modes;
  for (int32_t k = 0; k < n; k++) {
    const double own = square(pca->sigma[k]), above = k > 0 ? square(pca->sigma[k - 1]) - own : INFINITY;
    const double next = k + 1 < known ? square(pca->sigma[k + 1]) : 0, gap = fmin(above, own - next - lost);
    sines[k] = lost == 0 ? 0 : gap > lost ? lost / gap : 1;
  }
  return HEARTH_OK;
}

hearth_status hearth_pca_times(hearth_pca *pca, int64_t n, double *times) {
  ENTER(pca, times);
  if (pca->phase != HEARTH_PCA_STREAM) return hearth_fail(pca->ctx, HEARTH_ERR_STATE, "hearth_pca_times: only partial_fit is given times");
  HEARTH_REQUIRE(pca->ctx, n == pca->samples, "hearth_pca_times: room for %lld times, there are %lld samples", (long long)n, (long long)pca->samples);
  memcpy(times, pca->stream.times, n * sizeof *times);
  return HEARTH_OK;
}

/* This rank's part of E W E^T, on the host. Local. */
static hearth_status products(hearth_pca *pca, double *product) {
  const hearth_context *ctx = pca->ctx;
  const int64_t modes = pca->modes, n = pca->space.points;
  double *device = NULL;
  memset(product, 0, modes * modes * sizeof *product);
  if (n == 0 || !pca->space.primary) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_allocate(ctx, modes * modes, &device));
  const hearth_view rows = hearth_pca_matrix(ctx, pca->basis, modes, n, n, 1), columns = hearth_pca_matrix(ctx, pca->basis, n, modes, 1, n),
                    result = hearth_pca_matrix(ctx, device, modes, modes, modes, 1);
  hearth_status status = ctx->backend->gemm(ctx->queue, 0, 1, &rows, &columns, 0, &result);
  if (status == HEARTH_OK) status = hearth_pca_download(ctx, product, device, modes * modes);
  hearth_pca_release(ctx, &device);
  return status;
}

hearth_status hearth_pca_quality(hearth_pca *pca, double *residual, double *orthogonality) {
  ENTER(pca, residual);
  HEARTH_REQUIRE(pca->ctx, orthogonality, "hearth_pca_quality: NULL argument");
  const int64_t modes = pca->modes;
  double *product = NULL, explained = 0, worst = 0;
  hearth_status status = hearth_allocate(pca->ctx, modes * modes * (int64_t)sizeof *product, &product);
  if (status == HEARTH_OK) status = products(pca, product);
  status = hearth_agree(pca->ctx, status);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(pca->ctx, product, modes * modes, HEARTH_OP_SUM);
  for (int64_t i = 0; status == HEARTH_OK && i < modes * modes; i++) worst = fmax(worst, fabs(product[i] - (i % (modes + 1) == 0)));
  for (int64_t k = 0; k < modes; k++) explained += square(pca->sigma[k]);
  *residual = sqrt(fmax(0, 1 - explained / pca->total));
  *orthogonality = worst;
  hearth_deallocate(pca->ctx, product);
  return status;
}
