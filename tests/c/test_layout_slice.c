/* Slices and permutations of layouts: every rank keeps what it owned, in the order of the new indices. */
#include "harness.h"
#include "layout_table.h"
#include "tensor/layout_impl.h"
#include <stdlib.h>
#include <string.h>

typedef struct slice {
  int64_t start, count, step;
} slice;

/* Slices of a dimension of `extent`, as many as there are kinds of trouble. */
enum { SLICES = 12 };
static slice slice_of(int64_t n, int which) {
  const int64_t third = n / 3;
  const slice all[SLICES] = {{0, n, 1},
                             {n - 1, n, -1},
                             {third, n - third, 1},
                             {0, (n + 1) / 2, 2},
                             {n - 1, (n + 1) / 2, -2},
                             {n > 1, (n - (n > 1) + 2) / 3, 3},
                             {n - 1, (n + 2) / 3, -3},
                             {third, n - third > 1, 7},
                             {n - 1 - third, n - third, -1},
                             {0, 0, -5},
                             {n - 1, 1, -9223372036854775807 - 1},
                             {0, n > 6 ? 2 : 1, 5}};
  slice s = all[which];
  if (n == 0) s.count = 0;
  return s;
}

/* Whether this rank owns `index` along dimension d of piece p, and where. */
static int64_t place_of(const hearth_runs *runs, int64_t index) {
  for (int64_t k = 0; k < runs->n; k++)
    if (index >= runs->run[k].global && index < runs->run[k].global + runs->run[k].count) return runs->run[k].local + index - runs->run[k].global;
  return -1;
}

/* Dimension d of the slice against the same dimension of the layout: owned alike, and local places follow one another by the same step everywhere, so that
 * one stride describes the slice. Empty parts may look as they like. */
static int64_t dimension_is_wrong(const hearth_layout *layout, const hearth_layout *sliced, int32_t p, int32_t d, int32_t from, slice s) {
  hearth_runs old, new;
  int64_t wrong = 0, owned = 0;
  assert_true(hearth_layout_piece_runs(layout, p, from, &old) == HEARTH_OK && hearth_layout_piece_runs(sliced, p, d, &new) == HEARTH_OK);
  int64_t before = -1;
  for (int64_t j = 0; j < s.count; j++) {
    const int64_t was = place_of(&old, s.start + (s.count > 1 ? j * s.step : 0)), is = place_of(&new, j);
    wrong += (was < 0) != (is < 0);
    owned += is >= 0;
    if (is >= 0 && is != before + 1 && sliced->dim[d].kind <= HEARTH_DIM_CUTS) wrong++;
    if (is >= 0) before = is;
  }
  wrong += owned != hearth_layout_piece_extent(sliced, p, d);
  hearth_runs_free(layout->ctx, &old);
  hearth_runs_free(layout->ctx, &new);
  return wrong;
}

static int64_t slice_is_wrong(const hearth_layout *layout, const hearth_layout *sliced, int32_t ndim, const slice *s) {
  int64_t wrong = hearth_layout_piece_count(layout) != hearth_layout_piece_count(sliced);
  for (int32_t p = 0; !wrong && p < hearth_layout_piece_count(layout); p++) {
    int64_t volume = 1, kept = 1;
    for (int32_t d = 0; d < ndim; d++) volume *= hearth_layout_piece_extent(sliced, p, d);
    for (int32_t d = 0; d < ndim; d++) kept *= hearth_layout_piece_extent(layout, p, d);
    for (int32_t d = 0; kept > 0 && (volume > 0) && d < ndim; d++) wrong += dimension_is_wrong(layout, sliced, p, d, d, s[d]);
  }
  return wrong;
}

/* Every element of the result belongs to somebody once. */
static void assert_covered(const hearth_layout *layout) {
  int64_t owned = hearth_layout_is_primary(layout, test_rank) ? hearth_layout_local_volume(layout) : 0, volume = 1;
  for (int32_t d = 0; d < layout->ndim; d++) volume *= layout->shape[d];
  MPI_Allreduce(MPI_IN_PLACE, &owned, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  assert_all(owned == volume);
}

static bool stays_regular(const hearth_layout *layout, int32_t d, slice s) {
  const hearth_dim *dim = &layout->dim[d];
  const int64_t step = s.count > 1 ? llabs(s.step) : 1;
  return dim->kind <= HEARTH_DIM_CUTS && (dim->kind != HEARTH_DIM_BLOCK_CYCLIC || dim->processes == 1 || dim->block % step == 0);
}

static void slices_keep_what_ranks_owned(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  static const int64_t shapes[][3] = {{13, 6, 2}, {8, 1, 5}, {3, 0, 4}, {24, 7, 3}};
  for (int shape = 0; shape < 4; shape++)
    for (int32_t ndim = 1; ndim <= 3; ndim++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_layout *layout = table_layout(ctx, kind, ndim, shapes[shape]);
        for (int which = 0; which < SLICES; which++) {
          int64_t start[3], count[3], step[3];
          slice s[3];
          for (int32_t d = 0; d < ndim; d++) {
            s[d] = slice_of(shapes[shape][d], (which + 5 * d) % SLICES);
            start[d] = s[d].start;
            count[d] = s[d].count;
            step[d] = s[d].step;
          }
          hearth_layout *sliced = NULL;
          assert_ok(hearth_layout_slice(layout, ndim, start, count, step, &sliced));
          assert_all(slice_is_wrong(layout, sliced, ndim, s) == 0);
          assert_covered(sliced);
          for (int32_t d = 0; d < ndim; d++) assert_all(!stays_regular(layout, d, s[d]) || sliced->dim[d].kind == layout->dim[d].kind);
          hearth_layout_destroy(&sliced);
        }
        hearth_layout_destroy(&layout);
      }
  test_context_destroy(&ctx);
}

static void permuted_layouts_own_the_same(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[3] = {7, 4, 9};
  static const int32_t axes[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
  for (int kind = 0; kind < TABLE_KINDS; kind++)
    for (int k = 0; k < 4; k++) {
      hearth_layout *layout = table_layout(ctx, kind, 3, shape), *permuted = NULL, *back = NULL;
      int32_t inverse[3], equal = 0;
      assert_ok(hearth_layout_permute(layout, 3, axes[k], &permuted));
      int64_t wrong = hearth_layout_piece_count(layout) != hearth_layout_piece_count(permuted);
      for (int32_t d = 0; d < 3; d++) {
        inverse[axes[k][d]] = d;
        wrong += permuted->shape[d] != shape[axes[k][d]];
        for (int32_t p = 0; !wrong && p < hearth_layout_piece_count(layout); p++)
          wrong += dimension_is_wrong(layout, permuted, p, d, axes[k][d], (slice){0, permuted->shape[d], 1});
      }
      assert_all(wrong == 0);
      assert_covered(permuted);
      assert_ok(hearth_layout_permute(permuted, 3, inverse, &back));
      assert_ok(hearth_layout_equal(layout, back, &equal));
      assert_all(equal == 1);
      hearth_layout_destroy(&back);
      hearth_layout_destroy(&permuted);
      hearth_layout_destroy(&layout);
    }
  test_context_destroy(&ctx);
}

static void a_slice_reversed_twice_is_the_layout(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {11, 5}, start[2] = {10, 4}, step[2] = {-1, -1};
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 2, shape), *once = NULL, *twice = NULL;
    int32_t equal = 0;
    assert_ok(hearth_layout_slice(layout, 2, start, shape, step, &once));
    assert_ok(hearth_layout_slice(once, 2, start, shape, step, &twice));
    assert_ok(hearth_layout_equal(layout, twice, &equal));
    assert_all(equal == 1);
    hearth_layout_destroy(&twice);
    hearth_layout_destroy(&once);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

static void refuse(hearth_context *ctx, const hearth_layout *layout, slice s, const char *word) {
  const int64_t start[2] = {s.start, 0}, count[2] = {s.count, 4}, step[2] = {s.step, 1};
  hearth_layout *sliced = NULL;
  char message[512] = "";
  int32_t status = 0, rank = -1;
  assert_all(hearth_layout_slice(layout, 2, start, count, step, &sliced) == HEARTH_ERR_ARGUMENT && sliced == NULL);
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  assert_all(strstr(message, word) != NULL);
}

static void bad_slices_and_orders_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {10, 4}, zero[2] = {0, 0}, one[2] = {1, 1};
  hearth_layout *layout = table_layout(ctx, TABLE_CYCLIC_1, 2, shape), *made = NULL;
  refuse(ctx, layout, (slice){0, 10, 0}, "step of dimension 0 is 0");
  refuse(ctx, layout, (slice){10, 1, 1}, "index 10");
  refuse(ctx, layout, (slice){-1, 2, 1}, "index -1");
  refuse(ctx, layout, (slice){0, 11, 1}, "11 indices");
  refuse(ctx, layout, (slice){0, -1, 1}, "-1 indices");
  refuse(ctx, layout, (slice){4, 3, 3}, "in steps of 3");
  refuse(ctx, layout, (slice){4, 4, -2}, "in steps of -2");
  refuse(ctx, layout, (slice){4, 2, -9223372036854775807 - 1}, "leave dimension 0");
  refuse(ctx, layout, (slice){4, 2, 9223372036854775807}, "leave dimension 0");
  assert_all(hearth_layout_slice(NULL, 2, zero, shape, one, &made) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_slice(layout, 1, zero, shape, one, &made) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_slice(layout, 2, test_rank == 0 ? NULL : zero, shape, one, &made) == HEARTH_ERR_ARGUMENT);
  const int64_t mine[2] = {test_rank == 0, 0}, count[2] = {3, 4};
  if (test_size > 1) assert_all(hearth_layout_slice(layout, 2, mine, count, one, &made) == HEARTH_ERR_MISMATCH);
  const int32_t twice[2] = {1, 1}, outside[2] = {0, 2}, order[2] = {test_rank > 0, test_rank == 0};
  assert_all(hearth_layout_permute(layout, 2, twice, &made) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_permute(layout, 2, outside, &made) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_permute(layout, 2, test_rank == 0 ? NULL : twice, &made) == HEARTH_ERR_ARGUMENT);
  if (test_size > 1) assert_all(hearth_layout_permute(layout, 2, order, &made) == HEARTH_ERR_MISMATCH);
  assert_all(made == NULL);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(slices_keep_what_ranks_owned),
    cmocka_unit_test(permuted_layouts_own_the_same),
    cmocka_unit_test(a_slice_reversed_twice_is_the_layout),
    cmocka_unit_test(bad_slices_and_orders_are_refused),
};
HEARTH_TEST_MAIN(tests)
