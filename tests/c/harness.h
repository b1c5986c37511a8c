/* CMocka under mpirun: assertions that all ranks decide together, so that a failure on one leaves none waiting. */
#ifndef HEARTH_TESTS_HARNESS_H
#define HEARTH_TESTS_HARNESS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <hearth/hearth.h>

extern int test_rank, test_size;
extern hearth_context *test_last_ctx; /* of the newest test_context: whose last error a failing assert_ok prints */

#define TEST_BACKENDS HEARTH_BACKEND_REFERENCE, HEARTH_BACKEND_CPU, HEARTH_BACKEND_GUARD

/* A context on MPI_COMM_WORLD with leak_check; the other asserts that nothing of it is left. Collective. */
hearth_context *test_context(hearth_backend backend);
void test_context_destroy(hearth_context **ctx);

/* Collective: all ranks fail if one does. */
void test_assert_all(int condition, const char *text, const char *file, int line);
void test_assert_status(hearth_status got, hearth_status expected, const char *text, const char *file, int line);
#define assert_all(condition) test_assert_all((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define assert_ok(call) test_assert_status((call), HEARTH_OK, #call, __FILE__, __LINE__)
#define assert_status(expected, call) test_assert_status((call), (expected), #call, __FILE__, __LINE__)

/* Path of a file of the shared reference data; false, and one line that says so, where they are absent. `path` has room for 1024 characters. */
bool test_data(const char *name, char *path);

int test_main(int argc, char **argv, const struct CMUnitTest *tests, size_t count, const char *group);
#define HEARTH_TEST_MAIN(tests) \
  int main(int argc, char **argv) { return test_main(argc, argv, tests, sizeof(tests) / sizeof((tests)[0]), __FILE__); }

#endif
