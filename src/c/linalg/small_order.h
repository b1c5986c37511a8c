/* LAPACK's 32-bit integers, for problems that fit one rank. */
#ifndef HEARTH_LINALG_SMALL_ORDER_H
#define HEARTH_LINALG_SMALL_ORDER_H
#include "core/error.h"
#include <limits.h>

/* LAPACK's integer for a dimension of a small problem; leading dimensions must be at least 1. */
static inline int hearth_small_order(int64_t n) {
  return n > 0 ? (int)n : 1;
}

static inline hearth_status hearth_small_check(const hearth_context *ctx, int64_t n) {
  HEARTH_REQUIRE(ctx, n <= INT_MAX / 64, "a replicated problem of order %lld is beyond LAPACK's 32-bit integers", (long long)n);
  return HEARTH_OK;
}

#endif
