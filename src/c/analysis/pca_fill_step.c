/* One iteration of filling: the leading vectors of the short side from its Gram matrix, the reconstruction into the gaps. */
#include "analysis/pca_fill_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/exact.h"
#include "kernels/map.h"
#include "linalg/small.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <string.h>

/* [short side, long side]. */
static hearth_view sides(const hearth_fill *fill, const hearth_view *view) {
  return fill->by_samples ? hearth_view_transposed(view) : *view;
}

static int64_t long_side(const hearth_fill *fill) {
  return fill->by_samples ? fill->n : fill->p;
}

hearth_status hearth_fill_step_create(hearth_fill *fill, int32_t most) {
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t side = fill->by_samples ? fill->all_p : fill->all_n, length = long_side(fill);
  const int64_t fit = HEARTH_PANEL_BYTES / ((side + most) * (int64_t)sizeof(double));
  fill->side = side;
  fill->most = most;
  fill->columns = fit < 64 ? 64 : fit;
  if (fill->columns > length) fill->columns = length > 0 ? length : 1;
  HEARTH_TRY(hearth_pca_allocate(ctx, side * side, &fill->gram));
  HEARTH_TRY(hearth_pca_allocate(ctx, side * most, &fill->vectors));
  HEARTH_TRY(hearth_pca_allocate(ctx, (side + most) * fill->columns, &fill->panel));
  HEARTH_TRY(hearth_allocate(ctx, side * side * (int64_t)sizeof *fill->small, &fill->small));
  HEARTH_TRY(hearth_allocate(ctx, side * most * (int64_t)sizeof *fill->leading, &fill->leading));
  return hearth_allocate(ctx, most * (int64_t)sizeof *fill->value, &fill->value);
}

void hearth_fill_step_destroy(hearth_fill *fill) {
  const hearth_context *ctx = fill->pca->ctx;
  hearth_pca_release(ctx, &fill->gram);
  hearth_pca_release(ctx, &fill->vectors);
  hearth_pca_release(ctx, &fill->panel);
  hearth_deallocate(ctx, fill->small);
  hearth_deallocate(ctx, fill->leading);
  hearth_deallocate(ctx, fill->value);
  fill->small = fill->leading = fill->value = NULL;
}

hearth_status hearth_fill_vectors(hearth_fill *fill, int32_t modes) {
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t side = fill->side;
  const hearth_view y = hearth_fill_view(fill), matrix = sides(fill, &y), gram = hearth_pca_matrix(ctx, fill->gram, side, side, side, 1);
  hearth_status status = HEARTH_OK;
  memset(fill->small, 0, (size_t)(side * side) * sizeof *fill->small);
  if (long_side(fill) > 0) {
    status = ctx->backend->syrk(ctx->queue, 1, &matrix, 0, &gram);
    if (status == HEARTH_OK) status = hearth_pca_download(ctx, fill->small, fill->gram, side * side);
  }
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_allreduce_f64(ctx, fill->small, side * side, HEARTH_OP_SUM));
  HEARTH_TRY(hearth_agree(ctx, ctx->rank == 0 ? hearth_small_eigh(ctx, side, fill->small, modes, fill->value, fill->leading) : HEARTH_OK));
  HEARTH_TRY(hearth_broadcast(ctx, fill->leading, side * modes * (int64_t)sizeof *fill->leading, 0));
  HEARTH_TRY(hearth_broadcast(ctx, fill->value, modes * (int64_t)sizeof *fill->value, 0));
  return hearth_agree(ctx, hearth_pca_upload(ctx, fill->vectors, fill->leading, side * modes));
}

hearth_status hearth_fill_put(const hearth_fill *fill, const hearth_view *part, const hearth_view *gap, const hearth_view *target, double *change) {
  const hearth_context *ctx = fill->pca->ctx;
  hearth_exact exact = {0};
  hearth_view sums = {.data = &exact, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 2, .extent = {part->extent[0], part->extent[1]}};
  const hearth_map_step differ[] = {{HEARTH_OP_SUBTRACT, {1}}, {HEARTH_OP_MULTIPLY, {2}}}, add = {HEARTH_OP_ADD, {1}};
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 2, differ, target, 3, (const hearth_view *const[]){target, part, gap}));
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, part, 2, (const hearth_view *const[]){part, target}));
  HEARTH_TRY(ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_SQUARE, 0, 1, target, NULL}, &sums));
  HEARTH_TRY(ctx->backend->wait(ctx->queue));
  *change += hearth_exact_round(&exact);
  return HEARTH_OK;
}

/* Reconstruction U U^T Y into the gaps, a panel at a time. Local. */
static hearth_status reconstruct(hearth_fill *fill, int32_t modes, double *change) {
  const hearth_context *ctx = fill->pca->ctx;
  const int64_t side = fill->side, length = long_side(fill);
  const hearth_view y = hearth_fill_view(fill), all_gaps = hearth_fill_gaps(fill), matrix = sides(fill, &y), gaps = sides(fill, &all_gaps);
  const hearth_view u = hearth_pca_matrix(ctx, fill->vectors, side, modes, 1, side), ut = hearth_view_transposed(&u);
  *change = 0;
  for (int64_t first = 0; first < length; first += fill->columns) {
    const int64_t count = length - first < fill->columns ? length - first : fill->columns;
    const hearth_view part = hearth_view_part(&matrix, 1, first, count), gap = hearth_view_part(&gaps, 1, first, count);
    double *second = fill->panel + side * count;
    const bool rows = !fill->by_samples; /* the panel lies as Y does */
    const hearth_view target = rows ? hearth_pca_matrix(ctx, fill->panel, side, count, count, 1) : hearth_pca_matrix(ctx, fill->panel, side, count, 1, side),
                      scores = rows ? hearth_pca_matrix(ctx, second, modes, count, count, 1) : hearth_pca_matrix(ctx, second, modes, count, 1, modes);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &ut, &part, 0, &scores));
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &u, &scores, 0, &target));
    HEARTH_TRY(hearth_fill_put(fill, &part, &gap, &target, change));
  }
  return HEARTH_OK;
}

hearth_status hearth_fill_iterate(hearth_fill *fill, int32_t modes, double tolerance, int32_t most) {
  const hearth_context *ctx = fill->pca->ctx;
  const double enough = tolerance * fill->deviation * sqrt((double)fill->gaps);
  double change = INFINITY;
  fill->iterations = 0;
  while (fill->iterations < most && sqrt(change) > enough) {
    HEARTH_TRY(hearth_fill_centre(fill));
    HEARTH_TRY(hearth_fill_vectors(fill, modes));
    HEARTH_TRY(hearth_agree(ctx, reconstruct(fill, modes, &change)));
    HEARTH_TRY(hearth_allreduce_f64(ctx, &change, 1, HEARTH_OP_SUM));
    fill->iterations++;
  }
  if (sqrt(change) > enough && most == fill->pca->options.gap_iterations)
    hearth_log_write(ctx, HEARTH_LOG_WARNING, "gaps still change by %.1e standard deviations after %d iterations with %d modes",
                     sqrt(change / (double)fill->gaps) / (fill->deviation > 0 ? fill->deviation : 1), fill->iterations, modes);
  return HEARTH_OK;
}
