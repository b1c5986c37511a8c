#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include <stdlib.h>
#include <string.h>

#if defined(HEARTH_HAVE_SCALAPACK)
void pdgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha, const double *a, const int *ia, const int *ja,
             const int *da, const double *b, const int *ib, const int *jb, const int *db, const double *beta, double *c, const int *ic, const int *jc,
             const int *dc);

/* A wrapped column-major array in memory that is longer than its columns. */
typedef struct matrix {
  double *memory;
  hearth_array *array;
  int32_t blacs, descriptor[9];
  void *local;
} matrix;

static matrix wrap_matrix(const hearth_layout *layout, int64_t more) {
  matrix x = {0};
  int64_t local[2];
  assert_ok(hearth_layout_local_shape(layout, 2, local));
  const int64_t leading = local[0] + more;
  x.memory = malloc((size_t)(leading * local[1] + 1) * sizeof *x.memory);
  const hearth_window window = {x.memory, HEARTH_FLOAT64, 2, {local[0], local[1]}, {8, 8 * leading}};
  assert_ok(hearth_array_wrap(layout, 1, &window, &x.array));
  assert_all(values_write(x.array) == 0);
  assert_ok(hearth_scalapack_descriptor(x.array, &x.blacs, x.descriptor, &x.local));
  return x;
}

static void release_matrix(hearth_context *ctx, matrix *x) {
  assert_ok(hearth_scalapack_release(ctx, x->blacs));
  hearth_array_destroy(&x->array);
  free(x->memory);
}

static void check_product(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  (void)dtype, (void)ndim;
  int64_t *wrong = user;
  double sum = 0;
  for (int64_t l = 0; l < 17; l++) {
    const int64_t left[2] = {global[0], l}, right[2] = {l, global[1]};
    sum += value_at(2, left) * value_at(2, right);
  }
  *wrong += *(const double *)address != sum; /* whole numbers: exact */
}

/* 13 x 17 times 17 x 11, blocks 3 x 4, 4 x 2 and 3 x 2, on a grid; `permuted`: the product's rows come from another first process. */
static hearth_layout *cyclic(hearth_context *ctx, int64_t rows, int64_t columns, int64_t block_rows, int64_t block_columns, const int64_t *grid) {
  const int64_t shape[2] = {rows, columns};
  hearth_layout_builder *b = NULL;
  hearth_layout *layout = NULL;
  assert_ok(hearth_layout_builder_create(ctx, 2, shape, &b));
  assert_ok(hearth_layout_builder_grid(b, 2, grid));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, block_rows, grid[0] - 1, 0));
  assert_ok(hearth_layout_builder_block_cyclic(b, 1, 1, block_columns, 0, 0));
  assert_ok(hearth_layout_builder_finish(b, &layout));
  hearth_layout_builder_destroy(&b);
  return layout;
}

static void multiply(hearth_context *ctx, const int64_t *grid) {
  hearth_layout *la = cyclic(ctx, 13, 17, 3, 4, grid), *lb = cyclic(ctx, 17, 11, 4, 2, grid), *lc = cyclic(ctx, 13, 11, 3, 2, grid);
  matrix a = wrap_matrix(la, 2), b = wrap_matrix(lb, 0), c = wrap_matrix(lc, 5);
  const int m = 13, n = 11, k = 17, first = 1;
  const double one = 1, zero = 0;
  /* one BLACS grid for the operation: PBLAS wants equal contexts */
  a.descriptor[1] = b.descriptor[1] = c.descriptor[1];
  pdgemm_("N", "N", &m, &n, &k, &one, a.local, &first, &first, a.descriptor, b.local, &first, &first, b.descriptor, &zero, c.local, &first, &first,
          c.descriptor);
  int64_t wrong = 0;
  assert_all(values_visit(c.array, HEARTH_READ, check_product, &wrong) == 0 && wrong == 0);
  release_matrix(ctx, &a);
  release_matrix(ctx, &b);
  release_matrix(ctx, &c);
  hearth_layout_destroy(&la);
  hearth_layout_destroy(&lb);
  hearth_layout_destroy(&lc);
}

static void pdgemm_runs_on_wrapped_arrays(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t grids[3][2] = {{test_size, 1}, {1, test_size}, {2, 2}};
  for (int g = 0; g < (test_size == 4 ? 3 : 2); g++) multiply(ctx, grids[g]);
  test_context_destroy(&ctx);
}

/* Equal blocks that a model laid out itself, its ranks in column-major order and, of three, one without data. */
static void pdgemm_runs_on_a_models_blocks(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {17, 17}, cut = 9;
  const int64_t rows = test_size >= 2 ? 2 : 1, columns = test_size == 4 ? 2 : 1, at = test_size == 3 ? (test_rank + 2) % 3 : test_rank;
  const int64_t row = at % rows, column = at / rows, has = column < columns;
  const int64_t start[2] = {row * cut, column * cut};
  const int64_t count[2] = {row == rows - 1 ? 17 - start[0] : cut, column == columns - 1 ? 17 - start[1] : cut};
  hearth_layout *layout = NULL;
  assert_ok(hearth_layout_from_local(ctx, 2, shape, has, start, count, &layout));
  matrix a = wrap_matrix(layout, 1), b = wrap_matrix(layout, 0), c = wrap_matrix(layout, 3);
  const int n = 17, first = 1;
  const double one = 1, zero = 0;
  a.descriptor[1] = b.descriptor[1] = c.descriptor[1];
  if (c.blacs >= 0)
    pdgemm_("N", "N", &n, &n, &n, &one, a.local, &first, &first, a.descriptor, b.local, &first, &first, b.descriptor, &zero, c.local, &first, &first,
            c.descriptor);
  int64_t wrong = 0;
  assert_all((c.blacs >= 0) == has);
  assert_all(values_visit(c.array, HEARTH_READ, check_product, &wrong) == 0 && wrong == 0);
  release_matrix(ctx, &a);
  release_matrix(ctx, &b);
  release_matrix(ctx, &c);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

/* What stands in the way, and the word that says so. */
static void refused(hearth_context *ctx, hearth_array *array, const char *word) {
  int32_t blacs = 0, descriptor[9], status = 0, rank = -1;
  void *local = NULL;
  char message[512];
  assert_all(hearth_scalapack_descriptor(array, &blacs, descriptor, &local) == HEARTH_ERR_UNSUPPORTED);
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, word)) print_error("no \"%s\" in: %s\n", word, message);
  assert_all(status == HEARTH_ERR_UNSUPPORTED && strstr(message, word));
}

static void refused_owned(hearth_context *ctx, hearth_layout *layout, int32_t dtype, int32_t order, const char *word) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  refused(ctx, array, word);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
}

static void other_layouts_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[3] = {8, 9, 2}, grid[2] = {test_size, 1};
  hearth_layout *layout = NULL;
  refused_owned(ctx, cyclic(ctx, 20, 9, 2, 3, grid), HEARTH_FLOAT64, HEARTH_ROW_MAJOR, "not column-major");
  refused_owned(ctx, cyclic(ctx, 20, 9, 2, 3, grid), HEARTH_INT32, HEARTH_COLUMN_MAJOR, "int32");
  assert_ok(hearth_layout_split(ctx, 3, shape, 0, &layout));
  refused_owned(ctx, layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, "3 dimensions");
  if (test_size > 1) {
    assert_ok(hearth_layout_split(ctx, 2, shape, -1, &layout));
    refused_owned(ctx, layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, "replicated");
  }
  if (test_size > 2) { /* 10 = 4 + 3 + 3 or 3 + 3 + 2 + 2: not equal blocks */
    const int64_t uneven[2] = {10, 4};
    assert_ok(hearth_layout_split(ctx, 2, uneven, 0, &layout));
    refused_owned(ctx, layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, "equal blocks");
  }
  hearth_layout_builder *b = NULL;
  assert_ok(hearth_layout_builder_create(ctx, 2, shape, &b));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2, 0, 1));
  assert_ok(hearth_layout_builder_finish(b, &layout));
  hearth_layout_builder_destroy(&b);
  refused_owned(ctx, layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, "offset 1");
  assert_all(hearth_scalapack_release(ctx, 0) == HEARTH_ERR_ARGUMENT);
  test_context_destroy(&ctx);
  ctx = test_context(HEARTH_BACKEND_GUARD);
  refused_owned(ctx, cyclic(ctx, 20, 9, 2, 3, grid), HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, "host memory");
  test_context_destroy(&ctx);
}

static void descriptors_say_what_scalapack_wants(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t grid[2] = {1, test_size};
  hearth_layout *layout = cyclic(ctx, 13, 40, 3, 4, grid);
  matrix x = wrap_matrix(layout, 2);
  const int32_t wanted[9] = {1, x.blacs, 13, 40, 3, 4, 0, 0, 15};
  assert_all(memcmp(wanted, x.descriptor, sizeof wanted) == 0 && x.local == x.memory);
  assert_all(hearth_scalapack_release(ctx, 4711) == HEARTH_ERR_ARGUMENT);
  release_matrix(ctx, &x);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pdgemm_runs_on_wrapped_arrays),
    cmocka_unit_test(pdgemm_runs_on_a_models_blocks),
    cmocka_unit_test(other_layouts_are_refused),
    cmocka_unit_test(descriptors_say_what_scalapack_wants),
};
#else
static void the_bridge_says_that_it_is_not_built(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  assert_all(hearth_scalapack_release(ctx, 0) == HEARTH_ERR_NOT_BUILT);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(the_bridge_says_that_it_is_not_built)};
#endif
HEARTH_TEST_MAIN(tests)
