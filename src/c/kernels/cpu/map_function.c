/* A function of the caller on contiguous blocks. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/map_block.h"
#include "kernels/cpu/map_parts.h"
#include "kernels/cpu/queue.h"

/* Operands: the outputs, then the inputs. */
typedef struct function_task {
  hearth_block_function function;
  void *user;
  int32_t n_in, n_out;
  int32_t dtype[HEARTH_BLOCK_OPERANDS];
  int64_t most; /* elements of a block */
} function_task;

enum { BUFFER_BYTES = 16 << 10 };

typedef struct function_work {
  const function_task *task;
  cpu_block_operand operand[HEARTH_BLOCK_OPERANDS];
  _Alignas(64) char buffer[HEARTH_BLOCK_OPERANDS][BUFFER_BYTES];
} function_work;

static void function_block(void *context, const hearth_plane *plane, const cpu_block *block) {
  function_work *work = context;
  const function_task *task = work->task;
  const void *in[HEARTH_BLOCK_OPERANDS];
  void *out[HEARTH_BLOCK_OPERANDS];
  for (int32_t k = 0; k < task->n_out; ++k) out[k] = cpu_block_target(plane, k, block, &work->operand[k]);
  for (int32_t k = 0; k < task->n_in; ++k) in[k] = cpu_block_read(plane, task->n_out + k, block, &work->operand[task->n_out + k]);
  task->function(task->user, block->rows * block->columns, in, out);
  for (int32_t k = 0; k < task->n_out; ++k)
    if (out[k] == work->buffer[k]) cpu_block_write(plane, k, block, &work->operand[k], out[k]);
}

static void function_plane(void *context, const hearth_plane *plane) {
  function_work work;
  work.task = context;
  const int32_t n = work.task->n_out + work.task->n_in;
  for (int32_t k = 0; k < n; ++k) work.operand[k] = (cpu_block_operand){work.task->dtype[k], work.task->dtype[k], work.buffer[k], false};
  cpu_blocks_run(plane, n, work.task->most, function_block, &work);
}

hearth_status cpu_blocks(hearth_queue *queue, hearth_block_function function, void *user, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                         const hearth_view *const *out) {
  HEARTH_TRY(hearth_check_blocks(queue->ctx, HEARTH_SPACE_HOST, n_in, in, n_out, out));
  const hearth_view *views[HEARTH_BLOCK_OPERANDS];
  const int64_t elements = hearth_view_elements(out[0]);
  function_task task = {.function = function, .user = user, .n_in = n_in, .n_out = n_out, .most = HEARTH_BLOCK_ELEMENTS};
  int64_t bytes = 0;
  if (elements == 0) return HEARTH_OK;
  for (int32_t k = 0; k < n_out + n_in; ++k) {
    views[k] = k < n_out ? out[k] : in[k - n_out];
    task.dtype[k] = views[k]->dtype;
    const int64_t size = hearth_dtype_size(task.dtype[k]);
    bytes += elements * size;
    if (BUFFER_BYTES / size < task.most) task.most = BUFFER_BYTES / size;
  }
  hearth_loops loops;
  hearth_loops_plan(&loops, n_out + n_in, views);
  cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, bytes), function_plane, &task);
  return HEARTH_OK;
}
