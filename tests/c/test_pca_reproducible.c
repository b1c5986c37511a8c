/* HEARTH_REDUCTION_REPRODUCIBLE: every result has the same bits on any number of ranks, in any layout, with any number of threads. The yardstick is a fit of
 * the same data on a context of one rank and one thread. */
#include "pca_case.h"

enum { MODES = 3, MAX_MODES = 8 };
static const struct { int64_t n, a, b; } problems[] = {{8, 5, 4}, {40, 3, 2}};

static hearth_context *reproducible(MPI_Comm comm, hearth_backend backend, int threads) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  hearth_context *ctx = NULL;
  options.backend = backend;
  options.threads = threads;
  options.leak_check = 1;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  if (comm == MPI_COMM_WORLD) return test_context_with(&options);
  assert_true(hearth_context_create(comm, &options, &ctx) == HEARTH_OK);
  return ctx;
}

typedef struct results {
  double eigenvalue[MODES], total, *eof, *mean, *score, *field;
} results;

typedef struct place {
  double *value; /* [lead, points] */
  int64_t points, wrong;
  bool compare;
} place;

static void visit_place(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  place *p = context;
  double *value = &p->value[lead * p->points + point];
  (void)dtype;
  if (p->compare)
    p->wrong += memcmp(value, address, sizeof *value) != 0;
  else
    memcpy(value, address, sizeof *value);
}

/* Keeps the array's elements, or counts those that differ. */
static int64_t take(hearth_array *array, int32_t order, int64_t points, double *value, bool compare) {
  place p = {value, points, 0, compare};
  int32_t pieces = 0;
  assert_true(hearth_array_pieces(array, &pieces) == HEARTH_OK);
  for (int32_t i = 0; i < pieces; i++) case_visit_piece(array, i, 0, order, visit_place, &p);
  return p.wrong;
}

static void check(hearth_status status, const char *what) {
  if (status != HEARTH_OK) fail_msg("%s: status %d", what, (int)status);
}

/* Everything that a fit gives, kept in or compared with r; the number of differing values. */
static int64_t all_results(hearth_pca *pca, hearth_array *x, int32_t order, const oracle *o, results *r, bool compare) {
  double eigenvalue[MODES], total = 0;
  int64_t wrong = 0;
  hearth_array *array = NULL, *field = NULL;
  check(hearth_pca_eigenvalues(pca, MODES, eigenvalue), "eigenvalues");
  check(hearth_pca_total_variance(pca, &total), "total variance");
  if (compare) {
    wrong += memcmp(eigenvalue, r->eigenvalue, sizeof eigenvalue) != 0;
    wrong += memcmp(&total, &r->total, sizeof total) != 0;
  }
  memcpy(r->eigenvalue, eigenvalue, sizeof eigenvalue);
  r->total = total;
  check(hearth_pca_components(pca, 0, &array), "components");
  wrong += take(array, order, o->p, r->eof, compare);
  hearth_array_destroy(&array);
  check(hearth_pca_mean(pca, 0, &array), "mean");
  wrong += take(array, order, o->p, r->mean, compare);
  hearth_array_destroy(&array);
  check(hearth_pca_transform(pca, x, 0, &array), "transform");
  wrong += take(array, HEARTH_ROW_MAJOR, MODES, r->score, compare);
  check(hearth_pca_inverse_transform(pca, array, 0, &field), "inverse transform");
  wrong += take(field, order, o->p, r->field, compare);
  hearth_array_destroy(&field);
  hearth_array_destroy(&array);
  return wrong;
}

static hearth_pca *fitted(hearth_context *ctx, hearth_array *x, int variant, int64_t n) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  int32_t label[64];
  options.standardize = variant & 1;
  options.whiten = variant & 1;
  for (int64_t t = 0; t < n; t++) label[t] = (int32_t)(t % 3);
  check(hearth_pca_create(ctx, MODES, NULL, &options, &pca), "create");
  if (variant & 2) check(hearth_pca_set_groups(pca, 3, n, label), "groups");
  check(hearth_pca_fit(pca, x, 0), "fit");
  return pca;
}

/* The data on one rank by plain access. */
static hearth_array *array_alone(hearth_context *ctx, const oracle *o, int64_t a, int64_t b) {
  const int64_t shape[3] = {o->n, a, b};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  check(hearth_layout_split(ctx, 3, shape, -1, &layout), "layout");
  check(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array), "array");
  case_visit_piece(array, 0, 0, HEARTH_ROW_MAJOR, case_fill_visit, (void *)o);
  hearth_layout_destroy(&layout);
  return array;
}

static void same_bits_everywhere(void **state) {
  (void)state;
  static const struct {
    hearth_backend backend;
    int threads;
  } contexts[] = {{HEARTH_BACKEND_CPU, 1}, {HEARTH_BACKEND_CPU, 3}, {HEARTH_BACKEND_GUARD, 1}};
  for (int problem = 0; problem < 2; problem++)
    for (int variant = 0; variant < 4; variant++) {
      const int64_t n = problems[problem].n, a = problems[problem].a, b = problems[problem].b;
      oracle o = oracle_create(n, a * b, 1);
      results r;
      double *const memory = calloc((size_t)((MODES + 3 + n) * o.p + n * MODES), sizeof *memory);
      r.eof = memory;
      r.mean = r.eof + MODES * o.p;
      r.field = r.mean + 3 * o.p;
      r.score = r.field + n * o.p;
      hearth_context *one = reproducible(MPI_COMM_SELF, HEARTH_BACKEND_CPU, 1);
      hearth_array *x = array_alone(one, &o, a, b);
      hearth_pca *pca = fitted(one, x, variant, n);
      all_results(pca, x, HEARTH_ROW_MAJOR, &o, &r, false);
      hearth_pca_destroy(&pca);
      hearth_array_destroy(&x);
      check(hearth_context_destroy(&one), "leaks");
      for (int c = 0; c < 3; c++) {
        hearth_context *ctx = reproducible(MPI_COMM_WORLD, contexts[c].backend, contexts[c].threads);
        for (int kind = c; kind < TABLE_KINDS; kind += 1 + c) {
          x = case_array(ctx, &o, kind, 0, a, b, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
          pca = fitted(ctx, x, variant, n);
          assert_all(all_results(pca, x, HEARTH_ROW_MAJOR, &o, &r, true) == 0);
          hearth_pca_destroy(&pca);
          hearth_array_destroy(&x);
        }
        test_context_destroy(&ctx);
      }
      free(memory);
      oracle_free(&o);
    }
}

/* The numbers are also right. */
static void right_and_refused(void **state) {
  (void)state;
  for (int problem = 0; problem < 2; problem++) {
    oracle o = oracle_create(problems[problem].n, problems[problem].a * problems[problem].b, 1);
    oracle_solve(&o);
    hearth_context *ctx = reproducible(MPI_COMM_WORLD, HEARTH_BACKEND_CPU, 1);
    hearth_array *x = case_array(ctx, &o, TABLE_GRID_CUTS, 0, problems[problem].a, problems[problem].b, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR), *scores = NULL;
    hearth_pca *pca = NULL;
    int32_t solver = 0;
    assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
    assert_ok(hearth_pca_fit(pca, x, 0));
    case_compare(pca, &o, MODES, HEARTH_COLUMN_MAJOR, 1e-12);
    assert_ok(hearth_pca_transform(pca, x, 0, &scores));
    assert_all(case_scores(scores, &o) < 1e-9);
    hearth_array_destroy(&scores);
    assert_ok(hearth_pca_solver_used(pca, &solver));
    assert_all(solver == HEARTH_PCA_GRAM);
    hearth_pca_destroy(&pca);
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.solver = HEARTH_PCA_RANDOMIZED;
    assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_pca_create(ctx, MODES, NULL, &options, &pca));
    options.solver = HEARTH_PCA_GRAM;
    options.gaps = HEARTH_GAPS_FILL;
    assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_pca_create(ctx, MODES, NULL, &options, &pca));
    hearth_array_destroy(&x);
    test_context_destroy(&ctx);
    oracle_free(&o);
  }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits_everywhere), cmocka_unit_test(right_and_refused)};
HEARTH_TEST_MAIN(tests)
