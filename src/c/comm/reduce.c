#include "comm/comm_impl.h"

static MPI_Op mpi_op(hearth_op op) {
  return op == HEARTH_OP_SUM ? MPI_SUM : op == HEARTH_OP_MIN ? MPI_MIN : MPI_MAX;
}

static hearth_status allreduce(const hearth_context *ctx, char *values, int64_t n, MPI_Datatype type, int64_t element, hearth_op op) {
  for (int64_t done = 0; ctx->size > 1 && done < n;) {
    const int chunk = hearth_chunk(ctx, n - done);
    hearth_count_collective(ctx, chunk * element);
    HEARTH_MPI(ctx, MPI_Allreduce, MPI_IN_PLACE, values + done * element, chunk, type, mpi_op(op), ctx->comm);
    done += chunk;
  }
  return HEARTH_OK;
}

hearth_status hearth_allreduce_f64(const hearth_context *ctx, double *values, int64_t n, hearth_op op) {
  return allreduce(ctx, (char *)values, n, MPI_DOUBLE, (int64_t)sizeof(double), op);
}

hearth_status hearth_allreduce_i64(const hearth_context *ctx, int64_t *values, int64_t n, hearth_op op) {
  return allreduce(ctx, (char *)values, n, MPI_INT64_T, (int64_t)sizeof(int64_t), op);
}
