/* The waiting samples go into the basis. With forgetting f the good samples j = 1 .. m of a bunch have weight f^(m - j), and everything before is multiplied
 * by f^m. */
#include "analysis/pca_stream_method.h"
#include "analysis/pca_update_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include <math.h>
#include <string.h>

/* Roots of the good samples' weights; what the stream's sums of weights and of their squares become. */
static void weigh(hearth_update *u, double *weight, double *weight2) {
  const hearth_pca *pca = u->pca;
  const double forgetting = pca->options.forgetting;
  u->decay = pow(forgetting, (double)u->good);
  *weight = u->decay * pca->stream.weight;
  *weight2 = u->decay * u->decay * pca->stream.weight2;
  for (int64_t j = 0, number = 1; j < u->b; j++) {
    if (u->root[j] == 0) continue;
    const double w = pow(forgetting, (double)(u->good - number++));
    u->root[j] = sqrt(w);
    *weight += w;
    *weight2 += w * w;
  }
}

/* Scores of all samples in the new coordinates; on rank 0. */
static void move_scores(hearth_update *u) {
  hearth_pca_stream *stream = &u->pca->stream;
  const int64_t width = u->n_kept, rank = stream->rank;
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
    if (u->root[j] == 0) continue;
    double *score = stream->scores + t++ * width;
    for (int64_t i = 0; i < width; i++) score[i] = i < rank ? shift[i] + u->move[(width + j) * width + i] : 0;
  }
}

void hearth_stream_keep_times(hearth_pca *pca, const double *use) {
  hearth_pca_stream *stream = &pca->stream;
  double *times = stream->times + stream->samples;
  int64_t kept = 0;
  for (int64_t j = 0; j < stream->filled; j++)
    if (use[j] != 0) times[kept++] = times[j];
  stream->samples += kept;
}

/* Samples that some rank could not take in are left out everywhere; every rank learns why. Collective, after a failure only. */
static hearth_status tell_failure(hearth_pca *pca) {
  hearth_status mine = pca->pending;
  if (mine != HEARTH_OK) mine = hearth_fail(pca->ctx, mine, "%s (the sample is left out on all ranks)", pca->pending_message);
  pca->pending = HEARTH_OK;
  return hearth_agree(pca->ctx, mine);
}

/* All but the first collective. */
static hearth_status take_in(hearth_update *u) {
  hearth_pca *pca = u->pca;
  hearth_pca_stream *stream = &pca->stream;
  double weight, weight2;
  weigh(u, &weight, &weight2);
  const double before = u->decay * stream->weight;
  hearth_status mine = hearth_update_mean(u, weight);
  if (mine == HEARTH_OK) mine = hearth_update_residual(u);
  HEARTH_TRY(hearth_update_solve(u, before, false, mine));
  HEARTH_TRY(hearth_update_rotate(u));
  if (pca->options.keep_scores && pca->ctx->rank == 0) move_scores(u);
  hearth_stream_keep_times(pca, u->root);
  stream->weight = weight;
  stream->weight2 = weight2;
  return HEARTH_OK;
}

static int64_t fields(const hearth_pca *pca) {
  return pca->stream.n_kept + pca->stream.bunch + 2;
}

static int64_t bytes(const hearth_pca *pca) {
  (void)pca;
  return 0;
}

static hearth_status allocate(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = pca->space.points;
  HEARTH_TRY(hearth_pca_allocate(ctx, (stream->n_kept + stream->bunch) * n, &pca->basis));
  stream->waiting = pca->basis ? pca->basis + stream->n_kept * n : NULL;
  stream->reference = pca->mean;
  HEARTH_TRY(hearth_update_create(pca, stream->waiting, stream->bunch, &stream->update));
  const hearth_view basis = hearth_pca_matrix(ctx, pca->basis, stream->n_kept, n, n, 1);
  return ctx->backend->fill(ctx->queue, &basis, 0);
}

static void release(hearth_pca *pca) {
  hearth_update_destroy(pca->ctx, &pca->stream.update);
}

static hearth_status update(hearth_pca *pca, int64_t *good) {
  hearth_update *u = pca->stream.update;
  u->k = pca->stream.rank;
  u->b = pca->stream.filled;
  HEARTH_TRY(hearth_update_project(u, pca->stream.bad));
  *good = u->good;
  if (u->good == 0) return HEARTH_OK;
  pca->damaged = true; /* until the update is whole */
  return take_in(u);
}

static void describe(const hearth_pca *pca, hearth_checkpoint *checkpoint) {
  const hearth_pca_stream *stream = &pca->stream;
  hearth_checkpoint_add_vector(checkpoint, "singular_value", pca->sigma, stream->n_kept, true);
  if (pca->options.keep_scores) hearth_checkpoint_add_vector(checkpoint, "score", stream->scores, stream->samples * stream->n_kept, false);
  hearth_checkpoint_add_rows(checkpoint, "basis", pca->basis, stream->rank);
  hearth_checkpoint_add_rows(checkpoint, "waiting", stream->waiting, stream->filled);
  hearth_checkpoint_add_rows(checkpoint, "mean", pca->mean, 1);
}

const hearth_stream_table hearth_stream_brand = {fields, bytes, allocate, release, update, NULL, NULL, describe};

hearth_status hearth_pca_stream_update(hearth_pca *pca) {
  hearth_pca_stream *stream = &pca->stream;
  const int64_t waiting = stream->filled;
  int64_t good = 0;
  const hearth_status status = hearth_stream_table_of(pca)->update(pca, &good);
  if (status != HEARTH_OK) {
    pca->damaged = pca->damaged || good > 0;
    return status;
  }
  pca->damaged = false;
  pca->signs_known = false;
  stream->stale = true;
  stream->filled = 0;
  return good < waiting ? tell_failure(pca) : HEARTH_OK;
}
