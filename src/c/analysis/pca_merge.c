/* Two streams to one: the other's directions times their singular values are columns to take in, and so is the shift between the means d: with weights W1 and
 * W2 the scatter about the common mean is S1 + S2 + W1 W2 / (W1 + W2) d d^T. They go in by the bunch, as samples do. */
#include <hearth/pca_stream.h>
#include "analysis/metric_impl.h"
#include "analysis/pca_update_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/map.h"
#include <math.h>
#include <string.h>

typedef struct merging {
  hearth_pca *pca;
  const hearth_pca *other;
  bool shifted;        /* column 0 is the shift of the mean */
  double root;         /* sqrt(W1 W2 / (W1 + W2)) */
  double share;        /* W2 / (W1 + W2) */
  int64_t own, theirs; /* samples */
} merging;

/* 1 / sqrt(w) is the same at every point. Local. */
static hearth_status check_weights(const hearth_pca *pca, const hearth_pca *other) {
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  double *w[2] = {NULL, NULL};
  bool same = pca->space.weighted == other->space.weighted;
  hearth_status status = HEARTH_OK;
  if (same && pca->space.weighted && n > 0) {
    status = hearth_allocate(ctx, n * (int64_t)sizeof *w[0], &w[0]);
    if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *w[1], &w[1]);
    if (status == HEARTH_OK) status = hearth_pca_download(ctx, w[0], pca->space.scale, n);
    if (status == HEARTH_OK) status = hearth_pca_download(ctx, w[1], other->space.scale, n);
    for (int64_t i = 0; i < n && same && status == HEARTH_OK; i++) same = w[0][i] == w[1][i];
  }
  hearth_deallocate(ctx, w[0]);
  hearth_deallocate(ctx, w[1]);
  if (status == HEARTH_OK && !same) status = hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_merge: the two streams have not the same metric");
  return status;
}

static hearth_status check_space(const hearth_pca *pca, const hearth_pca *other) {
  const hearth_context *ctx = pca->ctx;
  if (pca->space.nfields != other->space.nfields)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_merge: a stream of %d fields and one of %d", pca->space.nfields, other->space.nfields);
  for (int32_t f = 0; f < pca->space.nfields; f++) {
    const hearth_pca_field *a = &pca->space.field[f], *b = &other->space.field[f];
    int32_t equal = 0;
    HEARTH_TRY(hearth_layout_equal(a->layout, b->layout, &equal));
    if (!equal || strcmp(a->name, b->name) != 0 || a->order != b->order)
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_merge: field %d of the two streams ('%s', '%s') differs in name, layout or memory order", f,
                         a->name, b->name);
  }
  return check_weights(pca, other);
}

static hearth_status check_stream(const hearth_pca *pca, const char *which) {
  if (pca->damaged) return hearth_fail(pca->ctx, HEARTH_ERR_DAMAGED, "hearth_pca_merge: an earlier update of the %s estimator failed", which);
  if (pca->phase != HEARTH_PCA_STREAM)
    return hearth_fail(pca->ctx, HEARTH_ERR_STATE, "hearth_pca_merge: the %s estimator is no stream with samples: give both some by partial_fit", which);
  if (pca->options.stream_method != HEARTH_STREAM_BRAND)
    return hearth_fail(pca->ctx, HEARTH_ERR_UNSUPPORTED, "hearth_pca_merge: the %s estimator's stream_method is not HEARTH_STREAM_BRAND", which);
  return HEARTH_OK;
}

static hearth_status check_merge(const hearth_pca *pca, const hearth_pca *other) {
  const hearth_context *ctx = pca->ctx;
  HEARTH_REQUIRE(ctx, other && other != pca, "hearth_pca_merge: the other estimator is %s", other ? "the same one" : "NULL");
  if (other->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_merge: the estimators belong to different contexts");
  HEARTH_TRY(check_stream(pca, "first"));
  HEARTH_TRY(check_stream(other, "second"));
  if (pca->options.keep_scores != other->options.keep_scores || pca->options.forgetting != other->options.forgetting)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "hearth_pca_merge: the options keep_scores and forgetting of the two estimators must be the same");
  return check_space(pca, other);
}

/* to := from factor, elementwise. */
static hearth_status scale(const hearth_context *ctx, const hearth_view *to, const hearth_view *from, double factor) {
  static const hearth_map_step step = {HEARTH_OP_MULTIPLY, {1, 0}};
  hearth_view number = hearth_pca_host_matrix(&factor, 1, to->extent[1]);
  number.stride[0] = number.stride[1] = 0;
  const hearth_view *const sources[] = {from, &number};
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &step, to, 2, sources));
  return ctx->backend->wait(ctx->queue);
}

/* The weighted shift of the mean into `row`, and the mean to its new place. Local. */
static hearth_status shift_mean(const merging *m, const hearth_view *row) {
  const hearth_pca *pca = m->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  static const hearth_map_step add = {HEARTH_OP_ADD, {1, 0}};
  const hearth_view mean = hearth_pca_matrix(ctx, pca->mean, 1, n, n, 1), theirs = hearth_pca_matrix(ctx, m->other->mean, 1, n, n, 1),
                    weight = hearth_pca_matrix(ctx, pca->space.scale, 1, n, n, 1), inverse = hearth_pca_matrix(ctx, pca->space.inverse, 1, n, n, 1),
                    spare = hearth_pca_matrix(ctx, pca->stream.spare, 1, n, n, 1), *const sources[] = {&mean, &spare};
  int64_t infinite = 0;
  HEARTH_TRY(ctx->backend->pack(ctx->queue, row, &theirs, &mean, pca->space.scale ? &weight : NULL, NULL, &infinite));
  HEARTH_TRY(scale(ctx, &spare, row, m->share));
  if (pca->space.inverse) HEARTH_TRY(ctx->backend->multiply(ctx->queue, &spare, &spare, &inverse));
  HEARTH_TRY(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &mean, 2, sources));
  return scale(ctx, row, row, m->root);
}

/* Columns first .. first + count - 1 into the bunch. Local. */
static hearth_status fill_columns(const merging *m, int64_t first, int64_t count) {
  const hearth_pca *pca = m->pca;
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points;
  if (n == 0) return HEARTH_OK;
  for (int64_t j = 0; j < count; j++) {
    const int64_t direction = first + j - m->shifted;
    const hearth_view row = hearth_pca_matrix(ctx, pca->stream.waiting + j * n, 1, n, n, 1),
                      from = hearth_pca_matrix(ctx, direction < 0 ? NULL : m->other->basis + direction * n, 1, n, n, 1);
    HEARTH_TRY(direction < 0 ? shift_mean(m, &row) : scale(ctx, &row, &from, m->other->sigma[direction]));
  }
  return HEARTH_OK;
}

/* What column c counts in the coordinates of sample t: ours are first, and move against the mean; theirs are combinations of their directions. */
static double coefficient(const merging *m, int64_t t, int64_t c) {
  const bool ours = t < m->own;
  const int64_t direction = c - m->shifted;
  if (direction < 0) return (ours ? -m->share : 1 - m->share) / m->root;
  return ours ? 0 : m->other->stream.scores[(t - m->own) * m->other->stream.n_kept + direction] / m->other->sigma[direction];
}

/* On rank 0. */
static void move_scores(const merging *m, const hearth_update *u, int64_t first) {
  hearth_pca_stream *stream = &m->pca->stream;
  const int64_t width = u->n_kept, rank = stream->rank;
  double old[width];
  for (int64_t t = 0; t < m->own + m->theirs; t++) {
    double *score = stream->scores + t * width;
    memcpy(old, score, width * sizeof *old);
    memset(score, 0, width * sizeof *score);
    for (int64_t j = 0; j < u->k; j++)
      for (int64_t i = 0; i < rank; i++) score[i] += u->move[j * width + i] * old[j];
    for (int64_t j = 0; j < u->b; j++) {
      const double factor = coefficient(m, t, first + j);
      for (int64_t i = 0; i < rank && factor != 0; i++) score[i] += u->move[(width + j) * width + i] * factor;
    }
  }
}

static hearth_status take_columns(const merging *m, int64_t first, int64_t count) {
  hearth_pca *pca = m->pca;
  hearth_update *u = pca->stream.update;
  const hearth_status filled = fill_columns(m, first, count);
  double failure[count];
  for (int64_t j = 0; j < count; j++) failure[j] = filled != HEARTH_OK;
  u->k = pca->stream.rank;
  u->b = count;
  u->decay = 1;
  HEARTH_TRY(hearth_update_project(u, failure));
  hearth_status mine = filled;
  if (mine == HEARTH_OK && u->good == count) mine = hearth_update_residual(u);
  HEARTH_TRY(hearth_update_solve(u, 1, true, mine));
  HEARTH_TRY(hearth_update_rotate(u));
  if (pca->options.keep_scores && pca->ctx->rank == 0) move_scores(m, u, first);
  return HEARTH_OK;
}

/* Times and room for scores, zero, of their samples behind ours. Local. */
static hearth_status append_samples(const merging *m) {
  hearth_pca_stream *stream = &m->pca->stream;
  const hearth_pca_stream *theirs = &m->other->stream;
  HEARTH_TRY(hearth_pca_stream_reserve(m->pca, m->own + m->theirs + stream->bunch));
  if (m->theirs) memcpy(stream->times + m->own, theirs->times, (size_t)m->theirs * sizeof *stream->times);
  if (stream->scores) memset(stream->scores + m->own * stream->n_kept, 0, (size_t)(m->theirs * stream->n_kept) * sizeof *stream->scores);
  return HEARTH_OK;
}

static hearth_status merge(merging *m) {
  hearth_pca *pca = m->pca;
  hearth_pca_stream *stream = &pca->stream;
  const hearth_pca *other = m->other;
  const double weight = stream->weight + other->stream.weight;
  const bool begins = stream->samples == 0; /* our mean is 0 still */
  m->own = stream->samples;
  m->theirs = other->stream.samples;
  m->share = other->stream.weight / weight;
  m->root = begins ? 1 : sqrt(stream->weight * m->share);
  m->shifted = true;
  HEARTH_TRY(hearth_agree(pca->ctx, append_samples(m)));
  pca->damaged = true; /* until all of it is in */
  if (begins) {
    m->shifted = false;
    const hearth_view to = hearth_pca_matrix(pca->ctx, pca->mean, 1, pca->space.points, pca->space.points, 1),
                      from = hearth_pca_matrix(pca->ctx, other->mean, 1, pca->space.points, pca->space.points, 1);
    HEARTH_TRY(hearth_agree(pca->ctx, pca->space.points ? pca->ctx->backend->copy(pca->ctx->queue, &to, &from) : HEARTH_OK));
  }
  const int64_t columns = m->shifted + other->stream.rank;
  for (int64_t first = 0; first < columns; first += stream->bunch)
    HEARTH_TRY(take_columns(m, first, columns - first < stream->bunch ? columns - first : stream->bunch));
  /* The columns held what their directions explain; the rest of their scatter counts too. */
  pca->total += other->total;
  for (int64_t k = 0; k < other->stream.rank; k++) pca->total -= other->sigma[k] * other->sigma[k];
  stream->discarded += other->stream.discarded;
  stream->weight = weight;
  stream->weight2 += other->stream.weight2;
  stream->samples += m->theirs;
  stream->last_time = fmax(stream->last_time, other->stream.last_time);
  pca->signs_known = false;
  pca->damaged = false;
  return HEARTH_OK;
}

hearth_status hearth_pca_merge(hearth_pca *pca, hearth_pca *other) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_merge: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  merging m = {.pca = pca, .other = other};
  HEARTH_TRY(hearth_agree(pca->ctx, check_merge(pca, other)));
  if (pca->stream.filled > 0) HEARTH_TRY(hearth_pca_stream_update(pca));
  if (other->stream.filled > 0) HEARTH_TRY(hearth_pca_stream_update(other));
  return other->stream.samples > 0 ? merge(&m) : HEARTH_OK;
}
