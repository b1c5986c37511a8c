#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include "tensor/plan_impl.h"
#include <stdlib.h>
#include <string.h>

/* (ndim, shape): more ranks than rows, extents 0 and 1, blocks that do not divide. */
typedef struct table_shape {
  int32_t ndim;
  int64_t extent[4];
} table_shape;
static const table_shape shapes[] = {{1, {13}},      {1, {2}},       {2, {7, 9}},       {2, {1, 11}},     {2, {3, 0}},
                                     {3, {5, 1, 8}}, {3, {6, 4, 5}}, {4, {3, 2, 1, 7}}, {4, {5, 3, 2, 4}}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* Source and target dtypes; the middle one of a round trip is checked unless it is float16, which C cannot read everywhere. */
typedef struct type_pair {
  int32_t from, to;
} type_pair;
static const type_pair pairs[] = {{HEARTH_FLOAT64, HEARTH_FLOAT64}, {HEARTH_FLOAT32, HEARTH_FLOAT64},      {HEARTH_FLOAT64, HEARTH_FLOAT32},
                                  {HEARTH_INT8, HEARTH_INT64},      {HEARTH_INT32, HEARTH_FLOAT32},        {HEARTH_COMPLEX128, HEARTH_COMPLEX64},
                                  {HEARTH_INT16, HEARTH_FLOAT16},   {HEARTH_UINT8, HEARTH_UINT8},          {HEARTH_COMPLEX64, HEARTH_FLOAT64},
                                  {HEARTH_INT64, HEARTH_UINT8},     {HEARTH_COMPLEX128, HEARTH_COMPLEX128}};
enum { PAIRS = sizeof pairs / sizeof pairs[0] };

static hearth_array *new_array(const hearth_layout *layout, int32_t dtype, int32_t order, double value) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_ok(hearth_array_fill(array, value));
  return array;
}

/* Every element of this rank's part arrives once, from wherever. */
static int arrives_once(const hearth_plan *plan, const hearth_layout *to) {
  int64_t sent, received, local;
  return hearth_plan_volume(plan, &sent, &received, &local) == HEARTH_OK && received + local == hearth_layout_volume_of(to, test_rank);
}

/* There and back, with memory orders and dtypes that change from case to case. */
static void round_trip(hearth_layout *from, hearth_layout *to, int number) {
  const type_pair types = pairs[number % PAIRS];
  hearth_array *source = new_array(from, types.from, number % 2, 120), *middle = new_array(to, types.to, number / 2 % 2, 121);
  assert_all(values_write(source) == 0);
  hearth_plan *plan = NULL;
  assert_ok(hearth_plan_create(from, to, &plan));
  assert_all(arrives_once(plan, to));
  assert_ok(hearth_plan_execute(plan, source, middle));
  hearth_plan_destroy(&plan);
  assert_all(types.to == HEARTH_FLOAT16 || values_wrong(middle) == 0);
  assert_ok(hearth_array_fill(source, 119));
  assert_ok(hearth_array_copy(middle, source));
  assert_all(values_wrong(source) == 0);
  hearth_array_destroy(&source);
  hearth_array_destroy(&middle);
}

static void all_pairs_of_layouts(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++)
    for (int s = 0; s < SHAPES; s++, number++) {
      hearth_context *ctx = test_context(backends[k]);
      hearth_layout *layout[TABLE_KINDS];
      for (int kind = 0; kind < TABLE_KINDS; kind++) layout[kind] = table_layout(ctx, kind, shapes[s].ndim, shapes[s].extent);
      for (int a = 0; a < TABLE_KINDS; a++)
        for (int b = a; b < TABLE_KINDS; b++) round_trip(layout[a], layout[b], number++);
      for (int kind = 0; kind < TABLE_KINDS; kind++) hearth_layout_destroy(&layout[kind]);
      test_context_destroy(&ctx);
    }
}

/* A box of the source arrives shifted: element target_start + i is value_at(source_start + i), all others keep their pattern. */
typedef struct shifted_box {
  int64_t source[3], target[3], count[3];
} shifted_box;
static const shifted_box boxes[] = {{{0, 0, 0}, {0, 0, 0}, {6, 4, 5}},
                                    {{2, 1, 0}, {0, 3, 2}, {4, 3, 4}},
                                    {{5, 0, 4}, {6, 6, 0}, {1, 1, 1}},
                                    {{1, 2, 3}, {3, 0, 4}, {3, 2, 2}},
                                    {{3, 3, 3}, {1, 1, 1}, {0, 1, 1}}};

typedef struct box_check {
  const shifted_box *box;
  int64_t wrong;
} box_check;

static void check_shifted(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  box_check *check = user;
  int64_t from[3] = {0};
  int inside = 1;
  for (int32_t d = 0; d < ndim; d++) {
    const int64_t i = global[d] - check->box->target[d];
    inside = inside && i >= 0 && i < check->box->count[d];
    from[d] = check->box->source[d] + i;
  }
  check->wrong += value_get(address, dtype) != (inside ? value_at(ndim, from) : 120);
}

static void boxes_move_between_shapes(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t source_shape[3] = {6, 4, 5}, target_shape[3] = {7, 7, 6};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int a = 0; a < TABLE_KINDS; a++)
      for (size_t n = 0; n < sizeof boxes / sizeof *boxes; n++) {
        hearth_layout *from = table_layout(ctx, a, 3, source_shape), *to = table_layout(ctx, (a + 3 * (int)n + 2) % TABLE_KINDS, 3, target_shape);
        hearth_array *source = new_array(from, HEARTH_FLOAT64, (int)n % 2, 0), *target = new_array(to, HEARTH_FLOAT32, a % 2, 120);
        hearth_plan *plan = NULL;
        box_check check = {&boxes[n], 0};
        assert_all(values_write(source) == 0);
        assert_ok(hearth_plan_create_box(from, boxes[n].source, to, boxes[n].target, boxes[n].count, &plan));
        assert_ok(hearth_plan_execute(plan, source, target));
        assert_all(values_visit(target, HEARTH_READ, check_shifted, &check) == 0 && check.wrong == 0);
        hearth_plan_destroy(&plan);
        hearth_array_destroy(&source);
        hearth_array_destroy(&target);
        hearth_layout_destroy(&from);
        hearth_layout_destroy(&to);
      }
    test_context_destroy(&ctx);
  }
}

/* Windows in the midst of other memory, some running backwards, as source and as target. */
static void wrapped_windows_travel(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t shape[2] = {11, 6};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int a = 0; a < TABLE_KINDS; a++) {
      if (a == TABLE_BOXES || a == TABLE_BOXES_EMPTY) continue; /* several windows: test_array_pieces */
      hearth_layout *layout = table_layout(ctx, a, 2, shape), *other = table_layout(ctx, (a + 5) % TABLE_KINDS, 2, shape);
      hearth_window window = {NULL, HEARTH_FLOAT64, 2, {0}, {0}};
      assert_ok(hearth_layout_local_shape(layout, 2, window.extent));
      const int64_t rows = window.extent[0], pitch = rows + 4, all = pitch * (window.extent[1] + 4);
      double *memory = malloc((size_t)all * sizeof *memory);
      for (int64_t i = 0; i < all; i++) memory[i] = -3;
      window.base = memory + 2 * pitch + 2 + (rows > 0 ? rows - 1 : 0);
      window.stride[0] = -(int64_t)sizeof(double);
      window.stride[1] = pitch * (int64_t)sizeof(double);
      hearth_array *wrapped = NULL, *array = new_array(other, HEARTH_FLOAT64, a % 2, 0);
      assert_ok(hearth_array_wrap(layout, 1, &window, &wrapped));
      assert_all(values_write(array) == 0);
      assert_ok(hearth_array_copy(array, wrapped));
      assert_all(values_wrong(wrapped) == 0);
      int64_t touched = 0;
      for (int64_t i = 0; i < all; i++) touched += memory[i] != -3;
      assert_all(touched == hearth_layout_volume_of(layout, test_rank));
      assert_ok(hearth_array_fill(array, 0));
      assert_ok(hearth_array_copy(wrapped, array));
      assert_all(values_wrong(array) == 0);
      hearth_array_destroy(&wrapped);
      hearth_array_destroy(&array);
      hearth_layout_destroy(&layout);
      hearth_layout_destroy(&other);
      free(memory);
    }
    test_context_destroy(&ctx);
  }
}

/* Takes what the cap leaves but 96 KiB, on the rank that has least left. */
static hearth_array *take_the_rest(hearth_context *ctx) {
  int64_t in_use, peak, cap;
  assert_ok(hearth_context_memory(ctx, &in_use, &peak, &cap));
  int64_t rest[1] = {cap - in_use - (96 << 10)};
  MPI_Allreduce(MPI_IN_PLACE, rest, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD);
  assert_all(rest[0] > 0);
  hearth_layout *layout = NULL;
  hearth_array *filler = NULL;
  assert_ok(hearth_layout_split(ctx, 1, rest, -1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_INT8, 0, &filler));
  hearth_layout_destroy(&layout);
  return filler;
}

/* 312 KiB, under a cap that leaves far less than a message. */
static void copy_under_a_cap(hearth_backend backend, const table_shape *shape, int kind) {
  hearth_context *ctx = NULL;
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  int64_t in_use, peak, cap;
  options.backend = (int32_t)backend;
  options.leak_check = 1;
  options.memory_cap = 2 * 40000 * 8 + (192 << 10); /* both arrays may lie on one rank */
  assert_all(hearth_context_create(MPI_COMM_WORLD, &options, &ctx) == HEARTH_OK);
  test_last_ctx = ctx;
  hearth_layout *from = table_layout(ctx, TABLE_SPLIT_FIRST, shape->ndim, shape->extent), *to = table_layout(ctx, kind, shape->ndim, shape->extent);
  hearth_array *source = new_array(from, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0);
  assert_all(values_write(source) == 0); /* before there is a target: it may take a staging copy */
  assert_ok(hearth_context_memory_trim(ctx));
  hearth_array *target = new_array(to, HEARTH_FLOAT64, kind % 2, 0), *filler = take_the_rest(ctx);
  assert_ok(hearth_array_copy(source, target));
  assert_ok(hearth_context_memory(ctx, &in_use, &peak, &cap));
  assert_all(peak <= cap);
  hearth_array_destroy(&filler);
  hearth_array_destroy(&source);
  assert_ok(hearth_context_memory_trim(ctx));
  assert_all(values_wrong(target) == 0);
  hearth_array_destroy(&target);
  hearth_layout_destroy(&from);
  hearth_layout_destroy(&to);
  test_context_destroy(&ctx);
}

static void a_small_cap_means_many_rounds(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const table_shape capped[] = {{3, {20, 40, 50}}, {1, {40000}}, {2, {2, 20000}}};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++)
    for (int s = 0; s < 3; s++)
      for (int kind = 0; kind < TABLE_INDEX; kind++) copy_under_a_cap(backends[k], &capped[s], kind); /* lists of 40000 ids take more than the elements */
}

/* Without a cap a message of several chunks: 3 MiB and more per pair. */
static void large_messages_travel_in_chunks(void **state) {
  (void)state;
  const int64_t shape[2] = {1024, 1536 * 2};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int kinds[] = {TABLE_SPLIT_FIRST, TABLE_SPLIT_LAST, TABLE_GRID_CYCLIC, TABLE_PERMUTED};
  for (int a = 0; a < 4; a++) {
    hearth_layout *from = table_layout(ctx, kinds[a], 2, shape), *to = table_layout(ctx, kinds[(a + 1) % 4], 2, shape);
    hearth_array *source = new_array(from, HEARTH_FLOAT64, a / 2, 0), *target = new_array(to, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0);
    assert_all(values_write(source) == 0);
    assert_ok(hearth_array_copy(source, target));
    assert_all(values_wrong(target) == 0);
    hearth_array_destroy(&source);
    hearth_array_destroy(&target);
    hearth_layout_destroy(&from);
    hearth_layout_destroy(&to);
  }
  test_context_destroy(&ctx);
}

/* 2^40 elements: no array of that size, but its plan. */
static void volumes_count_in_64_bits(void **state) {
  (void)state;
  const int64_t shape[2] = {(int64_t)1 << 20, (int64_t)1 << 20}, all = (int64_t)1 << 40;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_layout *rows = NULL, *columns = NULL, *replicated = NULL;
  hearth_plan *plan = NULL;
  int64_t sent = -1, received = -1, local = -1, sum[3];
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &rows));
  assert_ok(hearth_layout_split(ctx, 2, shape, 1, &columns));
  assert_ok(hearth_layout_split(ctx, 2, shape, -1, &replicated));
  assert_ok(hearth_plan_create(rows, columns, &plan));
  assert_ok(hearth_plan_volume(plan, &sent, &received, &local));
  const int64_t n = hearth_layout_extent_of(rows, test_rank, 0), m = hearth_layout_extent_of(columns, test_rank, 1);
  assert_all(local == n * m && sent == n * (shape[1] - m) && received == (shape[0] - n) * m);
  hearth_plan_destroy(&plan);
  assert_ok(hearth_plan_create(rows, replicated, &plan));
  assert_ok(hearth_plan_volume(plan, &sum[0], &sum[1], &sum[2]));
  assert_all(sum[0] == n * shape[1] * (test_size - 1) && sum[1] == all - n * shape[1] && sum[2] == n * shape[1]);
  hearth_plan_destroy(&plan);
  assert_ok(hearth_plan_create(replicated, columns, &plan)); /* everybody has everything already */
  assert_ok(hearth_plan_volume(plan, &sent, &received, &local));
  assert_all(sent == 0 && received == 0 && local == shape[0] * m);
  hearth_plan_destroy(&plan);
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&columns);
  hearth_layout_destroy(&replicated);
  test_context_destroy(&ctx);
}

/* Regular sequences of blocks are one section, however many blocks there are. */
static void block_cyclic_overlaps_stay_small(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t n = (int64_t)1 << 20;
  const hearth_dim cyclic = {HEARTH_DIM_BLOCK_CYCLIC, 0, n, 4, 8, 1, 3, NULL, NULL}, whole = {HEARTH_DIM_WHOLE, -1, n, 1, 0, 0, 0, NULL, NULL};
  hearth_overlap overlap;
  const hearth_span from = {.dim = &cyclic, .coordinate = 2}, to = {.dim = &whole};
  assert_ok(hearth_overlap_make(ctx, &from, &to, n, &overlap));
  assert_all(overlap.total == hearth_dim_extent(&cyclic, 2) && overlap.n <= 3);
  hearth_overlap_free(ctx, &overlap);
  assert_ok(hearth_overlap_make(ctx, &from, &from, n, &overlap));
  assert_all(overlap.total == hearth_dim_extent(&cyclic, 2) && overlap.n == 1 && overlap.section[0].n == 1);
  hearth_overlap_free(ctx, &overlap);
  test_context_destroy(&ctx);
}

static void plans_refuse_what_does_not_fit(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *stranger = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {6, 4}, wider[2] = {6, 5}, origin[2] = {0, 0}, outside[2] = {1, 0};
  hearth_layout *a = NULL, *b = NULL, *c = NULL, *foreign = NULL, *one = NULL;
  hearth_plan *plan = NULL;
  int64_t volume;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &a));
  assert_ok(hearth_layout_split(ctx, 2, shape, 1, &b));
  assert_ok(hearth_layout_split(ctx, 2, wider, 1, &c));
  assert_ok(hearth_layout_split(ctx, 1, shape, 0, &one));
  assert_all(hearth_layout_split(stranger, 2, shape, 0, &foreign) == HEARTH_OK);
  assert_all(hearth_plan_create(NULL, NULL, &plan) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_create(a, test_rank == 0 ? NULL : b, &plan) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_create(a, b, test_rank == 0 ? NULL : &plan) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_create(a, c, &plan) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_plan_create(a, one, &plan) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_plan_create(a, foreign, &plan) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_plan_create_box(a, outside, b, origin, shape, &plan) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_create_box(a, origin, b, origin, wider, &plan) == HEARTH_ERR_ARGUMENT);
  const int64_t count[2] = {6 - (test_rank == test_size - 1), 4};
  if (test_size > 1) assert_all(hearth_plan_create_box(a, origin, b, origin, count, &plan) == HEARTH_ERR_MISMATCH);
  assert_all(plan == NULL);
  assert_ok(hearth_plan_create(a, b, &plan));
  hearth_array *x = new_array(a, HEARTH_FLOAT64, 0, 1), *y = new_array(b, HEARTH_FLOAT64, 0, 1), *z = new_array(c, HEARTH_FLOAT64, 0, 1);
  assert_all(hearth_plan_execute(NULL, x, y) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_execute(plan, test_rank == 0 ? NULL : x, y) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_execute(plan, x, z) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_array_copy(x, z) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_plan_volume(plan, &volume, NULL, &volume) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_plan_execute(plan, x, y));
  hearth_array_destroy(&x);
  hearth_array_destroy(&y);
  hearth_array_destroy(&z);
  hearth_plan_destroy(&plan);
  assert_ok(hearth_plan_destroy(&plan));
  hearth_layout_destroy(&a);
  hearth_layout_destroy(&b);
  hearth_layout_destroy(&c);
  hearth_layout_destroy(&one);
  hearth_layout_destroy(&foreign);
  test_context_destroy(&stranger);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_pairs_of_layouts),
    cmocka_unit_test(boxes_move_between_shapes),
    cmocka_unit_test(wrapped_windows_travel),
    cmocka_unit_test(a_small_cap_means_many_rounds),
    cmocka_unit_test(large_messages_travel_in_chunks),
    cmocka_unit_test(volumes_count_in_64_bits),
    cmocka_unit_test(block_cyclic_overlaps_stay_small),
    cmocka_unit_test(plans_refuse_what_does_not_fit),
};
HEARTH_TEST_MAIN(tests)
