/* What methods share that keep samples minus a fixed reference: which of a bunch all ranks have, and the reference itself. */
#include "analysis/pca_stream_method.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/map.h"
#include <string.h>

static hearth_view row_of(const hearth_pca *pca, double *rows, int64_t t) {
  const int64_t n = pca->space.points;
  return hearth_pca_matrix(pca->ctx, n ? rows + t * n : NULL, 1, n, n, 1);
}

/* The good samples close together. Local. */
static hearth_status close_ranks(hearth_pca *pca, const double *use) {
  const hearth_context *ctx = pca->ctx;
  int64_t to = 0;
  for (int64_t j = 0; j < pca->stream.filled && pca->space.points > 0; j++) {
    const hearth_view target = row_of(pca, pca->stream.waiting, to), source = row_of(pca, pca->stream.waiting, j);
    if (use[j] == 0) continue;
    if (to++ != j) HEARTH_TRY(ctx->backend->copy(ctx->queue, &target, &source));
  }
  return ctx->backend->wait(ctx->queue);
}

/* The reference: the mean of the first bunch, in the order of its samples, which is taken from them. Local. */
static hearth_status centre_first(hearth_pca *pca, int64_t good) {
  const hearth_context *ctx = pca->ctx;
  static const hearth_map_step add[] = {{HEARTH_OP_MULTIPLY, {1, 0}}, {HEARTH_OP_ADD, {2, 0}}}, subtract = {HEARTH_OP_SUBTRACT, {1, 0}};
  const double share = 1 / (double)good;
  const int64_t n = pca->space.points;
  const hearth_view reference = row_of(pca, pca->stream.reference, 0), inverse = row_of(pca, pca->space.inverse, 0);
  hearth_view number = hearth_pca_host_matrix((double *)&share, 1, n);
  number.stride[0] = number.stride[1] = 0;
  if (n == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &reference, 0));
  for (int64_t t = 0; t < good; t++) {
    const hearth_view row = row_of(pca, pca->stream.waiting, t), *const sources[] = {&row, &number, &reference};
    HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 2, add, &reference, 3, sources));
  }
  for (int64_t t = 0; t < good; t++) {
    const hearth_view row = row_of(pca, pca->stream.waiting, t), *const sources[] = {&row, &reference};
    HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &subtract, &row, 2, sources));
  }
  if (pca->space.inverse) HEARTH_TRY(ctx->backend->multiply(ctx->queue, &reference, &reference, &inverse));
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_stream_gather(hearth_pca *pca, int64_t *good, hearth_status *mine) {
  hearth_pca_stream *stream = &pca->stream;
  const bool first = stream->samples == 0;
  double use[stream->filled];
  memcpy(use, stream->bad, sizeof use);
  HEARTH_TRY(hearth_allreduce_f64(pca->ctx, use, stream->filled, HEARTH_OP_SUM));
  *good = 0;
  for (int64_t j = 0; j < stream->filled; j++) {
    use[j] = use[j] == 0;
    *good += use[j] != 0;
  }
  if (*good == 0) return HEARTH_OK;
  *mine = close_ranks(pca, use);
  if (*mine == HEARTH_OK && first) *mine = centre_first(pca, *good);
  hearth_stream_keep_times(pca, use);
  stream->weight = stream->weight2 = (double)stream->samples;
  return HEARTH_OK;
}

hearth_status hearth_stream_set_mean(hearth_pca *pca, double *stored_mean) {
  const hearth_context *ctx = pca->ctx;
  static const hearth_map_step add = {HEARTH_OP_ADD, {1, 0}};
  const hearth_view stored = row_of(pca, stored_mean, 0), mean = row_of(pca, pca->mean, 0), reference = row_of(pca, pca->stream.reference, 0),
                    inverse = row_of(pca, pca->space.inverse, 0), *const sources[] = {&mean, &reference};
  if (pca->space.points == 0) return HEARTH_OK;
  HEARTH_TRY(pca->space.inverse ? ctx->backend->multiply(ctx->queue, &mean, &stored, &inverse) : ctx->backend->copy(ctx->queue, &mean, &stored));
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &mean, 2, sources));
  return ctx->backend->wait(ctx->queue);
}
