#include "comm/comm_impl.h"

/* One type for all `bytes`: whole chunks and a rest. */
static hearth_status long_type(const hearth_context *ctx, int64_t bytes, MPI_Datatype *type) {
  const int64_t chunks = bytes / ctx->message_limit;
  MPI_Datatype chunk, part[2] = {MPI_DATATYPE_NULL, MPI_BYTE};
  int length[2] = {1, (int)(bytes % ctx->message_limit)};
  const MPI_Aint displacement[2] = {0, (MPI_Aint)(chunks * ctx->message_limit)};
  HEARTH_MPI(ctx, MPI_Type_contiguous, (int)ctx->message_limit, MPI_BYTE, &chunk);
  hearth_status status = hearth_mpi_check(ctx, MPI_Type_contiguous((int)chunks, chunk, &part[0]), "MPI_Type_contiguous");
  MPI_Type_free(&chunk);
  HEARTH_TRY(status);
  status = hearth_mpi_check(ctx, MPI_Type_create_struct(2, length, displacement, part, type), "MPI_Type_create_struct");
  MPI_Type_free(&part[0]);
  HEARTH_TRY(status);
  status = hearth_mpi_check(ctx, MPI_Type_commit(type), "MPI_Type_commit");
  if (status != HEARTH_OK) MPI_Type_free(type);
  return status;
}

hearth_status hearth_isend(const hearth_context *ctx, const void *data, int64_t bytes, int to, int tag, MPI_Request *request) {
  *request = MPI_REQUEST_NULL;
  ctx->traffic->messages++;
  ctx->traffic->bytes += bytes;
  if (bytes <= ctx->message_limit) {
    HEARTH_MPI(ctx, MPI_Isend, data, (int)bytes, MPI_BYTE, to, tag, ctx->comm, request);
    return HEARTH_OK;
  }
  MPI_Datatype type;
  HEARTH_TRY(long_type(ctx, bytes, &type));
  const int code = MPI_Isend(data, 1, type, to, tag, ctx->comm, request);
  MPI_Type_free(&type); /* MPI keeps it until the message is through */
  return hearth_mpi_check(ctx, code, "MPI_Isend");
}

hearth_status hearth_irecv(const hearth_context *ctx, void *data, int64_t bytes, int from, int tag, MPI_Request *request) {
  *request = MPI_REQUEST_NULL;
  if (bytes <= ctx->message_limit) {
    HEARTH_MPI(ctx, MPI_Irecv, data, (int)bytes, MPI_BYTE, from, tag, ctx->comm, request);
    return HEARTH_OK;
  }
  MPI_Datatype type;
  HEARTH_TRY(long_type(ctx, bytes, &type));
  const int code = MPI_Irecv(data, 1, type, from, tag, ctx->comm, request);
  MPI_Type_free(&type);
  return hearth_mpi_check(ctx, code, "MPI_Irecv");
}

/* One by one: MPI_Waitall would count in int and say only that some request failed. All are completed whatever happens; the first failure is reported. */
hearth_status hearth_wait_all(const hearth_context *ctx, int64_t n, MPI_Request *requests) {
  int first = MPI_SUCCESS;
  for (int64_t i = 0; i < n; i++) {
    const int code = MPI_Wait(&requests[i], MPI_STATUS_IGNORE);
    if (first == MPI_SUCCESS) first = code;
  }
  return hearth_mpi_check(ctx, first, "MPI_Wait");
}

static hearth_status check_number(const hearth_context *ctx, int64_t n) {
  if (n <= INT32_MAX) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "waiting for any of %lld requests; MPI takes at most %d", (long long)n, INT32_MAX);
}

hearth_status hearth_wait_any(const hearth_context *ctx, int64_t n, MPI_Request *requests, int64_t *index) {
  int found = MPI_UNDEFINED;
  *index = -1;
  HEARTH_TRY(check_number(ctx, n));
  HEARTH_MPI(ctx, MPI_Waitany, (int)n, requests, &found, MPI_STATUS_IGNORE);
  if (found != MPI_UNDEFINED) *index = found;
  return HEARTH_OK;
}

hearth_status hearth_test_any(const hearth_context *ctx, int64_t n, MPI_Request *requests, int64_t *index, bool *left) {
  int found = MPI_UNDEFINED, done = 0;
  *index = -1;
  *left = false;
  if (n == 0) return HEARTH_OK;
  HEARTH_TRY(check_number(ctx, n));
  HEARTH_MPI(ctx, MPI_Testany, (int)n, requests, &found, &done, MPI_STATUS_IGNORE);
  *left = !done;
  if (done && found != MPI_UNDEFINED) {
    *index = found;
    *left = true; /* as far as one call tells */
  }
  return HEARTH_OK;
}
