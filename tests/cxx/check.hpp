// Assertions for the C++ tests: collective, so that ranks stay together, and by exception, which CMocka's longjmp would not be (it skips destructors).
#ifndef HEARTH_TESTS_CHECK_HPP
#define HEARTH_TESTS_CHECK_HPP
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <hearth/hearth.hpp>
#include <mpi.h>
#include <stdexcept>
#include <string>

struct check_failed : std::exception {};

inline int test_rank() {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

inline int test_size() {
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

inline void check_everywhere(bool condition, const char *text, const char *file, int line) {
  int mine = condition, all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  if (!condition) std::fprintf(stderr, "%s:%d: rank %d: failed: %s\n", file, line, test_rank(), text);
  if (!all) throw check_failed();
}

/// False on one rank fails the test on all.
#define CHECK(condition) check_everywhere((condition), #condition, __FILE__, __LINE__)

/// `call` must throw hearth::error with this status on all ranks; returns it.
inline hearth::error check_throws(hearth_status expected, const std::function<void()> &call, const char *file, int line) {
  hearth::error caught(HEARTH_OK, 0, "nothing was thrown");
  try {
    call();
  } catch (const hearth::error &error) {
    caught = error;
  }
  check_everywhere(caught.status() == expected, caught.what(), file, line);
  return caught;
}
#define CHECK_THROWS(status, ...) check_throws((status), [&] { __VA_ARGS__; }, __FILE__, __LINE__)

struct test_case {
  const char *name;
  void (*run)();
};

/// Runs all tests; the exit status is 0 if none failed on any rank.
template <std::size_t N> int run_tests(int argc, char **argv, const test_case (&tests)[N]) {
  int failures = 0;
  MPI_Init(&argc, &argv);
  for (const test_case &test : tests) {
    bool passed = true;
    try {
      test.run();
    } catch (const check_failed &) {
      passed = false;
    } catch (const std::exception &error) {
      passed = false;
      std::fprintf(stderr, "%s: rank %d: unexpected exception: %s\n", test.name, test_rank(), error.what());
      MPI_Abort(MPI_COMM_WORLD, 1); /* perhaps on this rank alone */
    }
    failures += !passed;
    if (test_rank() == 0) std::printf("%s %s\n", passed ? "ok    " : "FAILED", test.name);
  }
  MPI_Finalize();
  return failures != 0;
}

/// Context options with the leak check on.
inline hearth_context_options checking() {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.leak_check = 1;
  return options;
}

/// Balanced share of n indices, the remainder on the first ranks.
struct share {
  int64_t first, count;
  explicit share(int64_t n) : first(0), count(n / test_size() + (test_rank() < n % test_size())) {
    for (int r = 0; r < test_rank(); r++) first += n / test_size() + (r < n % test_size());
  }
};

#endif
