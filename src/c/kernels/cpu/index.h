/* The CPU's kernels of indexing, and the row-major walk that the masks share. */
#ifndef HEARTH_KERNELS_CPU_INDEX_H
#define HEARTH_KERNELS_CPU_INDEX_H
#include "kernels/cpu/queue.h"
#include "kernels/index.h"
#include <stdbool.h>

/* Elements of a segment: what of it is converted or compressed stays in the first cache. */
enum { CPU_SEGMENT = 1024, CPU_WALK_PARTS = 256 };

/* Row-major order over one or two views of the same extents, cut into segments of rows. Dimensions that follow one another in both views are merged, unless the
 * indices themselves are wanted. */
typedef struct cpu_walk {
  int ndim, operands;
  int64_t extent[HEARTH_MAX_NDIM], stride[HEARTH_MAX_NDIM][2];
  char *data[2];
  int64_t per_row, segments;
} cpu_walk;

typedef struct cpu_segment {
  int64_t n, index[HEARTH_MAX_NDIM]; /* of its first element */
  char *data[2];
} cpu_segment;

void cpu_walk_plan(cpu_walk *walk, const hearth_view *first, const hearth_view *second, bool merge);
void cpu_walk_seek(const cpu_walk *walk, int64_t number, cpu_segment *segment);
void cpu_walk_next(const cpu_walk *walk, cpu_segment *segment);
/* The segments of part `part` of `parts`. */
void cpu_walk_share(const cpu_walk *walk, int parts, int part, int64_t *first, int64_t *end);

hearth_status cpu_index_move(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to,
                             const int64_t *from);
hearth_status cpu_index_count(hearth_queue *queue, const hearth_view *src, int64_t *count);
hearth_status cpu_index_compress(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *mask);
hearth_status cpu_index_expand(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, const hearth_view *src);
hearth_status cpu_index_fill(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, double value);
hearth_status cpu_index_nonzero(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *first);
hearth_status cpu_index_outside(hearth_queue *queue, const hearth_view *index, int64_t extent, int64_t *place);
hearth_status cpu_index_gather(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis);
hearth_status cpu_index_scatter(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis);

#endif
