/* Inside a redistribution plan. A message is the box of elements that one rank has and another wants, dense, in the target's memory order. Along each dimension
 * it is a list of sections; an element's place is the product of its places along the dimensions, so that nothing is stored per element. */
#ifndef HEARTH_TENSOR_PLAN_IMPL_H
#define HEARTH_TENSOR_PLAN_IMPL_H
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"

/* Where an index lives. */
typedef enum hearth_side { HEARTH_SIDE_SOURCE, HEARTH_SIDE_TARGET, HEARTH_SIDE_MESSAGE, HEARTH_SIDES } hearth_side;

/* n runs of count indices. Run j begins at at[side] + j * step[side]; the runs of a message follow each other: step[MESSAGE] = count. */
typedef struct hearth_section {
  int64_t count, n;
  int64_t at[HEARTH_SIDES], step[HEARTH_SIDES];
} hearth_section;

/* The indices along one dimension that are both in one process's part of the source and in another's of the target, ascending. */
typedef struct hearth_overlap {
  int64_t total, n;
  hearth_section *section;
} hearth_overlap;

/* One process's part along a dimension, seen from a box that starts at `start`. */
typedef struct hearth_span {
  const hearth_dim *dim;
  int64_t coordinate, start;
} hearth_span;

typedef struct hearth_peer {
  int rank;
  int64_t volume;
  const hearth_overlap *overlap[HEARTH_MAX_NDIM];
} hearth_peer;

struct hearth_plan {
  hearth_context *ctx;
  hearth_layout *source, *target;
  int32_t ndim;
  int64_t source_start[HEARTH_MAX_NDIM], target_start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM];
  /* overlaps with the processes along each dimension's grid axis: of my source part with their target parts, and the other way round */
  hearth_overlap *outgoing[HEARTH_MAX_NDIM], *incoming[HEARTH_MAX_NDIM], own[HEARTH_MAX_NDIM];
  int64_t nsends, nreceives;
  hearth_peer *send, *receive, local;
  int64_t busiest; /* the largest number of messages that a rank sends and receives */
};

/* Local. The caller releases with hearth_overlap_free, also after a failure. */
hearth_status hearth_overlap_make(const hearth_context *ctx, const hearth_span *source, const hearth_span *target, int64_t count, hearth_overlap *overlap);
void hearth_overlap_free(const hearth_context *ctx, hearth_overlap *overlap);
/* Fills the tables and the lists of peers from layouts and box. Local; what is there is released by hearth_plan_destroy. */
hearth_status hearth_plan_find_peers(hearth_plan *plan);

#endif
