/* Searches along rows: threads share the columns. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include <math.h>

enum { CHUNK = 1024 };

/* One running maximum per lane, which compilers vectorise without licence to reorder. A NaN compares false and is passed over. */
CPU_CLONES static double absmax(int64_t n, const double *a) {
  enum { LANES = 8 };
  double most[LANES] = {0.0}, largest = 0.0;
  const int64_t whole = n - n % LANES;
  for (int64_t j = 0; j < whole; j += LANES)
    for (int l = 0; l < LANES; ++l) most[l] = fabs(a[j + l]) > most[l] ? fabs(a[j + l]) : most[l];
  for (int64_t j = whole; j < n; ++j) largest = fabs(a[j]) > largest ? fabs(a[j]) : largest;
  for (int l = 0; l < LANES; ++l) largest = most[l] > largest ? most[l] : largest;
  return largest;
}

CPU_CLONES static int any_reaches(int64_t n, const double *a, double threshold) {
  int64_t reached = 0;
#pragma omp simd reduction(+ : reached)
  for (int64_t j = 0; j < n; ++j) reached += fabs(a[j]) >= threshold;
  return reached > 0;
}

typedef struct rows_task {
  const hearth_view *a;
  const double *threshold;
  double *largest; /* [parts][rows] */
  int64_t *index;  /* [parts][rows] */
  int parts;
} rows_task;

/* `n` elements of a row from `j` on, contiguous. */
static const double *row_piece(const hearth_view *a, int64_t i, int64_t j, int64_t n, double *buffer) {
  const char *row = (const char *)a->data + i * a->stride[0] + j * a->stride[1];
  if (a->stride[1] == (int64_t)sizeof(double)) return (const double *)row;
  cpu_convert_row(HEARTH_FLOAT64, HEARTH_FLOAT64)(n, (char *)buffer, sizeof(double), row, a->stride[1]);
  return buffer;
}

static void absmax_part(void *context, int part) {
  const rows_task *task = context;
  const int64_t rows = task->a->extent[0];
  double buffer[CHUNK], *largest = task->largest + part * rows;
  int64_t first, count;
  cpu_share(task->a->extent[1], 8, task->parts, part, &first, &count);
  for (int64_t i = 0; i < rows; ++i) {
    largest[i] = 0.0;
    for (int64_t j = first; j < first + count; j += CHUNK) {
      const int64_t n = first + count - j < CHUNK ? first + count - j : CHUNK;
      largest[i] = fmax(largest[i], absmax(n, row_piece(task->a, i, j, n, buffer)));
    }
  }
}

static int64_t first_in(const hearth_view *a, int64_t i, int64_t first, int64_t count, double threshold) {
  double buffer[CHUNK];
  for (int64_t j = first; j < first + count; j += CHUNK) {
    const int64_t n = first + count - j < CHUNK ? first + count - j : CHUNK;
    const double *piece = row_piece(a, i, j, n, buffer);
    if (!any_reaches(n, piece, threshold)) continue;
    int64_t k = 0;
    while (!(fabs(piece[k]) >= threshold)) ++k;
    return j + k;
  }
  return -1;
}

static void first_part(void *context, int part) {
  const rows_task *task = context;
  int64_t first, count;
  cpu_share(task->a->extent[1], 8, task->parts, part, &first, &count);
  for (int64_t i = 0; i < task->a->extent[0]; ++i) task->index[part * task->a->extent[0] + i] = first_in(task->a, i, first, count, task->threshold[i]);
}

static int parts_for(hearth_queue *queue, const hearth_view *a) {
  return cpu_threads_for(queue, hearth_view_elements(a) * (int64_t)sizeof(double));
}

hearth_status cpu_row_absmax(hearth_queue *queue, const hearth_view *a, double *largest) {
  HEARTH_TRY(hearth_check_rows(queue->ctx, HEARTH_SPACE_HOST, "row_absmax", a));
  const int64_t rows = a->extent[0];
  rows_task task = {.a = a, .parts = parts_for(queue, a)};
  HEARTH_TRY(hearth_allocate(queue->ctx, task.parts * rows * (int64_t)sizeof *largest, &task.largest));
  cpu_parallel(queue, task.parts, absmax_part, &task);
  for (int64_t i = 0; i < rows; ++i) {
    largest[i] = 0.0;
    for (int part = 0; part < task.parts; ++part) largest[i] = fmax(largest[i], task.largest[part * rows + i]);
  }
  hearth_deallocate(queue->ctx, task.largest);
  return HEARTH_OK;
}

hearth_status cpu_row_first(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value) {
  HEARTH_TRY(hearth_check_rows(queue->ctx, HEARTH_SPACE_HOST, "row_first", a));
  const int64_t rows = a->extent[0];
  rows_task task = {.a = a, .threshold = threshold, .parts = parts_for(queue, a)};
  HEARTH_TRY(hearth_allocate(queue->ctx, task.parts * rows * (int64_t)sizeof *index, &task.index));
  cpu_parallel(queue, task.parts, first_part, &task);
  for (int64_t i = 0; i < rows; ++i) {
    index[i] = -1;
    for (int part = 0; part < task.parts && index[i] < 0; ++part) index[i] = task.index[part * rows + i];
    value[i] = index[i] < 0 ? 0.0 : *(double *)((char *)a->data + i * a->stride[0] + index[i] * a->stride[1]);
  }
  hearth_deallocate(queue->ctx, task.index);
  return HEARTH_OK;
}
