/* Shared by the files of the CPU's order kernels. */
#ifndef HEARTH_KERNELS_CPU_ORDER_H
#define HEARTH_KERNELS_CPU_ORDER_H
#include "kernels/cpu/queue.h"
#include "kernels/order.h"

/* Elements that are converted at a time: buffers in the first cache; fewer where the source runs across the rows. */
enum { ORDER_CHUNK = 1024, ORDER_CHUNK_ACROSS = 128 };

typedef struct cpu_pair {
  uint64_t key;
  int64_t index;
} cpu_pair;

/* The typed bodies of one kind of record. */
typedef struct cpu_radix {
  int key_bits;
  void (*sort)(void *records, void *scratch, int64_t n);
  void (*count)(const void *records, int64_t n, int shift, int64_t *counts);
  void (*scatter)(const void *records, int64_t n, int shift, int64_t *place, void *target);
  void (*merge)(const void *first, int64_t n, const void *second, int64_t m, void *target);
  int64_t (*below)(const void *records, int64_t n, uint64_t key);
} cpu_radix;
const cpu_radix *cpu_radix_of(int32_t kind);
/* Key of the i-th of records of `size` bytes. */
uint64_t cpu_record_key(const cpu_radix *radix, int64_t size, const char *records, int64_t i);

/* keys[i] := key of the i-th of n <= ORDER_CHUNK values, uint32 or uint64 as the dtype has them; `buffer` holds ORDER_CHUNK values. */
typedef struct cpu_keys {
  int32_t dtype;
  uint64_t flip;
  double zero;
  void (*from)(int64_t n, void *restrict keys, const void *restrict values, uint64_t flip, double zero);
  void (*to)(int64_t n, void *restrict values, const void *restrict keys, uint64_t flip, double zero);
} cpu_keys;
cpu_keys cpu_keys_of(int32_t dtype, int32_t mode);
void cpu_keys_load(const cpu_keys *keys, int64_t n, void *to, const char *values, int64_t stride, void *buffer);
void cpu_keys_store(const cpu_keys *keys, int64_t n, char *values, int64_t stride, const void *from, void *buffer);

hearth_status cpu_records(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first);
hearth_status cpu_values(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind, int32_t mode);
hearth_status cpu_indices(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind);
hearth_status cpu_sort(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t segments, const int64_t *bound);
hearth_status cpu_merge(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t runs, const int64_t *bound);
hearth_status cpu_below(hearth_queue *queue, const hearth_view *records, int32_t kind, const int64_t *bound, int64_t n, const int32_t *segment,
                        const uint64_t *key, int64_t *below);
hearth_status cpu_pick(hearth_queue *queue, const hearth_view *records, int32_t kind, int64_t n, const int64_t *at, uint64_t *key);
hearth_status cpu_distinct(hearth_queue *queue, const hearth_view *records, int32_t kind, bool count, int64_t *kept);
hearth_status cpu_smallest(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first, int64_t k);
hearth_status cpu_search(hearth_queue *queue, const hearth_view *indices, const hearth_view *sorted, const hearth_view *values, int32_t right);
hearth_status cpu_extremes(hearth_queue *queue, const hearth_view *a, int32_t kept, hearth_key_extremes *extremes);
hearth_status cpu_bins(hearth_queue *queue, const hearth_view *a, int32_t kept, const int64_t *first, const hearth_key_range *range, int64_t counts_n,
                       int64_t *counts);
hearth_status cpu_collect(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t kept, const int64_t *first,
                          const hearth_key_range *range, int64_t *moved);
hearth_status cpu_histogram(hearth_queue *queue, const hearth_view *a, const hearth_view *weights, const hearth_bins *bins, int64_t *counts, double *sums);

#endif
