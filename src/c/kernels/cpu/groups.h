/* The typed loops behind group_sums, group_center and column_squares. */
#ifndef HEARTH_KERNELS_CPU_GROUPS_H
#define HEARTH_KERNELS_CPU_GROUPS_H
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"

typedef struct cpu_group_loops {
  void (*row)(int64_t n, double *sums, const void *row);
  double (*column)(int64_t n, const void *column);
  void (*scatter)(int64_t n, const void *column, const int32_t *labels, char *sums, int64_t stride);
} cpu_group_loops;

typedef struct cpu_center_loops {
  void (*row)(int64_t n, void *row, const double *means, const double *scale);
  void (*column)(int64_t n, void *column, double mean, double scale);
  void (*gather)(int64_t n, void *column, const int32_t *labels, const char *means, int64_t stride, double scale);
} cpu_center_loops;

const cpu_group_loops *cpu_sum_loops(int32_t dtype);
const cpu_group_loops *cpu_square_loops(int32_t dtype);
const cpu_center_loops *cpu_center_loops_of(int32_t dtype);

/* Columns that are worked on together: the sums of one group stay in the first cache. Fewer would be slower: rows are fetched ahead by their length. */
enum { CPU_GROUP_CHUNK = 1024 };

/* Whether to go down the columns instead of along the rows. */
static inline int cpu_columns_contiguous(const hearth_view *a) {
  const int64_t size = hearth_dtype_size(a->dtype);
  return a->extent[0] > 1 && a->stride[0] == size && (a->extent[1] == 1 || a->stride[1] != size);
}

/* `n` elements of a row as a contiguous one: in place, or in `buffer`. */
static inline void *cpu_contiguous(int64_t n, char *row, int64_t stride, int32_t dtype, void *buffer) {
  const int64_t size = hearth_dtype_size(dtype);
  if (stride == size || n <= 1) return row;
  cpu_convert_row(dtype, dtype)(n, buffer, size, row, stride);
  return buffer;
}

#endif
