#include "tensor/plan_shared.h"
#include "core/error.h"
#include "core/memory.h"

enum { SLOTS = 4, ALIGNMENT = 64 };

int64_t hearth_shared_bytes(const hearth_context *ctx) {
  return ctx->node && ctx->node->memory ? ctx->node->area : 0;
}

/* A rank sends to at most `busiest` others, and to all others of its node: both ends of a channel come to the same. */
static int64_t slot_bytes(const hearth_plan *plan) {
  const hearth_node *node = plan->ctx->node;
  const int64_t others = node->size - 1, most = plan->busiest < others ? plan->busiest : others;
  return node->area / (SLOTS * most) / ALIGNMENT * ALIGNMENT;
}

static int64_t count(const hearth_context *ctx, int64_t n, const hearth_peer *peer) {
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) found += hearth_node_has(ctx, peer[i].rank);
  return found;
}

static void open_channels(hearth_shared *shared, bool sends, int64_t n, const hearth_peer *peer) {
  const hearth_context *ctx = shared->journey.plan->ctx;
  const hearth_node *node = ctx->node;
  int64_t offset = 0;
  for (int64_t i = 0; i < n; i++) {
    if (!hearth_node_has(ctx, peer[i].rank)) continue;
    const int other = node->number_of[peer[i].rank];
    hearth_channel *c = &shared->channel[shared->n++];
    *c = (hearth_channel){.peer = &peer[i], .sends = sends, .pair = hearth_node_pair_of(node, sends ? node->self : other, sends ? other : node->self)};
    if (sends) {
      c->slots = hearth_node_area(node, node->self) + offset;
      atomic_store(&c->pair->offset, offset);
      atomic_store(&c->pair->filled, 0);
      offset += SLOTS * shared->journey.round_bytes;
    } else {
      atomic_store(&c->pair->drained, 0);
    }
  }
}

hearth_status hearth_shared_make(const hearth_journey *journey, hearth_shared *shared) {
  const hearth_plan *plan = journey->plan;
  const hearth_context *ctx = plan->ctx;
  *shared = (hearth_shared){.journey = *journey};
  const int64_t n = count(ctx, plan->nsends, plan->send) + count(ctx, plan->nreceives, plan->receive);
  if (n == 0) return HEARTH_OK;
  shared->journey.round_bytes = slot_bytes(plan);
  HEARTH_TRY(hearth_memory_account(ctx, hearth_shared_bytes(ctx)));
  shared->counted = true;
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *shared->channel, &shared->channel));
  open_channels(shared, true, plan->nsends, plan->send);
  open_channels(shared, false, plan->nreceives, plan->receive);
  shared->left = shared->n;
  return HEARTH_OK;
}

void hearth_shared_free(hearth_shared *shared) {
  if (!shared->journey.plan) return;
  const hearth_context *ctx = shared->journey.plan->ctx;
  hearth_deallocate(ctx, shared->channel);
  if (shared->counted) hearth_memory_account(ctx, -hearth_shared_bytes(ctx));
  *shared = (hearth_shared){.n = 0};
}

static void finish_if_done(hearth_shared *shared, hearth_channel *c) {
  c->done = c->next.traveller == shared->journey.n;
  shared->left -= c->done;
}

static bool send_round(hearth_shared *shared, hearth_channel *c, hearth_status *moved) {
  if (c->rounds - atomic_load_explicit(&c->pair->drained, memory_order_acquire) == SLOTS) return false;
  const hearth_cursor round = c->next;
  char *const slot = c->slots + c->rounds % SLOTS * shared->journey.round_bytes;
  hearth_traffic *const traffic = shared->journey.plan->ctx->traffic;
  traffic->bytes += hearth_round_skip(&shared->journey, c->peer, &c->next);
  traffic->messages++;
  const hearth_status status = hearth_round_pack(&shared->journey, c->peer, round, slot);
  if (*moved == HEARTH_OK) *moved = status;
  atomic_store_explicit(&c->pair->filled, ++c->rounds, memory_order_release);
  finish_if_done(shared, c);
  return true;
}

static bool receive_round(hearth_shared *shared, hearth_channel *c, hearth_status *moved) {
  if (atomic_load_explicit(&c->pair->filled, memory_order_acquire) == c->rounds) return false;
  const hearth_node *node = shared->journey.plan->ctx->node;
  if (!c->slots) c->slots = hearth_node_area(node, node->number_of[c->peer->rank]) + atomic_load(&c->pair->offset);
  const hearth_cursor round = c->next;
  hearth_round_skip(&shared->journey, c->peer, &c->next);
  const hearth_status status = hearth_round_unpack(&shared->journey, c->peer, round, c->slots + c->rounds % SLOTS * shared->journey.round_bytes);
  if (*moved == HEARTH_OK) *moved = status;
  atomic_store_explicit(&c->pair->drained, ++c->rounds, memory_order_release);
  finish_if_done(shared, c);
  return true;
}

bool hearth_shared_step(hearth_shared *shared, hearth_status *moved) {
  bool some = false;
  for (int64_t i = 0; i < shared->n; i++) {
    hearth_channel *c = &shared->channel[i];
    if (!c->done && (c->sends ? send_round(shared, c, moved) : receive_round(shared, c, moved))) some = true;
  }
  return some;
}
