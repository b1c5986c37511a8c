/* Checkpoints: what is restored goes on as the original does, whatever the layouts. */
#include "checkpoint_case.h"
#include <unistd.h>

static const char *const path = "test_checkpoint.h5";
static const hearth_backend backends[] = {TEST_BACKENDS};
enum { BACKENDS = sizeof backends / sizeof *backends };

static void a_restored_stream_goes_on_in_any_layout(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  for (int b = 0; b < BACKENDS; b++) {
    hearth_context *ctx = test_context(backends[b]);
    assert_ok(hearth_io_attach(ctx));
    double whole[RESULT], parts[RESULT];
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      const int other = (kind * 5 + 4) % TABLE_KINDS;
      const int32_t order = kind % 2, turned = kind / 2 % 2;
      hearth_array *array = state_array(ctx, kind, order, HEARTH_FLOAT64), *moved = state_array(ctx, other, turned, HEARTH_FLOAT64);
      hearth_pca *pca = create(ctx, NULL), *second = create(ctx, NULL);
      feed(pca, array, &o, 0, HALF);
      assert_ok(hearth_pca_save(pca, path)); /* HALF is no multiple of the bunch */
      assert_ok(hearth_pca_restore(second, moved, path));
      feed(pca, array, &o, HALF, SAMPLES);
      feed(second, moved, &o, HALF, SAMPLES);
      assert_all(results(pca, whole) == SAMPLES);
      assert_all(results(second, parts) == SAMPLES);
      assert_all(worst(whole, parts) < 1e-11);
      hearth_pca_destroy(&pca);
      hearth_pca_destroy(&second);
      hearth_array_destroy(&array);
      hearth_array_destroy(&moved);
    }
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

static void saving_changes_nothing(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *plain = create(ctx, NULL), *saved = create(ctx, NULL);
  double a[RESULT], b[RESULT];
  assert_status(HEARTH_ERR_STATE, hearth_pca_save(plain, path));
  for (int64_t t = 0; t < SAMPLES; t++) {
    feed(plain, array, &o, t, t + 1);
    feed(saved, array, &o, t, t + 1);
    if (t % 4 == 0) assert_ok(hearth_pca_save(saved, path));
  }
  results(plain, a);
  results(saved, b);
  assert_all(memcmp(a, b, sizeof a) == 0);
  hearth_pca_destroy(&plain);
  hearth_pca_destroy(&saved);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

/* A field and a half: two fields of other shapes, float32, points masked, weights. */
static void states_and_metrics_are_restored(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *u = state_array(ctx, TABLE_GRID_CUTS, HEARTH_COLUMN_MAJOR, HEARTH_FLOAT32),
               *v = state_array(ctx, TABLE_BOXES, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_array *weight = state_array(ctx, TABLE_SPLIT_FIRST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  const int32_t axes[3] = {0, 1, 2};
  hearth_metric *metric = NULL, *heavy = NULL;
  hearth_state *fields = NULL;
  assert_ok(hearth_metric_create(ctx, &metric));
  assert_ok(hearth_metric_create(ctx, &heavy));
  feeder f = {&o, 1};
  case_visit_all(weight, 0, HEARTH_ROW_MAJOR, feed_visit, &f);
  assert_ok(hearth_metric_weight(metric, 1, weight, 3, axes));
  assert_ok(hearth_metric_scale(heavy, 1, 3.0));
  assert_ok(hearth_state_create(ctx, &fields));
  assert_ok(hearth_state_add(fields, "u", u));
  assert_ok(hearth_state_add(fields, "v", v));
  hearth_pca *pca = create(ctx, metric), *same = create(ctx, metric), *other = create(ctx, heavy), *none = create(ctx, NULL);
  for (int64_t t = 0; t < 9; t++) {
    f.t = t;
    case_visit_all(u, 0, HEARTH_ROW_MAJOR, feed_visit, &f);
    f.t = 2 * t;
    case_visit_all(v, 0, HEARTH_ROW_MAJOR, feed_visit, &f);
    assert_ok(hearth_pca_partial_fit_state(pca, fields, (double)t));
  }
  double expected[MODES], found[MODES];
  assert_ok(hearth_pca_save(pca, path));
  assert_ok(hearth_pca_restore_state(same, fields, path));
  assert_ok(hearth_pca_restore_state(none, fields, path));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore_state(other, fields, path));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(other, u, path));
  assert_ok(hearth_pca_eigenvalues(pca, MODES, expected));
  assert_ok(hearth_pca_eigenvalues(same, MODES, found));
  assert_all(memcmp(found, expected, sizeof found) == 0);
  assert_ok(hearth_pca_eigenvalues(none, MODES, found));
  assert_all(memcmp(found, expected, sizeof found) == 0);
  hearth_pca *const estimator[] = {pca, same, other, none};
  for (int i = 0; i < 4; i++) hearth_pca_destroy(&(hearth_pca *){estimator[i]});
  hearth_state_destroy(&fields);
  hearth_metric_destroy(&metric);
  hearth_metric_destroy(&heavy);
  hearth_array_destroy(&weight);
  hearth_array_destroy(&u);
  hearth_array_destroy(&v);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void batch_fits_are_restored(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  for (int64_t t = 0; t < SAMPLES; t++) o.x[t * POINTS + 5] = NAN; /* a point that drops out */
  for (int backend = 0; backend < BACKENDS; backend++) {
    hearth_context *ctx = test_context(backends[backend]);
    assert_ok(hearth_io_attach(ctx));
    for (int32_t standardize = 0; standardize < 2; standardize++) {
      hearth_array *series = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, A, B, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
      hearth_pca_options options = small_bunch();
      hearth_pca *pca = NULL, *second = NULL;
      options.standardize = standardize;
      assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
      assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &second));
      assert_ok(hearth_pca_fit(pca, series, 0));
      assert_ok(hearth_pca_save(pca, path));
      const int64_t shape[2] = {A, B};
      hearth_layout *layout = table_layout(ctx, TABLE_GRID_CUTS, 2, shape);
      hearth_array *sample = NULL, *first = NULL, *again = NULL;
      assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &sample));
      assert_ok(hearth_pca_restore(second, sample, path));
      double a[RESULT], b[RESULT], all[2][SAMPLES * MODES];
      results(pca, a);
      results(second, b);
      for (int i = 0; i < RESULT; i++) assert_true(a[i] == b[i]);
      assert_ok(hearth_pca_transform(pca, series, 0, &first));
      assert_ok(hearth_pca_transform(second, series, 0, &again));
      gather(first, SAMPLES, MODES, all[0]);
      gather(again, SAMPLES, MODES, all[1]);
      for (int i = 0; i < SAMPLES * MODES; i++) assert_true(fabs(all[0][i] - all[1][i]) < 1e-11);
      hearth_array *const made[] = {series, sample, first, again};
      for (int i = 0; i < 4; i++) hearth_array_destroy(&(hearth_array *){made[i]});
      hearth_layout_destroy(&layout);
      hearth_pca_destroy(&pca);
      hearth_pca_destroy(&second);
    }
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

/* A sample that one rank refused, saved before anybody was told. */
static void a_failure_that_waits_is_restored(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *pca = create(ctx, NULL), *second = create(ctx, NULL);
  feed(pca, array, &o, 0, 8);
  assert_ok(hearth_array_fill(array, 1));
  hearth_window w;
  assert_ok(hearth_array_access(array, 0, HEARTH_READ_WRITE, &w));
  if (test_rank == test_size - 1 && w.extent[2] > 0) *(double *)w.base = NAN;
  assert_ok(hearth_array_release(array, 0));
  assert_ok(hearth_pca_partial_fit(pca, array, 100));
  assert_ok(hearth_pca_save(pca, path));
  assert_ok(hearth_pca_restore(second, array, path));
  int64_t samples = 0;
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_pca_samples(second, &samples));
  assert_ok(hearth_pca_samples(second, &samples));
  assert_all(samples == 8);
  hearth_pca_destroy(&pca);
  hearth_pca_destroy(&second);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static int remove_file(void **state) {
  (void)state;
  if (test_rank == 0) unlink(path);
  return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_restored_stream_goes_on_in_any_layout),
    cmocka_unit_test(saving_changes_nothing),
    cmocka_unit_test(states_and_metrics_are_restored),
    cmocka_unit_test(batch_fits_are_restored),
    cmocka_unit_test_teardown(a_failure_that_waits_is_restored, remove_file),
};
HEARTH_TEST_MAIN(tests)
