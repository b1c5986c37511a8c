#include "comm/comm_impl.h"

hearth_status hearth_broadcast(const hearth_context *ctx, void *data, int64_t bytes, int root) {
  for (int64_t done = 0; ctx->size > 1 && done < bytes;) {
    const int chunk = hearth_chunk(ctx, bytes - done);
    hearth_count_collective(ctx, ctx->rank == root ? chunk : 0);
    HEARTH_MPI(ctx, MPI_Bcast, (char *)data + done, chunk, MPI_BYTE, root, ctx->comm);
    done += chunk;
  }
  return HEARTH_OK;
}

hearth_status hearth_barrier(const hearth_context *ctx) {
  if (ctx->size == 1) return HEARTH_OK;
  hearth_count_collective(ctx, 0);
  HEARTH_MPI(ctx, MPI_Barrier, ctx->comm);
  return HEARTH_OK;
}
