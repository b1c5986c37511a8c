#include "core/fpenv.h"
#include "core/context_impl.h"
#if defined(_OPENMP)
#include <omp.h>
#endif

/* What a thread had before the guard at depth `held_by` took over; 0: nothing is held. A worker's environment outlives the parallel region in which it was
 * saved, hence thread-local; the OpenMP runtime keeps the threads of a team for the next team of the same size. */
static _Thread_local int held_by;
static _Thread_local fenv_t held;
/* Of the calling thread: nested guards (a public function that calls another) and the team that is guarded already. */
static _Thread_local int depth;
static _Thread_local int guarded_threads;

static void hold(int level) {
  if (held_by) return;
  feholdexcept(&held);  /* saves modes, traps and flags, and clears the flags */
  fesetenv(FE_DFL_ENV); /* no traps, round to nearest, no flush to zero: the same numbers in every host program */
  held_by = level;
}

/* `caller`: for a worker that was started under the guard; it gets what it would have inherited without. */
static void give_back(int level, const fenv_t *caller) {
  if (held_by == level) {
    fesetenv(&held);
    held_by = 0;
  } else if (!held_by) {
    fesetenv(caller);
  }
}

hearth_fpenv hearth_fpenv_enter(const hearth_context *ctx) {
  hearth_fpenv env = {.saved = 0};
  const int threads = ctx ? ctx->threads : 1;
  depth++;
  if (guarded_threads >= threads) return env;
  env.saved = guarded_threads ? guarded_threads : -1;
  guarded_threads = threads;
  const int level = depth;
#if defined(_OPENMP)
  if (threads > 1) {
    /* Before this thread changes anything: workers that start here inherit the caller's environment. */
#pragma omp parallel num_threads(threads)
    hold(level);
  }
#endif
  hold(level);
  env.caller = held;
  return env;
}

void hearth_fpenv_leave(hearth_fpenv *env) {
  const int level = depth--;
  if (!env->saved) return;
  const int threads = guarded_threads;
  guarded_threads = env->saved > 0 ? env->saved : 0;
#if defined(_OPENMP)
  if (threads > 1) {
    const fenv_t *caller = &env->caller;
#pragma omp parallel num_threads(threads)
    if (omp_get_thread_num() > 0) give_back(level, caller);
  }
#endif
  (void)threads;
  if (held_by == level) give_back(level, &env->caller);
}
