/* Rows that lie across the ranks: each rank sorts its part, the ranks find between which keys the row is cut, every record travels once to where it belongs,
 * and what arrives is merged. Equal keys are dealt out in the order of the ranks, so that sorting is stable and the cuts are met exactly. */
#include "comm/comm.h"
#include "comm/group.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/sort_impl.h"

typedef struct across_task {
  const hearth_sorting *sorting;
  const int64_t *cuts;
  int64_t n; /* of this rank */
  hearth_records records, scratch;
  int64_t *send_at, *receive_at; /* size + 1 each */
  int64_t *equal;                /* size - 1: records of this rank with the key of the cut, then those of lower ranks */
  hearth_targets targets;        /* one per cut */
} across_task;

static hearth_status make_task(across_task *task) {
  const hearth_context *ctx = task->sorting->ctx;
  const int64_t bytes = (ctx->size + 1) * (int64_t)sizeof(int64_t);
  HEARTH_TRY(hearth_records_make(ctx, task->sorting->kind, task->n, &task->records));
  HEARTH_TRY(hearth_records_make(ctx, task->sorting->kind, task->n, &task->scratch));
  HEARTH_TRY(hearth_allocate(ctx, bytes, &task->send_at));
  HEARTH_TRY(hearth_allocate(ctx, bytes, &task->receive_at));
  HEARTH_TRY(hearth_allocate(ctx, bytes, &task->equal));
  return hearth_targets_make(ctx, ctx->size - 1, task->sorting->kind, &task->targets);
}

static void free_task(across_task *task) {
  const hearth_context *ctx = task->sorting->ctx;
  hearth_records_free(&task->records);
  hearth_records_free(&task->scratch);
  hearth_deallocate(ctx, task->send_at);
  hearth_deallocate(ctx, task->receive_at);
  hearth_deallocate(ctx, task->equal);
  hearth_targets_free(ctx, &task->targets);
}

/* How many of my records are below key + more, for every cut. */
static hearth_status count_below(const across_task *task, uint64_t more, int64_t *below) {
  const hearth_context *ctx = task->sorting->ctx;
  const int64_t bound[2] = {0, task->n};
  const uint64_t last = hearth_record_last(task->sorting->kind);
  uint64_t *key;
  HEARTH_TRY(hearth_allocate(ctx, task->targets.n * (int64_t)sizeof *key, &key));
  for (int64_t t = 0; t < task->targets.n; t++) key[t] = task->targets.low[t] == last ? last : task->targets.low[t] + more;
  hearth_status status =
      ctx->backend->order->below(ctx->queue, &task->records.view, task->sorting->kind, bound, task->targets.n, task->targets.segment, key, below);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  for (int64_t t = 0; t < task->targets.n && more; t++)
    if (task->targets.low[t] == last) below[t] = task->n; /* nothing is above the last key */
  hearth_deallocate(ctx, key);
  return status;
}

/* Finds where my sorted records are cut. */
static hearth_status find_cuts(across_task *task) {
  const hearth_context *ctx = task->sorting->ctx;
  hearth_targets *targets = &task->targets;
  const int64_t bound[2] = {0, task->n}, all = task->cuts[ctx->size];
  int64_t *mine = task->send_at + 1, *before = task->receive_at + 1;
  hearth_targets_reset(targets, task->sorting->kind);
  for (int64_t t = 0; t < targets->n; t++) targets->rank[t] = task->cuts[t + 1] < all ? task->cuts[t + 1] : all > 0 ? all - 1 : 0;
  hearth_status status = hearth_targets_find(&task->records, bound, ctx->comm, targets);
  if (status == HEARTH_OK) status = count_below(task, 0, mine);
  if (status == HEARTH_OK) status = count_below(task, 1, task->equal);
  HEARTH_TRY(hearth_agree(ctx, status));
  for (int64_t t = 0; t < targets->n; t++) before[t] = task->equal[t] -= mine[t];
  HEARTH_TRY(hearth_group_exscan(ctx, ctx->comm, before, targets->n, MPI_INT64_T));
  for (int64_t t = 0; t < targets->n; t++) {
    const int64_t wanted = task->cuts[t + 1] - targets->below[t] - before[t]; /* of my equal ones, to the lower side */
    mine[t] += wanted < 0 ? 0 : wanted > task->equal[t] ? task->equal[t] : wanted;
    if (task->cuts[t + 1] >= all) mine[t] = task->n;
  }
  task->send_at[0] = 0;
  task->send_at[ctx->size] = task->n;
  return HEARTH_OK;
}

static hearth_status sort_row(across_task *task, const hearth_view *to, const hearth_view *from) {
  const hearth_sorting *sorting = task->sorting;
  const hearth_context *ctx = sorting->ctx;
  const hearth_order_kernels *order = ctx->backend->order;
  const int64_t bound[2] = {0, task->n};
  hearth_status status = order->records(ctx->queue, &task->records.view, sorting->kind, from, sorting->mode, task->cuts[ctx->rank]);
  if (status == HEARTH_OK) status = order->sort(ctx->queue, &task->records.view, &task->scratch.view, sorting->kind, 1, bound);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(find_cuts(task));
  HEARTH_TRY(hearth_records_counts(ctx, task->send_at, task->receive_at));
  HEARTH_TRY(hearth_records_exchange(&task->records, task->send_at, &task->scratch, task->receive_at));
  HEARTH_TRY(order->merge(ctx->queue, &task->scratch.view, &task->records.view, sorting->kind, ctx->size, task->receive_at));
  if (sorting->indices) return order->indices(ctx->queue, to, &task->scratch.view, sorting->kind);
  return order->values(ctx->queue, to, &task->scratch.view, sorting->kind, sorting->mode);
}

hearth_status hearth_sort_across(const hearth_sorting *sorting, const hearth_view *to, const hearth_view *from, const int64_t *cuts) {
  const hearth_context *ctx = sorting->ctx;
  across_task task = {.sorting = sorting, .cuts = cuts, .n = cuts[ctx->rank + 1] - cuts[ctx->rank]};
  int64_t rows = 1;
  for (int32_t d = 0; d < from->ndim - 1; d++) rows *= from->extent[d];
  hearth_status status = hearth_agree(ctx, make_task(&task));
  for (int64_t r = 0; r < rows && status == HEARTH_OK; r++) {
    const hearth_view target = hearth_view_row(to, r), source = hearth_view_row(from, r);
    status = hearth_agree(ctx, sort_row(&task, &target, &source));
  }
  free_task(&task);
  return status;
}
