#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/queue.h"

#define REAL float
#include "kernels/cpu/multiply_row.h"
#define REAL double
#include "kernels/cpu/multiply_row.h"

typedef struct multiply_task {
  void (*row)(int64_t n, char *const data[3], const int64_t stride[3]);
} multiply_task;

static void multiply_plane(void *task, const hearth_plane *plane) {
  for (int64_t i = 0; i < plane->rows; ++i) {
    char *data[3];
    for (int k = 0; k < 3; ++k) data[k] = plane->data[k] + i * plane->row_stride[k];
    ((const multiply_task *)task)->row(plane->n, data, plane->stride);
  }
}

hearth_status cpu_multiply(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b) {
  HEARTH_TRY(hearth_check_multiply(queue->ctx, HEARTH_SPACE_HOST, dst, a, b));
  hearth_loops loops;
  multiply_task task = {dst->dtype == HEARTH_FLOAT32 ? multiply_float : multiply_double};
  hearth_loops_plan(&loops, 3, (const hearth_view *[]){dst, a, b});
  const int64_t bytes = 3 * hearth_view_elements(dst) * hearth_dtype_size(dst->dtype);
  if (bytes > 0) cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, bytes), multiply_plane, &task);
  return HEARTH_OK;
}
