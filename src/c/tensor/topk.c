#include <hearth/sort.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/sort_impl.h"
#include <string.h>

typedef struct topk_task {
  hearth_sorting sorting;
  int64_t k, first; /* global index of the first element of this rank's rows */
  hearth_records records;
} topk_task;

static hearth_status top_block(void *context, const hearth_view *const *views) {
  const topk_task *task = context;
  const hearth_context *ctx = task->sorting.ctx;
  const hearth_order_kernels *order = ctx->backend->order;
  const hearth_view *from = views[0];
  const int32_t kind = task->sorting.kind, mode = task->sorting.mode;
  const int64_t rows = hearth_view_elements(from) / from->extent[from->ndim - 1];
  const hearth_view records = hearth_records_first(&task->records, rows * task->k);
  HEARTH_TRY(order->smallest(ctx->queue, &records, kind, from, mode, task->first, task->k));
  HEARTH_TRY(order->values(ctx->queue, views[1], &records, kind, mode));
  return order->indices(ctx->queue, views[2], &records, kind);
}

/* One piece with whole rows. */
static hearth_status top_rows(topk_task *task, const hearth_view *from, const hearth_view *values, const hearth_view *indices) {
  const hearth_context *ctx = task->sorting.ctx;
  const int64_t elements = hearth_view_elements(from), length = from->extent[from->ndim - 1];
  if (elements == 0) return HEARTH_OK;
  const int64_t most = length > HEARTH_ORDER_BATCH ? length : elements < HEARTH_ORDER_BATCH ? elements : HEARTH_ORDER_BATCH;
  hearth_status status = hearth_records_make(ctx, task->sorting.kind, most / length * task->k, &task->records);
  if (status == HEARTH_OK) status = hearth_rows_each(3, (const hearth_view *[]){from, values, indices}, most, top_block, task);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  hearth_records_free(&task->records);
  return status;
}

/* What the ranks find in their parts of rows that lie across them. */
typedef struct candidates {
  int64_t rows, own, all;  /* records per row: of this rank, of all */
  int64_t *bytes, *offset; /* per rank */
  char *gathered, *lined;  /* by rank, by row */
  hearth_records mine, both, scratch;
  int64_t *bound;
} candidates;

static int64_t fewer(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static hearth_status make_candidates(const topk_task *task, int64_t rows, const int64_t *cuts, candidates *c) {
  const hearth_context *ctx = task->sorting.ctx;
  const int64_t size = hearth_record_size(task->sorting.kind);
  *c = (candidates){.rows = rows, .own = fewer(task->k, cuts[ctx->rank + 1] - cuts[ctx->rank])};
  for (int r = 0; r < ctx->size; r++) c->all += fewer(task->k, cuts[r + 1] - cuts[r]);
  HEARTH_TRY(hearth_allocate(ctx, ctx->size * (int64_t)sizeof *c->bytes, &c->bytes));
  HEARTH_TRY(hearth_allocate(ctx, ctx->size * (int64_t)sizeof *c->offset, &c->offset));
  for (int r = 0; r < ctx->size; r++) {
    c->bytes[r] = rows * fewer(task->k, cuts[r + 1] - cuts[r]) * size;
    c->offset[r] = r > 0 ? c->offset[r - 1] + c->bytes[r - 1] : 0;
  }
  HEARTH_TRY(hearth_allocate(ctx, 2 * rows * c->all * size, &c->gathered));
  c->lined = c->gathered ? c->gathered + rows * c->all * size : NULL;
  HEARTH_TRY(hearth_allocate(ctx, (rows + 1) * (int64_t)sizeof *c->bound, &c->bound));
  for (int64_t r = 0; r <= rows; r++) c->bound[r] = r * c->all;
  HEARTH_TRY(hearth_records_make(ctx, task->sorting.kind, rows * c->own, &c->mine));
  HEARTH_TRY(hearth_records_make(ctx, task->sorting.kind, rows * c->all, &c->both));
  return hearth_records_make(ctx, task->sorting.kind, rows * c->all, &c->scratch);
}

static void free_candidates(const hearth_context *ctx, candidates *c) {
  hearth_deallocate(ctx, c->bytes);
  hearth_deallocate(ctx, c->offset);
  hearth_deallocate(ctx, c->gathered);
  hearth_deallocate(ctx, c->bound);
  if (c->mine.ctx) hearth_records_free(&c->mine);
  if (c->both.ctx) hearth_records_free(&c->both);
  if (c->scratch.ctx) hearth_records_free(&c->scratch);
}

/* All ranks' records row by row, each rank's behind those of the lower ones: equal keys keep the order of their indices. */
static void line_up(const hearth_context *ctx, int64_t size, const candidates *c) {
  for (int64_t row = 0; row < c->rows; row++) {
    char *to = c->lined + row * c->all * size;
    for (int r = 0; r < ctx->size; r++) {
      const int64_t bytes = c->bytes[r] / c->rows;
      if (bytes > 0) memcpy(to, c->gathered + c->offset[r] + row * bytes, (size_t)bytes);
      to += bytes;
    }
  }
}

static hearth_status find_mine(const topk_task *task, const candidates *c, const hearth_view *from, hearth_view *host) {
  const hearth_context *ctx = task->sorting.ctx;
  *host = c->mine.view;
  host->space = HEARTH_SPACE_HOST;
  host->data = c->lined; /* room enough, and not used yet */
  if (c->mine.n == 0) return HEARTH_OK;
  HEARTH_TRY(ctx->backend->order->smallest(ctx->queue, &c->mine.view, task->sorting.kind, from, task->sorting.mode, task->first, c->own));
  return hearth_view_copy(ctx, host, &c->mine.view);
}

/* The rows' k best into a result's rows, one by one: there are few. */
static hearth_status store_best(const topk_task *task, const candidates *c, const hearth_view *values, const hearth_view *indices) {
  const hearth_context *ctx = task->sorting.ctx;
  const int32_t kind = task->sorting.kind;
  hearth_view lined = c->both.view;
  lined.space = HEARTH_SPACE_HOST;
  lined.data = c->lined;
  HEARTH_TRY(hearth_view_copy(ctx, &c->both.view, &lined));
  HEARTH_TRY(ctx->backend->order->sort(ctx->queue, &c->both.view, &c->scratch.view, kind, c->rows, c->bound));
  for (int64_t r = 0; r < c->rows; r++) {
    const hearth_view best = hearth_records_part(&c->both.view, kind, r * c->all, task->k);
    const hearth_view value = hearth_view_row(values, r), index = hearth_view_row(indices, r);
    HEARTH_TRY(ctx->backend->order->values(ctx->queue, &value, &best, kind, task->sorting.mode));
    HEARTH_TRY(ctx->backend->order->indices(ctx->queue, &index, &best, kind));
  }
  return ctx->backend->wait(ctx->queue);
}

static hearth_status top_across(topk_task *task, const hearth_view *from, const hearth_view *values, const hearth_view *indices, const int64_t *cuts) {
  const hearth_context *ctx = task->sorting.ctx;
  int64_t rows = 1;
  for (int32_t d = 0; d < from->ndim - 1; d++) rows *= from->extent[d];
  if (rows == 0) return HEARTH_OK;
  candidates c;
  hearth_view host;
  task->first = cuts[ctx->rank];
  hearth_status status = make_candidates(task, rows, cuts, &c);
  if (status == HEARTH_OK) status = find_mine(task, &c, from, &host);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_allgatherv(ctx, host.data, c.bytes[ctx->rank], c.gathered, c.bytes, c.offset);
  if (status == HEARTH_OK) {
    line_up(ctx, hearth_record_size(task->sorting.kind), &c);
    status = store_best(task, &c, values, indices);
  }
  free_candidates(ctx, &c);
  return status;
}

static hearth_status top_in(topk_task *task, const hearth_layout *layout, bool across, const hearth_array *a, int32_t axis, hearth_array *results[2]) {
  const hearth_context *ctx = a->ctx;
  const hearth_array *x;
  hearth_array *made;
  hearth_layout *reduced = NULL;
  hearth_status status = hearth_axes_replaced(layout, 1, &axis, across, axis, task->k, &reduced);
  if (status == HEARTH_OK) status = hearth_array_create_local(reduced, a->dtype, a->order, &results[0]);
  if (status == HEARTH_OK) status = hearth_array_create_local(reduced, HEARTH_INT64, a->order, &results[1]);
  hearth_layout_destroy(&reduced);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_array_align(a, layout, &x, &made));
  if (x->npieces != results[0]->npieces)
    status = hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%d pieces became %d without axis %d", x->npieces, results[0]->npieces, axis);
  for (int32_t p = 0; p < x->npieces && status == HEARTH_OK; p++) {
    const hearth_view from = hearth_view_axis_last(&x->piece[p].view, axis), values = hearth_view_axis_last(&results[0]->piece[p].view, axis);
    const hearth_view indices = hearth_view_axis_last(&results[1]->piece[p].view, axis);
    status = across ? top_across(task, &from, &values, &indices, layout->dim[axis].cuts) : top_rows(task, &from, &values, &indices);
  }
  status = hearth_agree(ctx, status);
  hearth_array_destroy(&made);
  return status;
}

static hearth_status check(const hearth_array *a, int64_t k, int32_t axis, hearth_array **values, hearth_array **indices) {
  HEARTH_REQUIRE(a->ctx, values && indices, "no place for the %s (NULL)", values ? "indices" : "values");
  HEARTH_TRY(hearth_sort_check(a, axis));
  const int64_t extent = a->layout->shape[axis];
  HEARTH_REQUIRE(a->ctx, k >= 1 && k <= extent, "%lld elements of axis %d, which has %lld", (long long)k, axis, (long long)extent);
  return HEARTH_OK;
}

hearth_status hearth_topk(const hearth_array *a, int64_t k, int32_t axis, int32_t largest, hearth_array **values, hearth_array **indices) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (values) *values = NULL;
  if (indices) *indices = NULL;
  HEARTH_TRY(hearth_agree_same(a->ctx, check(a, k, axis, values, indices), "k|axis|largest", (const int64_t[]){k, axis, largest != 0}, 3));
  const int32_t mode = HEARTH_KEYS_ONE_ZERO | (largest ? HEARTH_KEYS_DESCENDING : 0);
  topk_task task = {.sorting = {a->ctx, mode, hearth_record_indexed(a->dtype, a->layout->shape[axis]), true}, .k = k};
  hearth_layout *layout = NULL;
  hearth_array *results[2] = {NULL, NULL};
  bool across;
  hearth_status status = hearth_axes_layout(a, 1, &axis, &layout, &across);
  if (status == HEARTH_OK) status = top_in(&task, layout, across, a, axis, results);
  hearth_layout_destroy(&layout);
  if (status == HEARTH_OK) {
    *values = results[0];
    *indices = results[1];
    return HEARTH_OK;
  }
  hearth_array_destroy(&results[0]);
  hearth_array_destroy(&results[1]);
  return status;
}
