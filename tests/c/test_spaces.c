#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include "core/context_impl.h"
#include "tensor/array_impl.h"
#include <string.h>

static const int64_t shape[3] = {4, 3, 5};
static const int32_t dtypes[] = {HEARTH_INT16, HEARTH_INT64, HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_COMPLEX128};

static int32_t device_of(const hearth_array *array) {
  int32_t device = -1;
  return hearth_array_device(array, &device) == HEARTH_OK ? device : -1;
}

/* All addresses of this rank's pieces are those of the other. */
static bool same_memory(const hearth_array *a, const hearth_array *b) {
  bool same = a->npieces == b->npieces;
  for (int32_t p = 0; same && p < a->npieces; p++) same = a->piece[p].view.data == b->piece[p].view.data;
  return same;
}

static void there_and_back(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    const bool one = ctx->backend->space == HEARTH_SPACE_HOST;
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 3, shape);
      const int32_t dtype = dtypes[kind % 5];
      hearth_array *made = NULL, *host = NULL, *back = NULL, *again = NULL;
      assert_ok(hearth_array_create(layout, dtype, kind % 2, &made));
      assert_all(values_write(made) == 0);
      assert_all(device_of(made) == HEARTH_DEVICE_BACKEND);
      assert_ok(hearth_array_to(made, HEARTH_DEVICE_HOST, &host));
      assert_all(device_of(host) == (one ? HEARTH_DEVICE_BACKEND : HEARTH_DEVICE_HOST) && values_wrong(host) == 0);
      assert_all(same_memory(made, host) == (one || made->npieces == 0 || !made->piece[0].view.data));
      assert_all(host->dtype == dtype && host->order == made->order && host->layout == layout);
      assert_ok(hearth_array_to(host, HEARTH_DEVICE_HOST, &again));
      assert_all(same_memory(again, host));
      assert_ok(hearth_array_destroy(&host)); /* the other handle keeps the memory */
      assert_ok(hearth_array_fill(made, 1));
      assert_all(one || values_wrong(again) == 0);
      assert_all(values_write(again) == 0);
      assert_ok(hearth_array_to(again, HEARTH_DEVICE_BACKEND, &back));
      assert_all(device_of(back) == HEARTH_DEVICE_BACKEND && values_wrong(back) == 0);
      hearth_array_destroy(&made);
      hearth_array_destroy(&again);
      hearth_array_destroy(&back);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

/* The host program's memory: a handle on the host, a copy on a device. */
static void windows_are_lent_on(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    const bool one = ctx->backend->space == HEARTH_SPACE_HOST;
    const int64_t whole = 6 * test_size, start = 6 * test_rank;
    double memory[12];
    const hearth_window window = {memory + 11, HEARTH_FLOAT64, 1, {6}, {-16}};
    hearth_array *lent = NULL, *host = NULL, *device = NULL;
    assert_ok(hearth_array_wrap_local(ctx, &window, 1, &whole, &start, &lent));
    assert_all(values_write(lent) == 0);
    assert_ok(hearth_array_to(lent, HEARTH_DEVICE_HOST, &host));
    assert_ok(hearth_array_to(lent, HEARTH_DEVICE_BACKEND, &device));
    assert_all(same_memory(host, lent) && same_memory(device, lent) == one);
    assert_all(device_of(device) == HEARTH_DEVICE_BACKEND && values_wrong(device) == 0);
    memory[11] = -5;
    assert_all(values_wrong(host) == 1 && values_wrong(device) == (one ? 1 : 0));
    assert_status(HEARTH_ERR_STATE, hearth_array_rebind(host, 1, &window)); /* the handle is not the lender's */
    assert_ok(hearth_array_reset(host));
    hearth_array_destroy(&lent);
    hearth_array_destroy(&host);
    hearth_array_destroy(&device);
    test_context_destroy(&ctx);
  }
}

/* Local: all bytes of this rank's piece, contiguous as they are, are the same. */
static bool same_elements(hearth_array *a, hearth_array *b) {
  hearth_window x, y;
  if (a->npieces == 0) return true;
  if (hearth_array_access(a, 0, HEARTH_READ, &x) != HEARTH_OK || hearth_array_access(b, 0, HEARTH_READ, &y) != HEARTH_OK) return false;
  int64_t bytes = hearth_dtype_size((hearth_dtype)x.dtype);
  for (int32_t d = 0; d < x.ndim; d++) bytes *= x.extent[d];
  const bool same = bytes == 0 || memcmp(x.base, y.base, (size_t)bytes) == 0;
  return hearth_array_release(a, 0) == HEARTH_OK && hearth_array_release(b, 0) == HEARTH_OK && same;
}

/* Owned host memory beside a device goes through every function as borrowed memory does. */
static void functions_take_arrays_in_host_memory(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_layout *rows = table_layout(ctx, TABLE_CYCLIC_2, 3, shape), *planes = table_layout(ctx, TABLE_CUTS_FRONT, 3, shape);
    hearth_array *made = NULL, *host = NULL, *copy = NULL, *other = NULL;
    assert_ok(hearth_rand(rows, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, 3, &made));
    assert_ok(hearth_array_to(made, HEARTH_DEVICE_HOST, &host));
    assert_ok(hearth_array_set_name(host, "theta", "K"));
    assert_ok(hearth_array_fill(host, 3));
    assert_all(values_write(host) == 0);
    assert_ok(hearth_array_clone(host, &copy)); /* on the device */
    assert_all(device_of(copy) == HEARTH_DEVICE_BACKEND && values_wrong(copy) == 0);
    assert_ok(hearth_array_create(planes, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &other));
    assert_ok(hearth_array_copy(host, other));
    assert_all(values_wrong(other) == 0);
    assert_ok(hearth_array_fill(host, 0));
    assert_ok(hearth_array_copy(other, host));
    assert_all(values_wrong(host) == 0);
    assert_status(HEARTH_ERR_UNSUPPORTED, hearth_randint_into(host, 0, 2, 1));
    assert_ok(hearth_rand_into(host, 3));
    assert_ok(hearth_array_copy(made, copy));
    assert_all(same_elements(host, copy));
    hearth_array_destroy(&made);
    hearth_array_destroy(&host);
    hearth_array_destroy(&copy);
    hearth_array_destroy(&other);
    hearth_layout_destroy(&rows);
    hearth_layout_destroy(&planes);
    test_context_destroy(&ctx);
  }
}

/* Memory of both spaces is in the account, and under the cap. */
static void both_spaces_are_accounted(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
    options.backend = backends[b];
    options.memory_cap = 1 << 20;
    options.leak_check = 1;
    hearth_context *ctx = test_context_with(&options);
    const int64_t elements = 80000;
    hearth_layout *layout = table_layout(ctx, TABLE_REPLICATED, 1, &elements);
    hearth_array *array = NULL, *moved = NULL;
    assert_ok(hearth_zeros(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
    const bool one = ctx->backend->space == HEARTH_SPACE_HOST;
    assert_status(one ? HEARTH_OK : HEARTH_ERR_MEMORY, hearth_array_to(array, HEARTH_DEVICE_HOST, &moved));
    assert_all((moved != NULL) == one);
    hearth_array_destroy(&moved);
    hearth_array_destroy(&array);
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

static void bad_input_is_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 3, shape);
  hearth_array *array = NULL, *moved = NULL;
  int32_t device = 0;
  assert_ok(hearth_zeros(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_to(NULL, HEARTH_DEVICE_HOST, &moved));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_to(array, 2, &moved));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_to(array, HEARTH_DEVICE_HOST, test_rank == 0 ? NULL : &moved));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_array_to(array, test_rank == 1, &moved));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_device(NULL, &device));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_device(array, NULL));
  assert_all(moved == NULL);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(there_and_back),
    cmocka_unit_test(windows_are_lent_on),
    cmocka_unit_test(functions_take_arrays_in_host_memory),
    cmocka_unit_test(both_spaces_are_accounted),
    cmocka_unit_test(bad_input_is_refused),
};
HEARTH_TEST_MAIN(tests)
