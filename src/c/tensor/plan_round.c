#include "tensor/plan_round.h"
#include "core/context_impl.h"
#include "core/error.h"
#include <stdbool.h>

/* A chunk that the cursor stands at. */
typedef struct item {
  const hearth_traveller *traveller;
  const hearth_part *part;
  hearth_chunking chunking;
  hearth_chunk chunk;
  int64_t bytes;
} item;

static int64_t padded(int64_t bytes) {
  return (bytes + HEARTH_ROUND_ALIGNMENT - 1) / HEARTH_ROUND_ALIGNMENT * HEARTH_ROUND_ALIGNMENT;
}

static bool at_end(const hearth_journey *journey, const hearth_peer *peer, const hearth_cursor *cursor) {
  return peer->nparts == 0 || cursor->traveller == journey->n;
}

static hearth_chunking chunking_of(const hearth_journey *journey, const hearth_part *part, const hearth_traveller *traveller) {
  return hearth_message_chunking(part, journey->plan->ndim, traveller->order, journey->round_bytes / hearth_dtype_size((hearth_dtype)traveller->dtype));
}

static item item_at(const hearth_journey *journey, const hearth_peer *peer, const hearth_cursor *cursor) {
  item it = {.traveller = &journey->traveller[cursor->traveller], .part = &peer->part[cursor->part]};
  it.chunking = chunking_of(journey, it.part, it.traveller);
  it.chunk = hearth_message_chunk(&it.chunking, cursor->chunk);
  it.bytes = it.chunk.elements * hearth_dtype_size((hearth_dtype)it.traveller->dtype);
  return it;
}

static void advance(const hearth_peer *peer, const item *it, hearth_cursor *cursor) {
  if (++cursor->chunk < it->chunking.chunks) return;
  cursor->chunk = 0;
  if (++cursor->part < peer->nparts) return;
  cursor->part = 0;
  cursor->traveller++;
}

/* Calls `visit` for the chunks of the round that begins at the cursor, with their places in the message; returns the bytes of all. */
typedef hearth_status (*visitor)(hearth_journey *journey, const item *it, char *data);

typedef struct round_walk {
  hearth_journey *journey;
  visitor visit;
  char *buffer;
  hearth_status status;
} round_walk;

static int64_t walk(const hearth_journey *journey, const hearth_peer *peer, hearth_cursor *cursor, round_walk *walk) {
  int64_t bytes = 0;
  while (!at_end(journey, peer, cursor)) {
    const item it = item_at(journey, peer, cursor);
    const int64_t place = padded(bytes);
    if (bytes > 0 && it.bytes > journey->round_bytes - place) break;
    if (walk && walk->status == HEARTH_OK) walk->status = walk->visit(walk->journey, &it, walk->buffer + place);
    bytes = place + it.bytes;
    advance(peer, &it, cursor);
  }
  return bytes;
}

int64_t hearth_round_skip(const hearth_journey *journey, const hearth_peer *peer, hearth_cursor *cursor) {
  return walk(journey, peer, cursor, NULL);
}

int64_t hearth_round_buffer(const hearth_journey *journey, const hearth_peer *peer) {
  hearth_cursor cursor = {0, 0, 0};
  const int64_t first = hearth_round_skip(journey, peer, &cursor);
  return at_end(journey, peer, &cursor) ? first : journey->round_bytes;
}

/* The source's piece with the dimensions of the target. */
static hearth_view source_of(const hearth_plan *plan, const item *it) {
  const hearth_view *piece = &it->traveller->source->piece[it->part->source_piece].view;
  hearth_view view = *piece;
  for (int32_t d = 0; d < plan->ndim; d++) {
    view.extent[d] = piece->extent[plan->axes[d]];
    view.stride[d] = piece->stride[plan->axes[d]];
  }
  return view;
}

static const hearth_view *target_of(const item *it) {
  return &it->traveller->target->piece[it->part->target_piece].view;
}

static hearth_status pack(hearth_journey *journey, const item *it, char *data) {
  const hearth_view view = hearth_message_view(&it->chunking, &it->chunk, it->traveller->dtype, data);
  const hearth_view source = source_of(journey->plan, it);
  return hearth_message_move(journey->plan, it->part, &it->chunk, journey->scratch, HEARTH_SIDE_MESSAGE, &view, HEARTH_SIDE_SOURCE, &source);
}

static hearth_status unpack(hearth_journey *journey, const item *it, char *data) {
  const hearth_view view = hearth_message_view(&it->chunking, &it->chunk, it->traveller->dtype, data);
  return hearth_message_move(journey->plan, it->part, &it->chunk, journey->scratch, HEARTH_SIDE_TARGET, target_of(it), HEARTH_SIDE_MESSAGE, &view);
}

hearth_status hearth_round_pack(hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, char *buffer) {
  round_walk work = {journey, pack, buffer, HEARTH_OK};
  walk(journey, peer, &cursor, &work);
  return work.status;
}

hearth_status hearth_round_unpack(hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, char *buffer) {
  round_walk work = {journey, unpack, buffer, HEARTH_OK};
  walk(journey, peer, &cursor, &work);
  return work.status;
}

char *hearth_round_in_place(const hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, hearth_side side) {
  if (at_end(journey, peer, &cursor)) return NULL;
  const item it = item_at(journey, peer, &cursor);
  if (hearth_round_skip(journey, peer, &cursor) != it.bytes) return NULL;
  const hearth_view view = side == HEARTH_SIDE_SOURCE ? source_of(journey->plan, &it) : *target_of(&it);
  char *part = hearth_message_in_place(journey->plan, it.part, &it.chunking, side, &view, it.traveller->dtype);
  return part ? part + it.chunk.offset * hearth_dtype_size((hearth_dtype)it.traveller->dtype) : NULL;
}

bool hearth_round_local(hearth_journey *journey, hearth_cursor *cursor, hearth_status *moved) {
  const hearth_plan *plan = journey->plan;
  if (at_end(journey, &plan->local, cursor)) return false;
  const item it = item_at(journey, &plan->local, cursor);
  const hearth_view source = source_of(plan, &it);
  const hearth_status status = hearth_message_move(plan, it.part, &it.chunk, journey->scratch, HEARTH_SIDE_TARGET, target_of(&it), HEARTH_SIDE_SOURCE, &source);
  if (*moved == HEARTH_OK) *moved = status;
  advance(&plan->local, &it, cursor);
  return true;
}
