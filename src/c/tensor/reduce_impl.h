/* What all reductions share. A reduction has accumulators, dense in host memory in the operand's memory order over the axes that remain: those of this rank's
 * part of the result, joined with those of the ranks that have other parts of the same elements; or, where the result is replicated, all of them on every rank
 * (`everywhere`).
 *
 *   hearth_reduction_begin      collective, agreed: arguments, operand in reach of the kernels, the group of ranks
 *   hearth_reduction_each       local: the parts of the operand and the accumulators that they belong to
 *   hearth_reduction_agree      collective: what went wrong on any rank, NaN where it is refused
 *   hearth_group_...            collective on r.comm
 *   hearth_reduction_finish     collective: the result from dense values; hearth_reduction_end in any case */
#ifndef HEARTH_TENSOR_REDUCE_IMPL_H
#define HEARTH_TENSOR_REDUCE_IMPL_H
#include "comm/group.h"
#include "kernels/check.h"
#include "kernels/reduce.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/reduce.h>

typedef struct hearth_reducing {
  const char *name;
  hearth_context *ctx;
  const hearth_array *array; /* in reach of the kernels */
  hearth_array *made;        /* the copy that it is, or NULL */
  hearth_reduce_options options;
  bool reduced[HEARTH_MAX_NDIM];
  int32_t naxes, nkept, kept[HEARTH_MAX_NDIM];
  int64_t volume;                  /* elements that make one result, of all ranks */
  bool everywhere;                 /* accumulators of all results on every rank */
  bool counted;                    /* this rank's elements count: it holds no mere replica */
  MPI_Comm comm;                   /* of the ranks whose accumulators join; MPI_COMM_NULL: nobody else's */
  int64_t n;                       /* accumulators */
  int64_t stride[HEARTH_MAX_NDIM]; /* of the accumulators along the operand's dimensions, in accumulators; 0: reduced */
  hearth_layout *layout;           /* of the result */
} hearth_reducing;

/* A part of the operand whose accumulators are evenly spaced. */
typedef struct hearth_part {
  int32_t piece;
  int64_t first[HEARTH_MAX_NDIM]; /* local indices at which it begins in the piece */
  hearth_view src;
  int64_t at; /* the accumulator of its first element */
} hearth_part;

typedef hearth_status (*hearth_part_function)(const hearth_reducing *r, const hearth_part *part, void *user);

/* Agreed. *result is set to NULL. After a failure there is
 * nothing to end. */
hearth_status hearth_reduction_begin(hearth_reducing *r, const char *name, const hearth_array *array, int32_t naxes, const int32_t *axes,
                                     const hearth_reduce_options *options, hearth_array **result);
void hearth_reduction_end(hearth_reducing *r);
/* A public function: begins, works and ends, under the floating-point guard. */
hearth_status hearth_reduction_run(const char *name, hearth_status (*work)(const hearth_reducing *r, hearth_array **result), const hearth_array *array,
                                   int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result);

/* The ranks that differ only along the grid axes of the dimensions with dims[d], in the order of their coordinates there; MPI_COMM_NULL if there are no such
 * grid axes. A product layout. Collective. */
hearth_status hearth_reducing_group(const hearth_layout *layout, const bool *dims, MPI_Comm *comm);

hearth_status hearth_reduction_each(const hearth_reducing *r, hearth_part_function function, void *user);
/* The accumulators of a part as a kernel's operand: `bytes` bytes each, the first of all at `data`. */
hearth_view hearth_reduction_accumulators(const hearth_reducing *r, const hearth_part *part, void *data, int32_t dtype, int64_t bytes);
/* New accumulators of nothing, `sets` times r->n of them one set after the other, joined with this rank's elements where they count. Complex operands: SUM of
 * float64 makes pairs, SQUARES adds both parts, MOMENTS makes two sets (sets = 2). Local; the caller frees *acc, also after a failure. */
hearth_status hearth_reduction_local(const hearth_reducing *r, const hearth_reduce_rule *rule, int64_t sets, void **acc);
/* Joins the accumulators of the ranks of r->comm. Collective. */
hearth_status hearth_reduction_combine(const hearth_reducing *r, const hearth_reduce_rule *rule, int64_t n, void *acc);

/* Global indices along the dimensions that `along` (a stride per dimension, 0: none) names, each times its stride: what kernels take as numbers
 * (HEARTH_MAX_NDIM of them). hearth_numbers_free afterwards, also after a failure. */
hearth_status hearth_numbers_make(const hearth_reducing *r, const hearth_part *part, const int64_t *along, hearth_index_numbers *numbers);
void hearth_numbers_free(const hearth_reducing *r, hearth_index_numbers *numbers);

/* All ranks leave with the same status. nan: this rank's accumulators hold a NaN; if the policy refuses it and the operand has one (infinities of both signs
 * make one too), the place of the first. Collective. */
hearth_status hearth_reduction_agree(const hearth_reducing *r, hearth_status mine, bool nan);
/* Whether NaN is refused and there is one among n doubles. */
bool hearth_reduction_has_nan(const hearth_reducing *r, int64_t n, const double *acc);

/* *result of type `dtype` from r->n dense values of type `from`. Collective; agreed on `mine` too. */
hearth_status hearth_reduction_finish(const hearth_reducing *r, hearth_status mine, int32_t dtype, void *values, int32_t from, hearth_array **result);

/* The operand's type if it is a floating-point one, else float64; NumPy's type of sums. */
int32_t hearth_reduction_float(const hearth_reducing *r);
bool hearth_dtype_is_integer(int32_t dtype); /* bool too */

/* Extremes: the accumulators' type; whether the operand has an order and something to choose from. */
int32_t hearth_extreme_dtype(const hearth_reducing *r);
hearth_reduce_rule hearth_extreme_rule(const hearth_reducing *r, int32_t op);
hearth_status hearth_extreme_check(const hearth_reducing *r);

/* Whether dimensions can be taken out of a layout: they are dealt out each by itself. */
static inline bool hearth_layout_is_separable(const hearth_layout *layout) {
  return !layout->boxes;
}

/* For functions with no reproducible form: NOT_REPRODUCIBLE in reproducible mode. Collective functions call it on all ranks alike. */
hearth_status hearth_reduction_refuse_reproducible(const hearth_reducing *r);

#endif
