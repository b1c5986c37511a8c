/* What is no checkpoint, or another estimator's, is refused and leaves the estimator as it was. */
#include "checkpoint_case.h"
#include <unistd.h>

static const char *const path = "test_checkpoint_refusals.h5";

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

static void other_versions_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_ok(hearth_io_attach(ctx));
  hearth_array *array = state_array(ctx, TABLE_SPLIT_LAST, HEARTH_ROW_MAJOR, HEARTH_FLOAT64);
  hearth_pca *pca = create(ctx, NULL);
  hearth_output *output = NULL;
  char message[512];
  int32_t code, rank;
  assert_ok(hearth_output_create(ctx, path, &output));
  assert_ok(hearth_output_text(output, "", "format", "hearth-pca-checkpoint"));
  assert_ok(hearth_output_text(output, "", "format_version", "5"));
  assert_ok(hearth_output_commit(output));
  assert_ok(hearth_output_destroy(&output));
  assert_status(HEARTH_ERR_FORMAT, hearth_pca_restore(pca, array, path));
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  assert_non_null(strstr(message, "format version 5"));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  if (test_rank == 0) unlink(path);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(files_that_are_no_checkpoints_are_refused),
    cmocka_unit_test(other_versions_are_refused),
    cmocka_unit_test(other_shapes_types_and_options_are_refused),
};
HEARTH_TEST_MAIN(tests)
