/* gather and scatter: a table of places of the operands' own shape. The operand that is reached through it runs along with stride 0 on the axis. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/index.h"
#include "kernels/cpu/index_types.h"

typedef struct along_task {
  void (*row)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const char *index, int64_t index_stride, int64_t across);
  int64_t across;
  int dst, src, index; /* operands of the loops */
} along_task;

static void along_plane(void *data, const hearth_plane *plane) {
  const along_task *task = data;
  for (int64_t r = 0; r < plane->rows; ++r) {
    char *at[3];
    for (int i = 0; i < 3; ++i) at[i] = plane->data[i] + r * plane->row_stride[i];
    task->row(plane->n, at[task->dst], plane->stride[task->dst], at[task->src], plane->stride[task->src], at[task->index], plane->stride[task->index],
              task->across);
  }
}

static hearth_view reached(const hearth_view *view, const hearth_view *index, int32_t axis) {
  hearth_view all = *view;
  all.extent[axis] = index->extent[axis];
  all.stride[axis] = 0;
  return all;
}

hearth_status cpu_index_gather(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  HEARTH_TRY(hearth_check_along(queue->ctx, HEARTH_SPACE_HOST, "gather", dst, src, index, src, axis));
  const hearth_view all = reached(src, index, axis);
  along_task task = {cpu_index_of_size(hearth_dtype_size(dst->dtype))->gather, src->stride[axis], 0, 1, 2};
  hearth_loops loops;
  hearth_loops_plan(&loops, 3, (const hearth_view *[]){dst, &all, index});
  if (hearth_view_elements(dst) > 0) cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, 3 * 8 * hearth_view_elements(dst)), along_plane, &task);
  return HEARTH_OK;
}

/* The longest dimension beside the axis, the only one along which threads can share the work without writing to the same places; -1: there is none. */
static int free_dim(const hearth_loops *loops, int target) {
  int best = -1;
  for (int d = 0; d < loops->ndim; ++d)
    if (loops->stride[d][target] != 0 && (best < 0 || loops->extent[d] > loops->extent[best])) best = d;
  return best;
}

/* Ascending along the axis, so that the last one that names a place counts. */
hearth_status cpu_index_scatter(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis) {
  HEARTH_TRY(hearth_check_along(queue->ctx, HEARTH_SPACE_HOST, "scatter", dst, src, index, dst, axis));
  const hearth_view all = reached(dst, index, axis);
  along_task task = {cpu_index_of_size(hearth_dtype_size(dst->dtype))->scatter, dst->stride[axis], 2, 1, 0};
  hearth_loops loops;
  if (hearth_view_elements(index) == 0) return HEARTH_OK;
  hearth_loops_plan(&loops, 3, (const hearth_view *[]){index, src, &all});
  const int dim = free_dim(&loops, 2), parts = dim < 0 ? 1 : cpu_threads_for(queue, 3 * 8 * hearth_view_elements(index));
  cpu_run_loops(queue, &loops, dim < 0 ? 0 : dim, parts, along_plane, &task);
  return HEARTH_OK;
}
