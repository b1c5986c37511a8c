/* Who exchanges what with whom. A rank takes from itself what it holds some replica of; of the rest, the first replica sends. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/plan_meet.h"
#include <stdlib.h>
#include <string.h>

/* Whether two ranks hold the same part of a layout. */
static bool same_part(const hearth_layout *layout, int a, int b) {
  if (layout->boxes || hearth_layout_coordinate(layout, a, -1) < 0 || hearth_layout_coordinate(layout, b, -1) < 0) return false;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (hearth_layout_coordinate(layout, a, layout->dim[d].axis) != hearth_layout_coordinate(layout, b, layout->dim[d].axis)) return false;
  return true;
}

bool hearth_meetings_possible(const hearth_meetings *m, int rank) {
  const int own = m->plan->ctx->rank, sender = m->outgoing ? own : rank;
  if (rank == own || hearth_layout_coordinate(m->theirs, rank, -1) < 0) return false;
  return hearth_layout_is_primary(m->plan->source, sender) && !same_part(m->plan->source, rank, own);
}

hearth_status hearth_meetings_overlap(const hearth_meetings *m, const hearth_span *here, const hearth_span *there, int32_t d, hearth_overlap *overlap) {
  return hearth_overlap_make(m->plan->ctx, m->outgoing ? here : there, m->outgoing ? there : here, m->plan->count[d], overlap);
}

static hearth_status grow(hearth_meetings *m) {
  enum { FIRST = 8 };
  const hearth_context *ctx = m->plan->ctx;
  const int64_t capacity = m->capacity ? 2 * m->capacity : FIRST;
  hearth_meeting *grown = NULL;
  HEARTH_TRY(hearth_allocate(ctx, capacity * (int64_t)sizeof *grown, &grown));
  if (m->n > 0) memcpy(grown, m->meeting, (size_t)m->n * sizeof *grown);
  hearth_deallocate(ctx, m->meeting);
  m->meeting = grown;
  m->capacity = capacity;
  return HEARTH_OK;
}

hearth_status hearth_meetings_add(hearth_meetings *m, int rank, int32_t piece, int32_t their_piece, const hearth_overlap *const *overlap) {
  hearth_meeting met = {rank, {m->outgoing ? piece : their_piece, m->outgoing ? their_piece : piece, 1, {NULL}}};
  for (int32_t d = 0; d < m->plan->ndim; d++) {
    met.part.overlap[d] = overlap[d];
    met.part.volume *= overlap[d]->total;
  }
  if (met.part.volume == 0) return HEARTH_OK;
  if (m->n == m->capacity) HEARTH_TRY(grow(m));
  m->meeting[m->n++] = met;
  return HEARTH_OK;
}

static int by_rank_and_pieces(const void *a, const void *b) {
  const hearth_meeting *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  if (x->part.source_piece != y->part.source_piece) return x->part.source_piece < y->part.source_piece ? -1 : 1;
  return (x->part.target_piece > y->part.target_piece) - (x->part.target_piece < y->part.target_piece);
}

/* Peers from the meetings. For now `rank` is the distance: neighbours first, each rank beginning with another one, so that not all turn to rank 0 at once. */
static hearth_status list_peers(hearth_meetings *m) {
  hearth_plan *plan = m->plan;
  const int own = plan->ctx->rank, size = plan->ctx->size;
  int64_t *const listed = m->outgoing ? &plan->nsends : &plan->nreceives, peers = 0;
  hearth_peer **list = m->outgoing ? &plan->send : &plan->receive;
  hearth_part **parts = m->outgoing ? &plan->send_part : &plan->receive_part;
  for (int64_t i = 0; i < m->n; i++) m->meeting[i].rank = (m->outgoing ? m->meeting[i].rank - own + size : own - m->meeting[i].rank + size) % size;
  if (m->n > 1) qsort(m->meeting, (size_t)m->n, sizeof *m->meeting, by_rank_and_pieces);
  for (int64_t i = 0; i < m->n; i++) peers += i == 0 || m->meeting[i].rank != m->meeting[i - 1].rank;
  HEARTH_TRY(hearth_allocate(plan->ctx, peers * (int64_t)sizeof **list, list));
  HEARTH_TRY(hearth_allocate(plan->ctx, m->n * (int64_t)sizeof **parts, parts));
  for (int64_t i = 0; i < m->n; i++) {
    const int distance = m->meeting[i].rank;
    if (i == 0 || distance != m->meeting[i - 1].rank)
      (*list)[(*listed)++] = (hearth_peer){(m->outgoing ? own + distance : own - distance + size) % size, 0, 0, *parts + i};
    hearth_peer *peer = &(*list)[*listed - 1];
    (*parts)[i] = m->meeting[i].part;
    peer->nparts++;
    peer->volume += m->meeting[i].part.volume;
  }
  return HEARTH_OK;
}

static hearth_status find_direction(hearth_plan *plan, bool outgoing, hearth_status mine) {
  hearth_meetings m = {.plan = plan, .outgoing = outgoing};
  const int rank = plan->ctx->rank;
  m.mine = outgoing ? plan->source : plan->target;
  m.theirs = outgoing ? plan->target : plan->source;
  m.start = outgoing ? plan->source_start : plan->target_start;
  m.their_start = outgoing ? plan->target_start : plan->source_start;
  const bool takes_part = outgoing ? hearth_layout_is_primary(plan->source, rank) : hearth_layout_coordinate(plan->target, rank, -1) >= 0;
  m.npieces = takes_part ? hearth_layout_piece_count(m.mine) : 0;
  hearth_status status = m.theirs->boxes ? hearth_meet_boxes(&m, mine) : hearth_meet_product(&m, mine);
  if (status == HEARTH_OK) status = list_peers(&m);
  hearth_deallocate(plan->ctx, m.meeting);
  return status;
}

/* Two pieces of this rank. */
static hearth_status meet_own(hearth_meetings *m, int32_t from, int32_t to) {
  const hearth_plan *plan = m->plan;
  hearth_span here[HEARTH_MAX_NDIM], there[HEARTH_MAX_NDIM];
  hearth_overlap *overlap = NULL;
  const hearth_overlap *found[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < plan->ndim; d++) {
    int64_t first = 0, last = 0, their_first = 0, their_last = 0;
    here[d] = hearth_span_of(plan->source, from, d, plan->source_start);
    there[d] = hearth_span_of(plan->target, to, d, plan->target_start);
    if (!hearth_span_ends(&here[d], plan->count[d], &first, &last) || !hearth_span_ends(&there[d], plan->count[d], &their_first, &their_last)) return HEARTH_OK;
    if (last < their_first || their_last < first) return HEARTH_OK;
  }
  HEARTH_TRY(hearth_overlaps_add(m->plan, plan->ndim, &overlap));
  for (int32_t d = 0; d < plan->ndim; d++) {
    found[d] = &overlap[d];
    HEARTH_TRY(hearth_meetings_overlap(m, &here[d], &there[d], d, &overlap[d]));
  }
  return hearth_meetings_add(m, plan->ctx->rank, from, to, found);
}

static hearth_status find_local(hearth_plan *plan) {
  hearth_meetings m = {.plan = plan, .outgoing = true};
  const int32_t sources = hearth_layout_piece_count(plan->source), targets = hearth_layout_piece_count(plan->target);
  hearth_status status = HEARTH_OK;
  for (int32_t from = 0; from < sources; from++)
    for (int32_t to = 0; status == HEARTH_OK && to < targets; to++) status = meet_own(&m, from, to);
  if (status == HEARTH_OK) status = hearth_allocate(plan->ctx, m.n * (int64_t)sizeof *plan->local_part, &plan->local_part);
  if (status == HEARTH_OK) {
    plan->local = (hearth_peer){plan->ctx->rank, 0, m.n, plan->local_part};
    for (int64_t i = 0; i < m.n; i++) {
      plan->local_part[i] = m.meeting[i].part;
      plan->local.volume += m.meeting[i].part.volume;
    }
  }
  hearth_deallocate(plan->ctx, m.meeting);
  return status;
}

hearth_status hearth_plan_find_peers(hearth_plan *plan) {
  const hearth_status mine = find_local(plan), sends = find_direction(plan, true, mine), receives = find_direction(plan, false, sends);
  return receives;
}

void hearth_plan_drop_peers(hearth_plan *plan) {
  const hearth_context *ctx = plan->ctx;
  hearth_overlaps_drop(plan);
  hearth_deallocate(ctx, plan->send);
  hearth_deallocate(ctx, plan->receive);
  hearth_deallocate(ctx, plan->send_part);
  hearth_deallocate(ctx, plan->receive_part);
  hearth_deallocate(ctx, plan->local_part);
}
