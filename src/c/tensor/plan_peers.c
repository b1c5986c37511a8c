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

/* Whether something may go between this rank and `rank`, and what. */
static bool is_peer(const hearth_plan *plan, int rank, bool outgoing) {
  const hearth_layout *theirs = outgoing ? plan->target : plan->source;
  const int sender = outgoing ? plan->ctx->rank : rank;
  if (rank == plan->ctx->rank || hearth_layout_coordinate(theirs, rank, -1) < 0) return false;
  return hearth_layout_is_primary(plan->source, sender) && !same_part(plan->source, rank, plan->ctx->rank);
}

static hearth_part part_of(const hearth_plan *plan, int rank, bool outgoing) {
  const hearth_layout *theirs = outgoing ? plan->target : plan->source;
  hearth_part part = {.volume = is_peer(plan, rank, outgoing)};
  for (int32_t d = 0; d < plan->ndim && part.volume > 0; d++) {
    const int64_t c = hearth_layout_coordinate(theirs, rank, theirs->dim[d].axis);
    part.overlap[d] = outgoing ? &plan->outgoing[d][c] : &plan->incoming[d][c];
    part.volume *= part.overlap[d]->total;
  }
  return part;
}

/* Neighbours first, each rank beginning with another one, so that not all turn to rank 0 at once. */
static int nth_rank(const hearth_plan *plan, int n, bool outgoing) {
  const int size = plan->ctx->size;
  return outgoing ? (plan->ctx->rank + n) % size : (plan->ctx->rank - n + size) % size;
}

static hearth_status list_peers(hearth_plan *plan, bool outgoing) {
  hearth_peer **list = outgoing ? &plan->send : &plan->receive;
  hearth_part **parts = outgoing ? &plan->send_part : &plan->receive_part;
  int64_t *const listed = outgoing ? &plan->nsends : &plan->nreceives, n = 0;
  for (int k = 1; k < plan->ctx->size; k++) n += part_of(plan, nth_rank(plan, k, outgoing), outgoing).volume > 0;
  HEARTH_TRY(hearth_allocate(plan->ctx, n * (int64_t)sizeof **list, list));
  HEARTH_TRY(hearth_allocate(plan->ctx, n * (int64_t)sizeof **parts, parts));
  for (int k = 1; *listed < n; k++) {
    const int rank = nth_rank(plan, k, outgoing);
    hearth_part *const part = &(*parts)[*listed];
    *part = part_of(plan, rank, outgoing);
    if (part->volume > 0) (*list)[(*listed)++] = (hearth_peer){rank, part->volume, 1, part};
  }
  return HEARTH_OK;
}

static hearth_status find_local(hearth_plan *plan) {
  const int rank = plan->ctx->rank;
  HEARTH_TRY(hearth_allocate(plan->ctx, (int64_t)sizeof *plan->local_part, &plan->local_part));
  *plan->local_part = (hearth_part){.volume = 1};
  for (int32_t d = 0; d < plan->ndim; d++) {
    const hearth_span from = span_of(plan->source, rank, d, plan->source_start), to = span_of(plan->target, rank, d, plan->target_start);
    HEARTH_TRY(hearth_overlap_make(plan->ctx, &from, &to, plan->count[d], &plan->own[d]));
    plan->local_part->overlap[d] = &plan->own[d];
    plan->local_part->volume *= plan->own[d].total;
  }
  plan->local = (hearth_peer){rank, plan->local_part->volume, plan->local_part->volume > 0, plan->local_part};
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

static void free_table(const hearth_context *ctx, const hearth_dim *dim, hearth_overlap *table) {
  if (table)
    for (int64_t c = 0; c < dim->processes; c++) hearth_overlap_free(ctx, &table[c]);
  hearth_deallocate(ctx, table);
}

void hearth_plan_drop_peers(hearth_plan *plan) {
  const hearth_context *ctx = plan->ctx;
  for (int32_t d = 0; d < plan->ndim; d++) {
    free_table(ctx, &plan->target->dim[d], plan->outgoing[d]);
    free_table(ctx, &plan->source->dim[d], plan->incoming[d]);
    hearth_overlap_free(ctx, &plan->own[d]);
  }
  hearth_deallocate(ctx, plan->send);
  hearth_deallocate(ctx, plan->receive);
  hearth_deallocate(ctx, plan->send_part);
  hearth_deallocate(ctx, plan->receive_part);
  hearth_deallocate(ctx, plan->local_part);
}
