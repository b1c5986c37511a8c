#include "comm/communicator.h"
#include "comm/node.h"
#include "core/context_options.h"
#include "core/error.h"
#include "core/error_impl.h"
#include "core/memory.h"
#include "kernels/backend.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A context and what it points to, in one allocation. */
struct context_block {
  struct hearth_context ctx; /* first: a context's address is its block's */
  struct hearth_error error;
  hearth_traffic traffic;
};

static void prepare(struct context_block *block) {
  block->ctx.error = &block->error;
  block->ctx.traffic = &block->traffic;
  block->ctx.message_limit = INT_MAX;
  block->ctx.references = 1;
  block->error.rank = -1;
}

/* The local part of creation. What it made is released by `dismantle`, however far it came. */
static hearth_status equip(hearth_context *ctx, const hearth_context_options *options) {
  HEARTH_TRY(hearth_context_set_options(ctx, options));
  ctx->counts = malloc(2 * (size_t)ctx->size * sizeof *ctx->counts);
  if (!ctx->counts) return hearth_fail(ctx, HEARTH_ERR_MEMORY, "no memory for a context on %d ranks", ctx->size);
  if (hearth_memory_create(ctx->options.memory_cap, &ctx->memory) != HEARTH_OK) return hearth_fail(ctx, HEARTH_ERR_MEMORY, "%s", hearth_error_message(NULL));
  HEARTH_TRY(ctx->backend->queue_create(ctx, &ctx->queue));
  return hearth_communicator_keep(ctx);
}

/* Releases all but the communicator and the block; returns the number of memory blocks that are still held. */
static int64_t dismantle(hearth_context *ctx, int64_t *bytes) {
  if (ctx->queue) ctx->backend->queue_destroy(ctx->queue);
  ctx->queue = NULL;
  *bytes = 0;
  if (ctx->memory) hearth_memory_usage(ctx->memory, bytes, NULL, NULL);
  hearth_groups_forget(ctx);
  hearth_node_close(ctx);
  free(ctx->counts);
  ctx->counts = NULL;
  return hearth_memory_destroy(&ctx->memory);
}

hearth_status hearth_context_create(MPI_Comm comm, const hearth_context_options *options, hearth_context **ctx) {
  if (ctx) *ctx = NULL;
  HEARTH_TRY(hearth_mpi_start());
  struct context_block spare = {0}; /* a rank without memory takes part in the agreement all the same */
  struct context_block *made = calloc(1, sizeof *made), *block = made ? made : &spare;
  prepare(block);
  hearth_context *self = &block->ctx;
  hearth_status status = hearth_communicator_duplicate(self, comm);
  if (status != HEARTH_OK) {
    free(made);
    return status;
  }
  if (!ctx)
    status = hearth_fail(self, HEARTH_ERR_ARGUMENT, "hearth_context_create: the place for the context is NULL");
  else if (!made)
    status = hearth_fail(self, HEARTH_ERR_MEMORY, "no memory for a context");
  else
    status = equip(self, options);
  status = hearth_context_agree_options(self, status);
  if (status == HEARTH_OK) {
    *ctx = self;
    return HEARTH_OK;
  }
  int64_t bytes;
  hearth_fail_on(NULL, status, block->error.rank, block->error.message);
  dismantle(self, &bytes);
  if (status != HEARTH_ERR_MPI) hearth_communicator_free(self); /* after a failure of MPI nothing collective can be relied on */
  free(made);
  return status;
}

hearth_status hearth_context_create_fortran(int32_t comm, const hearth_context_options *options, hearth_context **ctx) {
  HEARTH_TRY(hearth_mpi_start()); /* handles cannot be converted before */
  return hearth_context_create(MPI_Comm_f2c((MPI_Fint)comm), options, ctx);
}

/* "2 arrays, 1 plan": what is alive. */
static void list_objects(const hearth_context *ctx, char *text, size_t capacity) {
#define KIND_NAME(name, words) words,
  static const char *const kind_name[] = {HEARTH_OBJECT_LIST(KIND_NAME)};
#undef KIND_NAME
  size_t used = 0;
  text[0] = '\0';
  for (int k = 0; k < HEARTH_OBJECT_KINDS && used < capacity; k++)
    if (ctx->objects[k] != 0)
      used += (size_t)snprintf(text + used, capacity - used, "%s%" PRId64 " %s%s", used ? ", " : "", ctx->objects[k], kind_name[k],
                               ctx->objects[k] == 1 ? "" : "s");
}

/* The message goes to the thread's record as well: the caller has no handle any more with which to ask the context. */
static hearth_status report_leak(const hearth_context *ctx, int rank, const char *what, int64_t bytes) {
  char message[HEARTH_MESSAGE_CAPACITY];
  snprintf(message, sizeof message, "the context is destroyed while %s and %" PRId64 " bytes are alive; destroy what was made from it first", what, bytes);
  if (ctx) hearth_fail_on(ctx, HEARTH_ERR_LEAK, rank, message);
  return hearth_fail_on(NULL, HEARTH_ERR_LEAK, rank, message);
}

/* The last reference is gone. No MPI call is made here, so that this is local and may come after MPI_Finalize. */
static hearth_status release(hearth_context *ctx) {
  char what[64];
  int64_t bytes;
  const int rank = ctx->rank;
  const bool check = ctx->options.leak_check != 0;
  const int64_t blocks = dismantle(ctx, &bytes);
  free(ctx); /* the block's first member */
  if (!check || (blocks == 0 && bytes == 0)) return HEARTH_OK;
  snprintf(what, sizeof what, "%" PRId64 " memory block%s", blocks, blocks == 1 ? "" : "s");
  return report_leak(NULL, rank, what, bytes);
}

hearth_status hearth_context_destroy(hearth_context **ctx) {
  if (!ctx || !*ctx) return HEARTH_OK;
  hearth_context *self = *ctx;
  *ctx = NULL;
  if (--self->references == 0) return release(self);
  if (!self->options.leak_check) return HEARTH_OK;
  char what[512];
  int64_t bytes;
  list_objects(self, what, sizeof what);
  hearth_memory_usage(self->memory, &bytes, NULL, NULL);
  return report_leak(self, self->rank, what, bytes);
}

void hearth_context_hold(const hearth_context *ctx, hearth_object_kind kind) {
  hearth_context *self = (hearth_context *)ctx; /* counting is no change that a user of a const context sees */
  if (!self) return;
  self->references++;
  self->objects[kind]++;
}

void hearth_context_drop(const hearth_context *ctx, hearth_object_kind kind) {
  hearth_context *self = (hearth_context *)ctx;
  if (!self) return;
  self->objects[kind]--;
  if (--self->references == 0) release(self);
}
