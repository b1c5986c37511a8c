#include <hearth/sort.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include "tensor/layout_make.h"
#include "tensor/sort_impl.h"

typedef struct unique_task {
  const hearth_context *ctx;
  int32_t kind;
  bool counted; /* pairs of key and count */
  hearth_records mine, arrived, scratch;
  int64_t n;                            /* distinct records of this rank, in mine and then in arrived */
  int64_t *send_at, *receive_at, *cuts; /* size + 1 each */
  hearth_targets targets;
} unique_task;

/* Records of this rank's elements; of replicas the first counts. */
static hearth_status take_mine(unique_task *task, const hearth_array *x) {
  const hearth_context *ctx = task->ctx;
  const hearth_order_kernels *order = ctx->backend->order;
  const int64_t n = hearth_layout_is_primary(x->layout, ctx->rank) ? hearth_layout_local_volume(x->layout) : 0, bound[2] = {0, n};
  int64_t at = 0;
  HEARTH_TRY(hearth_records_make(ctx, task->kind, n, &task->mine));
  HEARTH_TRY(hearth_records_make(ctx, task->kind, n, &task->scratch));
  for (int32_t p = 0; p < x->npieces && n > 0; p++) {
    const int64_t elements = hearth_view_elements(&x->piece[p].view);
    const hearth_view part = hearth_records_part(&task->mine.view, task->kind, at, elements);
    HEARTH_TRY(order->records(ctx->queue, &part, task->kind, &x->piece[p].view, HEARTH_KEYS_ONE_ZERO, 0));
    at += elements;
  }
  HEARTH_TRY(order->sort(ctx->queue, &task->mine.view, &task->scratch.view, task->kind, 1, bound));
  HEARTH_TRY(order->distinct(ctx->queue, &task->mine.view, task->kind, task->counted, &task->n));
  HEARTH_TRY(ctx->backend->wait(ctx->queue));
  hearth_records_free(&task->scratch);
  task->mine.n = task->n;
  task->mine.view = hearth_records_first(&task->mine, task->n);
  return HEARTH_OK;
}

static hearth_status make_tables(unique_task *task) {
  const int64_t bytes = (task->ctx->size + 1) * (int64_t)sizeof(int64_t);
  HEARTH_TRY(hearth_allocate_zero(task->ctx, bytes, &task->send_at));
  HEARTH_TRY(hearth_allocate_zero(task->ctx, bytes, &task->receive_at));
  HEARTH_TRY(hearth_allocate_zero(task->ctx, bytes, &task->cuts));
  return hearth_targets_make(task->ctx, task->ctx->size - 1, task->kind, &task->targets);
}

static void free_task(unique_task *task) {
  hearth_records *all[] = {&task->mine, &task->arrived, &task->scratch};
  for (int i = 0; i < 3; i++)
    if (all[i]->ctx) hearth_records_free(all[i]);
  hearth_deallocate(task->ctx, task->send_at);
  hearth_deallocate(task->ctx, task->receive_at);
  hearth_deallocate(task->ctx, task->cuts);
  hearth_targets_free(task->ctx, &task->targets);
}

/* Cuts keys into ranges with about as many records each; equal keys stay together. */
static hearth_status find_ranges(unique_task *task) {
  const hearth_context *ctx = task->ctx;
  const int64_t bound[2] = {0, task->n};
  int64_t all[1] = {task->n};
  HEARTH_TRY(hearth_allreduce_i64(ctx, all, 1, HEARTH_OP_SUM));
  for (int64_t t = 0; t < task->targets.n; t++) task->targets.rank[t] = all[0] / ctx->size * (t + 1);
  hearth_status status = hearth_targets_find(&task->mine, bound, ctx->comm, &task->targets);
  if (status == HEARTH_OK)
    status = ctx->backend->order->below(ctx->queue, &task->mine.view, task->kind, bound, task->targets.n, task->targets.segment, task->targets.low,
                                        task->send_at + 1);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  task->send_at[ctx->size] = task->n;
  return hearth_agree(ctx, status);
}

/* Each rank gets the keys of its range from all. */
static hearth_status exchange(unique_task *task) {
  const hearth_context *ctx = task->ctx;
  const hearth_order_kernels *order = ctx->backend->order;
  HEARTH_TRY(find_ranges(task));
  HEARTH_TRY(hearth_records_counts(ctx, task->send_at, task->receive_at));
  const int64_t n = task->receive_at[ctx->size];
  hearth_status status = hearth_records_make(ctx, task->kind, n, &task->arrived);
  if (status == HEARTH_OK) status = hearth_records_make(ctx, task->kind, n, &task->scratch);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_records_exchange(&task->mine, task->send_at, &task->arrived, task->receive_at));
  status = order->merge(ctx->queue, &task->arrived.view, &task->scratch.view, task->kind, ctx->size, task->receive_at);
  if (status == HEARTH_OK) status = order->distinct(ctx->queue, &task->arrived.view, task->kind, false, &task->n);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  return hearth_agree(ctx, status);
}

/* The ranks' distinct records as an array: of keys, or of counts. */
static hearth_status make_array(unique_task *task, int32_t dtype, bool counts, hearth_array **result) {
  const hearth_context *ctx = task->ctx;
  const int64_t shape[1] = {task->cuts[ctx->size]};
  const hearth_view records = hearth_records_first(&task->arrived, task->n);
  hearth_layout prototype = hearth_layout_whole((hearth_context *)ctx, 1, shape), *lying = NULL, *balanced = NULL;
  hearth_array *found = NULL;
  prototype.dim[0] = (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = 0, .extent = shape[0], .processes = ctx->size, .cuts = task->cuts};
  hearth_status status = hearth_layout_duplicate(&prototype, &lying);
  if (status == HEARTH_OK) status = hearth_layout_make_split((hearth_context *)ctx, 1, shape, 0, &balanced);
  if (status == HEARTH_OK) status = hearth_array_create_local(lying, dtype, HEARTH_ROW_MAJOR, &found);
  if (status == HEARTH_OK) status = hearth_array_create_local(balanced, dtype, HEARTH_ROW_MAJOR, result);
  if (status == HEARTH_OK && counts) status = ctx->backend->order->indices(ctx->queue, &found->piece[0].view, &records, task->kind);
  if (status == HEARTH_OK && !counts) status = ctx->backend->order->values(ctx->queue, &found->piece[0].view, &records, task->kind, HEARTH_KEYS_ONE_ZERO);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_array_copy(found, *result);
  hearth_array_destroy(&found);
  hearth_layout_destroy(&lying);
  hearth_layout_destroy(&balanced);
  return status;
}

static hearth_status find_unique(unique_task *task, const hearth_array *x, hearth_array **values, hearth_array **counts) {
  const hearth_context *ctx = task->ctx;
  hearth_status status = take_mine(task, x);
  if (status == HEARTH_OK) status = make_tables(task);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(exchange(task));
  HEARTH_TRY(hearth_allgather(ctx, &task->n, (int64_t)sizeof task->n, task->cuts + 1));
  for (int r = 0; r < ctx->size; r++) task->cuts[r + 1] += task->cuts[r];
  HEARTH_TRY(make_array(task, x->dtype, false, values));
  return counts ? make_array(task, HEARTH_INT64, true, counts) : HEARTH_OK;
}

static hearth_status unique_of(const hearth_array *a, hearth_array **values, hearth_array **counts) {
  const hearth_array *x;
  hearth_array *made;
  HEARTH_TRY(hearth_array_align(a, a->layout, &x, &made));
  unique_task task = {.ctx = a->ctx, .kind = counts ? HEARTH_RECORD_PAIR : hearth_record_of(a->dtype), .counted = counts != NULL};
  const hearth_status status = find_unique(&task, x, values, counts);
  free_task(&task);
  hearth_array_destroy(&made);
  if (status == HEARTH_OK) return HEARTH_OK;
  hearth_array_destroy(values);
  if (counts) hearth_array_destroy(counts);
  return status;
}

static hearth_status check(const hearth_array *a, bool places) {
  HEARTH_REQUIRE(a->ctx, places, "no place for a result (NULL)");
  return hearth_sort_check(a, 0);
}

hearth_status hearth_unique(const hearth_array *a, hearth_array **values) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (values) *values = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, values != NULL)));
  return unique_of(a, values, NULL);
}

hearth_status hearth_unique_counts(const hearth_array *a, hearth_array **values, hearth_array **counts) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (values) *values = NULL;
  if (counts) *counts = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, values && counts)));
  return unique_of(a, values, counts);
}

hearth_status hearth_unique_inverse(const hearth_array *a, hearth_array **values, hearth_array **inverse) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (values) *values = NULL;
  if (inverse) *inverse = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, values && inverse)));
  HEARTH_TRY(unique_of(a, values, NULL));
  const hearth_status status = hearth_searchsorted(*values, a, 0, inverse);
  if (status != HEARTH_OK) hearth_array_destroy(values);
  return status;
}
