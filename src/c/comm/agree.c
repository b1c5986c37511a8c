#include "comm/comm_impl.h"
#include "core/error_impl.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64 /* numbers compared by one allreduce */

/* All ranks know that `loser` failed: they take over its record. */
static hearth_status adopt(const hearth_context *ctx, hearth_status mine, int loser) {
  struct hearth_error record = *ctx->error;
  if (ctx->rank == loser && record.status != mine) { /* the failing call left no message */
    record = (struct hearth_error){.status = mine, .rank = loser};
    snprintf(record.message, sizeof record.message, "%s", hearth_status_string(mine));
  }
  HEARTH_TRY(hearth_broadcast(ctx, &record, (int64_t)sizeof record, loser));
  return hearth_fail_on(ctx, record.status, record.rank, record.message);
}

hearth_status hearth_agree(const hearth_context *ctx, hearth_status mine) {
  int64_t loser = mine == HEARTH_OK ? ctx->size : ctx->rank;
  HEARTH_TRY(hearth_allreduce_i64(ctx, &loser, 1, HEARTH_OP_MIN));
  return loser == ctx->size ? HEARTH_OK : adopt(ctx, mine, (int)loser);
}

/* The name at `index` of "rows|columns|seed"; a name that stands for several numbers gets the position. */
static void name_of(const char *what, int64_t index, char *name, size_t capacity) {
  const char *start = what;
  for (int64_t i = 0; i < index && start; i++) {
    start = strchr(start, '|');
    if (start) start++;
  }
  if (start)
    snprintf(name, capacity, "%.*s", (int)strcspn(start, "|"), start);
  else
    snprintf(name, capacity, "%s", what);
  if (!strchr(what, '|')) snprintf(name + strlen(name), capacity - strlen(name), "[%" PRId64 "]", index);
}

/* Number `index` is at least `low` and at most `high`, and these differ. */
static hearth_status refuse(const hearth_context *ctx, const char *what, int64_t index, int64_t value, int64_t low, int64_t high) {
  char name[128];
  int64_t holder[2] = {value == low ? ctx->rank : ctx->size, value == high ? ctx->rank : ctx->size};
  HEARTH_TRY(hearth_allreduce_i64(ctx, holder, 2, HEARTH_OP_MIN));
  const bool low_first = holder[0] < holder[1];
  const int64_t first = low_first ? holder[0] : holder[1], second = low_first ? holder[1] : holder[0];
  name_of(what, index, name, sizeof name);
  char message[HEARTH_MESSAGE_CAPACITY];
  snprintf(message, sizeof message, "%s is %" PRId64 " on rank %" PRId64 " and %" PRId64 " on rank %" PRId64 "; it must be the same on all ranks", name,
           low_first ? low : high, first, low_first ? high : low, second);
  return hearth_fail_on(ctx, HEARTH_ERR_MISMATCH, (int)second, message);
}

/* numbers: [own rank if failed, v..., ~v...]; the smallest ~v is ~(the largest v), without the overflow that -v can have. */
static hearth_status agree_block(const hearth_context *ctx, hearth_status mine, const char *what, const int64_t *values, int64_t at, int64_t n) {
  int64_t numbers[1 + 2 * BLOCK];
  numbers[0] = mine == HEARTH_OK ? ctx->size : ctx->rank;
  for (int64_t i = 0; i < n; i++) {
    numbers[1 + i] = mine == HEARTH_OK ? values[at + i] : 0;
    numbers[1 + n + i] = ~numbers[1 + i];
  }
  HEARTH_TRY(hearth_allreduce_i64(ctx, numbers, 1 + 2 * n, HEARTH_OP_MIN));
  if (numbers[0] < ctx->size) return adopt(ctx, mine, (int)numbers[0]);
  for (int64_t i = 0; i < n; i++)
    if (numbers[1 + i] != ~numbers[1 + n + i]) return refuse(ctx, what, at + i, values[at + i], numbers[1 + i], ~numbers[1 + n + i]);
  return HEARTH_OK;
}

hearth_status hearth_agree_same(const hearth_context *ctx, hearth_status mine, const char *what, const int64_t *values, int64_t n) {
  int64_t at = 0;
  do {
    const int64_t block = n - at < BLOCK ? n - at : BLOCK;
    HEARTH_TRY(agree_block(ctx, mine, what, values, at, block));
    at += block;
  } while (at < n);
  return HEARTH_OK;
}
