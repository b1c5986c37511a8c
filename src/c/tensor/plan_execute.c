/* Running a plan. Every message travels in chunks; a message has a few slots, each with a buffer and a request of its own and every SLOTS-th chunk, so that one
 * chunk is packed while another flies. No slot waits for another: whichever request completes is served. */
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "tensor/plan_message.h"

enum { SLOTS = 2, FIRST_TAG = 4096, ALIGNMENT = 64 };
static const int64_t chunk_bytes = (int64_t)2 << 20, buffer_bytes = (int64_t)256 << 20;

typedef struct slot {
  const hearth_peer *peer;
  const hearth_chunking *chunking;
  bool sends;
  int64_t next;   /* chunk to begin; chunk next - SLOTS is under way */
  char *in_place; /* of the message in array memory, or NULL */
  char *buffer;
  int tag;
} slot;

typedef struct run {
  const hearth_plan *plan;
  const hearth_view *source, *target;
  int32_t dtype, order; /* of messages */
  int64_t nslots;
  slot *slot;
  hearth_chunking *chunking; /* one per peer, senders first */
  MPI_Request *request;
  char *buffers;
  hearth_scratch scratch;
  hearth_status moved; /* first failure of a copy: the exchange goes on, so that no rank waits for ever */
} run;

static int64_t element_size(const run *r) {
  return hearth_dtype_size((hearth_dtype)r->dtype);
}

static hearth_status allocate_slots(run *r) {
  const hearth_plan *plan = r->plan;
  const int64_t peers = plan->nsends + plan->nreceives;
  HEARTH_TRY(hearth_scratch_make(plan, &r->scratch));
  HEARTH_TRY(hearth_allocate(plan->ctx, peers * (int64_t)sizeof *r->chunking, &r->chunking));
  HEARTH_TRY(hearth_allocate(plan->ctx, SLOTS * peers * (int64_t)sizeof *r->slot, &r->slot));
  return hearth_allocate(plan->ctx, SLOTS * peers * (int64_t)sizeof *r->request, &r->request);
}

/* Bytes of one slot: a chunk that fits a cache, less where many peers or the context's cap allow less. Only under a cap do ranks have to ask
 * each other, and then nobody may have failed before. */
static hearth_status agree_on_chunk(const run *r, hearth_status mine, int64_t *bytes) {
  const hearth_plan *plan = r->plan;
  int64_t in_use = 0, peak = 0, cap = 0, room = buffer_bytes;
  hearth_memory_usage(plan->ctx->memory, &in_use, &peak, &cap);
  if (cap > 0) {
    HEARTH_TRY(hearth_agree(plan->ctx, mine));
    const int64_t left = (cap - in_use) / 2;
    if (left < room) room = left;
    HEARTH_TRY(hearth_allreduce_i64(plan->ctx, &room, 1, HEARTH_OP_MIN));
  }
  *bytes = room / (SLOTS * (plan->busiest > 0 ? plan->busiest : 1)) / ALIGNMENT * ALIGNMENT;
  if (*bytes > chunk_bytes) *bytes = chunk_bytes;
  return HEARTH_OK;
}

/* Describes the slots of a message; returns the bytes of buffer that it needs. */
static int64_t describe(run *r, int64_t number, const hearth_peer *peer, bool sends, int64_t limit) {
  hearth_chunking *chunking = &r->chunking[number];
  *chunking = hearth_message_chunking(peer, r->plan->ndim, r->order, limit);
  const hearth_side side = sends ? HEARTH_SIDE_SOURCE : HEARTH_SIDE_TARGET;
  char *in_place = hearth_message_in_place(r->plan, peer, chunking, side, sends ? r->source : r->target, r->dtype);
  int64_t bytes = 0;
  for (int s = 0; s < SLOTS; s++) {
    const bool used = s < chunking->chunks && !in_place;
    r->slot[SLOTS * number + s] = (slot){peer, chunking, sends, s, in_place, NULL, FIRST_TAG + s};
    if (used) bytes += (chunking->largest * element_size(r) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
  return bytes;
}

static void hand_out_buffers(run *r) {
  char *next = r->buffers;
  for (int64_t s = 0; s < r->nslots; s++) {
    slot *const user = &r->slot[s];
    r->request[s] = MPI_REQUEST_NULL;
    if (user->in_place || user->next >= user->chunking->chunks) continue;
    user->buffer = next;
    next += (user->chunking->largest * element_size(r) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

static hearth_status prepare(run *r, int64_t slot_bytes) {
  const hearth_plan *plan = r->plan;
  int64_t limit = slot_bytes / element_size(r), bytes = 0;
  if (limit < 1) limit = 1;
  for (int64_t i = 0; i < plan->nsends; i++) bytes += describe(r, i, &plan->send[i], true, limit);
  for (int64_t i = 0; i < plan->nreceives; i++) bytes += describe(r, plan->nsends + i, &plan->receive[i], false, limit);
  r->nslots = SLOTS * (plan->nsends + plan->nreceives);
  HEARTH_TRY(hearth_allocate(plan->ctx, bytes, &r->buffers));
  hand_out_buffers(r);
  return HEARTH_OK;
}

static void note(run *r, hearth_status status) {
  if (r->moved == HEARTH_OK) r->moved = status;
}

static hearth_status start(run *r, slot *s, MPI_Request *request) {
  const hearth_chunk chunk = hearth_message_chunk(s->chunking, s->next);
  const int64_t size = element_size(r);
  char *const data = s->in_place ? s->in_place + chunk.offset * size : s->buffer;
  s->next += SLOTS;
  if (!s->sends) return hearth_irecv(r->plan->ctx, data, chunk.elements * size, s->peer->rank, s->tag, request);
  if (!s->in_place) {
    const hearth_view view = hearth_message_view(s->chunking, &chunk, r->dtype, data);
    note(r, hearth_message_move(r->plan, s->peer, &chunk, &r->scratch, HEARTH_SIDE_MESSAGE, &view, HEARTH_SIDE_SOURCE, r->source));
  }
  return hearth_isend(r->plan->ctx, data, chunk.elements * size, s->peer->rank, s->tag, request);
}

/* What a completed request leaves to do. */
static hearth_status serve(run *r, slot *s, MPI_Request *request) {
  if (!s->sends && !s->in_place) {
    const hearth_chunk chunk = hearth_message_chunk(s->chunking, s->next - SLOTS);
    const hearth_view view = hearth_message_view(s->chunking, &chunk, r->dtype, s->buffer);
    note(r, hearth_message_move(r->plan, s->peer, &chunk, &r->scratch, HEARTH_SIDE_TARGET, r->target, HEARTH_SIDE_MESSAGE, &view));
  }
  return s->next < s->chunking->chunks ? start(r, s, request) : HEARTH_OK;
}

static hearth_status start_all(run *r, bool sends) {
  for (int64_t s = 0; s < r->nslots; s++)
    if (r->slot[s].sends == sends && r->slot[s].next < r->slot[s].chunking->chunks) HEARTH_TRY(start(r, &r->slot[s], &r->request[s]));
  return HEARTH_OK;
}

static void move_local(run *r) {
  const hearth_peer *local = &r->plan->local;
  if (local->volume == 0) return;
  hearth_chunk all = {.elements = local->volume};
  for (int32_t d = 0; d < r->plan->ndim; d++) all.end[d] = local->overlap[d]->total;
  note(r, hearth_message_move(r->plan, local, &all, &r->scratch, HEARTH_SIDE_TARGET, r->target, HEARTH_SIDE_SOURCE, r->source));
}

static hearth_status exchange(run *r) {
  const hearth_context *ctx = r->plan->ctx;
  HEARTH_TRY(start_all(r, false));
  HEARTH_TRY(start_all(r, true));
  move_local(r);
  while (r->nslots > 0) {
    int64_t done = -1;
    HEARTH_TRY(hearth_wait_any(ctx, r->nslots, r->request, &done));
    if (done < 0) break;
    HEARTH_TRY(serve(r, &r->slot[done], &r->request[done]));
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

static hearth_status check_arrays(const hearth_plan *plan, const hearth_array *source, const hearth_array *target) {
  HEARTH_TRY(check_array(plan, source, plan->source, "source"));
  HEARTH_TRY(check_array(plan, target, plan->target, "target"));
  HEARTH_REQUIRE(plan->ctx, source != target, "source and target are the same array");
  return HEARTH_OK;
}

static void describe_run(run *r, const hearth_array *source, const hearth_array *target) {
  r->source = hearth_array_view(source);
  r->target = hearth_array_view(target);
  r->order = target->order;
  const bool narrower = hearth_dtype_size((hearth_dtype)source->dtype) < hearth_dtype_size((hearth_dtype)target->dtype);
  r->dtype = narrower ? source->dtype : target->dtype;
}

hearth_status hearth_plan_execute(hearth_plan *plan, const hearth_array *source, hearth_array *target) {
  HEARTH_REQUIRE(NULL, plan, "the plan is NULL");
  hearth_context *ctx = plan->ctx;
  HEARTH_GUARD_FP(ctx);
  run r = {.plan = plan};
  bool in_flight = false;
  int64_t slot_bytes = 0;
  hearth_status status, mine = check_arrays(plan, source, target);
  if (mine == HEARTH_OK) describe_run(&r, source, target);
  if (mine == HEARTH_OK) mine = allocate_slots(&r);
  if (mine == HEARTH_OK) mine = ctx->backend->wait(ctx->queue);
  HEARTH_GOTO(done, agree_on_chunk(&r, mine, &slot_bytes));
  if (mine == HEARTH_OK) mine = prepare(&r, slot_bytes);
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
  hearth_deallocate(ctx, r.slot);
  hearth_deallocate(ctx, r.chunking);
  hearth_scratch_free(ctx, &r.scratch);
  return status;
}
