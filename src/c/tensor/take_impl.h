/* What take and put share. */
#ifndef HEARTH_TENSOR_TAKE_IMPL_H
#define HEARTH_TENSOR_TAKE_IMPL_H
#include "tensor/array_impl.h"

/* Array, indices and axis as take and put want them. Local. */
hearth_status hearth_indices_check(const hearth_array *a, const hearth_array *indices, int32_t axis);
/* Indices of one dimension with dimensions of `a` around them, whole. Local; the caller destroys *layout. */
hearth_status hearth_layout_around(const hearth_layout *indices, const hearth_layout *a, int32_t axis, hearth_layout **layout);

/* This rank's indices as a host table in the order of its piece. */
typedef struct hearth_table {
  const int64_t *index;
  int64_t n;
  void *memory; /* NULL: the array's own */
} hearth_table;

/* All of them lie within `extent`, or the call fails on all ranks and names the first. Collective; agreed. The array keeps alive what the table points to;
 * hearth_table_free afterwards, not after a failure. */
hearth_status hearth_table_read(const hearth_array *indices, int64_t extent, hearth_table *table);
void hearth_table_free(const hearth_array *indices, hearth_table *table);

/* Slabs of an array, one after the other in host memory: extents of `view` with n along the axis. *bytes: of one slab. */
hearth_view hearth_slabs_view(const hearth_view *view, int32_t axis, int64_t n, void *memory, int64_t *bytes);

#endif
