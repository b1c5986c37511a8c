/* Arithmetic of one distributed dimension: what a process coordinate owns, in O(1) or O(log p) and without tables. A coordinate of -1 owns nothing. */
#ifndef HEARTH_TENSOR_LAYOUT_DIMS_H
#define HEARTH_TENSOR_LAYOUT_DIMS_H
#include "tensor/layout_impl.h"

/* Extents and block sizes stay below this, so that sums and byte counts of them do not overflow. */
#define HEARTH_EXTENT_LIMIT ((int64_t)1 << 60)

int64_t hearth_dim_extent(const hearth_dim *dim, int64_t coordinate);
int64_t hearth_dim_run_count(const hearth_dim *dim, int64_t coordinate);
/* Run k of 0 .. run_count - 1, ascending; no two runs of a coordinate touch. */
hearth_run hearth_dim_run(const hearth_dim *dim, int64_t coordinate, int64_t k);
int64_t hearth_dim_global(const hearth_dim *dim, int64_t coordinate, int64_t local);
/* The coordinate that owns a global index. */
int64_t hearth_dim_owner(const hearth_dim *dim, int64_t global);
/* Whether both dimensions deal their indices out alike (same kind and numbers). */
bool hearth_dim_same(const hearth_dim *a, const hearth_dim *b);

#endif
