/* fill and copy: strided rows through the conversion table. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include <stdlib.h>

/* A transposition goes by tiles of so many elements of so many rows: the source lines of a tile stay in the first cache until they are used up. */
enum { TILE = 16, TILE_ROWS = 256 };

typedef struct copy_task {
  cpu_convert_function row;
} copy_task;

static int64_t at_most(int64_t n, int64_t most) {
  return n < most ? n : most;
}

static void copy_plane(void *task, const hearth_plane *plane) {
  const cpu_convert_function row = ((const copy_task *)task)->row;
  const int64_t dst_stride = plane->stride[0], src_stride = plane->stride[1];
  const int across = plane->rows > 1 && llabs(plane->row_stride[1]) < llabs(src_stride);
  const int64_t step = across ? TILE : plane->n, block = across ? TILE_ROWS : plane->rows;
  for (int64_t first = 0; first < plane->rows; first += block)
    for (int64_t j = 0; j < plane->n; j += step) {
      char *dst = plane->data[0] + j * dst_stride;
      const char *src = plane->data[1] + j * src_stride;
      for (int64_t i = first; i < first + at_most(plane->rows - first, block); ++i)
        row(at_most(plane->n - j, step), dst + i * plane->row_stride[0], dst_stride, src + i * plane->row_stride[1], src_stride);
    }
}

static void copy_elements(hearth_queue *queue, const hearth_view *dst, const hearth_view *src) {
  hearth_loops loops;
  copy_task task = {cpu_convert_row(dst->dtype, src->dtype)};
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){dst, src});
  const int64_t bytes = hearth_view_elements(dst) * (hearth_dtype_size(dst->dtype) + hearth_dtype_size(src->dtype));
  if (bytes > 0) cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, bytes), copy_plane, &task);
}

hearth_status cpu_copy(hearth_queue *queue, const hearth_view *dst, const hearth_view *src) {
  HEARTH_TRY(hearth_check_copy(queue->ctx, HEARTH_SPACE_HOST, dst, src));
  copy_elements(queue, dst, src);
  return HEARTH_OK;
}

hearth_status cpu_fill(hearth_queue *queue, const hearth_view *dst, double value) {
  HEARTH_TRY(hearth_check_fill(queue->ctx, HEARTH_SPACE_HOST, dst));
  double converted[2];
  cpu_convert_row(dst->dtype, HEARTH_FLOAT64)(1, (char *)converted, 0, (const char *)&value, 0);
  hearth_view everywhere = *dst;
  everywhere.data = converted;
  for (int d = 0; d < dst->ndim; ++d) everywhere.stride[d] = 0;
  copy_elements(queue, dst, &everywhere);
  return HEARTH_OK;
}
