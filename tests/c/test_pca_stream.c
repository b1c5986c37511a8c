#include "pca_case.h"
#include <stdlib.h>

enum { MODES = 3, A = 7, B = 6, POINTS = A * B };
static const hearth_backend backends[] = {TEST_BACKENDS};
enum { BACKENDS = sizeof backends / sizeof *backends };

typedef struct feeder {
  const oracle *o;
  int64_t t;
} feeder;

static void feeder_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const feeder *f = context;
  (void)dtype;
  (void)lead;
  *(double *)address = f->o->x[f->t * f->o->p + point];
}

/* Puts sample t into the state array [1, A, B] (its leading axis has one index). */
static void put_sample(hearth_array *array, const oracle *o, int64_t t, int32_t order) {
  feeder f = {.o = o, .t = t};
  case_visit_all(array, 0, order, feeder_visit, &f);
}

static hearth_array *state_array(hearth_context *ctx, int kind, int32_t order) {
  const int64_t shape[3] = {1, A, B};
  hearth_layout *layout = table_layout(ctx, kind, 3, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, order, &array));
  hearth_layout_destroy(&layout);
  return array;
}

static hearth_pca *stream(hearth_context *ctx, const oracle *o, hearth_array *array, const hearth_pca_options *options, int32_t order) {
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, options, &pca));
  for (int64_t t = 0; t < o->n; t++) {
    put_sample(array, o, t, order);
    assert_ok(hearth_pca_partial_fit(pca, array, (double)t * 0.5));
  }
  return pca;
}

/* The components of a state [1, A, B] are [modes, 1, A, B]: space has three axes, the first of one index. */
typedef struct subspace {
  const oracle *o;
  double *product; /* [MODES, MODES]: <mode k found, mode l of the oracle> */
} subspace;

static void subspace_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  subspace *s = context;
  (void)dtype;
  for (int l = 0; l < MODES; l++) s->product[lead * MODES + l] += *(double *)address * s->o->v[l * s->o->p + point];
}

/* cos of the angle of each mode to the true one: every point counted once (replicas: by the first). */
static void mode_products(hearth_pca *pca, const oracle *o, int32_t order, int64_t replicas, double *product) {
  hearth_array *eof = NULL;
  subspace s = {.o = o, .product = product};
  memset(product, 0, MODES * MODES * sizeof *product);
  assert_ok(hearth_pca_components(pca, 0, &eof));
  case_visit_all(eof, 0, order, subspace_visit, &s);
  hearth_array_destroy(&eof);
  MPI_Allreduce(MPI_IN_PLACE, product, MODES * MODES, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  for (int i = 0; i < MODES * MODES; i++) product[i] /= (double)replicas;
}

static int64_t count_replicas(hearth_array *array) {
  int64_t local[3], volume = 0;
  int32_t pieces = 0;
  hearth_layout *layout = NULL;
  hearth_array_layout(array, &layout);
  hearth_layout_pieces(layout, &pieces);
  for (int32_t p = 0; p < pieces; p++)
    if (hearth_layout_piece_shape(layout, p, 3, local) == HEARTH_OK) volume += local[0] * local[1] * local[2];
  hearth_layout_destroy(&layout);
  MPI_Allreduce(MPI_IN_PLACE, &volume, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return volume / POINTS;
}

static void few_samples_are_exact_in_every_layout(void **state) {
  (void)state;
  oracle o = oracle_create(13, POINTS, 1);
  oracle_solve(&o);
  for (int b = 0; b < BACKENDS; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int32_t bunch = 1; bunch <= 16; bunch = bunch * 2 + 2) {
        const int32_t order = kind % 2;
        hearth_array *array = state_array(ctx, kind, order);
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        options.bunch = bunch;
        hearth_pca *pca = stream(ctx, &o, array, &options, order);
        double value[MODES], product[MODES * MODES], bound, sines[MODES], total, residual, orthogonality;
        int64_t samples = 0, wrong = 0;
        assert_ok(hearth_pca_samples(pca, &samples));
        assert_all(samples == o.n);
        assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
        assert_ok(hearth_pca_total_variance(pca, &total));
        for (int k = 0; k < MODES; k++) assert_all(fabs(value[k] - o.lambda[k]) <= 1e-11 * o.lambda[0]);
        assert_all(fabs(total - o.total) <= 1e-11 * o.total);
        assert_ok(hearth_pca_discarded(pca, &bound));
        assert_all(bound <= 1e-10 * o.lambda[0]);
        assert_ok(hearth_pca_angle_bounds(pca, MODES, sines));
        assert_ok(hearth_pca_quality(pca, &residual, &orthogonality));
        assert_all(orthogonality < 1e-13);
        mode_products(pca, &o, order, count_replicas(array), product);
        for (int k = 0; k < MODES; k++) assert_all(1 - product[k * MODES + k] < 1e-12); /* sin < 1.5e-6, and the sign */
        hearth_array *scores = NULL, *mean = NULL;
        assert_ok(hearth_pca_scores(pca, &scores));
        assert_all(case_scores(scores, &o) < 1e-8);
        hearth_array_destroy(&scores);
        assert_ok(hearth_pca_mean(pca, 0, &mean));
        assert_all(case_worst(mean, order, &o, 1, &wrong) < 1e-10);
        hearth_array_destroy(&mean);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&array);
      }
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

static void truth_is_within_the_bounds_for_many_samples(void **state) {
  (void)state;
  oracle o = oracle_create(60, POINTS, 1);
  for (int64_t t = 0; t < o.n; t++)
    for (int64_t i = 0; i < o.p; i++) o.x[t * o.p + i] += 0.3 * oracle_noise(t + 1000, i); /* more noise than the kept directions can hold */
  oracle_solve(&o);
  for (int b = 0; b < BACKENDS; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_array *array = state_array(ctx, TABLE_GRID_CUTS, HEARTH_COLUMN_MAJOR);
    hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
    options.bunch = 7;
    hearth_pca *pca = stream(ctx, &o, array, &options, HEARTH_COLUMN_MAJOR);
    double value[MODES], product[MODES * MODES], bound, sines[MODES], times[60];
    assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
    assert_ok(hearth_pca_discarded(pca, &bound));
    assert_all(bound > 0);
    for (int k = 0; k < MODES; k++) assert_all(value[k] <= o.lambda[k] * (1 + 1e-12) && o.lambda[k] <= value[k] + bound);
    assert_ok(hearth_pca_angle_bounds(pca, MODES, sines));
    mode_products(pca, &o, HEARTH_COLUMN_MAJOR, 1, product);
    for (int k = 0; k < MODES; k++) {
      const double cosine = fmin(1, fabs(product[k * MODES + k])), sine = sqrt(1 - cosine * cosine);
      assert_all(sine <= sines[k] + 1e-9);
    }
    assert_all(sqrt(1 - fmin(1, product[0] * product[0])) < 1e-3);
    assert_ok(hearth_pca_times(pca, 60, times));
    for (int t = 0; t < 60; t++) assert_all(times[t] == t * 0.5);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&array);
    test_context_destroy(&ctx);
  }
  oracle_free(&o);
}

/* Three collectives per update, none between; memory as announced; the model's memory is read anew at every call. */
static void traffic_and_memory_are_as_announced(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {40 * test_size, 50}, start[2] = {40 * test_rank, 0};
  double *model = malloc(44 * 54 * sizeof *model); /* a halo of two on each side */
  hearth_window window = {.base = model + 2 * 54 + 2, .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {40, 50}, .stride = {54 * sizeof *model, sizeof *model}};
  hearth_array *array = NULL;
  hearth_pca *pca = NULL;
  int64_t before = 0, after = 0, peak = 0, cap = 0, announced = 0, collectives[2], messages, bytes;
  hearth_context_memory(ctx, &before, &peak, &cap);
  assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array));
  hearth_context_memory(ctx, &after, &peak, &cap);
  assert_all(after - before < 4096); /* nothing proportional to the field's 16,000 bytes */
  assert_ok(hearth_pca_create(ctx, 6, NULL, NULL, &pca));
  assert_ok(hearth_pca_partial_fit_array_memory(pca, array, &announced));
  assert_all(announced == (16 + 16 + 2) * 40 * 50 * 8);
  hearth_context_memory(ctx, &before, &peak, &cap);
  for (int t = 0; t < 64; t++) {
    for (int i = 0; i < 44 * 54; i++) model[i] = oracle_value(t, i + 5000 * test_rank, 9000);
    hearth_context_traffic(ctx, &collectives[0], &messages, &bytes);
    assert_ok(hearth_pca_partial_fit(pca, array, t));
    hearth_context_traffic(ctx, &collectives[1], &messages, &bytes);
    const int64_t count = collectives[1] - collectives[0]; /* one rank broadcasts to nobody */
    if (t > 0) assert_all(t % 16 == 15 ? count == 3 || (test_size == 1 && count < 3) : count == 0);
  }
  hearth_context_memory(ctx, &after, &peak, &cap);
  assert_all(after - before <= announced + 100000 && after - before >= announced);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  free(model);
  test_context_destroy(&ctx);
}

static void a_failure_on_one_rank_is_told_to_all_and_nothing_else_is_lost(void **state) {
  (void)state;
  oracle o = oracle_create(13, POINTS, 1);
  oracle_solve(&o);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR);
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  double value[MODES];
  int64_t samples = 0;
  options.bunch = 5;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
  int32_t told = 0;
  for (int64_t t = 0, fed = 0; t < o.n; fed++) {
    const bool spoil = fed == 2;
    put_sample(array, &o, t, HEARTH_ROW_MAJOR);
    hearth_window w;
    assert_ok(hearth_array_access(array, 0, HEARTH_READ_WRITE, &w));
    if (spoil && test_rank == test_size - 1 && w.extent[2] > 0) *(double *)w.base = NAN;
    assert_ok(hearth_array_release(array, 0));
    const hearth_status status = hearth_pca_partial_fit(pca, array, (double)fed);
    if (fed == 4) {
      assert_all(status == HEARTH_ERR_NOT_FINITE);
      int32_t code = 0, rank = -1;
      char message[512];
      hearth_last_error(ctx, &code, &rank, message, sizeof message);
      assert_all(code == HEARTH_ERR_NOT_FINITE && rank == test_size - 1 && strstr(message, "sample 2"));
      told++;
    } else {
      assert_all(status == HEARTH_OK);
    }
    if (!spoil) t++;
  }
  assert_all(told == 1);
  assert_ok(hearth_pca_samples(pca, &samples));
  assert_all(samples == o.n);
  assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
  for (int k = 0; k < MODES; k++) assert_all(fabs(value[k] - o.lambda[k]) <= 1e-11 * o.lambda[0]);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void constant_and_repeated_samples(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR);
  hearth_pca *pca = NULL;
  double value = -1;
  int32_t modes = 0;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
  assert_status(HEARTH_ERR_STATE, hearth_pca_modes(pca, &modes));
  for (int t = 0; t < 40; t++) {
    assert_ok(hearth_array_fill(array, 5));
    assert_ok(hearth_pca_partial_fit(pca, array, t));
  }
  assert_status(HEARTH_ERR_NUMERICAL, hearth_pca_eigenvalues(pca, 1, &value));
  for (int t = 40; t < 80; t++) { /* one direction only */
    assert_ok(hearth_array_fill(array, t % 2 ? 6 : 4));
    assert_ok(hearth_pca_partial_fit(pca, array, t));
  }
  assert_ok(hearth_pca_modes(pca, &modes));
  assert_all(modes == 1);
  assert_ok(hearth_pca_eigenvalues(pca, 1, &value));
  assert_all(fabs(value - 40.0 * POINTS / 79) < 1e-9 * POINTS);
  assert_ok(hearth_pca_reset(pca));
  assert_status(HEARTH_ERR_STATE, hearth_pca_modes(pca, &modes));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(few_samples_are_exact_in_every_layout), cmocka_unit_test(truth_is_within_the_bounds_for_many_samples),
    cmocka_unit_test(traffic_and_memory_are_as_announced),   cmocka_unit_test(a_failure_on_one_rank_is_told_to_all_and_nothing_else_is_lost),
    cmocka_unit_test(constant_and_repeated_samples),
};
HEARTH_TEST_MAIN(tests)
