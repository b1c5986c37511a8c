/* Elementwise operations: blocks that fit the first cache go through all steps before the next one is read. Results are written by plain stores: those that
 * pass by the caches were no faster, for results of any size. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/map_block.h"
#include "kernels/cpu/map_parts.h"
#include "kernels/cpu/map_rows.h"
#include "kernels/cpu/queue.h"

enum { BLOCK_BYTES = 4096, OPERANDS = HEARTH_MAP_SOURCES + 1, DST = 0 };

typedef struct map_task {
  int32_t nsteps, n, result;
  hearth_map_step step[HEARTH_MAP_STEPS];
  cpu_map_row row[HEARTH_MAP_STEPS];
  int32_t stored[OPERANDS], wanted[OPERANDS];
} map_task;

/* What one thread has; the value between steps is in `value`. */
typedef struct map_work {
  const map_task *task;
  cpu_block_operand operand[OPERANDS];
  _Alignas(64) char value[BLOCK_BYTES];
  _Alignas(64) char buffer[OPERANDS][BLOCK_BYTES];
} map_work;

static void run_steps(const map_work *work, int64_t n, const void *const *source, void *value, void *to) {
  const map_task *task = work->task;
  const void *from[3] = {source[0], NULL, NULL};
  for (int32_t s = 0; s < task->nsteps; ++s) {
    for (int32_t k = 0; k + 1 < hearth_map_operands(task->step[s].op); ++k) from[k + 1] = source[task->step[s].operand[k]];
    void *into = s + 1 < task->nsteps ? value : to;
    task->row[s](n, into, from);
    from[0] = into;
  }
}

static void map_block(void *context, const hearth_plane *plane, const cpu_block *block) {
  map_work *work = context;
  const map_task *task = work->task;
  const void *source[HEARTH_MAP_SOURCES];
  const int64_t n = block->rows * block->columns;
  for (int32_t k = 0; k < task->n; ++k) source[k] = cpu_block_read(plane, k + 1, block, &work->operand[k + 1]);
  void *to = cpu_block_target(plane, DST, block, &work->operand[DST]);
  run_steps(work, n, source, work->value, to);
  if (to == work->operand[DST].buffer) cpu_block_write(plane, DST, block, &work->operand[DST], to);
}

static void map_plane(void *context, const hearth_plane *plane) {
  const map_task *task = context;
  map_work work;
  int64_t widest = hearth_dtype_size(task->result);
  work.task = task;
  for (int32_t k = 0; k <= task->n; ++k) {
    work.operand[k] = (cpu_block_operand){task->wanted[k], task->stored[k], work.buffer[k], false};
    if (hearth_dtype_size(task->wanted[k]) > widest) widest = hearth_dtype_size(task->wanted[k]);
  }
  cpu_blocks_run(plane, task->n + 1, BLOCK_BYTES / widest, map_block, &work);
}

/* Work that takes as long as reading so many times the bytes. */
static int64_t weight_of(int32_t op) {
  const bool heavy = op == HEARTH_OP_EXP || op == HEARTH_OP_LOG || op == HEARTH_OP_POWER || op == HEARTH_OP_RPOWER;
  return heavy ? 16 : 1;
}

/* A product and a sum in one loop give the same bits in one pass less over the block. */
static bool joins(const hearth_map_step *last, const hearth_map_step *next) {
  return last->op == HEARTH_OP_MULTIPLY && next->op == HEARTH_OP_ADD;
}

static int64_t add_steps(map_task *task, int32_t compute, int32_t nsteps, const hearth_map_step *steps) {
  int64_t weight = 1;
  for (int32_t s = 0; s < nsteps; ++s) {
    hearth_map_step *last = task->nsteps > 0 ? &task->step[task->nsteps - 1] : NULL;
    if (last && joins(last, &steps[s]))
      *last = (hearth_map_step){HEARTH_OP_MULTIPLY_ADD, {last->operand[0], steps[s].operand[0]}};
    else
      task->step[task->nsteps++] = steps[s];
    weight += weight_of(steps[s].op) - 1;
  }
  for (int32_t s = 0; s < task->nsteps; ++s) task->row[s] = cpu_map_row_of(task->step[s].op, compute);
  return weight;
}

static hearth_status cpu_map(hearth_queue *queue, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst, int32_t n,
                             const hearth_view *const *src) {
  HEARTH_TRY(hearth_check_map(queue->ctx, HEARTH_SPACE_HOST, compute, nsteps, steps, dst, n, src));
  const hearth_view *views[OPERANDS] = {dst};
  const int64_t elements = hearth_view_elements(dst);
  map_task task = {.n = n, .result = hearth_map_result(steps[nsteps - 1].op, compute)};
  int64_t bytes = elements * hearth_dtype_size(dst->dtype);
  if (elements == 0) return HEARTH_OK;
  const int64_t weight = add_steps(&task, compute, nsteps, steps);
  task.stored[DST] = dst->dtype;
  task.wanted[DST] = task.result;
  for (int32_t k = 0; k < n; ++k) {
    views[k + 1] = src[k];
    task.stored[k + 1] = src[k]->dtype;
    task.wanted[k + 1] = hearth_map_source(steps[0].op, compute, k);
    bytes += elements * hearth_dtype_size(src[k]->dtype);
  }
  hearth_loops loops;
  hearth_loops_plan(&loops, n + 1, views);
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, bytes * weight), map_plane, &task);
  return HEARTH_OK;
}

const hearth_map_kernels cpu_map_kernels = {.map = cpu_map, .count_far = cpu_count_far, .blocks = cpu_blocks};
