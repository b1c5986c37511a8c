/* The view's elements in the order of memory are one sequence, which the threads share. Dimensions that are one run are merged where memory and numbers both go
 * on; within a row, long runs of consecutive numbers are made at once, anything else from a list of numbers. */
#include "kernels/cpu/numbers.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include <stdlib.h>

enum { LONG_RUN = 32 };

typedef struct axis {
  int64_t extent, stride, weight, nruns;
  const hearth_run *run; /* NULL: global and local are the same */
} axis;

typedef struct walk {
  const cpu_maker *maker;
  cpu_convert_function store;
  int64_t made; /* bytes of an element as it is made */
  bool direct;  /* it is made in place */
  char *data;
  int64_t base, total;
  int ndim, parts;
  axis axis[HEARTH_MAX_NDIM]; /* outermost first */
} walk;

static void swap_axes(axis *a, axis *b) {
  const axis kept = *a;
  *a = *b;
  *b = kept;
}

static void add_axis(walk *walk, axis added) {
  if (added.weight == 0 || added.nruns == 1) {
    if (added.weight != 0) walk->base += added.weight * added.run->global;
    added.nruns = 1;
    added.run = NULL;
  }
  if (added.extent == 1) return;
  int d = walk->ndim++;
  walk->axis[d] = added;
  for (; d > 0 && llabs(walk->axis[d - 1].stride) < llabs(walk->axis[d].stride); --d) swap_axes(&walk->axis[d - 1], &walk->axis[d]);
}

static void merge_axes(walk *walk) {
  int last = 0;
  for (int d = 1; d < walk->ndim; ++d) {
    axis *outer = &walk->axis[last];
    const axis *inner = &walk->axis[d];
    if (!outer->run && !inner->run && outer->stride == inner->stride * inner->extent && outer->weight == inner->weight * inner->extent) {
      const int64_t extent = outer->extent * inner->extent;
      *outer = *inner;
      outer->extent = extent;
    } else {
      walk->axis[++last] = *inner;
    }
  }
  walk->ndim = last + 1;
}

static void plan(walk *walk, const hearth_view *dst, const hearth_numbers *numbers) {
  for (int d = 0; d < dst->ndim; ++d) add_axis(walk, (axis){dst->extent[d], dst->stride[d], numbers->weight[d], numbers->nruns[d], numbers->run[d]});
  if (walk->ndim == 0) walk->axis[walk->ndim++] = (axis){.extent = 1, .stride = hearth_dtype_size(dst->dtype), .nruns = 1};
  merge_axes(walk);
  walk->total = 1;
  for (int d = 0; d < walk->ndim; ++d) walk->total *= walk->axis[d].extent;
  walk->direct = walk->maker->dtype == dst->dtype && walk->axis[walk->ndim - 1].stride == walk->made;
}

typedef struct chunk {
  int64_t n;
  char *data;
  int64_t number[CPU_NUMBERS];
  double out[2 * CPU_NUMBERS]; /* of any type */
} chunk;

static void flush(const walk *walk, chunk *chunk) {
  const int64_t stride = walk->axis[walk->ndim - 1].stride;
  void *out = walk->direct ? (void *)chunk->data : chunk->out;
  if (chunk->n == 0) return;
  walk->maker->some(walk->maker->task, chunk->n, chunk->number, out);
  if (!walk->direct) walk->store(chunk->n, chunk->data, stride, (const char *)chunk->out, walk->made);
  chunk->n = 0;
}

/* Rows that go on in memory share a chunk. */
static void collect(const walk *walk, chunk *chunk, int64_t n, int64_t first, int64_t weight, char *data) {
  const int64_t stride = walk->axis[walk->ndim - 1].stride;
  if (chunk->n > 0 && data != chunk->data + chunk->n * stride) flush(walk, chunk);
  while (n > 0) {
    const int64_t room = CPU_NUMBERS - chunk->n, m = n < room ? n : room;
    if (chunk->n == 0) chunk->data = data;
    for (int64_t i = 0; i < m; ++i) chunk->number[chunk->n + i] = first + i * weight;
    chunk->n += m;
    if (chunk->n == CPU_NUMBERS) flush(walk, chunk);
    n -= m;
    first += m * weight;
    data += m * stride;
  }
}

static void make_run(const walk *walk, chunk *chunk, int64_t n, int64_t first, char *data) {
  const int64_t stride = walk->axis[walk->ndim - 1].stride;
  if (walk->direct) {
    walk->maker->row(walk->maker->task, n, first, data);
    return;
  }
  for (int64_t i = 0; i < n; i += CPU_NUMBERS) {
    const int64_t m = n - i < CPU_NUMBERS ? n - i : CPU_NUMBERS;
    walk->maker->row(walk->maker->task, m, first + i, chunk->out);
    walk->store(m, data + i * stride, stride, (const char *)chunk->out, walk->made);
  }
}

/* Elements j .. j + n - 1 of the row at `data` whose numbers begin with `base`. */
static void make_row(const walk *walk, chunk *chunk, int64_t base, char *data, int64_t j, int64_t n) {
  const axis *inner = &walk->axis[walk->ndim - 1];
  const hearth_run whole = {0, 0, inner->extent}, *run = inner->run ? inner->run : &whole;
  for (int64_t k = hearth_run_find(inner->nruns, run, j); n > 0; ++k) {
    const int64_t left = run[k].local + run[k].count - j, m = n < left ? n : left;
    const int64_t first = base + inner->weight * (run[k].global + j - run[k].local);
    if (walk->maker->row && inner->weight == 1 && m >= LONG_RUN) {
      flush(walk, chunk);
      make_run(walk, chunk, m, first, data + j * inner->stride);
    } else {
      collect(walk, chunk, m, first, inner->weight, data + j * inner->stride);
    }
    j += m;
    n -= m;
  }
}

static void make_part(void *task, int part) {
  const walk *walk = task;
  const int outer = walk->ndim - 1;
  const int64_t length = walk->axis[outer].extent;
  int64_t first, count;
  chunk chunk;
  chunk.n = 0;
  cpu_share(walk->total, CPU_NUMBERS, walk->parts, part, &first, &count);
  while (count > 0) {
    const int64_t j = first % length, n = count < length - j ? count : length - j;
    int64_t base = walk->base, rest = first / length;
    char *data = walk->data;
    for (int d = outer - 1; d >= 0; --d) {
      const axis *axis = &walk->axis[d];
      const int64_t index = rest % axis->extent;
      rest /= axis->extent;
      base += axis->weight * (axis->run ? hearth_run_global(axis->nruns, axis->run, index) : index);
      data += index * axis->stride;
    }
    make_row(walk, &chunk, base, data, j, n);
    first += n;
    count -= n;
  }
  flush(walk, &chunk);
}

void cpu_make(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const cpu_maker *maker) {
  if (hearth_view_elements(dst) == 0) return;
  walk walk = {.maker = maker, .store = cpu_convert_row(dst->dtype, maker->dtype), .made = hearth_dtype_size(maker->dtype), .data = dst->data};
  plan(&walk, dst, numbers);
  walk.parts = cpu_threads_for(queue, walk.total * walk.made);
  cpu_parallel(queue, walk.parts, make_part, &walk);
}
