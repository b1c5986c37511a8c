/* The host program's floating-point environment: models run with traps on (-ffpe-trap); LAPACK, conversions and NaN handling raise flags that must not reach
 * them. A public function that computes begins with HEARTH_GUARD_FP(ctx): on every way out the environment is what it was, here and in the OpenMP workers. */
#ifndef HEARTH_CORE_FPENV_H
#define HEARTH_CORE_FPENV_H
#include <fenv.h>
#include <hearth/context.h>

typedef struct hearth_fpenv {
  fenv_t caller;
  int saved;
} hearth_fpenv;

HEARTH_FAMILY hearth_fpenv hearth_fpenv_enter(const hearth_context *ctx);
HEARTH_FAMILY void hearth_fpenv_leave(hearth_fpenv *env);
#define HEARTH_GUARD_FP(ctx) hearth_fpenv hearth_fpenv_guard_ __attribute__((cleanup(hearth_fpenv_leave), unused)) = hearth_fpenv_enter(ctx)

#endif
