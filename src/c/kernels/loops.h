/* One loop nest over n-d operands of the same extents: dimensions of extent 1 are dropped, the rest is ordered by the strides of operand 0 (outermost first),
 * neighbours that are contiguous in all operands are merged. What remains is handed out as planes: the two innermost dimensions. If operand 1 runs along
 * another dimension than operand 0 (a transposition), that dimension is the plane's rows. */
#ifndef HEARTH_KERNELS_LOOPS_H
#define HEARTH_KERNELS_LOOPS_H
#include "kernels/backend.h"

#define HEARTH_LOOPS_OPERANDS 8

typedef struct hearth_loops {
  int operands, ndim; /* ndim >= 2 */
  int part;           /* number of this part, for callers that keep results per part */
  int64_t extent[HEARTH_MAX_NDIM];
  int64_t stride[HEARTH_MAX_NDIM][HEARTH_LOOPS_OPERANDS]; /* bytes */
  char *data[HEARTH_LOOPS_OPERANDS];
} hearth_loops;

typedef struct hearth_plane {
  int64_t rows, n;
  const int64_t *row_stride, *stride; /* [operand] */
  char *data[HEARTH_LOOPS_OPERANDS];
  int part;
} hearth_plane;

typedef void (*hearth_plane_function)(void *task, const hearth_plane *plane);

/* views[0] gives the extents; a later one may be NULL: its address stays NULL. */
void hearth_loops_plan(hearth_loops *loops, int operands, const hearth_view *const *views);
/* `count` indices of dimension `dim` from `first` on. */
void hearth_loops_cut(const hearth_loops *loops, int dim, int64_t first, int64_t count, hearth_loops *part);
void hearth_loops_run(const hearth_loops *loops, hearth_plane_function function, void *task);

#endif
