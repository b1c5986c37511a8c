/* The kernels of this family that have files of their own. */
#ifndef HEARTH_KERNELS_CPU_MAP_PARTS_H
#define HEARTH_KERNELS_CPU_MAP_PARTS_H
#include "kernels/map.h"

hearth_status cpu_count_far(hearth_queue *queue, int32_t compute, const hearth_view *a, const hearth_view *b, const hearth_closeness *close, int64_t *count);
hearth_status cpu_blocks(hearth_queue *queue, hearth_block_function function, void *user, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                         const hearth_view *const *out);

#endif
