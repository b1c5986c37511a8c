/* Who exchanges what with whom. A rank takes from itself what it holds some replica of; of the rest, the first replica sends. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/plan_impl.h"

/* Whether two ranks hold the same part of a layout. */
static bool same_part(const hearth_layout *layout, int a, int b) {
  if (hearth_layout_coordinate(layout, a, -1) < 0 || hearth_layout_coordinate(layout, b, -1) < 0) return false;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (hearth_layout_coordinate(layout, a, layout->dim[d].axis) != hearth_layout_coordinate(layout, b, layout->dim[d].axis)) return false;
  return true;
}

static hearth_span span_of(const hearth_layout *layout, int rank, int32_t d, const int64_t *start) {
  const hearth_dim *dim = &layout->dim[d];
  return (hearth_span){dim, hearth_layout_coordinate(layout, rank, dim->axis), start[d]};
}

/* Overlaps of this rank's part of one layout with the parts of all processes along the other's grid axis. */
static hearth_status make_table(hearth_plan *plan, int32_t d, bool outgoing) {
  const hearth_context *ctx = plan->ctx;
  const hearth_layout *mine = outgoing ? plan->source : plan->target, *theirs = outgoing ? plan->target : plan->source;
  const int64_t *start = outgoing ? plan->source_start : plan->target_start, *their_start = outgoing ? plan->target_start : plan->source_start;
  const hearth_span here = span_of(mine, ctx->rank, d, start);
  hearth_overlap **table = outgoing ? &plan->outgoing[d] : &plan->incoming[d];
  const int64_t processes = theirs->dim[d].processes;
  HEARTH_TRY(hearth_allocate_zero(ctx, processes * (int64_t)sizeof **table, table));
  for (int64_t c = 0; c < processes; c++) {
    const hearth_span there = {&theirs->dim[d], c, their_start[d]};
    HEARTH_TRY(hearth_overlap_make(ctx, outgoing ? &here : &there, outgoing ? &there : &here, plan->count[d], &(*table)[c]));
  }
  return HEARTH_OK;
}

/* The message between this rank and `rank`; volume 0 if there is none. */
static hearth_peer peer_of(const hearth_plan *plan, int rank, bool outgoing) {
  const hearth_layout *theirs = outgoing ? plan->target : plan->source;
  const int sender = outgoing ? plan->ctx->rank : rank;
  hearth_peer peer = {.rank = rank};
  if (rank == plan->ctx->rank || hearth_layout_coordinate(theirs, rank, -1) < 0) return peer;
  if (!hearth_layout_is_primary(plan->source, sender) || same_part(plan->source, rank, plan->ctx->rank)) return peer;
  int64_t volume = 1;
  for (int32_t d = 0; d < plan->ndim && volume > 0; d++) {
    const int64_t c = hearth_layout_coordinate(theirs, rank, theirs->dim[d].axis);
    peer.overlap[d] = outgoing ? &plan->outgoing[d][c] : &plan->incoming[d][c];
    volume *= peer.overlap[d]->total;
  }
  peer.volume = volume;
  return peer;
}

/* Neighbours first, each rank beginning with another one, so that not all turn to rank 0 at once. */
static int nth_rank(const hearth_plan *plan, int n, bool outgoing) {
  const int size = plan->ctx->size;
  return outgoing ? (plan->ctx->rank + n) % size : (plan->ctx->rank - n + size) % size;
}

static hearth_status list_peers(hearth_plan *plan, bool outgoing) {
  int64_t n = 0;
  for (int k = 1; k < plan->ctx->size; k++) n += peer_of(plan, nth_rank(plan, k, outgoing), outgoing).volume > 0;
  hearth_peer *list = NULL;
  HEARTH_TRY(hearth_allocate(plan->ctx, n * (int64_t)sizeof *list, &list));
  *(outgoing ? &plan->send : &plan->receive) = list;
  *(outgoing ? &plan->nsends : &plan->nreceives) = n;
  for (int k = 1, i = 0; i < n; k++) {
    const hearth_peer peer = peer_of(plan, nth_rank(plan, k, outgoing), outgoing);
    if (peer.volume > 0) list[i++] = peer;
  }
  return HEARTH_OK;
}

static hearth_status find_local(hearth_plan *plan) {
  const int rank = plan->ctx->rank;
  plan->local = (hearth_peer){.rank = rank, .volume = 1};
  for (int32_t d = 0; d < plan->ndim; d++) {
    const hearth_span from = span_of(plan->source, rank, d, plan->source_start), to = span_of(plan->target, rank, d, plan->target_start);
    HEARTH_TRY(hearth_overlap_make(plan->ctx, &from, &to, plan->count[d], &plan->own[d]));
    plan->local.overlap[d] = &plan->own[d];
    plan->local.volume *= plan->own[d].total;
  }
  return HEARTH_OK;
}

hearth_status hearth_plan_find_peers(hearth_plan *plan) {
  const int rank = plan->ctx->rank;
  HEARTH_TRY(find_local(plan));
  if (hearth_layout_is_primary(plan->source, rank)) {
    for (int32_t d = 0; d < plan->ndim; d++) HEARTH_TRY(make_table(plan, d, true));
    HEARTH_TRY(list_peers(plan, true));
  }
  if (hearth_layout_coordinate(plan->target, rank, -1) < 0) return HEARTH_OK;
  for (int32_t d = 0; d < plan->ndim; d++) HEARTH_TRY(make_table(plan, d, false));
  return list_peers(plan, false);
}
