/* Reductions: sums, products, extremes, moments, places of extremes; running sums.
 *
 * An accumulator is int64, float64 or complex128 in host memory; `acc` has the extents of the source and stride 0 along the axes that are reduced. Elements are
 * converted to the accumulator's type first. Accumulators start as hearth_reduce_start leaves them and join others by hearth_reduce_merge, so that threads,
 * pieces and ranks can work on accumulators of their own. */
#ifndef HEARTH_KERNELS_REDUCE_H
#define HEARTH_KERNELS_REDUCE_H
#include "kernels/backend.h"
#include <stdbool.h>

typedef enum hearth_reduce_op {
  HEARTH_REDUCE_SUM,     /* int64 (wraps), float64 */
  HEARTH_REDUCE_PROD,    /* int64 (wraps), float64, complex128 */
  HEARTH_REDUCE_MIN,     /* int64, float64; of nothing: INT64_MAX, infinity; all NaN left out: NaN */
  HEARTH_REDUCE_MAX,     /* the same the other way round */
  HEARTH_REDUCE_NONZERO, /* int64: number of elements that are not 0, NaN among them */
  HEARTH_REDUCE_SQUARES, /* float64: sum of squares */
  HEARTH_REDUCE_MOMENTS, /* float64: count, mean, sum of squared deviations, one after the other */
  HEARTH_REDUCE_WEIGHTS, /* float64: sum of the weights of the elements that take part */
  HEARTH_REDUCE_OPS
} hearth_reduce_op;

/* NaN: `omit` leaves it out; else it makes its accumulator NaN. */
typedef struct hearth_reduce_rule {
  int32_t op;
  int32_t dtype; /* of the accumulators */
  bool omit;
} hearth_reduce_rule;

/* Numbers of indices: of index i table[i], or first + i step where there is no table. */
typedef struct hearth_index_numbers {
  int64_t *table;
  int64_t first, step;
} hearth_index_numbers;

typedef struct hearth_reduce_kernels {
  /* acc := acc joined with the elements of src, which `weights` (SUM and WEIGHTS only, else NULL; any real dtype) multiplies. Complex src: PROD into complex128
   * and NONZERO only. Sums go over short blocks, and the blocks' sums are added with their rounding errors kept; moments are taken around a mean that was seen
   * before. */
  hearth_status (*accumulate)(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src, const hearth_view *weights);
  /* The extreme element and the lowest number among the elements that equal it (MIN or MAX; without `omit` NaN comes before all others). number of an element =
   * sum over d of the number of its index along d, by numbers[d]. value (of the rule's dtype) and number (int64) have stride 0 along the reduced axes and
   * start as hearth_reduce_start (the rule's) and INT64_MAX. All in host memory but src, which is real. */
  hearth_status (*arg)(hearth_queue *queue, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number, const hearth_view *src,
                       const hearth_index_numbers *numbers);
  /* dst := start + running sum of src along dimension dim. start: int64, float64 or complex128 in host memory, stride 0 along dim; the sums are made in its
   * type. dst may be src. */
  hearth_status (*cumulate)(hearth_queue *queue, int32_t dim, const hearth_view *dst, const hearth_view *src, const hearth_view *start);
} hearth_reduce_kernels;

extern const hearth_reduce_kernels cpu_reduce_kernels, reference_reduce_kernels, guard_reduce_kernels;

static inline int64_t hearth_number_of(const hearth_index_numbers *numbers, int64_t i) {
  return numbers->table ? numbers->table[i] : numbers->first + i * numbers->step;
}

/* Bytes of an accumulator. */
int64_t hearth_reduce_bytes(const hearth_reduce_rule *rule);
/* n accumulators of nothing, dense. */
void hearth_reduce_start(const hearth_reduce_rule *rule, int64_t n, void *acc);
/* n accumulators join others, dense. */
void hearth_reduce_merge(const hearth_reduce_rule *rule, int64_t n, void *acc, const void *other);
/* Two triples of count, mean and sum of squared deviations (Chan, Golub and LeVeque 1983). */
void hearth_moments_merge(double *moments, const double *other);
/* Whether a value and its number come before others. */
bool hearth_arg_before_f64(const hearth_reduce_rule *rule, double value, int64_t number, double other, int64_t other_number);
bool hearth_arg_before_i64(const hearth_reduce_rule *rule, int64_t value, int64_t number, int64_t other, int64_t other_number);

hearth_status hearth_check_accumulate(const hearth_context *ctx, int32_t space, const hearth_reduce_rule *rule, const hearth_view *acc, const hearth_view *src,
                                      const hearth_view *weights);
hearth_status hearth_check_arg(const hearth_context *ctx, int32_t space, const hearth_reduce_rule *rule, const hearth_view *value, const hearth_view *number,
                               const hearth_view *src);
hearth_status hearth_check_cumulate(const hearth_context *ctx, int32_t space, int32_t dim, const hearth_view *dst, const hearth_view *src,
                                    const hearth_view *start);

#endif
