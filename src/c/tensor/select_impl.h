/* Order statistics of the elements that make each result of a reduction, exact and without moving data: the interval of keys that holds a wanted rank is
 * narrowed by histograms that the ranks add up, until few elements lie in it; those are collected and sorted where they are, and found by probes. */
#ifndef HEARTH_TENSOR_SELECT_IMPL_H
#define HEARTH_TENSOR_SELECT_IMPL_H
#include "tensor/order_impl.h"
#include "tensor/reduce_impl.h"

/* Which quantiles, and how ranks that lie between two elements are met. */
typedef struct hearth_quantiles {
  int32_t nq, method; /* hearth_quantile_method */
  const double *q;    /* 0 .. 1 */
} hearth_quantiles;

/* Element `rank` (0: the smallest) of a result's elements: its key lies in low .. high, `below` elements are less than low. */
typedef struct hearth_wanted {
  int64_t rank, below;
  uint64_t low, high;
  int64_t range; /* of the narrowed ranges, -1: low = high */
} hearth_wanted;

/* Results from .. from + n - 1 of a reduction, selected together. */
typedef struct hearth_selection {
  const hearth_reducing *r;
  const hearth_quantiles *quantiles;
  int32_t ndim, kept, order[HEARTH_MAX_NDIM]; /* the operand's dimensions: those of the results from slow to fast, then the others */
  int64_t from, n, per_result;                /* wanted elements per result */
  hearth_key_extremes *own, *all;             /* n, and n + 1: the last one's NaN are ranks that failed */
  hearth_wanted *wanted;                      /* n * per_result */
  int64_t *first;                             /* n + 1: ranges of each result */
  hearth_key_range *range;                    /* n * per_result at most */
  int64_t *mine, *total, *moved;              /* elements in each range: of this rank, of all, collected */
  int64_t *counts, *sum;                      /* bins: of this rank, of all */
} hearth_selection;

/* values[i * r->n + s] := quantile i of result s, float64, NaN where there is none; *nan: this rank saw a NaN. Collective on r->comm; what fails on one rank
 * makes the others stop: the caller agrees. */
hearth_status hearth_select(const hearth_reducing *r, const hearth_quantiles *quantiles, double *values, bool *nan);

/* The parts of the operand in this batch, kept dimensions first, and which of the batch's results their outputs are. Local. */
typedef hearth_status (*hearth_select_function)(hearth_selection *s, const hearth_view *a, const int64_t *slot, int64_t outputs, void *user);
hearth_status hearth_select_each(hearth_selection *s, hearth_select_function function, void *user);

/* The ranges that hold what is wanted and not found yet. Local. */
void hearth_select_ranges(hearth_selection *s);
/* One round of histograms. *stopped: some rank failed. Collective on r->comm. */
hearth_status hearth_select_narrow(hearth_selection *s, bool *stopped);
/* The rest: what lies in the ranges is collected, sorted and probed. Collective on r->comm. */
hearth_status hearth_select_collect(hearth_selection *s, bool *stopped);
/* Tells the ranks of r->comm whether one of them failed. */
hearth_status hearth_select_check(const hearth_selection *s, hearth_status mine, bool *stopped);

#endif
