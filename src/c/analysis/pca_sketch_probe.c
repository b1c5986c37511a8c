/* Random test matrices. Those over points are made a few rows at a time from the global index of the point, and forgotten: neither layout nor ranks matter. */
#include "analysis/pca_sketch_impl.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/generate.h"
#include <string.h>

/* Streams of random numbers that no caller names (hearth_rand's end at 2^31 - 1, automatic ones follow). */
#define POINTS_STREAM 0xc0000000u
#define SAMPLES_STREAM 0xbfffffffu

/* Rows first .. first + count - 1 of M in one piece of a field. Local. */
static hearth_status fill_piece(hearth_pca *pca, int32_t f, int32_t piece, int64_t first, int64_t count) {
  const hearth_context *ctx = pca->ctx;
  const hearth_layout *layout = pca->space.field[f].layout;
  hearth_numbers numbers;
  hearth_runs runs[HEARTH_MAX_NDIM] = {{0}};
  hearth_status status = HEARTH_OK;
  memset(&numbers, 0, sizeof numbers);
  hearth_row_major_weights(layout, numbers.weight);
  for (int32_t d = 0; d < layout->ndim && status == HEARTH_OK; d++) {
    status = hearth_runs_in_order(layout, piece, d, &runs[d]);
    numbers.nruns[d] = runs[d].n;
    numbers.run[d] = runs[d].run;
  }
  for (int64_t i = 0; i < count && status == HEARTH_OK; i++) {
    const hearth_view row = hearth_pca_piece_view(pca, f, piece, pca->stream.sketch->probes + i * pca->space.points, -1, 0);
    const hearth_random random = {ctx->options.seed, POINTS_STREAM + ((uint32_t)f << 20) + (uint32_t)(first + i)};
    status = ctx->backend->generate->normal(ctx->queue, &row, &numbers, &random);
  }
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  for (int32_t d = 0; d < layout->ndim; d++) hearth_runs_free(ctx, &runs[d]);
  return status;
}

hearth_status hearth_sketch_probe(hearth_pca *pca, const double *x, int64_t n, double *product) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sketch = pca->stream.sketch;
  const int64_t all = sketch->k + sketch->s + sketch->q, points = pca->space.points;
  memset(product, 0, (size_t)(all * n) * sizeof *product);
  if (points == 0 || n == 0 || !pca->space.primary) return HEARTH_OK;
  const hearth_view columns = hearth_pca_matrix(ctx, (double *)x, points, n, 1, points);
  for (int64_t first = 0; first < all; first += HEARTH_SKETCH_PROBES) {
    const int64_t count = all - first < HEARTH_SKETCH_PROBES ? all - first : HEARTH_SKETCH_PROBES;
    for (int32_t f = 0; f < pca->space.nfields; f++)
      for (int32_t p = 0; p < pca->space.field[f].npieces; p++)
        if (pca->space.field[f].piece[p + 1] > pca->space.field[f].piece[p]) HEARTH_TRY(fill_piece(pca, f, p, first, count));
    const hearth_view probes = hearth_pca_matrix(ctx, sketch->probes, count, points, points, 1),
                      result = hearth_pca_matrix(ctx, sketch->device, count, n, 1, count);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &probes, &columns, 0, &result));
    HEARTH_TRY(hearth_pca_download(ctx, sketch->host, sketch->device, count * n));
    for (int64_t j = 0; j < n; j++) memcpy(product + j * all + first, sketch->host + j * count, (size_t)count * sizeof *product);
  }
  return HEARTH_OK;
}

void hearth_sketch_weights(const hearth_pca *pca, int64_t t, double *w, double *p) {
  const hearth_sketch *sketch = pca->stream.sketch;
  const hearth_random random = {pca->ctx->options.seed, SAMPLES_STREAM};
  const uint64_t width = (uint64_t)(sketch->k + sketch->s), first = (uint64_t)t * width;
  for (int64_t i = 0; i < sketch->k; i++) w[i] = hearth_random_normal(&random, first + (uint64_t)i);
  for (int64_t i = 0; i < sketch->s && p; i++) p[i] = hearth_random_normal(&random, first + (uint64_t)(sketch->k + i));
}
