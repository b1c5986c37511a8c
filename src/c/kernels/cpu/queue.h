/* The CPU backend's queue and how its kernels use threads. Every team has exactly queue->threads members or one: the floating-point guard of the calling
 * function holds a team of that size. */
#ifndef HEARTH_KERNELS_CPU_QUEUE_H
#define HEARTH_KERNELS_CPU_QUEUE_H
#include "kernels/backend.h"
#include "kernels/loops.h"

struct hearth_queue {
  const hearth_context *ctx;
  int threads;
  const struct cpu_tiles *tiles; /* cpu/tiles.h: what this processor can do */
};

/* Work of fewer bytes than this is done by one thread. */
#define CPU_SERIAL_BYTES ((int64_t)1 << 20)

/* Hot loops are compiled for several instruction sets and chosen at load time, where the toolchain can. They must not contain OpenMP regions. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CPU_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CPU_CLONES
#endif

/* How many threads are worth it. */
int cpu_threads_for(const hearth_queue *queue, int64_t bytes);
/* The part [first, first + count) of `total` that thread `part` of `parts` does; bounds are multiples of `unit` where possible. */
void cpu_share(int64_t total, int64_t unit, int parts, int part, int64_t *first, int64_t *count);
/* Calls function(task, part) for part = 0 .. parts - 1, at the same time if parts = queue->threads. */
void cpu_parallel(const hearth_queue *queue, int parts, void (*function)(void *task, int part), void *task);
/* Runs a loop nest in `parts` parts that are cut along dimension `dim` (-1: the outermost that is long enough). */
void cpu_run_loops(const hearth_queue *queue, const hearth_loops *loops, int dim, int parts, hearth_plane_function function, void *task);

hearth_status cpu_fill(hearth_queue *queue, const hearth_view *dst, double value);
hearth_status cpu_copy(hearth_queue *queue, const hearth_view *dst, const hearth_view *src);
hearth_status cpu_copy_places(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                              const int64_t *const *src_place);
hearth_status cpu_multiply(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b);
hearth_status cpu_pack(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                       const hearth_view *missing, int64_t *infinite);
hearth_status cpu_group_sums(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels);
hearth_status cpu_group_center(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale);
hearth_status cpu_column_squares(hearth_queue *queue, const hearth_view *sums, const hearth_view *a);
hearth_status cpu_gemm(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c);
hearth_status cpu_syrk(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c);
hearth_status cpu_row_absmax(hearth_queue *queue, const hearth_view *a, double *largest);
hearth_status cpu_row_first(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value);
hearth_status cpu_residual_gram(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram);
hearth_status cpu_rotate(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z);

#endif
