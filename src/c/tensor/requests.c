#include "tensor/requests.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/views.h"
#include <string.h>

enum { TAG = 7001 };

bool hearth_requests_possible(const hearth_layout *layout, int32_t axis) {
  if (!hearth_layout_is_product(layout) || hearth_layout_is_replicated(layout) || layout->dim[axis].processes <= 1) return false;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (d != axis && layout->dim[d].processes > 1) return false;
  return true;
}

/* The coordinate that owns `global`, and where it lies there. */
static int64_t find_owner(const hearth_dim *dim, int64_t global, int64_t *local) {
  enum { FEW = 16 };
  if (dim->kind == HEARTH_DIM_CUTS) {
    int64_t c = 0;
    if (dim->processes <= FEW)
      for (int64_t k = 1; k < dim->processes; k++) c += dim->cuts[k] <= global;
    else
      c = hearth_dim_owner(dim, global);
    *local = global - dim->cuts[c];
    return c;
  }
  const int64_t block = (global + dim->offset) / dim->block, c = (dim->first + block) % dim->processes;
  const hearth_run run = hearth_dim_run(dim, c, block / dim->processes);
  *local = run.local + global - run.global;
  return c;
}

/* The rank at each coordinate of the axis; the caller deallocates. */
static hearth_status find_ranks(const hearth_layout *layout, int32_t axis, int32_t **rank_of) {
  const hearth_dim *dim = &layout->dim[axis];
  HEARTH_TRY(hearth_allocate_zero(layout->ctx, dim->processes * (int64_t)sizeof **rank_of, rank_of));
  for (int r = 0; r < layout->ctx->size; r++) {
    const int64_t c = hearth_layout_coordinate(layout, r, dim->axis);
    if (c >= 0) (*rank_of)[c] = r;
  }
  return HEARTH_OK;
}

/* Counts by owner, then a stable distribution; *next has a place per rank. */
static void sort_by_owner(const hearth_dim *dim, const int32_t *rank_of, int64_t n, const int64_t *index, int64_t *next, hearth_requests *r) {
  const int size = r->ctx->size;
  int64_t local;
  memset(r->sent_start, 0, (size_t)(size + 1) * sizeof *r->sent_start);
  for (int64_t j = 0; j < n; j++) r->sent_start[rank_of[find_owner(dim, index[j], &local)] + 1]++;
  for (int k = 0; k < size; k++) r->sent_start[k + 1] += r->sent_start[k];
  memcpy(next, r->sent_start, (size_t)size * sizeof *next);
  for (int64_t j = 0; j < n; j++) {
    const int64_t at = next[rank_of[find_owner(dim, index[j], &local)]]++;
    r->place[at] = j;
    r->sent[at] = local;
  }
}

static hearth_status prepare(const hearth_layout *layout, int32_t axis, int64_t n, const int64_t *index, hearth_requests *r) {
  const hearth_context *ctx = layout->ctx;
  const int64_t starts = (ctx->size + 1) * (int64_t)sizeof(int64_t);
  int32_t *rank_of = NULL;
  int64_t *next = NULL;
  *r = (hearth_requests){.ctx = ctx, .nsent = n};
  hearth_status status = hearth_allocate(ctx, n * (int64_t)sizeof *r->place, &r->place);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, n * (int64_t)sizeof *r->sent, &r->sent);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, starts, &r->sent_start);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, starts, &r->asked_start);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, starts, &next);
  if (status == HEARTH_OK) status = find_ranks(layout, axis, &rank_of);
  if (status == HEARTH_OK) sort_by_owner(&layout->dim[axis], rank_of, n, index, next, r);
  hearth_deallocate(ctx, rank_of);
  hearth_deallocate(ctx, next);
  return status;
}

/* Items of `bytes` bytes: send_start[k] .. send_start[k + 1] - 1 of `send` go to rank k. */
static hearth_status exchange(const hearth_context *ctx, int64_t bytes, const char *send, const int64_t *send_start, char *receive,
                              const int64_t *receive_start, MPI_Request *request) {
  int64_t n = 0;
  hearth_status status = HEARTH_OK;
  for (int step = 1; step < ctx->size && status == HEARTH_OK; step++) {
    const int from = (ctx->rank + ctx->size - step) % ctx->size;
    const int64_t count = receive_start[from + 1] - receive_start[from];
    if (count > 0) status = hearth_irecv(ctx, receive + receive_start[from] * bytes, count * bytes, from, TAG, &request[n++]);
  }
  for (int step = 1; step < ctx->size && status == HEARTH_OK; step++) {
    const int to = (ctx->rank + step) % ctx->size;
    const int64_t count = send_start[to + 1] - send_start[to];
    if (count > 0) status = hearth_isend(ctx, send + send_start[to] * bytes, count * bytes, to, TAG, &request[n++]);
  }
  const int64_t own = send_start[ctx->rank + 1] - send_start[ctx->rank];
  if (own > 0) memcpy(receive + receive_start[ctx->rank] * bytes, send + send_start[ctx->rank] * bytes, (size_t)(own * bytes));
  HEARTH_TRY(status);
  return hearth_wait_all(ctx, n, request);
}

static hearth_status with_requests(const hearth_context *ctx, int64_t bytes, const char *send, const int64_t *send_start, char *receive,
                                   const int64_t *receive_start) {
  MPI_Request *request = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, 2 * ctx->size * (int64_t)sizeof *request, &request)));
  const hearth_status status = exchange(ctx, bytes, send, send_start, receive, receive_start, request);
  hearth_deallocate(ctx, request);
  return status;
}

/* How many indices every rank asks for; asked_start[k + 1] takes the number from rank k first. */
static hearth_status exchange_counts(hearth_requests *r) {
  const hearth_context *ctx = r->ctx;
  int64_t *count = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, ctx->size * (int64_t)sizeof *count, &count)));
  for (int k = 0; k < ctx->size; k++) count[k] = r->sent_start[k + 1] - r->sent_start[k];
  const hearth_status status = hearth_alltoall_i64(ctx, count, r->asked_start + 1);
  hearth_deallocate(ctx, count);
  r->asked_start[0] = 0;
  for (int k = 0; status == HEARTH_OK && k < ctx->size; k++) r->asked_start[k + 1] += r->asked_start[k];
  r->nasked = status == HEARTH_OK ? r->asked_start[ctx->size] : 0;
  return status;
}

hearth_status hearth_requests_make(const hearth_layout *layout, int32_t axis, int64_t n, const int64_t *index, hearth_requests *r) {
  const hearth_context *ctx = layout->ctx;
  HEARTH_TRY(hearth_agree(ctx, prepare(layout, axis, n, index, r)));
  HEARTH_TRY(exchange_counts(r));
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, r->nasked * (int64_t)sizeof *r->asked, &r->asked)));
  return with_requests(ctx, (int64_t)sizeof *r->sent, (const char *)r->sent, r->sent_start, (char *)r->asked, r->asked_start);
}

void hearth_requests_free(hearth_requests *r) {
  if (!r->ctx) return;
  hearth_deallocate(r->ctx, r->place);
  hearth_deallocate(r->ctx, r->sent);
  hearth_deallocate(r->ctx, r->asked);
  hearth_deallocate(r->ctx, r->sent_start);
  hearth_deallocate(r->ctx, r->asked_start);
  *r = (hearth_requests){0};
}

hearth_status hearth_requests_answer(const hearth_requests *r, int64_t bytes, const char *asked, char *sent) {
  return with_requests(r->ctx, bytes, asked, r->asked_start, sent, r->sent_start);
}

hearth_status hearth_requests_deliver(const hearth_requests *r, int64_t bytes, const char *sent, char *asked) {
  return with_requests(r->ctx, bytes, sent, r->sent_start, asked, r->asked_start);
}
