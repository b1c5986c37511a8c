/* What every test program of Hearth shares: a main that runs CMocka under MPI without ever leaving ranks waiting, collective assertions, and the data.
 *
 * Plain cmocka assertions may be used anywhere: a rank that fails one leaves the test, and if the others then wait in a collective call the run is ended after
 * TEST_PATIENCE seconds with a message. The assertions below are collective: all ranks leave together. */
#ifndef HEARTH_TESTS_HARNESS_H
#define HEARTH_TESTS_HARNESS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <hearth/hearth.h>
#include <stdio.h>

#define TEST_PATIENCE 60
#define TEST_PATH 1024

extern int test_rank, test_size;
extern hearth_context *test_last_ctx; /* the one that test_context made last and that is still alive */

/* Initialiser of an array of hearth_backend: every test of array work loops over them. */
#define TEST_BACKENDS HEARTH_BACKEND_REFERENCE, HEARTH_BACKEND_CPU, HEARTH_BACKEND_GUARD

/* main() for an array of struct CMUnitTest. Exit status 0 if all tests passed on all ranks. An argument chooses the tests whose names contain it. */
#define HEARTH_TEST_MAIN(tests)                                                                                                                                \
  int main(int argc, char **argv) {                                                                                                                            \
    return test_main(argc, argv, (tests), sizeof(tests) / sizeof((tests)[0]));                                                                                 \
  }
int test_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n);

/* A context on MPI_COMM_WORLD that checks for leaks; options may be NULL in the second. Collective. */
hearth_context *test_context(hearth_backend backend);
hearth_context *test_context_with(const hearth_context_options *options);
/* Asserts that nothing leaked. Collective; *ctx becomes NULL. */
void test_context_destroy(hearth_context **ctx);

/* Path of a file of the shared data; false, and one line from rank 0, where they are not there. Collective. */
bool test_data(const char *name, char path[TEST_PATH]);

/* Collective assertions: false on one rank fails the test on all. */
#define assert_all(condition) test_assert_all((condition) ? true : false, #condition, __FILE__, __LINE__)
#define assert_ok(call) test_assert_status((call), HEARTH_OK, #call, __FILE__, __LINE__)
#define assert_status(expected, call) test_assert_status((call), (expected), #call, __FILE__, __LINE__)
/* |a - b| <= tolerance; NaN fails. */
#define assert_near(a, b, tolerance) test_assert_near((a), (b), (tolerance), #a " = " #b, __FILE__, __LINE__)
void test_assert_all(bool condition, const char *text, const char *file, int line);
void test_assert_status(hearth_status status, hearth_status expected, const char *text, const char *file, int line);
void test_assert_near(double a, double b, double tolerance, const char *text, const char *file, int line);

#endif
