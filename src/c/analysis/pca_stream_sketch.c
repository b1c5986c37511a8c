/* Three random projections of everything seen so far, each linear in it (Tropp, Yurtsever, Udell, Cevher 2019): the range A W^T of the samples in the fields'
 * layout, and two of the small ones on rank 0 (pca_sketch_solve.c). The number of samples leaves no trace in the memory. */
#include "analysis/pca_sketch_impl.h"
#include "analysis/pca_stream_method.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/small.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Directions of the range below this share of the largest eigenvalue of their Gram matrix are rounding. */
#define NOISE 1e-13

static int64_t rows_of(const hearth_sketch *sk) {
  return sk->k + sk->s + sk->q;
}

static hearth_sketch sizes_of(const hearth_pca *pca) {
  const int64_t k = pca->stream.n_kept, s = 2 * k + 1, q = HEARTH_SKETCH_ERROR_ROWS, c = k + 1, bunch = pca->stream.bunch;
  return (hearth_sketch){.k = k,
                         .s = s,
                         .q = q,
                         .small_size = s * s + c * c + (s + q) * c + 2 * (k + s) + q + 2,
                         .device_size = (k > bunch ? k : bunch) * (HEARTH_SKETCH_PROBES + c)};
}

static int64_t fields(const hearth_pca *pca) {
  return 2 * pca->stream.n_kept + 1 + pca->stream.bunch + HEARTH_SKETCH_PROBES + 2;
}

static int64_t bytes(const hearth_pca *pca) {
  const hearth_sketch sk = sizes_of(pca);
  return (sk.small_size + 2 * sk.device_size) * (int64_t)sizeof(double);
}

static void place_small(hearth_sketch *sk) {
  const int64_t k = sk->k, s = sk->s, q = sk->q, c = k + 1;
  double **const part[] = {&sk->core,  &sk->triangle, &sk->turned, &sk->error,   &sk->sum_y,        &sk->sum_f,
                           &sk->sum_e, &sk->sum_w,    &sk->sum_p,  &sk->squares, &sk->error_squares};
  const int64_t size[] = {s * s, c * c, s * c, q * c, k, s, q, k, s, 1, 1};
  double *next = sk->small;
  for (int i = 0; i < 11; i++) {
    *part[i] = next;
    next += size[i];
  }
}

static hearth_status allocate(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_pca_stream *stream = &pca->stream;
  const int64_t n = pca->space.points, k = stream->n_kept;
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof *stream->sketch, &stream->sketch));
  hearth_sketch *sk = stream->sketch;
  *sk = sizes_of(pca);
  HEARTH_TRY(hearth_pca_allocate(ctx, k * n, &pca->basis));
  HEARTH_TRY(hearth_pca_allocate(ctx, (k + 1 + stream->bunch) * n, &sk->range));
  HEARTH_TRY(hearth_pca_allocate(ctx, HEARTH_SKETCH_PROBES * n, &sk->probes));
  HEARTH_TRY(hearth_pca_allocate(ctx, sk->device_size, &sk->device));
  HEARTH_TRY(hearth_allocate(ctx, sk->device_size * (int64_t)sizeof(double), &sk->host));
  HEARTH_TRY(hearth_allocate_zero(ctx, sk->small_size * (int64_t)sizeof(double), &sk->small));
  place_small(sk);
  stream->waiting = sk->range ? sk->range + (k + 1) * n : NULL;
  stream->reference = stream->spare;
  const hearth_view range = hearth_pca_matrix(ctx, sk->range, k + 1, n, n, 1);
  return ctx->backend->fill(ctx->queue, &range, 0);
}

static void release(hearth_pca *pca) {
  hearth_sketch *sk = pca->stream.sketch;
  if (!sk) return;
  hearth_pca_release(pca->ctx, &sk->range);
  hearth_pca_release(pca->ctx, &sk->probes);
  hearth_pca_release(pca->ctx, &sk->device);
  hearth_deallocate(pca->ctx, sk->host);
  hearth_deallocate(pca->ctx, sk->small);
  hearth_deallocate(pca->ctx, sk);
  pca->stream.sketch = NULL;
}

/* This rank's products of M with m samples [rows of M, m], and behind them the squares of the samples. Local. */
static hearth_status measure(hearth_pca *pca, int64_t m, double *sums) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t n = pca->space.points;
  HEARTH_TRY(hearth_sketch_probe(pca, pca->stream.waiting, m, sums));
  if (n == 0 || !pca->space.primary) return HEARTH_OK;
  const hearth_view columns = hearth_pca_matrix(ctx, pca->stream.waiting, n, m, 1, n);
  hearth_view squares = hearth_pca_matrix(ctx, sk->device, m, 1, 1, 1);
  squares.ndim = 1;
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &squares, 0));
  HEARTH_TRY(ctx->backend->column_squares(ctx->queue, &squares, &columns));
  return hearth_pca_download(ctx, sums + rows_of(sk) * m, sk->device, m);
}

/* range += samples times their columns of [W; 1]. Local. */
static hearth_status extend_range(hearth_pca *pca, int64_t first, int64_t m) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t n = pca->space.points, c = sk->k + 1;
  for (int64_t j = 0; j < m; j++) {
    hearth_sketch_weights(pca, first + j, sk->host + j * c, NULL);
    sk->host[j * c + sk->k] = 1;
    for (int64_t i = 0; i < sk->k; i++) sk->sum_w[i] += sk->host[j * c + i];
  }
  if (n == 0) return HEARTH_OK;
  const hearth_view columns = hearth_pca_matrix(ctx, pca->stream.waiting, n, m, 1, n), weights = hearth_pca_matrix(ctx, sk->device, m, c, c, 1),
                    range = hearth_pca_matrix(ctx, sk->range, n, c, 1, n);
  HEARTH_TRY(hearth_pca_upload(ctx, sk->device, sk->host, m * c));
  return ctx->backend->gemm(ctx->queue, 0, 1, &columns, &weights, 1, &range);
}

static hearth_status update(hearth_pca *pca, int64_t *good) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t first = pca->stream.samples;
  hearth_status mine = HEARTH_OK;
  double *sums = NULL;
  HEARTH_TRY(hearth_stream_gather(pca, good, &mine));
  const int64_t m = *good, size = rows_of(sk) * m + m;
  if (m == 0) return HEARTH_OK;
  hearth_status status = hearth_allocate_zero(ctx, size * (int64_t)sizeof *sums, &sums);
  if (mine == HEARTH_OK) mine = status;
  if (mine == HEARTH_OK) mine = measure(pca, m, sums);
  if (mine == HEARTH_OK) mine = extend_range(pca, first, m);
  status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(ctx, sums, size, HEARTH_OP_SUM);
  if (status == HEARTH_OK && ctx->rank == 0) {
    for (int64_t j = 0; j < m; j++) *sk->squares += sums[rows_of(sk) * m + j];
    mine = hearth_sketch_take(pca, first, m, sums);
    if (mine != HEARTH_OK && pca->pending == HEARTH_OK) { /* told with the results, which would be wrong */
      pca->pending = mine;
      snprintf(pca->pending_message, sizeof pca->pending_message, "%s", hearth_error_message(ctx));
    }
  }
  hearth_deallocate(ctx, sums);
  return status;
}

/* basis := basis z in place, z [k, k] on the host. Local. */
static hearth_status turn_basis(hearth_pca *pca, const double *z) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t n = pca->space.points, k = sk->k;
  if (n == 0) return HEARTH_OK;
  const hearth_view basis = hearth_pca_matrix(ctx, pca->basis, n, k, 1, n), nothing = hearth_pca_matrix(ctx, pca->stream.waiting, n, 0, 1, n),
                    matrix = hearth_pca_matrix(ctx, sk->device, k, k, 1, k);
  HEARTH_TRY(hearth_pca_upload(ctx, sk->device, z, k * k));
  HEARTH_TRY(ctx->backend->rotate(ctx->queue, &basis, &nothing, &matrix));
  return ctx->backend->wait(ctx->queue);
}

/* gram [k, k] := this rank's part of B^T B. Local. */
static hearth_status gram_of_basis(hearth_pca *pca, double *gram) {
  const hearth_context *ctx = pca->ctx;
  const int64_t n = pca->space.points, k = pca->stream.sketch->k;
  if (n == 0 || !pca->space.primary) return HEARTH_OK;
  const hearth_view columns = hearth_pca_matrix(ctx, pca->basis, n, k, 1, n), rows = hearth_pca_matrix(ctx, pca->basis, k, n, n, 1),
                    result = hearth_pca_matrix(ctx, pca->stream.sketch->device, k, k, 1, k);
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &rows, &columns, 0, &result));
  return hearth_pca_download(ctx, gram, pca->stream.sketch->device, k * k);
}

/* basis := the range about the mean, A (I - 1 1^T / N) W^T; and the mean. Local. */
static hearth_status centre_range(hearth_pca *pca, double *sum_squares) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t n = pca->space.points, k = sk->k, c = k + 1;
  const double count = (double)pca->stream.samples;
  if (n == 0) return HEARTH_OK;
  const hearth_view range = hearth_pca_matrix(ctx, sk->range, n, c, 1, n), basis = hearth_pca_matrix(ctx, pca->basis, n, k, 1, n),
                    matrix = hearth_pca_matrix(ctx, sk->device, c, k, 1, c), sum = hearth_pca_matrix(ctx, sk->range + k * n, n, 1, 1, n),
                    mean = hearth_pca_matrix(ctx, sk->probes, n, 1, 1, n), one = hearth_pca_matrix(ctx, sk->device, 1, 1, 1, 1);
  for (int64_t j = 0; j < k; j++) {
    for (int64_t i = 0; i < k; i++) sk->host[j * c + i] = i == j;
    sk->host[j * c + k] = -sk->sum_w[j] / count;
  }
  HEARTH_TRY(hearth_pca_upload(ctx, sk->device, sk->host, c * k));
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &range, &matrix, 0, &basis));
  hearth_view squares = one;
  squares.ndim = 1;
  HEARTH_TRY(ctx->backend->fill(ctx->queue, &squares, 0));
  HEARTH_TRY(ctx->backend->column_squares(ctx->queue, &squares, &sum));
  HEARTH_TRY(hearth_pca_download(ctx, sum_squares, sk->device, 1));
  if (!pca->space.primary) *sum_squares = 0;
  const double share = 1 / count;
  HEARTH_TRY(hearth_pca_upload(ctx, sk->device, &share, 1));
  HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1, &sum, &one, 0, &mean));
  return hearth_stream_set_mean(pca, sk->probes);
}

/* On rank 0: z [k, k] that makes the leading `rank` columns of the range nearly orthonormal; gram is destroyed. */
static hearth_status orthonormalise(const hearth_pca *pca, double *gram, double *z, double *rank) {
  const int64_t k = pca->stream.sketch->k;
  double value[k];
  int64_t found = 0;
  HEARTH_TRY(hearth_small_eigh(pca->ctx, k, gram, k, value, z));
  while (found < k && value[found] > NOISE * value[0]) found++;
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < k; i++) z[j * k + i] = j < found ? z[j * k + i] / sqrt(value[j]) : 0;
  *rank = (double)found;
  return HEARTH_OK;
}

/* Rank 0's answer to all. Collective. */
static hearth_status send(const hearth_pca *pca, hearth_status mine, double *answer, int64_t size) {
  HEARTH_TRY(hearth_agree(pca->ctx, mine));
  return hearth_broadcast(pca->ctx, answer, size * (int64_t)sizeof *answer, 0);
}

/* work: sums [k k + rows k + 1], answer [4 + k + k k]. */
static hearth_status find_directions(hearth_pca *pca, double *sums, double *answer) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t k = sk->k, products = rows_of(sk) * k;
  double *z = answer + 4 + k, squares = 0;
  hearth_status mine = centre_range(pca, &squares);
  if (mine == HEARTH_OK) mine = gram_of_basis(pca, sums);
  sums[k * k] = squares;
  HEARTH_TRY(hearth_agree(ctx, mine));
  HEARTH_TRY(hearth_allreduce_f64(ctx, sums, k * k + 1, HEARTH_OP_SUM));
  const double total = *sk->squares - sums[k * k] / (double)pca->stream.samples;
  if (ctx->rank == 0) mine = orthonormalise(pca, sums, z, answer);
  HEARTH_TRY(send(pca, mine, answer, 4 + k + k * k));
  const int64_t rank = (int64_t)answer[0];
  mine = turn_basis(pca, z);
  memset(sums, 0, (size_t)(k * k) * sizeof *sums);
  if (mine == HEARTH_OK) mine = gram_of_basis(pca, sums);
  if (mine == HEARTH_OK) mine = hearth_sketch_probe(pca, pca->basis, k, sums + k * k);
  HEARTH_TRY(hearth_agree(ctx, mine));
  HEARTH_TRY(hearth_allreduce_f64(ctx, sums, k * k + products, HEARTH_OP_SUM));
  memset(answer, 0, (size_t)(4 + k + k * k) * sizeof *answer);
  if (ctx->rank == 0) mine = hearth_sketch_solve(pca, rank, sums, sums + k * k, answer + 4, z, answer);
  answer[1] = total;
  HEARTH_TRY(send(pca, mine, answer, 4 + k + k * k));
  return hearth_agree(ctx, turn_basis(pca, z));
}

static hearth_status finish(hearth_pca *pca) {
  const hearth_context *ctx = pca->ctx;
  hearth_sketch *sk = pca->stream.sketch;
  const int64_t k = sk->k, size = k * k + rows_of(sk) * k + 1;
  double *work = NULL;
  hearth_status status = pca->pending == HEARTH_OK ? HEARTH_OK : hearth_fail(ctx, pca->pending, "%s", pca->pending_message);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, (size + 4 + k + k * k) * (int64_t)sizeof *work, &work);
  status = hearth_agree(ctx, status);
  double *answer = work + size;
  if (status == HEARTH_OK) status = find_directions(pca, work, answer);
  if (status == HEARTH_OK) {
    pca->stream.rank = (int32_t)answer[0];
    pca->total = answer[1];
    pca->stream.discarded = answer[2];
    memcpy(pca->sigma, answer + 4, (size_t)k * sizeof *pca->sigma);
  }
  hearth_deallocate(ctx, work);
  return status;
}

static void describe(const hearth_pca *pca, hearth_checkpoint *checkpoint) {
  const hearth_sketch *sk = pca->stream.sketch;
  hearth_checkpoint_add_vector(checkpoint, "sketch", sk->small, sk->small_size, true);
  hearth_checkpoint_add_rows(checkpoint, "range", sk->range, sk->k + 1);
  hearth_checkpoint_add_rows(checkpoint, "waiting", pca->stream.waiting, pca->stream.filled);
  hearth_checkpoint_add_rows(checkpoint, "reference", pca->stream.reference, pca->stream.samples > 0);
}

const hearth_stream_table hearth_stream_sketch = {fields, bytes, allocate, release, update, finish, NULL, describe};
