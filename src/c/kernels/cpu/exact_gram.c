/* Products of rows without rounding (Ozaki, Ogita, Oishi and Rump 2012): scaled to at most 1, every element is cut into slices of 21 bits. Products of slices
 * are integers of at most 2^40, so that float64 matrix products of 2^11 columns are exact in any order and with or without FMA: BLAS makes them. Their sums go
 * on in int64. Five symmetric products' worth of work: s0 s1 + s1 s0 = (s0 + s1)(s0 + s1) - s0 s0 - s1 s1. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/blas.h"
#include "kernels/cpu/exact.h"
#include <math.h>
#include <stdlib.h>

enum { BLOCK = 2048, CHUNK = 1024, TILE = 32, SLICES = 3, SUM = 3, BUFFERS = 4 };

typedef struct gram_task {
  const hearth_view *a;   /* one block of columns */
  const double *scale[2]; /* their product brings a row to at most 2^20; two, because one alone may overflow */
  hearth_view slice[BUFFERS];
  cpu_convert_function load;
  int along; /* slices lie along the columns (j is contiguous), as `a` does; else along the rows */
  int parts;
  const double *product; /* dense [n, n] */
  int64_t *plus, *minus; /* levels that the product is added to and taken from; may be NULL */
  int both;              /* with its transpose */
} gram_task;

/* n elements to their slices; `step` is 0 if they have one scale. The additions round to integers. */
CPU_CLONES static void cut(int64_t n, const double *a, const double *scale, const double *scale2, int64_t step, double *restrict s0, double *restrict s1,
                           double *restrict s2, double *restrict s01) {
  const double round = 0x1.8p52;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double y = a[i] * scale[i * step] * scale2[i * step], q0 = (y + round) - round;
    const double z = (y - q0) * 0x1p21, q1 = (z + round) - round;
    s0[i] = q0;
    s1[i] = q1;
    s2[i] = ((z - q1) * 0x1p21 + round) - round;
    s01[i] = q0 + q1;
  }
}

static void cut_line(const gram_task *task, int64_t line) {
  const int along = task->along, other = 1 - along;
  const hearth_view *a = task->a;
  const int64_t length = a->extent[along], stride = a->stride[along];
  double buffer[CHUNK];
  for (int64_t i = 0; i < length; i += CHUNK) {
    const int64_t n = length - i < CHUNK ? length - i : CHUNK, row = along ? line : i;
    const char *from = (const char *)a->data + line * a->stride[other] + i * stride;
    double *to[BUFFERS];
    for (int s = 0; s < BUFFERS; ++s) to[s] = (double *)task->slice[s].data + line * length + i;
    const int direct = a->dtype == HEARTH_FLOAT64 && stride == (int64_t)sizeof(double);
    if (!direct) task->load(n, (char *)buffer, sizeof *buffer, from, stride);
    cut(n, direct ? (const double *)from : buffer, task->scale[0] + row, task->scale[1] + row, !along, to[0], to[1], to[2], to[SUM]);
  }
}

static void cut_part(void *context, int part) {
  const gram_task *task = context;
  int64_t first, count;
  cpu_share(task->a->extent[1 - task->along], 1, task->parts, part, &first, &count);
  for (int64_t line = first; line < first + count; ++line) cut_line(task, line);
}

/* Rows i0 .. and columns j0 .. of the triangle j >= i. */
static void add_tile(const gram_task *task, int64_t n, int64_t i0, int64_t j0) {
  const int64_t i1 = i0 + TILE < n ? i0 + TILE : n, j1 = j0 + TILE < n ? j0 + TILE : n;
  const double *p = task->product;
  for (int64_t i = i0; i < i1; ++i)
    for (int64_t j = j0 > i ? j0 : i; j < j1; ++j) {
      const int64_t value = (int64_t)p[i * n + j] + (task->both ? (int64_t)p[j * n + i] : 0);
      if (task->plus) task->plus[i * n + j] += value;
      if (task->minus) task->minus[i * n + j] -= value;
    }
}

static void add_part(void *context, int part) {
  const gram_task *task = context;
  const int64_t n = task->a->extent[0], tiles = (n + TILE - 1) / TILE;
  for (int64_t i = part; i < tiles; i += task->parts)
    for (int64_t j = i; j < tiles; ++j) add_tile(task, n, i * TILE, j * TILE);
}

/* The products of two slices into the levels. BLAS's lower triangle, by columns, is the upper one by rows. */
static void multiply(hearth_queue *queue, gram_task *task, int left, int right, int64_t *plus, int64_t *minus) {
  const int64_t n = task->a->extent[0];
  const hearth_view product = hearth_view_columns(&task->slice[0], (void *)(uintptr_t)task->product, n, n);
  const hearth_view transposed = hearth_view_transposed(&task->slice[right]);
  const int before = cpu_blas_enter(queue);
  if (left == right)
    cpu_blas_syrk(1.0, &task->slice[left], 0.0, &product);
  else
    cpu_blas_gemm(0, 1.0, &task->slice[left], &transposed, 0.0, &product);
  cpu_blas_leave(before);
  task->plus = plus;
  task->minus = minus;
  task->both = left != right;
  task->parts = cpu_threads_for(queue, 8 * n * n);
  cpu_parallel(queue, task->parts, add_part, task);
}

/* One block of columns. */
static void add_block(hearth_queue *queue, gram_task *task, double *slices, int64_t *levels) {
  const int64_t n = task->a->extent[0], k = task->a->extent[1], size = sizeof(double);
  int64_t *level[HEARTH_EXACT_LEVELS];
  for (int l = 0; l < HEARTH_EXACT_LEVELS; ++l) level[l] = levels + l * n * n;
  for (int s = 0; s < BUFFERS; ++s) {
    task->slice[s] = (hearth_view){.data = slices + s * n * k, .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {n, k}, .stride = {size, n * size}};
    if (task->along) task->slice[s].stride[0] = k * size;
    if (task->along) task->slice[s].stride[1] = size;
  }
  task->parts = cpu_threads_for(queue, n * k * size);
  cpu_parallel(queue, task->parts, cut_part, task);
  multiply(queue, task, 0, 0, level[0], level[1]);
  multiply(queue, task, 1, 1, level[2], level[1]);
  multiply(queue, task, SUM, SUM, level[1], NULL);
  if (task->a->dtype != HEARTH_FLOAT32) multiply(queue, task, 0, 2, level[2], NULL);
}

hearth_status cpu_exact_gram(hearth_queue *queue, const hearth_view *a, const int32_t *exponent, int64_t *levels) {
  HEARTH_TRY(hearth_check_exact_gram(queue->ctx, HEARTH_SPACE_HOST, "exact gram", a, exponent, levels));
  const int64_t n = a->extent[0], columns = a->extent[1], k = columns < BLOCK ? columns : BLOCK, size = sizeof(double);
  double *work;
  if (n == 0 || columns == 0) return HEARTH_OK;
  if (n > CPU_BLAS_EXTENT_MAX) return hearth_fail(queue->ctx, HEARTH_ERR_UNSUPPORTED, "exact gram: %lld rows are more than BLAS can count", (long long)n);
  HEARTH_TRY(hearth_allocate(queue->ctx, (BUFFERS * n * k + n * n + 2 * n) * size, &work));
  double *slices = work + n * n + 2 * n, *scale = work + n * n;
  for (int64_t i = 0; i < n; ++i) {
    const int bits = HEARTH_EXACT_SLICE_BITS - 1 - exponent[i];
    scale[i] = ldexp(1.0, bits / 2);
    scale[n + i] = ldexp(1.0, bits - bits / 2);
  }
  gram_task task = {.scale = {scale, scale + n}, .load = cpu_convert_row(HEARTH_FLOAT64, a->dtype), .product = work};
  task.along = n == 1 || (columns > 1 && llabs(a->stride[1]) < llabs(a->stride[0]));
  for (int64_t j = 0; j < columns; j += BLOCK) {
    const hearth_view block = hearth_view_part(a, 1, j, columns - j < BLOCK ? columns - j : BLOCK);
    task.a = &block;
    add_block(queue, &task, slices, levels);
  }
  hearth_deallocate(queue->ctx, work);
  return HEARTH_OK;
}
