/* Sums over rows: threads share the columns where there are enough of them, else the rows, each with its own sums that are added in a fixed order. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/groups.h"
#include <stdlib.h>

typedef struct sums_task {
  const cpu_group_loops *loops;
  const hearth_view *sums, *a;
  const int32_t *labels;
  double *own; /* [parts][groups][columns]; NULL: straight into sums */
  int parts;
  int by_rows; /* parts share the rows, not the columns */
} sums_task;

static void sum_rows(const sums_task *task, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  double buffer[CPU_GROUP_CHUNK];
  for (int64_t j = 0; j < a->extent[1]; j += CPU_GROUP_CHUNK) {
    const int64_t n = a->extent[1] - j < CPU_GROUP_CHUNK ? a->extent[1] - j : CPU_GROUP_CHUNK;
    char *row = (char *)a->data + j * a->stride[1], *target = (char *)sums->data + j * sums->stride[1];
    for (int64_t i = 0; i < a->extent[0]; ++i, row += a->stride[0])
      task->loops->row(n, (double *)(target + (labels ? labels[i] * sums->stride[0] : 0)), cpu_contiguous(n, row, a->stride[1], a->dtype, buffer));
  }
}

static void sum_columns(const sums_task *task, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  for (int64_t j = 0; j < a->extent[1]; ++j) {
    const char *column = (char *)a->data + j * a->stride[1];
    char *target = (char *)sums->data + j * sums->stride[1];
    if (labels)
      task->loops->scatter(a->extent[0], column, labels, target, sums->stride[0]);
    else
      *(double *)target += task->loops->column(a->extent[0], column);
  }
}

static void sum_part(void *context, int part) {
  const sums_task *task = context;
  const int dim = task->by_rows ? 0 : 1;
  int64_t first, count;
  cpu_share(task->a->extent[dim], dim ? 8 : 1, task->parts, part, &first, &count);
  const hearth_view a = hearth_view_part(task->a, dim, first, count);
  hearth_view sums = *task->sums;
  if (task->own) {
    const int64_t columns = sums.extent[1];
    sums.data = task->own + part * sums.extent[0] * columns;
    sums.stride[0] = columns * (int64_t)sizeof(double), sums.stride[1] = sizeof(double);
  }
  if (dim == 1) sums = hearth_view_part(&sums, 1, first, count);
  (cpu_columns_contiguous(&a) ? sum_columns : sum_rows)(task, &sums, &a, task->labels && dim == 0 ? task->labels + first : task->labels);
}

static void add_own(const sums_task *task) {
  const hearth_view *sums = task->sums;
  const double *own = task->own;
  for (int part = 0; part < task->parts; ++part)
    for (int64_t g = 0; g < sums->extent[0]; ++g)
      for (int64_t j = 0; j < sums->extent[1]; ++j, ++own) *(double *)((char *)sums->data + g * sums->stride[0] + j * sums->stride[1]) += *own;
}

static hearth_status sum(hearth_queue *queue, const cpu_group_loops *loops, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  const int64_t n = a->extent[0], m = a->extent[1];
  if (n == 0 || m == 0) return HEARTH_OK;
  const int columns = cpu_columns_contiguous(a);
  sums_task task = {loops, sums, a, labels, NULL, cpu_threads_for(queue, n * m * hearth_dtype_size(a->dtype)), 0};
  task.by_rows = task.parts > 1 && m < (columns ? 4 : 64) * task.parts;
  if (task.by_rows || (!columns && m > 1 && sums->stride[1] != (int64_t)sizeof(double)))
    HEARTH_TRY(hearth_allocate_zero(queue->ctx, task.parts * sums->extent[0] * m * (int64_t)sizeof(double), &task.own));
  cpu_parallel(queue, task.parts, sum_part, &task);
  if (task.own) add_own(&task);
  hearth_deallocate(queue->ctx, task.own);
  return HEARTH_OK;
}

hearth_status cpu_group_sums(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  HEARTH_TRY(hearth_check_groups(queue->ctx, HEARTH_SPACE_HOST, "group_sums", sums, a, labels));
  return sum(queue, cpu_sum_loops(a->dtype), sums, a, labels);
}

hearth_status cpu_column_squares(hearth_queue *queue, const hearth_view *sums, const hearth_view *a) {
  HEARTH_TRY(hearth_check_columns(queue->ctx, HEARTH_SPACE_HOST, "column_squares", sums, a));
  hearth_view rows = *sums;
  rows.ndim = 2;
  rows.extent[0] = 1, rows.extent[1] = sums->extent[0];
  rows.stride[0] = 0, rows.stride[1] = sums->stride[0];
  return sum(queue, cpu_square_loops(a->dtype), &rows, a, NULL);
}
