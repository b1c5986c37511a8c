#include "comm/comm_impl.h"
#include "core/memory.h"
#include <string.h>

enum { EXCHANGE_TAG = 47 };

/* Everything is posted before anything is waited for; a failure on the way still waits for what was posted. */
static hearth_status post_all(const hearth_context *ctx, const char *send, const int64_t *send_at, char *receive, const int64_t *receive_at,
                              MPI_Request *requests) {
  const int size = ctx->size, own = ctx->rank;
  for (int k = 1; k < size; k++) {
    const int r = (own + k) % size;
    const int64_t bytes = receive_at[r + 1] - receive_at[r];
    if (bytes > 0) HEARTH_TRY(hearth_irecv(ctx, receive + receive_at[r], bytes, r, EXCHANGE_TAG, &requests[r]));
  }
  for (int k = 1; k < size; k++) {
    const int r = (own + size - k) % size;
    const int64_t bytes = send_at[r + 1] - send_at[r];
    if (bytes > 0) HEARTH_TRY(hearth_isend(ctx, send + send_at[r], bytes, r, EXCHANGE_TAG, &requests[size + r]));
  }
  const int64_t bytes = send_at[own + 1] - send_at[own];
  if (bytes > 0) memcpy(receive + receive_at[own], send + send_at[own], (size_t)bytes);
  return HEARTH_OK;
}

hearth_status hearth_alltoallv(const hearth_context *ctx, const void *send, const int64_t *send_at, void *receive, const int64_t *receive_at) {
  MPI_Request *requests;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, 2 * ctx->size * (int64_t)sizeof *requests, &requests)));
  for (int r = 0; r < 2 * ctx->size; r++) requests[r] = MPI_REQUEST_NULL;
  const hearth_status posted = post_all(ctx, send, send_at, receive, receive_at, requests);
  const hearth_status waited = hearth_wait_all(ctx, 2 * ctx->size, requests);
  hearth_deallocate(ctx, requests);
  return posted != HEARTH_OK ? posted : waited;
}
