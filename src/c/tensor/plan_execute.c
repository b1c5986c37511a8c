#define _POSIX_C_SOURCE 200809L
/* Running a plan. Every message travels in rounds; a message has a few slots, each with a buffer and a request of its own, so that one round is packed while
 * another flies. A slot that is free takes the next round: MPI keeps the order of messages between two ranks, so that rounds meet whichever slots they are
 * in. Between ranks of one node rounds go through memory that they share (plan_shared.h). */
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/plan_round.h"
#include "tensor/plan_shared.h"
#include <sched.h>
#include <time.h>

enum { SLOTS = 2, TAG = 4096, ALIGNMENT = 64 };
static const int64_t chunk_bytes = (int64_t)2 << 20, buffer_bytes = (int64_t)256 << 20, local_bytes = (int64_t)2 << 20;

typedef struct message {
  const hearth_peer *peer;
  bool sends;
  hearth_cursor next; /* round to begin */
  int64_t buffer;     /* bytes of one slot */
} message;

typedef struct slot {
  message *message;
  hearth_cursor round; /* under way */
  bool in_place;
  char *buffer;
} slot;

typedef struct run {
  hearth_journey journey, local; /* `local` in chunks of its own: they need no buffer */
  hearth_scratch scratch;
  hearth_shared shared;
  int64_t nmessages, nslots;
  message *message; /* one per peer, senders first */
  slot *slot;
  MPI_Request *request;
  char *buffers;
  bool shares;
  hearth_status moved; /* first failure of a copy: the exchange goes on, so that no rank waits for ever */
} run;

/* Peers that messages go to and come from. */
static int64_t messages_with(const run *r, int64_t n, const hearth_peer *peer, bool sends) {
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) {
    if (r->shares && hearth_node_has(r->journey.plan->ctx, peer[i].rank)) continue;
    if (r->message) r->message[r->nmessages + found] = (message){.peer = &peer[i], .sends = sends};
    found++;
  }
  return found;
}

static hearth_status allocate_slots(run *r) {
  const hearth_plan *plan = r->journey.plan;
  const int64_t n = messages_with(r, plan->nsends, plan->send, true) + messages_with(r, plan->nreceives, plan->receive, false);
  HEARTH_TRY(hearth_allocate(plan->ctx, n * (int64_t)sizeof *r->message, &r->message));
  HEARTH_TRY(hearth_allocate(plan->ctx, SLOTS * n * (int64_t)sizeof *r->slot, &r->slot));
  HEARTH_TRY(hearth_allocate(plan->ctx, SLOTS * n * (int64_t)sizeof *r->request, &r->request));
  if (n == 0) return HEARTH_OK;
  r->nmessages += messages_with(r, plan->nsends, plan->send, true);
  r->nmessages += messages_with(r, plan->nreceives, plan->receive, false);
  return HEARTH_OK;
}

/* Bytes of one slot: a chunk that fits a cache, less where many peers or the context's cap allow less, and whether there is room to share memory. Only under a
 * cap do ranks have to ask each other, and then nobody may have failed before. */
static hearth_status agree_on_round(run *r, hearth_status mine) {
  const hearth_plan *plan = r->journey.plan;
  int64_t in_use = 0, peak = 0, cap = 0, room = buffer_bytes;
  hearth_memory_usage(plan->ctx->memory, &in_use, &peak, &cap);
  r->shares = true;
  if (cap > 0) {
    HEARTH_TRY(hearth_agree(plan->ctx, mine));
    const int64_t left = (cap - in_use) / 2, shared = hearth_shared_bytes(plan->ctx);
    int64_t number[2] = {left - shared, left > 2 * shared};
    HEARTH_TRY(hearth_allreduce_i64(plan->ctx, number, 2, HEARTH_OP_MIN));
    r->shares = number[1] != 0;
    if (!r->shares) number[0] += shared;
    if (number[0] < room) room = number[0];
  }
  const int64_t bytes = room / (SLOTS * (plan->busiest > 0 ? plan->busiest : 1)) / ALIGNMENT * ALIGNMENT;
  r->journey.round_bytes = bytes > chunk_bytes ? chunk_bytes : bytes < HEARTH_ROUND_LEAST ? HEARTH_ROUND_LEAST : bytes;
  return HEARTH_OK;
}

/* A message that lies in array memory as it travels needs no buffer: one part of one array does so with all its rounds or with none. */
static int64_t buffer_of(const run *r, const message *m) {
  const hearth_cursor start = {0, 0, 0};
  if (r->journey.n == 1 && m->peer->nparts == 1 && hearth_round_in_place(&r->journey, m->peer, start, m->sends ? HEARTH_SIDE_SOURCE : HEARTH_SIDE_TARGET))
    return 0;
  return (hearth_round_buffer(&r->journey, m->peer) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static hearth_status prepare(run *r) {
  const hearth_context *ctx = r->journey.plan->ctx;
  int64_t bytes = 0;
  if (r->shares) HEARTH_TRY(hearth_shared_make(&r->journey, &r->shared));
  HEARTH_TRY(allocate_slots(r));
  for (int64_t i = 0; i < r->nmessages; i++) {
    r->message[i].buffer = buffer_of(r, &r->message[i]);
    bytes += SLOTS * r->message[i].buffer;
  }
  HEARTH_TRY(hearth_allocate(ctx, bytes, &r->buffers));
  char *next = r->buffers;
  r->nslots = SLOTS * r->nmessages;
  for (int64_t s = 0; s < r->nslots; s++) {
    message *const m = &r->message[s / SLOTS];
    r->slot[s] = (slot){.message = m, .buffer = m->buffer > 0 ? next : NULL};
    r->request[s] = MPI_REQUEST_NULL;
    next = next ? next + m->buffer : NULL;
  }
  return HEARTH_OK;
}

static void note(run *r, hearth_status status) {
  if (r->moved == HEARTH_OK) r->moved = status;
}

/* Begins the slot's next round, if there is one left. */
static hearth_status start(run *r, slot *s, MPI_Request *request) {
  message *const m = s->message;
  const hearth_context *ctx = r->journey.plan->ctx;
  s->round = m->next;
  const int64_t bytes = hearth_round_skip(&r->journey, m->peer, &m->next);
  if (bytes == 0) return HEARTH_OK;
  char *const place = hearth_round_in_place(&r->journey, m->peer, s->round, m->sends ? HEARTH_SIDE_SOURCE : HEARTH_SIDE_TARGET);
  char *const data = place ? place : s->buffer;
  s->in_place = place != NULL;
  if (!m->sends) return hearth_irecv(ctx, data, bytes, m->peer->rank, TAG, request);
  if (!s->in_place) note(r, hearth_round_pack(&r->journey, m->peer, s->round, data));
  return hearth_isend(ctx, data, bytes, m->peer->rank, TAG, request);
}

/* What a completed request leaves to do. */
static hearth_status serve(run *r, slot *s, MPI_Request *request) {
  if (!s->message->sends && !s->in_place) note(r, hearth_round_unpack(&r->journey, s->message->peer, s->round, s->buffer));
  return start(r, s, request);
}

static hearth_status start_all(run *r, bool sends) {
  for (int64_t s = 0; s < r->nslots; s++)
    if (r->slot[s].message->sends == sends) HEARTH_TRY(start(r, &r->slot[s], &r->request[s]));
  return HEARTH_OK;
}

/* Serves a message that is complete, if there is one. */
static hearth_status step_messages(run *r, bool wait, bool *some, bool *left) {
  int64_t done = -1;
  if (wait) {
    HEARTH_TRY(hearth_wait_any(r->journey.plan->ctx, r->nslots, r->request, &done));
    *left = done >= 0;
  } else {
    HEARTH_TRY(hearth_test_any(r->journey.plan->ctx, r->nslots, r->request, &done, left));
  }
  *some = done >= 0;
  return done >= 0 ? serve(r, &r->slot[done], &r->request[done]) : HEARTH_OK;
}

/* Where there are more ranks than cores, the one that is waited for needs the core. */
static void rest(int64_t turns) {
  enum { YIELDS = 2000, NANOSECONDS = 20000 };
  if (turns < YIELDS)
    sched_yield();
  else
    nanosleep(&(struct timespec){0, NANOSECONDS}, NULL);
}

/* What others wait for goes first; the local part fills the time in which there is nothing else to do. */
static hearth_status exchange(run *r) {
  bool messages = r->nslots > 0, local = true;
  int64_t turns = 0; /* without anything to do */
  hearth_cursor place = {0, 0, 0};
  HEARTH_TRY(start_all(r, false));
  HEARTH_TRY(start_all(r, true));
  while (messages || local || r->shared.left > 0) {
    bool some = hearth_shared_step(&r->shared, &r->moved), served = false;
    if (messages) HEARTH_TRY(step_messages(r, !local && r->shared.left == 0, &served, &messages));
    turns = some || served || local ? 0 : turns + 1;
    if (some || served) continue;
    if (local)
      local = hearth_round_local(&r->local, &place, &r->moved);
    else if (r->shared.left > 0)
      rest(turns);
  }
  return HEARTH_OK;
}

static hearth_status check_array(const hearth_plan *plan, const hearth_array *array, const hearth_layout *layout, const char *which) {
  HEARTH_REQUIRE(plan->ctx, array, "the %s is NULL", which);
  int32_t equal = 0;
  HEARTH_TRY(hearth_layout_equal(array->layout, layout, &equal));
  if (!equal) return hearth_fail(plan->ctx, HEARTH_ERR_MISMATCH, "the %s array does not have the plan's %s layout", which, which);
  return hearth_array_pending(array);
}

/* No target is another array of the call: what is read is not written. */
static hearth_status check_arrays(const hearth_plan *plan, int64_t n, const hearth_array *const *sources, hearth_array *const *targets) {
  HEARTH_REQUIRE(plan->ctx, n == 0 || (sources && targets), "the list of arrays is NULL");
  for (int64_t i = 0; i < n; i++) {
    HEARTH_TRY(check_array(plan, sources[i], plan->arrays, "source"));
    HEARTH_TRY(check_array(plan, targets[i], plan->target, "target"));
  }
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = 0; k < n; k++) {
      HEARTH_REQUIRE(plan->ctx, sources[k] != targets[i], n == 1 ? "source and target are the same array" : "array %lld is both source and target",
                     (long long)i);
      HEARTH_REQUIRE(plan->ctx, k == i || targets[k] != targets[i], "targets %lld and %lld are the same array", (long long)i, (long long)k);
    }
  return HEARTH_OK;
}

static hearth_traveller traveller_of(const hearth_array *source, hearth_array *target) {
  const bool narrower = hearth_dtype_size((hearth_dtype)source->dtype) < hearth_dtype_size((hearth_dtype)target->dtype);
  return (hearth_traveller){source, target, narrower ? source->dtype : target->dtype, target->order};
}

hearth_status hearth_plan_run(hearth_plan *plan, hearth_status mine, int64_t n, const hearth_array *const *sources, hearth_array *const *targets) {
  hearth_context *ctx = plan->ctx;
  hearth_traveller one, *many = NULL;
  run r = {.journey = {.plan = plan, .n = n, .traveller = &one}};
  bool in_flight = false;
  hearth_status status;
  if (mine == HEARTH_OK && n > 1) {
    mine = hearth_allocate(ctx, n * (int64_t)sizeof *many, &many);
    r.journey.traveller = many;
  }
  for (int64_t i = 0; mine == HEARTH_OK && i < n; i++) r.journey.traveller[i] = traveller_of(sources[i], targets[i]);
  r.journey.scratch = &r.scratch;
  if (mine == HEARTH_OK) mine = hearth_scratch_make(plan, &r.scratch);
  if (mine == HEARTH_OK) mine = ctx->backend->wait(ctx->queue);
  if (ctx->size > 1 && plan->busiest > 0) HEARTH_GOTO(done, hearth_node_open(ctx));
  HEARTH_GOTO(done, agree_on_round(&r, mine));
  r.local = r.journey;
  r.local.round_bytes = local_bytes;
  if (mine == HEARTH_OK) mine = prepare(&r);
  HEARTH_GOTO(done, hearth_agree(ctx, mine));
  in_flight = true; /* after a failure of MPI itself requests may still refer to the buffers, which therefore stay */
  HEARTH_GOTO(done, exchange(&r));
  in_flight = false;
  status = hearth_agree(ctx, r.moved);
done:
  if (!in_flight) {
    hearth_deallocate(ctx, r.buffers);
    hearth_deallocate(ctx, r.request);
  }
  hearth_shared_free(&r.shared);
  hearth_deallocate(ctx, r.slot);
  hearth_deallocate(ctx, r.message);
  hearth_deallocate(ctx, many);
  hearth_scratch_free(ctx, &r.scratch);
  return status;
}

hearth_status hearth_plan_execute(hearth_plan *plan, const hearth_array *source, hearth_array *target) {
  HEARTH_REQUIRE(NULL, plan, "the plan is NULL");
  HEARTH_GUARD_FP(plan->ctx);
  return hearth_plan_run(plan, check_arrays(plan, 1, &source, &target), 1, &source, &target);
}

hearth_status hearth_plan_execute_many(hearth_plan *plan, int32_t n, const hearth_array *const *sources, hearth_array *const *targets) {
  HEARTH_REQUIRE(NULL, plan, "the plan is NULL");
  HEARTH_GUARD_FP(plan->ctx);
  const int64_t number[1] = {n};
  hearth_status mine = n >= 0 ? check_arrays(plan, n, sources, targets) : hearth_fail(plan->ctx, HEARTH_ERR_ARGUMENT, "%d arrays", n);
  HEARTH_TRY(hearth_agree_same(plan->ctx, mine, "n", number, 1));
  return n > 0 ? hearth_plan_run(plan, HEARTH_OK, n, sources, targets) : HEARTH_OK;
}
