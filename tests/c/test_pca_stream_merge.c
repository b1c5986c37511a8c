/* Streams with forgetting against the weighted problem solved as a whole, and merged streams against the stream of all samples. */
#include "checkpoint_case.h"

/* Eigenvalues, modes, mean and total of samples with weights, by plain loops. */
typedef struct weighted {
  double value[SAMPLES], mode[MODES][POINTS], mean[POINTS], total;
} weighted;

static weighted solve_weighted(const oracle *o, const double *w) {
  static double a[SAMPLES][POINTS], gram[SAMPLES * SAMPLES], vectors[SAMPLES * SAMPLES];
  weighted s = {.total = 0};
  double sum = 0, squares = 0;
  for (int t = 0; t < SAMPLES; t++) sum += w[t], squares += w[t] * w[t];
  const double divisor = sum - squares / sum;
  for (int i = 0; i < POINTS; i++) {
    for (int t = 0; t < SAMPLES; t++) s.mean[i] += w[t] * o->x[t * POINTS + i] / sum;
    for (int t = 0; t < SAMPLES; t++) a[t][i] = sqrt(w[t]) * (o->x[t * POINTS + i] - s.mean[i]);
  }
  for (int r = 0; r < SAMPLES; r++)
    for (int t = 0; t < SAMPLES; t++) {
      gram[r * SAMPLES + t] = 0;
      for (int i = 0; i < POINTS; i++) gram[r * SAMPLES + t] += a[r][i] * a[t][i];
    }
  oracle_jacobi(SAMPLES, gram, vectors);
  bool used[SAMPLES] = {false};
  for (int k = 0; k < SAMPLES; k++) {
    int best = -1;
    for (int t = 0; t < SAMPLES; t++)
      if (!used[t] && (best < 0 || gram[t * SAMPLES + t] > gram[best * SAMPLES + best])) best = t;
    used[best] = true;
    s.value[k] = gram[best * SAMPLES + best] / divisor;
    s.total += s.value[k];
    for (int i = 0; i < POINTS && k < MODES; i++)
      for (int t = 0; t < SAMPLES; t++) s.mode[k][i] += vectors[t * SAMPLES + best] * a[t][i] / sqrt(gram[best * SAMPLES + best]);
  }
  return s;
}

/* The results of an estimator against them. */
static void compare(hearth_pca *pca, const weighted *s, double tolerance) {
  double found[RESULT];
  results(pca, found);
  const double *eof = found + MODES + 2, *mean = eof + MODES * POINTS, bound = found[MODES + 1];
  for (int k = 0; k < MODES; k++) {
    double product = 0;
    for (int i = 0; i < POINTS; i++) product += eof[k * POINTS + i] * s->mode[k][i];
    assert_all(found[k] <= s->value[k] + tolerance * s->value[0] && s->value[k] <= found[k] + bound + tolerance * s->value[0]);
    assert_all(1 - fabs(product) < tolerance * 1e3);
  }
  assert_all(fabs(found[MODES] - s->total) <= tolerance * s->total);
  for (int i = 0; i < POINTS; i++) assert_true(fabs(mean[i] - s->mean[i]) < 1e-10);
}

/* More directions than samples: nothing is thrown away. */
static hearth_pca_options roomy(int32_t n_kept, double forgetting) {
  hearth_pca_options options = small_bunch();
  options.n_kept = n_kept;
  options.forgetting = forgetting;
  return options;
}

static void forgetting_is_a_weight(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  static const double factor[] = {1, 0.97, 0.8};
  for (int f = 0; f < 3; f++) {
    double w[SAMPLES];
    for (int t = 0; t < SAMPLES; t++) w[t] = pow(factor[f], SAMPLES - 1 - t);
    const weighted expected = solve_weighted(&o, w);
    hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
    for (int32_t bunch = 1; bunch < 20; bunch += 6) {
      hearth_array *array = state_array(ctx, TABLE_GRID_CUTS, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
      hearth_pca_options options = roomy(SAMPLES + 1, factor[f]);
      hearth_pca *pca = NULL;
      options.bunch = bunch;
      assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
      feed(pca, array, &o, 0, SAMPLES);
      compare(pca, &expected, 1e-11);
      hearth_pca_destroy(&pca);
      hearth_array_destroy(&array);
    }
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

/* Scores of all samples about the common mean, ours first. */
static void compare_scores(hearth_pca *pca, const oracle *o, double tolerance) {
  double found[RESULT];
  results(pca, found);
  const double *eof = found + MODES + 2, *mean = eof + MODES * POINTS, *score = mean + POINTS;
  for (int t = 0; t < SAMPLES; t++)
    for (int k = 0; k < MODES; k++) {
      double expected = 0;
      for (int i = 0; i < POINTS; i++) expected += (o->x[t * POINTS + i] - mean[i]) * eof[k * POINTS + i];
      assert_true(fabs(score[t * MODES + k] - expected) < tolerance);
    }
}

static void merged_streams_are_the_stream_of_all_samples(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  double w[SAMPLES];
  for (int t = 0; t < SAMPLES; t++) w[t] = 1;
  for (int t = HALF; t < SAMPLES; t++)
    for (int i = 0; i < POINTS; i++) o.x[t * POINTS + i] += 3 + 0.1 * i; /* another mean in the second half */
  const weighted expected = solve_weighted(&o, w);
  static const hearth_backend backends[] = {TEST_BACKENDS};
  for (int b = 0; b < 3; b++)
    for (int mode = 0; mode < 2; mode++) {
      hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
      options.backend = backends[b];
      options.reduction = mode ? HEARTH_REDUCTION_REPRODUCIBLE : HEARTH_REDUCTION_FAST;
      hearth_context *ctx = test_context_with(&options);
      for (int32_t n_kept = 13; n_kept <= 49; n_kept += 36) { /* too few and enough */
        for (int kind = 0; kind < TABLE_KINDS; kind += 4) {
          hearth_array *array = state_array(ctx, kind, HEARTH_COLUMN_MAJOR, HEARTH_FLOAT64);
          const hearth_pca_options room = roomy(n_kept, 1);
          hearth_pca *first = NULL, *second = NULL;
          assert_ok(hearth_pca_create(ctx, MODES, NULL, &room, &first));
          assert_ok(hearth_pca_create(ctx, MODES, NULL, &room, &second));
          feed(first, array, &o, 0, HALF);
          feed(second, array, &o, HALF, SAMPLES);
          assert_ok(hearth_pca_merge(first, second));
          compare(first, &expected, n_kept == 49 ? 1e-11 : 1e-5);
          if (n_kept == 49) compare_scores(first, &o, 1e-9);
          double times[SAMPLES];
          assert_ok(hearth_pca_times(first, SAMPLES, times));
          for (int t = 0; t < SAMPLES; t++) assert_all(times[t] == 0.5 * t);
          hearth_pca_destroy(&first);
          hearth_pca_destroy(&second);
          hearth_array_destroy(&array);
        }
      }
      test_context_destroy(&ctx);
    }
  oracle_free(&o);
}

static void streams_that_do_not_fit_are_refused(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64),
               *moved = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_COLUMN_MAJOR, HEARTH_FLOAT64);
  hearth_metric *metric = NULL;
  assert_ok(hearth_metric_create(ctx, &metric));
  assert_ok(hearth_metric_scale(metric, 0, 2));
  hearth_pca *pca = create(ctx, NULL), *other = create(ctx, NULL), *weighed = create(ctx, metric), *empty = create(ctx, NULL);
  feed(pca, array, &o, 0, 8);
  feed(other, moved, &o, 8, 16);
  feed(weighed, array, &o, 8, 16);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_merge(pca, pca));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_merge(pca, NULL));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_merge(pca, other));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_merge(pca, weighed));
  assert_status(HEARTH_ERR_STATE, hearth_pca_merge(pca, empty));
  int64_t samples = 0;
  assert_ok(hearth_pca_samples(pca, &samples));
  assert_all(samples == 8);
  hearth_pca *const all[] = {pca, other, weighed, empty};
  for (int i = 0; i < 4; i++) hearth_pca_destroy(&(hearth_pca *){all[i]});
  hearth_metric_destroy(&metric);
  hearth_array_destroy(&array);
  hearth_array_destroy(&moved);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(forgetting_is_a_weight),
    cmocka_unit_test(merged_streams_are_the_stream_of_all_samples),
    cmocka_unit_test(streams_that_do_not_fit_are_refused),
};
HEARTH_TEST_MAIN(tests)
