/* Products in a fixed order: blocks of 32 columns of b and of 4 rows of a are packed, and a tile of sums runs down the contracted dimension. No sum is ever
 * divided, and additions are not contracted with products, so that every instruction set gives the same bits. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/exact.h"
#include <string.h>

enum { COLUMNS = 32, ROWS = 4 };

typedef struct product_task {
  const hearth_view *a, *b, *c;
  int parts;
  double *packed; /* per part: COLUMNS columns of b, then ROWS rows of a */
} product_task;

CPU_CLONES static void tile(int64_t k, const double *restrict a, const double *restrict b, double *restrict sums) {
  double sum[ROWS][COLUMNS];
  memset(sum, 0, sizeof sum);
  for (int64_t l = 0; l < k; ++l)
    for (int r = 0; r < ROWS; ++r)
#pragma omp simd
      for (int j = 0; j < COLUMNS; ++j) sum[r][j] += a[l * ROWS + r] * b[l * COLUMNS + j];
  memcpy(sums, sum, sizeof sum);
}

/* Lines of `width` numbers: line l has the elements first .. first + count - 1 along `across` at index l of the other dimension, then zeros. */
static void pack(const hearth_view *view, int across, int64_t first, int64_t count, int width, double *packed) {
  const int along = 1 - across;
  const int64_t step = view->stride[across];
  for (int64_t l = 0; l < view->extent[along]; ++l) {
    const char *from = (const char *)view->data + l * view->stride[along] + first * step;
    double *line = packed + l * width;
    for (int64_t j = 0; j < width; ++j) line[j] = j < count ? *(const double *)(from + j * step) : 0.0;
  }
}

static void store(const hearth_view *c, int64_t row, int64_t column, int64_t columns, const double *sums) {
  for (int64_t r = 0; r < ROWS && row + r < c->extent[0]; ++r)
    for (int64_t j = 0; j < columns; ++j) *(double *)((char *)c->data + (row + r) * c->stride[0] + (column + j) * c->stride[1]) = sums[r * COLUMNS + j];
}

static void product_part(void *context, int part) {
  const product_task *task = context;
  const int64_t k = task->a->extent[1], m = task->c->extent[0];
  double *columns = task->packed + part * k * (COLUMNS + ROWS), *rows = columns + k * COLUMNS, sums[ROWS * COLUMNS];
  int64_t first, count;
  cpu_share(task->c->extent[1], COLUMNS, task->parts, part, &first, &count);
  for (int64_t j = first; j < first + count; j += COLUMNS) {
    const int64_t width = first + count - j < COLUMNS ? first + count - j : COLUMNS;
    pack(task->b, 1, j, width, COLUMNS, columns);
    for (int64_t i = 0; i < m; i += ROWS) {
      pack(task->a, 0, i, m - i < ROWS ? m - i : ROWS, ROWS, rows);
      tile(k, rows, columns, sums);
      store(task->c, i, j, width, sums);
    }
  }
}

static int parts_of(const hearth_queue *queue, const hearth_view *a, const hearth_view *c) {
  const int parts = cpu_threads_for(queue, c->extent[0] * a->extent[1] * c->extent[1]);
  return c->extent[1] >= (int64_t)parts * COLUMNS ? parts : 1;
}

hearth_status cpu_exact_product(hearth_queue *queue, const hearth_view *a, const hearth_view *b, const hearth_view *c) {
  HEARTH_TRY(hearth_check_exact_product(queue->ctx, HEARTH_SPACE_HOST, a, b, c));
  if (hearth_view_elements(c) == 0) return HEARTH_OK;
  const hearth_view at = hearth_view_transposed(a), bt = hearth_view_transposed(b), ct = hearth_view_transposed(c);
  product_task task = {.a = a, .b = b, .c = c};
  if (c->extent[0] > c->extent[1]) task = (product_task){.a = &bt, .b = &at, .c = &ct}; /* x y = y x */
  task.parts = parts_of(queue, task.a, task.c);
  HEARTH_TRY(hearth_allocate(queue->ctx, (task.parts * a->extent[1] * (COLUMNS + ROWS) + 1) * (int64_t)sizeof *task.packed, &task.packed));
  cpu_parallel(queue, task.parts, product_part, &task);
  hearth_deallocate(queue->ctx, task.packed);
  return HEARTH_OK;
}
