/* Sampling errors, scree data, reconstruction errors, whitened scores, components into the model's arrays: against plain formulas on the oracle's results. */
#include "pca_case.h"
#include <hearth/pca_diagnostics.h>

enum { MODES = 4 };
static const struct { int64_t n, a, b; } problems[] = {{9, 5, 4}, {30, 3, 2}};
static const hearth_backend backends[] = {TEST_BACKENDS};

static double plain_size(const oracle *o, int k) {
  double mean = 0, square = 0, product = 0;
  for (int64_t t = 0; t < o->n; t++) mean += o->score[t * o->side + k] / (double)o->n;
  for (int64_t t = 0; t < o->n; t++) square += pow(o->score[t * o->side + k] - mean, 2);
  for (int64_t t = 1; t < o->n; t++) product += (o->score[t * o->side + k] - mean) * (o->score[(t - 1) * o->side + k] - mean);
  const double r = product / square;
  return fmax(1, (double)o->n * (1 - r * r) / (1 + r * r));
}

static void sampling_errors(void **state) {
  (void)state;
  for (int b = 0; b < 3; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int whiten = 0; whiten < 2; whiten++) {
        const int64_t pa = problems[problem].a, pb = problems[problem].b;
        oracle o = oracle_create(problems[problem].n, pa * pb, 1);
        oracle_solve(&o);
        hearth_context *ctx = test_context(backends[b]);
        hearth_array *x = case_array(ctx, &o, TABLE_GRID_CUTS, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *scores = NULL;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        hearth_pca *pca = NULL;
        double size[MODES], error[MODES], value[MODES], ratio[MODES], cumulative[MODES], sum = 0;
        int32_t multiplet[MODES];
        options.whiten = whiten;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_ok(hearth_pca_fit(pca, x, 0));
        assert_ok(hearth_pca_transform(pca, x, 0, &scores));
        assert_ok(hearth_pca_effective_samples_of(pca, scores, MODES, size));
        for (int k = 0; k < MODES; k++) assert_all(fabs(size[k] - plain_size(&o, k)) < 1e-7 * size[k]);
        assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_effective_samples_of(pca, scores, MODES + 1, size));
        if (problem == 0) {
          assert_ok(hearth_pca_north_errors(pca, MODES, error));
          assert_ok(hearth_pca_north_multiplets(pca, MODES, multiplet));
          for (int k = 0; k < MODES; k++) assert_all(fabs(error[k] - o.lambda[k] * sqrt(2 / plain_size(&o, k))) < 1e-7 * o.lambda[0]);
          int32_t expected = 0;
          for (int k = 0; k < MODES; k++) {
            if (k > 0 && o.lambda[k - 1] - o.lambda[k] >= error[k - 1]) expected++;
            assert_all(multiplet[k] == expected);
          }
        } else {
          assert_status(HEARTH_ERR_STATE, hearth_pca_north_errors(pca, MODES, error));
        }
        assert_ok(hearth_pca_scree(pca, MODES, value, ratio, cumulative));
        for (int k = 0; k < MODES; k++) {
          sum += o.lambda[k] / o.total;
          assert_all(fabs(value[k] - o.lambda[k]) < 1e-11 * o.lambda[0] && fabs(ratio[k] - o.lambda[k] / o.total) < 1e-11 && fabs(cumulative[k] - sum) < 1e-11);
        }
        hearth_array_destroy(&scores);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

static void scores_of_variance_one(void **state) {
  (void)state;
  for (int problem = 0; problem < 2; problem++) {
    const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
    const int32_t all = problem == 0 ? 8 : 6;
    oracle o = oracle_create(n, pa * pb, 1), white = oracle_create(n, pa * pb, 1);
    oracle_solve(&o);
    oracle_solve(&white);
    for (int64_t t = 0; t < n; t++)
      for (int k = 0; k < all; k++) white.score[t * white.side + k] /= sqrt(o.lambda[k]);
    hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
    hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *scores = NULL, *field = NULL;
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    hearth_pca *pca = NULL;
    int64_t wrong = 0;
    options.whiten = 1;
    assert_ok(hearth_pca_create(ctx, all, NULL, &options, &pca));
    assert_ok(hearth_pca_fit(pca, x, 0));
    assert_ok(hearth_pca_transform(pca, x, 0, &scores));
    assert_all(case_scores(scores, &white) < 1e-7);
    assert_ok(hearth_pca_inverse_transform(pca, scores, 0, &field));
    assert_all(case_worst(field, HEARTH_ROW_MAJOR, &o, 2, &wrong) < 1e-8);
    hearth_array_destroy(&scores);
    if (problem == 0) {
      assert_ok(hearth_pca_scores(pca, &scores));
      assert_all(case_scores(scores, &white) < 1e-7);
      hearth_array_destroy(&scores);
    }
    hearth_array_destroy(&field);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&x);
    test_context_destroy(&ctx);
    oracle_free(&o);
    oracle_free(&white);
  }
}

static void reconstruction_errors(void **state) {
  (void)state;
  for (int b = 0; b < 3; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int rotate = 0; rotate < 2; rotate++) {
        const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
        oracle o = oracle_create(n, pa * pb, 1);
        oracle_solve(&o);
        hearth_context *ctx = test_context(backends[b]);
        hearth_array *x = case_array(ctx, &o, b == 1 ? TABLE_BOXES : TABLE_CYCLIC_1, 1, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
        hearth_pca *pca = NULL;
        double error[MODES], left = o.total;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
        assert_ok(hearth_pca_fit(pca, x, 1));
        if (rotate) assert_ok(hearth_pca_rotate(pca, HEARTH_ROTATION_PROMAX, 3, 4));
        assert_ok(hearth_pca_reconstruction_error(pca, x, 1, MODES, error));
        for (int k = 0; k < MODES; k++) {
          left -= o.lambda[k];
          if (!rotate || k >= 2) assert_all(fabs(error[k] - sqrt(left / o.total)) < 1e-9);
          if (rotate && k < 2) assert_all(error[k] >= sqrt(left / o.total) - 1e-9 && error[k] < 2);
        }
        assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_reconstruction_error(pca, x, 1, MODES + 1, error));
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

typedef struct into_check {
  const oracle *o;
  int mode;
  bool mean;
  double worst;
} into_check;

static void check_into(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  into_check *c = context;
  const double got = dtype == HEARTH_FLOAT32 ? (double)*(float *)address : *(double *)address;
  (void)lead;
  const double expected = c->mean ? c->o->mean[point] : c->o->v[c->mode * c->o->p + point];
  c->worst = fmax(c->worst, isnan(got) ? INFINITY : fabs(got - expected));
}

/* Into arrays of every layout, both orders and types; and into borrowed memory with room between the elements. */
static void components_in_the_models_layout(void **state) {
  (void)state;
  const int64_t n = problems[0].n, pa = problems[0].a, pb = problems[0].b, space[2] = {pa, pb};
  oracle o = oracle_create(n, pa * pb, 1);
  oracle_solve(&o);
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_pca *pca = NULL;
    assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
    assert_ok(hearth_pca_fit(pca, x, 0));
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 2, space);
      hearth_array *array = NULL;
      assert_ok(hearth_array_create(layout, kind % 3 ? HEARTH_FLOAT64 : HEARTH_FLOAT32, kind % 2, &array));
      for (int mode = 0; mode < MODES; mode += 2) {
        into_check c = {&o, mode, false, 0}, m = {&o, 0, true, 0};
        assert_ok(hearth_array_fill(array, (double)NAN));
        assert_ok(hearth_pca_component_into(pca, 0, mode, array));
        case_visit_all(array, -1, HEARTH_ROW_MAJOR, check_into, &c);
        assert_ok(hearth_pca_mean_into(pca, 0, 0, array));
        case_visit_all(array, -1, HEARTH_ROW_MAJOR, check_into, &m);
        assert_all(c.worst < 1e-6 && m.worst < 1e-4);
      }
      hearth_array_destroy(&array);
      hearth_layout_destroy(&layout);
    }
    hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, space);
    hearth_array *wrong = NULL, *integers = NULL;
    assert_ok(hearth_array_create(layout, HEARTH_INT32, HEARTH_ROW_MAJOR, &integers));
    assert_status(HEARTH_ERR_UNSUPPORTED, hearth_pca_component_into(pca, 0, 0, integers));
    assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_component_into(pca, 0, MODES, integers));
    assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_mean_into(pca, 0, 1, integers));
    assert_status(HEARTH_ERR_MISMATCH, hearth_pca_component_into(pca, 0, 0, x));
    hearth_array_destroy(&wrong);
    hearth_array_destroy(&integers);
    hearth_layout_destroy(&layout);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&x);
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

static void into_borrowed_memory(void **state) {
  (void)state;
  const int64_t n = problems[0].n, pa = problems[0].a, pb = problems[0].b, shape[2] = {pa, pb};
  oracle o = oracle_create(n, pa * pb, 1);
  oracle_solve(&o);
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *array = NULL;
  const int64_t rows = pa / test_size + (test_rank < pa % test_size),
                first = test_rank * (pa / test_size) + (test_rank < pa % test_size ? test_rank : pa % test_size);
  double memory[8][12];
  const int64_t start[2] = {first, 0};
  hearth_window window = {
      .base = &memory[1][2], .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {rows, pb}, .stride = {sizeof memory[0], 2 * sizeof memory[0][0]}};
  hearth_pca *pca = NULL;
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 12; j++) memory[i][j] = -7;
  assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array));
  assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
  assert_ok(hearth_pca_fit(pca, x, 0));
  assert_ok(hearth_pca_component_into(pca, 0, 1, array));
  bool right = true;
  for (int64_t i = 0; i < 8; i++)
    for (int64_t j = 0; j < 12; j++) {
      const int64_t r = i - 1, c = (j - 2) / 2;
      const bool inside = r >= 0 && r < rows && j >= 2 && j % 2 == 0 && c < pb;
      right = right && (inside ? fabs(memory[i][j] - o.v[o.p + (first + r) * pb + c]) < 1e-9 : memory[i][j] == -7);
    }
  assert_all(right);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sampling_errors),       cmocka_unit_test(scores_of_variance_one),
    cmocka_unit_test(reconstruction_errors), cmocka_unit_test(components_in_the_models_layout),
    cmocka_unit_test(into_borrowed_memory),
};
HEARTH_TEST_MAIN(tests)
