#include "kernels/loops.h"
#include <stdlib.h>
#include <string.h>

static void swap_dims(hearth_loops *loops, int d, int e) {
  int64_t stride[HEARTH_LOOPS_OPERANDS];
  const int64_t extent = loops->extent[d];
  memcpy(stride, loops->stride[d], sizeof stride);
  loops->extent[d] = loops->extent[e];
  memcpy(loops->stride[d], loops->stride[e], sizeof stride);
  loops->extent[e] = extent;
  memcpy(loops->stride[e], stride, sizeof stride);
}

/* Whether dimension d belongs inside dimension e: the first operand whose strides differ decides. */
static int is_inner(const hearth_loops *loops, int d, int e) {
  for (int i = 0; i < loops->operands; ++i) {
    const int64_t mine = llabs(loops->stride[d][i]), other = llabs(loops->stride[e][i]);
    if (mine != other) return mine < other;
  }
  return 0;
}

static void sort_dims(hearth_loops *loops) {
  for (int d = 1; d < loops->ndim; ++d)
    for (int e = d; e > 0 && is_inner(loops, e - 1, e); --e) swap_dims(loops, e - 1, e);
}

static void add_dim(hearth_loops *loops, int64_t extent, const int64_t *stride) {
  const int d = loops->ndim++;
  loops->extent[d] = extent;
  memcpy(loops->stride[d], stride, sizeof loops->stride[d]);
}

static void merge_dims(hearth_loops *loops) {
  int last = 0;
  for (int d = 1; d < loops->ndim; ++d) {
    int contiguous = 1;
    for (int i = 0; i < loops->operands; ++i) contiguous &= loops->stride[last][i] == loops->stride[d][i] * loops->extent[d];
    if (contiguous) {
      loops->extent[last] *= loops->extent[d];
      memcpy(loops->stride[last], loops->stride[d], sizeof loops->stride[d]);
    } else if (++last != d) {
      swap_dims(loops, last, d);
    }
  }
  if (loops->ndim > 0) loops->ndim = last + 1;
}

/* Puts the dimension along which operand 1 is densest next to the innermost one. */
static void choose_rows(hearth_loops *loops) {
  const int inner = loops->ndim - 1;
  int best = inner;
  for (int d = 0; loops->operands > 1 && d < inner; ++d) {
    const int64_t stride = llabs(loops->stride[d][1]);
    if (stride > 0 && stride < llabs(loops->stride[best][1])) best = d;
  }
  if (best != inner)
    for (int d = best; d < inner - 1; ++d) swap_dims(loops, d, d + 1);
}

void hearth_loops_plan(hearth_loops *loops, int operands, const hearth_view *const *views) {
  *loops = (hearth_loops){.operands = operands};
  for (int i = 0; i < operands; ++i) loops->data[i] = views[i] ? views[i]->data : NULL;
  for (int d = 0; d < views[0]->ndim; ++d) {
    int64_t stride[HEARTH_LOOPS_OPERANDS] = {0};
    for (int i = 0; i < operands; ++i) stride[i] = views[i] ? views[i]->stride[d] : 0;
    if (views[0]->extent[d] != 1) add_dim(loops, views[0]->extent[d], stride);
  }
  sort_dims(loops);
  merge_dims(loops);
  while (loops->ndim < 2) {
    add_dim(loops, 1, (int64_t[HEARTH_LOOPS_OPERANDS]){0});
    for (int d = loops->ndim - 1; d > 0; --d) swap_dims(loops, d, d - 1);
  }
  choose_rows(loops);
}

void hearth_loops_cut(const hearth_loops *loops, int dim, int64_t first, int64_t count, hearth_loops *part) {
  *part = *loops;
  part->extent[dim] = count;
  for (int i = 0; i < loops->operands && count > 0; ++i)
    if (loops->data[i]) part->data[i] += first * loops->stride[dim][i];
}

void hearth_loops_run(const hearth_loops *loops, hearth_plane_function function, void *task) {
  const int outer = loops->ndim - 2;
  int64_t index[HEARTH_MAX_NDIM] = {0};
  hearth_plane plane = {
      .rows = loops->extent[outer], .n = loops->extent[outer + 1], .row_stride = loops->stride[outer], .stride = loops->stride[outer + 1], .part = loops->part};
  memcpy(plane.data, loops->data, sizeof plane.data);
  for (int d = 0; d < loops->ndim; ++d)
    if (loops->extent[d] == 0) return;
  for (;;) {
    function(task, &plane);
    int d = outer - 1;
    for (; d >= 0; --d) {
      const int64_t step = ++index[d] < loops->extent[d] ? 1 : 1 - loops->extent[d];
      for (int i = 0; i < loops->operands; ++i)
        if (plane.data[i]) plane.data[i] += step * loops->stride[d][i];
      if (index[d] < loops->extent[d]) break;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}
