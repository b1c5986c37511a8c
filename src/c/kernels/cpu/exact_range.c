/* The largest element of each row, and whether all are finite. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/exact.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024 };

typedef struct range_task {
  const hearth_view *a;
  cpu_convert_function load;
  double *most, *wrong; /* [parts][rows]; wrong: 0, or NaN */
  int parts;
} range_task;

/* Elements of one row. */
CPU_CLONES static void range_along(int64_t n, const double *a, double *most, double *wrong) {
  double largest = *most, differences = 0.0;
#pragma omp simd reduction(max : largest) reduction(+ : differences)
  for (int64_t i = 0; i < n; ++i) {
    const double size = fabs(a[i]);
    differences += size - size;
    largest = size > largest ? size : largest;
  }
  *most = largest;
  *wrong += differences;
}

/* One element of each row. */
CPU_CLONES static void range_across(int64_t n, const double *a, double *restrict most, double *restrict wrong) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double size = fabs(a[i]);
    wrong[i] += size - size;
    most[i] = size > most[i] ? size : most[i];
  }
}

static void range_line(const range_task *task, int across, int64_t line, double *most, double *wrong) {
  const hearth_view *a = task->a;
  const int64_t length = a->extent[1 - across], stride = a->stride[1 - across];
  double buffer[CHUNK];
  for (int64_t i = 0; i < length; i += CHUNK) {
    const int64_t n = length - i < CHUNK ? length - i : CHUNK;
    const char *from = (const char *)a->data + line * a->stride[across] + i * stride;
    const int direct = a->dtype == HEARTH_FLOAT64 && stride == (int64_t)sizeof(double);
    if (!direct) task->load(n, (char *)buffer, sizeof *buffer, from, stride);
    if (across)
      range_across(n, direct ? (const double *)from : buffer, most + i, wrong + i);
    else
      range_along(n, direct ? (const double *)from : buffer, most + line, wrong + line);
  }
}

/* A part of the columns. */
static void range_part(void *context, int part) {
  const range_task *task = context;
  const int64_t rows = task->a->extent[0];
  const int across = rows > 1 && llabs(task->a->stride[0]) < llabs(task->a->stride[1]);
  double *most = task->most + part * rows, *wrong = task->wrong + part * rows;
  int64_t first, count;
  cpu_share(task->a->extent[1], CHUNK, task->parts, part, &first, &count);
  const hearth_view columns = hearth_view_part(task->a, 1, first, count);
  const range_task own = {&columns, task->load, NULL, NULL, 1};
  for (int64_t line = 0; line < columns.extent[across]; ++line) range_line(&own, across, line, most, wrong);
}

hearth_status cpu_exact_gram_range(hearth_queue *queue, const hearth_view *a, double *largest) {
  HEARTH_TRY(hearth_check_exact_gram(queue->ctx, HEARTH_SPACE_HOST, "range of rows", a, largest, largest));
  const int64_t rows = a->extent[0], elements = hearth_view_elements(a);
  range_task task = {.a = a, .load = cpu_convert_row(HEARTH_FLOAT64, a->dtype)};
  task.parts = cpu_threads_for(queue, elements * hearth_dtype_size(a->dtype));
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, 2 * task.parts * rows * (int64_t)sizeof(double), &task.most));
  task.wrong = task.most + task.parts * rows;
  if (elements > 0) cpu_parallel(queue, task.parts, range_part, &task);
  for (int64_t i = 0; i < rows; ++i) {
    largest[i] = 0.0;
    double wrong = 0.0;
    for (int part = 0; part < task.parts; ++part) {
      largest[i] = fmax(largest[i], task.most[part * rows + i]);
      wrong += task.wrong[part * rows + i];
    }
    if (wrong != 0.0) largest[i] = NAN; /* it is NaN itself */
  }
  hearth_deallocate(queue->ctx, task.most);
  return HEARTH_OK;
}
