/* Columns go into the basis: three collectives, whatever the number of points. */
#include "analysis/pca_update_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <math.h>
#include <string.h>

static bool is_exact(const hearth_update *u) {
  return u->pca->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
}

static int64_t answer_size(const hearth_update *u) {
  return HEARTH_UPDATE_HEADER + u->n_kept + (u->n_kept + u->b) * u->n_kept;
}

hearth_status hearth_update_create(hearth_pca *pca, double *columns, int64_t room, hearth_update **update) {
  const hearth_context *ctx = pca->ctx;
  const int64_t size = sizeof(double), n_kept = pca->stream.n_kept, side = n_kept + room;
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof **update, update));
  hearth_update *u = *update;
  *u = (hearth_update){.pca = pca, .columns = columns, .room = room, .b = room, .n_kept = n_kept, .decay = 1};
  HEARTH_TRY(hearth_allocate(ctx, room * size, &u->root));
  HEARTH_TRY(hearth_allocate(ctx, (n_kept * room + room) * size, &u->projection));
  HEARTH_TRY(hearth_allocate(ctx, (side * side + 1) * size, &u->gram));
  HEARTH_TRY(hearth_allocate_zero(ctx, answer_size(u) * size, &u->answer));
  if (ctx->rank == 0) HEARTH_TRY(hearth_allocate(ctx, n_kept * (side + 1) * size, &u->move));
  HEARTH_TRY(hearth_pca_allocate(ctx, n_kept * room, &u->coefficients));
  HEARTH_TRY(hearth_pca_allocate(ctx, side * side + room, &u->device));
  return is_exact(u) ? hearth_exact_update_create(u) : HEARTH_OK;
}

void hearth_update_destroy(const hearth_context *ctx, hearth_update **update) {
  hearth_update *u = *update;
  if (!u) return;
  hearth_deallocate(ctx, u->root);
  hearth_deallocate(ctx, u->projection);
  hearth_deallocate(ctx, u->gram);
  hearth_deallocate(ctx, u->answer);
  hearth_deallocate(ctx, u->move);
  hearth_pca_release(ctx, &u->device);
  hearth_pca_release(ctx, &u->coefficients);
  hearth_exact_update_destroy(ctx, &u->exact);
  hearth_deallocate(ctx, u);
  *update = NULL;
}

hearth_view hearth_update_basis(const hearth_update *u, int64_t directions) {
  const hearth_pca *pca = u->pca;
  return hearth_pca_matrix(pca->ctx, pca->basis, pca->space.points, directions, 1, pca->space.points);
}

hearth_view hearth_update_columns(const hearth_update *u) {
  const hearth_pca *pca = u->pca;
  return hearth_pca_matrix(pca->ctx, u->columns, pca->space.points, u->b, 1, pca->space.points);
}

hearth_view hearth_update_transposed(hearth_view view) {
  const hearth_view from = view;
  for (int i = 0; i < 2; i++) {
    view.extent[i] = from.extent[1 - i];
    view.stride[i] = from.stride[1 - i];
  }
  return view;
}

/* This rank's part of U^T Y. Local. */
static hearth_status project(hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t size = u->k * u->b;
  memset(u->projection, 0, size * sizeof *u->projection);
  if (size == 0 || pca->space.points == 0 || !pca->space.primary) return HEARTH_OK;
  const hearth_view basis = hearth_update_transposed(hearth_update_basis(u, u->k)), columns = hearth_update_columns(u),
                    product = hearth_pca_matrix(ctx, u->device, u->k, u->b, 1, u->k);
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &basis, &columns, 0, &product));
  return hearth_pca_download(ctx, u->projection, u->device, size);
}

hearth_status hearth_update_project(hearth_update *u, const double *failures) {
  double *sums = u->projection + u->k * u->b;
  if (is_exact(u)) {
    HEARTH_TRY(hearth_exact_update_project(u, failures, sums));
  } else {
    const hearth_status mine = project(u);
    for (int64_t j = 0; j < u->b; j++) sums[j] = failures[j] != 0 || mine != HEARTH_OK;
    HEARTH_TRY(hearth_allreduce_f64(u->pca->ctx, u->projection, u->k * u->b + u->b, HEARTH_OP_SUM));
  }
  u->good = 0;
  for (int64_t j = 0; j < u->b; j++) {
    u->root[j] = sums[j] == 0;
    u->good += sums[j] == 0;
    if (sums[j] != 0) memset(u->projection + j * u->k, 0, u->k * sizeof *u->projection);
  }
  return HEARTH_OK;
}

/* Also makes this rank's part of the Gram matrix of [U R], in backend memory. */
hearth_status hearth_update_residual(hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t side = u->k + u->b;
  if (pca->space.points == 0) return HEARTH_OK;
  const hearth_view basis = hearth_update_basis(u, u->k), columns = hearth_update_columns(u), c = hearth_pca_matrix(ctx, u->coefficients, u->k, u->b, 1, u->k),
                    gram = hearth_pca_matrix(ctx, u->device, side, side, 1, side);
  if (u->k) {
    HEARTH_TRY(hearth_pca_upload(ctx, u->coefficients, u->projection, u->k * u->b));
    return ctx->backend->residual_gram(ctx->queue, &basis, &columns, &c, &gram);
  }
  if (is_exact(u)) return HEARTH_OK;
  const hearth_view rows = hearth_update_transposed(columns);
  return ctx->backend->gemm(ctx->queue, 0, 1, &rows, &columns, 0, &gram);
}

/* The Gram matrix on all ranks; what failed on any of them becomes everybody's failure. Collective. */
static hearth_status sum_gram(hearth_update *u, hearth_status mine) {
  const hearth_pca *pca = u->pca;
  const int64_t side = u->k + u->b;
  if (is_exact(u)) return hearth_exact_update_gram(u, mine);
  memset(u->gram, 0, side * side * sizeof *u->gram);
  if (mine == HEARTH_OK && pca->space.primary && pca->space.points > 0) mine = hearth_pca_download(pca->ctx, u->gram, u->device, side * side);
  u->gram[side * side] = mine != HEARTH_OK;
  HEARTH_TRY(hearth_allreduce_f64(pca->ctx, u->gram, side * side + 1, HEARTH_OP_SUM));
  return u->gram[side * side] != 0 ? hearth_agree(pca->ctx, mine) : HEARTH_OK;
}

hearth_status hearth_update_solve(hearth_update *u, double before, bool centred, hearth_status mine) {
  hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  double *sigma = u->answer + HEARTH_UPDATE_HEADER, *z = sigma + u->n_kept;
  HEARTH_TRY(sum_gram(u, mine));
  if (ctx->rank == 0) {
    const hearth_core_problem problem = {.rank = (int32_t)u->k,
                                         .bunch = (int32_t)u->b,
                                         .n_kept = (int32_t)u->n_kept,
                                         .before = before,
                                         .decay = sqrt(u->decay),
                                         .centred = centred,
                                         .root = u->root,
                                         .sigma = pca->sigma,
                                         .projection = u->projection,
                                         .gram = u->gram};
    hearth_core_result result = {0};
    mine = hearth_pca_core(ctx, &problem, &result, sigma, z, u->move);
    u->answer[HEARTH_UPDATE_STATUS] = (double)mine;
    u->answer[HEARTH_UPDATE_RANK] = (double)result.rank;
    u->answer[HEARTH_UPDATE_DISCARDED] = result.discarded;
    u->answer[HEARTH_UPDATE_TOTAL] = result.total;
  }
  HEARTH_TRY(hearth_broadcast(ctx, u->answer, answer_size(u) * (int64_t)sizeof *u->answer, 0));
  return u->answer[HEARTH_UPDATE_STATUS] != 0 ? hearth_agree(ctx, ctx->rank == 0 ? mine : HEARTH_OK) : HEARTH_OK;
}

hearth_status hearth_update_rotate(hearth_update *u) {
  hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const double *sigma = u->answer + HEARTH_UPDATE_HEADER, *z = sigma + u->n_kept;
  const int64_t rows = u->n_kept + u->b;
  if (pca->space.points > 0) {
    const hearth_view basis = hearth_update_basis(u, u->n_kept), columns = hearth_update_columns(u),
                      turn = hearth_pca_matrix(ctx, u->device, rows, u->n_kept, 1, rows);
    HEARTH_TRY(hearth_pca_upload(ctx, u->device, z, rows * u->n_kept));
    HEARTH_TRY(ctx->backend->rotate(ctx->queue, &basis, &columns, &turn));
    HEARTH_TRY(ctx->backend->wait(ctx->queue));
  }
  stream->rank = (int32_t)u->answer[HEARTH_UPDATE_RANK];
  stream->discarded = u->decay * stream->discarded + u->answer[HEARTH_UPDATE_DISCARDED];
  pca->total = u->decay * pca->total + u->answer[HEARTH_UPDATE_TOTAL];
  memcpy(pca->sigma, sigma, u->n_kept * sizeof *sigma);
  return HEARTH_OK;
}
