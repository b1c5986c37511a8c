/* Streams that keep every sample: the results of the whole problem, announced memory, at most three collectives, a checkpoint, a limit that is told. */
#include "checkpoint_case.h"
#include <unistd.h>

static const char *const path = "test_stream_methods.h5";

static hearth_pca *exact(hearth_context *ctx, int32_t bunch, int32_t room) {
  hearth_pca_options options = small_bunch();
  hearth_pca *pca = NULL;
  options.bunch = bunch;
  options.stream_method = HEARTH_STREAM_EXACT;
  options.max_samples = room;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
  return pca;
}

static hearth_context *context(hearth_backend backend, bool reproducible) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backend;
  options.reduction = reproducible ? HEARTH_REDUCTION_REPRODUCIBLE : HEARTH_REDUCTION_FAST;
  hearth_context *ctx = test_context_with(&options);
  assert_ok(hearth_io_attach(ctx));
  return ctx;
}

static oracle noisy(void) {
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  for (int64_t t = 0; t < o.n; t++)
    for (int64_t i = 0; i < o.p; i++) o.x[t * o.p + i] += 0.3 * oracle_noise(t + 1000, i); /* more than a truncated basis can hold */
  oracle_solve(&o);
  return o;
}

static void compare(hearth_pca *pca, const oracle *o) {
  double found[RESULT];
  assert_all(results(pca, found) == SAMPLES);
  const double *eof = found + MODES + 2, *mean = eof + MODES * POINTS, *score = mean + POINTS;
  for (int k = 0; k < MODES; k++) assert_all(fabs(found[k] - o->lambda[k]) <= 1e-12 * o->lambda[0]);
  assert_all(fabs(found[MODES] - o->total) <= 1e-12 * o->total && found[MODES + 1] == 0);
  for (int i = 0; i < MODES * POINTS; i++) assert_true(fabs(eof[i] - o->v[i]) < 1e-9);
  for (int i = 0; i < POINTS; i++) assert_true(fabs(mean[i] - o->mean[i]) < 1e-10);
  for (int t = 0; t < SAMPLES; t++)
    for (int k = 0; k < MODES; k++) assert_true(fabs(score[t * MODES + k] - o->score[t * o->side + k]) < 1e-9);
}

static void every_sample_counts(void **state) {
  (void)state;
  static const hearth_backend backends[] = {TEST_BACKENDS};
  oracle o = noisy();
  for (int b = 0; b < 3; b++)
    for (int mode = 0; mode < 2; mode++) {
      hearth_context *ctx = context(backends[b], mode);
      double first[RESULT], found[RESULT];
      for (int kind = b; kind < TABLE_KINDS; kind += 3) {
        hearth_array *array = state_array(ctx, kind, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
        hearth_pca *pca = exact(ctx, 6, 50);
        feed(pca, array, &o, 0, HALF);
        results(pca, found); /* asked in between: goes on all the same */
        feed(pca, array, &o, HALF, SAMPLES);
        compare(pca, &o);
        results(pca, found);
        if (kind == b) memcpy(first, found, sizeof first);
        if (mode == 1) assert_all(memcmp(first, found, sizeof first) == 0);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&array);
      }
      test_context_destroy(&ctx);
    }
  oracle_free(&o);
}

static void kept_samples_are_saved(void **state) {
  (void)state;
  oracle o = noisy();
  for (int mode = 0; mode < 2; mode++) {
    hearth_context *ctx = context(HEARTH_BACKEND_CPU, mode);
    hearth_array *array = state_array(ctx, TABLE_GRID_CUTS, HEARTH_ROW_MAJOR, HEARTH_FLOAT64),
                 *moved = state_array(ctx, TABLE_BOXES, HEARTH_COLUMN_MAJOR, HEARTH_FLOAT64);
    hearth_pca *pca = exact(ctx, 6, 50), *second = exact(ctx, 6, 41), *small = exact(ctx, 6, 12), *other = create(ctx, NULL);
    feed(pca, array, &o, 0, HALF);
    assert_ok(hearth_pca_save(pca, path));
    assert_ok(hearth_pca_restore(second, moved, path));
    assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(small, moved, path));
    assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(other, moved, path));
    feed(pca, array, &o, HALF, SAMPLES);
    feed(second, moved, &o, HALF, SAMPLES);
    double a[RESULT], b[RESULT];
    compare(second, &o);
    results(pca, a);
    results(second, b);
    assert_all(mode == 0 || memcmp(a, b, sizeof a) == 0);
    hearth_pca *const all[] = {pca, second, small, other};
    for (int i = 0; i < 4; i++) hearth_pca_destroy(&(hearth_pca *){all[i]});
    hearth_array_destroy(&array);
    hearth_array_destroy(&moved);
    test_context_destroy(&ctx);
  }
  if (test_rank == 0) unlink(path);
  oracle_free(&o);
}

static void the_limit_is_told_and_memory_is_as_announced(void **state) {
  (void)state;
  oracle o = noisy();
  hearth_context *ctx = context(HEARTH_BACKEND_CPU, false);
  const int64_t shape[2] = {40 * test_size, 50};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  hearth_pca *pca = exact(ctx, 4, 30);
  int64_t announced, before, after, peak, cap, collectives[2], messages, bytes;
  assert_ok(hearth_pca_partial_fit_array_memory(pca, array, &announced));
  hearth_context_memory(ctx, &before, &peak, &cap);
  for (int t = 0; t < 30; t++) {
    assert_ok(hearth_array_fill(array, (t * t) % 17));
    hearth_context_traffic(ctx, &collectives[0], &messages, &bytes);
    assert_ok(hearth_pca_partial_fit(pca, array, t));
    hearth_context_traffic(ctx, &collectives[1], &messages, &bytes);
    if (t > 0) assert_all(t % 4 == 3 ? collectives[1] - collectives[0] <= 3 : collectives[1] == collectives[0]);
  }
  hearth_context_memory(ctx, &after, &peak, &cap);
  assert_all(after - before >= announced && after - before <= announced + 20000);
  assert_status(HEARTH_ERR_STATE, hearth_pca_partial_fit(pca, array, 30));
  double value = 0;
  assert_ok(hearth_pca_eigenvalues(pca, 1, &value)); /* what is there stays */
  assert_all(value > 0);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_sample_counts),
    cmocka_unit_test(kept_samples_are_saved),
    cmocka_unit_test(the_limit_is_told_and_memory_is_as_announced),
};
HEARTH_TEST_MAIN(tests)
