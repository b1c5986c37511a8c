/* The typed loops behind the reductions: rows of n columns join n accumulators, which live in a state that stays in the first cache. */
#ifndef HEARTH_KERNELS_CPU_REDUCE_H
#define HEARTH_KERNELS_CPU_REDUCE_H
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include "kernels/reduce.h"

/* Columns that are worked on together, and rows between two flushes: sums of that many terms are plain, beyond they are compensated. */
enum { CPU_REDUCE_COLUMNS = 512, CPU_REDUCE_ROWS = 256 };

typedef struct cpu_reduce_state {
  double now[2 * CPU_REDUCE_COLUMNS]; /* of the rows since the last flush: sums, products, extremes (int64 and complex128 too); moments: sums of x - shift */
  double square[CPU_REDUCE_COLUMNS];  /* moments: sums of (x - shift)^2 */
  double count[CPU_REDUCE_COLUMNS];   /* moments: number of terms of `now` */
  double shift[CPU_REDUCE_COLUMNS];   /* moments */
  /* Up to the last flush. Sums: high + low. Moments: total of them, mean = pivot + high, deviations' squares = low. */
  double high[CPU_REDUCE_COLUMNS], low[CPU_REDUCE_COLUMNS], total[CPU_REDUCE_COLUMNS], pivot[CPU_REDUCE_COLUMNS];
} cpu_reduce_state;

/* `rows` rows of `n` contiguous columns, `ld` elements apart. */
typedef void (*cpu_reduce_columns)(int64_t rows, int64_t n, const void *x, int64_t ld, cpu_reduce_state *state);

typedef struct cpu_reducer {
  hearth_reduce_rule rule;
  int32_t taken; /* the dtype that `columns` takes */
  cpu_reduce_columns columns;
  cpu_reduce_columns first; /* moments: plain sums, from which shifts come */
} cpu_reducer;

void cpu_reduce_choose(const hearth_reduce_rule *rule, int32_t src, bool weighed, cpu_reducer *reducer);
void cpu_reduce_begin(const cpu_reducer *reducer, int64_t n, cpu_reduce_state *state);
/* At most CPU_REDUCE_ROWS rows. */
void cpu_reduce_rows(const cpu_reducer *reducer, int64_t rows, int64_t n, const void *x, int64_t ld, cpu_reduce_state *state);
/* The accumulators of the n columns, dense. */
void cpu_reduce_take(const cpu_reducer *reducer, int64_t n, const cpu_reduce_state *state, double *out);
/* The accumulators of all columns join acc[0 .. columns - 1], `stride` bytes apart: column j of the n joins j % columns; n / columns is a power of two or n. */
void cpu_reduce_finish(const cpu_reducer *reducer, int64_t n, int64_t columns, cpu_reduce_state *state, char *acc, int64_t stride);

hearth_status cpu_accumulate(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src, const hearth_view *weights);
hearth_status cpu_arg(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number, const hearth_view *src,
                      const hearth_index_numbers *numbers);
hearth_status cpu_cumulate(hearth_queue *queue, int32_t dim, const hearth_view *dst, const hearth_view *src, const hearth_view *start);

#endif
