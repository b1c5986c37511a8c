#define _GNU_SOURCE /* feenableexcept */
#include "harness.h"
#include "core/context_impl.h"
#include "core/fpenv.h"
#include <string.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif
#if defined(_OPENMP)
#include <omp.h>
#define thread_number() omp_get_thread_num()
#else
#define thread_number() 0
#endif

#define TRAPS (FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW)
#define TEAM 3

static volatile double zero = 0.0, one = 1.0, huge = 1e300;

/* What a host program may have set, one value per thread of the team. */
struct environment {
  int traps, flags, rounding;
  unsigned flush; /* flush to zero and denormals are zero */
};

static unsigned flush_bits(void) {
#if defined(__SSE2__)
  return _mm_getcsr() & 0x8040u;
#else
  return 0;
#endif
}

static void set_flush(void) {
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040u);
#endif
}

static struct environment look(void) {
  return (struct environment){fegetexcept(), fetestexcept(FE_ALL_EXCEPT), fegetround(), flush_bits()};
}

static bool same(const struct environment *a, const struct environment *b) {
  return a->traps == b->traps && a->flags == b->flags && a->rounding == b->rounding && a->flush == b->flush;
}

/* A model's settings, different in each thread. */
static void set_caller(int thread) {
  fesetenv(FE_DFL_ENV);
  set_flush();
  fesetround(thread % 2 ? FE_UPWARD : FE_DOWNWARD);
  feraiseexcept(thread % 2 ? FE_INEXACT | FE_UNDERFLOW : FE_INEXACT);
  feenableexcept(thread == 2 ? FE_INVALID : TRAPS);
}

static void provoke(void) {
  volatile double result = one / zero;
  result = zero / zero;
  result = huge * huge;
  (void)result;
}

/* Under the guard: no traps, no flags, nearest, no flushing; in all threads of the team; and the provocations do not end the program. */
static bool guarded_work(int team) {
  int wrong = 0;
  (void)team; /* for builds without OpenMP */
#pragma omp parallel num_threads(team) reduction(+ : wrong)
  {
    const struct environment now = look(), expected = {0, 0, FE_TONEAREST, 0};
    wrong += !same(&now, &expected);
    provoke();
    wrong += !fetestexcept(FE_DIVBYZERO);
    feclearexcept(FE_ALL_EXCEPT);
  }
  return wrong == 0;
}

static bool work(const hearth_context *ctx, int team) {
  HEARTH_GUARD_FP(ctx);
  return guarded_work(team);
}

/* Returns early and leaves flags behind: the guard works on every way out. */
static hearth_status work_that_fails(const hearth_context *ctx) {
  HEARTH_GUARD_FP(ctx);
#pragma omp parallel num_threads(TEAM)
  provoke();
  if (fetestexcept(FE_DIVBYZERO)) return HEARTH_ERR_NUMERICAL;
  return HEARTH_OK;
}

static bool nested(const hearth_context *ctx, const hearth_context *inner, int team) {
  HEARTH_GUARD_FP(ctx);
  bool right = work(inner, team);
  right = right && work(ctx, ctx->threads);
  return right && guarded_work(ctx->threads); /* leaving the inner ones has not brought the traps back */
}

static hearth_context *context_with_threads(int threads) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.threads = threads;
  options.leak_check = 1;
  return test_context_with(&options);
}

/* Sets the environments, runs the case, compares the environments, and puts back the harness's. */
enum what { PLAIN, FAILS, NESTED, NESTED_WIDER, REPEATED };

static bool run_case(enum what what, const hearth_context *ctx, const hearth_context *single) {
  struct environment before[TEAM], after[TEAM];
  bool right = true;
  memset(before, 0, sizeof before);
  memset(after, 0, sizeof after);
  const int team = ctx->threads;
#pragma omp parallel num_threads(team)
  {
    set_caller(thread_number());
    before[thread_number()] = look();
  }
  switch (what) {
  case PLAIN:
    right = work(ctx, team);
    break;
  case FAILS:
    right = work_that_fails(ctx) == HEARTH_ERR_NUMERICAL;
    break;
  case NESTED:
    right = nested(ctx, ctx, team);
    break;
  case NESTED_WIDER:
    right = nested(single, ctx, team);
    break;
  case REPEATED:
    for (int i = 0; i < 50; i++) right = right && work(ctx, team);
    break;
  }
#pragma omp parallel num_threads(team)
  {
    after[thread_number()] = look();
    fesetenv(FE_DFL_ENV);
  }
  for (int t = 0; t < team; t++) right = right && same(&before[t], &after[t]);
  return right;
}

static void environment_comes_back(void **state) {
  (void)state;
#if defined(_OPENMP)
  static const int threads[] = {1, 2, TEAM};
#else
  static const int threads[] = {1};
#endif
  hearth_context *single = context_with_threads(1);
  for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
    hearth_context *ctx = context_with_threads(threads[i]);
    for (enum what what = PLAIN; what <= REPEATED; what++) {
      if (what == FAILS && threads[i] < TEAM) continue; /* its team is fixed */
      assert_all(run_case(what, ctx, single));
    }
    test_context_destroy(&ctx);
  }
  test_context_destroy(&single);
}

/* A smaller team under the guard makes the runtime end workers; those that it starts in their place get what they would have inherited without the guard. */
static void late_workers(void **state) {
  (void)state;
#if defined(_OPENMP)
  hearth_context *ctx = context_with_threads(TEAM);
  int wrong = 0, traps[TEAM] = {0};
#pragma omp parallel num_threads(TEAM)
  set_caller(thread_number());
  {
    HEARTH_GUARD_FP(ctx);
#pragma omp parallel num_threads(TEAM - 1)
    provoke();
#pragma omp parallel num_threads(TEAM) reduction(+ : wrong)
    wrong += fegetexcept() != 0;
#pragma omp parallel num_threads(TEAM - 1)
    provoke();
  }
#pragma omp parallel num_threads(TEAM)
  {
    traps[thread_number()] = fegetexcept();
    fesetenv(FE_DFL_ENV);
  }
  assert_all(wrong == 0 && traps[0] == TRAPS && traps[1] == TRAPS && (traps[2] == TRAPS || traps[2] == FE_INVALID));
  test_context_destroy(&ctx);
#endif
}

/* A NULL context: the guarded function is about to refuse it. */
static void null_context(void **state) {
  (void)state;
  set_caller(0);
  const struct environment before = look();
  const bool right = work(NULL, 1);
  const struct environment after = look();
  fesetenv(FE_DFL_ENV);
  assert_all(right && same(&before, &after));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(environment_comes_back),
    cmocka_unit_test(late_workers),
    cmocka_unit_test(null_context),
};
HEARTH_TEST_MAIN(tests)
