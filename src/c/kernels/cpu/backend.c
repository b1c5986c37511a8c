/* The host's processors: OpenMP, vectorised loops, BLAS. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tiles.h"
#include "kernels/exact.h"
#include "kernels/generate.h"
#include "kernels/index.h"
#include "kernels/map.h"
#include "kernels/order.h"
#include "kernels/reduce.h"
#include "kernels/tall.h"

static hearth_status queue_create(const hearth_context *ctx, hearth_queue **queue) {
  HEARTH_TRY(hearth_allocate(ctx, sizeof **queue, queue));
  **queue = (hearth_queue){.ctx = ctx, .threads = ctx->threads > 1 ? ctx->threads : 1, .tiles = cpu_tiles_choose()};
  return HEARTH_OK;
}

static void queue_destroy(hearth_queue *queue) {
  if (queue) hearth_deallocate(queue->ctx, queue);
}

static hearth_status wait(hearth_queue *queue) {
  (void)queue;
  return HEARTH_OK;
}

static hearth_status allocate(hearth_queue *queue, int64_t bytes, void **data) {
  return hearth_allocate(queue->ctx, bytes, data);
}

static void release(hearth_queue *queue, void *data) {
  hearth_deallocate(queue->ctx, data);
}

const hearth_backend_table hearth_backend_cpu = {
    .version = HEARTH_BACKEND_VERSION,
    .space = HEARTH_SPACE_HOST,
    .name = "cpu",
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .wait = wait,
    .allocate = allocate,
    .release = release,
    .fill = cpu_fill,
    .copy = cpu_copy,
    .copy_places = cpu_copy_places,
    .multiply = cpu_multiply,
    .pack = cpu_pack,
    .group_sums = cpu_group_sums,
    .group_center = cpu_group_center,
    .column_squares = cpu_column_squares,
    .gemm = cpu_gemm,
    .syrk = cpu_syrk,
    .row_absmax = cpu_row_absmax,
    .row_first = cpu_row_first,
    .residual_gram = cpu_residual_gram,
    .rotate = cpu_rotate,
    .map = &cpu_map_kernels,
    .reduce = &cpu_reduce_kernels,
    .exact = &cpu_exact_kernels,
    .order = &cpu_order_kernels,
    .index = &cpu_index_kernels,
    .generate = &cpu_generate_kernels,
    .tall = &cpu_tall_kernels,
};
