/* Gaps that vary in time: a planted field of rank 5 with 30 % of its values missing comes back to the level of its noise, by either method, on either side, the
 * same on any number of ranks. */
#include "pca_case.h"

enum { RANK = 5, TALL = 0, WIDE = 1 };
static const struct { int64_t n, a, b; } problems[] = {{60, 9, 11}, {150, 7, 6}};
static const hearth_backend backends[] = {TEST_BACKENDS};
#define NOISE 0.01

typedef struct planted {
  oracle truth, data; /* without noise and complete; with noise and gaps */
  double *clean;
} planted;

static bool is_gap(int64_t t, int64_t i) {
  return oracle_noise(t * 7919 + 3, i * 104729 + 11) < -0.2;
}

static planted plant(int64_t n, int64_t p) {
  planted f = {oracle_create(n, p, 1), oracle_create(n, p, 1), NULL};
  for (int64_t t = 0; t < n; t++)
    for (int64_t i = 0; i < p; i++) {
      double value = 15 + 3 * sin(0.3 * (double)i);
      for (int k = 0; k < RANK; k++)
        value += (RANK - k) * sin((0.37 + 0.51 * k) * (double)t + k) * cos((0.9 + k) * 3.3 * (double)(i + 1) / (double)p + 0.4 * k);
      f.truth.x[t * p + i] = value;
      value += NOISE * sqrt(12.0) * oracle_noise(t + 1000, i + 1000);
      f.data.x[t * p + i] = is_gap(t, i) ? NAN : value;
    }
  return f;
}

static void planted_free(planted *f) {
  oracle_free(&f->truth);
  oracle_free(&f->data);
}

typedef struct difference {
  const oracle *truth, *data;
  double squares, gaps, changed;
} difference;

static void compare(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  difference *d = context;
  const double got = *(double *)address, there = d->data->x[lead * d->data->p + point];
  (void)dtype;
  if (isnan(there)) {
    const double error = got - d->truth->x[lead * d->truth->p + point];
    d->squares += error * error;
    d->gaps++;
  } else {
    d->changed += got != there;
  }
}

static hearth_pca *fit(hearth_context *ctx, hearth_array *x, int32_t axis, int32_t gaps, int32_t standardize) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  options.gaps = gaps;
  options.standardize = standardize;
  assert_ok(hearth_pca_create(ctx, RANK, NULL, &options, &pca));
  assert_ok(hearth_pca_fit(pca, x, axis));
  return pca;
}

/* Root mean square error in the gaps; every rank looks at its own, rank by rank the bound holds as well. */
static void check_filled(hearth_pca *pca, const planted *f, int32_t axis, int32_t order, double bound) {
  hearth_array *filled = NULL;
  difference d = {&f->truth, &f->data, 0, 0, 0};
  assert_ok(hearth_pca_filled(pca, 0, &filled));
  case_visit_all(filled, axis, order, compare, &d);
  assert_all(d.changed == 0 && (d.gaps == 0 || sqrt(d.squares / d.gaps) < bound));
  hearth_array_destroy(&filled);
}

static void a_planted_field_is_recovered(void **state) {
  (void)state;
  static const int kinds[] = {TABLE_SPLIT_FIRST, TABLE_SPLIT_LAST, TABLE_GRID_CUTS, TABLE_BOXES, TABLE_REPLICATED, TABLE_INDEX_RUNS};
  for (int b = 0; b < 3; b++)
    for (int problem = 0; problem < 2; problem++)
      for (int32_t gaps = HEARTH_GAPS_FILL; gaps <= HEARTH_GAPS_EM; gaps++) {
        planted f = plant(problems[problem].n, problems[problem].a * problems[problem].b);
        hearth_context *ctx = test_context(backends[b]);
        for (int k = b; k < 6; k += backends[b] == HEARTH_BACKEND_CPU ? 1 : 5) {
          const int32_t axis = k % 3, order = k % 2;
          hearth_array *x = case_array(ctx, &f.data, kinds[k], axis, problems[problem].a, problems[problem].b, HEARTH_FLOAT64, order);
          hearth_pca *pca = fit(ctx, x, axis, gaps, k == 3);
          int32_t modes = 0, iterations = 0;
          double error = 0;
          assert_ok(hearth_pca_fill_report(pca, &modes, &error, &iterations));
          assert_all(modes == RANK && error > 0 && error < 0.01 && iterations > 1);
          check_filled(pca, &f, axis, order, 1.5 * NOISE);
          hearth_pca_destroy(&pca);
          hearth_array_destroy(&x);
        }
        test_context_destroy(&ctx);
        planted_free(&f);
      }
}

/* Modes of the filled field are those of the field without gaps and noise, up to both; they come from the same solvers, groups and metric included. */
static void modes_of_the_filled_field(void **state) {
  (void)state;
  planted f = plant(60, 99);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  double found[RANK], expected[RANK];
  for (int32_t gaps = HEARTH_GAPS_FILL; gaps <= HEARTH_GAPS_EM; gaps++) {
    hearth_array *x = case_array(ctx, &f.data, TABLE_SPLIT_LAST, 0, 9, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_array *whole = case_array(ctx, &f.truth, TABLE_SPLIT_FIRST, 0, 9, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_pca *pca = fit(ctx, x, 0, gaps, 0), *reference = fit(ctx, whole, 0, HEARTH_GAPS_ERROR, 0);
    assert_ok(hearth_pca_eigenvalues(pca, RANK, found));
    assert_ok(hearth_pca_eigenvalues(reference, RANK, expected));
    for (int k = 0; k < RANK; k++) assert_all(fabs(found[k] - expected[k]) < 2e-3 * expected[k]);
    hearth_array *none = NULL;
    assert_status(HEARTH_ERR_STATE, hearth_pca_filled(reference, 0, &none));
    hearth_pca_destroy(&reference);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&whole);
    hearth_array_destroy(&x);
  }
  test_context_destroy(&ctx);
  planted_free(&f);
}

static void never_there_left_out_and_infinite(void **state) {
  (void)state;
  planted f = plant(60, 99);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int64_t t = 0; t < 60; t++) f.data.x[t * 99 + 7] = NAN;
  hearth_array *x = case_array(ctx, &f.data, TABLE_SPLIT_LAST, 0, 9, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *filled = NULL, *eof = NULL;
  hearth_pca *pca = fit(ctx, x, 0, HEARTH_GAPS_FILL, 0);
  assert_ok(hearth_pca_filled(pca, 0, &filled));
  assert_ok(hearth_pca_components(pca, 0, &eof));
  hearth_array *const both[] = {filled, eof};
  for (int a = 0; a < 2; a++) {
    hearth_array *host = NULL;
    hearth_layout *layout = NULL;
    hearth_window w;
    assert_ok(hearth_resplit(both[a], -1, &host));
    assert_ok(hearth_array_layout(host, &layout));
    assert_ok(hearth_array_access(host, 0, HEARTH_READ, &w));
    const char *at = (const char *)w.base + 7 * w.stride[2]; /* point (0, 7) */
    assert_all(isnan(*(const double *)at) && isfinite(*(const double *)(at + w.stride[2])));
    assert_ok(hearth_array_release(host, 0));
    hearth_layout_destroy(&layout);
    hearth_array_destroy(&host);
  }
  hearth_array_destroy(&filled);
  hearth_array_destroy(&eof);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  f.data.x[3] = INFINITY;
  x = case_array(ctx, &f.data, TABLE_SPLIT_LAST, 0, 9, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.gaps = HEARTH_GAPS_FILL;
  assert_ok(hearth_pca_create(ctx, RANK, NULL, &options, &pca));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_pca_fit(pca, x, 0));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  planted_free(&f);
}

/* Part of the points of a planted field as one of its own: points first .. first + count - 1. */
static oracle part_of(const oracle *whole, int64_t first, int64_t count) {
  oracle o = oracle_create(whole->n, count, 1);
  for (int64_t t = 0; t < whole->n; t++)
    for (int64_t i = 0; i < count; i++) o.x[t * count + i] = whole->x[t * whole->p + first + i];
  return o;
}

/* Two fields that make one state, about the means of three groups of samples; the gaps of one are filled with what the other knows. */
static void two_fields_and_groups(void **state) {
  (void)state;
  planted f = plant(60, 99);
  int32_t label[60];
  for (int64_t t = 0; t < 60; t++) {
    label[t] = (int32_t)(t % 3);
    for (int64_t i = 0; i < 99; i++) {
      f.truth.x[t * 99 + i] += label[t] * sin((double)i);
      f.data.x[t * 99 + i] += label[t] * sin((double)i);
    }
  }
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle data[2] = {part_of(&f.data, 0, 55), part_of(&f.data, 55, 44)}, truth[2] = {part_of(&f.truth, 0, 55), part_of(&f.truth, 55, 44)};
  for (int32_t gaps = HEARTH_GAPS_FILL; gaps <= HEARTH_GAPS_EM; gaps++) {
    hearth_array *u = case_array(ctx, &data[0], TABLE_SPLIT_FIRST, 0, 5, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR),
                 *v = case_array(ctx, &data[1], TABLE_SPLIT_LAST, 0, 4, 11, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR);
    hearth_state *both = NULL;
    hearth_pca *pca = NULL;
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.gaps = gaps;
    assert_ok(hearth_state_create(ctx, &both));
    assert_ok(hearth_state_add(both, "u", u));
    assert_ok(hearth_state_add(both, "v", v));
    assert_ok(hearth_pca_create(ctx, RANK, NULL, &options, &pca));
    assert_ok(hearth_pca_set_groups(pca, 3, 60, label));
    assert_ok(hearth_pca_fit_state(pca, both, 0));
    for (int32_t field = 0; field < 2; field++) {
      hearth_array *filled = NULL;
      difference d = {&truth[field], &data[field], 0, 0, 0};
      assert_ok(hearth_pca_filled(pca, field, &filled));
      case_visit_all(filled, 0, field, compare, &d);
      assert_all(d.changed == 0 && (d.gaps == 0 || sqrt(d.squares / d.gaps) < 2 * NOISE));
      hearth_array_destroy(&filled);
    }
    hearth_pca_destroy(&pca);
    hearth_state_destroy(&both);
    hearth_array_destroy(&u);
    hearth_array_destroy(&v);
  }
  test_context_destroy(&ctx);
  for (int i = 0; i < 2; i++) {
    oracle_free(&data[i]);
    oracle_free(&truth[i]);
  }
  planted_free(&f);
}

/* Values set aside are chosen by their global numbers: the same modes and error whatever the layout. */
static void the_choice_depends_on_no_layout(void **state) {
  (void)state;
  planted f = plant(60, 99);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  double first = 0;
  for (int kind = 0; kind < TABLE_KINDS; kind += 3) {
    hearth_array *x = case_array(ctx, &f.data, kind, 0, 9, 11, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    hearth_pca *pca = fit(ctx, x, 0, HEARTH_GAPS_FILL, 0);
    int32_t modes = 0, iterations = 0;
    double error = 0;
    assert_ok(hearth_pca_fill_report(pca, &modes, &error, &iterations));
    if (kind == 0) first = error;
    assert_all(fabs(error - first) < 1e-9 && modes == RANK);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&x);
  }
  test_context_destroy(&ctx);
  planted_free(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_planted_field_is_recovered), cmocka_unit_test(modes_of_the_filled_field),       cmocka_unit_test(never_there_left_out_and_infinite),
    cmocka_unit_test(two_fields_and_groups),        cmocka_unit_test(the_choice_depends_on_no_layout),
};
HEARTH_TEST_MAIN(tests)
