/* Sketches: what has few directions is found whole; noise is bounded by what the sketch says it misses; layouts and checkpoints leave it as it is. */
#include "checkpoint_case.h"
#include <unistd.h>

static const char *const path = "test_stream_sketch.h5";

static hearth_pca *sketch(hearth_context *ctx, const hearth_metric *metric) {
  hearth_pca_options options = small_bunch();
  hearth_pca *pca = NULL;
  options.stream_method = HEARTH_STREAM_SKETCH;
  assert_ok(hearth_pca_create(ctx, MODES, metric, &options, &pca));
  return pca;
}

/* Samples with `noise` times the oracle's noise beside the waves. */
static oracle waves(double noise) {
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  for (int64_t t = 0; t < o.n; t++)
    for (int64_t i = 0; i < o.p; i++) o.x[t * o.p + i] += (noise - 0.05) * oracle_noise(t, i);
  oracle_solve(&o);
  return o;
}

enum { FOUND = MODES + 2 + MODES * POINTS + POINTS };
static void look(hearth_pca *pca, double *found) {
  hearth_array *array = NULL;
  assert_ok(hearth_pca_eigenvalues(pca, MODES, found));
  assert_ok(hearth_pca_total_variance(pca, found + MODES));
  assert_ok(hearth_pca_discarded(pca, found + MODES + 1));
  assert_ok(hearth_pca_components(pca, 0, &array));
  gather(array, MODES, POINTS, found + MODES + 2);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_mean(pca, 0, &array));
  gather(array, 1, POINTS, found + MODES + 2 + MODES * POINTS);
  hearth_array_destroy(&array);
}

static void few_directions_are_found_whole(void **state) {
  (void)state;
  static const hearth_backend backends[] = {TEST_BACKENDS};
  oracle o = waves(0);
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = b; kind < TABLE_KINDS; kind += 3) {
      hearth_array *array = state_array(ctx, kind, HEARTH_ROW_MAJOR, HEARTH_FLOAT64), *scores = NULL;
      hearth_pca *pca = sketch(ctx, NULL);
      double found[FOUND], residual, orthogonality;
      int32_t modes = 0;
      feed(pca, array, &o, 0, HALF);
      assert_ok(hearth_pca_modes(pca, &modes)); /* asked in between: goes on all the same */
      feed(pca, array, &o, HALF, SAMPLES);
      look(pca, found);
      const double *eof = found + MODES + 2, *mean = eof + MODES * POINTS;
      for (int k = 0; k < MODES; k++) assert_all(fabs(found[k] - o.lambda[k]) <= 1e-9 * o.lambda[0]);
      assert_all(fabs(found[MODES] - o.total) <= 1e-10 * o.total);
      assert_all(found[MODES + 1] < 1e-10 * o.total);
      for (int i = 0; i < MODES * POINTS; i++) assert_true(fabs(eof[i] - o.v[i]) < 1e-7);
      for (int i = 0; i < POINTS; i++) assert_true(fabs(mean[i] - o.mean[i]) < 1e-10);
      assert_ok(hearth_pca_quality(pca, &residual, &orthogonality));
      assert_all(orthogonality < 1e-12);
      assert_status(HEARTH_ERR_STATE, hearth_pca_scores(pca, &scores));
      hearth_pca_destroy(&pca);
      hearth_array_destroy(&array);
    }
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

static void noise_is_within_the_estimate(void **state) {
  (void)state;
  oracle o = waves(0.5);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  double first[FOUND], found[FOUND], tail = 0;
  for (int64_t k = MODES + 10; k < o.side; k++) tail += o.lambda[k];
  for (int kind = 0; kind < TABLE_KINDS; kind += 4) {
    hearth_array *array = state_array(ctx, kind, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
    hearth_pca *pca = sketch(ctx, NULL);
    feed(pca, array, &o, 0, SAMPLES);
    look(pca, found);
    for (int k = 0; k < MODES; k++) assert_all(fabs(found[k] - o.lambda[k]) <= found[MODES + 1] + 0.02 * o.lambda[k]);
    assert_all(found[MODES + 1] > 0.3 * tail && found[MODES + 1] < 30 * tail); /* no approximation of that rank misses less than the tail */
    if (kind == 0) memcpy(first, found, sizeof found);
    for (int i = 0; i < FOUND; i++) assert_all(fabs(found[i] - first[i]) < 1e-8); /* the same random numbers in every layout */
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&array);
  }
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void sketches_are_saved(void **state) {
  (void)state;
  oracle o = waves(0.05);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_GRID_CUTS, HEARTH_ROW_MAJOR, HEARTH_FLOAT64),
               *moved = state_array(ctx, TABLE_INDEX, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *pca = sketch(ctx, NULL), *second = sketch(ctx, NULL);
  double a[FOUND], b[FOUND];
  feed(pca, array, &o, 0, HALF);
  assert_ok(hearth_pca_save(pca, path));
  assert_ok(hearth_pca_restore(second, moved, path));
  feed(pca, array, &o, HALF, SAMPLES);
  feed(second, moved, &o, HALF, SAMPLES);
  look(pca, a);
  look(second, b);
  for (int i = 0; i < FOUND; i++) assert_all(fabs(a[i] - b[i]) < 1e-9);
  hearth_pca_destroy(&pca);
  hearth_pca_destroy(&second);
  hearth_array_destroy(&array);
  hearth_array_destroy(&moved);
  if (test_rank == 0) unlink(path);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void memory_is_fixed_and_as_announced(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {40 * test_size, 50};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  hearth_pca *pca = sketch(ctx, NULL);
  int64_t announced, before, after, peak, cap, collectives[2], messages, bytes;
  assert_ok(hearth_pca_partial_fit_array_memory(pca, array, &announced));
  hearth_context_memory(ctx, &before, &peak, &cap);
  for (int t = 0; t < 120; t++) {
    assert_ok(hearth_array_fill(array, (t * t) % 17));
    hearth_context_traffic(ctx, &collectives[0], &messages, &bytes);
    assert_ok(hearth_pca_partial_fit(pca, array, t));
    hearth_context_traffic(ctx, &collectives[1], &messages, &bytes);
    if (t > 0) assert_all(t % 6 == 5 ? collectives[1] - collectives[0] <= 3 : collectives[1] == collectives[0]);
  }
  hearth_context_memory(ctx, &after, &peak, &cap);
  assert_all(after - before >= announced && after - before <= announced + 20000);
  int32_t modes = 0;
  assert_ok(hearth_pca_modes(pca, &modes));
  assert_all(modes == 1); /* constant fields vary along one direction */
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(few_directions_are_found_whole),
    cmocka_unit_test(noise_is_within_the_estimate),
    cmocka_unit_test(sketches_are_saved),
    cmocka_unit_test(memory_is_fixed_and_as_announced),
};
HEARTH_TEST_MAIN(tests)
