/* The C interface of the BLACS, for which no header is installed. */
#ifndef HEARTH_LINALG_SCALAPACK_BLACS_H
#define HEARTH_LINALG_SCALAPACK_BLACS_H
#include <mpi.h>

int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridmap(int *context, int *ranks, int leading, int rows, int columns);
void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
void Cblacs_gridexit(int context);

#endif
