#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/backend.h"

#define REQUIRE_CONTEXT(ctx, function) HEARTH_REQUIRE(NULL, (ctx) != NULL, function ": the context is NULL")

hearth_status hearth_context_rank(const hearth_context *ctx, int32_t *rank) {
  REQUIRE_CONTEXT(ctx, "hearth_context_rank");
  HEARTH_REQUIRE(ctx, rank, "hearth_context_rank: the place for the rank is NULL");
  *rank = ctx->rank;
  return HEARTH_OK;
}

hearth_status hearth_context_size(const hearth_context *ctx, int32_t *size) {
  REQUIRE_CONTEXT(ctx, "hearth_context_size");
  HEARTH_REQUIRE(ctx, size, "hearth_context_size: the place for the size is NULL");
  *size = ctx->size;
  return HEARTH_OK;
}

const char *hearth_context_backend(const hearth_context *ctx) {
  return ctx ? ctx->backend->name : "";
}

hearth_status hearth_context_memory(const hearth_context *ctx, int64_t *in_use, int64_t *peak, int64_t *cap) {
  REQUIRE_CONTEXT(ctx, "hearth_context_memory");
  hearth_memory_usage(ctx->memory, in_use, peak, cap);
  return HEARTH_OK;
}

hearth_status hearth_context_memory_reset_peak(hearth_context *ctx) {
  REQUIRE_CONTEXT(ctx, "hearth_context_memory_reset_peak");
  hearth_memory_reset_peak(ctx->memory);
  return HEARTH_OK;
}

hearth_status hearth_context_memory_trim(hearth_context *ctx) {
  REQUIRE_CONTEXT(ctx, "hearth_context_memory_trim");
  hearth_memory_trim(ctx->memory);
  return HEARTH_OK;
}

hearth_status hearth_context_traffic(const hearth_context *ctx, int64_t *collectives, int64_t *messages, int64_t *bytes) {
  REQUIRE_CONTEXT(ctx, "hearth_context_traffic");
  if (collectives) *collectives = ctx->traffic->collectives;
  if (messages) *messages = ctx->traffic->messages;
  if (bytes) *bytes = ctx->traffic->bytes;
  return HEARTH_OK;
}

hearth_status hearth_context_set_log(hearth_context *ctx, int32_t level, hearth_log_function log, void *user) {
  REQUIRE_CONTEXT(ctx, "hearth_context_set_log");
  HEARTH_REQUIRE(ctx, level >= HEARTH_LOG_ERROR && level <= HEARTH_LOG_DEBUG, "hearth_context_set_log: level %d is not between %d (error) and %d (debug)",
                 (int)level, HEARTH_LOG_ERROR, HEARTH_LOG_DEBUG);
  ctx->log = log;
  ctx->log_user = user;
  ctx->log_level = level;
  return HEARTH_OK;
}

hearth_status hearth_context_set_progress(hearth_context *ctx, hearth_progress_function progress, void *user) {
  REQUIRE_CONTEXT(ctx, "hearth_context_set_progress");
  ctx->progress = progress;
  ctx->progress_user = user;
  return HEARTH_OK;
}
