/* partial_fit: one sample per call into the waiting bunch, without communication; an update of the basis when the bunch is full. */
#include "analysis/pca_impl.h"
#include "analysis/pca_stream_method.h"
#include "analysis/series.h"
#include "analysis/state_impl.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One sample: the fields as they are now. */
typedef struct hearth_sample {
  int32_t nfields;
  const char *name[HEARTH_MAX_FIELDS];
  const hearth_array *array[HEARTH_MAX_FIELDS];
} hearth_sample;

static hearth_status sample_of(const hearth_context *ctx, const hearth_state *state, const hearth_array *array, hearth_sample *sample) {
  HEARTH_REQUIRE(ctx, state || array, "partial_fit: the operand is NULL");
  sample->nfields = state ? state->nfields : 1;
  HEARTH_REQUIRE(ctx, sample->nfields > 0 && sample->nfields <= HEARTH_MAX_FIELDS, "partial_fit: the state has %d fields, it may have 1 to %d", sample->nfields,
                 HEARTH_MAX_FIELDS);
  for (int32_t f = 0; f < sample->nfields; f++) {
    sample->name[f] = state ? state->field[f].name : "data";
    sample->array[f] = state ? state->field[f].array : array;
    HEARTH_REQUIRE(ctx, sample->array[f]->ctx == ctx, "partial_fit: field '%s' belongs to another context", sample->name[f]);
    if (sample->array[f]->dtype == HEARTH_COMPLEX64 || sample->array[f]->dtype == HEARTH_COMPLEX128)
      return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "partial_fit: field '%s' is complex, PCA takes real fields", sample->name[f]);
  }
  return HEARTH_OK;
}

const hearth_stream_table *hearth_stream_table_of(const hearth_pca *pca) {
  static const hearth_stream_table *const tables[] = {&hearth_stream_brand, &hearth_stream_exact, &hearth_stream_sketch};
  return tables[pca->options.stream_method];
}

static hearth_status allocate_stream(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = pca->space.points;
  HEARTH_TRY(hearth_pca_allocate(ctx, n, &pca->mean));
  HEARTH_TRY(hearth_pca_allocate(ctx, n, &stream->spare));
  HEARTH_TRY(hearth_allocate_zero(ctx, stream->n_kept * (int64_t)sizeof *pca->sigma, &pca->sigma));
  HEARTH_TRY(hearth_allocate_zero(ctx, stream->bunch * (int64_t)sizeof *stream->bad, &stream->bad));
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, sizeof(int32_t), &stream->counter));
  HEARTH_TRY(hearth_stream_table_of(pca)->allocate(pca));
  const hearth_view mean = hearth_pca_matrix(ctx, pca->mean, 1, n, n, 1);
  return ctx->backend->fill(ctx->queue, &mean, 0);
}

hearth_status hearth_pca_stream_create(hearth_pca *pca, int32_t nfields, const hearth_pca_origin *origin) {
  if (pca->options.standardize || pca->labels)
    return hearth_fail(pca->ctx, HEARTH_ERR_UNSUPPORTED, "partial_fit knows neither standardize nor groups: a stream has no final means before its end");
  pca->phase = HEARTH_PCA_STREAM;
  pca->stream.last_time = -INFINITY;
  hearth_status status = hearth_pca_space_create(pca, nfields, origin);
  if (status == HEARTH_OK) status = hearth_agree(pca->ctx, allocate_stream(pca));
  if (status != HEARTH_OK) hearth_pca_clear(pca);
  return status;
}

/* The first call: space, weights, all memory. Collective. */
static hearth_status form(hearth_pca *pca, const hearth_sample *sample) {
  hearth_pca_origin origin[HEARTH_MAX_FIELDS];
  for (int32_t f = 0; f < sample->nfields; f++)
    origin[f] = (hearth_pca_origin){sample->name[f], sample->array[f]->layout, sample->array[f]->order, sample->array[f], -1};
  return hearth_pca_stream_create(pca, sample->nfields, origin);
}

static hearth_status check_sample(const hearth_pca *pca, const hearth_sample *sample, double time) {
  const hearth_context *ctx = pca->ctx;
  const hearth_pca_stream *stream = &pca->stream;
  HEARTH_REQUIRE(ctx, isfinite(time) && time > stream->last_time, "partial_fit: time %.17g does not follow %.17g", time, stream->last_time);
  if (sample->nfields != pca->space.nfields)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "partial_fit: the state has %d fields, the first sample had %d", sample->nfields, pca->space.nfields);
  for (int32_t f = 0; f < sample->nfields; f++) {
    int32_t equal = 0;
    HEARTH_TRY(hearth_array_pending(sample->array[f]));
    if (sample->array[f]->layout != pca->space.field[f].layout)
      HEARTH_TRY(hearth_layout_equal(sample->array[f]->layout, pca->space.field[f].layout, &equal));
    else
      equal = 1;
    if (!equal) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "partial_fit: the layout of field '%s' is not that of the first sample", sample->name[f]);
  }
  return HEARTH_OK;
}

/* One piece of a field into the row; NaN are counted in the stream's counter. */
static hearth_status pack_piece(hearth_pca *pca, int32_t f, int32_t piece, double *row, const hearth_view *src, int64_t *infinite) {
  const hearth_context *ctx = pca->ctx;
  const hearth_view dst = hearth_pca_piece_view(pca, f, piece, row, -1, 0), mean = hearth_pca_piece_view(pca, f, piece, pca->stream.reference, -1, 0),
                    scale = hearth_pca_piece_view(pca, f, piece, pca->space.scale, -1, 0);
  hearth_view count = dst;
  count.data = pca->stream.counter;
  count.dtype = HEARTH_INT32;
  memset(count.stride, 0, sizeof count.stride);
  return ctx->backend->pack(ctx->queue, &dst, src, pca->stream.samples ? &mean : NULL, pca->space.scale ? &scale : NULL, &count, infinite);
}

/* Weighted anomalies of the sample into row `filled` of the waiting bunch. Local. */
static hearth_status pack_sample(hearth_pca *pca, const hearth_sample *sample) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  double *row = stream->waiting + stream->filled * pca->space.points;
  int32_t missing = 0;
  int64_t infinite = 0;
  void *counter = stream->counter;
  if (pca->space.points == 0) return HEARTH_OK;
  const hearth_view one = {.data = counter, .dtype = HEARTH_INT32, .space = ctx->backend->space, .ndim = 1, .extent = {1}, .stride = {sizeof missing}};
  hearth_view host = one;
  host.data = &missing;
  host.space = HEARTH_SPACE_HOST;
  hearth_status status = ctx->backend->fill(ctx->queue, &one, 0);
  for (int32_t f = 0; f < sample->nfields; f++)
    for (int32_t p = 0; p < pca->space.field[f].npieces && status == HEARTH_OK; p++)
      status = pack_piece(pca, f, p, row, &sample->array[f]->piece[p].view, &infinite);
  if (status == HEARTH_OK) status = ctx->backend->copy(ctx->queue, &host, &one);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  if (status == HEARTH_OK && (missing || infinite))
    status = hearth_fail(ctx, HEARTH_ERR_NOT_FINITE, "partial_fit: sample %lld has %d NaN and %lld infinite values: mask such points in the metric",
                         (long long)(stream->samples + stream->filled), missing, (long long)infinite);
  return status;
}

hearth_status hearth_pca_stream_reserve(hearth_pca *pca, int64_t need) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  if (need <= stream->capacity) return HEARTH_OK;
  const int64_t capacity = 2 * need, kept = stream->samples + stream->filled, width = stream->n_kept;
  double *times = NULL, *scores = NULL;
  HEARTH_TRY(hearth_allocate(ctx, capacity * (int64_t)sizeof *times, &times));
  if (pca->options.keep_scores && ctx->rank == 0) {
    const hearth_status status = hearth_allocate(ctx, capacity * width * (int64_t)sizeof *scores, &scores);
    if (status != HEARTH_OK) {
      hearth_deallocate(ctx, times);
      return status;
    }
  }
  if (stream->times) memcpy(times, stream->times, kept * sizeof *times);
  if (stream->scores) memcpy(scores, stream->scores, stream->samples * width * sizeof *scores);
  hearth_deallocate(ctx, stream->times);
  hearth_deallocate(ctx, stream->scores);
  stream->times = times;
  stream->scores = scores;
  stream->capacity = capacity;
  return HEARTH_OK;
}

/* Takes the sample in, or marks its place as bad: the ranks stay in step, and the update tells all of them. Local. */
static void take(hearth_pca *pca, const hearth_sample *sample, double time, hearth_status status) {
  hearth_pca_stream *stream = &pca->stream;
  if (status == HEARTH_OK) status = check_sample(pca, sample, time);
  if (status == HEARTH_OK) status = hearth_pca_stream_reserve(pca, stream->samples + stream->bunch);
  if (status == HEARTH_OK) status = pack_sample(pca, sample);
  stream->bad[stream->filled] = status != HEARTH_OK;
  if (status != HEARTH_OK && pca->pending == HEARTH_OK) {
    pca->pending = status;
    snprintf(pca->pending_message, sizeof pca->pending_message, "%s", hearth_error_message(pca->ctx));
  }
  /* The order of times is that of the calls, whatever becomes of the samples: all ranks see the same. */
  if (stream->capacity > stream->samples + stream->filled) stream->times[stream->samples + stream->filled] = time;
  if (isfinite(time) && time > stream->last_time) stream->last_time = time;
  stream->filled++;
}

/* All ranks know. */
static hearth_status check_room(const hearth_pca *pca) {
  const int64_t room = pca->options.max_samples ? pca->options.max_samples : 256, samples = pca->stream.samples + pca->stream.filled;
  if (pca->options.stream_method != HEARTH_STREAM_EXACT || samples < room) return HEARTH_OK;
  return hearth_fail(pca->ctx, HEARTH_ERR_STATE,
                     "partial_fit: the %lld samples that options.max_samples makes room for are there: give more room, or take another stream_method",
                     (long long)room);
}

static hearth_status partial_fit(hearth_pca *pca, const hearth_state *state, const hearth_array *array, double time) {
  hearth_sample sample;
  const hearth_status status = sample_of(pca->ctx, state, array, &sample);
  if (pca->phase == HEARTH_PCA_BATCH) return hearth_fail(pca->ctx, HEARTH_ERR_STATE, "partial_fit: hearth_pca_fit was called before; hearth_pca_reset first");
  if (pca->damaged) return hearth_fail(pca->ctx, HEARTH_ERR_DAMAGED, "partial_fit: an earlier update failed; hearth_pca_reset starts anew");
  if (pca->phase == HEARTH_PCA_EMPTY) {
    HEARTH_TRY(hearth_agree(pca->ctx, status));
    HEARTH_TRY(form(pca, &sample));
  }
  HEARTH_TRY(check_room(pca));
  take(pca, &sample, time, status);
  return pca->stream.filled == pca->stream.bunch ? hearth_pca_stream_update(pca) : HEARTH_OK;
}

hearth_status hearth_pca_partial_fit(hearth_pca *pca, const hearth_array *array, double time) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_partial_fit: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return partial_fit(pca, NULL, array, time);
}

hearth_status hearth_pca_partial_fit_state(hearth_pca *pca, const hearth_state *state, double time) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_partial_fit_state: the estimator is NULL");
  HEARTH_GUARD_FP(pca->ctx);
  return partial_fit(pca, state, NULL, time);
}

static hearth_status announce(const hearth_pca *pca, const hearth_state *state, const hearth_array *array, int64_t *bytes) {
  hearth_sample sample;
  HEARTH_REQUIRE(pca->ctx, bytes, "hearth_pca_partial_fit_memory: NULL argument");
  HEARTH_TRY(sample_of(pca->ctx, state, array, &sample));
  int64_t points = 0;
  for (int32_t f = 0; f < sample.nfields; f++) points += hearth_layout_volume_of(sample.array[f]->layout, pca->ctx->rank);
  const hearth_stream_table *method = hearth_stream_table_of(pca);
  *bytes = (method->fields(pca) + (pca->metric ? 2 : 0)) * points * (int64_t)sizeof(double) + method->bytes(pca);
  return HEARTH_OK;
}

hearth_status hearth_pca_partial_fit_memory(const hearth_pca *pca, const hearth_state *state, int64_t *bytes) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_partial_fit_memory: the estimator is NULL");
  return announce(pca, state, NULL, bytes);
}

hearth_status hearth_pca_partial_fit_array_memory(const hearth_pca *pca, const hearth_array *array, int64_t *bytes) {
  if (!pca) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_pca_partial_fit_array_memory: the estimator is NULL");
  return announce(pca, NULL, array, bytes);
}
