/* Every solver against the oracle, whatever the layout, metric, groups and side; what a Gram matrix loses; scale; rank. */
#include "pca_case.h"

enum { MODES = 3 };
static const struct { int64_t n, a, b; } problems[] = {{8, 5, 4}, {30, 3, 2}, {12, 4, 3}};
static const hearth_backend backends[] = {TEST_BACKENDS};
static const int kinds[] = {TABLE_SPLIT_FIRST, TABLE_SPLIT_LAST, TABLE_CYCLIC_1, TABLE_GRID_CUTS, TABLE_BOXES, TABLE_INDEX, TABLE_REPLICATED, TABLE_ONE_RANK};
enum { KINDS = sizeof kinds / sizeof *kinds };

static hearth_pca *fitted(hearth_context *ctx, int32_t solver, hearth_array *x, int32_t axis, int32_t modes, int groups, int64_t n, int standardize) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  int32_t label[64];
  options.solver = solver;
  options.standardize = standardize;
  for (int64_t t = 0; t < n && n <= 64; t++) label[t] = (int32_t)(t % groups);
  assert_ok(hearth_pca_create(ctx, modes, NULL, &options, &pca));
  if (groups > 1) assert_ok(hearth_pca_set_groups(pca, groups, n, label));
  assert_ok(hearth_pca_fit(pca, x, axis));
  return pca;
}

static void every_solver_gives_the_oracles_result(void **state) {
  (void)state;
  for (int b = 0; b < 3; b++)
    for (int problem = 0; problem < 3; problem++)
      for (int variant = 0; variant < 3; variant++) { /* plain, groups, standardised */
        const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
        const int groups = variant == 1 ? 3 : 1;
        oracle o = oracle_create(n, pa * pb, groups);
        int group[64];
        for (int64_t t = 0; t < n; t++) group[t] = (int)(t % groups);
        if (groups > 1) o.group = group;
        o.standardize = variant == 2;
        oracle_solve(&o);
        hearth_context *ctx = test_context(backends[b]);
        for (int32_t solver = HEARTH_PCA_GRAM; solver <= HEARTH_PCA_FULL; solver++)
          for (int k = (solver + problem + variant + b) % 4; k < KINDS; k += backends[b] == HEARTH_BACKEND_CPU ? 4 : KINDS) {
            const int32_t axis = (k + problem) % 3, order = (k + solver) % 2;
            hearth_array *x = case_array(ctx, &o, kinds[k], axis, pa, pb, HEARTH_FLOAT64, order), *scores = NULL;
            hearth_pca *pca = fitted(ctx, solver, x, axis, MODES, groups, n, variant == 2);
            case_compare(pca, &o, MODES, order, solver == HEARTH_PCA_RANDOMIZED ? 1e-10 : 1e-11);
            int32_t used = 0;
            assert_ok(hearth_pca_solver_used(pca, &used));
            assert_all(used == solver || (solver == HEARTH_PCA_CHOLESKY_QR && used == HEARTH_PCA_TSQR));
            if (n <= pa * pb) {
              assert_ok(hearth_pca_scores(pca, &scores));
              assert_all(case_scores(scores, &o) < 1e-7);
              hearth_array_destroy(&scores);
            }
            if (groups == 1) {
              assert_ok(hearth_pca_transform(pca, x, axis, &scores));
              assert_all(case_scores(scores, &o) < 1e-7);
              hearth_array_destroy(&scores);
            }
            hearth_pca_destroy(&pca);
            hearth_array_destroy(&x);
          }
        test_context_destroy(&ctx);
        oracle_free(&o);
      }
}

/* Two waves in time and space of very different size, without a mean and with the singular values sqrt(n p) / 2 times their size. */
static void two_waves(oracle *o, double ratio, bool single) {
  const double pi = 3.14159265358979323846;
  for (int64_t t = 0; t < o->n; t++)
    for (int64_t i = 0; i < o->p; i++) {
      const double a = cos(2 * pi * (double)t / (double)o->n) * cos(2 * pi * (double)i / (double)o->p);
      const double b = sin(4 * pi * (double)t / (double)o->n) * sin(2 * pi * (double)i / (double)o->p);
      const double value = a + ratio * b;
      o->x[t * o->p + i] = single ? (double)(float)value : value;
    }
}

/* The matrix's condition is 1e10 (float64) and 3e6 (float32): squared it is beyond float64, or leaves few digits. AUTO goes on to QR; GRAM alone does not. */
static void small_modes_are_not_lost(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int problem = 0; problem < 2; problem++)
    for (int single = 0; single < 2; single++) {
      const int64_t n = problem ? 48 : 16, a = problem ? 4 : 12, b = problem ? 5 : 4;
      const double ratio = single ? 3e-7 : 1e-10;
      oracle o = oracle_create(n, a * b, 1);
      two_waves(&o, ratio, single);
      hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, a, b, single ? HEARTH_FLOAT32 : HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
      static const int32_t solvers[] = {HEARTH_PCA_AUTO, HEARTH_PCA_CHOLESKY_QR, HEARTH_PCA_TSQR, HEARTH_PCA_FULL};
      for (int s = 0; s < 4; s++) {
        hearth_pca *pca = fitted(ctx, solvers[s], x, 0, 2, 1, n, 0);
        double value[2];
        int32_t used = 0;
        assert_ok(hearth_pca_singular_values(pca, 2, value));
        assert_ok(hearth_pca_solver_used(pca, &used));
        const double first = sqrt((double)(n * a * b)) / 2;
        assert_all(used > HEARTH_PCA_GRAM && fabs(value[0] / first - 1) < 1e-7 && fabs(value[1] / (first * ratio) - 1) < (single ? 0.1 : 1e-4));
        hearth_pca_destroy(&pca);
      }
      hearth_array_destroy(&x);
      oracle_free(&o);
    }
  test_context_destroy(&ctx);
}

/* Data of rank 3, more modes asked for: as many as there are, by every solver. */
static void rank_deficiency_is_an_answer(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int problem = 0; problem < 2; problem++) {
    const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
    oracle o = oracle_create(n, pa * pb, 1);
    for (int64_t t = 0; t < n; t++)
      for (int64_t i = 0; i < o.p; i++) {
        o.x[t * o.p + i] = 0;
        for (int k = 0; k < 3; k++) o.x[t * o.p + i] += (3 - k) * oracle_noise(t, k) * oracle_noise(i + 50, k);
      }
    oracle_solve(&o);
    hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
    for (int32_t solver = HEARTH_PCA_AUTO; solver <= HEARTH_PCA_FULL; solver++) {
      if (solver == HEARTH_PCA_GRAM) continue; /* its rank is that of a squared matrix */
      hearth_pca *pca = fitted(ctx, solver, x, 0, 5, 1, n, 0);
      case_compare(pca, &o, 3, HEARTH_ROW_MAJOR, 1e-10);
      hearth_pca_destroy(&pca);
    }
    hearth_array_destroy(&x);
    oracle_free(&o);
  }
  test_context_destroy(&ctx);
}

/* Scaling by 1e-20 or 1e20 scales the eigenvalues and nothing else; float32 products as well, whose squares would leave float32. */
static void scale_changes_nothing_but_scale(void **state) {
  (void)state;
  static const double scales[] = {1e-20, 1e20};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int problem = 0; problem < 2; problem++)
    for (int s = 0; s < 2; s++)
      for (int32_t solver = HEARTH_PCA_AUTO; solver <= HEARTH_PCA_FULL + 1; solver++) { /* the last: float32 products */
        const int64_t n = problems[problem].n, pa = problems[problem].a, pb = problems[problem].b;
        oracle o = oracle_create(n, pa * pb, 1);
        oracle_solve(&o);
        for (int64_t i = 0; i < n * o.p; i++) o.x[i] *= scales[s];
        for (int64_t i = 0; i < o.p; i++) o.mean[i] *= scales[s];
        hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, pa, pb, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *eof = NULL;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        hearth_pca *pca = NULL;
        double value[MODES];
        int64_t wrong = 0;
        options.solver = solver > HEARTH_PCA_FULL ? HEARTH_PCA_GRAM : solver;
        options.accuracy = solver > HEARTH_PCA_FULL ? HEARTH_ACCURACY_FLOAT32 : HEARTH_ACCURACY_FLOAT64;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_ok(hearth_pca_fit(pca, x, 0));
        assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
        const double tolerance = solver > HEARTH_PCA_FULL ? 3e-7 : 1e-9;
        for (int k = 0; k < MODES; k++) assert_all(fabs(value[k] / scales[s] / scales[s] - o.lambda[k]) <= tolerance * o.lambda[0]);
        assert_ok(hearth_pca_components(pca, 0, &eof));
        assert_all(case_worst(eof, HEARTH_ROW_MAJOR, &o, 0, &wrong) < 100 * tolerance);
        hearth_array_destroy(&eof);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
        oracle_free(&o);
      }
  test_context_destroy(&ctx);
}

/* A source that gives the oracle's data [samples, a, b]. */
typedef struct feed {
  const oracle *o;
  int64_t b, calls;
} feed;

static hearth_status feed_read(void *user, int32_t field, const int64_t *start, hearth_array *into) {
  feed *f = user;
  hearth_window w;
  hearth_layout *layout = NULL;
  (void)field;
  f->calls++;
  hearth_array_access(into, 0, HEARTH_WRITE, &w);
  hearth_array_layout(into, &layout);
  for (int64_t e = 0; e < w.extent[0] * w.extent[1] * w.extent[2]; e++) {
    const int64_t local[3] = {e / (w.extent[1] * w.extent[2]), e / w.extent[2] % w.extent[1], e % w.extent[2]};
    int64_t g[3];
    char *address = w.base;
    for (int32_t d = 0; d < 3; d++) {
      hearth_layout_global_index(layout, d, local[d], &g[d]);
      g[d] += start[d];
      address += local[d] * w.stride[d];
    }
    *(double *)address = f->o->x[g[0] * f->o->p + g[1] * f->b + g[2]];
  }
  hearth_layout_destroy(&layout);
  return hearth_array_release(into, 0);
}

/* Read by every solver; with little memory AUTO keeps to the Gram matrix, and a cap gives a clear error. */
static void sources(void **state) {
  (void)state;
  const int64_t n = problems[0].n, a = problems[0].a, b = problems[0].b, shape[3] = {n, a, b};
  oracle o = oracle_create(n, a * b, 1);
  two_waves(&o, 1e-10, false);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  feed f = {.o = &o, .b = b};
  hearth_source *source = NULL;
  hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT;
  reader.read = feed_read;
  reader.user = &f;
  assert_ok(hearth_source_create(ctx, &source));
  assert_ok(hearth_source_add(source, "t", HEARTH_FLOAT64, 3, shape, 0, &reader));
  for (int roomy = 0; roomy < 2; roomy++)
    for (int32_t solver = HEARTH_PCA_AUTO; solver <= HEARTH_PCA_FULL; solver++) {
      hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
      hearth_pca *pca = NULL;
      double value = 0;
      int32_t used = 0;
      options.solver = solver;
      options.memory = roomy ? 0 : 100;
      assert_ok(hearth_pca_create(ctx, 2, NULL, &options, &pca));
      assert_ok(hearth_pca_fit_source(pca, source));
      assert_ok(hearth_pca_singular_values(pca, 1, &value));
      assert_all(fabs(value / (sqrt((double)(n * a * b)) / 2) - 1) < 1e-9);
      assert_ok(hearth_pca_solver_used(pca, &used));
      if (solver == HEARTH_PCA_AUTO) assert_all(roomy ? used > HEARTH_PCA_GRAM : used == HEARTH_PCA_GRAM);
      hearth_pca_destroy(&pca);
    }
  hearth_source_destroy(&source);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_solver_gives_the_oracles_result),
    cmocka_unit_test(small_modes_are_not_lost),
    cmocka_unit_test(rank_deficiency_is_an_answer),
    cmocka_unit_test(scale_changes_nothing_but_scale),
    cmocka_unit_test(sources),
};
HEARTH_TEST_MAIN(tests)
