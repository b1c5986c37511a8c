#include "core/context_impl.h"
#include "core/error_impl.h"
#include <stdarg.h>
#include <stdio.h>

void hearth_log_write(const hearth_context *ctx, int32_t level, const char *format, ...) {
  if (!ctx || !ctx->log || level > ctx->log_level) return;
  char message[HEARTH_MESSAGE_CAPACITY];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  ctx->log(ctx->log_user, level, ctx->rank, message);
}

void hearth_progress(const hearth_context *ctx, const char *phase, int64_t done, int64_t total) {
  if (ctx && ctx->progress && ctx->rank == 0) ctx->progress(ctx->progress_user, phase, done, total);
}
