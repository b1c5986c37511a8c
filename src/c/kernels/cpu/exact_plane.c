/* The two innermost dimensions of an exact sum. */
#include "kernels/cpu/exact.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

static hearth_exact *sum_at(const hearth_plane *plane, int64_t i, int64_t j) {
  return (hearth_exact *)(plane->data[CPU_EXACT_SUMS] + i * plane->row_stride[CPU_EXACT_SUMS] + j * plane->stride[CPU_EXACT_SUMS]);
}

static const char *operand_at(const hearth_plane *plane, int operand, int64_t i, int64_t j) {
  const char *data = plane->data[operand];
  return data ? data + i * plane->row_stride[operand] + j * plane->stride[operand] : NULL;
}

void cpu_exact_plane_along(const cpu_exact_maker *maker, const hearth_plane *plane) {
  cpu_exact_buffers buffers;
  const int64_t stride = plane->stride[CPU_EXACT_X];
  const int direct = stride == maker->x_size ? maker->direct : 0;
  cpu_exact_anchor anchor = {0.0, 0.0, 0.0};
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; j += CPU_EXACT_BLOCK) {
      const int64_t n = plane->n - j < CPU_EXACT_BLOCK ? plane->n - j : CPU_EXACT_BLOCK;
      hearth_exact *sum = sum_at(plane, i, j);
      const char *x = operand_at(plane, CPU_EXACT_X, i, j);
      if (direct == 1)
        cpu_exact_add_float(sum, &anchor, n, (const float *)x);
      else if (direct == 2)
        cpu_exact_add_double(sum, &anchor, n, (const double *)x);
      else
        cpu_exact_add_double(sum, &anchor, n, cpu_exact_terms(maker, n, x, stride, operand_at(plane, CPU_EXACT_Y, i, j), plane->stride[CPU_EXACT_Y], &buffers));
    }
}

/* Columns [first, first + n) of a plane whose rows are `fold` rows of the plane given, side by side: narrow rows that follow each other in memory. */
typedef struct tile_task {
  const cpu_exact_maker *maker;
  const hearth_plane *plane;
  int64_t first, n, fold;
  const char *y; /* the row of y for folded rows, in a buffer */
  cpu_exact_columns *tile;
  cpu_exact_buffers *buffers;
} tile_task;

static void clear(tile_task *task) {
  const size_t bytes = (size_t)task->n * sizeof(double);
  memset(task->tile->first, 0, bytes);
  memset(task->tile->second, 0, bytes);
  memset(task->tile->most, 0, bytes);
  memset(task->tile->left, 0, bytes);
}

/* The terms of row i of the tile. */
static const double *terms_of(const tile_task *task, int64_t i) {
  const hearth_plane *plane = task->plane;
  const char *x = operand_at(plane, CPU_EXACT_X, i * task->fold, task->first);
  const char *y = task->y ? task->y : operand_at(plane, CPU_EXACT_Y, i * task->fold, task->first);
  const int64_t y_stride = task->y ? (int64_t)sizeof(double) : plane->stride[CPU_EXACT_Y];
  cpu_exact_maker maker = *task->maker;
  if (task->y) {
    maker.y_dtype = HEARTH_FLOAT64;
    maker.load_y = cpu_convert_row(HEARTH_FLOAT64, HEARTH_FLOAT64);
  }
  return cpu_exact_terms(&maker, task->n, x, plane->stride[CPU_EXACT_X], y, y_stride, task->buffers);
}

static void pass_rows(tile_task *task, int64_t first_row, int64_t rows) {
  const hearth_plane *plane = task->plane;
  const char *x = operand_at(plane, CPU_EXACT_X, first_row * task->fold, task->first);
  const int64_t pitch = plane->row_stride[CPU_EXACT_X] * task->fold;
  const int direct = plane->stride[CPU_EXACT_X] == task->maker->x_size && pitch % task->maker->x_size == 0 ? task->maker->direct : 0;
  clear(task);
  if (direct == 1)
    cpu_exact_rows_float(task->tile, rows, task->n, (const float *)x, pitch / (int64_t)sizeof(float));
  else if (direct == 2)
    cpu_exact_rows_double(task->tile, rows, task->n, (const double *)x, pitch / (int64_t)sizeof(double));
  else
    for (int64_t i = first_row; i < first_row + rows; ++i) cpu_exact_rows_double(task->tile, 1, task->n, terms_of(task, i), 0);
}

static int is_exact(const cpu_exact_columns *tile, int64_t j) {
  return tile->most[j] <= tile->limit[j] && tile->left[j] == 0.0;
}

/* New anchors for the columns that need them; 0 if none does. */
static int correct_anchors(tile_task *task) {
  cpu_exact_columns *tile = task->tile;
  int corrected = 0;
  for (int64_t j = 0; j < task->n; ++j) {
    /* Anchors that are a little too large lose little. */
    const bool fits = tile->most[j] <= tile->limit[j] && tile->most[j] >= tile->limit[j] * 0x1p-8;
    if (is_exact(tile, j) || fits || !(tile->most[j] <= CPU_EXACT_LARGEST)) continue;
    const cpu_exact_anchor anchor = cpu_exact_anchor_for(tile->most[j]);
    corrected |= anchor.limit != tile->limit[j];
    tile->limit[j] = anchor.limit;
    tile->a[j] = anchor.a;
    tile->b[j] = anchor.b;
  }
  return corrected;
}

/* A column whose terms two slices do not hold. */
static void add_column(const tile_task *task, int64_t first_row, int64_t rows, int64_t j) {
  const hearth_plane *plane = task->plane;
  const int64_t fold = task->fold, column = task->first + (fold > 1 ? j % plane->n : j), row = first_row * fold + (fold > 1 ? j / plane->n : 0);
  cpu_exact_anchor anchor = {0.0, 0.0, 0.0};
  cpu_exact_add_double(sum_at(plane, row, column), &anchor, rows,
                       cpu_exact_terms(task->maker, rows, operand_at(plane, CPU_EXACT_X, row, column), plane->row_stride[CPU_EXACT_X] * fold,
                                       operand_at(plane, CPU_EXACT_Y, row, column), plane->row_stride[CPU_EXACT_Y] * fold, task->buffers));
}

static void add_rows(tile_task *task, int64_t first_row, int64_t rows) {
  pass_rows(task, first_row, rows);
  if (correct_anchors(task)) pass_rows(task, first_row, rows);
  for (int64_t j = 0; j < task->n; ++j) {
    if (!is_exact(task->tile, j)) {
      add_column(task, first_row, rows, j);
      continue;
    }
    hearth_exact *sum = sum_at(task->plane, first_row * task->fold, task->first + (task->fold > 1 ? j % task->plane->n : j));
    hearth_exact_add(sum, task->tile->first[j]);
    hearth_exact_add(sum, task->tile->second[j]);
  }
}

/* How many rows can be taken side by side: those of x follow each other in memory, y (if any) is the same for all, and so are the sums. */
static int64_t fold_of(const cpu_exact_maker *maker, const hearth_plane *plane) {
  const int64_t *row = plane->row_stride, *stride = plane->stride;
  const int along = row[CPU_EXACT_SUMS] == 0 && stride[CPU_EXACT_X] == maker->x_size && row[CPU_EXACT_X] == plane->n * maker->x_size;
  const int64_t fold = CPU_EXACT_COLUMNS / plane->n;
  if (!along || fold < 2 || plane->rows < 2 * fold || (plane->data[CPU_EXACT_Y] && row[CPU_EXACT_Y] != 0)) return 1;
  return fold;
}

/* Rows [first, first + rows) of the plane. */
static void add_folded(tile_task *task, int64_t first, int64_t rows) {
  const hearth_plane *whole = task->plane;
  hearth_plane part = *whole;
  double y[CPU_EXACT_COLUMNS];
  for (int k = 0; k < CPU_EXACT_OPERANDS; ++k)
    if (part.data[k]) part.data[k] += first * part.row_stride[k];
  task->plane = &part;
  task->n = whole->n * task->fold;
  task->y = NULL;
  for (int64_t f = 0; f < task->fold && task->fold > 1 && part.data[CPU_EXACT_Y]; ++f) {
    task->maker->load_y(part.n, (char *)(y + f * part.n), sizeof *y, part.data[CPU_EXACT_Y], part.stride[CPU_EXACT_Y]);
    task->y = (const char *)y;
  }
  const int64_t count = rows / task->fold;
  for (int64_t i = 0; i < count; i += CPU_EXACT_BLOCK) add_rows(task, i, count - i < CPU_EXACT_BLOCK ? count - i : CPU_EXACT_BLOCK);
  task->plane = whole;
}

static void add_tile(tile_task *task) {
  /* Where the sums are another's in each row, each row is a block of its own. */
  const int64_t rows = task->plane->rows, block = task->plane->row_stride[CPU_EXACT_SUMS] == 0 ? CPU_EXACT_BLOCK : 1;
  for (int64_t i = 0; i < rows; i += block) add_rows(task, i, rows - i < block ? rows - i : block);
}

void cpu_exact_plane_across(const cpu_exact_maker *maker, const hearth_plane *plane) {
  cpu_exact_columns tile;
  cpu_exact_buffers buffers;
  tile_task task = {.maker = maker, .plane = plane, .fold = fold_of(maker, plane), .tile = &tile, .buffers = &buffers};
  memset(&tile, 0, sizeof tile);
  if (task.fold > 1) {
    const int64_t whole = plane->rows - plane->rows % task.fold;
    add_folded(&task, 0, whole);
    task.fold = 1;
    add_folded(&task, whole, plane->rows - whole);
    return;
  }
  for (task.first = 0; task.first < plane->n; task.first += CPU_EXACT_COLUMNS) {
    task.n = plane->n - task.first < CPU_EXACT_COLUMNS ? plane->n - task.first : CPU_EXACT_COLUMNS;
    memset(&tile, 0, sizeof tile);
    add_tile(&task);
  }
}
