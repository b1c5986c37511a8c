/* Elements of two arrays that are not close to each other. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/map_block.h"
#include "kernels/cpu/map_parts.h"
#include "kernels/cpu/queue.h"
#include <float.h>
#include <math.h>

enum { BLOCK_ELEMENTS = 512, PARTS_MAX = 256 };

typedef int64_t (*far_row)(int64_t n, const void *a, const void *b, const hearth_closeness *close);

/* |b| in float64: exact where it matters, for tolerances are float64. Equal numbers need none. */
CPU_CLONES static int64_t far_int64(int64_t n, const void *first, const void *second, const hearth_closeness *close) {
  const int64_t *a = first, *b = second;
  const double atol = close->atol, rtol = close->rtol;
  int64_t far = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double distance = a[i] > b[i] ? (double)((uint64_t)a[i] - (uint64_t)b[i]) : (double)((uint64_t)b[i] - (uint64_t)a[i]);
    far += (a[i] != b[i]) & !(distance <= atol + rtol * fabs((double)b[i]));
  }
  return far;
}

CPU_CLONES static int64_t far_float64(int64_t n, const void *first, const void *second, const hearth_closeness *close) {
  const double *a = first, *b = second, atol = close->atol, rtol = close->rtol;
  const int64_t nan_equal = close->nan_equal;
  int64_t far = 0;
#pragma omp simd reduction(+ : far)
  for (int64_t i = 0; i < n; ++i) {
    const int64_t near = (int64_t)(fabs(a[i] - b[i]) <= atol + rtol * fabs(b[i])) & (int64_t)(fabs(b[i]) <= DBL_MAX);
    const int64_t nans = (int64_t)(a[i] != a[i]) & (int64_t)(b[i] != b[i]) & nan_equal;
    far += 1 - (near | (int64_t)(a[i] == b[i]) | nans);
  }
  return far;
}

static int64_t far_complex128(int64_t n, const void *first, const void *second, const hearth_closeness *close) {
  const double *a = first, *b = second;
  int64_t far = 0;
  for (int64_t i = 0; i < 2 * n; i += 2) {
    const int a_nan = isnan(a[i]) || isnan(a[i + 1]), b_nan = isnan(b[i]) || isnan(b[i + 1]), finite = isfinite(b[i]) && isfinite(b[i + 1]);
    const int equal = a[i] == b[i] && a[i + 1] == b[i + 1];
    const int near = finite && hypot(a[i] - b[i], a[i + 1] - b[i + 1]) <= close->atol + close->rtol * hypot(b[i], b[i + 1]);
    far += !(near || equal || (a_nan && b_nan && close->nan_equal));
  }
  return far;
}

typedef struct far_task {
  far_row row;
  const hearth_closeness *close;
  int32_t compute, stored[2];
  int64_t far[PARTS_MAX];
} far_task;

typedef struct far_work {
  far_task *task;
  cpu_block_operand operand[2];
  _Alignas(64) char buffer[2][16 * BLOCK_ELEMENTS];
} far_work;

static void far_block(void *context, const hearth_plane *plane, const cpu_block *block) {
  far_work *work = context;
  const void *a = cpu_block_read(plane, 0, block, &work->operand[0]), *b = cpu_block_read(plane, 1, block, &work->operand[1]);
  work->task->far[plane->part] += work->task->row(block->rows * block->columns, a, b, work->task->close);
}

static void far_plane(void *context, const hearth_plane *plane) {
  far_work work;
  work.task = context;
  for (int k = 0; k < 2; ++k) work.operand[k] = (cpu_block_operand){work.task->compute, work.task->stored[k], work.buffer[k], false};
  cpu_blocks_run(plane, 2, BLOCK_ELEMENTS, far_block, &work);
}

hearth_status cpu_count_far(hearth_queue *queue, int32_t compute, const hearth_view *a, const hearth_view *b, const hearth_closeness *close, int64_t *count) {
  HEARTH_TRY(hearth_check_count_far(queue->ctx, HEARTH_SPACE_HOST, compute, a, b));
  const int64_t elements = hearth_view_elements(a);
  if (elements == 0) return HEARTH_OK;
  const far_row row = compute == HEARTH_INT64 ? far_int64 : compute == HEARTH_FLOAT64 ? far_float64 : far_complex128;
  far_task task = {.row = row, .close = close, .compute = compute, .stored = {a->dtype, b->dtype}};
  int parts = cpu_threads_for(queue, elements * (hearth_dtype_size(a->dtype) + hearth_dtype_size(b->dtype)));
  if (parts > PARTS_MAX) parts = PARTS_MAX;
  hearth_loops loops;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){a, b});
  cpu_run_loops(queue, &loops, -1, parts, far_plane, &task);
  for (int part = 0; part < parts; ++part) *count += task.far[part];
  return HEARTH_OK;
}
