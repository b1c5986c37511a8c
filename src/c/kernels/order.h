/* Sorting, selection, histograms.
 *
 * Values are compared as keys: unsigned integers in the same order, 32 bits for types of up to 4 bytes, else 64. NaN is the last key in both directions. A
 * record is a key, with or without the index of its value; records lie contiguously in the backend's memory, in a 1-d view of bytes. Sorting is stable. Real
 * dtypes only. Counts, bounds and other small tables are host memory. */
#ifndef HEARTH_KERNELS_ORDER_H
#define HEARTH_KERNELS_ORDER_H
#include "kernels/backend.h"
#include <stdbool.h>

typedef enum hearth_record {
  HEARTH_RECORD_KEY32,  /* 4 bytes: the key */
  HEARTH_RECORD_KEY64,  /* 8 bytes: the key */
  HEARTH_RECORD_PACKED, /* 8 bytes: a 32-bit key above an index below 2^32 */
  HEARTH_RECORD_PAIR,   /* 16 bytes: a 64-bit key and an index of 64 bits */
  HEARTH_RECORD_KINDS
} hearth_record;

/* How values become keys. */
enum { HEARTH_KEYS_DESCENDING = 1, HEARTH_KEYS_ONE_ZERO = 2 /* -0 is the same as +0, and comes back as +0 */ };

/* Keys low <= k of output `output`, in `count` bins of 2^shift keys each. Those of one output follow each other and ascend; `at` is what a kernel needs: where
 * its bins begin in the counts, or where its keys go. */
typedef struct hearth_key_range {
  uint64_t low, high; /* both included */
  int32_t shift;
  int64_t at;
} hearth_key_range;

/* What one output's values are like; lowest > highest if there are none but NaN. */
typedef struct hearth_key_extremes {
  uint64_t lowest, highest; /* of the keys that are no NaN */
  int64_t count, nans;
} hearth_key_extremes;

/* Bins edge[i] <= x < edge[i + 1], the last with its right edge. uniform: edges are those of hearth_uniform_edge(low, high, n, i). */
typedef struct hearth_bins {
  int64_t n;
  const double *edge; /* n + 1, ascending */
  bool uniform;
} hearth_bins;

typedef struct hearth_order_kernels {
  /* One record per element of a, in row-major order of its indices; index: first + the element's place along the last dimension. */
  hearth_status (*records)(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first);
  /* The other way round: values of the keys, indices of the records, into a (int64 for indices). */
  hearth_status (*values)(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind, int32_t mode);
  hearth_status (*indices)(hearth_queue *queue, const hearth_view *a, const hearth_view *records, int32_t kind);
  /* Sorts each segment bound[s] <= i < bound[s + 1]; scratch is as large as records. */
  hearth_status (*sort)(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t segments, const int64_t *bound);
  /* The same where each of `runs` runs is sorted already: one sorted whole, of equal keys those of the earlier run first. */
  hearth_status (*merge)(hearth_queue *queue, const hearth_view *records, const hearth_view *scratch, int32_t kind, int64_t runs, const int64_t *bound);
  /* In sorted records: below[i] := how many of segment segment[i] have a key < key[i]. */
  hearth_status (*below)(hearth_queue *queue, const hearth_view *records, int32_t kind, const int64_t *bound, int64_t n, const int32_t *segment,
                         const uint64_t *key, int64_t *below);
  /* key[i] := key of record at[i]. */
  hearth_status (*pick)(hearth_queue *queue, const hearth_view *records, int32_t kind, int64_t n, const int64_t *at, uint64_t *key);
  /* In sorted records: keeps the first of equal keys, at the front, and says how many; the index of a pair becomes how many there were (count), or the sum of
   * theirs. */
  hearth_status (*distinct)(hearth_queue *queue, const hearth_view *records, int32_t kind, bool count, int64_t *kept);
  /* Of each row (last dimension) of a the k smallest records, sorted: records [rows, k]; k <= extent of the row. */
  hearth_status (*smallest)(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t mode, int64_t first, int64_t k);
  /* indices (int64) := how many elements of sorted (1-d, same dtype as values) are < value, or <= value if right. */
  hearth_status (*search)(hearth_queue *queue, const hearth_view *indices, const hearth_view *sorted, const hearth_view *values, int32_t right);

  /* Selection. Of a the first `kept` dimensions number the outputs, row-major; the others are looked at together. */
  hearth_status (*extremes)(hearth_queue *queue, const hearth_view *a, int32_t kept, hearth_key_extremes *extremes);
  /* counts[range.at + (key - low >> shift)] += 1 for keys in a range; output o has the ranges first[o] <= r < first[o + 1]. */
  hearth_status (*bins)(hearth_queue *queue, const hearth_view *a, int32_t kept, const int64_t *first, const hearth_key_range *range, int64_t counts_n,
                        int64_t *counts);
  /* Moves the keys within ranges to records (KEY32 or KEY64) range.at, range.at + 1, ... in any order; *moved (one per range) is how many lie there before and
   * after. */
  hearth_status (*collect)(hearth_queue *queue, const hearth_view *records, int32_t kind, const hearth_view *a, int32_t kept, const int64_t *first,
                           const hearth_key_range *range, int64_t *moved);

  /* counts[b] += elements in bin b; with weights (float64, extents of a) sums[b] += their weights instead. NaN lies in no bin. */
  hearth_status (*histogram)(hearth_queue *queue, const hearth_view *a, const hearth_view *weights, const hearth_bins *bins, int64_t *counts, double *sums);
} hearth_order_kernels;

extern const hearth_order_kernels cpu_order_kernels, reference_order_kernels, guard_order_kernels;

void hearth_key_extremes_join(hearth_key_extremes *sum, const hearth_key_extremes *more);
int64_t hearth_record_size(int32_t kind);
/* The largest key. */
uint64_t hearth_record_last(int32_t kind);
/* KEY32 or KEY64: what the keys of a dtype take. */
int32_t hearth_record_of(int32_t dtype);
/* Records first .. first + n - 1 of those that begin at `records`. */
hearth_view hearth_records_part(const hearth_view *records, int32_t kind, int64_t first, int64_t n);
/* The value of a key made without HEARTH_KEYS_DESCENDING. */
double hearth_key_value(int32_t dtype, uint64_t key);
/* The key of NaN, or what all keys are below. */
uint64_t hearth_key_nan(int32_t dtype);

/* What every backend asks of the operands: records of n elements, real dtypes, the backend's space. */
hearth_status hearth_check_order(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *records, int32_t kind,
                                 const hearth_view *a);
/* int64, in the backend's space. */
hearth_status hearth_check_indices(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *indices);
/* float64 with the extents of a, in the backend's space. */
hearth_status hearth_check_weights(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *weights, const hearth_view *a);

#endif
