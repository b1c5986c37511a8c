/* All samples are kept, minus a reference (the mean of the first bunch) and weighted, with their Gram matrix, which grows by a block of products per bunch.
 * Results are those of a batch fit on the samples' side: eigenvectors u of the centred matrix C G C, C = I - 1 1^T / n, with directions sum_t (C u)_t a_t / s.
 * In reproducible mode the matrix is made without rounding when results are asked for. */
#include "analysis/pca_stream_method.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include "tensor/gram_sums.h"
#include <float.h>
#include <math.h>
#include <string.h>

struct hearth_exact_stream {
  int64_t room;  /* samples */
  int64_t known; /* samples whose products are in gram */
  double *store; /* [room, points], backend memory */
  double *gram;  /* [room, room] */
};
typedef struct hearth_exact_stream exact_stream;

enum { HEADER = 3 }; /* of what rank 0 sends: status, directions, total; then singular values [n_kept], factors [n_kept + 1, n] */

static int64_t room_of(const hearth_pca *pca) {
  return pca->options.max_samples ? pca->options.max_samples : 256;
}

static int64_t fields(const hearth_pca *pca) {
  return room_of(pca) + pca->stream.n_kept + 3;
}

static int64_t bytes(const hearth_pca *pca) {
  return room_of(pca) * room_of(pca) * (int64_t)sizeof(double);
}

static hearth_status allocate(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = pca->space.points, room = room_of(pca);
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *stream->exact, &stream->exact));
  stream->exact->room = room;
  HEARTH_TRY(hearth_pca_allocate(ctx, room * n, &stream->exact->store));
  HEARTH_TRY(hearth_pca_allocate(ctx, (stream->n_kept + 1) * n, &pca->basis));
  stream->waiting = stream->exact->store;
  stream->reference = stream->spare;
  return hearth_allocate_zero(ctx, room * room * (int64_t)sizeof(double), &stream->exact->gram);
}

static void release(hearth_pca *pca) {
  exact_stream *exact = pca->stream.exact;
  if (!exact) return;
  hearth_pca_release(pca->ctx, &exact->store);
  hearth_deallocate(pca->ctx, exact->gram);
  hearth_deallocate(pca->ctx, exact);
  pca->stream.exact = NULL;
}

/* Products of all samples with those that are not known yet: one reduction. Collective. */
static hearth_status extend_gram(hearth_pca *pca, hearth_status mine) {
  const hearth_context *ctx = pca->ctx;
  exact_stream *exact = pca->stream.exact;
  const int64_t all = pca->stream.samples, first = exact->known, fresh = all - first, n = pca->space.points;
  double *product = NULL, *device = NULL;
  hearth_status status = hearth_allocate_zero(ctx, (all * fresh + 1) * (int64_t)sizeof *product, &product);
  if (mine == HEARTH_OK) mine = status;
  if (mine == HEARTH_OK && n > 0 && pca->space.primary) {
    const hearth_view rows = hearth_pca_matrix(ctx, exact->store, all, n, n, 1), columns = hearth_pca_matrix(ctx, exact->store + first * n, n, fresh, 1, n);
    mine = hearth_pca_allocate(ctx, all * fresh, &device);
    const hearth_view result = hearth_pca_matrix(ctx, device, all, fresh, 1, all);
    if (mine == HEARTH_OK) mine = ctx->backend->gemm(ctx->queue, 0, 1, &rows, &columns, 0, &result);
    if (mine == HEARTH_OK) mine = hearth_pca_download(ctx, product, device, all * fresh);
    hearth_pca_release(ctx, &device);
  }
  HEARTH_TRY(hearth_agree(ctx, mine));
  status = hearth_allreduce_f64(ctx, product, all * fresh, HEARTH_OP_SUM);
  for (int64_t j = 0; j < fresh && status == HEARTH_OK; j++)
    for (int64_t i = 0; i < all; i++) exact->gram[i * exact->room + first + j] = exact->gram[(first + j) * exact->room + i] = product[j * all + i];
  exact->known = all;
  hearth_deallocate(ctx, product);
  return status;
}

static bool is_reproducible(const hearth_pca *pca) {
  return pca->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE;
}

static void resume(hearth_pca *pca) {
  hearth_pca_stream *stream = &pca->stream;
  stream->waiting = pca->space.points ? stream->exact->store + stream->samples * pca->space.points : NULL;
}

static hearth_status update(hearth_pca *pca, int64_t *good) {
  hearth_status mine = HEARTH_OK;
  HEARTH_TRY(hearth_stream_gather(pca, good, &mine));
  if (*good == 0) return HEARTH_OK;
  resume(pca);
  return is_reproducible(pca) ? hearth_agree(pca->ctx, mine) : extend_gram(pca, mine);
}

/* The matrix without rounding. Collective. */
static hearth_status exact_gram(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  exact_stream *exact = pca->stream.exact;
  const int64_t all = pca->stream.samples, n = pca->space.points;
  const hearth_view rows = hearth_pca_matrix(ctx, exact->store, all, n, n, 1);
  hearth_gram_sums sums;
  double *largest = NULL, *packed = NULL;
  hearth_status status = hearth_gram_sums_create(ctx, all, 0, &sums);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, all * (int64_t)sizeof *largest, &largest);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, all * all * (int64_t)sizeof *packed, &packed);
  if (status == HEARTH_OK && n > 0) status = ctx->backend->row_absmax(ctx->queue, &rows, largest);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(ctx, largest, all, HEARTH_OP_MAX);
  if (status == HEARTH_OK) {
    for (int64_t i = 0; i < all; i++) {
      int exponent = 0;
      frexp(largest[i], &exponent);
      sums.exponent[i] = exponent;
    }
    if (n > 0 && pca->space.primary) status = hearth_gram_sums_add(&sums, &rows);
    if (status == HEARTH_OK) hearth_gram_sums_join(&sums);
    status = hearth_agree(ctx, status);
  }
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, sums.words, hearth_gram_sums_words(all), HEARTH_OP_SUM);
  if (status == HEARTH_OK) hearth_gram_sums_round(&sums, packed);
  for (int64_t i = 0; i < all && status == HEARTH_OK; i++) memcpy(exact->gram + i * exact->room, packed + i * all, (size_t)all * sizeof *packed);
  hearth_deallocate(ctx, largest);
  hearth_deallocate(ctx, packed);
  hearth_gram_sums_free(&sums);
  return status;
}

/* G := C G C [n, n], dense, from the store's matrix. */
static void centre_gram(const exact_stream *exact, int64_t n, double *g) {
  double mean[n], all = 0;
  for (int64_t i = 0; i < n; i++) {
    mean[i] = 0;
    for (int64_t j = 0; j < n; j++) mean[i] += exact->gram[i * exact->room + j];
    mean[i] /= (double)n;
    all += mean[i];
  }
  all /= (double)n;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) g[i * n + j] = exact->gram[i * exact->room + j] - mean[i] - mean[j] + all;
}

/* On rank 0: directions as combinations of samples, the mean as the last one; and the scores. */
static hearth_status solve(hearth_pca *pca, double *answer) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = stream->samples, width = stream->n_kept, wanted = width < n ? width : n;
  double *g = NULL, *u = NULL, *sigma = answer + HEADER, *factor = sigma + width;
  hearth_status status = hearth_allocate(ctx, n * n * (int64_t)sizeof *g, &g);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * wanted * (int64_t)sizeof *u, &u);
  if (status == HEARTH_OK) {
    centre_gram(stream->exact, n, g);
    for (int64_t i = 0; i < n; i++) answer[2] += g[i * n + i];
    status = hearth_small_eigh(ctx, n, g, wanted, sigma, u);
  }
  int64_t rank = 0;
  const double least = fmax(sigma[0], 0) * DBL_EPSILON * (double)n;
  while (status == HEARTH_OK && rank < wanted && sigma[rank] > least) rank++;
  for (int64_t k = 0; k < width; k++) sigma[k] = k < rank ? sqrt(sigma[k]) : 0;
  for (int64_t k = 0; k < rank && status == HEARTH_OK; k++) {
    double mean = 0;
    for (int64_t t = 0; t < n; t++) mean += u[k * n + t] / (double)n;
    for (int64_t t = 0; t < n; t++) factor[k * n + t] = (u[k * n + t] - mean) / sigma[k];
    for (int64_t t = 0; t < n && stream->scores; t++) stream->scores[t * width + k] = u[k * n + t] * sigma[k];
  }
  for (int64_t t = 0; t < n; t++) factor[rank * n + t] = 1 / (double)n;
  answer[1] = (double)rank;
  hearth_deallocate(ctx, g);
  hearth_deallocate(ctx, u);
  return status;
}

/* Rows of the basis, and behind them the mean of what is stored: combinations of the samples by `factor` [rows, n]. Local. */
static hearth_status combine(hearth_pca *pca, int64_t rows, double *factor) {
  const hearth_context *ctx = pca->ctx;
  exact_stream *exact = pca->stream.exact;
  const int64_t n = pca->stream.samples, points = pca->space.points, side = n + rows;
  const hearth_view store = hearth_pca_matrix(ctx, exact->store, points, n, 1, points), basis = hearth_pca_matrix(ctx, pca->basis, points, rows, 1, points);
  double *device = NULL;
  if (points == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_pca_allocate(ctx, n * rows + side * side, &device));
  const hearth_view matrix = hearth_pca_matrix(ctx, device, n, rows, 1, n), gram = hearth_pca_matrix(ctx, device + n * rows, side, side, 1, side);
  hearth_status status = HEARTH_OK;
  if (is_reproducible(pca)) { /* b - u c has one order of terms wherever a point lies; gemm promises none */
    for (int64_t i = 0; i < n * rows; i++) factor[i] = -factor[i];
    status = ctx->backend->fill(ctx->queue, &basis, 0);
  }
  if (status == HEARTH_OK) status = hearth_pca_upload(ctx, device, factor, n * rows);
  if (status == HEARTH_OK)
    status = is_reproducible(pca) ? ctx->backend->residual_gram(ctx->queue, &store, &basis, &matrix, &gram)
                                  : ctx->backend->gemm(ctx->queue, 0, 1, &store, &matrix, 0, &basis);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_pca_release(ctx, &device);
  return status;
}

static hearth_status finish(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = stream->samples, width = stream->n_kept, size = HEADER + width + (width + 1) * n;
  double *answer = NULL;
  if (is_reproducible(pca))
    HEARTH_TRY(exact_gram(pca));
  else if (stream->exact->known < n)
    HEARTH_TRY(extend_gram(pca, HEARTH_OK));
  hearth_status mine = hearth_allocate_zero(ctx, size * (int64_t)sizeof *answer, &answer), status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) {
    if (ctx->rank == 0) mine = solve(pca, answer);
    status = hearth_agree(ctx, mine);
  }
  if (status == HEARTH_OK) status = hearth_broadcast(ctx, answer, size * (int64_t)sizeof *answer, 0);
  if (status == HEARTH_OK) {
    stream->rank = (int32_t)answer[1];
    pca->total = answer[2];
    memcpy(pca->sigma, answer + HEADER, (size_t)width * sizeof *answer);
    mine = combine(pca, stream->rank + 1, answer + HEADER + width);
    if (mine == HEARTH_OK) mine = hearth_stream_set_mean(pca, pca->basis + stream->rank * pca->space.points);
    status = hearth_agree(ctx, mine);
  }
  hearth_deallocate(ctx, answer);
  return status;
}

static void describe(const hearth_pca *pca, hearth_checkpoint *checkpoint) {
  hearth_checkpoint_add_rows(checkpoint, "sample", pca->stream.exact->store, pca->stream.samples + pca->stream.filled);
  hearth_checkpoint_add_rows(checkpoint, "reference", pca->stream.reference, pca->stream.samples > 0);
}

const hearth_stream_table hearth_stream_exact = {fields, bytes, allocate, release, update, finish, resume, describe};
