/* move: either whole slabs (all elements at one place of the axis) one after the other, or for each of the other dimensions' elements a row along the axis.
 * Where places of the target are named, threads share the target: each writes the places of its own range in the order of the table, so that the last one named
 * counts whatever the number of threads. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/index.h"
#include "kernels/cpu/index_types.h"
#include <stdlib.h>
#include <string.h>

typedef struct move_task {
  hearth_loops others; /* the dimensions beside the axis */
  const cpu_index_functions *of;
  cpu_convert_function row;
  int64_t n, size, extent; /* extent: of the target along the axis */
  int64_t dst_stride, src_stride;
  const int64_t *to, *from;
  int parts;
  int64_t first, count, low, high; /* of the part: table entries, places of the target */
} move_task;

/* Rows along the axis. */
static void move_rows(void *data, const hearth_plane *plane) {
  const move_task *task = data;
  const int64_t *from = task->from ? task->from + task->first : NULL;
  for (int64_t r = 0; r < plane->rows; ++r)
    for (int64_t i = 0; i < plane->n; ++i) {
      char *dst = plane->data[0] + r * plane->row_stride[0] + i * plane->stride[0];
      const char *src = plane->data[1] + r * plane->row_stride[1] + i * plane->stride[1];
      if (task->to)
        task->of->place(task->n, dst, task->dst_stride, task->to, src, task->src_stride, task->from, task->low, task->high);
      else if (from)
        task->of->pick(task->count, dst + task->first * task->dst_stride, task->dst_stride, src, task->src_stride, from);
      else
        task->row(task->count, dst + task->first * task->dst_stride, task->dst_stride, src + task->first * task->src_stride, task->src_stride);
    }
}

static void copy_plane(void *data, const hearth_plane *plane) {
  const move_task *task = data;
  for (int64_t r = 0; r < plane->rows; ++r)
    task->row(plane->n, plane->data[0] + r * plane->row_stride[0], plane->stride[0], plane->data[1] + r * plane->row_stride[1], plane->stride[1]);
}

/* One run of bytes on both sides. */
static int is_dense(const move_task *task) {
  const hearth_loops *l = &task->others;
  return l->ndim == 2 && l->extent[0] == 1 && l->stride[1][0] == task->size && l->stride[1][1] == task->size;
}

static void move_slabs(move_task *task) {
  hearth_loops slab = task->others;
  const int64_t bytes = is_dense(task) ? slab.extent[1] * task->size : 0;
  const int64_t first = task->to ? 0 : task->first, end = task->to ? task->n : task->first + task->count;
  for (int64_t j = first; j < end; ++j) {
    const int64_t there = task->to ? task->to[j] : j, here = task->from ? task->from[j] : j;
    if (there < task->low || there >= task->high) continue;
    slab.data[0] = task->others.data[0] + there * task->dst_stride;
    slab.data[1] = task->others.data[1] + here * task->src_stride;
    if (bytes)
      memcpy(slab.data[0], slab.data[1], (size_t)bytes);
    else
      hearth_loops_run(&slab, copy_plane, task);
  }
}

static void move_part(void *data, int part) {
  move_task task = *(const move_task *)data;
  cpu_share(task.n, 1, task.parts, part, &task.first, &task.count);
  task.low = 0;
  task.high = INT64_MAX;
  if (task.to) {
    int64_t width;
    cpu_share(task.extent, 1, task.parts, part, &task.low, &width);
    task.high = task.low + width;
  }
  const int64_t inner = task.others.extent[task.others.ndim - 1];
  const int64_t across = llabs(task.others.stride[task.others.ndim - 1][0]);
  if (inner > 1 && across < llabs(task.dst_stride))
    move_slabs(&task);
  else
    hearth_loops_run(&task.others, move_rows, &task);
}

static hearth_view without(const hearth_view *view, int32_t axis) {
  hearth_view rest = *view;
  rest.ndim = 0;
  for (int32_t d = 0; d < view->ndim; ++d)
    if (d != axis) {
      rest.extent[rest.ndim] = view->extent[d];
      rest.stride[rest.ndim++] = view->stride[d];
    }
  return rest;
}

hearth_status cpu_index_move(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to,
                             const int64_t *from) {
  HEARTH_TRY(hearth_check_move(queue->ctx, HEARTH_SPACE_HOST, dst, src, axis, n, to, from));
  const hearth_view there = without(dst, axis), here = without(src, axis);
  const int64_t elements = n * hearth_view_elements(&there);
  move_task task = {.n = n, .to = to, .from = from, .size = hearth_dtype_size(dst->dtype), .extent = dst->extent[axis]};
  if (elements == 0) return HEARTH_OK;
  task.of = cpu_index_of_size(task.size);
  task.row = cpu_convert_row(dst->dtype, dst->dtype);
  task.dst_stride = dst->stride[axis];
  task.src_stride = src->stride[axis];
  task.parts = cpu_threads_for(queue, elements * task.size * 2);
  hearth_loops_plan(&task.others, 2, (const hearth_view *[]){&there, &here});
  cpu_parallel(queue, task.parts, move_part, &task);
  return HEARTH_OK;
}
