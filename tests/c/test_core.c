#include "harness.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <hearth/dtype.h>
#include <hearth/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void statuses_and_dtypes(void **state) {
  (void)state;
#define CHECK_STATUS(name, code, sentence)                                                                                                                     \
  assert_int_equal(name, code);                                                                                                                                \
  assert_string_equal(hearth_status_string(name), sentence);
  HEARTH_STATUS_LIST(CHECK_STATUS)
  assert_non_null(hearth_status_string((hearth_status)777));
#define CHECK_DTYPE(name, code, bytes, text)                                                                                                                   \
  assert_int_equal(hearth_dtype_size(name), bytes);                                                                                                            \
  assert_string_equal(hearth_dtype_name(name), text);
  HEARTH_DTYPE_LIST(CHECK_DTYPE)
  assert_int_equal(hearth_dtype_size(HEARTH_DTYPE_NONE), 0);
  assert_string_equal(hearth_dtype_name((hearth_dtype)99), "?");
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", HEARTH_VERSION_MAJOR, HEARTH_VERSION_MINOR, HEARTH_VERSION_PATCH);
  assert_string_equal(hearth_version(), version);
}

static void ranks_and_backends(void **state) {
  (void)state;
  static const char *const name[] = {"cpu", "reference", "guard"};
  static const hearth_backend backend[] = {HEARTH_BACKEND_CPU, HEARTH_BACKEND_REFERENCE, HEARTH_BACKEND_GUARD};
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backend[b]);
    int32_t rank = -1, size = -1;
    assert_ok(hearth_context_rank(ctx, &rank));
    assert_ok(hearth_context_size(ctx, &size));
    assert_all(rank == test_rank && size == test_size);
    assert_string_equal(hearth_context_backend(ctx), name[b]);
    test_context_destroy(&ctx);
    assert_null(ctx);
    setenv("HEARTH_BACKEND", name[b], 1);
    ctx = test_context(HEARTH_BACKEND_DEFAULT);
    unsetenv("HEARTH_BACKEND");
    assert_string_equal(hearth_context_backend(ctx), name[b]);
    test_context_destroy(&ctx);
  }
}

/* Creation must fail on all ranks with this status, the same message everywhere, and `word` in it. */
static void refused(MPI_Comm comm, const hearth_context_options *options, hearth_context **ctx, hearth_status expected, const char *word) {
  char message[512], first[512];
  int32_t recorded = -99, rank = -99;
  const hearth_status status = hearth_context_create(comm, options, ctx);
  hearth_last_error(NULL, &recorded, &rank, message, sizeof message);
  memcpy(first, message, sizeof first);
  MPI_Bcast(first, (int)sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
  if (!strstr(message, word)) fprintf(stderr, "no '%s' in: %s\n", word, message);
  assert_all(status == expected && recorded == (int32_t)expected && (!ctx || !*ctx));
  assert_all(strcmp(first, message) == 0 && strstr(message, word) != NULL);
}

static void options_are_checked(void **state) {
  (void)state;
  static const struct {
    size_t size;
    int32_t backend, reduction, threads, on_error;
    int64_t cap;
    hearth_status status;
    const char *word;
  } bad[] = {
      {sizeof(hearth_context_options), 17, 0, 0, 0, 0, HEARTH_ERR_ARGUMENT, "backend is 17"},
      {sizeof(hearth_context_options), -1, 0, 0, 0, 0, HEARTH_ERR_ARGUMENT, "backend is -1"},
      {sizeof(hearth_context_options), HEARTH_BACKEND_HIP, 0, 0, 0, 0, HEARTH_ERR_NOT_BUILT, "hip"},
      {sizeof(hearth_context_options), 1, 2, 0, 0, 0, HEARTH_ERR_ARGUMENT, "reduction is 2"},
      {sizeof(hearth_context_options), 1, 0, -3, 0, 0, HEARTH_ERR_ARGUMENT, "threads is -3"},
      {sizeof(hearth_context_options), 1, 0, 0, 9, 0, HEARTH_ERR_ARGUMENT, "on_error is 9"},
      {sizeof(hearth_context_options), 1, 0, 0, 0, -1, HEARTH_ERR_ARGUMENT, "memory_cap is -1"},
      {0, 1, 0, 0, 0, 0, HEARTH_ERR_ARGUMENT, "HEARTH_CONTEXT_OPTIONS_INIT"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    for (int culprit = 0; culprit < test_size; culprit++) { /* one rank alone is enough */
      hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
      if (test_rank == culprit)
        options = (hearth_context_options){bad[i].size, bad[i].backend, bad[i].reduction, bad[i].threads, bad[i].on_error, bad[i].cap, 0, 0, 0};
      hearth_context *ctx = (hearth_context *)&options;
      refused(MPI_COMM_WORLD, &options, &ctx, bad[i].status, bad[i].word);
    }
  setenv("HEARTH_BACKEND", "abacus", 1);
  hearth_context *ctx;
  refused(MPI_COMM_WORLD, NULL, &ctx, HEARTH_ERR_ARGUMENT, "abacus");
  unsetenv("HEARTH_BACKEND");
  refused(MPI_COMM_NULL, NULL, &ctx, HEARTH_ERR_ARGUMENT, "MPI_COMM_NULL");
  refused(MPI_COMM_WORLD, NULL, test_rank == test_size - 1 ? NULL : &ctx, HEARTH_ERR_ARGUMENT, "NULL");
}

static void options_must_agree(void **state) {
  (void)state;
  static const char *const word[] = {"option threads is", "option memory_cap is", "option seed is", "option backend is"};
  for (int what = 0; what < 4; what++)
    for (int culprit = 0; culprit < test_size && test_size > 1; culprit++) {
      hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
      hearth_context *ctx;
      char ranks[32];
      options.threads = 1;
      if (test_rank == culprit && what == 0) options.threads = 2;
      if (test_rank == culprit && what == 1) options.memory_cap = INT64_MAX;
      if (test_rank == culprit && what == 2) options.seed = UINT64_MAX;
      if (test_rank == culprit && what == 3) options.backend = HEARTH_BACKEND_REFERENCE;
      refused(MPI_COMM_WORLD, &options, &ctx, HEARTH_ERR_MISMATCH, word[what]);
      snprintf(ranks, sizeof ranks, "on rank %d", culprit);
      assert_non_null(strstr(hearth_error_message(NULL), ranks));
    }
}

/* A caller that was compiled when the struct ended after `threads`; and one from the future. */
static void options_may_be_shorter_or_longer(void **state) {
  (void)state;
  hearth_context *ctx;
  hearth_context_options old;
  struct {
    hearth_context_options known;
    int64_t unknown[4];
  } newer = {HEARTH_CONTEXT_OPTIONS_INIT, {1, 2, 3, 4}};
  memset(&old, 0xee, sizeof old);
  old.size = offsetof(hearth_context_options, on_error);
  old.backend = HEARTH_BACKEND_REFERENCE;
  old.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  old.threads = 3;
  assert_ok(hearth_context_create(MPI_COMM_WORLD, &old, &ctx));
  assert_string_equal(hearth_context_backend(ctx), "reference");
  assert_int_equal(ctx->threads, 3);
  assert_true(ctx->options.memory_cap == 0 && ctx->options.on_error == 0 && ctx->options.seed == 0);
  assert_ok(hearth_context_destroy(&ctx));
  newer.known.size = sizeof newer;
  newer.known.seed = 42;
  assert_ok(hearth_context_create(MPI_COMM_WORLD, &newer.known, &ctx));
  assert_true(ctx->options.seed == 42);
  assert_ok(hearth_context_destroy(&ctx));
}

static void many_contexts(void **state) {
  (void)state;
  for (int i = 0; i < 200; i++) {
    hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
    test_context_destroy(&ctx);
  }
  hearth_context *a = test_context(HEARTH_BACKEND_CPU), *b = test_context(HEARTH_BACKEND_REFERENCE), *odd = NULL;
  MPI_Comm half;
  void *block;
  int64_t before, in_use;
  char message[64];
  MPI_Comm_split(MPI_COMM_WORLD, test_rank % 2, 0, &half);
  assert_ok(hearth_context_create(half, NULL, &odd));
  MPI_Comm_free(&half); /* the context has its own */
  int32_t size;
  hearth_context_size(odd, &size);
  assert_all(size == (test_size + (test_rank % 2 == 0)) / 2);
  assert_ok(hearth_context_memory(b, &before, NULL, NULL));
  assert_ok(hearth_allocate(a, 1000, &block));
  hearth_fail(a, HEARTH_ERR_STATE, "of a");
  assert_ok(hearth_context_memory(b, &in_use, NULL, NULL));
  assert_int_equal(in_use, before);
  hearth_last_error(b, NULL, NULL, message, sizeof message);
  assert_string_equal(message, "");
  hearth_deallocate(a, block);
  /* released in different orders on different ranks: that is local */
  hearth_context **order[3] = {&a, &b, &odd};
  for (int i = 0; i < 3; i++) assert_ok(hearth_context_destroy(order[(i + test_rank) % 3]));
}

static void fortran_handle_and_intercommunicator(void **state) {
  (void)state;
  hearth_context *ctx;
  int32_t rank;
  assert_ok(hearth_context_create_fortran((int32_t)MPI_Comm_c2f(MPI_COMM_WORLD), NULL, &ctx));
  assert_ok(hearth_context_rank(ctx, &rank));
  assert_int_equal(rank, test_rank);
  assert_ok(hearth_context_destroy(&ctx));
  if (test_size < 2) return;
  MPI_Comm half, between;
  MPI_Comm_split(MPI_COMM_WORLD, test_rank == 0, 0, &half);
  MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, test_rank == 0 ? 1 : 0, 5, &between);
  refused(between, NULL, &ctx, HEARTH_ERR_ARGUMENT, "inter-communicator");
  MPI_Comm_free(&between);
  MPI_Comm_free(&half);
}

static void leaks_are_reported(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const hearth_context *kept = ctx;
  char message[512], expected[128];
  int64_t in_use;
  int32_t status, rank;
  void *block;
  hearth_context_hold(ctx, HEARTH_OBJECT_ARRAY);
  hearth_context_hold(ctx, HEARTH_OBJECT_ARRAY);
  hearth_context_hold(ctx, HEARTH_OBJECT_LAYOUT);
  assert_ok(hearth_allocate(ctx, 4321, &block));
  assert_ok(hearth_context_memory(ctx, &in_use, NULL, NULL)); /* with what the context itself holds */
  snprintf(expected, sizeof expected, "1 layout, 2 arrays and %lld bytes", (long long)in_use);
  assert_all(in_use >= 4321 && hearth_context_destroy(&ctx) == HEARTH_ERR_LEAK);
  assert_null(ctx);
  hearth_last_error(NULL, &status, &rank, message, sizeof message);
  assert_true(status == HEARTH_ERR_LEAK && rank == test_rank);
  assert_non_null(strstr(message, expected));
  /* the objects keep it in working order */
  int32_t size;
  assert_ok(hearth_context_size(kept, &size));
  assert_string_equal(hearth_error_message(kept), message);
  hearth_deallocate(kept, block);
  hearth_context_drop(kept, HEARTH_OBJECT_LAYOUT);
  hearth_context_drop(kept, HEARTH_OBJECT_ARRAY);
  assert_int_equal(kept->objects[HEARTH_OBJECT_ARRAY], 1);
  hearth_context_drop(kept, HEARTH_OBJECT_ARRAY);
  hearth_context_drop(NULL, HEARTH_OBJECT_ARRAY);
  hearth_context_hold(NULL, HEARTH_OBJECT_ARRAY);

  ctx = test_context(HEARTH_BACKEND_CPU); /* memory alone */
  assert_ok(hearth_allocate(ctx, 77, &block));
  assert_all(hearth_context_destroy(&ctx) == HEARTH_ERR_LEAK);
  hearth_last_error(NULL, NULL, NULL, message, sizeof message);
  assert_non_null(strstr(message, "1 memory block and 77 bytes"));
  free(block); /* small blocks come from malloc */

  assert_ok(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx)); /* not asked for: silence */
  hearth_context_hold(ctx, HEARTH_OBJECT_PCA);
  kept = ctx;
  assert_ok(hearth_context_destroy(&ctx));
  hearth_context_drop(kept, HEARTH_OBJECT_PCA);
  assert_ok(hearth_context_destroy(&ctx));
  assert_ok(hearth_context_destroy(NULL));
}

static hearth_status refuse_axis(const hearth_context *ctx, int axis, int ndim) {
  HEARTH_REQUIRE(ctx, axis < ndim, "axis %d is not below %d", axis, ndim);
  return HEARTH_OK;
}

static void last_error(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  char message[64] = "untouched", cut[8];
  int32_t status = -9, rank = -9;
  assert_int_equal(hearth_last_error(ctx, &status, &rank, message, sizeof message), HEARTH_OK);
  assert_true(status == HEARTH_OK && message[0] == '\0');
  assert_int_equal(refuse_axis(ctx, 1, 2), HEARTH_OK);
  assert_int_equal(refuse_axis(ctx, 7, 2), HEARTH_ERR_ARGUMENT);
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  assert_true(status == HEARTH_ERR_ARGUMENT && rank == test_rank);
  assert_string_equal(message, "axis 7 is not below 2");
  hearth_last_error(ctx, NULL, NULL, cut, sizeof cut);
  assert_string_equal(cut, "axis 7 ");
  hearth_last_error(ctx, NULL, NULL, NULL, 0);
  hearth_fail(ctx, HEARTH_ERR_STATE, "while: %s", hearth_error_message(ctx)); /* out of the record into it */
  assert_string_equal(hearth_error_message(ctx), "while: axis 7 is not below 2");
  char *longer = malloc(5000);
  memset(longer, 'x', 4999);
  longer[4999] = '\0';
  hearth_fail(ctx, HEARTH_ERR_STATE, "%s", longer);
  assert_true(strlen(hearth_error_message(ctx)) > 500 && strlen(hearth_error_message(ctx)) < 4999);
  free(longer);
  test_context_destroy(&ctx);
}

static void null_contexts(void **state) {
  (void)state;
  int32_t number;
  int64_t bytes;
  assert_int_equal(hearth_context_rank(NULL, &number), HEARTH_ERR_ARGUMENT);
  assert_non_null(strstr(hearth_error_message(NULL), "hearth_context_rank"));
  assert_int_equal(hearth_context_size(NULL, &number), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_memory(NULL, &bytes, &bytes, &bytes), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_memory_trim(NULL), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_memory_reset_peak(NULL), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_traffic(NULL, &bytes, &bytes, &bytes), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_set_log(NULL, HEARTH_LOG_INFO, NULL, NULL), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_set_progress(NULL, NULL, NULL), HEARTH_ERR_ARGUMENT);
  assert_string_equal(hearth_context_backend(NULL), "");
}

struct heard {
  int messages, level, rank;
  char last[128];
  int64_t done, total;
};

static void hear(void *user, int32_t level, int32_t rank, const char *message) {
  struct heard *heard = user;
  heard->messages++;
  heard->level = level;
  heard->rank = rank;
  snprintf(heard->last, sizeof heard->last, "%s", message);
}

static void watch(void *user, const char *phase, int64_t done, int64_t total) {
  struct heard *heard = user;
  heard->messages++;
  snprintf(heard->last, sizeof heard->last, "%s", phase);
  heard->done = done;
  heard->total = total;
}

static void log_and_progress(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  struct heard heard = {0}, watched = {0};
  hearth_log_write(ctx, HEARTH_LOG_ERROR, "nobody listens");
  for (int32_t limit = HEARTH_LOG_ERROR; limit <= HEARTH_LOG_DEBUG; limit++) {
    heard.messages = 0;
    assert_ok(hearth_context_set_log(ctx, limit, hear, &heard));
    for (int32_t level = HEARTH_LOG_ERROR; level <= HEARTH_LOG_DEBUG; level++) hearth_log_write(ctx, level, "level %d", (int)level);
    assert_true(heard.messages == limit && heard.level == limit && heard.rank == test_rank);
  }
  assert_string_equal(heard.last, "level 4");
  assert_int_equal(hearth_context_set_log(ctx, 0, hear, &heard), HEARTH_ERR_ARGUMENT);
  assert_int_equal(hearth_context_set_log(ctx, 5, hear, &heard), HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_context_set_log(ctx, HEARTH_LOG_DEBUG, NULL, NULL));
  hearth_log_write(ctx, HEARTH_LOG_ERROR, "silence");
  assert_int_equal(heard.messages, 4);
  assert_ok(hearth_context_set_progress(ctx, watch, &watched));
  hearth_progress(ctx, "reading", 3, 10);
  assert_int_equal(watched.messages, test_rank == 0);
  if (test_rank == 0) assert_true(watched.done == 3 && watched.total == 10 && strcmp(watched.last, "reading") == 0);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(statuses_and_dtypes),
    cmocka_unit_test(ranks_and_backends),
    cmocka_unit_test(options_are_checked),
    cmocka_unit_test(options_must_agree),
    cmocka_unit_test(options_may_be_shorter_or_longer),
    cmocka_unit_test(many_contexts),
    cmocka_unit_test(fortran_handle_and_intercommunicator),
    cmocka_unit_test(leaks_are_reported),
    cmocka_unit_test(last_error),
    cmocka_unit_test(null_contexts),
    cmocka_unit_test(log_and_progress),
};
HEARTH_TEST_MAIN(tests)
