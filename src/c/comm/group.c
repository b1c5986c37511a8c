#include "comm/group.h"
#include "comm/comm_impl.h"
#include "comm/communicator.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* One of a context's groups; the list is the context's, the communicators are freed with its own. */
struct hearth_group {
  uint64_t name;
  MPI_Comm comm;
  struct hearth_group *next;
};

/* Fowler, Noll and Vo's hash, eight bytes at a time. */
uint64_t hearth_group_name(uint64_t name, int64_t number) {
  for (int byte = 0; byte < 8; byte++) name = (name ^ ((uint64_t)number >> 8 * byte & 0xff)) * 0x100000001b3u + 0x9e3779b9u;
  return name;
}

/* Ranks whose color does not fit an int do not exist: colors and keys are positions of a grid of ranks. */
static hearth_status split(const hearth_context *ctx, int64_t color, int64_t key, MPI_Comm *comm) {
  hearth_count_collective(ctx, 2 * (int64_t)sizeof(int));
  HEARTH_MPI(ctx, MPI_Comm_split, ctx->comm, color < 0 ? MPI_UNDEFINED : (int)color, (int)key, comm);
  if (*comm == MPI_COMM_NULL) return HEARTH_OK;
  HEARTH_MPI(ctx, MPI_Comm_set_errhandler, *comm, MPI_ERRORS_RETURN);
  return hearth_communicator_keep_group(ctx, *comm);
}

hearth_status hearth_group_find(const hearth_context *ctx, uint64_t name, int64_t color, int64_t key, MPI_Comm *comm) {
  hearth_context *self = (hearth_context *)ctx; /* a cache is no change that a user of a const context sees */
  for (const struct hearth_group *group = ctx->groups; group; group = group->next)
    if (group->name == name) {
      *comm = group->comm;
      return HEARTH_OK;
    }
  struct hearth_group *made = malloc(sizeof *made);
  HEARTH_TRY(hearth_agree(ctx, made ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_MEMORY, "no memory for a group of ranks")));
  *made = (struct hearth_group){name, MPI_COMM_NULL, ctx->groups};
  const hearth_status status = split(ctx, color, key, &made->comm);
  if (status != HEARTH_OK) {
    free(made);
    return status;
  }
  self->groups = made;
  *comm = made->comm;
  return HEARTH_OK;
}

void hearth_groups_forget(hearth_context *ctx) {
  while (ctx->groups) {
    struct hearth_group *gone = ctx->groups;
    ctx->groups = gone->next;
    free(gone);
  }
}

static bool alone(MPI_Comm comm) {
  int size = 1;
  if (comm != MPI_COMM_NULL) MPI_Comm_size(comm, &size);
  return size == 1;
}

hearth_status hearth_group_allreduce(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type, MPI_Op op) {
  int element = 0;
  if (alone(comm)) return HEARTH_OK;
  HEARTH_MPI(ctx, MPI_Type_size, type, &element);
  for (int64_t done = 0; done < n;) {
    const int chunk = hearth_chunk(ctx, n - done);
    hearth_count_collective(ctx, (int64_t)chunk * element);
    HEARTH_MPI(ctx, MPI_Allreduce, MPI_IN_PLACE, (char *)data + done * element, chunk, type, op, comm);
    done += chunk;
  }
  return HEARTH_OK;
}

hearth_status hearth_group_reduce(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type, MPI_Op op, int root) {
  int element = 0, rank = 0;
  if (alone(comm)) return HEARTH_OK;
  HEARTH_MPI(ctx, MPI_Type_size, type, &element);
  HEARTH_MPI(ctx, MPI_Comm_rank, comm, &rank);
  for (int64_t done = 0; done < n;) {
    const int chunk = hearth_chunk(ctx, n - done);
    char *at = (char *)data + done * element;
    hearth_count_collective(ctx, (int64_t)chunk * element);
    HEARTH_MPI(ctx, MPI_Reduce, rank == root ? MPI_IN_PLACE : at, rank == root ? at : NULL, chunk, type, op, root, comm);
    done += chunk;
  }
  return HEARTH_OK;
}

hearth_status hearth_group_merge(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, int64_t bytes, MPI_User_function *merge) {
  MPI_Datatype type;
  MPI_Op op;
  if (alone(comm) || n == 0) return HEARTH_OK;
  HEARTH_MPI(ctx, MPI_Type_contiguous, (int)bytes, MPI_BYTE, &type);
  hearth_status status = hearth_mpi_check(ctx, MPI_Type_commit(&type), "MPI_Type_commit");
  if (status == HEARTH_OK) status = hearth_mpi_check(ctx, MPI_Op_create(merge, 0, &op), "MPI_Op_create");
  if (status == HEARTH_OK) {
    status = hearth_group_allreduce(ctx, comm, data, n, type, op);
    MPI_Op_free(&op);
  }
  MPI_Type_free(&type);
  return status;
}

hearth_status hearth_group_exscan(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type) {
  int element = 0, rank = 0;
  HEARTH_MPI(ctx, MPI_Type_size, type, &element);
  if (comm != MPI_COMM_NULL) HEARTH_MPI(ctx, MPI_Comm_rank, comm, &rank);
  for (int64_t done = 0; done < n && !alone(comm);) {
    const int chunk = hearth_chunk(ctx, n - done);
    hearth_count_collective(ctx, (int64_t)chunk * element);
    HEARTH_MPI(ctx, MPI_Exscan, MPI_IN_PLACE, (char *)data + done * element, chunk, type, MPI_SUM, comm);
    done += chunk;
  }
  if (rank == 0 && n > 0) memset(data, 0, (size_t)(n * element));
  return HEARTH_OK;
}
