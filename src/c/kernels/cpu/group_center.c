/* Subtracts the mean of each row's group and scales the columns, in place. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/groups.h"

typedef struct center_task {
  const cpu_center_loops *loops;
  const hearth_view *a, *means, *scale;
  const int32_t *labels;
  int parts, dim;
} center_task;

static void center_rows(const center_task *task, const hearth_view *a, const hearth_view *means, const hearth_view *scale, const int32_t *labels) {
  double row_buffer[CPU_GROUP_CHUNK], means_buffer[CPU_GROUP_CHUNK], scale_buffer[CPU_GROUP_CHUNK];
  for (int64_t j = 0; j < a->extent[1]; j += CPU_GROUP_CHUNK) {
    const int64_t n = a->extent[1] - j < CPU_GROUP_CHUNK ? a->extent[1] - j : CPU_GROUP_CHUNK;
    const double *factors = scale_buffer;
    if (scale) factors = cpu_contiguous(n, (char *)scale->data + j * scale->stride[0], scale->stride[0], HEARTH_FLOAT64, scale_buffer);
    for (int64_t k = 0; k < n && !scale; ++k) scale_buffer[k] = 1.0;
    for (int64_t i = 0; i < a->extent[0]; ++i) {
      char *row = (char *)a->data + i * a->stride[0] + j * a->stride[1];
      char *mean = (char *)means->data + (labels ? labels[i] * means->stride[0] : 0) + j * means->stride[1];
      void *values = cpu_contiguous(n, row, a->stride[1], a->dtype, row_buffer);
      task->loops->row(n, values, cpu_contiguous(n, mean, means->stride[1], HEARTH_FLOAT64, means_buffer), factors);
      if (values != row) cpu_convert_row(a->dtype, a->dtype)(n, row, a->stride[1], values, hearth_dtype_size(a->dtype));
    }
  }
}

static void center_columns(const center_task *task, const hearth_view *a, const hearth_view *means, const hearth_view *scale, const int32_t *labels) {
  for (int64_t j = 0; j < a->extent[1]; ++j) {
    char *column = (char *)a->data + j * a->stride[1];
    const char *mean = (char *)means->data + j * means->stride[1];
    const double factor = scale ? *(double *)((char *)scale->data + j * scale->stride[0]) : 1.0;
    if (labels)
      task->loops->gather(a->extent[0], column, labels, mean, means->stride[0], factor);
    else
      task->loops->column(a->extent[0], column, *(const double *)mean, factor);
  }
}

static void center_part(void *context, int part) {
  const center_task *task = context;
  int64_t first, count;
  cpu_share(task->a->extent[task->dim], 8, task->parts, part, &first, &count);
  const hearth_view a = hearth_view_part(task->a, task->dim, first, count);
  hearth_view means = *task->means, scale = {0};
  const int32_t *labels = task->labels;
  if (task->scale) scale = *task->scale;
  if (task->dim == 0 && labels) labels += first;
  if (task->dim == 1) means = hearth_view_part(&means, 1, first, count);
  if (task->dim == 1 && task->scale) scale = hearth_view_part(&scale, 0, first, count);
  (cpu_columns_contiguous(&a) ? center_columns : center_rows)(task, &a, &means, task->scale ? &scale : NULL, labels);
}

hearth_status cpu_group_center(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale) {
  HEARTH_TRY(hearth_check_groups(queue->ctx, HEARTH_SPACE_HOST, "group_center", means, a, labels));
  if (scale) HEARTH_TRY(hearth_check_columns(queue->ctx, HEARTH_SPACE_HOST, "group_center", scale, a));
  const int64_t n = a->extent[0], m = a->extent[1];
  if (n == 0 || m == 0) return HEARTH_OK;
  const int parts = cpu_threads_for(queue, n * m * hearth_dtype_size(a->dtype));
  center_task task = {cpu_center_loops_of(a->dtype), a, means, scale, labels, parts, n >= m ? 0 : 1};
  cpu_parallel(queue, parts, center_part, &task);
  return HEARTH_OK;
}
