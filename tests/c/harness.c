#include "harness.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int test_rank, test_size;
hearth_context *test_last_ctx;

hearth_context *test_context(hearth_backend backend) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  hearth_context *ctx = NULL;
  options.backend = backend;
  options.leak_check = 1;
  const hearth_status status = hearth_context_create(MPI_COMM_WORLD, &options, &ctx);
  test_last_ctx = ctx;
  assert_ok(status);
  return ctx;
}

void test_context_destroy(hearth_context **ctx) {
  test_last_ctx = NULL;
  const hearth_status status = hearth_context_destroy(ctx);
  assert_ok(status);
}

void test_assert_all(int condition, const char *text, const char *file, int line) {
  int all = 0;
  if (!condition) fprintf(stderr, "%s:%d: rank %d of %d: assertion failed: %s\n", file, line, test_rank, test_size, text);
  MPI_Allreduce(&condition, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  _assert_true((unsigned long)all, text, file, line);
}

void test_assert_status(hearth_status got, hearth_status expected, const char *text, const char *file, int line) {
  if (got != expected) {
    char message[1024] = "";
    int32_t status = 0, rank = 0;
    hearth_last_error(test_last_ctx, &status, &rank, message, sizeof message);
    fprintf(stderr, "%s:%d: rank %d of %d: status %d (%s), expected %d: %s\n  last error of rank %d: %s\n", file, line, test_rank, test_size, (int)got,
            hearth_status_string(got), (int)expected, text, (int)rank, message);
  }
  test_assert_all(got == expected, text, file, line);
}

bool test_data(const char *name, char *path) {
  const char *base = getenv("HEARTH_SHARED_DATA");
  snprintf(path, 1024, "%s/%s", base && base[0] ? base : HEARTH_SOURCE_DIR "/../shared/data", name);
  if (access(path, R_OK) == 0) return true;
  if (test_rank == 0) printf("skipped: %s is not there\n", path);
  return false;
}

int test_main(int argc, char **argv, const struct CMUnitTest *tests, size_t count, const char *group) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &test_rank);
  MPI_Comm_size(MPI_COMM_WORLD, &test_size);
  if (test_rank != 0 && !freopen("/dev/null", "w", stdout)) return 1; /* one report; failures go to stderr from every rank */
  const char *name = strrchr(group, '/');
  cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
  int failed = _cmocka_run_group_tests(name ? name + 1 : group, tests, count, NULL, NULL), worst = 0;
  MPI_Allreduce(&failed, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return worst != 0;
}
