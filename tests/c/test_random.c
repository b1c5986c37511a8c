#include "harness.h"
#include "layout_table.h"
#include "random_values.h"
#include "core/context_impl.h"
#include "kernels/generate.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <stdlib.h>

static hearth_context *seeded(hearth_backend backend, uint64_t seed, int32_t threads) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backend;
  options.seed = seed;
  options.threads = threads;
  options.leak_check = 1;
  return test_context_with(&options);
}

/* Random123's own vectors: tests/kat_vectors of github.com/DEShawResearch/random123, "philox4x32 10". */
static void philox_gives_the_published_answers(void **state) {
  (void)state;
  static const uint32_t counter[3][4] = {{0}, {~0u, ~0u, ~0u, ~0u}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
  static const uint32_t key[3][2] = {{0}, {~0u, ~0u}, {0xa4093822, 0x299f31d0}};
  static const uint32_t answer[3][4] = {
      {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (int i = 0; i < 3; i++) {
    uint32_t word[4];
    memcpy(word, counter[i], sizeof word);
    hearth_philox(word, key[i][0], key[i][1]);
    assert_all(memcmp(word, answer[i], sizeof word) == 0);
  }
}

typedef struct table_shape {
  int32_t ndim;
  int64_t extent[3];
} table_shape;
static const table_shape shapes[] = {{1, {13}}, {1, {300}}, {2, {7, 9}}, {2, {3, 0}}, {3, {5, 1, 8}}, {3, {6, 4, 45}}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

typedef struct kind {
  enum drawn drawn;
  int32_t dtype;
  int64_t low, high;
} kind;
/* Ranges that refuse often, that need 64 bits, that are powers of two, and the largest. */
static const kind kinds[] = {{UNIFORM, HEARTH_FLOAT64, 0, 0},
                             {UNIFORM, HEARTH_FLOAT32, 0, 0},
                             {NORMAL, HEARTH_FLOAT64, 0, 0},
                             {NORMAL, HEARTH_FLOAT32, 0, 0},
                             {INTEGER, HEARTH_INT8, -100, 100},
                             {INTEGER, HEARTH_UINT8, 0, 256},
                             {INTEGER, HEARTH_INT16, -5, -4},
                             {INTEGER, HEARTH_INT32, INT32_MIN, (int64_t)1 << 30},
                             {INTEGER, HEARTH_INT64, -7, ((int64_t)1 << 32) - 7},
                             {INTEGER, HEARTH_INT64, 1, ((int64_t)3 << 61) + 2},
                             {INTEGER, HEARTH_INT64, INT64_MIN, INT64_MAX}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static hearth_status draw(const hearth_layout *layout, const kind *k, int32_t order, int32_t stream, hearth_array **array) {
  if (k->drawn == UNIFORM) return hearth_rand(layout, k->dtype, order, stream, array);
  if (k->drawn == NORMAL) return hearth_randn(layout, k->dtype, order, stream, array);
  return hearth_randint(layout, k->low, k->high, k->dtype, order, stream, array);
}

static void same_bits_in_every_layout(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = seeded(backends[b], 0x123456789abcdef0u, 1);
    for (int s = 0; s < SHAPES; s++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_layout *layout = table_layout(ctx, kind, shapes[s].ndim, shapes[s].extent);
        for (int k = 0; k < KINDS; k++) {
          const int32_t stream = number % 3 == 0 ? INT32_MAX : number % 7;
          hearth_array *array = NULL;
          assert_ok(draw(layout, &kinds[k], number++ % 2, stream, &array));
          const drawing d = {kinds[k].drawn, {0x123456789abcdef0u, (uint32_t)stream}, kinds[k].low, kinds[k].high, shapes[s].extent, 0, 0};
          assert_all(drawn_wrong(array, d) == 0);
          hearth_array_destroy(&array);
        }
        hearth_layout_destroy(&layout);
      }
    test_context_destroy(&ctx);
  }
}

/* Enough elements for several threads, rows that are no multiple of anything, both memory orders. */
static void threads_make_no_difference(void **state) {
  (void)state;
  const int64_t shape[2] = {611, 777};
  hearth_context *ctx = seeded(HEARTH_BACKEND_CPU, 9, 3);
  for (int kind = 0; kind < 3; kind++) {
    hearth_layout *layout = table_layout(ctx, kind == 0 ? TABLE_SPLIT_FIRST : kind == 1 ? TABLE_SPLIT_LAST : TABLE_GRID_CYCLIC, 2, shape);
    for (int k = 0; k < KINDS; k += 2) {
      hearth_array *array = NULL;
      assert_ok(draw(layout, &kinds[k], k / 2 % 2, 5, &array));
      assert_all(drawn_wrong(array, (drawing){kinds[k].drawn, {9, 5}, kinds[k].low, kinds[k].high, shape, 0, 0}) == 0);
      hearth_array_destroy(&array);
    }
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

/* Elements beyond 2^32, which no test has the memory for, through the kernels alone. */
static void numbers_have_64_bits(void **state) {
  (void)state;
  const hearth_backend backends[] = {HEARTH_BACKEND_CPU, HEARTH_BACKEND_REFERENCE};
  const hearth_run runs[3] = {{((int64_t)1 << 33) - 40, 0, 80}, {((int64_t)1 << 52) + 1, 80, 7}, {3, 87, 113}};
  const hearth_numbers numbers = {.weight = {1}, .nruns = {3}, .run = {runs}};
  const hearth_random random = {77, 5};
  for (int b = 0; b < 2; b++) {
    hearth_context *ctx = seeded(backends[b], 77, 1);
    double values[200];
    const hearth_view view = {.data = values, .dtype = HEARTH_FLOAT64, .ndim = 1, .extent = {200}, .stride = {8}};
    const drawing d = {UNIFORM, random, 0, 0, NULL, 0, 0};
    assert_ok(ctx->backend->generate->uniform(ctx->queue, &view, &numbers, &random));
    for (int64_t i = 0; i < 200; i++) {
      const int64_t number = hearth_run_global(3, runs, i);
      assert_true(drawn_right(&d, &values[i], HEARTH_FLOAT64, (uint64_t)number));
    }
    test_context_destroy(&ctx);
  }
}

/* What a seed gives is a promise: these are the numbers of the first version. */
static void first_numbers_of_seed_42(void **state) {
  (void)state;
  const int64_t shape[1] = {4};
  static const uint64_t uniform[4] = {0x3fa4a34d5c8522a0, 0x3fe72318ca64816f, 0x3fe0b51be47646c6, 0x3fe5362604fea91b};
  static const uint64_t normal[4] = {0x3feae3ff0af3aef6, 0xbfe53420e622a585, 0x3fe86000f11a8aab, 0xbfee8c5b475c6a2a};
  static const int64_t integer[4] = {682, 782, 50, 157}, order[4] = {2, 0, 1, 3};
  hearth_context *ctx = seeded(HEARTH_BACKEND_CPU, 42, 1);
  hearth_layout *layout = table_layout(ctx, TABLE_REPLICATED, 1, shape);
  hearth_array *array[4];
  assert_ok(hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 3, &array[0]));
  assert_ok(hearth_randn(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 3, &array[1]));
  assert_ok(hearth_randint(layout, -1000, 1000, HEARTH_INT64, HEARTH_ROW_MAJOR, 3, &array[2]));
  assert_ok(hearth_permutation(layout, 3, &array[3]));
  const void *stored[4] = {uniform, normal, integer, order};
  for (int k = 0; k < 4; k++) {
    hearth_window window;
    assert_ok(hearth_array_access(array[k], 0, HEARTH_READ, &window));
    assert_all(memcmp(window.base, stored[k], 32) == 0);
    assert_ok(hearth_array_release(array[k], 0));
    hearth_array_destroy(&array[k]);
  }
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static void mark(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  (void)dtype, (void)ndim, (void)global;
  ((int64_t *)user)[*(int64_t *)address]++;
}

/* Every number once, counted over the ranks; replicas count once per copy. */
static void permutations_are_bijective(void **state) {
  (void)state;
  static const int64_t sizes[] = {1, 2, 3, 13, 100, 4096, 4097, 5000, 16384, 16385};
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = seeded(backends[b], 8, 1);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      const int64_t n = sizes[s];
      hearth_layout *layout = table_layout(ctx, s % 2 ? TABLE_CYCLIC_3 : TABLE_CUTS_FRONT, 1, &n);
      hearth_array *array = NULL;
      int64_t *count = calloc((size_t)n, sizeof *count), wrong = 0;
      assert_ok(hearth_permutation(layout, 1, &array));
      assert_all(values_visit(array, HEARTH_READ, mark, count) == 0);
      if (n > 4096) assert_all(drawn_wrong(array, (drawing){PERMUTATION, {8, 1}, 0, n, &n, 0, 0}) == 0);
      MPI_Allreduce(MPI_IN_PLACE, count, (int)n, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
      for (int64_t i = 0; i < n; i++) wrong += count[i] != 1;
      assert_all(wrong == 0);
      free(count);
      hearth_array_destroy(&array);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

/* Memory of the host program, with gaps and backwards, on every backend; what lies between the elements stays. */
static void existing_arrays_are_filled(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = seeded(backends[b], 3, 1);
    int64_t shape[2] = {6, 5 * test_size}, start[2] = {0, 5 * test_rank};
    double memory[130];
    for (int i = 0; i < 130; i++) memory[i] = -7;
    const hearth_window window = {&memory[8 * 13 + 2], HEARTH_FLOAT64, 2, {6, 5}, {-13 * 8, 2 * 8}};
    hearth_array *array = NULL;
    assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array));
    assert_ok(hearth_rand_into(array, 4));
    assert_all(drawn_wrong(array, (drawing){UNIFORM, {3, 4}, 0, 0, shape, 0, 0}) == 0);
    assert_ok(hearth_randn_into(array, 4));
    assert_all(drawn_wrong(array, (drawing){NORMAL, {3, 4}, 0, 0, shape, 0, 0}) == 0);
    int untouched = 0;
    for (int i = 0; i < 130; i++) untouched += memory[i] == -7;
    assert_all(untouched == 100);
    hearth_array *integers = NULL;
    assert_ok(hearth_zeros_like(array, HEARTH_INT32, &integers));
    assert_ok(hearth_randint_into(integers, -3, 40, 11));
    assert_all(drawn_wrong(integers, (drawing){INTEGER, {3, 11}, -3, 40, shape, 0, 0}) == 0);
    hearth_array_destroy(&array);
    hearth_array_destroy(&integers);
    test_context_destroy(&ctx);
  }
}

static void automatic_streams_differ_and_repeat(void **state) {
  (void)state;
  const int64_t shape[1] = {11};
  for (int run = 0; run < 2; run++) {
    hearth_context *ctx = seeded(HEARTH_BACKEND_CPU, 5, 1);
    hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 1, shape);
    for (uint32_t call = 0; call < 3; call++) {
      hearth_array *array = NULL, *named = NULL;
      assert_ok(hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, -1 - (int32_t)call, &array));
      assert_all(drawn_wrong(array, (drawing){UNIFORM, {5, ((uint32_t)1 << 31) + call}, 0, 0, shape, 0, 0}) == 0);
      if (run == 1) assert_ok(hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0, &named)); /* does not count */
      hearth_array_destroy(&named);
      hearth_array_destroy(&array);
    }
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

static void bad_input_is_refused(void **state) {
  (void)state;
  hearth_context *ctx = seeded(HEARTH_BACKEND_CPU, 5, 1);
  const int64_t shape[2] = {4, 3};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, shape);
  hearth_array *array = NULL, *integers = NULL;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rand(NULL, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rand(layout, HEARTH_FLOAT64, 2, 0, &array));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_rand(layout, HEARTH_INT32, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_randn(layout, HEARTH_COMPLEX128, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_randint(layout, 0, 2, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_randint(layout, 3, 3, HEARTH_INT64, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_randint(layout, 0, 129, HEARTH_INT8, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_randint(layout, -1, 5, HEARTH_UINT8, HEARTH_ROW_MAJOR, 0, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_permutation(layout, 0, &array));
  assert_all(array == NULL);
  if (test_size > 1) {
    assert_status(HEARTH_ERR_MISMATCH, hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, test_rank, &array));
    assert_status(HEARTH_ERR_MISMATCH, hearth_randint(layout, test_rank, 9, HEARTH_INT64, HEARTH_ROW_MAJOR, 0, &array));
    assert_status(HEARTH_ERR_UNSUPPORTED, hearth_rand(layout, test_rank == 1 ? HEARTH_INT8 : HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 0, &array));
  }
  assert_ok(hearth_zeros(layout, HEARTH_INT8, HEARTH_ROW_MAJOR, &integers));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_rand_into(integers, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_randint_into(integers, 0, 1000, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rand_into(NULL, 0));
  hearth_array_destroy(&integers);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(philox_gives_the_published_answers),
    cmocka_unit_test(same_bits_in_every_layout),
    cmocka_unit_test(threads_make_no_difference),
    cmocka_unit_test(numbers_have_64_bits),
    cmocka_unit_test(first_numbers_of_seed_42),
    cmocka_unit_test(permutations_are_bijective),
    cmocka_unit_test(existing_arrays_are_filled),
    cmocka_unit_test(automatic_streams_differ_and_repeat),
    cmocka_unit_test(bad_input_is_refused),
};
HEARTH_TEST_MAIN(tests)
