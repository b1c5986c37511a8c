/* Elements made from their place in the whole array: ranges, identity, random numbers. Every element has a number, a weighted sum of its global indices (the
 * row-major number if the weights are the products of the extents behind); an element's value depends on its number alone, so that layouts, ranks, threads and
 * backends make no difference. */
#ifndef HEARTH_KERNELS_GENERATE_H
#define HEARTH_KERNELS_GENERATE_H
#include "kernels/backend.h"
#include "kernels/random.h"
#include "kernels/runs.h"
#include <stdbool.h>

/* Numbers of a view's elements: sum over d of weight[d] times the global index along d. The runs are in host memory, ascend in `local` and cover the extent;
 * those of a dimension of weight 0 are not looked at. */
typedef struct hearth_numbers {
  int64_t weight[HEARTH_MAX_NDIM];
  int64_t nruns[HEARTH_MAX_NDIM];
  const hearth_run *run[HEARTH_MAX_NDIM];
} hearth_numbers;

/* Element of number i: whole: base + i * stride, in int64. Else, in float64 and this order, i / divide * step + start, but `last_value` where i = last. */
typedef struct hearth_ramp {
  bool whole, down; /* down: rounded down to a whole number */
  int64_t base, stride, last;
  double divide, step, start, last_value;
} hearth_ramp;

typedef struct hearth_generate_kernels {
  /* Any dtype; converted as `copy` does. */
  hearth_status (*ramp)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_ramp *ramp);
  /* 1 where the number is k, else 0; any dtype. */
  hearth_status (*diagonal)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, int64_t k);
  /* dst := table[number]; dst int64, the table in host memory. */
  hearth_status (*pick)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const int64_t *table);
  /* The functions of kernels/random.h; dst float32 or float64. */
  hearth_status (*uniform)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random);
  hearth_status (*normal)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random);
  /* Of any integer dtype that holds low .. low + range - 1. */
  hearth_status (*integers)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t low,
                            uint64_t range);
  /* dst int64; n >= 1, all numbers in 0 .. n - 1. */
  hearth_status (*permutation)(hearth_queue *queue, const hearth_view *dst, const hearth_numbers *numbers, const hearth_random *random, int64_t n);
} hearth_generate_kernels;

/* What every backend asks of its operands; the types are those of the operation by name. */
hearth_status hearth_check_generate(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst, const hearth_numbers *numbers);

extern const hearth_generate_kernels cpu_generate_kernels, reference_generate_kernels, guard_generate_kernels;

#endif
