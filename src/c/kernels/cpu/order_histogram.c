/* Histograms and searching. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/bins.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/order.h"

/* Tables of a thread's own are worth it up to this many numbers. */
#define PRIVATE_MOST ((int64_t)1 << 20)

typedef struct histogram_task {
  const hearth_bins *bins;
  cpu_convert_function load;
  int64_t *counts;
  double *sums;
  int64_t own; /* numbers per part */
} histogram_task;

/* The bins of n values; those in no bin get `bins->n`. */
CPU_CLONES static void find_uniform(const hearth_bins *bins, int64_t n, const double *restrict x, int64_t *restrict bin) {
  const double *edge = bins->edge, low = edge[0], width = edge[bins->n] - edge[0], count = (double)bins->n;
  for (int64_t i = 0; i < n; ++i) bin[i] = hearth_uniform_bin(bins->n, edge, low, width, count, x[i]);
}

static void histogram_plane(void *context, const hearth_plane *plane) {
  const histogram_task *task = context;
  double values[ORDER_CHUNK];
  int64_t bin[ORDER_CHUNK];
  int64_t *counts = task->counts + plane->part * task->own;
  double *sums = task->sums ? task->sums + plane->part * task->own : NULL;
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; j += ORDER_CHUNK) {
      const int64_t n = plane->n - j < ORDER_CHUNK ? plane->n - j : ORDER_CHUNK;
      task->load(n, (char *)values, sizeof *values, plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0], plane->stride[0]);
      if (task->bins->uniform)
        find_uniform(task->bins, n, values, bin);
      else
        for (int64_t k = 0; k < n; ++k) bin[k] = hearth_search_bin(task->bins->n, task->bins->edge, values[k]);
      if (!sums) {
        for (int64_t k = 0; k < n; ++k) ++counts[bin[k]];
        continue;
      }
      const char *weight = plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1];
      for (int64_t k = 0; k < n; ++k) sums[bin[k]] += *(const double *)(const void *)(weight + k * plane->stride[1]);
    }
}

hearth_status cpu_histogram(hearth_queue *queue, const hearth_view *a, const hearth_view *weights, const hearth_bins *bins, int64_t *counts, double *sums) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "histogram", NULL, 0, a));
  if (weights) HEARTH_TRY(hearth_check_weights(queue->ctx, HEARTH_SPACE_HOST, "histogram", weights, a));
  const int64_t elements = hearth_view_elements(a), own = bins->n + 8;
  if (elements == 0 || bins->n == 0) return HEARTH_OK;
  int parts = cpu_threads_for(queue, elements * 8);
  if (parts * own > PRIVATE_MOST) parts = 1;
  histogram_task task = {bins, cpu_convert_row(HEARTH_FLOAT64, a->dtype), NULL, NULL, own};
  HEARTH_TRY(hearth_allocate_zero(queue->ctx, parts * own * 8, weights ? (void *)&task.sums : (void *)&task.counts));
  hearth_loops loops;
  hearth_loops_plan(&loops, 2, (const hearth_view *[]){a, weights});
  cpu_run_loops(queue, &loops, -1, parts, histogram_plane, &task);
  for (int part = 0; part < parts; ++part)
    for (int64_t b = 0; b < bins->n; ++b) {
      if (weights) sums[b] += task.sums[part * own + b];
      if (!weights) counts[b] += task.counts[part * own + b];
    }
  hearth_deallocate(queue->ctx, task.sums);
  hearth_deallocate(queue->ctx, task.counts);
  return HEARTH_OK;
}

typedef struct search_task {
  cpu_keys keys;
  const cpu_radix *radix;
  const void *sorted;
  int64_t n, right;
  uint64_t last; /* the largest key: nothing is above it */
} search_task;

static void search_plane(void *context, const hearth_plane *plane) {
  const search_task *task = context;
  uint64_t keys[ORDER_CHUNK], values[ORDER_CHUNK];
  for (int64_t i = 0; i < plane->rows; ++i)
    for (int64_t j = 0; j < plane->n; j += ORDER_CHUNK) {
      const int64_t n = plane->n - j < ORDER_CHUNK ? plane->n - j : ORDER_CHUNK;
      char *to = plane->data[0] + i * plane->row_stride[0] + j * plane->stride[0];
      cpu_keys_load(&task->keys, n, keys, plane->data[1] + i * plane->row_stride[1] + j * plane->stride[1], plane->stride[1], values);
      for (int64_t k = 0; k < n; ++k, to += plane->stride[0]) {
        const uint64_t key = task->radix->key_bits == 32 ? ((const uint32_t *)keys)[k] : keys[k];
        *(int64_t *)(void *)to = task->right && key == task->last ? task->n : task->radix->below(task->sorted, task->n, key + (uint64_t)task->right);
      }
    }
}

hearth_status cpu_search(hearth_queue *queue, const hearth_view *indices, const hearth_view *sorted, const hearth_view *values, int32_t right) {
  HEARTH_TRY(hearth_check_order(queue->ctx, HEARTH_SPACE_HOST, "search", NULL, 0, values));
  HEARTH_TRY(hearth_check_indices(queue->ctx, HEARTH_SPACE_HOST, "search", indices));
  const int32_t kind = hearth_record_of(values->dtype);
  const int64_t n = sorted->extent[0], bytes = n * hearth_record_size(kind), elements = hearth_view_elements(values);
  if (elements == 0) return HEARTH_OK;
  hearth_view keys = {.dtype = HEARTH_UINT8, .ndim = 1, .extent = {bytes}, .stride = {1}};
  HEARTH_TRY(hearth_allocate(queue->ctx, bytes, &keys.data));
  const hearth_status status = cpu_records(queue, &keys, kind, sorted, HEARTH_KEYS_ONE_ZERO, 0);
  if (status == HEARTH_OK) {
    search_task task = {cpu_keys_of(values->dtype, HEARTH_KEYS_ONE_ZERO), cpu_radix_of(kind), keys.data, n, right != 0, hearth_key_nan(values->dtype)};
    hearth_loops loops;
    hearth_loops_plan(&loops, 2, (const hearth_view *[]){indices, values});
    cpu_run_loops(queue, &loops, -1, cpu_threads_for(queue, elements * 64), search_plane, &task);
  }
  hearth_deallocate(queue->ctx, keys.data);
  return status;
}
