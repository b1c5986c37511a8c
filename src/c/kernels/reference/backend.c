/* Plain loops over elements: slow, short, and what the other backends are compared with. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "kernels/generate.h"
#include "kernels/index.h"
#include "kernels/map.h"
#include "kernels/order.h"
#include "kernels/reduce.h"
#include "kernels/reference/element.h"
#include "kernels/tall.h"

static hearth_status queue_create(const hearth_context *ctx, hearth_queue **queue) {
  HEARTH_TRY(hearth_allocate(ctx, sizeof **queue, queue));
  (*queue)->ctx = ctx;
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

const hearth_backend_table hearth_backend_reference = {
    .version = HEARTH_BACKEND_VERSION,
    .space = HEARTH_SPACE_HOST,
    .name = "reference",
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .wait = wait,
    .allocate = allocate,
    .release = release,
    .fill = reference_fill,
    .copy = reference_copy,
    .copy_places = reference_copy_places,
    .multiply = reference_multiply,
    .pack = reference_pack,
    .group_sums = reference_group_sums,
    .group_center = reference_group_center,
    .column_squares = reference_column_squares,
    .gemm = reference_gemm,
    .syrk = reference_syrk,
    .row_absmax = reference_row_absmax,
    .row_first = reference_row_first,
    .residual_gram = reference_residual_gram,
    .rotate = reference_rotate,
    .map = &reference_map_kernels,
    .reduce = &reference_reduce_kernels,
    .exact = &reference_exact_kernels,
    .order = &reference_order_kernels,
    .index = &reference_index_kernels,
    .generate = &reference_generate_kernels,
    .tall = &reference_tall_kernels,
};
