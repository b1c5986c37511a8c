/* The waiting samples go into the basis: three collectives, whatever the number of points. */
#include "analysis/pca_core_impl.h"
#include "analysis/pca_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <string.h>

struct hearth_update {
  hearth_pca *pca;
  int64_t k, b, n_kept; /* directions, samples waiting, directions there is room for */
  int64_t good;         /* samples that every rank could take in */
  double *use;          /* [b] 1 or 0 */
  double *projection;   /* [k, b] column-major, and after it the [b] failure counts: one reduction */
  double *gram;         /* [k + b, k + b] */
  double *answer;       /* what rank 0 sends: header, sigma [n_kept], z [n_kept + b, n_kept] */
  double *move;         /* [n_kept, n_kept + b + 1] on rank 0 */
  double *device;       /* backend memory for the small matrices */
  double *coefficients; /* backend memory for the projection */
};
typedef struct hearth_update hearth_update;

enum { HEADER = 4 }; /* status, rank, discarded, total */

static int64_t answer_size(const hearth_update *u) {
  return HEADER + u->n_kept + (u->n_kept + u->b) * u->n_kept;
}

hearth_status hearth_pca_update_create(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  const int64_t size = sizeof(double), n_kept = pca->stream.n_kept, b = pca->stream.bunch, side = n_kept + b;
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof *pca->stream.update, &pca->stream.update));
  hearth_update *u = pca->stream.update;
  *u = (hearth_update){.pca = pca, .b = b, .n_kept = n_kept};
  HEARTH_TRY(hearth_allocate(ctx, b * size, &u->use));
  HEARTH_TRY(hearth_allocate(ctx, (n_kept * b + b) * size, &u->projection));
  HEARTH_TRY(hearth_allocate(ctx, (side * side + 1) * size, &u->gram));
  HEARTH_TRY(hearth_allocate_zero(ctx, answer_size(u) * size, &u->answer));
  if (ctx->rank == 0) HEARTH_TRY(hearth_allocate(ctx, n_kept * (side + 1) * size, &u->move));
  HEARTH_TRY(hearth_pca_allocate(ctx, n_kept * b, &u->coefficients));
  return hearth_pca_allocate(ctx, side * side + b, &u->device);
}

void hearth_pca_update_destroy(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_update *u = pca->stream.update;
  if (!u) return;
  hearth_deallocate(ctx, u->use);
  hearth_deallocate(ctx, u->projection);
  hearth_deallocate(ctx, u->gram);
  hearth_deallocate(ctx, u->answer);
  hearth_deallocate(ctx, u->move);
  hearth_pca_release(ctx, &u->device);
  hearth_pca_release(ctx, &u->coefficients);
  hearth_deallocate(ctx, u);
  pca->stream.update = NULL;
}

/* Points x directions, and points x waiting samples. */
static hearth_view basis_view(const hearth_update *u, int64_t directions) {
  const hearth_pca *pca = u->pca;
  return hearth_pca_matrix(pca->ctx, pca->basis, pca->space.points, directions, 1, pca->space.points);
}
static hearth_view waiting_view(const hearth_update *u) {
  const hearth_pca *pca = u->pca;
  return hearth_pca_matrix(pca->ctx, pca->stream.waiting, pca->space.points, u->b, 1, pca->space.points);
}

static hearth_view transposed(hearth_view view) {
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
  const hearth_view basis = transposed(basis_view(u, u->k)), waiting = waiting_view(u), product = hearth_pca_matrix(ctx, u->device, u->k, u->b, 1, u->k);
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &basis, &waiting, 0, &product));
  return hearth_pca_download(ctx, u->projection, u->device, size);
}

/* First collective: the projection, and which samples some rank could not take in. */
static hearth_status agree_on_samples(hearth_update *u, hearth_status mine) {
  hearth_pca *pca = u->pca;
  double *failures = u->projection + u->k * u->b;
  for (int64_t j = 0; j < u->b; j++) failures[j] = pca->stream.bad[j] || mine != HEARTH_OK;
  HEARTH_TRY(hearth_allreduce_f64(pca->ctx, u->projection, u->k * u->b + u->b, HEARTH_OP_SUM));
  for (int64_t j = 0; j < u->b; j++) {
    u->use[j] = failures[j] == 0;
    u->good += failures[j] == 0;
    if (failures[j] != 0) memset(u->projection + j * u->k, 0, u->k * sizeof *u->projection);
  }
  return HEARTH_OK;
}

/* mean += (sum of the good samples' anomalies) / (samples then); the first bunch is centred by its own mean instead. Left-out samples become 0. Local. */
static hearth_status move_mean(hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const hearth_backend_table *kernel = ctx->backend;
  const int64_t n = pca->space.points;
  if (n == 0) return HEARTH_OK;
  for (int64_t j = 0; j < u->b; j++) {
    const hearth_view sample = hearth_pca_matrix(ctx, pca->stream.waiting + j * n, 1, n, n, 1);
    if (u->use[j] == 0) HEARTH_TRY(kernel->fill(ctx->queue, &sample, 0));
  }
  const hearth_view waiting = waiting_view(u), spare = hearth_pca_matrix(ctx, pca->stream.spare, n, 1, 1, n),
                    mean = hearth_pca_matrix(ctx, pca->mean, n, 1, 1, n), inverse = hearth_pca_matrix(ctx, pca->space.inverse, n, 1, 1, n),
                    use = hearth_pca_matrix(ctx, u->device, u->b, 1, 1, u->b);
  const bool first = pca->stream.samples == 0;
  HEARTH_TRY(hearth_pca_upload(ctx, u->device, u->use, u->b));
  HEARTH_TRY(kernel->gemm(ctx->queue, 0, 1 / (double)(pca->stream.samples + u->good), &waiting, &use, 0, &spare));
  if (first) {
    const hearth_view row = transposed(use);
    HEARTH_TRY(kernel->gemm(ctx->queue, 0, -1, &spare, &row, 1, &waiting));
  }
  if (pca->space.inverse) HEARTH_TRY(kernel->multiply(ctx->queue, &spare, &spare, &inverse));
  if (first) return kernel->copy(ctx->queue, &mean, &spare);
  const double unit = 1;
  const hearth_view one = hearth_pca_matrix(ctx, u->device, 1, 1, 1, 1);
  HEARTH_TRY(hearth_pca_upload(ctx, u->device, &unit, 1));
  return kernel->gemm(ctx->queue, 0, 1, &spare, &one, 1, &mean);
}

/* R = Y - U U^T Y in place, and this rank's part of the Gram matrix of [U R]. Local. */
static hearth_status residual(hearth_update *u) {
  const hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t side = u->k + u->b;
  memset(u->gram, 0, side * side * sizeof *u->gram);
  if (pca->space.points == 0) return HEARTH_OK;
  const hearth_view basis = basis_view(u, u->k), waiting = waiting_view(u), c = hearth_pca_matrix(ctx, u->coefficients, u->k, u->b, 1, u->k),
                    gram = hearth_pca_matrix(ctx, u->device, side, side, 1, side);
  if (u->k) {
    HEARTH_TRY(hearth_pca_upload(ctx, u->coefficients, u->projection, u->k * u->b));
    HEARTH_TRY(ctx->backend->residual_gram(ctx->queue, &basis, &waiting, &c, &gram));
  } else {
    const hearth_view rows = transposed(waiting);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &rows, &waiting, 0, &gram));
  }
  return pca->space.primary ? hearth_pca_download(ctx, u->gram, u->device, side * side) : HEARTH_OK;
}

/* Scores of all samples in the new coordinates; on rank 0. */
static void move_scores(hearth_update *u, int64_t rank) {
  hearth_pca_stream *stream = &u->pca->stream;
  const int64_t width = u->n_kept;
  double old[width];
  const double *shift = u->move + (width + u->b) * width;
  for (int64_t t = 0; t < stream->samples; t++) {
    double *score = stream->scores + t * width;
    memcpy(old, score, width * sizeof *old);
    for (int64_t i = 0; i < width; i++) score[i] = i < rank ? shift[i] : 0;
    for (int64_t j = 0; j < u->k; j++)
      for (int64_t i = 0; i < rank; i++) score[i] += u->move[j * width + i] * old[j];
  }
  int64_t t = stream->samples;
  for (int64_t j = 0; j < u->b; j++) {
    if (u->use[j] == 0) continue;
    double *score = stream->scores + t++ * width;
    for (int64_t i = 0; i < width; i++) score[i] = i < rank ? shift[i] + u->move[(width + j) * width + i] : 0;
  }
}

/* Second and third collective: the Gram matrix is summed, rank 0 solves, all receive. */
static hearth_status solve(hearth_update *u, hearth_status mine) {
  hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t side = u->k + u->b;
  double *sigma = u->answer + HEADER, *z = sigma + u->n_kept;
  u->gram[side * side] = mine != HEARTH_OK;
  HEARTH_TRY(hearth_allreduce_f64(ctx, u->gram, side * side + 1, HEARTH_OP_SUM));
  if (u->gram[side * side] != 0) return hearth_agree(ctx, mine);
  if (ctx->rank == 0) {
    const hearth_core_problem problem = {(int32_t)u->k, (int32_t)u->b, (int32_t)u->n_kept, pca->stream.samples, u->good, u->use, pca->sigma,
                                         u->projection, u->gram};
    hearth_core_result result = {0};
    mine = hearth_pca_core(ctx, &problem, &result, sigma, z, u->move);
    u->answer[0] = (double)mine;
    u->answer[1] = (double)result.rank;
    u->answer[2] = result.discarded;
    u->answer[3] = result.total;
  }
  HEARTH_TRY(hearth_broadcast(ctx, u->answer, answer_size(u) * (int64_t)sizeof *u->answer, 0));
  if (u->answer[0] != 0) return hearth_agree(ctx, ctx->rank == 0 ? mine : HEARTH_OK);
  if (pca->options.keep_scores && ctx->rank == 0) move_scores(u, (int64_t)u->answer[1]);
  return HEARTH_OK;
}

/* U := [U R] z, and the numbers. Local. */
static hearth_status rotate(hearth_update *u) {
  hearth_pca *pca = u->pca;
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const double *sigma = u->answer + HEADER, *z = sigma + u->n_kept;
  const int64_t rows = u->n_kept + u->b;
  if (pca->space.points > 0) {
    const hearth_view basis = basis_view(u, u->n_kept), waiting = waiting_view(u), turn = hearth_pca_matrix(ctx, u->device, rows, u->n_kept, 1, rows);
    HEARTH_TRY(hearth_pca_upload(ctx, u->device, z, rows * u->n_kept));
    HEARTH_TRY(ctx->backend->rotate(ctx->queue, &basis, &waiting, &turn));
    HEARTH_TRY(ctx->backend->wait(ctx->queue));
  }
  stream->rank = (int32_t)u->answer[1];
  stream->discarded += u->answer[2];
  pca->total += u->answer[3];
  memcpy(pca->sigma, sigma, u->n_kept * sizeof *sigma);
  return HEARTH_OK;
}

/* Times of the samples that stay, close together. */
static void keep_times(hearth_update *u) {
  hearth_pca_stream *stream = &u->pca->stream;
  double *times = stream->times + stream->samples;
  int64_t kept = 0;
  for (int64_t j = 0; j < u->b; j++)
    if (u->use[j] != 0) times[kept++] = times[j];
  stream->samples += kept;
}

/* Samples that some rank could not take in are left out everywhere; every rank learns why. Collective, after a failure only. */
static hearth_status tell_failure(hearth_pca *pca) {
  hearth_status mine = pca->pending;
  if (mine != HEARTH_OK) mine = hearth_fail(pca->ctx, mine, "%s (the sample is left out on all ranks)", pca->pending_message);
  pca->pending = HEARTH_OK;
  return hearth_agree(pca->ctx, mine);
}

hearth_status hearth_pca_stream_update(hearth_pca *pca) {
  hearth_pca_stream *stream = &pca->stream;
  hearth_update *u = stream->update;
  u->k = stream->rank;
  u->b = stream->filled;
  u->good = 0;
  hearth_status mine = project(u);
  HEARTH_TRY(agree_on_samples(u, mine));
  if (u->good > 0) {
    pca->damaged = true; /* until the update is whole */
    if (mine == HEARTH_OK) mine = move_mean(u);
    if (mine == HEARTH_OK) mine = residual(u);
    HEARTH_TRY(solve(u, mine));
    HEARTH_TRY(rotate(u));
    keep_times(u);
    pca->damaged = false;
  }
  pca->signs_known = false;
  stream->filled = 0;
  return u->good < u->b ? tell_failure(pca) : HEARTH_OK;
}
