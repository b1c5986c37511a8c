/* Groups of ranks that reduce among themselves: those that differ only along some axes of a process grid. Their communicators are made once and kept with the
 * context's own (see communicator.h). */
#ifndef HEARTH_COMM_GROUP_H
#define HEARTH_COMM_GROUP_H
#include <hearth/context.h>

/* The communicator of the ranks that gave the same color, in the order of their keys; MPI_COMM_NULL for color < 0, which joins none. `name` is the same on all
 * ranks and stands for everybody's color and key: a name that was seen before gives the same communicator again.
 * Collective on the context's communicator. */
hearth_status hearth_group_find(const hearth_context *ctx, uint64_t name, int64_t color, int64_t key, MPI_Comm *comm);
/* Makes the numbers of the chain of group names; start with 0. */
uint64_t hearth_group_name(uint64_t name, int64_t number);

/* In-place reductions of n elements to all ranks of the communicator; MPI_COMM_NULL, and one of a single rank: nothing is done. */
hearth_status hearth_group_allreduce(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type, MPI_Op op);
/* hearth_group_allreduce for the one rank `root` of the communicator; elsewhere `data` is not defined afterwards. */
hearth_status hearth_group_reduce(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type, MPI_Op op, int root);
/* hearth_group_allreduce for elements of `bytes` bytes that `merge` joins (MPI's convention; the datatype given to it is the element's). Ranks join in their
 * order. */
hearth_status hearth_group_merge(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, int64_t bytes, MPI_User_function *merge);
/* data := what the ranks before this one hold, added up (float64, int64); zero on the first. */
hearth_status hearth_group_exscan(const hearth_context *ctx, MPI_Comm comm, void *data, int64_t n, MPI_Datatype type);

#endif
