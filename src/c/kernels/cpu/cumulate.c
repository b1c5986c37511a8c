/* Running sums: along lines one after the other, or, where neighbours of other lines lie closer, over many lines at once. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/reduce.h"
#include <complex.h>
#include <stdlib.h>

enum { DST, SRC, START, OPERANDS };
enum { CHUNK = 512 };

typedef struct cumulate_task {
  cpu_convert_function load, store, start;
  int32_t dtype; /* of the sums */
  int64_t extent, dst_step, src_step;
} cumulate_task;

typedef double complex complex_double;

/* sums[j] += x[j] */
static void add_row(int32_t dtype, int64_t n, void *sums, const void *x) {
  if (dtype == HEARTH_FLOAT64) {
    double *restrict a = sums;
    const double *restrict b = x;
    for (int64_t j = 0; j < n; ++j) a[j] += b[j];
  } else if (dtype == HEARTH_INT64) {
    uint64_t *restrict a = sums;
    const uint64_t *restrict b = x;
    for (int64_t j = 0; j < n; ++j) a[j] += b[j];
  } else {
    complex_double *restrict a = sums;
    const complex_double *restrict b = x;
    for (int64_t j = 0; j < n; ++j) a[j] += b[j];
  }
}

/* x[i] := *sum + x[0] + ... + x[i]; *sum := the last one. */
static void scan(int32_t dtype, int64_t n, void *sum, void *x) {
  if (dtype == HEARTH_FLOAT64) {
    double *a = x, s = *(double *)sum;
    for (int64_t i = 0; i < n; ++i) a[i] = s += a[i];
    *(double *)sum = s;
  } else if (dtype == HEARTH_INT64) {
    uint64_t *a = x, s = *(uint64_t *)sum;
    for (int64_t i = 0; i < n; ++i) a[i] = s += a[i];
    *(uint64_t *)sum = s;
  } else {
    complex_double *a = x, s = *(complex_double *)sum;
    for (int64_t i = 0; i < n; ++i) a[i] = s += a[i];
    *(complex_double *)sum = s;
  }
}

static void run_line(const cumulate_task *task, char *dst, const char *src, const char *start) {
  double buffer[2 * CHUNK], sum[2];
  const int64_t size = hearth_dtype_size((hearth_dtype)task->dtype);
  task->start(1, (char *)sum, size, start, size);
  for (int64_t i = 0; i < task->extent; i += CHUNK) {
    const int64_t n = task->extent - i < CHUNK ? task->extent - i : CHUNK;
    task->load(n, (char *)buffer, size, src + i * task->src_step, task->src_step);
    scan(task->dtype, n, sum, buffer);
    task->store(n, dst + i * task->dst_step, task->dst_step, (const char *)buffer, size);
  }
}

/* n <= CHUNK lines together. */
static void run_lines(const cumulate_task *task, int64_t n, char *const data[OPERANDS], const int64_t *stride) {
  double row[2 * CHUNK], sums[2 * CHUNK];
  const int64_t size = hearth_dtype_size((hearth_dtype)task->dtype);
  task->start(n, (char *)sums, size, data[START], stride[START]);
  for (int64_t i = 0; i < task->extent; ++i) {
    task->load(n, (char *)row, size, data[SRC] + i * task->src_step, stride[SRC]);
    add_row(task->dtype, n, sums, row);
    task->store(n, data[DST] + i * task->dst_step, stride[DST], (const char *)sums, size);
  }
}

static void cumulate_plane(void *context, const hearth_plane *plane) {
  const cumulate_task *task = context;
  const bool lines = plane->n == 1 || llabs(task->src_step) < llabs(plane->stride[SRC]);
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; j += lines ? 1 : CHUNK) {
      char *data[OPERANDS];
      for (int k = 0; k < OPERANDS; ++k) data[k] = plane->data[k] + i * plane->row_stride[k] + j * plane->stride[k];
      if (lines)
        run_line(task, data[DST], data[SRC], data[START]);
      else
        run_lines(task, plane->n - j < CHUNK ? plane->n - j : CHUNK, data, plane->stride);
    }
}

static void run(hearth_queue *queue, const cumulate_task *task, int32_t dim, const hearth_view *const *views, int parts) {
  hearth_view start[OPERANDS];
  hearth_loops loops;
  cumulate_task own = *task;
  for (int k = 0; k < OPERANDS; ++k) {
    start[k] = *views[k];
    start[k].extent[dim] = 1;
  }
  own.extent = views[DST]->extent[dim];
  hearth_loops_plan(&loops, OPERANDS, (const hearth_view *[]){&start[DST], &start[SRC], &start[START]});
  cpu_run_loops(queue, &loops, -1, parts, cumulate_plane, &own);
}

/* Few long lines: each part sums its stretch, then runs it from where the stretches before it end. */
typedef struct stretch_task {
  hearth_queue queue; /* serial */
  const cumulate_task *task;
  const hearth_view *const *views;
  int32_t dim;
  int parts, pass;
  hearth_view start[64];
  hearth_status status[64];
} stretch_task;

static void run_stretch(void *context, int part) {
  stretch_task *stretch = context;
  int64_t first, count;
  cpu_share(stretch->views[DST]->extent[stretch->dim], 64, stretch->parts, part, &first, &count);
  const hearth_view dst = hearth_view_part(stretch->views[DST], stretch->dim, first, count);
  const hearth_view src = hearth_view_part(stretch->views[SRC], stretch->dim, first, count);
  hearth_view start = stretch->start[part];
  start.extent[stretch->dim] = count;
  if (stretch->pass == 0) {
    const hearth_reduce_rule rule = {HEARTH_REDUCE_SUM, stretch->task->dtype, false};
    hearth_view sum = stretch->start[part + 1];
    sum.extent[stretch->dim] = count;
    stretch->status[part] = cpu_accumulate(&stretch->queue, &rule, &sum, &src, NULL);
  } else if (count > 0) {
    run(&stretch->queue, stretch->task, stretch->dim, (const hearth_view *[]){&dst, &src, &start}, 1);
  }
}

static hearth_status run_stretches(hearth_queue *queue, const cumulate_task *task, int32_t dim, const hearth_view *const *views, int parts) {
  stretch_task stretch = {.queue = *queue, .task = task, .views = views, .dim = dim, .parts = parts};
  double *own = NULL;
  int64_t lines = 1;
  hearth_view one = *views[START];
  for (int d = one.ndim - 1; d >= 0; --d) {
    one.stride[d] = d == dim ? 0 : lines * (int64_t)sizeof *own;
    if (d != dim) lines *= one.extent[d];
  }
  one.extent[dim] = 1;
  stretch.queue.threads = 1;
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, (parts + 1) * lines * (int64_t)sizeof *own, &own));
  for (int part = 0; part <= parts; ++part) {
    stretch.start[part] = one;
    stretch.start[part].data = own + part * lines;
  }
  hearth_view begin = *views[START];
  begin.extent[dim] = 1;
  hearth_status status = cpu_copy(queue, &stretch.start[0], &begin);
  cpu_parallel(queue, parts, run_stretch, &stretch);
  for (int part = 0; part < parts && status == HEARTH_OK; ++part) {
    status = stretch.status[part];
    if (part + 1 < parts) add_row(task->dtype, lines, own + (part + 1) * lines, own + part * lines);
  }
  stretch.pass = 1;
  if (status == HEARTH_OK) cpu_parallel(queue, parts, run_stretch, &stretch);
  hearth_deallocate(queue->ctx, own);
  return status;
}

hearth_status cpu_cumulate(hearth_queue *queue, int32_t dim, const hearth_view *dst, const hearth_view *src, const hearth_view *start) {
  HEARTH_TRY(hearth_check_cumulate(queue->ctx, HEARTH_SPACE_HOST, dim, dst, src, start));
  const int64_t elements = hearth_view_elements(src);
  if (elements == 0) return HEARTH_OK;
  const hearth_view *views[] = {dst, src, start};
  const cumulate_task task = {cpu_convert_row(start->dtype, src->dtype),
                              cpu_convert_row(dst->dtype, start->dtype),
                              cpu_convert_row(start->dtype, start->dtype),
                              start->dtype,
                              src->extent[dim],
                              dst->stride[dim],
                              src->stride[dim]};
  const int parts = cpu_threads_for(queue, elements * hearth_dtype_size((hearth_dtype)src->dtype));
  const int64_t lines = elements / src->extent[dim];
  if (parts > 1 && parts < 64 && lines < 4 * parts && start->dtype != HEARTH_COMPLEX128) return run_stretches(queue, &task, dim, views, parts);
  run(queue, &task, dim, views, parts);
  return HEARTH_OK;
}
