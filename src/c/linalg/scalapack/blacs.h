/* The C interface of the BLACS, for which no header is installed, and the life of a grid. */
#ifndef HEARTH_LINALG_SCALAPACK_BLACS_H
#define HEARTH_LINALG_SCALAPACK_BLACS_H
#include <hearth/context.h>
#include <mpi.h>

int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridmap(int *context, int *ranks, int leading, int rows, int columns);
void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
void Cblacs_gridexit(int context);
void Cblacs_get(int context, int what, int *value);

/* A grid of rows x columns processes; ranks[column * rows + row] stands at (row, column). -1 on ranks without a place. Counted as an object of the context.
 * Collective. */
int hearth_blacs_open(const hearth_context *ctx, int *ranks, int64_t rows, int64_t columns);
void hearth_blacs_close(const hearth_context *ctx, int grid);

#endif
