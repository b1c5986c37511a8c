/* How one dimension of a piece lies in the whole array. */
#ifndef HEARTH_KERNELS_RUNS_H
#define HEARTH_KERNELS_RUNS_H
#include <stdint.h>

/* Indices global .. global + count - 1 are local indices local .. local + count - 1 of their owner. */
typedef struct hearth_run {
  int64_t global, local, count;
} hearth_run;

/* Which of `n` runs, ascending in `local`, holds local index `local`. */
static inline int64_t hearth_run_find(int64_t n, const hearth_run *run, int64_t local) {
  int64_t low = 0, high = n;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (run[middle].local <= local)
      low = middle;
    else
      high = middle;
  }
  return low;
}

static inline int64_t hearth_run_global(int64_t n, const hearth_run *run, int64_t local) {
  const hearth_run *holder = &run[hearth_run_find(n, run, local)];
  return holder->global + local - holder->local;
}

#endif
