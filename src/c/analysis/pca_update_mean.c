/* The running mean, elementwise. */
#include "analysis/pca_update_impl.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/map.h"

/* spare := sum over the columns of factor[j] y_j, in the order of the columns: the same at a point wherever it lies. */
static hearth_status sum_in_order(const hearth_update *u, const double *factor) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  const hearth_view spare = hearth_pca_matrix(ctx, pca->stream.spare, 1, n, n, 1);
  static const hearth_map_step steps[] = {{HEARTH_OP_MULTIPLY, {1, 0}}, {HEARTH_OP_ADD, {2, 0}}};
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &spare, 0));
  for (int64_t j = 0; j < u->b; j++) {
    const hearth_view column = hearth_pca_matrix(ctx, u->columns + j * n, 1, n, n, 1);
    hearth_view number = hearth_pca_host_matrix((double *)&factor[j], 1, n);
    number.stride[0] = number.stride[1] = 0;
    const hearth_view *const sources[] = {&column, &number, &spare};
    if (factor[j] != 0) HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 2, steps, &spare, 3, sources));
  }
  return HEARTH_OK;
}

/* Good columns minus spare. */
static hearth_status subtract_in_order(const hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  const hearth_view spare = hearth_pca_matrix(ctx, pca->stream.spare, 1, n, n, 1);
  static const hearth_map_step step = {HEARTH_OP_SUBTRACT, {1, 0}};
  for (int64_t j = 0; j < u->b; j++) {
    const hearth_view column = hearth_pca_matrix(ctx, u->columns + j * n, 1, n, n, 1), *const sources[] = {&column, &spare};
    if (u->root[j] != 0) HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &step, &column, 2, sources));
  }
  return HEARTH_OK;
}

/* The same two by matrix products: less memory traffic. */
static hearth_status sum_fast(const hearth_update *u, const double *factor) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  const hearth_view columns = hearth_update_columns(u), spare = hearth_pca_matrix(ctx, pca->stream.spare, n, 1, 1, n),
                    factors = hearth_pca_matrix(ctx, u->device, u->b, 1, 1, u->b);
  HEARTH_TRY(hearth_pca_upload(ctx, u->device, factor, u->b));
  return ctx->backend->gemm(ctx->queue, 0, 1, &columns, &factors, 0, &spare);
}

static hearth_status subtract_fast(const hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  double use[u->b];
  for (int64_t j = 0; j < u->b; j++) use[j] = u->root[j] != 0;
  const hearth_view columns = hearth_update_columns(u), spare = hearth_pca_matrix(ctx, pca->stream.spare, n, 1, 1, n),
                    row = hearth_pca_matrix(ctx, u->device, 1, u->b, u->b, 1);
  HEARTH_TRY(hearth_pca_upload(ctx, u->device, use, u->b));
  return ctx->backend->gemm(ctx->queue, 0, -1, &spare, &row, 1, &columns);
}

/* mean += (weighted sum of the good samples' anomalies) / (weight then); the first bunch is centred by its own mean instead. Left-out samples become 0. */
hearth_status hearth_update_mean(hearth_update *u, double weight) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_backend_table *kernel = ctx->backend;
  const int64_t n = pca->space.points;
  const bool exact = ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE, first = pca->stream.samples == 0;
  double factor[u->b];
  if (n == 0) return HEARTH_OK;
  for (int64_t j = 0; j < u->b; j++) {
    const hearth_view column = hearth_pca_matrix(ctx, u->columns + j * n, 1, n, n, 1);
    factor[j] = u->root[j] * u->root[j] / weight;
    if (u->root[j] == 0) HEARTH_TRY(kernel->fill(ctx->queue, &column, 0));
  }
  HEARTH_TRY(exact ? sum_in_order(u, factor) : sum_fast(u, factor));
  if (first) HEARTH_TRY(exact ? subtract_in_order(u) : subtract_fast(u));
  const hearth_view spare = hearth_pca_matrix(ctx, pca->stream.spare, 1, n, n, 1), mean = hearth_pca_matrix(ctx, pca->mean, 1, n, n, 1),
                    inverse = hearth_pca_matrix(ctx, pca->space.inverse, 1, n, n, 1), *const sources[] = {&mean, &spare};
  if (pca->space.inverse) HEARTH_TRY(kernel->multiply(ctx->queue, &spare, &spare, &inverse));
  if (first) return kernel->copy(ctx->queue, &mean, &spare);
  static const hearth_map_step step = {HEARTH_OP_ADD, {1, 0}};
  return kernel->map->map(ctx->queue, HEARTH_FLOAT64, 1, &step, &mean, 2, sources);
}
