#include "core/error.h"
#include "core/context_impl.h"
#include "core/error_impl.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Failures without a context: those of context creation, and NULL handles. */
static _Thread_local struct hearth_error thread_error = {HEARTH_OK, -1, ""};

static struct hearth_error *record_of(const hearth_context *ctx) {
  return ctx ? ctx->error : &thread_error;
}

hearth_status hearth_fail(const hearth_context *ctx, hearth_status status, const char *format, ...) {
  char message[HEARTH_MESSAGE_CAPACITY]; /* the arguments may point into the record */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  return hearth_fail_on(ctx, status, ctx ? ctx->rank : -1, message);
}

hearth_status hearth_fail_on(const hearth_context *ctx, hearth_status status, int rank, const char *message) {
  struct hearth_error *record = record_of(ctx);
  const size_t length = strnlen(message, HEARTH_MESSAGE_CAPACITY - 1);
  memmove(record->message, message, length);
  record->message[length] = '\0';
  record->status = status;
  record->rank = rank;
  return status;
}

const char *hearth_error_message(const hearth_context *ctx) {
  return record_of(ctx)->message;
}

hearth_status hearth_last_error(const hearth_context *ctx, int32_t *status, int32_t *rank, char *message, int64_t capacity) {
  const struct hearth_error *record = record_of(ctx);
  if (status) *status = (int32_t)record->status;
  if (rank) *rank = record->rank;
  if (message && capacity > 0) snprintf(message, (size_t)capacity, "%s", record->message);
  return HEARTH_OK;
}
