/* Checkpoints: what is restored goes on as the original does, whatever the layouts; what is no checkpoint is refused and leaves the estimator as it was. */
#include "pca_case.h"
#include <stdlib.h>
#include <unistd.h>

enum { MODES = 3, A = 7, B = 6, POINTS = A * B, SAMPLES = 41, HALF = 19 };
static const char *const path = "test_checkpoint.h5";
static const hearth_backend backends[] = {TEST_BACKENDS};
enum { BACKENDS = sizeof backends / sizeof *backends };

typedef struct feeder {
  const oracle *o;
  int64_t t;
} feeder;

static void feed_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const feeder *f = context;
  (void)lead;
  if (dtype == HEARTH_FLOAT32)
    *(float *)address = (float)f->o->x[f->t * f->o->p + point];
  else
    *(double *)address = f->o->x[f->t * f->o->p + point];
}

/* The oracle's points are numbered alike for both memory orders: as a row-major state. */
static void feed(hearth_pca *pca, hearth_array *array, const oracle *o, int64_t from, int64_t to) {
  for (int64_t t = from; t < to; t++) {
    feeder f = {o, t};
    case_visit_all(array, 0, HEARTH_ROW_MAJOR, feed_visit, &f);
    assert_ok(hearth_pca_partial_fit(pca, array, 0.5 * (double)t));
  }
}

static hearth_array *state_array(hearth_context *ctx, int kind, int32_t order, int32_t dtype) {
  const int64_t shape[3] = {1, A, B};
  hearth_layout *layout = table_layout(ctx, kind, 3, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  hearth_layout_destroy(&layout);
  return array;
}

static hearth_pca_options small_bunch(void) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.bunch = 6;
  return options;
}

static hearth_pca *create(hearth_context *ctx, const hearth_metric *metric) {
  const hearth_pca_options options = small_bunch();
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, MODES, metric, &options, &pca));
  return pca;
}

typedef struct collector {
  double *value;
  int64_t points;
} collector;

static void collect_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const collector *c = context;
  (void)dtype;
  const double x = *(double *)address;
  c->value[lead * c->points + point] = isnan(x) ? INFINITY : x; /* which the maximum over ranks keeps */
}

/* All elements of an array [lead, space...] on every rank. */
static void gather(hearth_array *array, int64_t lead, int64_t points, double *value) {
  collector c = {value, points};
  for (int64_t i = 0; i < lead * points; i++) value[i] = -INFINITY;
  case_visit_all(array, 0, HEARTH_ROW_MAJOR, collect_visit, &c);
  MPI_Allreduce(MPI_IN_PLACE, value, (int)(lead * points), MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
}

/* What an estimator has found: eigenvalues, total, bound, EOFs, mean, scores. */
enum { RESULT = MODES + 2 + MODES * POINTS + POINTS + SAMPLES * MODES };
static int64_t results(hearth_pca *pca, double *result) {
  hearth_array *array = NULL;
  int64_t samples = 0;
  memset(result, 0, RESULT * sizeof *result);
  assert_ok(hearth_pca_samples(pca, &samples));
  assert_ok(hearth_pca_eigenvalues(pca, MODES, result));
  assert_ok(hearth_pca_total_variance(pca, result + MODES));
  assert_ok(hearth_pca_discarded(pca, result + MODES + 1));
  assert_ok(hearth_pca_components(pca, 0, &array));
  gather(array, MODES, POINTS, result + MODES + 2);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_mean(pca, 0, &array));
  gather(array, 1, POINTS, result + MODES + 2 + MODES * POINTS);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_scores(pca, &array));
  gather(array, samples, MODES, result + MODES + 2 + MODES * POINTS + POINTS);
  hearth_array_destroy(&array);
  return samples;
}

static double worst(const double *a, const double *b) {
  double w = 0;
  for (int i = 0; i < RESULT; i++)
    if (!(fabs(a[i] - b[i]) <= w)) w = isnan(a[i] - b[i]) ? INFINITY : fabs(a[i] - b[i]);
  return w;
}

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

/* Rank 0 changes the file: cuts it to `size` bytes if that is not negative, else flips a bit of the byte at `offset`. */
static void spoil(const char *name, long size, long offset) {
  if (test_rank == 0 && size >= 0) assert_int_equal(truncate(name, size), 0);
  if (test_rank == 0 && size < 0) {
    FILE *file = fopen(name, "r+b");
    assert_non_null(file);
    fseek(file, offset, SEEK_SET);
    const int c = fgetc(file);
    fseek(file, offset, SEEK_SET);
    fputc(c ^ 4, file);
    fclose(file);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static long find_bytes(const char *name, const void *bytes, size_t n) {
  long place = -1, size;
  FILE *file = fopen(name, "rb");
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  char *content = malloc((size_t)size);
  rewind(file);
  assert_int_equal(fread(content, 1, (size_t)size, file), size);
  for (long i = 0; i + (long)n <= size && place < 0; i++)
    if (memcmp(content + i, bytes, n) == 0) place = i;
  free(content);
  fclose(file);
  return place;
}

static void files_that_are_no_checkpoints_are_refused(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *pca = create(ctx, NULL), *second = create(ctx, NULL);
  feed(pca, array, &o, 0, HALF);
  assert_ok(hearth_pca_save(pca, path));
  FILE *file = fopen(path, "rb");
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  fclose(file);
  static const double share[] = {0, 0.1, 0.5, 0.9, 0.9999};
  for (size_t i = 0; i < sizeof share / sizeof *share; i++) {
    spoil(path, (long)((double)size * share[i]), 0);
    assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(second, array, path));
    assert_ok(hearth_pca_save(pca, path));
  }
  double sigma = 0;
  hearth_pca *copy = create(ctx, NULL);
  assert_ok(hearth_pca_restore(copy, array, path));
  hearth_pca_destroy(&copy);
  static const char word[] = "hearth-pca-checkpoint";
  const long at = find_bytes(path, word, strlen(word));
  assert_all(at > 0);
  spoil(path, -1, at + 3);
  assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(second, array, path));
  assert_ok(hearth_pca_save(pca, path));
  /* A bit of a number that nothing but the checksum can know. */
  const double time = 0.5 * (HALF - 1);
  const long number = find_bytes(path, &time, sizeof time);
  assert_all(number > 0);
  spoil(path, -1, number + 2);
  assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(second, array, path));
  assert_ok(hearth_pca_save(pca, path));
  assert_status(HEARTH_ERR_FILE, hearth_pca_restore(second, array, "no_such_file.h5"));
  assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(second, array, "/proc/self/exe"));
  assert_ok(hearth_pca_write(pca, "test_checkpoint_result.nc"));
  assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(second, array, "test_checkpoint_result.nc"));
  assert_status(HEARTH_ERR_FILE, hearth_pca_save(pca, "no_such_folder/state.h5"));
  assert_ok(hearth_pca_restore(second, array, path)); /* none of that left a trace */
  assert_status(HEARTH_ERR_STATE, hearth_pca_restore(second, array, path));
  assert_ok(hearth_pca_eigenvalues(second, 1, &sigma));
  if (test_rank == 0) unlink("test_checkpoint_result.nc");
  hearth_pca_destroy(&pca);
  hearth_pca_destroy(&second);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void other_shapes_types_and_options_are_refused(void **state) {
  (void)state;
  oracle o = oracle_create(SAMPLES, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64),
               *narrow = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT32);
  hearth_pca *pca = create(ctx, NULL);
  feed(pca, array, &o, 0, HALF);
  assert_ok(hearth_pca_save(pca, path));
  const int64_t shape[3] = {1, A, B + 1};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_LAST, 3, shape);
  hearth_array *larger = NULL;
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &larger));
  hearth_pca *second = create(ctx, NULL);
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(second, narrow, path));
  char message[512];
  int32_t code, rank;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  assert_non_null(strstr(message, "float32"));
  assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(second, larger, path));
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  assert_non_null(strstr(message, "1 7 7"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_restore(second, array, ""));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_restore(second, NULL, path));
  hearth_pca_destroy(&second);
  for (int i = 0; i < 4; i++) {
    hearth_pca_options options = small_bunch();
    int32_t *const option[] = {&options.bunch, &options.n_kept, &options.ddof, &options.keep_scores};
    *option[i] = i == 1 ? 20 : i == 3 ? 0 : *option[i] + 1;
    assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &second));
    assert_status(HEARTH_ERR_MISMATCH, hearth_pca_restore(second, array, path));
    hearth_pca_destroy(&second);
  }
  hearth_array_destroy(&larger);
  hearth_array_destroy(&narrow);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  hearth_pca_destroy(&pca);
  test_context_destroy(&ctx);
  if (test_rank == 0) unlink(path);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_restored_stream_goes_on_in_any_layout),
    cmocka_unit_test(saving_changes_nothing),
    cmocka_unit_test(states_and_metrics_are_restored),
    cmocka_unit_test(batch_fits_are_restored),
    cmocka_unit_test(a_failure_that_waits_is_restored),
    cmocka_unit_test(files_that_are_no_checkpoints_are_refused),
    cmocka_unit_test(other_shapes_types_and_options_are_refused),
};
HEARTH_TEST_MAIN(tests)
