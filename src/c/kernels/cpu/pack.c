/* pack: rows are cut into chunks that fit the first cache; within a chunk every operand is contiguous, in place or in a buffer, so that one loop per pair of
 * types does all layouts. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DST float
#define SRC float
#include "kernels/cpu/pack_chunk.h"
#define DST float
#define SRC double
#include "kernels/cpu/pack_chunk.h"
#define DST double
#define SRC float
#include "kernels/cpu/pack_chunk.h"
#define DST double
#define SRC double
#include "kernels/cpu/pack_chunk.h"

enum { DST_OPERAND, SRC_OPERAND, SHIFT, SCALE, MISSING, OPERANDS };
/* Elements of a chunk; fewer where the source runs across the rows: its lines stay in the first cache until the last row has used them. */
enum { CHUNK = 1024, CHUNK_ACROSS = 128 };
enum { PARTS_MAX = 256 };

typedef struct pack_task {
  int64_t (*chunk)(int64_t n, void *to, const void *from, const double *shift, const double *scale, int32_t *missing);
  cpu_convert_function load, store; /* of the source into what `chunk` takes, of what it makes into the target: both of `chunk`'s types */
  int converted;                    /* the source is of another type than `chunk` takes */
  int64_t dst_size, src_size;       /* element sizes; src_size is that of what `chunk` takes */
  int64_t infinite[PARTS_MAX];
} pack_task;

typedef struct pack_buffers {
  double dst[CHUNK], src[CHUNK], shift[CHUNK], scale[CHUNK];
  int32_t missing[CHUNK];
} pack_buffers;

static void set_doubles(int64_t n, double *buffer, double value) {
  for (int64_t i = 0; i < n; ++i) buffer[i] = value;
}

/* Shift or scale as a contiguous chunk: `otherwise` fills the buffer if there is none. */
static const double *factors(const hearth_plane *plane, int operand, const char *data, int64_t n, double *buffer) {
  if (!plane->data[operand]) return buffer;
  if (plane->stride[operand] == (int64_t)sizeof(double)) return (const double *)data;
  cpu_convert_row(HEARTH_FLOAT64, HEARTH_FLOAT64)(n, (char *)buffer, sizeof(double), data, plane->stride[operand]);
  return buffer;
}

static void add_counts(int64_t n, int32_t *counts, char *missing, int64_t stride) {
  if (stride == 0) {
    int32_t sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += counts[i];
    *(int32_t *)missing += sum;
  } else {
    for (int64_t i = 0; i < n; ++i) *(int32_t *)(missing + i * stride) += counts[i];
  }
  memset(counts, 0, (size_t)n * sizeof *counts);
}

/* One chunk of one row; `data` are the operands' addresses there. */
static int64_t pack_chunk(const pack_task *task, const hearth_plane *plane, int64_t n, char *const data[OPERANDS], pack_buffers *buffers) {
  const int64_t *stride = plane->stride;
  const int direct = stride[DST_OPERAND] == task->dst_size, counted = plane->data[MISSING] && stride[MISSING] == (int64_t)sizeof(int32_t);
  const void *src = data[SRC_OPERAND];
  if (task->converted || stride[SRC_OPERAND] != task->src_size) {
    task->load(n, (char *)buffers->src, task->src_size, src, stride[SRC_OPERAND]);
    src = buffers->src;
  }
  void *dst = direct ? (void *)data[DST_OPERAND] : buffers->dst;
  const double *shift = factors(plane, SHIFT, data[SHIFT], n, buffers->shift), *scale = factors(plane, SCALE, data[SCALE], n, buffers->scale);
  const int64_t infinite = task->chunk(n, dst, src, shift, scale, counted ? (int32_t *)data[MISSING] : buffers->missing);
  if (plane->data[MISSING] && !counted) add_counts(n, buffers->missing, data[MISSING], stride[MISSING]);
  if (!direct) task->store(n, data[DST_OPERAND], stride[DST_OPERAND], dst, task->dst_size);
  return infinite;
}

static void pack_plane(void *context, const hearth_plane *plane) {
  pack_task *task = context;
  pack_buffers buffers;
  int64_t infinite = 0;
  const int across = plane->rows > 1 && llabs(plane->row_stride[SRC_OPERAND]) < llabs(plane->stride[SRC_OPERAND]);
  const int64_t most = across ? CHUNK_ACROSS : CHUNK, step = plane->n < most ? plane->n : most;
  set_doubles(step, buffers.shift, 0.0);
  set_doubles(step, buffers.scale, 1.0);
  memset(buffers.missing, 0, (size_t)step * sizeof *buffers.missing);
  for (int64_t j = 0; j < plane->n; j += step)
    for (int64_t i = 0; i < plane->rows; ++i) {
      char *data[OPERANDS];
      for (int k = 0; k < OPERANDS; ++k) data[k] = plane->data[k] ? plane->data[k] + i * plane->row_stride[k] + j * plane->stride[k] : NULL;
      infinite += pack_chunk(task, plane, plane->n - j < step ? plane->n - j : step, data, &buffers);
    }
  task->infinite[plane->part] += infinite;
}

static void choose_functions(pack_task *task, int32_t dst, int32_t src) {
  const int32_t taken = src == HEARTH_FLOAT32 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
  if (taken == HEARTH_FLOAT32) task->chunk = dst == HEARTH_FLOAT32 ? pack_float_float : pack_double_float;
  if (taken == HEARTH_FLOAT64) task->chunk = dst == HEARTH_FLOAT32 ? pack_float_double : pack_double_double;
  task->load = cpu_convert_row(taken, src);
  task->store = cpu_convert_row(dst, dst);
  task->dst_size = hearth_dtype_size(dst);
  task->src_size = hearth_dtype_size(taken);
  task->converted = src != taken;
}

/* The counts as a dense array of one part: broadcast dimensions keep stride 0. Returns its number of elements. */
static int64_t dense_counts(const hearth_view *missing, hearth_view *dense) {
  int64_t elements = 1;
  *dense = *missing;
  for (int d = missing->ndim - 1; d >= 0; --d) {
    if (missing->stride[d] == 0 || missing->extent[d] == 1) {
      dense->stride[d] = 0;
      continue;
    }
    dense->stride[d] = elements * (int64_t)sizeof(int32_t);
    elements *= missing->extent[d];
  }
  return elements;
}

typedef struct counts_task {
  int64_t part_stride;
  int parts;
} counts_task;

static void add_parts(void *context, const hearth_plane *plane) {
  const counts_task *task = context;
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; ++j)
      for (int part = 0; part < task->parts; ++part)
        *(int32_t *)(plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0]) +=
            *(int32_t *)(plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1] + part * task->part_stride);
}

/* A part of the work with its own counts. */
typedef struct private_task {
  const hearth_loops *loops;
  pack_task *pack;
  int64_t bytes;
  int dim, parts;
} private_task;

static void run_private(void *context, int part) {
  const private_task *task = context;
  int64_t first, count;
  hearth_loops loops;
  cpu_share(task->loops->extent[task->dim], 1, task->parts, part, &first, &count);
  hearth_loops_cut(task->loops, task->dim, first, count, &loops);
  loops.part = part;
  loops.data[MISSING] += part * task->bytes;
  hearth_loops_run(&loops, pack_plane, task->pack);
}

static int longest_dim(const hearth_loops *loops, int operand) {
  int longest = -1;
  for (int d = 0; d < loops->ndim; ++d)
    if ((operand < 0 || loops->stride[d][operand] != 0) && (longest < 0 || loops->extent[d] > loops->extent[longest])) longest = d;
  return longest;
}

/* Counts per part, summed at the end: for counts that are few beside the data. */
static hearth_status pack_private(hearth_queue *queue, const hearth_view **views, const hearth_view *dense, int64_t elements, int parts, pack_task *pack) {
  private_task task = {NULL, pack, elements * (int64_t)sizeof(int32_t), 0, parts};
  hearth_view counts = *dense, target = *views[MISSING];
  hearth_loops loops;
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, parts * task.bytes, &counts.data));
  hearth_loops_plan(&loops, OPERANDS, (const hearth_view *[]){views[0], views[1], views[2], views[3], &counts});
  task.loops = &loops;
  for (task.dim = 0; task.dim < loops.ndim - 1 && loops.extent[task.dim] < 4 * parts; ++task.dim) {
  }
  if (loops.extent[task.dim] < 4 * parts) task.dim = longest_dim(&loops, -1);
  cpu_parallel(queue, parts, run_private, &task);
  for (int d = 0; d < counts.ndim; ++d)
    if (counts.stride[d] == 0) counts.extent[d] = target.extent[d] = 1;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){&target, &counts});
  hearth_loops_run(&loops, add_parts, &(counts_task){task.bytes, parts});
  hearth_deallocate(queue->ctx, counts.data);
  return HEARTH_OK;
}

hearth_status cpu_pack(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                       const hearth_view *missing, int64_t *infinite) {
  const hearth_view *views[] = {dst, src, shift, scale, missing};
  HEARTH_TRY(hearth_check_pack(queue->ctx, HEARTH_SPACE_HOST, views, infinite));
  const int64_t elements = hearth_view_elements(dst);
  if (elements == 0) return HEARTH_OK;
  int parts = cpu_threads_for(queue, elements * (hearth_dtype_size(dst->dtype) + hearth_dtype_size(src->dtype)));
  if (parts > PARTS_MAX) parts = PARTS_MAX;
  pack_task task;
  memset(task.infinite, 0, sizeof task.infinite);
  choose_functions(&task, dst->dtype, src->dtype);
  hearth_view dense;
  const int64_t counts = missing ? dense_counts(missing, &dense) : 0;
  if (parts > 1 && missing && counts * 8 <= elements) {
    HEARTH_TRY(pack_private(queue, views, &dense, counts, parts, &task));
  } else {
    hearth_loops loops;
    hearth_loops_plan(&loops, OPERANDS, views);
    cpu_run_loops(queue, &loops, missing && parts > 1 ? longest_dim(&loops, MISSING) : -1, parts, pack_plane, &task);
  }
  for (int part = 0; part < parts; ++part) *infinite += task.infinite[part];
  return HEARTH_OK;
}
