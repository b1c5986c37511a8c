#include "harness.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int test_rank, test_size;
hearth_context *test_last_ctx;

static MPI_Comm assertions = MPI_COMM_NULL; /* apart from what the library is given */
static const struct CMUnitTest *current;    /* the test that runs */
static bool finished;                       /* it reached its end on this rank */

/* Waits until every rank has left the test; tells how many reached its end. A rank that still waits in a collective call never comes. */
static int meet(void) {
  int mine = finished, all = 0, done = 0;
  MPI_Request request;
  MPI_Iallreduce(&mine, &all, 1, MPI_INT, MPI_SUM, assertions, &request);
  const time_t start = time(NULL);
  for (;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return all;
    if (time(NULL) - start > TEST_PATIENCE) {
      fprintf(stderr, "[rank %d] %s: this rank has left the test (%s), others have not after %d s: ending the run\n", test_rank, current->name,
              finished ? "passed" : "failed", TEST_PATIENCE);
      fflush(stderr);
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct timespec pause = {0, 200000};
    nanosleep(&pause, NULL);
  }
}

static int before(void **state) {
  finished = false;
  return current->setup_func ? current->setup_func(state) : 0;
}

static void body(void **state) {
  current->test_func(state);
  finished = true;
}

/* Runs after the test whether it passed or not. A test that passed here and failed elsewhere fails here too. */
static int after(void **state) {
  const int status = current->teardown_func ? current->teardown_func(state) : 0;
  const int all = meet();
  if (finished && all < test_size) {
    fprintf(stderr, "[rank %d] %s: passed here, but not on %d of %d ranks\n", test_rank, current->name, test_size - all, test_size);
    return -1;
  }
  return status;
}

/* Messages of the ranks in one piece per line; the progress of rank 0 alone. */
static void quieten(void) {
  if (test_rank > 0 && !freopen("/dev/null", "w", stdout)) fprintf(stderr, "[rank %d] cannot close standard output\n", test_rank);
  setvbuf(stderr, NULL, _IOLBF, 4096);
}

int test_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n) {
  int failed = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_dup(MPI_COMM_WORLD, &assertions);
  MPI_Comm_rank(assertions, &test_rank);
  MPI_Comm_size(assertions, &test_size);
  quieten();
  for (size_t i = 0; i < n; i++) {
    current = &tests[i];
    if (argc > 1 && !strstr(current->name, argv[1])) continue;
    const struct CMUnitTest wrapped[1] = {{current->name, body, before, after, current->initial_state}};
    failed += _cmocka_run_group_tests(current->name, wrapped, 1, NULL, NULL) != 0;
    test_last_ctx = NULL;
  }
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, assertions);
  if (test_rank == 0) printf("%s: %d of %zu tests failed on %d ranks\n", strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0], failed, n, test_size);
  MPI_Comm_free(&assertions);
  MPI_Finalize();
  return failed ? 1 : 0;
}

hearth_context *test_context_with(const hearth_context_options *options) {
  hearth_context *ctx = NULL;
  test_last_ctx = NULL;
  assert_ok(hearth_context_create(MPI_COMM_WORLD, options, &ctx));
  test_last_ctx = ctx;
  return ctx;
}

hearth_context *test_context(hearth_backend backend) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backend;
  options.leak_check = 1;
  return test_context_with(&options);
}

void test_context_destroy(hearth_context **ctx) {
  if (test_last_ctx == *ctx) test_last_ctx = NULL; /* a leak is told by the error without a context */
  assert_ok(hearth_context_destroy(ctx));
  assert_all(*ctx == NULL);
}

bool test_data(const char *name, char path[TEST_PATH]) {
  const char *folder = getenv("HEARTH_SHARED_DATA");
  if (!folder || !folder[0]) folder = HEARTH_SOURCE_DIR "/../shared/data";
  snprintf(path, TEST_PATH, "%s/%s", folder, name);
  int found = access(path, R_OK) == 0;
  MPI_Allreduce(MPI_IN_PLACE, &found, 1, MPI_INT, MPI_MIN, assertions);
  if (!found && test_rank == 0) printf("skipped: %s is not there (HEARTH_SHARED_DATA names the folder of the shared data)\n", path);
  return found;
}

/* Fails on all ranks; the ranks where it is wrong have said so. */
static void agree(bool right, const char *file, int line) {
  int all = right;
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, assertions);
  if (!all) _fail(file, line);
}

void test_assert_all(bool condition, const char *text, const char *file, int line) {
  if (!condition) fprintf(stderr, "[rank %d of %d] %s:%d: not so: %s\n", test_rank, test_size, file, line, text);
  agree(condition, file, line);
}

void test_assert_near(double a, double b, double tolerance, const char *text, const char *file, int line) {
  const bool near = fabs(a - b) <= tolerance;
  if (!near)
    fprintf(stderr, "[rank %d of %d] %s:%d: not so: %s: %.17g, %.17g, difference %.3g > %.3g\n", test_rank, test_size, file, line, text, a, b, a - b,
            tolerance);
  agree(near, file, line);
}

void test_assert_status(hearth_status status, hearth_status expected, const char *text, const char *file, int line) {
  if (status != expected) {
    int32_t last = 0, where = 0;
    char message[1024] = "";
    hearth_last_error(test_last_ctx, &last, &where, message, sizeof message);
    fprintf(stderr, "[rank %d of %d] %s:%d: %s\n  returned %d (%s), not %d; last error: status %d on rank %d: %s\n", test_rank, test_size, file, line, text,
            (int)status, hearth_status_string(status), (int)expected, (int)last, (int)where, message);
  }
  agree(status == expected, file, line);
}
