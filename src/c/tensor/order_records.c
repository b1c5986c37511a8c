/* Records in the backend's memory. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/order_impl.h"

hearth_status hearth_records_make(const hearth_context *ctx, int32_t kind, int64_t n, hearth_records *records) {
  const int64_t bytes = n * hearth_record_size(kind);
  *records = (hearth_records){.ctx = ctx, .kind = kind, .n = n};
  records->view = (hearth_view){.dtype = HEARTH_UINT8, .space = ctx->backend->space, .ndim = 1, .extent = {bytes}, .stride = {1}};
  return bytes > 0 ? ctx->backend->allocate(ctx->queue, bytes, &records->view.data) : HEARTH_OK;
}

void hearth_records_free(hearth_records *records) {
  if (records->view.data) records->ctx->backend->release(records->ctx->queue, records->view.data);
  records->view.data = NULL;
}

hearth_view hearth_records_first(const hearth_records *records, int64_t n) {
  return hearth_records_part(&records->view, records->kind, 0, n);
}

int32_t hearth_record_indexed(int32_t dtype, int64_t n) {
  return hearth_record_of(dtype) == HEARTH_RECORD_KEY32 && n <= UINT32_MAX ? HEARTH_RECORD_PACKED : HEARTH_RECORD_PAIR;
}

hearth_status hearth_records_counts(const hearth_context *ctx, const int64_t *send_at, int64_t *receive_at) {
  int64_t *counts = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, ctx->size * (int64_t)sizeof *counts, &counts)));
  for (int r = 0; r < ctx->size; r++) counts[r] = send_at[r + 1] - send_at[r];
  const hearth_status status = hearth_alltoall_i64(ctx, counts, receive_at + 1);
  receive_at[0] = 0;
  for (int r = 0; r < ctx->size; r++) receive_at[r + 1] += receive_at[r];
  hearth_deallocate(ctx, counts);
  return status;
}

/* The records as MPI can reach them: memory of another space than the host's passes through a copy. */
static hearth_status stage(const hearth_records *records, bool filled, hearth_view *host) {
  *host = records->view;
  if (records->view.space == HEARTH_SPACE_HOST || records->n == 0) return HEARTH_OK;
  host->space = HEARTH_SPACE_HOST;
  HEARTH_TRY(hearth_allocate(records->ctx, host->extent[0], &host->data));
  return filled ? hearth_view_copy(records->ctx, host, &records->view) : HEARTH_OK;
}

static void unstage(const hearth_records *records, const hearth_view *host) {
  if (host->data != records->view.data) hearth_deallocate(records->ctx, host->data);
}

/* `at` in bytes. */
static hearth_status scaled(const hearth_context *ctx, const int64_t *at, int64_t size, int64_t **bytes) {
  HEARTH_TRY(hearth_allocate(ctx, (ctx->size + 1) * (int64_t)sizeof **bytes, bytes));
  for (int r = 0; r <= ctx->size; r++) (*bytes)[r] = at[r] * size;
  return HEARTH_OK;
}

hearth_status hearth_records_exchange(const hearth_records *from, const int64_t *send_at, const hearth_records *to, const int64_t *receive_at) {
  const hearth_context *ctx = from->ctx;
  const int64_t size = hearth_record_size(from->kind);
  hearth_view source = from->view, target = to->view;
  int64_t *send_bytes = NULL, *receive_bytes = NULL;
  hearth_status status = stage(from, true, &source);
  if (status == HEARTH_OK) status = stage(to, false, &target);
  if (status == HEARTH_OK) status = scaled(ctx, send_at, size, &send_bytes);
  if (status == HEARTH_OK) status = scaled(ctx, receive_at, size, &receive_bytes);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_alltoallv(ctx, source.data, send_bytes, target.data, receive_bytes);
  if (status == HEARTH_OK && target.data != to->view.data) status = hearth_view_copy(ctx, &to->view, &target);
  unstage(from, &source);
  unstage(to, &target);
  hearth_deallocate(ctx, send_bytes);
  hearth_deallocate(ctx, receive_bytes);
  return status;
}
