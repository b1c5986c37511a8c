/* Reproducible streams: the same bits for any layout, any number of ranks and threads, with and without a checkpoint. */
#include "checkpoint_case.h"
#include <unistd.h>

static const char *const path = "test_stream_reproducible.h5";

static hearth_context *reproducible(MPI_Comm comm, hearth_backend backend, int32_t threads) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  hearth_context *ctx = NULL;
  options.backend = backend;
  options.threads = threads;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  options.leak_check = 1;
  assert_true(hearth_context_create(comm, &options, &ctx) == HEARTH_OK);
  assert_true(hearth_io_attach(ctx) == HEARTH_OK);
  return ctx;
}

/* Every rank by itself, in row-major order, whole. */
static void alone(const oracle *o, hearth_backend backend, double forgetting, double *result) {
  hearth_context *ctx = reproducible(MPI_COMM_SELF, backend, 1);
  const int64_t shape[3] = {1, A, B};
  hearth_pca_options options = small_bunch();
  hearth_layout *layout = NULL;
  hearth_array *array = NULL, *found[3] = {NULL};
  hearth_pca *pca = NULL;
  hearth_window w;
  options.forgetting = forgetting;
  assert_true(hearth_layout_split(ctx, 3, shape, -1, &layout) == HEARTH_OK);
  assert_true(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array) == HEARTH_OK);
  assert_true(hearth_pca_create(ctx, MODES, NULL, &options, &pca) == HEARTH_OK);
  for (int64_t t = 0; t < SAMPLES; t++) {
    assert_true(hearth_array_access(array, 0, HEARTH_WRITE, &w) == HEARTH_OK);
    memcpy(w.base, o->x + t * o->p, POINTS * sizeof(double));
    assert_true(hearth_array_release(array, 0) == HEARTH_OK);
    assert_true(hearth_pca_partial_fit(pca, array, (double)t) == HEARTH_OK);
  }
  memset(result, 0, RESULT * sizeof *result);
  assert_true(hearth_pca_eigenvalues(pca, MODES, result) == HEARTH_OK);
  assert_true(hearth_pca_total_variance(pca, result + MODES) == HEARTH_OK);
  assert_true(hearth_pca_discarded(pca, result + MODES + 1) == HEARTH_OK);
  assert_true(hearth_pca_components(pca, 0, &found[0]) == HEARTH_OK);
  assert_true(hearth_pca_mean(pca, 0, &found[1]) == HEARTH_OK);
  assert_true(hearth_pca_scores(pca, &found[2]) == HEARTH_OK);
  double *to = result + MODES + 2;
  const int64_t size[] = {MODES * POINTS, POINTS, SAMPLES * MODES};
  for (int i = 0; i < 3; i++) {
    assert_true(hearth_array_access(found[i], 0, HEARTH_READ, &w) == HEARTH_OK);
    memcpy(to, w.base, (size_t)size[i] * sizeof *to);
    assert_true(hearth_array_release(found[i], 0) == HEARTH_OK);
    hearth_array_destroy(&found[i]);
    to += size[i];
  }
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  assert_true(hearth_context_destroy(&ctx) == HEARTH_OK);
}

/* Samples of growing size: the bounds that a bunch foresees for the next do not hold. */
static oracle growing(void) {
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  for (int64_t t = 0; t < SAMPLES; t++)
    for (int64_t i = 0; i < POINTS; i++) o.x[t * POINTS + i] = (o.x[t * POINTS + i] + 0.3 * oracle_noise(t + 1000, i)) * (t < 13 ? 1 : t < 30 ? 1e4 : 1e-3);
  return o;
}

static void layouts_ranks_and_threads_leave_no_trace(void **state) {
  (void)state;
  static const hearth_backend backends[] = {HEARTH_BACKEND_REFERENCE, HEARTH_BACKEND_CPU};
  oracle data[2] = {oracle_create(SAMPLES, POINTS, 1), growing()};
  double expected[RESULT], found[RESULT];
  for (int d = 0; d < 2; d++)
    for (int b = 0; b < 2; b++) {
      alone(&data[d], backends[b], d ? 0.9 : 1, expected);
      hearth_context *ctx = reproducible(MPI_COMM_WORLD, backends[b], 2);
      for (int kind = 0; kind < TABLE_KINDS; kind += b ? 2 : 5) { /* the plain loops are slow */
        hearth_array *array = state_array(ctx, kind, kind % 2, HEARTH_FLOAT64);
        hearth_pca_options options = small_bunch();
        hearth_pca *pca = NULL;
        options.forgetting = d ? 0.9 : 1;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        feed(pca, array, &data[d], 0, SAMPLES);
        results(pca, found);
        assert_all(memcmp(found, expected, sizeof found) == 0);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&array);
      }
      test_context_destroy(&ctx);
    }
  for (int d = 0; d < 2; d++) oracle_free(&data[d]);
}

static void a_checkpoint_leaves_no_trace(void **state) {
  (void)state;
  oracle o = growing();
  double expected[RESULT], found[RESULT];
  alone(&o, HEARTH_BACKEND_CPU, 1, expected);
  hearth_context *ctx = reproducible(MPI_COMM_WORLD, HEARTH_BACKEND_CPU, 1);
  for (int kind = 0; kind < TABLE_KINDS; kind += 5) {
    hearth_array *array = state_array(ctx, kind, HEARTH_COLUMN_MAJOR, HEARTH_FLOAT64),
                 *moved = state_array(ctx, TABLE_KINDS - 1 - kind, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
    hearth_pca *pca = create(ctx, NULL), *second = create(ctx, NULL);
    feed(pca, array, &o, 0, HALF);
    assert_ok(hearth_pca_save(pca, path));
    assert_ok(hearth_pca_restore(second, moved, path));
    feed(second, moved, &o, HALF, SAMPLES);
    results(second, found);
    assert_all(memcmp(found, expected, sizeof found) == 0);
    hearth_pca_destroy(&pca);
    hearth_pca_destroy(&second);
    hearth_array_destroy(&array);
    hearth_array_destroy(&moved);
  }
  if (test_rank == 0) unlink(path);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

/* Bitwise the same, and right: against the plain computation, with three collectives per bunch. */
static void the_numbers_are_right_and_the_collectives_three(void **state) {
  (void)state;
  oracle o = oracle_create(13, POINTS, 1);
  oracle_solve(&o);
  hearth_context *ctx = reproducible(MPI_COMM_WORLD, HEARTH_BACKEND_CPU, 1);
  hearth_array *array = state_array(ctx, TABLE_BOXES, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *pca = create(ctx, NULL);
  double value[MODES], residual, orthogonality, total;
  for (int64_t t = 0; t < o.n; t++) {
    int64_t before, after, messages, bytes;
    hearth_context_traffic(ctx, &before, &messages, &bytes);
    feed(pca, array, &o, t, t + 1);
    hearth_context_traffic(ctx, &after, &messages, &bytes);
    if (t > 0) assert_all(t % 6 == 5 ? after - before == 3 || test_size == 1 : after == before);
  }
  assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
  assert_ok(hearth_pca_total_variance(pca, &total));
  assert_ok(hearth_pca_quality(pca, &residual, &orthogonality));
  for (int k = 0; k < MODES; k++) assert_all(fabs(value[k] - o.lambda[k]) <= 1e-12 * o.lambda[0]);
  assert_all(fabs(total - o.total) <= 1e-12 * o.total);
  assert_all(orthogonality < 1e-13);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layouts_ranks_and_threads_leave_no_trace),
    cmocka_unit_test(a_checkpoint_leaves_no_trace),
    cmocka_unit_test(the_numbers_are_right_and_the_collectives_three),
};
HEARTH_TEST_MAIN(tests)
