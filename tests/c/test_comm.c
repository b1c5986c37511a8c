#include "harness.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many elements or bytes one MPI call may carry: small limits send little data through the code for large counts. */
static const int64_t limits[] = {INT_MAX, 64, 7, 1};
enum { LIMITS = sizeof limits / sizeof *limits };

static hearth_context *limited(int64_t limit) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  ctx->message_limit = limit;
  return ctx;
}

static unsigned char byte_of(int rank, int64_t i) {
  return (unsigned char)(31 * rank + 7 * i + i / 251);
}

static void reductions(void **state) {
  (void)state;
  static const int64_t counts[] = {0, 1, 6, 7, 8, 65, 200};
  for (int l = 0; l < LIMITS; l++) {
    hearth_context *ctx = limited(limits[l]);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
      const int64_t n = counts[c];
      double x[201];
      int64_t k[201], wrong = 0;
      for (hearth_op op = HEARTH_OP_SUM; op <= HEARTH_OP_MAX; op++) {
        for (int64_t i = 0; i <= n; i++) {
          x[i] = 0.5 * (double)(i + 100 * test_rank);
          k[i] = (INT64_C(1) << 60) + i - 1000 * test_rank;
        }
        assert_ok(hearth_allreduce_f64(ctx, x, n, op));
        if (op == HEARTH_OP_SUM)
          for (int64_t i = 0; i < n; i++) k[i] = i * test_rank;
        assert_ok(hearth_allreduce_i64(ctx, k, n, op));
        const int64_t p = test_size, pairs = p * (p - 1) / 2;
        for (int64_t i = 0; i < n; i++) {
          const double f = op == HEARTH_OP_SUM ? 0.5 * (double)(p * i + 100 * pairs) : 0.5 * (double)(i + (op == HEARTH_OP_MAX ? 100 * (p - 1) : 0));
          const int64_t j = op == HEARTH_OP_SUM ? i * pairs : (INT64_C(1) << 60) + i - (op == HEARTH_OP_MIN ? 1000 * (p - 1) : 0);
          wrong += x[i] != f || k[i] != j;
        }
        wrong += x[n] != 0.5 * (double)(n + 100 * test_rank); /* the one behind is left alone */
      }
      assert_all(wrong == 0);
    }
    test_context_destroy(&ctx);
  }
}

static void broadcasts(void **state) {
  (void)state;
  unsigned char data[1000];
  for (int l = 0; l < LIMITS; l++) {
    hearth_context *ctx = limited(limits[l]);
    for (int root = 0; root < test_size; root++)
      for (int64_t bytes = 0; bytes < 999; bytes = 3 * bytes + 1) {
        int64_t wrong = 0;
        for (int64_t i = 0; i < 1000; i++) data[i] = byte_of(test_rank, i);
        assert_ok(hearth_broadcast(ctx, data, bytes, root));
        for (int64_t i = 0; i < 1000; i++) wrong += data[i] != byte_of(i < bytes ? root : test_rank, i);
        assert_all(wrong == 0);
      }
    assert_ok(hearth_barrier(ctx));
    test_context_destroy(&ctx);
  }
}

static void allgathers(void **state) {
  (void)state;
  unsigned char send[300], receive[300 * 4 + 1];
  for (int l = 0; l < LIMITS; l++) {
    hearth_context *ctx = limited(limits[l]);
    for (int64_t bytes = 0; bytes <= 300; bytes = 2 * bytes + 1) {
      int64_t wrong = 0;
      const int64_t all = bytes * test_size;
      for (int64_t i = 0; i < bytes; i++) send[i] = byte_of(test_rank, i);
      memset(receive, 0xa5, sizeof receive);
      assert_ok(hearth_allgather(ctx, send, bytes, receive));
      for (int64_t i = 0; i < all; i++) wrong += receive[i] != byte_of((int)(i / bytes), i % bytes);
      wrong += receive[all] != 0xa5;
      assert_all(wrong == 0);
    }
    test_context_destroy(&ctx);
  }
}

/* Parts of different length, one of them empty, in reverse order and with gaps between. */
static void allgathers_of_parts(void **state) {
  (void)state;
  for (int l = 0; l < LIMITS; l++) {
    hearth_context *ctx = limited(limits[l]);
    for (int empty = 0; empty < test_size; empty++) {
      int64_t bytes[4], offsets[4], end = 0, wrong = 0;
      unsigned char send[256], receive[1200], expected[1200];
      memset(receive, 0xa5, sizeof receive);
      memset(expected, 0xa5, sizeof expected);
      for (int r = test_size - 1; r >= 0; r--) {
        bytes[r] = r == empty ? 0 : 40 * r + 13;
        offsets[r] = end + 3;
        end = offsets[r] + bytes[r];
        for (int64_t i = 0; i < bytes[r]; i++) expected[offsets[r] + i] = byte_of(r, i);
      }
      for (int64_t i = 0; i < bytes[test_rank]; i++) send[i] = byte_of(test_rank, i);
      assert_ok(hearth_allgatherv(ctx, send, bytes[test_rank], receive, bytes, offsets));
      for (size_t i = 0; i < sizeof receive; i++) wrong += receive[i] != expected[i];
      assert_all(wrong == 0);
    }
    test_context_destroy(&ctx);
  }
}

static void alltoall(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  int64_t send[4], receive[4] = {-1, -1, -1, -1}, wrong = 0;
  for (int r = 0; r < test_size; r++) send[r] = (INT64_C(1) << 40) * (test_rank + 1) + r;
  assert_ok(hearth_alltoall_i64(ctx, send, receive));
  for (int r = 0; r < test_size; r++) wrong += receive[r] != (INT64_C(1) << 40) * (r + 1) + test_rank;
  assert_all(wrong == 0);
  test_context_destroy(&ctx);
}

/* Everyone to everyone, itself included. */
static void messages(void **state) {
  (void)state;
  static const int64_t sizes[] = {0, 1, 6, 7, 8, 14, 20, 1000};
  static unsigned char send[4][1000], receive[4][1001];
  for (int l = 0; l < LIMITS; l++) {
    hearth_context *ctx = limited(limits[l]);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
      for (int any = 0; any < 2; any++) {
        const int64_t n = sizes[s];
        MPI_Request requests[8];
        int64_t wrong = 0;
        memset(receive, 0xa5, sizeof receive);
        for (int r = 0; r < test_size; r++) {
          for (int64_t i = 0; i < n; i++) send[r][i] = byte_of(test_rank + 5 * r, i);
          assert_ok(hearth_irecv(ctx, receive[r], n, r, 11, &requests[r]));
        }
        for (int r = 0; r < test_size; r++) assert_ok(hearth_isend(ctx, send[r], n, r, 11, &requests[test_size + r]));
        if (any) {
          int64_t seen[8] = {0}, index;
          for (int k = 0; k < 2 * test_size; k++) {
            assert_ok(hearth_wait_any(ctx, 2 * test_size, requests, &index));
            if (index >= 0) seen[index]++;
          }
          for (int k = 0; k < 2 * test_size; k++) wrong += seen[k] != 1;
          assert_ok(hearth_wait_any(ctx, 2 * test_size, requests, &index));
          wrong += index != -1;
        }
        assert_ok(hearth_wait_all(ctx, 2 * test_size, requests));
        for (int r = 0; r < test_size; r++) {
          for (int64_t i = 0; i < n; i++) wrong += receive[r][i] != byte_of(r + 5 * test_rank, i);
          wrong += receive[r][n] != 0xa5;
        }
        assert_all(wrong == 0);
      }
    test_context_destroy(&ctx);
  }
}

/* One real message above 2^31 bytes, to itself; 4.3 GB of memory, so only when asked for. */
static void large_message(void **state) {
  (void)state;
  if (!getenv("HEARTH_TEST_LARGE") || test_size > 1) skip();
  const int64_t bytes = (INT64_C(1) << 31) + 12345;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  unsigned char *send = malloc((size_t)bytes), *receive = malloc((size_t)bytes);
  MPI_Request requests[2];
  int64_t wrong = 0;
  assert_true(send && receive);
  for (int64_t i = 0; i < bytes; i++) send[i] = byte_of(3, i);
  memset(receive, 0, (size_t)bytes);
  assert_ok(hearth_irecv(ctx, receive, bytes, 0, 1, &requests[0]));
  assert_ok(hearth_isend(ctx, send, bytes, 0, 1, &requests[1]));
  assert_ok(hearth_wait_all(ctx, 2, requests));
  for (int64_t i = 0; i < bytes; i++) wrong += receive[i] != byte_of(3, i);
  assert_int_equal(wrong, 0);
  free(send);
  free(receive);
  test_context_destroy(&ctx);
}

static void mpi_failures_are_told(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  MPI_Request requests[2];
  char data[64] = {0}, room[64];
  assert_status(HEARTH_ERR_MPI, hearth_isend(ctx, data, 8, test_size + 3, 1, &requests[0]));
  assert_non_null(strstr(hearth_error_message(ctx), "MPI_Isend"));
  assert_non_null(strstr(hearth_error_message(ctx), "rank"));
  assert_true(requests[0] == MPI_REQUEST_NULL);
  if (test_size > 1) { /* a short message that is cut; Open MPI 4.1 does not notice one to oneself, and a long one overruns the buffer */
    const int left = (test_rank + test_size - 1) % test_size, right = (test_rank + 1) % test_size;
    assert_ok(hearth_irecv(ctx, room, 4, left, 2, &requests[0]));
    assert_ok(hearth_isend(ctx, data, 64, right, 2, &requests[1]));
    assert_status(HEARTH_ERR_MPI, hearth_wait_all(ctx, 2, requests));
    assert_non_null(strstr(hearth_error_message(ctx), "TRUNCATE"));
    assert_true(requests[0] == MPI_REQUEST_NULL && requests[1] == MPI_REQUEST_NULL);
  }
  assert_ok(hearth_barrier(ctx)); /* and life goes on */
  test_context_destroy(&ctx);
}

/* All ranks hold this last error. */
static void all_hold(const hearth_context *ctx, hearth_status expected, int rank, const char *text) {
  int32_t status = -99, where = -99;
  char message[512];
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  if (strcmp(message, text) != 0) fprintf(stderr, "[rank %d] message: %s\n", test_rank, message);
  assert_all(status == (int32_t)expected && where == rank && strcmp(message, text) == 0);
}

static void agreement(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  char text[64];
  int64_t before, after;
  hearth_context_traffic(ctx, &before, NULL, NULL);
  assert_ok(hearth_agree(ctx, HEARTH_OK));
  hearth_context_traffic(ctx, &after, NULL, NULL);
  assert_int_equal(after - before, test_size > 1); /* one allreduce if all is well */
  all_hold(ctx, HEARTH_OK, -1, "");
  for (int r = 0; r < test_size; r++) {
    snprintf(text, sizeof text, "rank %d has no paper", r);
    hearth_status mine = test_rank == r ? hearth_fail(ctx, HEARTH_ERR_FILE, "%s", text) : HEARTH_OK;
    assert_status(HEARTH_ERR_FILE, hearth_agree(ctx, mine));
    all_hold(ctx, HEARTH_ERR_FILE, r, text);
    /* all agree already: the same again, and still rank r */
    assert_status(HEARTH_ERR_FILE, hearth_agree(ctx, HEARTH_ERR_FILE));
    all_hold(ctx, HEARTH_ERR_FILE, r, text);
    /* all from r on fail in their own way: the lowest speaks for all */
    if (test_rank >= r) mine = hearth_fail(ctx, test_rank == r ? HEARTH_ERR_STATE : HEARTH_ERR_MEMORY, "own trouble of %d", test_rank);
    assert_status(HEARTH_ERR_STATE, hearth_agree(ctx, test_rank >= r ? mine : HEARTH_OK));
    snprintf(text, sizeof text, "own trouble of %d", r);
    all_hold(ctx, HEARTH_ERR_STATE, r, text);
    /* a negative status, and no message of its own: an old one must not be passed off as its */
    assert_status(HEARTH_ERR_DAMAGED, hearth_agree(ctx, test_rank == r ? HEARTH_ERR_DAMAGED : HEARTH_OK));
    all_hold(ctx, HEARTH_ERR_DAMAGED, r, hearth_status_string(HEARTH_ERR_DAMAGED));
  }
  ctx->message_limit = 5; /* the message in chunks */
  hearth_status mine = test_rank == test_size - 1 ? hearth_fail(ctx, HEARTH_ERR_LAYOUT, "in pieces") : HEARTH_OK;
  assert_status(HEARTH_ERR_LAYOUT, hearth_agree(ctx, mine));
  all_hold(ctx, HEARTH_ERR_LAYOUT, test_size - 1, "in pieces");
  test_context_destroy(&ctx);
}

static void same_numbers(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  int64_t before, after, values[3] = {INT64_MIN, INT64_MAX, 0};
  assert_ok(hearth_agree_same(ctx, HEARTH_OK, "shape", values, 0));
  hearth_context_traffic(ctx, &before, NULL, NULL);
  assert_ok(hearth_agree_same(ctx, HEARTH_OK, "shape", values, 3));
  hearth_context_traffic(ctx, &after, NULL, NULL);
  assert_int_equal(after - before, test_size > 1);
  for (int r = 0; r < test_size; r++) {
    const int other = r == 0 ? 1 : 0; /* the lowest rank that holds the other value */
    char text[128], own[64];
    snprintf(own, sizeof own, "no shape on %d", r);
    hearth_status mine = test_rank == r ? hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "%s", own) : HEARTH_OK;
    assert_status(HEARTH_ERR_ARGUMENT, hearth_agree_same(ctx, mine, "shape", values, 3)); /* a failure found before */
    all_hold(ctx, HEARTH_ERR_ARGUMENT, r, own);
    if (test_size == 1) continue;
    static const struct {
      const char *what, *named;
      int64_t usual, odd;
      int position;
    } table[] = {{"shape", "shape[1]", 7, -8, 1},
                 {"rows|columns|seed", "rows", 0, 1, 0},
                 {"rows|columns|seed", "seed", INT64_MAX, INT64_MIN, 2},
                 {"rows|columns|seed", "columns", INT64_MIN, INT64_MAX, 1}};
    for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
      int64_t mixed[3] = {5, 5, 5};
      mixed[table[t].position] = test_rank == r ? table[t].odd : table[t].usual;
      snprintf(text, sizeof text, "%s is %lld on rank %d and %lld on rank %d; it must be the same on all ranks", table[t].named,
               (long long)(r < other ? table[t].odd : table[t].usual), r < other ? r : other, (long long)(r < other ? table[t].usual : table[t].odd),
               r < other ? other : r);
      assert_status(HEARTH_ERR_MISMATCH, hearth_agree_same(ctx, HEARTH_OK, table[t].what, mixed, 3));
      all_hold(ctx, HEARTH_ERR_MISMATCH, r < other ? other : r, text);
    }
  }
  test_context_destroy(&ctx);
}

/* More numbers than one allreduce compares. */
static void many_same_numbers(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  int64_t values[200];
  for (int i = 0; i < 200; i++) values[i] = i * i;
  assert_ok(hearth_agree_same(ctx, HEARTH_OK, "cuts", values, 200));
  if (test_rank == test_size - 1) values[137]++;
  if (test_size > 1) {
    assert_status(HEARTH_ERR_MISMATCH, hearth_agree_same(ctx, HEARTH_OK, "cuts", values, 200));
    assert_non_null(strstr(hearth_error_message(ctx), "cuts[137]"));
  }
  test_context_destroy(&ctx);
}

static void traffic(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  int64_t collectives[2], sent[2], bytes[2];
  double x[10] = {0};
  char data[1000] = {0};
  MPI_Request requests[2];
  assert_ok(hearth_context_traffic(ctx, &collectives[0], &sent[0], &bytes[0]));
  ctx->message_limit = 4;
  assert_ok(hearth_allreduce_f64(ctx, x, 10, HEARTH_OP_SUM)); /* 3 calls of 80 bytes together */
  ctx->message_limit = INT_MAX;
  assert_ok(hearth_broadcast(ctx, data, 500, 0)); /* 500 bytes from the root */
  assert_ok(hearth_irecv(ctx, data, 100, test_rank, 1, &requests[0]));
  assert_ok(hearth_isend(ctx, data + 200, 100, test_rank, 1, &requests[1]));
  assert_ok(hearth_wait_all(ctx, 2, requests));
  assert_ok(hearth_context_traffic(ctx, &collectives[1], &sent[1], &bytes[1]));
  assert_all(collectives[1] - collectives[0] == (test_size > 1 ? 4 : 0)); /* nothing to communicate alone */
  assert_all(sent[1] - sent[0] == 1);
  assert_all(bytes[1] - bytes[0] == 100 + (test_size > 1 ? 80 + (test_rank == 0 ? 500 : 0) : 0));
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reductions), cmocka_unit_test(broadcasts),   cmocka_unit_test(allgathers),        cmocka_unit_test(allgathers_of_parts),
    cmocka_unit_test(alltoall),   cmocka_unit_test(messages),     cmocka_unit_test(large_message),     cmocka_unit_test(mpi_failures_are_told),
    cmocka_unit_test(agreement),  cmocka_unit_test(same_numbers), cmocka_unit_test(many_same_numbers), cmocka_unit_test(traffic),
};
HEARTH_TEST_MAIN(tests)
