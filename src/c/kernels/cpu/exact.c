/* Exact sums: how a loop nest is dealt out to planes and threads. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/exact.h"

typedef struct sum_task {
  const cpu_exact_maker *maker;
  const hearth_loops *loops;
  int dim, parts;
  int64_t part_bytes; /* between the sums of neighbouring parts; 0: all have the same */
} sum_task;

static void sum_plane(void *context, const hearth_plane *plane) {
  const cpu_exact_maker *maker = context;
  if (plane->stride[CPU_EXACT_SUMS] == 0)
    cpu_exact_plane_along(maker, plane);
  else
    cpu_exact_plane_across(maker, plane);
}

static void sum_part(void *context, int part) {
  const sum_task *task = context;
  cpu_exact_maker maker = *task->maker;
  int64_t first, count;
  hearth_loops loops;
  cpu_share(task->loops->extent[task->dim], 1, task->parts, part, &first, &count);
  hearth_loops_cut(task->loops, task->dim, first, count, &loops);
  loops.data[CPU_EXACT_SUMS] += part * task->part_bytes;
  hearth_loops_run(&loops, sum_plane, &maker);
}

static void swap_dims(hearth_loops *loops, int d, int e) {
  const hearth_loops before = *loops;
  loops->extent[d] = before.extent[e];
  loops->extent[e] = before.extent[d];
  for (int k = 0; k < CPU_EXACT_OPERANDS; ++k) {
    loops->stride[d][k] = before.stride[e][k];
    loops->stride[e][k] = before.stride[d][k];
  }
}

/* Where the innermost dimension is kept, the rows of a plane are to run over one that is summed. */
static void choose_rows(hearth_loops *loops) {
  const int inner = loops->ndim - 1;
  int best = -1;
  if (loops->stride[inner][CPU_EXACT_SUMS] == 0) return;
  for (int d = 0; d < inner; ++d)
    if (loops->stride[d][CPU_EXACT_SUMS] == 0 && loops->extent[d] > 1 && (best < 0 || loops->extent[d] > loops->extent[best])) best = d;
  if (best >= 0 && best != inner - 1) swap_dims(loops, best, inner - 1);
}

/* The longest dimension that is kept, or any if `kept` is 0; -1 if there is none. */
static int longest(const hearth_loops *loops, int kept) {
  int best = -1;
  for (int d = 0; d < loops->ndim; ++d)
    if ((!kept || loops->stride[d][CPU_EXACT_SUMS] != 0) && (best < 0 || loops->extent[d] > loops->extent[best])) best = d;
  return best;
}

/* Dense sums of one part; returns their number. */
static int64_t dense_sums(const hearth_view *sums, hearth_view *dense) {
  int64_t count = 1;
  *dense = *sums;
  for (int d = sums->ndim - 1; d >= 0; --d) {
    dense->stride[d] = sums->stride[d] == 0 || sums->extent[d] == 1 ? 0 : count * (int64_t)sizeof(hearth_exact);
    if (dense->stride[d] != 0) count *= sums->extent[d];
  }
  return count;
}

typedef struct merge_task {
  int64_t part_bytes;
  int parts;
} merge_task;

static void merge_plane(void *context, const hearth_plane *plane) {
  const merge_task *task = context;
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; ++j)
      for (int part = 0; part < task->parts; ++part)
        hearth_exact_merge((hearth_exact *)(plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0]),
                           (const hearth_exact *)(plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1] + part * task->part_bytes));
}

static void merge_parts(const hearth_view *sums, const hearth_view *dense, const merge_task *task) {
  hearth_view target = *sums, parts = *dense;
  hearth_loops loops;
  for (int d = 0; d < parts.ndim; ++d)
    if (parts.stride[d] == 0) parts.extent[d] = target.extent[d] = 1;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){&target, &parts});
  hearth_loops_run(&loops, merge_plane, (void *)(uintptr_t)task);
}

/* The terms are dealt out, and each part has sums of its own: for sums that are few beside the terms. */
static hearth_status sum_private(hearth_queue *queue, const cpu_exact_maker *maker, const hearth_exact_terms *terms, const hearth_view *sums, int parts) {
  hearth_view dense;
  hearth_loops loops;
  const int64_t bytes = dense_sums(sums, &dense) * (int64_t)sizeof(hearth_exact);
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, parts * bytes, &dense.data));
  hearth_loops_plan(&loops, CPU_EXACT_OPERANDS, (const hearth_view *[]){terms->x, &dense, terms->y});
  choose_rows(&loops);
  sum_task task = {maker, &loops, longest(&loops, 0), parts, bytes};
  cpu_parallel(queue, parts, sum_part, &task);
  merge_parts(sums, &dense, &(merge_task){bytes, parts});
  hearth_deallocate(queue->ctx, dense.data);
  return HEARTH_OK;
}

static hearth_status sum(hearth_queue *queue, const hearth_exact_terms *terms, const hearth_view *sums) {
  HEARTH_TRY(hearth_check_exact_sum(queue->ctx, HEARTH_SPACE_HOST, terms, sums));
  const int64_t elements = hearth_view_elements(terms->x);
  if (elements == 0) return HEARTH_OK;
  const cpu_exact_maker maker = cpu_exact_maker_of(terms);
  hearth_loops loops;
  hearth_view dense;
  int parts = cpu_threads_for(queue, elements * maker.x_size);
  hearth_loops_plan(&loops, CPU_EXACT_OPERANDS, (const hearth_view *[]){terms->x, sums, terms->y});
  choose_rows(&loops);
  const int dim = longest(&loops, 1);
  if (parts > 1 && dense_sums(sums, &dense) * CPU_EXACT_BLOCK <= elements) return sum_private(queue, &maker, terms, sums, parts);
  if (dim < 0 || loops.extent[dim] < 4 * parts) parts = 1;
  sum_task task = {&maker, &loops, parts > 1 ? dim : 0, parts, 0};
  cpu_parallel(queue, parts, sum_part, &task);
  return HEARTH_OK;
}

const hearth_exact_kernels cpu_exact_kernels = {.sum = sum, .gram_range = cpu_exact_gram_range, .gram = cpu_exact_gram, .product = cpu_exact_product};
