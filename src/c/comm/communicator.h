/* The life of MPI and of the duplicated communicators. */
#ifndef HEARTH_COMM_COMMUNICATOR_H
#define HEARTH_COMM_COMMUNICATOR_H
#include "core/context_impl.h"

/* Initialises MPI if nobody has, and has it finalized at exit. Fails after MPI_Finalize. */
hearth_status hearth_mpi_start(void);

/* Fills comm, rank and size of the context with a duplicate that returns errors. Collective on `comm`. */
hearth_status hearth_communicator_duplicate(hearth_context *ctx, MPI_Comm comm);

/* Has the communicator freed in MPI_Finalize. Freeing is collective, the release of a context is local, and ranks may release theirs in any order or let the
 * garbage collector of a language do it; so a released context leaves its communicator behind. Local. */
hearth_status hearth_communicator_keep(const hearth_context *ctx);
/* The same for a communicator that was made from the context's (comm/group.c). Local. */
hearth_status hearth_communicator_keep_group(const hearth_context *ctx, MPI_Comm comm);
/* Forgets the context's groups; their communicators are kept. Local. */
void hearth_groups_forget(hearth_context *ctx);
/* Frees it at once: for a context whose creation failed on all ranks. Collective. */
void hearth_communicator_free(hearth_context *ctx);

#endif
