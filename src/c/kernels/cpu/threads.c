#include "kernels/cpu/queue.h"
#if defined(_OPENMP)
#include <omp.h>
#endif

int cpu_threads_for(const hearth_queue *queue, int64_t bytes) {
#if defined(_OPENMP)
  return bytes < CPU_SERIAL_BYTES || omp_in_parallel() ? 1 : queue->threads;
#else
  (void)queue, (void)bytes;
  return 1;
#endif
}

void cpu_share(int64_t total, int64_t unit, int parts, int part, int64_t *first, int64_t *count) {
  const int64_t units = (total + unit - 1) / unit;
  const int64_t begin = units * part / parts * unit, end = units * (part + 1) / parts * unit;
  *first = begin < total ? begin : total;
  *count = (end < total ? end : total) - *first;
}

void cpu_parallel(const hearth_queue *queue, int parts, void (*function)(void *task, int part), void *task) {
  if (parts <= 1) {
    function(task, 0);
    return;
  }
  (void)queue;
  /* The runtime may give fewer threads than asked for: parts are dealt out, not taken for thread numbers. */
#if defined(_OPENMP)
#pragma omp parallel for num_threads(queue->threads) schedule(static, 1)
#endif
  for (int part = 0; part < parts; ++part) function(task, part);
}

typedef struct loops_task {
  const hearth_loops *loops;
  int dim, parts;
  hearth_plane_function function;
  void *task;
} loops_task;

static void run_part(void *task, int part) {
  const loops_task *run = task;
  int64_t first, count;
  hearth_loops loops;
  cpu_share(run->loops->extent[run->dim], 1, run->parts, part, &first, &count);
  hearth_loops_cut(run->loops, run->dim, first, count, &loops);
  loops.part = part;
  hearth_loops_run(&loops, run->function, run->task);
}

static int choose_dim(const hearth_loops *loops, int parts) {
  int longest = 0;
  for (int d = 0; d < loops->ndim; ++d) {
    if (loops->extent[d] >= 4 * parts) return d;
    if (loops->extent[d] > loops->extent[longest]) longest = d;
  }
  return longest;
}

void cpu_run_loops(const hearth_queue *queue, const hearth_loops *loops, int dim, int parts, hearth_plane_function function, void *task) {
  loops_task run = {loops, dim >= 0 ? dim : choose_dim(loops, parts), parts, function, task};
  cpu_parallel(queue, parts, run_part, &run);
}
