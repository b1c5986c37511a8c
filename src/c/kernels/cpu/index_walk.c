/* Row-major order over strided views. */
#include "kernels/cpu/index.h"

static void add_dim(cpu_walk *walk, int64_t extent, int64_t first, int64_t second, bool merge) {
  const int last = walk->ndim - 1;
  if (merge && last >= 0 && walk->stride[last][0] == first * extent && walk->stride[last][1] == second * extent) {
    walk->extent[last] *= extent;
    walk->stride[last][0] = first;
    walk->stride[last][1] = second;
    return;
  }
  walk->extent[walk->ndim] = extent;
  walk->stride[walk->ndim][0] = first;
  walk->stride[walk->ndim++][1] = second;
}

void cpu_walk_plan(cpu_walk *walk, const hearth_view *first, const hearth_view *second, bool merge) {
  *walk = (cpu_walk){.operands = second ? 2 : 1, .data = {first->data, second ? second->data : NULL}};
  int64_t elements = 1;
  for (int d = 0; d < first->ndim; ++d) {
    elements *= first->extent[d];
    if (!merge || first->extent[d] != 1) add_dim(walk, first->extent[d], first->stride[d], second ? second->stride[d] : 0, merge);
  }
  if (walk->ndim == 0) add_dim(walk, 1, 0, 0, false);
  const int64_t row = walk->extent[walk->ndim - 1];
  walk->per_row = (row + CPU_SEGMENT - 1) / CPU_SEGMENT;
  walk->segments = elements > 0 ? elements / row * walk->per_row : 0;
}

static void set_length(const cpu_walk *walk, cpu_segment *segment) {
  const int last = walk->ndim - 1;
  const int64_t left = walk->extent[last] - segment->index[last];
  segment->n = left < CPU_SEGMENT ? left : CPU_SEGMENT;
}

void cpu_walk_seek(const cpu_walk *walk, int64_t number, cpu_segment *segment) {
  int64_t row = number / walk->per_row;
  segment->index[walk->ndim - 1] = number % walk->per_row * CPU_SEGMENT;
  for (int d = walk->ndim - 2; d >= 0; --d) {
    segment->index[d] = row % walk->extent[d];
    row /= walk->extent[d];
  }
  for (int i = 0; i < walk->operands; ++i) {
    segment->data[i] = walk->data[i];
    for (int d = 0; d < walk->ndim; ++d) segment->data[i] += segment->index[d] * walk->stride[d][i];
  }
  set_length(walk, segment);
}

static void shift(const cpu_walk *walk, int d, int64_t by, cpu_segment *segment) {
  segment->index[d] += by;
  for (int i = 0; i < walk->operands; ++i) segment->data[i] += by * walk->stride[d][i];
}

void cpu_walk_next(const cpu_walk *walk, cpu_segment *segment) {
  int d = walk->ndim - 1;
  if (segment->index[d] + segment->n < walk->extent[d]) {
    shift(walk, d, segment->n, segment);
  } else {
    shift(walk, d, -segment->index[d], segment);
    for (--d; d >= 0; --d) {
      if (segment->index[d] + 1 < walk->extent[d]) {
        shift(walk, d, 1, segment);
        break;
      }
      shift(walk, d, -segment->index[d], segment);
    }
  }
  set_length(walk, segment);
}

void cpu_walk_share(const cpu_walk *walk, int parts, int part, int64_t *first, int64_t *end) {
  int64_t count;
  cpu_share(walk->segments, 1, parts, part, first, &count);
  *end = *first + count;
}
