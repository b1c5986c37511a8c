#include "comm/comm_impl.h"
#include <string.h>

/* One chunk of every rank's part: the parts lie `bytes` apart, which the receive type carries as its extent. */
static hearth_status gather_chunk(const hearth_context *ctx, const char *send, int chunk, int64_t bytes, char *receive) {
  MPI_Datatype contiguous, spaced;
  HEARTH_MPI(ctx, MPI_Type_contiguous, chunk, MPI_BYTE, &contiguous);
  const int code = MPI_Type_create_resized(contiguous, 0, (MPI_Aint)bytes, &spaced);
  MPI_Type_free(&contiguous);
  HEARTH_TRY(hearth_mpi_check(ctx, code, "MPI_Type_create_resized"));
  hearth_status status = hearth_mpi_check(ctx, MPI_Type_commit(&spaced), "MPI_Type_commit");
  if (status == HEARTH_OK) {
    hearth_count_collective(ctx, chunk);
    status = hearth_mpi_check(ctx, MPI_Allgather(send, chunk, MPI_BYTE, receive, 1, spaced, ctx->comm), "MPI_Allgather");
  }
  MPI_Type_free(&spaced);
  return status;
}

hearth_status hearth_allgather(const hearth_context *ctx, const void *send, int64_t bytes, void *receive) {
  if (bytes == 0) return HEARTH_OK;
  if (ctx->size == 1) {
    memcpy(receive, send, (size_t)bytes);
    return HEARTH_OK;
  }
  if (bytes <= ctx->message_limit) {
    hearth_count_collective(ctx, bytes);
    HEARTH_MPI(ctx, MPI_Allgather, send, (int)bytes, MPI_BYTE, receive, (int)bytes, MPI_BYTE, ctx->comm);
    return HEARTH_OK;
  }
  for (int64_t done = 0; done < bytes;) {
    const int chunk = hearth_chunk(ctx, bytes - done);
    HEARTH_TRY(gather_chunk(ctx, (const char *)send + done, chunk, bytes, (char *)receive + done));
    done += chunk;
  }
  return HEARTH_OK;
}

/* Counts and displacements that an int cannot hold: one broadcast per rank, in chunks. */
static hearth_status gather_by_broadcasts(const hearth_context *ctx, const void *send, char *receive, const int64_t *bytes, const int64_t *offsets) {
  if (bytes[ctx->rank] > 0) memcpy(receive + offsets[ctx->rank], send, (size_t)bytes[ctx->rank]);
  for (int r = 0; r < ctx->size; r++) HEARTH_TRY(hearth_broadcast(ctx, receive + offsets[r], bytes[r], r));
  return HEARTH_OK;
}

hearth_status hearth_allgatherv(const hearth_context *ctx, const void *send, int64_t send_bytes, void *receive, const int64_t *bytes, const int64_t *offsets) {
  bool small = ctx->size > 1;
  for (int r = 0; r < ctx->size; r++) small = small && bytes[r] <= ctx->message_limit && offsets[r] <= ctx->message_limit;
  if (!small) return gather_by_broadcasts(ctx, send, receive, bytes, offsets);
  int *counts = ctx->counts, *displacements = ctx->counts + ctx->size;
  for (int r = 0; r < ctx->size; r++) {
    counts[r] = (int)bytes[r];
    displacements[r] = (int)offsets[r];
  }
  hearth_count_collective(ctx, send_bytes);
  HEARTH_MPI(ctx, MPI_Allgatherv, send, (int)send_bytes, MPI_BYTE, receive, counts, displacements, MPI_BYTE, ctx->comm);
  return HEARTH_OK;
}

hearth_status hearth_alltoall_i64(const hearth_context *ctx, const int64_t *send, int64_t *receive) {
  if (ctx->size == 1) {
    receive[0] = send[0];
    return HEARTH_OK;
  }
  hearth_count_collective(ctx, ctx->size * (int64_t)sizeof *send);
  HEARTH_MPI(ctx, MPI_Alltoall, send, 1, MPI_INT64_T, receive, 1, MPI_INT64_T, ctx->comm);
  return HEARTH_OK;
}
