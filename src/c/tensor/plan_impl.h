/* Inside a redistribution plan. What a rank sends to another is a list of parts: the elements that one piece of the source and one piece of the target have in
 * common, dense, in the target's memory order. Along each dimension a part is a list of sections; an element's place is the product of its places along the
 * dimensions, so that nothing is stored per element. */
#ifndef HEARTH_TENSOR_PLAN_IMPL_H
#define HEARTH_TENSOR_PLAN_IMPL_H
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"

/* Where an index lives. */
typedef enum hearth_side { HEARTH_SIDE_SOURCE, HEARTH_SIDE_TARGET, HEARTH_SIDE_MESSAGE, HEARTH_SIDES } hearth_side;

/* n runs of count indices. Run j begins at at[side] + j * step[side]; the runs of a part follow each other: step[MESSAGE] = count. */
typedef struct hearth_section {
  int64_t count, n;
  int64_t at[HEARTH_SIDES], step[HEARTH_SIDES];
} hearth_section;

/* The indices along one dimension that are both in one piece of the source and in one of the target, ascending. */
typedef struct hearth_overlap {
  int64_t total, n;
  hearth_section *section;
} hearth_overlap;

/* Overlaps that live as long as their plan. */
typedef struct hearth_overlap_block {
  struct hearth_overlap_block *next;
  int64_t n;
  hearth_overlap *overlap;
} hearth_overlap_block;

/* One process's part along a dimension, seen from a box that starts at `start`: that of a coordinate, or, dim being NULL, n runs by ascending global indices.
 */
typedef struct hearth_span {
  const hearth_dim *dim;
  int64_t coordinate, start;
  int64_t n;
  const hearth_run *run;
} hearth_span;

/* What a piece of the source and a piece of the target have in common; the pieces are numbered as their ranks number them. */
typedef struct hearth_part {
  int32_t source_piece, target_piece;
  int64_t volume; /* > 0 */
  const hearth_overlap *overlap[HEARTH_MAX_NDIM];
} hearth_part;

/* What goes from one rank to another: its parts one after the other, in the same order on both (ascending source pieces, for each ascending target pieces). */
typedef struct hearth_peer {
  int rank;
  int64_t volume, nparts;
  const hearth_part *part;
} hearth_peer;

struct hearth_plan {
  hearth_context *ctx;
  hearth_layout *source, *target; /* dimension d of the one goes to dimension d of the other */
  hearth_layout *arrays;          /* the layout of source arrays: dimension d of `source` is their dimension axes[d] */
  int32_t ndim, axes[HEARTH_MAX_NDIM];
  int64_t source_start[HEARTH_MAX_NDIM], target_start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM];
  hearth_overlap_block *overlaps; /* of all parts; may be shared by parts, as the parts of a product layout share those of their coordinates */
  int64_t nsends, nreceives;
  hearth_peer *send, *receive, local; /* peers have something to exchange; `local` may have no parts */
  hearth_part *send_part, *receive_part, *local_part;
  int64_t busiest; /* the largest number of messages that a rank sends and receives */
};

/* Local. The caller releases with hearth_overlap_free, also after a failure. */
hearth_status hearth_overlap_make(const hearth_context *ctx, const hearth_span *source, const hearth_span *target, int64_t count, hearth_overlap *overlap);
void hearth_overlap_free(const hearth_context *ctx, hearth_overlap *overlap);
/* n empty overlaps of the plan. Local. */
hearth_status hearth_overlaps_add(hearth_plan *plan, int64_t n, hearth_overlap **overlaps);
void hearth_overlaps_drop(hearth_plan *plan);
/* The span of a piece of this rank, and the first and last index of a span within the box of `count` indices; false if it has none there. */
hearth_span hearth_span_of(const hearth_layout *layout, int32_t piece, int32_t d, const int64_t *start);
bool hearth_span_ends(const hearth_span *span, int64_t count, int64_t *first, int64_t *last);
int64_t hearth_span_runs(const hearth_span *span);
hearth_run hearth_span_run(const hearth_span *span, int64_t k);
/* Fills the lists of peers and parts from layouts and box. Collective (directories are asked), but not agreed; the caller releases with hearth_plan_drop_peers,
 * also after a failure. */
hearth_status hearth_plan_find_peers(hearth_plan *plan);
void hearth_plan_drop_peers(hearth_plan *plan);

#endif
