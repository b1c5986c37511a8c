#include "harness.h"
#include "layout_table.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_impl.h"
#include <stdio.h>
#include <string.h>

static const int64_t shapes[][3] = {{13, 5, 4}, {4, 9, 2}, {1, 6, 3}, {2, 0, 5}, {8, 1, 1}, {3, 3, 7}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* Owner and local order by walking over all indices, against the closed formulas. */
static int dim_is_right(const hearth_dim *dim) {
  int64_t next_local[8] = {0}, run[8] = {0}, in_run[8] = {0};
  for (int64_t i = 0; i < dim->extent; i++) {
    int64_t owner = 0;
    if (dim->kind == HEARTH_DIM_BLOCK_CYCLIC) owner = (dim->first + (i + dim->offset) / dim->block) % dim->processes;
    if (dim->kind == HEARTH_DIM_CUTS)
      while (!(dim->cuts[owner] <= i && i < dim->cuts[owner + 1])) owner++;
    if (hearth_dim_owner(dim, i) != owner || hearth_dim_global(dim, owner, next_local[owner]) != i) return 0;
    const hearth_run r = hearth_dim_run(dim, owner, run[owner]);
    if (r.global + in_run[owner] != i || r.local + in_run[owner] != next_local[owner]) return 0;
    next_local[owner]++;
    if (++in_run[owner] == r.count) {
      run[owner]++;
      in_run[owner] = 0;
    }
  }
  for (int64_t c = 0; c < dim->processes; c++)
    if (hearth_dim_extent(dim, c) != next_local[c] || hearth_dim_run_count(dim, c) != run[c] || in_run[c] != 0) return 0;
  return hearth_dim_extent(dim, -1) == 0 && hearth_dim_run_count(dim, -1) == 0;
}

static void block_cyclic_arithmetic(void **state) {
  (void)state;
  int64_t wrong = 0;
  for (int64_t extent = 0; extent <= 20; extent++)
    for (int64_t p = 1; p <= 5; p++)
      for (int64_t block = 1; block <= 6; block++)
        for (int64_t first = 0; first < p; first++)
          for (int64_t offset = 0; offset < block; offset++) {
            const hearth_dim dim = {HEARTH_DIM_BLOCK_CYCLIC, 0, extent, p, block, first, offset, NULL, NULL};
            wrong += !dim_is_right(&dim);
          }
  assert_all(wrong == 0);
}

static void cuts_arithmetic(void **state) {
  (void)state;
  static int64_t cuts[][6] = {{0, 0, 0, 0, 0, 9}, {0, 9, 9, 9, 9, 9}, {0, 0, 4, 4, 4, 9}, {0, 1, 2, 3, 4, 9}, {0, 0, 5, 5, 9, 9}};
  int64_t wrong = 0;
  for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
    const hearth_dim dim = {.kind = HEARTH_DIM_CUTS, .axis = 0, .extent = 9, .processes = 5, .cuts = cuts[k]};
    wrong += !dim_is_right(&dim);
  }
  assert_all(wrong == 0);
}

static void split_gives_the_remainder_to_the_first(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int64_t n = 0; n < 10; n++) {
    hearth_layout *layout = NULL;
    const int64_t shape[2] = {3, n};
    int64_t local[2], first = -1;
    int32_t kind = -1;
    assert_ok(hearth_layout_split(ctx, 2, shape, 1, &layout));
    assert_ok(hearth_layout_local_shape(layout, 2, local));
    assert_ok(hearth_layout_dim_kind(layout, 1, &kind));
    assert_all(local[0] == 3 && local[1] == n / test_size + (test_rank < n % test_size) && kind == HEARTH_DIM_CUTS);
    int64_t begin = 0;
    for (int r = 0; r < test_rank; r++) begin += n / test_size + (r < n % test_size);
    const int has = local[1] > 0;
    assert_all(!has || (hearth_layout_global_index(layout, 1, 0, &first) == HEARTH_OK && first == begin));
    assert_all(hearth_layout_global_index(layout, 1, local[1], &first) == HEARTH_ERR_ARGUMENT);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

/* Every index belongs to exactly one first replica. */
static void every_layout_covers_its_shape_once(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int s = 0; s < SHAPES; s++)
    for (int32_t ndim = 1; ndim <= 3; ndim++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_layout *layout = table_layout(ctx, kind, ndim, shapes[s]);
        int64_t volume = 1, sum = 0;
        for (int32_t d = 0; d < ndim; d++) volume *= shapes[s][d];
        for (int r = 0; !layout->boxes && r < test_size; r++) sum += hearth_layout_is_primary(layout, r) ? hearth_layout_volume_of(layout, r) : 0;
        assert_all(layout->boxes || sum == volume);
        int64_t owned = hearth_layout_is_primary(layout, test_rank) ? hearth_layout_local_volume(layout) : 0;
        MPI_Allreduce(MPI_IN_PLACE, &owned, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
        assert_all(owned == volume);
        const int replicated = kind == TABLE_REPLICATED || (ndim == 1 && test_size == 4 && (kind == TABLE_GRID_CUTS || kind == TABLE_GRID_CYCLIC)) ||
                               (kind == TABLE_GRID_REPLICAS && test_size > 1);
        assert_all(hearth_layout_is_replicated(layout) == (replicated && test_size > 1));
        hearth_layout_destroy(&layout);
      }
  test_context_destroy(&ctx);
}

static void from_local_finds_permuted_places(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int s = 0; s < SHAPES; s++)
    for (int32_t ndim = 1; ndim <= 3; ndim++) {
      int64_t start[3], count[3], local[3], first = -1, volume = 1;
      table_permuted_box(ndim, shapes[s], start, count);
      if (test_size == 1) memcpy(count, shapes[s], sizeof count);
      hearth_layout *layout = table_layout(ctx, TABLE_PERMUTED, ndim, shapes[s]);
      assert_ok(hearth_layout_local_shape(layout, ndim, local));
      for (int32_t d = 0; d < ndim; d++) volume *= count[d];
      int right = 1;
      for (int32_t d = 0; d < ndim && volume > 0; d++)
        right = right && local[d] == count[d] && hearth_layout_global_index(layout, d, 0, &first) == HEARTH_OK && first == start[d];
      assert_all(right);
      assert_all(hearth_layout_volume_of(layout, test_rank) == volume);
      hearth_layout_destroy(&layout);
    }
  test_context_destroy(&ctx);
}

static void boxes_of_a_rank_are_its_pieces(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {4 * test_size, 6}, row = 4 * test_rank;
  /* a pinwheel around one cell, and an empty box */
  const int64_t starts[12] = {row, 0, row, 4, row + 3, 2, row + 1, 0, row + 1, 2, 0, 0};
  const int64_t counts[12] = {1, 4, 3, 2, 1, 4, 3, 2, 2, 2, 0, 3};
  int64_t local[2], first = -1;
  hearth_layout *layout = NULL;
  assert_ok(hearth_layout_from_local(ctx, 2, shape, 6, starts, counts, &layout));
  int32_t pieces = 0, kind = 0;
  assert_ok(hearth_layout_pieces(layout, &pieces));
  assert_all(pieces == 6);
  for (int32_t p = 0; p < 5; p++) {
    assert_ok(hearth_layout_piece_shape(layout, p, 2, local));
    assert_all(local[0] == counts[2 * p] && local[1] == counts[2 * p + 1]);
    assert_ok(hearth_layout_piece_index(layout, p, 1, local[1] - 1, &first));
    assert_all(first == starts[2 * p + 1] + counts[2 * p + 1] - 1);
  }
  assert_ok(hearth_layout_piece_shape(layout, 5, 2, local));
  assert_all(local[0] * local[1] == 0);
  assert_ok(hearth_layout_dim_kind(layout, 0, &kind));
  assert_all(kind == HEARTH_DIM_BOXES);
  assert_all(hearth_layout_local_shape(layout, 2, local) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_global_index(layout, 0, 0, &first) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_piece_shape(layout, 6, 2, local) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_piece_index(layout, 5, 0, 0, &first) == HEARTH_ERR_ARGUMENT);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

/* The status and message that all ranks must hold. */
static void expect(hearth_context *ctx, hearth_status got, hearth_status wanted, const char *const *words) {
  char message[1024] = "", first[1024];
  int32_t status = 0, rank = -1;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  assert_all(got == wanted);
  assert_all(status == (int32_t)wanted);
  memcpy(first, message, sizeof first);
  MPI_Bcast(first, sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
  assert_all(strcmp(first, message) == 0);
  for (; *words; words++) {
    if (!strstr(message, *words)) print_error("no \"%s\" in: %s\n", *words, message);
    assert_all(strstr(message, *words) != NULL);
  }
}

/* Along dimension 0 of 12 x 5, one box per rank: [begin, end), on some rank wrong. */
typedef struct wrong_boxes {
  int size; /* number of ranks that the case is for */
  int64_t begin[4], end[4];
  hearth_status status;
  const char *words[6];
} wrong_boxes;

static const wrong_boxes wrong[] = {
    {1, {0}, {11}, HEARTH_ERR_LAYOUT, {"[11, 12) x [0, 5)", "rank 0", "no rank"}},
    {1, {2}, {13}, HEARTH_ERR_LAYOUT, {"rank 0", "[2, 13)", "[0, 12)"}},
    {2, {0, 5}, {6, 12}, HEARTH_ERR_LAYOUT, {"[0, 6)", "rank 0", "[5, 12)", "rank 1", "overlap in [5, 6)"}},
    {2, {0, 7}, {6, 12}, HEARTH_ERR_LAYOUT, {"[6, 7) x [0, 5)", "rank 0", "rank 1"}},
    {2, {6, 6}, {12, 12}, HEARTH_ERR_LAYOUT, {"overlap in [6, 12)", "rank 0", "rank 1"}},
    {3, {0, 0, 6}, {6, 0, 11}, HEARTH_ERR_LAYOUT, {"[11, 12)", "rank 2"}},
    {3, {0, 4, 7}, {4, 8, 12}, HEARTH_ERR_LAYOUT, {"rank 1", "rank 2", "overlap in [7, 8)"}},
    {3, {0, 4, -1}, {4, 12, 0}, HEARTH_ERR_LAYOUT, {"rank 2", "[-1, 0)", "[0, 12)"}},
    {4, {0, 0, 6, 9}, {3, 0, 9, 12}, HEARTH_ERR_LAYOUT, {"[3, 6)", "rank 0", "rank 2"}},
    {4, {3, 0, 3, 6}, {6, 3, 6, 12}, HEARTH_ERR_LAYOUT, {"rank 0", "rank 2", "overlap in [3, 6)"}},
};

static void from_local_says_what_is_wrong(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {12, 5};
  for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
    if (wrong[k].size != test_size) continue;
    const int64_t start[2] = {wrong[k].begin[test_rank], 0}, count[2] = {wrong[k].end[test_rank] - start[0], 5};
    hearth_layout *layout = NULL;
    expect(ctx, hearth_layout_from_local(ctx, 2, shape, 1, start, count, &layout), wrong[k].status, wrong[k].words);
    assert_all(layout == NULL);
  }
  test_context_destroy(&ctx);
}

static void from_local_refuses_other_shapes(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_layout *layout = NULL;
  if (test_size > 1) {
    const int odd = test_rank == test_size - 1;
    const int64_t shape[2] = {4, odd ? 7 : 8}, start[2] = {0, 0}, count[2] = {0, 0};
    char rank[32];
    snprintf(rank, sizeof rank, "rank %d", test_size - 1);
    const char *const words[] = {"dimension 1", "8 on rank 0", "7 on", rank, NULL};
    expect(ctx, hearth_layout_from_local(ctx, 2, shape, 1, start, count, &layout), HEARTH_ERR_LAYOUT, words);
    const char *const dimensions[] = {"2 dimensions on rank 0", "1 on", rank, NULL};
    expect(ctx, hearth_layout_from_local(ctx, odd ? 1 : 2, shape, 1, start, count, &layout), HEARTH_ERR_LAYOUT, dimensions);
  }
  const int64_t shape[1] = {4}, start[1] = {0}, count[1] = {test_rank == test_size - 1 ? -1 : 0};
  const char *const negative[] = {"negative count -1", NULL};
  expect(ctx, hearth_layout_from_local(ctx, 1, shape, 1, start, count, &layout), HEARTH_ERR_ARGUMENT, negative);
  assert_all(layout == NULL);
  test_context_destroy(&ctx);
}

/* The words of an error about boxes, several of a rank. */
static void refuse_boxes(hearth_context *ctx, int64_t n, const int64_t *starts, const int64_t *counts, const char *const *words) {
  const int64_t shape[2] = {6, 6};
  hearth_layout *layout = NULL;
  expect(ctx, hearth_layout_from_local(ctx, 2, shape, n, starts, counts, &layout), HEARTH_ERR_LAYOUT, words);
  assert_all(layout == NULL);
}

static void boxes_must_cover_the_shape_once(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t starts[4] = {0, 0, 2, 0}, counts[4] = {3, 6, 4, 6};
  const char *const overlap[] = {"[0, 3) x [0, 6) of rank 0", "[2, 6) x [0, 6) of rank 0", "overlap in [2, 3)", NULL};
  refuse_boxes(ctx, test_rank == 0 ? 2 : 0, starts, counts, overlap);
  const char *const missing[] = {"[3, 4) x [0, 1)", "belong to no rank", "rank 0", NULL};
  const int64_t all[6] = {0, 0, 3, 1, 4, 0}, extents[6] = {3, 6, 3, 5, 2, 1};
  refuse_boxes(ctx, test_rank == 0 ? 3 : 0, all, extents, missing);
  test_context_destroy(&ctx);
}

static void builder_refuses_bad_numbers(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_layout_builder *b = NULL;
  const int64_t shape[2] = {8, 5}, negative[1] = {-1}, huge[2] = {(int64_t)1 << 40, (int64_t)1 << 40};
  assert_all(hearth_layout_builder_create(NULL, 2, shape, &b) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_create(ctx, 0, shape, &b) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_create(ctx, HEARTH_MAX_NDIM + 1, shape, &b) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_create(ctx, 1, negative, &b) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_create(ctx, 2, huge, &b) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_layout_builder_create(ctx, 2, shape, &b));
  const int64_t wrong_grid[2] = {test_size, 2}, grid[2] = {test_size, 1}, short_cuts[2] = {0, 8};
  assert_all(hearth_layout_builder_grid(b, 2, wrong_grid) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_layout_builder_grid(b, 2, grid));
  assert_all(hearth_layout_builder_block_cyclic(b, 2, 0, 1, 0, 0) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_block_cyclic(b, 0, 2, 1, 0, 0) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_block_cyclic(b, 0, 0, 0, 0, 0) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_block_cyclic(b, 0, 0, 2, test_size, 0) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_block_cyclic(b, 0, 0, 2, 0, 2) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_cuts(b, 0, 0, test_size, short_cuts) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2, 0, 1));
  assert_all(hearth_layout_builder_block_cyclic(b, 1, 0, 2, 0, 1) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_builder_grid(b, 2, grid) == HEARTH_ERR_STATE);
  hearth_layout_builder_destroy(&b);
  assert_all(b == NULL);
  assert_ok(hearth_layout_builder_destroy(&b));
  assert_ok(hearth_layout_builder_destroy(NULL));
  test_context_destroy(&ctx);
}

static void ranks_must_describe_the_same(void **state) {
  (void)state;
  if (test_size == 1) return;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_layout *layout = NULL;
  const int odd = test_rank == 1;
  const int64_t shape[2] = {9, 4 + odd}, same[2] = {9, 4};
  assert_all(hearth_layout_split(ctx, 2, shape, 0, &layout) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_layout_split(ctx, 2, same, odd, &layout) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_layout_split(ctx, 2, same, odd ? 5 : 0, &layout) == HEARTH_ERR_ARGUMENT);
  hearth_layout_builder *b = NULL;
  assert_ok(hearth_layout_builder_create(ctx, 2, same, &b));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2 + odd, 0, 1));
  assert_all(hearth_layout_builder_finish(b, &layout) == HEARTH_ERR_MISMATCH);
  int64_t cuts[8] = {0};
  for (int c = 1; c <= test_size; c++) cuts[c] = c == test_size ? 9 : 1 + odd;
  assert_ok(hearth_layout_builder_cuts(b, 0, 0, test_size + 1, cuts));
  assert_all(hearth_layout_builder_finish(b, &layout) == HEARTH_ERR_MISMATCH);
  assert_all(layout == NULL);
  hearth_layout_builder_destroy(&b);
  test_context_destroy(&ctx);
}

static void equal_means_the_same_places(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {4 * test_size, 3};
  hearth_layout *split = NULL, *cyclic = NULL, *local = NULL, *other = NULL;
  hearth_layout_builder *b = NULL;
  int32_t equal = -1;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &split));
  assert_ok(hearth_layout_builder_create(ctx, 2, shape, &b));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 4, 0, 0));
  assert_ok(hearth_layout_builder_finish(b, &cyclic));
  assert_ok(hearth_layout_builder_block_cyclic(b, 0, 0, 2, 0, 0));
  assert_ok(hearth_layout_builder_finish(b, &other));
  const int64_t start[2] = {4 * test_rank, 0}, count[2] = {4, 3};
  assert_ok(hearth_layout_from_local(ctx, 2, shape, 1, start, count, &local));
  assert_ok(hearth_layout_equal(split, cyclic, &equal));
  assert_all(equal == 1);
  assert_ok(hearth_layout_equal(local, cyclic, &equal));
  assert_all(equal == 1);
  assert_ok(hearth_layout_equal(split, other, &equal));
  assert_all(equal == (test_size == 1));
  assert_all(hearth_layout_equal(split, NULL, &equal) == HEARTH_ERR_ARGUMENT);
  hearth_layout_builder_destroy(&b);
  hearth_layout_destroy(&split);
  hearth_layout_destroy(&cyclic);
  hearth_layout_destroy(&local);
  hearth_layout_destroy(&other);
  test_context_destroy(&ctx);
}

static void derived_layouts_keep_the_places(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 3, shapes[0]), *wider = NULL, *back = NULL, *part = NULL;
    const int32_t keep[3] = {0, 2, 3}, outer[2] = {0, 2};
    int32_t equal = 0;
    int64_t local[3], kept[2];
    assert_ok(hearth_layout_insert(layout, 1, 6, &wider));
    assert_all(hearth_layout_local_volume(wider) == 6 * hearth_layout_local_volume(layout));
    assert_ok(hearth_layout_project(wider, 3, keep, &back));
    assert_ok(hearth_layout_equal(layout, back, &equal));
    assert_all(equal == 1);
    assert_ok(hearth_layout_project(layout, 2, outer, &part));
    int64_t wrong = hearth_layout_piece_count(part) != hearth_layout_piece_count(layout);
    for (int32_t p = 0; !wrong && p < hearth_layout_piece_count(layout); p++) {
      wrong += hearth_layout_piece_shape(layout, p, 3, local) != HEARTH_OK || hearth_layout_piece_shape(part, p, 2, kept) != HEARTH_OK;
      wrong += kept[0] != local[0] || kept[1] != local[2];
    }
    assert_all(wrong == 0);
    assert_all(hearth_layout_project(layout, 4, keep, &back) == HEARTH_ERR_ARGUMENT);
    hearth_layout_destroy(&part);
    hearth_layout_destroy(&back);
    hearth_layout_destroy(&wider);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(block_cyclic_arithmetic),
    cmocka_unit_test(cuts_arithmetic),
    cmocka_unit_test(split_gives_the_remainder_to_the_first),
    cmocka_unit_test(every_layout_covers_its_shape_once),
    cmocka_unit_test(from_local_finds_permuted_places),
    cmocka_unit_test(boxes_of_a_rank_are_its_pieces),
    cmocka_unit_test(from_local_says_what_is_wrong),
    cmocka_unit_test(from_local_refuses_other_shapes),
    cmocka_unit_test(boxes_must_cover_the_shape_once),
    cmocka_unit_test(builder_refuses_bad_numbers),
    cmocka_unit_test(ranks_must_describe_the_same),
    cmocka_unit_test(equal_means_the_same_places),
    cmocka_unit_test(derived_layouts_keep_the_places),
};
HEARTH_TEST_MAIN(tests)
