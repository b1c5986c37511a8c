/* Recording failures, and the macros with which statuses travel up. */
#ifndef HEARTH_CORE_ERROR_H
#define HEARTH_CORE_ERROR_H
#include <hearth/context.h>

/* Records `status` with this rank and the message (what is wrong, which numbers, what to do) as the context's last error, and returns `status`.
 * ctx NULL records for the thread (context creation). */
HEARTH_FAMILY hearth_status hearth_fail(const hearth_context *ctx, hearth_status status, const char *format, ...) HEARTH_PRINTF(3, 4);
/* The same for a failure that rank `rank` met; used by the agreement. */
HEARTH_FAMILY hearth_status hearth_fail_on(const hearth_context *ctx, hearth_status status, int rank, const char *message);
/* The recorded message, never NULL. */
HEARTH_FAMILY const char *hearth_error_message(const hearth_context *ctx);

#define HEARTH_TRY(call)                                                                                                                                       \
  do {                                                                                                                                                         \
    const hearth_status hearth_try_ = (call);                                                                                                                  \
    if (hearth_try_ != HEARTH_OK) return hearth_try_;                                                                                                          \
  } while (0)
/* For functions with something to release: sets `status` and jumps. */
#define HEARTH_GOTO(label, call)                                                                                                                               \
  do {                                                                                                                                                         \
    if ((status = (call)) != HEARTH_OK) goto label;                                                                                                            \
  } while (0)
/* Refuses a bad argument: HEARTH_REQUIRE(ctx, axis < ndim, "axis %d is not below %d", axis, ndim). */
#define HEARTH_REQUIRE(ctx, condition, ...)                                                                                                                    \
  do {                                                                                                                                                         \
    if (!(condition)) return hearth_fail((ctx), HEARTH_ERR_ARGUMENT, __VA_ARGS__);                                                                             \
  } while (0)

#endif
