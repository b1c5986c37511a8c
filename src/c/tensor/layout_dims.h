/* Arithmetic of one distributed dimension: what a process coordinate owns, in O(1) or O(log p) and without tables. A coordinate of -1 owns nothing. */
#ifndef HEARTH_TENSOR_LAYOUT_DIMS_H
#define HEARTH_TENSOR_LAYOUT_DIMS_H
#include "tensor/layout_impl.h"

/* Extents and block sizes stay below this, so that sums and byte counts of them do not overflow. */
#define HEARTH_EXTENT_LIMIT ((int64_t)1 << 60)

/* Cut points of an even split, the remainder on the first parts, and the part that an index is in. */
static inline int64_t hearth_even_cut(int64_t extent, int64_t parts, int64_t part) {
  const int64_t base = extent / parts, more = extent % parts;
  return part * base + (part < more ? part : more);
}
static inline int64_t hearth_even_owner(int64_t extent, int64_t parts, int64_t index) {
  const int64_t base = extent / parts, more = extent % parts;
  return index < more * (base + 1) ? index / (base + 1) : more + (index - more * (base + 1)) / base;
}

int64_t hearth_dim_extent(const hearth_dim *dim, int64_t coordinate);
int64_t hearth_dim_run_count(const hearth_dim *dim, int64_t coordinate);
/* Run k of 0 .. run_count - 1, by ascending global indices; no two runs of a coordinate touch in both. Of index lists: this rank's coordinate only, as below.
 */
hearth_run hearth_dim_run(const hearth_dim *dim, int64_t coordinate, int64_t k);
int64_t hearth_dim_global(const hearth_dim *dim, int64_t coordinate, int64_t local);
/* The coordinate that owns a global index; not of index lists, whose directory knows. */
int64_t hearth_dim_owner(const hearth_dim *dim, int64_t global);
/* Whether whoever has a part of the dimension has all of it, in the order of its indices: an index list of one process may be in any. */
bool hearth_dim_in_order(const hearth_dim *dim);
/* Whether both dimensions deal their indices out alike (same kind and numbers). */
bool hearth_dim_same(const hearth_dim *a, const hearth_dim *b);

#endif
