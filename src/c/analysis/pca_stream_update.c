/* The waiting samples go into the basis. With forgetting f the good samples j = 1 .. m of a bunch have weight f^(m - j), and everything before is multiplied
 * by f^m. */
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

/* Times of the samples that stay, close together. */
static void keep_times(hearth_update *u) {
  hearth_pca_stream *stream = &u->pca->stream;
  double *times = stream->times + stream->samples;
  int64_t kept = 0;
  for (int64_t j = 0; j < u->b; j++)
    if (u->root[j] != 0) times[kept++] = times[j];
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
  keep_times(u);
  stream->weight = weight;
  stream->weight2 = weight2;
  return HEARTH_OK;
}

hearth_status hearth_pca_stream_update(hearth_pca *pca) {
  hearth_pca_stream *stream = &pca->stream;
  hearth_update *u = stream->update;
  u->k = stream->rank;
  u->b = stream->filled;
  HEARTH_TRY(hearth_update_project(u, stream->bad));
  if (u->good > 0) {
    pca->damaged = true; /* until the update is whole */
    HEARTH_TRY(take_in(u));
    pca->damaged = false;
  }
  pca->signs_known = false;
  stream->filled = 0;
  return u->good < u->b ? tell_failure(pca) : HEARTH_OK;
}
