/* Where the indices of a slice lie in the array that it was taken from, along one dimension of one piece. */
#ifndef HEARTH_TENSOR_STRETCH_H
#define HEARTH_TENSOR_STRETCH_H
#include "tensor/layout_impl.h"

/* Index `start` + k `step` of the whole array is index k of the slice, 0 <= k < count. */
typedef struct hearth_slicing {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], step[HEARTH_MAX_NDIM];
} hearth_slicing;

/* Local indices sliced .. sliced + count - 1 of the slice are base, base + step, ... of the array. */
typedef struct hearth_stretch {
  int64_t sliced, base, step, count;
} hearth_stretch;

/* Ascending in `sliced`, without gaps. */
typedef struct hearth_stretches {
  int64_t n;
  hearth_stretch *stretch;
} hearth_stretches;

/* Local. The runs are those of two pieces along the dimension; indices of the slice that the piece of the array does not hold are an error (INTERNAL).
 * hearth_stretches_free afterwards, also after a failure. */
hearth_status hearth_stretches_make(const hearth_context *ctx, const hearth_runs *base, const hearth_runs *sliced, int64_t start, int64_t step,
                                    hearth_stretches *stretches);
void hearth_stretches_free(const hearth_context *ctx, hearth_stretches *stretches);
/* Whether local index i of the slice is index *first + i * *step of the array for all i: then the slice needs no memory of its own. */
bool hearth_stretches_regular(const hearth_stretches *stretches, int64_t *first, int64_t *step);

#endif
