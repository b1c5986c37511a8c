/* What ranks keep of a layout: own parts and shares of directories that stay small; bad lists of ids; pictures and figures. */
#include "harness.h"
#include "core/context_impl.h"
#include "core/memory.h"
#include "layout_table.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include "tensor/layout_make.h"
#include <string.h>

/* One of many ranks that are not there: nothing that communicates may be called. */
typedef struct simulated {
  hearth_context ctx;
} simulated;

static simulated simulate(const hearth_context *ctx, int rank, int size) {
  simulated s = {*ctx};
  s.ctx.rank = rank;
  s.ctx.size = size;
  return s;
}

/* What the other ranks post to rank `keeper` of `size`: here each is asked for its entries in turn. */
static int64_t index_bytes(const hearth_context *ctx, int size, int keeper, int64_t per_rank) {
  const int64_t extent = per_rank * size, shape[1] = {extent};
  simulated keep = simulate(ctx, keeper, size);
  hearth_mail mail = hearth_mail_of(&keep.ctx, 4);
  hearth_run run[8];
  for (int r = 0; r < size; r++) { /* rank r owns 8 runs, dealt out in turn: a sliced cyclic layout */
    simulated other = simulate(ctx, r, size);
    for (int64_t k = 0; k < 8; k++) run[k] = (hearth_run){(k * size + r) * per_rank / 8, k * per_rank / 8, per_rank / 8};
    const hearth_index index = {.ctx = &other.ctx, .extent = extent, .processes = size, .coordinate = r, .nruns = 8, .run = run, .sorted = run};
    hearth_mail posted = hearth_mail_of(&other.ctx, 4);
    assert_true(hearth_index_entries(&index, &posted) == HEARTH_OK);
    for (int64_t i = 0; i < posted.n; i++)
      if (posted.rank[i] == keeper) assert_true(hearth_mail_add(&mail, r, posted.number + 4 * i) == HEARTH_OK);
    hearth_mail_free(&posted);
  }
  hearth_index index = {.ctx = &keep.ctx, .extent = extent, .processes = size, .coordinate = keeper, .nruns = 8, .run = run, .sorted = run};
  assert_true(hearth_index_keep_share(&index, &mail) == HEARTH_OK);
  hearth_layout layout = hearth_layout_whole(&keep.ctx, 1, shape);
  layout.dim[0] = (hearth_dim){.kind = HEARTH_DIM_INDEX, .axis = 0, .extent = extent, .processes = size, .index = &index};
  int64_t bytes = 0;
  assert_true(hearth_layout_bytes(&layout, &bytes) == HEARTH_OK);
  hearth_deallocate(ctx, index.share);
  hearth_mail_free(&mail);
  return bytes;
}

/* Four tiles per rank, rows of tiles shifted against each other so that they are no product. */
static int64_t boxes_bytes(const hearth_context *ctx, int size, int keeper) {
  const int64_t tile = 16, shape[2] = {4 * tile, size * tile};
  const bool cut[2] = {true, true};
  simulated keep = simulate(ctx, keeper, size);
  hearth_mail mail = hearth_mail_of(&keep.ctx, 6);
  hearth_run own[8];
  for (int r = 0; r < size; r++) {
    simulated other = simulate(ctx, r, size);
    for (int64_t k = 0; k < 4; k++) {
      const int64_t begin = r == 0 ? 0 : r * tile - k, end = r == size - 1 ? shape[1] : (r + 1) * tile - k;
      own[2 * k] = (hearth_run){k * tile, 0, tile};
      own[2 * k + 1] = (hearth_run){begin, 0, end - begin};
    }
    const hearth_boxes boxes = {.ctx = &other.ctx, .cells = hearth_cells_make(2, shape, cut, size), .n = 4, .own = own};
    hearth_mail posted = hearth_mail_of(&other.ctx, 6);
    assert_true(hearth_boxes_entries(&boxes, &posted) == HEARTH_OK);
    for (int64_t i = 0; i < posted.n; i++)
      if (posted.rank[i] == keeper) assert_true(hearth_mail_add(&mail, r, posted.number + 6 * i) == HEARTH_OK);
    hearth_mail_free(&posted);
  }
  hearth_boxes boxes = {.ctx = &keep.ctx, .cells = hearth_cells_make(2, shape, cut, size), .n = 4, .own = own};
  assert_true(hearth_boxes_keep_share(&boxes, &mail) == HEARTH_OK);
  hearth_layout layout = hearth_layout_whole(&keep.ctx, 2, shape);
  layout.boxes = &boxes;
  int64_t bytes = 0;
  assert_true(hearth_layout_bytes(&layout, &bytes) == HEARTH_OK);
  hearth_deallocate(ctx, boxes.share);
  hearth_mail_free(&mail);
  return bytes;
}

/* Cuts: one number per rank. */
static int64_t cuts_bytes(const hearth_context *ctx, int size) {
  simulated rank = simulate(ctx, 0, size);
  const int64_t shape[2] = {10 * (int64_t)size, 3};
  hearth_layout *layout = NULL;
  int64_t bytes = 0;
  assert_true(hearth_layout_make_split(&rank.ctx, 2, shape, 0, &layout) == HEARTH_OK);
  assert_true(hearth_layout_bytes(layout, &bytes) == HEARTH_OK);
  hearth_layout_destroy(&layout);
  return bytes;
}

static void metadata_stay_small_on_many_ranks(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int sizes[] = {64, 512, 4096};
  int64_t fixed[3] = {0};
  for (int s = 0; s < 3; s++) {
    const int size = sizes[s], keeper = size / 3;
    const int64_t numbers = 8 * (int64_t)size;
    const int64_t bytes[3] = {cuts_bytes(ctx, size), index_bytes(ctx, size, keeper, 64), boxes_bytes(ctx, size, keeper)};
    if (test_rank == 0)
      print_message("%d ranks: cuts %lld bytes, index list %lld, boxes %lld\n", size, (long long)bytes[0], (long long)bytes[1], (long long)bytes[2]);
    /* beyond one number per rank (cut points, counts of ids), what a rank keeps does not grow with the ranks */
    for (int k = 0; k < 2; k++) {
      if (s == 0) fixed[k] = bytes[k] - numbers;
      assert_all(bytes[k] - numbers <= fixed[k] + 512 && bytes[k] <= numbers + 4096);
    }
    if (s == 0) fixed[2] = bytes[2];
    assert_all(bytes[2] <= 2 * fixed[2] && bytes[2] <= 4096);
  }
  test_context_destroy(&ctx);
}

static void refuse(hearth_context *ctx, int64_t extent, int64_t n, const int64_t *ids, const char *word) {
  hearth_layout *layout = NULL;
  char message[512] = "";
  int32_t status = 0, rank = -1;
  assert_all(hearth_layout_from_indices(ctx, 1, &extent, 0, n, ids, &layout) == HEARTH_ERR_LAYOUT && layout == NULL);
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, word)) print_error("no \"%s\" in: %s\n", word, message);
  assert_all(strstr(message, word) != NULL);
}

static void lists_of_ids_are_checked(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t outside[2] = {0, 12}, twice[5] = {3, 0, 1, 2, 3}, gap[3] = {0, 1, 4}, negative[1] = {-2}, shape[2] = {6, 3};
  const int first = test_rank == 0;
  hearth_layout *layout = NULL;
  refuse(ctx, 12, first ? 2 : 0, outside, "id 12, number 1 of rank 0, is not in [0, 12)");
  refuse(ctx, 12, first ? 1 : 0, negative, "id -2");
  refuse(ctx, 4, first ? 5 : 0, twice, "given twice, by rank 0 and by rank 0");
  refuse(ctx, 5, first ? 3 : 0, gap, "no rank owns the ids [");
  assert_all(hearth_layout_from_indices(ctx, 2, shape, 2, 0, NULL, &layout) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_from_indices(ctx, 2, shape, 0, -1, NULL, &layout) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_layout_from_indices(ctx, 2, shape, 0, first ? 2 : 0, NULL, &layout) == HEARTH_ERR_ARGUMENT);
  if (test_size > 1) assert_all(hearth_layout_from_indices(ctx, 2, shape, first, 0, NULL, &layout) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_layout_from_indices(NULL, 2, shape, 0, 0, NULL, &layout) == HEARTH_ERR_ARGUMENT);
  test_context_destroy(&ctx);
}

static void contiguous_lists_become_cuts(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  int64_t ids[3], shape[1] = {3 * test_size};
  int32_t kind = -1, equal = 0;
  hearth_layout *lists = NULL, *boxes = NULL;
  const int64_t back = 3 * (test_size - 1 - test_rank), count = 3; /* ranks from the back */
  for (int k = 0; k < 3; k++) ids[k] = back + k;
  assert_ok(hearth_layout_from_indices(ctx, 1, shape, 0, 3, ids, &lists));
  assert_ok(hearth_layout_dim_kind(lists, 0, &kind));
  assert_all(kind == HEARTH_DIM_CUTS);
  assert_ok(hearth_layout_from_local(ctx, 1, shape, 1, &back, &count, &boxes));
  assert_ok(hearth_layout_equal(lists, boxes, &equal));
  assert_all(equal == 1);
  hearth_layout_destroy(&lists);
  hearth_layout_destroy(&boxes);
  test_context_destroy(&ctx);
}

/* By every index of every piece of every rank. */
static bool same_places(const hearth_layout *a, const hearth_layout *b) {
  int same = hearth_layout_piece_count(a) == hearth_layout_piece_count(b);
  for (int32_t p = 0; same && p < hearth_layout_piece_count(a); p++) {
    const int64_t volume = hearth_layout_piece_volume(a, p);
    same = volume == hearth_layout_piece_volume(b, p);
    for (int32_t d = 0; same && volume > 0 && d < a->ndim; d++) {
      same = hearth_layout_piece_extent(a, p, d) == hearth_layout_piece_extent(b, p, d);
      for (int64_t i = 0; same && i < hearth_layout_piece_extent(a, p, d); i++)
        same = hearth_layout_piece_global(a, p, d, i) == hearth_layout_piece_global(b, p, d, i);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &same, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  return same;
}

static void layouts_of_the_table_differ_where_they_do(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {13, 9};
  hearth_layout *layout[TABLE_KINDS], *again = NULL;
  for (int k = 0; k < TABLE_KINDS; k++) layout[k] = table_layout(ctx, k, 2, shape);
  for (int k = 0; k < TABLE_KINDS; k++) {
    int32_t equal = 0, back = 0;
    again = table_layout(ctx, k, 2, shape);
    assert_ok(hearth_layout_equal(layout[k], again, &equal));
    assert_all(equal == 1);
    hearth_layout_destroy(&again);
    for (int j = 0; j < TABLE_KINDS; j++) {
      assert_ok(hearth_layout_equal(layout[k], layout[j], &equal));
      assert_ok(hearth_layout_equal(layout[j], layout[k], &back));
      assert_all(equal == same_places(layout[k], layout[j]) && back == equal);
    }
  }
  for (int k = 0; k < TABLE_KINDS; k++) hearth_layout_destroy(&layout[k]);
  test_context_destroy(&ctx);
}

static void pictures_show_the_owners(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {4, 9};
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 2, shape);
    char text[4096] = "", first[4096], legend[64], small[8];
    double figure = 0;
    int64_t held[2] = {hearth_layout_local_volume(layout), hearth_layout_local_volume(layout)};
    assert_ok(hearth_layout_describe(layout, text, sizeof text));
    memcpy(first, text, sizeof first);
    MPI_Bcast(first, sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
    assert_all(strcmp(first, text) == 0 && strstr(text, "4 (") == text && strchr(text, '?') == NULL);
    snprintf(legend, sizeof legend, "%d: rank %d, %lld element", test_rank, test_rank, (long long)held[0]);
    assert_all(strstr(text, legend) != NULL);
    MPI_Allreduce(MPI_IN_PLACE, &held[0], 1, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
    MPI_Allreduce(MPI_IN_PLACE, &held[1], 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    assert_ok(hearth_layout_balance(layout, &figure));
    assert_near(figure, (double)held[0] * test_size / (double)held[1], 1e-12);
    assert_ok(hearth_layout_describe(layout, small, sizeof small));
    assert_all(strlen(small) == sizeof small - 1);
    hearth_layout_destroy(&layout);
  }
  const int64_t ids[2][3] = {{0, 2, 5}, {1, 3, 4}}, six[1] = {6};
  hearth_layout *layout = NULL;
  char text[512] = "";
  if (test_size == 2) {
    assert_ok(hearth_layout_from_indices(ctx, 1, six, 0, 3, ids[test_rank], &layout));
    assert_ok(hearth_layout_describe(layout, text, sizeof text));
    assert_all(strcmp(text, "6 (index list) on 2 ranks\n010110\n0: rank 0, 3 elements in 1 piece\n1: rank 1, 3 elements in 1 piece\n") == 0);
    assert_all(hearth_layout_describe(layout, test_rank == 0 ? NULL : text, sizeof text) == HEARTH_ERR_ARGUMENT);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(metadata_stay_small_on_many_ranks),         cmocka_unit_test(lists_of_ids_are_checked), cmocka_unit_test(contiguous_lists_become_cuts),
    cmocka_unit_test(layouts_of_the_table_differ_where_they_do), cmocka_unit_test(pictures_show_the_owners),
};
HEARTH_TEST_MAIN(tests)
