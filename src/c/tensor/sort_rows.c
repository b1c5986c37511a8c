/* Rows that lie on one rank: records of many short rows, or of one long row, at a time. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/sort_impl.h"

typedef struct rows_task {
  const hearth_sorting *sorting;
  hearth_records records, scratch;
  int64_t *bound;
} rows_task;

static hearth_status sort_block(void *context, const hearth_view *const *views) {
  rows_task *task = context;
  const hearth_sorting *sorting = task->sorting;
  const hearth_context *ctx = sorting->ctx;
  const hearth_order_kernels *order = ctx->backend->order;
  const hearth_view *to = views[0], *from = views[1];
  const int64_t elements = hearth_view_elements(from), length = from->extent[from->ndim - 1], rows = elements / length;
  const hearth_view records = hearth_records_first(&task->records, elements), scratch = hearth_records_first(&task->scratch, elements);
  for (int64_t r = 0; r <= rows; r++) task->bound[r] = r * length;
  HEARTH_TRY(order->records(ctx->queue, &records, sorting->kind, from, sorting->mode, 0));
  HEARTH_TRY(order->sort(ctx->queue, &records, &scratch, sorting->kind, rows, task->bound));
  if (sorting->indices) return order->indices(ctx->queue, to, &records, sorting->kind);
  return order->values(ctx->queue, to, &records, sorting->kind, sorting->mode);
}

hearth_status hearth_sort_rows(const hearth_sorting *sorting, const hearth_view *to, const hearth_view *from) {
  const hearth_context *ctx = sorting->ctx;
  const int64_t elements = hearth_view_elements(from), length = from->extent[from->ndim - 1];
  if (elements == 0) return HEARTH_OK;
  const int64_t most = length > HEARTH_ORDER_BATCH ? length : elements < HEARTH_ORDER_BATCH ? elements : HEARTH_ORDER_BATCH;
  rows_task task = {.sorting = sorting};
  hearth_status status = hearth_records_make(ctx, sorting->kind, most, &task.records);
  if (status == HEARTH_OK) status = hearth_records_make(ctx, sorting->kind, most, &task.scratch);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (most / length + 1) * (int64_t)sizeof *task.bound, &task.bound);
  if (status == HEARTH_OK) status = hearth_rows_each(2, (const hearth_view *[]){to, from}, most, sort_block, &task);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_records_free(&task.records);
  hearth_records_free(&task.scratch);
  hearth_deallocate(ctx, task.bound);
  return status;
}
