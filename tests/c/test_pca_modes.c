/* Estimators from saved modes: they say and do what the fitted one did, wherever the arrays lie; and groups in transforms. */
#include "pca_case.h"
#include <stdlib.h>

static const struct { int64_t n, a, b; } problems[] = {{9, 5, 4}, {30, 3, 2}}; /* samples' side, points' side */
static const hearth_backend backends[] = {TEST_BACKENDS};
enum { BACKENDS = sizeof backends / sizeof *backends, GROUPS = 3, OUT = 1 };

static void weight_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  (void)dtype;
  (void)lead;
  *(double *)address = ((const oracle *)context)->w[point];
}

/* The oracle's weights, one of them 0, in one array of the space's shape. */
static hearth_metric *make_metric(hearth_context *ctx, oracle *o, int64_t a, int64_t b) {
  const int64_t shape[2] = {a, b};
  const int32_t axes[2] = {0, 1};
  hearth_layout *layout = NULL;
  hearth_array *weight = NULL;
  hearth_metric *metric = NULL;
  for (int64_t i = 0; i < a * b; i++) o->w[i] = i == OUT ? 0 : 0.5 + 0.25 * (double)(i % 5);
  assert_ok(hearth_layout_split(ctx, 2, shape, 1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &weight));
  case_visit_all(weight, -1, HEARTH_ROW_MAJOR, weight_visit, o);
  assert_ok(hearth_metric_create(ctx, &metric));
  assert_ok(hearth_metric_weight(metric, 0, weight, 2, axes));
  hearth_array_destroy(&weight);
  hearth_layout_destroy(&layout);
  return metric;
}

/* The array in the table's layout `kind`. */
static hearth_array *moved(hearth_context *ctx, hearth_array **array, int kind) {
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM];
  hearth_layout *layout = NULL;
  hearth_array *result = NULL;
  assert_ok(hearth_array_ndim(*array, &ndim));
  assert_ok(hearth_array_shape(*array, ndim, shape));
  layout = table_layout(ctx, kind, ndim, shape);
  assert_ok(hearth_redistribute(*array, layout, &result));
  hearth_layout_destroy(&layout);
  hearth_array_destroy(array);
  return result;
}

/* What a file holds of an estimator, its arrays in layouts of the table. */
typedef struct saved {
  hearth_array *components, *mean, *deviation;
  hearth_state *state[3];
  double eigenvalue[16], total;
  int32_t modes;
  int64_t samples;
} saved;

static saved save(hearth_context *ctx, hearth_pca *pca, bool standardized, int kind) {
  saved s = {0};
  assert_ok(hearth_pca_modes(pca, &s.modes));
  assert_ok(hearth_pca_samples(pca, &s.samples));
  assert_ok(hearth_pca_eigenvalues(pca, s.modes, s.eigenvalue));
  assert_ok(hearth_pca_total_variance(pca, &s.total));
  assert_ok(hearth_pca_components(pca, 0, &s.components));
  assert_ok(hearth_pca_mean(pca, 0, &s.mean));
  s.components = moved(ctx, &s.components, kind);
  s.mean = moved(ctx, &s.mean, (kind + 3) % TABLE_KINDS);
  if (standardized) assert_ok(hearth_pca_standard_deviation(pca, 0, &s.deviation));
  if (standardized) s.deviation = moved(ctx, &s.deviation, (kind + 5) % TABLE_KINDS);
  hearth_array *const array[3] = {s.components, s.mean, s.deviation};
  for (int i = 0; i < 3; i++) {
    if (!array[i]) continue;
    assert_ok(hearth_state_create(ctx, &s.state[i]));
    assert_ok(hearth_state_add(s.state[i], "t", array[i]));
  }
  return s;
}

static void forget(saved *s) {
  for (int i = 0; i < 3; i++) hearth_state_destroy(&s->state[i]);
  hearth_array_destroy(&s->components);
  hearth_array_destroy(&s->mean);
  hearth_array_destroy(&s->deviation);
}

typedef struct weights_check {
  const oracle *o;
  double worst;
} weights_check;

static void weights_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  weights_check *check = context;
  (void)dtype;
  (void)lead;
  check->worst = fmax(check->worst, fabs(*(double *)address - check->o->w[point]));
}

/* Scores of the samples and the field that they give back, with all modes. */
static void check_samples(hearth_pca *pca, const oracle *o, hearth_array *x, const int32_t *label) {
  hearth_array *scores = NULL, *field = NULL, *weights = NULL;
  weights_check check = {.o = o};
  double residual = 0, orthogonality = 1;
  int64_t wrong = 0;
  if (o->groups > 1) assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_transform(pca, x, 0, &scores));
  if (o->groups > 1) assert_ok(hearth_pca_set_labels(pca, o->n, label));
  assert_ok(hearth_pca_transform(pca, x, 0, &scores));
  assert_all(case_scores(scores, o) < 1e-8);
  assert_ok(hearth_pca_inverse_transform(pca, scores, 0, &field));
  assert_all(case_worst(field, HEARTH_ROW_MAJOR, o, 2, &wrong) < 1e-8);
  assert_all(wrong == 0);
  hearth_array_destroy(&scores);
  hearth_array_destroy(&field);
  assert_status(HEARTH_ERR_STATE, hearth_pca_scores(pca, &scores));
  assert_ok(hearth_pca_weights(pca, 0, &weights));
  case_visit_all(weights, -1, HEARTH_ROW_MAJOR, weights_visit, &check);
  assert_all(check.worst < 1e-15);
  hearth_array_destroy(&weights);
  assert_ok(hearth_pca_quality(pca, &residual, &orthogonality));
  assert_all(orthogonality < 1e-9);
}

static void one_case(hearth_backend backend, int64_t n, int64_t a, int64_t b, bool grouped, int standardize) {
  oracle o = oracle_create(n, a * b, grouped ? GROUPS : 1);
  hearth_context *ctx = test_context(backend);
  hearth_metric *metric = make_metric(ctx, &o, a, b);
  int32_t label[64];
  int group[64];
  for (int64_t t = 0; t < n; t++) group[t] = label[t] = (int32_t)((t / 2) % GROUPS);
  if (grouped) o.group = group;
  o.standardize = standardize;
  oracle_solve(&o);
  const int32_t all = (int32_t)(n - (grouped ? GROUPS : 1) < a * b - 1 ? n - (grouped ? GROUPS : 1) : a * b - 1);
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.standardize = standardize;
  for (int kind = (standardize + (int)backend) % 5; kind < TABLE_KINDS; kind += 5) { /* every kind comes up in some case */
    hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, a, b, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_pca *fitted = NULL, *pca = NULL;
    assert_ok(hearth_pca_create(ctx, all, metric, &options, &fitted));
    if (grouped) assert_ok(hearth_pca_set_groups(fitted, GROUPS, n, label));
    assert_ok(hearth_pca_fit(fitted, x, 0));
    saved s = save(ctx, fitted, standardize != 0, kind);
    hearth_pca_destroy(&fitted);
    assert_ok(hearth_pca_create(ctx, all, metric, NULL, &pca));
    assert_ok(hearth_pca_set_modes(pca, s.state[0], s.modes, s.eigenvalue, s.total, s.samples, s.state[1], s.state[2]));
    forget(&s);
    case_compare(pca, &o, all, HEARTH_ROW_MAJOR, 1e-11);
    check_samples(pca, &o, x, label);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&x);
  }
  hearth_metric_destroy(&metric);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void modes_do_what_the_fit_did(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int standardize = 0; standardize < 2; standardize++)
        one_case(backends[b], problems[problem].n, problems[problem].a, problems[problem].b, false, standardize);
}

static void groups_have_means_of_their_own(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int problem = 0; problem < 2; problem++) one_case(backends[b], problems[problem].n, problems[problem].a, problems[problem].b, true, 0);
}

/* A fit with groups transforms its own samples by the labels it had. */
static void a_grouped_fit_transforms_its_samples(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle o = oracle_create(30, 6, GROUPS);
  int32_t label[30];
  int group[30];
  for (int t = 0; t < 30; t++) group[t] = label[t] = t % GROUPS;
  o.group = group;
  oracle_solve(&o);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, 3, 2, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *scores = NULL;
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, 4, NULL, NULL, &pca));
  assert_ok(hearth_pca_set_groups(pca, GROUPS, 30, label));
  assert_ok(hearth_pca_fit(pca, x, 0));
  assert_ok(hearth_pca_transform(pca, x, 0, &scores));
  assert_all(case_scores(scores, &o) < 1e-9);
  label[0] = GROUPS;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_labels(pca, 30, label));
  hearth_array_destroy(&scores);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

/* Fewer modes than were saved are the leading ones; signs that contradict the rule stay. */
static void signs_stay_as_they_are_given(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle o = oracle_create(9, 20, 1);
  oracle_solve(&o);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, 5, 4, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *back = NULL, *minus = NULL;
  hearth_pca *pca = NULL;
  int64_t wrong = 0;
  assert_ok(hearth_pca_create(ctx, 3, NULL, NULL, &pca));
  assert_ok(hearth_pca_fit(pca, x, 0));
  saved s = save(ctx, pca, false, TABLE_SPLIT_LAST);
  assert_ok(hearth_negative(s.components, &minus));
  hearth_state_destroy(&s.state[0]);
  assert_ok(hearth_state_create(ctx, &s.state[0]));
  assert_ok(hearth_state_add(s.state[0], "t", minus));
  assert_ok(hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, s.samples, NULL, NULL));
  assert_ok(hearth_pca_components(pca, 0, &back));
  for (int64_t i = 0; i < 3 * o.p; i++) o.v[i] = -o.v[i];
  assert_all(case_worst(back, HEARTH_ROW_MAJOR, &o, 0, &wrong) < 1e-9);
  hearth_array_destroy(&back);
  hearth_array_destroy(&minus);
  forget(&s);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void bad_modes_are_refused_everywhere(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle o = oracle_create(9, 20, 1);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, 5, 4, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *other = NULL;
  hearth_pca *pca = NULL, *small = NULL;
  assert_ok(hearth_pca_create(ctx, 3, NULL, NULL, &pca));
  assert_ok(hearth_pca_create(ctx, 2, NULL, NULL, &small));
  assert_ok(hearth_pca_fit(pca, x, 0));
  saved s = save(ctx, pca, false, TABLE_SPLIT_LAST);
  const double negative[3] = {1, -1, 0}, nan[3] = {NAN, 0, 0};
  double value[3];
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(small, s.state[0], 3, s.eigenvalue, s.total, 9, NULL, NULL));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_set_modes(small, s.state[0], 2, s.eigenvalue, s.total, 9, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(pca, s.state[0], 3, negative, s.total, 9, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(pca, s.state[0], 3, nan, s.total, 9, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total / 2, 9, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, 1, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, 9, NULL, s.state[0])); /* three deviations a point */
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, 9 + test_rank, NULL, NULL));
  hearth_state_destroy(&s.state[1]);
  hearth_array_destroy(&s.mean);
  other = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, 4, 5, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  assert_ok(hearth_state_create(ctx, &s.state[1]));
  assert_ok(hearth_state_add(s.state[1], "t", other));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, 9, s.state[1], NULL));
  hearth_window w;
  assert_ok(hearth_pca_eigenvalues(pca, 3, value)); /* refusals before anything is changed leave the estimator as it was */
  assert_ok(hearth_array_access(s.components, 0, HEARTH_READ_WRITE, &w));
  if (test_rank == 0) *(double *)w.base = NAN; /* in mode 0 alone */
  assert_ok(hearth_array_release(s.components, 0));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_pca_set_modes(pca, s.state[0], 3, s.eigenvalue, s.total, 9, NULL, NULL));
  assert_status(HEARTH_ERR_STATE, hearth_pca_eigenvalues(pca, 3, value));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_set_modes(pca, NULL, 3, s.eigenvalue, s.total, 9, NULL, NULL));
  hearth_array_destroy(&other);
  forget(&s);
  hearth_pca_destroy(&pca);
  hearth_pca_destroy(&small);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(modes_do_what_the_fit_did),    cmocka_unit_test(groups_have_means_of_their_own),   cmocka_unit_test(a_grouped_fit_transforms_its_samples),
    cmocka_unit_test(signs_stay_as_they_are_given), cmocka_unit_test(bad_modes_are_refused_everywhere),
};
HEARTH_TEST_MAIN(tests)
