#if defined(HEARTH_HAVE_SCALAPACK)
#include "linalg/scalapack/blacs.h"
#include "core/context_impl.h"

int hearth_blacs_open(const hearth_context *ctx, int *ranks, int64_t rows, int64_t columns) {
  const int handle = Csys2blacs_handle(ctx->comm);
  int grid = handle;
  Cblacs_gridmap(&grid, ranks, (int)rows, (int)rows, (int)columns);
  Cfree_blacs_system_handle(handle); /* the grid has its own communicator now */
  hearth_context_hold(ctx, HEARTH_OBJECT_BLACS);
  return grid;
}

void hearth_blacs_close(const hearth_context *ctx, int grid) {
  enum { SYSTEM_HANDLE = 10 };
  if (grid >= 0) {
    int handle = -1;
    Cblacs_get(grid, SYSTEM_HANDLE, &handle); /* some routines enter the grid's communicator into BLACS's table, which must not outlive it */
    if (handle >= 0) Cfree_blacs_system_handle(handle);
    Cblacs_gridexit(grid);
  }
  hearth_context_drop(ctx, HEARTH_OBJECT_BLACS);
}
#else
typedef int hearth_blacs_not_built; /* a translation unit has something in it */
#endif
