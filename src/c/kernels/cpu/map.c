/* Elementwise operations: blocks that fit the first cache go through all steps before the next one is read. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/map_block.h"
#include "kernels/cpu/map_parts.h"
#include "kernels/cpu/map_rows.h"
#include "kernels/cpu/queue.h"
#include "kernels/cpu/stream.h"

enum { BLOCK_BYTES = 4096, OPERANDS = HEARTH_MAP_SOURCES + 1, DST = 0 };

typedef struct map_task {
  int32_t nsteps, n, result;
  const hearth_map_step *steps;
  cpu_map_row row[HEARTH_MAP_STEPS];
  int32_t stored[OPERANDS], wanted[OPERANDS];
  bool streams; /* the result passes by the caches */
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
    for (int32_t k = 0; k + 1 < hearth_map_operands(task->steps[s].op); ++k) from[k + 1] = source[task->steps[s].operand[k]];
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
  void *place = cpu_block_target(plane, DST, block, &work->operand[DST]), *buffer = work->operand[DST].buffer;
  void *to = task->streams ? buffer : place;
  run_steps(work, n, source, work->value, to);
  if (place == buffer)
    cpu_block_write(plane, DST, block, &work->operand[DST], buffer);
  else if (to == buffer)
    cpu_stream(place, buffer, n * hearth_dtype_size(task->result));
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
  if (task->streams) cpu_stream_end();
}

/* Work that takes as long as reading so many times the bytes. */
static int64_t weight_of(int32_t op) {
  const bool heavy = op == HEARTH_OP_EXP || op == HEARTH_OP_LOG || op == HEARTH_OP_POWER || op == HEARTH_OP_RPOWER;
  return heavy ? 16 : 1;
}

static hearth_status cpu_map(hearth_queue *queue, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst, int32_t n,
                             const hearth_view *const *src) {
  HEARTH_TRY(hearth_check_map(queue->ctx, HEARTH_SPACE_HOST, compute, nsteps, steps, dst, n, src));
  const hearth_view *views[OPERANDS] = {dst};
  const int64_t elements = hearth_view_elements(dst), written = elements * hearth_dtype_size(dst->dtype);
  map_task task = {.nsteps = nsteps, .n = n, .steps = steps, .result = hearth_map_result(steps[nsteps - 1].op, compute)};
  int64_t bytes = written, weight = 1;
  if (elements == 0) return HEARTH_OK;
  for (int32_t s = 0; s < nsteps; ++s) {
    task.row[s] = cpu_map_row_of(steps[s].op, compute);
    weight += weight_of(steps[s].op) - 1;
  }
  task.stored[DST] = dst->dtype;
  task.wanted[DST] = task.result;
  task.streams = written >= CPU_STREAM_BYTES;
  for (int32_t k = 0; k < n; ++k) {
    views[k + 1] = src[k];
    task.stored[k + 1] = src[k]->dtype;
    task.wanted[k + 1] = hearth_map_source(steps[0].op, compute, k);
    task.streams &= src[k]->data != dst->data; /* in place: the lines are in the cache already */
    bytes += elements * hearth_dtype_size(src[k]->dtype);
  }
  hearth_loops loops;
  hearth_loops_plan(&loops, n + 1, views);
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, bytes * weight), map_plane, &task);
  return HEARTH_OK;
}

const hearth_map_kernels cpu_map_kernels = {.map = cpu_map, .count_far = cpu_count_far, .blocks = cpu_blocks};
