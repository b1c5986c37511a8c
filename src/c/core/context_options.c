#include "core/context_options.h"
#include "comm/comm.h"
#include "core/error.h"
#include "kernels/backend.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#if defined(_OPENMP)
#include <omp.h>
#endif

static const struct {
  const char *name;
  hearth_backend backend;
} backend_name[] = {{"cpu", HEARTH_BACKEND_CPU},
                    {"reference", HEARTH_BACKEND_REFERENCE},
                    {"guard", HEARTH_BACKEND_GUARD},
                    {"cuda", HEARTH_BACKEND_CUDA},
                    {"hip", HEARTH_BACKEND_HIP}};
#define BACKENDS ((int)(sizeof backend_name / sizeof *backend_name))

static const char *name_of(int32_t backend) {
  for (int i = 0; i < BACKENDS; i++)
    if ((int32_t)backend_name[i].backend == backend) return backend_name[i].name;
  return "?";
}

static hearth_status resolve_backend(hearth_context *ctx) {
  const char *wanted = getenv("HEARTH_BACKEND");
  if (ctx->options.backend != HEARTH_BACKEND_DEFAULT) return HEARTH_OK;
  ctx->options.backend = HEARTH_BACKEND_CPU;
  if (!wanted || !*wanted) return HEARTH_OK;
  for (int i = 0; i < BACKENDS; i++)
    if (strcmp(backend_name[i].name, wanted) == 0) {
      ctx->options.backend = (int32_t)backend_name[i].backend;
      return HEARTH_OK;
    }
  return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "the environment variable HEARTH_BACKEND is '%s'; it may be cpu, reference or guard", wanted);
}

static int default_threads(void) {
#if defined(_OPENMP)
  return omp_get_max_threads();
#else
  return 1;
#endif
}

static hearth_status check_options(const hearth_context *ctx) {
  const hearth_context_options *o = &ctx->options;
  HEARTH_REQUIRE(ctx, o->backend >= HEARTH_BACKEND_DEFAULT && o->backend <= HEARTH_BACKEND_HIP, "option backend is %" PRId32 ", which is no hearth_backend",
                 o->backend);
  HEARTH_REQUIRE(ctx, o->reduction == HEARTH_REDUCTION_FAST || o->reduction == HEARTH_REDUCTION_REPRODUCIBLE,
                 "option reduction is %" PRId32 ", which is no hearth_reduction", o->reduction);
  HEARTH_REQUIRE(ctx, o->on_error == HEARTH_ON_ERROR_CONTINUE || o->on_error == HEARTH_ON_ERROR_STOP,
                 "option on_error is %" PRId32 ", which is no hearth_on_error", o->on_error);
  HEARTH_REQUIRE(ctx, o->threads >= 0, "option threads is %" PRId32 "; 0 leaves the number to OpenMP", o->threads);
  HEARTH_REQUIRE(ctx, o->memory_cap >= 0, "option memory_cap is %" PRId64 " bytes; 0 means no cap", o->memory_cap);
  return HEARTH_OK;
}

hearth_status hearth_context_set_options(hearth_context *ctx, const hearth_context_options *options) {
  ctx->options = (hearth_context_options)HEARTH_CONTEXT_OPTIONS_INIT;
  if (options) { /* a caller built with another version has a shorter or longer struct; size is its first member in all */
    const size_t known = sizeof ctx->options;
    HEARTH_REQUIRE(ctx, options->size >= sizeof options->size, "the options have size %zu; initialise them with HEARTH_CONTEXT_OPTIONS_INIT", options->size);
    memcpy(&ctx->options, options, options->size < known ? options->size : known);
    ctx->options.size = known;
  }
  HEARTH_TRY(check_options(ctx));
  HEARTH_TRY(resolve_backend(ctx));
  ctx->threads = ctx->options.threads > 0 ? ctx->options.threads : default_threads();
  ctx->backend = hearth_backend_find((hearth_backend)ctx->options.backend);
  if (!ctx->backend) return hearth_fail(ctx, HEARTH_ERR_NOT_BUILT, "this build has no %s backend", name_of(ctx->options.backend));
  return HEARTH_OK;
}

hearth_status hearth_context_agree_options(const hearth_context *ctx, hearth_status mine) {
  const hearth_context_options *o = &ctx->options;
  const int64_t values[] = {o->backend, o->reduction, o->threads, o->on_error, o->memory_cap, (int64_t)o->seed, o->leak_check};
  return hearth_agree_same(ctx, mine, "option backend|option reduction|option threads|option on_error|option memory_cap|option seed|option leak_check", values,
                           (int64_t)(sizeof values / sizeof *values));
}
