/* Shared by the files of this folder. */
#ifndef HEARTH_COMM_COMM_IMPL_H
#define HEARTH_COMM_COMM_IMPL_H
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"

/* Every MPI return code goes through here: HEARTH_ERR_MPI with the name of the call and MPI's own text. ctx may be NULL. */
hearth_status hearth_mpi_check(const hearth_context *ctx, int code, const char *call);
#define HEARTH_MPI(ctx, call, ...) HEARTH_TRY(hearth_mpi_check((ctx), call(__VA_ARGS__), #call))

static inline void hearth_count_collective(const hearth_context *ctx, int64_t bytes) {
  ctx->traffic->collectives++;
  ctx->traffic->bytes += bytes;
}

/* The number of the next chunk: what is left, at most the context's limit, which fits an int. */
static inline int hearth_chunk(const hearth_context *ctx, int64_t left) {
  return (int)(left < ctx->message_limit ? left : ctx->message_limit);
}

#endif
