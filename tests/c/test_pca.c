#include "pca_case.h"
#include <stdlib.h>

enum { MODES = 3 };
/* Samples' side and points' side of the Gram matrix. */
static const struct { int64_t n, a, b; } problems[] = {{8, 5, 4}, {30, 3, 2}};
static const hearth_backend backends[] = {TEST_BACKENDS};
enum { BACKENDS = sizeof backends / sizeof *backends };

static hearth_pca *fit(hearth_context *ctx, const hearth_metric *metric, const hearth_pca_options *options, hearth_array *array, int32_t axis) {
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, MODES, metric, options, &pca));
  assert_ok(hearth_pca_fit(pca, array, axis));
  return pca;
}

static void every_layout_and_axis_gives_the_oracles_result(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++) {
      oracle o = oracle_create(problems[problem].n, problems[problem].a * problems[problem].b, 1);
      oracle_solve(&o);
      hearth_context *ctx = test_context(backends[b]);
      for (int kind = 0; kind < TABLE_KINDS; kind++)
        for (int32_t axis = 0; axis < 3; axis++) {
          const int32_t order = (kind + axis) % 2;
          hearth_array *x = case_array(ctx, &o, kind, axis, problems[problem].a, problems[problem].b, HEARTH_FLOAT64, order);
          hearth_pca *pca = fit(ctx, NULL, NULL, x, axis);
          case_compare(pca, &o, MODES, order, 1e-12);
          hearth_pca_destroy(&pca);
          hearth_array_destroy(&x);
        }
      test_context_destroy(&ctx);
      oracle_free(&o);
    }
}

/* Weights along one axis and a full mask, given in other layouts than the field's. */
static hearth_metric *make_metric(hearth_context *ctx, oracle *o, int64_t a, int64_t b) {
  hearth_metric *metric = NULL;
  hearth_layout *layout = NULL;
  hearth_array *weight = NULL, *mask = NULL;
  hearth_window w;
  const int64_t shape[2] = {a, b};
  const int32_t axes[2] = {0, 1};
  assert_ok(hearth_metric_create(ctx, &metric));
  assert_ok(hearth_layout_split(ctx, 1, shape, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &weight));
  assert_ok(hearth_array_access(weight, 0, HEARTH_WRITE, &w));
  for (int64_t i = 0; i < w.extent[0]; i++) {
    int64_t global = 0;
    hearth_layout_global_index(layout, 0, i, &global);
    ((float *)w.base)[i] = (float)(1 + global) / 4;
  }
  assert_ok(hearth_array_release(weight, 0));
  assert_ok(hearth_metric_weight(metric, 0, weight, 1, axes));
  hearth_array_destroy(&weight);
  hearth_layout_destroy(&layout);
  assert_ok(hearth_layout_split(ctx, 2, shape, 1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_INT32, HEARTH_COLUMN_MAJOR, &mask));
  assert_ok(hearth_array_fill(mask, 7));
  assert_ok(hearth_array_access(mask, 0, HEARTH_READ_WRITE, &w));
  for (int64_t j = 0; j < w.extent[1]; j++) {
    int64_t global = 0;
    hearth_layout_global_index(layout, 1, j, &global);
    if (global == 1) *(int32_t *)((char *)w.base + j * w.stride[1]) = 0; /* point (0, 1) */
  }
  assert_ok(hearth_array_release(mask, 0));
  assert_ok(hearth_metric_mask(metric, 0, mask, 2, axes));
  hearth_array_destroy(&mask);
  hearth_layout_destroy(&layout);
  assert_ok(hearth_metric_scale(metric, 0, 2));
  for (int64_t i = 0; i < a * b; i++) o->w[i] = i == 1 ? 0 : (double)(1 + i / b) / 4 / 4;
  return metric;
}

static void metric_mask_groups_and_standardize(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int variant = 0; variant < 4; variant++) {
        const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
        const int groups = variant & 1 ? 3 : 1;
        oracle o = oracle_create(n, pa * pb, groups);
        int32_t label[64];
        int group[64];
        for (int64_t t = 0; t < n; t++) group[t] = label[t] = (int32_t)(t % 3);
        hearth_context *ctx = test_context(backends[b]);
        hearth_metric *metric = make_metric(ctx, &o, pa, pb);
        if (groups > 1) o.group = group;
        o.standardize = variant / 2;
        oracle_solve(&o);
        /* a value where nobody looks */
        for (int64_t t = 0; t < n; t++) o.x[t * o.p + 1] = t % 2 ? NAN : INFINITY;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        options.standardize = o.standardize;
        for (int kind = 0; kind < TABLE_KINDS; kind += 2) {
          hearth_array *x = case_array(ctx, &o, kind, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
          hearth_pca *pca = NULL;
          assert_ok(hearth_pca_create(ctx, MODES, metric, &options, &pca));
          if (groups > 1) assert_ok(hearth_pca_set_groups(pca, groups, n, label));
          assert_ok(hearth_pca_fit(pca, x, 0));
          case_compare(pca, &o, MODES, HEARTH_ROW_MAJOR, 1e-11);
          hearth_pca_destroy(&pca);
          hearth_array_destroy(&x);
        }
        hearth_metric_destroy(&metric);
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

static void scores_transform_and_inverse(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++) {
      const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
      const int32_t all = problem == 0 ? 7 : 6;
      oracle o = oracle_create(n, pa * pb, 1);
      oracle_solve(&o);
      hearth_context *ctx = test_context(backends[b]);
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_array *x = case_array(ctx, &o, kind, 1, pa, pb, HEARTH_FLOAT64, kind % 2), *scores = NULL, *field = NULL;
        hearth_pca *pca = NULL;
        double residual = -1, orthogonality = -1;
        int64_t wrong = 0;
        assert_ok(hearth_pca_create(ctx, all, NULL, NULL, &pca));
        assert_ok(hearth_pca_fit(pca, x, 1));
        if (problem == 0) {
          assert_ok(hearth_pca_scores(pca, &scores));
          assert_all(case_scores(scores, &o) < 1e-8);
          hearth_array_destroy(&scores);
        } else {
          assert_status(HEARTH_ERR_STATE, hearth_pca_scores(pca, &scores));
        }
        assert_ok(hearth_pca_transform(pca, x, 1, &scores));
        assert_all(case_scores(scores, &o) < 1e-8);
        assert_ok(hearth_pca_inverse_transform(pca, scores, 0, &field));
        assert_all(case_worst(field, kind % 2, &o, 2, &wrong) < 1e-8); /* all modes: the data come back */
        assert_ok(hearth_pca_quality(pca, &residual, &orthogonality));
        assert_all(residual >= 0 && residual < 1e-6 && orthogonality < 1e-9);
        hearth_array_destroy(&field);
        hearth_array_destroy(&scores);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
      }
      test_context_destroy(&ctx);
      oracle_free(&o);
    }
}

static void float32_data_in_both_accuracies(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int accuracy = 0; accuracy < 2; accuracy++) {
        oracle o = oracle_create(problems[problem].n, problems[problem].a * problems[problem].b, 1);
        for (int64_t i = 0; i < o.n * o.p; i++) o.x[i] = (double)(float)o.x[i];
        oracle_solve(&o);
        hearth_context *ctx = test_context(backends[b]);
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        options.accuracy = accuracy;
        hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, problems[problem].a, problems[problem].b, HEARTH_FLOAT32, HEARTH_ROW_MAJOR);
        hearth_pca *pca = fit(ctx, NULL, &options, x, 0);
        case_compare(pca, &o, MODES, HEARTH_ROW_MAJOR, accuracy ? 3e-7 : 1e-12);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

static void gaps_are_refused_dropped_or_left_out(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++) {
      const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
      oracle o = oracle_create(n, pa * pb, 1);
      o.w[2] = o.w[5] = 0;
      oracle_solve(&o);
      for (int64_t t = 0; t < n; t++) o.x[t * o.p + 2] = NAN; /* missing always */
      o.x[3 * o.p + 5] = NAN;                                 /* missing once: (5 / b, 5 % b) */
      hearth_context *ctx = test_context(backends[b]);
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_array *x = case_array(ctx, &o, kind, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
        hearth_pca *pca = NULL;
        char message[512], point[32];
        int32_t status = 0, rank = 0;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_status(HEARTH_ERR_NOT_FINITE, hearth_pca_fit(pca, x, 0));
        hearth_last_error(ctx, &status, &rank, message, sizeof message);
        snprintf(point, sizeof point, "(%d, %d)", (int)(5 / pb), (int)(5 % pb));
        assert_all(strstr(message, point) != NULL);
        hearth_pca_destroy(&pca);
        options.gaps = HEARTH_GAPS_DROP;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_ok(hearth_pca_fit(pca, x, 0));
        case_compare(pca, &o, MODES, HEARTH_ROW_MAJOR, 1e-12);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
      }
      test_context_destroy(&ctx);
      oracle_free(&o);
    }
}

/* A source over the oracle's data: fills whatever is asked for, counting calls. */
typedef struct feed {
  const oracle *o;
  int64_t a, b, calls;
} feed;

static hearth_status feed_read(void *user, int32_t field, const int64_t *start, hearth_array *into) {
  feed *f = user;
  hearth_window w;
  hearth_layout *layout = NULL;
  (void)field;
  f->calls++;
  hearth_array_access(into, 0, HEARTH_WRITE, &w);
  hearth_array_layout(into, &layout);
  for (int64_t i = 0; i < w.extent[0]; i++)
    for (int64_t j = 0; j < w.extent[1]; j++)
      for (int64_t k = 0; k < w.extent[2]; k++) {
        int64_t g[3];
        hearth_layout_global_index(layout, 0, i, &g[0]);
        hearth_layout_global_index(layout, 1, j, &g[1]);
        hearth_layout_global_index(layout, 2, k, &g[2]);
        char *address = (char *)w.base + i * w.stride[0] + j * w.stride[1] + k * w.stride[2];
        *(double *)address = f->o->x[(start[0] + g[0]) * f->o->p + (start[1] + g[1]) * f->b + start[2] + g[2]];
      }
  hearth_layout_destroy(&layout);
  return hearth_array_release(into, 0);
}

static void a_source_is_read_in_blocks_of_fixed_size(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int64_t memory = 0; memory <= 400; memory += 100) {
        const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b, shape[3] = {n, pa, pb};
        oracle o = oracle_create(n, pa * pb, 1);
        oracle_solve(&o);
        hearth_context *ctx = test_context(backends[b]);
        feed f = {.o = &o, .a = pa, .b = pb};
        hearth_source *source = NULL;
        hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        hearth_pca *pca = NULL;
        hearth_array *scores = NULL;
        reader.read = feed_read;
        reader.user = &f;
        options.memory = memory;
        assert_ok(hearth_source_create(ctx, &source));
        assert_ok(hearth_source_add(source, "t", HEARTH_FLOAT64, 3, shape, 0, &reader));
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_ok(hearth_pca_fit_source(pca, source));
        if (memory == 100 && test_size == 1) assert_all(f.calls > 4);
        case_compare(pca, &o, MODES, HEARTH_ROW_MAJOR, 1e-12);
        assert_ok(hearth_pca_transform_source(pca, source, &scores));
        assert_all(case_scores(scores, &o) < 1e-9);
        hearth_array_destroy(&scores);
        hearth_pca_destroy(&pca);
        hearth_source_destroy(&source);
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

static void bad_input_is_refused_everywhere(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle o = oracle_create(8, 20, 1);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, 5, 4, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  hearth_pca *pca = NULL;
  double value[4];
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_create(ctx, 0, NULL, NULL, &pca));
  options.n_kept = 5;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_create(ctx, 3, NULL, &options, &pca));
  options = (hearth_pca_options)HEARTH_PCA_OPTIONS_INIT;
  options.ddof = test_rank == 1 ? 0 : 1;
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_pca_create(ctx, 3, NULL, &options, &pca));
  assert_ok(hearth_pca_create(ctx, 8, NULL, NULL, &pca)); /* min(samples - 1, points) = 7 */
  assert_status(HEARTH_ERR_STATE, hearth_pca_eigenvalues(pca, 1, value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_fit(pca, x, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_fit(pca, x, 3));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_fit(pca, NULL, 0));
  hearth_pca_destroy(&pca);
  assert_ok(hearth_pca_create(ctx, 2, NULL, NULL, &pca));
  assert_ok(hearth_array_fill(x, 3));
  assert_status(HEARTH_ERR_NUMERICAL, hearth_pca_fit(pca, x, 0)); /* constant */
  assert_ok(hearth_array_fill(x, (double)NAN));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_fit(pca, x, 0)); /* no point takes part */
  assert_ok(hearth_array_fill(x, (double)INFINITY));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_pca_fit(pca, x, 0));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  oracle_free(&o);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_layout_and_axis_gives_the_oracles_result),
    cmocka_unit_test(metric_mask_groups_and_standardize),
    cmocka_unit_test(scores_transform_and_inverse),
    cmocka_unit_test(float32_data_in_both_accuracies),
    cmocka_unit_test(gaps_are_refused_dropped_or_left_out),
    cmocka_unit_test(a_source_is_read_in_blocks_of_fixed_size),
    cmocka_unit_test(bad_input_is_refused_everywhere),
};
HEARTH_TEST_MAIN(tests)
