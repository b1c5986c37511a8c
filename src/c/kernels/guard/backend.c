/* A make-believe device: the reference kernels on memory that is closed outside them. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/exact.h"
#include "kernels/generate.h"
#include "kernels/guard/pages.h"
#include "kernels/index.h"
#include "kernels/map.h"
#include "kernels/order.h"
#include "kernels/reduce.h"
#include "kernels/tall.h"

static const hearth_backend_table *const host = &hearth_backend_reference;

static void queue_destroy(hearth_queue *queue) {
  if (!queue) return;
  while (queue->count > 0) guard_release(queue, queue->blocks[0].start);
  host->queue_destroy(queue->host);
  hearth_deallocate(queue->ctx, queue->blocks);
  hearth_deallocate(queue->ctx, queue);
}

static hearth_status queue_create(const hearth_context *ctx, hearth_queue **queue) {
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof **queue, queue));
  (*queue)->ctx = ctx;
  const hearth_status status = host->queue_create(ctx, &(*queue)->host);
  if (status == HEARTH_OK) return HEARTH_OK;
  hearth_deallocate(ctx, *queue);
  *queue = NULL;
  return status;
}

static hearth_status wait(hearth_queue *queue) {
  return host->wait(queue->host);
}

static hearth_status fill(hearth_queue *queue, const hearth_view *dst, double value) {
  OPENED("fill", 0, host->fill(queue->host, v[0], value), dst);
}

static hearth_status copy(hearth_queue *queue, const hearth_view *dst, const hearth_view *src) {
  OPENED("copy", 3, host->copy(queue->host, v[0], v[1]), dst, src);
}

/* Places reach beyond what extents and strides tell; they stay in the allocation in which the view begins. */
static hearth_status copy_places(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                                 const int64_t *const *src_place) {
  hearth_view first_dst = *dst, first_src = *src;
  guard_operands operands;
  for (int d = 0; d < dst->ndim; ++d) {
    if (dst->extent[d] == 0) return HEARTH_OK;
    first_dst.extent[d] = first_src.extent[d] = 1;
    if (dst_place[d]) first_dst.data = (char *)first_dst.data + dst_place[d][0];
    if (src_place[d]) first_src.data = (char *)first_src.data + src_place[d][0];
  }
  HEARTH_TRY(guard_open(queue, "copy_places", 2, OPERANDS(&first_dst, &first_src), 3, &operands));
  hearth_view to = *dst, from = *src;
  to.space = operands.at[0]->space;
  from.space = operands.at[1]->space;
  return guard_close(queue, &operands, host->copy_places(queue->host, &to, &from, dst_place, src_place));
}

static hearth_status multiply(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b) {
  OPENED("multiply", 0, host->multiply(queue->host, v[0], v[1], v[2]), dst, a, b);
}

static hearth_status pack(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                          const hearth_view *missing, int64_t *infinite) {
  OPENED("pack", 2, host->pack(queue->host, v[0], v[1], v[2], v[3], v[4], infinite), dst, src, shift, scale, missing);
}

static hearth_status group_sums(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels) {
  OPENED("group_sums", 0, host->group_sums(queue->host, v[0], v[1], labels), sums, a);
}

static hearth_status group_center(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale) {
  OPENED("group_center", 0, host->group_center(queue->host, v[0], v[1], labels, v[2]), a, means, scale);
}

static hearth_status column_squares(hearth_queue *queue, const hearth_view *sums, const hearth_view *a) {
  OPENED("column_squares", 0, host->column_squares(queue->host, v[0], v[1]), sums, a);
}

static hearth_status gemm(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  OPENED("gemm", 0, host->gemm(queue->host, conjugate, alpha, v[0], v[1], beta, v[2]), a, b, c);
}

static hearth_status syrk(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c) {
  OPENED("syrk", 0, host->syrk(queue->host, alpha, v[0], beta, v[1]), a, c);
}

static hearth_status row_absmax(hearth_queue *queue, const hearth_view *a, double *largest) {
  OPENED("row_absmax", 0, host->row_absmax(queue->host, v[0], largest), a);
}

static hearth_status row_first(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value) {
  OPENED("row_first", 0, host->row_first(queue->host, v[0], threshold, index, value), a);
}

static hearth_status residual_gram(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram) {
  OPENED("residual_gram", 0, host->residual_gram(queue->host, v[0], v[1], v[2], v[3]), u, b, c, gram);
}

static hearth_status rotate(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z) {
  OPENED("rotate", 0, host->rotate(queue->host, v[0], v[1], v[2]), u, b, z);
}

const hearth_backend_table hearth_backend_guard = {
    .version = HEARTH_BACKEND_VERSION,
    .space = HEARTH_SPACE_GUARD,
    .name = "guard",
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .wait = wait,
    .allocate = guard_allocate,
    .release = guard_release,
    .fill = fill,
    .copy = copy,
    .copy_places = copy_places,
    .multiply = multiply,
    .pack = pack,
    .group_sums = group_sums,
    .group_center = group_center,
    .column_squares = column_squares,
    .gemm = gemm,
    .syrk = syrk,
    .row_absmax = row_absmax,
    .row_first = row_first,
    .residual_gram = residual_gram,
    .rotate = rotate,
    .map = &guard_map_kernels,
    .reduce = &guard_reduce_kernels,
    .exact = &guard_exact_kernels,
    .order = &guard_order_kernels,
    .index = &guard_index_kernels,
    .generate = &guard_generate_kernels,
    .tall = &guard_tall_kernels,
};
