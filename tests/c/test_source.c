#include "harness.h"
#include "tensor/source_impl.h"
#include <string.h>

static hearth_status read_nothing(void *user, int32_t field, const int64_t *start, hearth_array *into) {
  (void)user, (void)field, (void)start, (void)into;
  return HEARTH_OK;
}

static void count_release(void *user) {
  ++*(int *)user;
}

static void a_source_keeps_what_it_is_told(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_source *source = NULL;
  hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT;
  int released = 0;
  int64_t shape[3] = {12, 4, 5};
  char name[8] = "u";
  reader.read = read_nothing;
  reader.user = &released;
  reader.release = count_release;
  assert_ok(hearth_source_create(ctx, &source));
  assert_ok(hearth_source_add(source, name, HEARTH_FLOAT32, 3, shape, 0, &reader));
  strcpy(name, "v");
  shape[0] = 7;
  shape[1] = 12;
  assert_ok(hearth_source_add(source, name, HEARTH_INT16, 2, shape, 1, &reader));
  strcpy(name, "w");
  assert_all(source->nfields == 2 && strcmp(source->field[0].name, "u") == 0 && strcmp(source->field[1].name, "v") == 0);
  assert_all(source->field[0].dtype == HEARTH_FLOAT32 && source->field[0].ndim == 3 && source->field[0].shape[0] == 12 && source->field[0].shape[2] == 5);
  assert_all(source->field[1].sample_axis == 1 && source->field[1].shape[0] == 7 && source->field[1].reader.read == read_nothing);
  hearth_source *second = hearth_source_retain(source);
  assert_ok(hearth_source_destroy(&source));
  assert_all(source == NULL && released == 0);
  assert_ok(hearth_source_destroy(&second));
  assert_all(released == 1); /* one reader, though of two fields */
  assert_ok(hearth_source_destroy(&second));
  test_context_destroy(&ctx);
}

static void a_source_refuses_what_does_not_fit(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_source *source = NULL;
  hearth_reader_options reader = HEARTH_READER_OPTIONS_INIT, mute = HEARTH_READER_OPTIONS_INIT;
  int released = 0, refused = 0;
  const int64_t shape[2] = {12, 4};
  reader.read = read_nothing;
  reader.user = &released;
  reader.release = count_release;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_create(NULL, &source));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_create(ctx, NULL));
  assert_ok(hearth_source_create(ctx, &source));
  assert_ok(hearth_source_add(source, "u", HEARTH_FLOAT64, 2, shape, 0, &reader));
  reader.user = &refused;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_FLOAT64, 2, shape, 1, &reader)); /* 4 samples, not 12 */
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_FLOAT64, 2, shape, 2, &reader));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_FLOAT64, 0, shape, 0, &reader));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_DTYPE_NONE, 2, shape, 0, &reader));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, NULL, HEARTH_FLOAT64, 2, shape, 0, &reader));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_FLOAT64, 2, shape, 0, &mute));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(source, "v", HEARTH_FLOAT64, 2, shape, 0, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_source_add(NULL, "v", HEARTH_FLOAT64, 2, shape, 0, &reader));
  assert_ok(hearth_source_destroy(&source));
  assert_all(released == 1 && refused == 0);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_source_keeps_what_it_is_told),
    cmocka_unit_test(a_source_refuses_what_does_not_fit),
};
HEARTH_TEST_MAIN(tests)
