/* Halos: every element around every piece is compared with the one that the global index names, of owned and of wrapped arrays. */
#include "array_values.h"
#include "core/context_impl.h"
#include "harness.h"
#include "layout_table.h"
#include "tensor/layout_impl.h"
#include <stdlib.h>

enum { PATTERN = 120 }; /* no value_at */

typedef struct halo_case {
  int32_t ndim;
  int64_t shape[3], low[3], high[3];
  int32_t periodic[3];
} halo_case;
static const halo_case cases[] = {{1, {13}, {2}, {1}, {0}},
                                  {1, {9}, {1}, {3}, {1}},
                                  {2, {8, 11}, {1, 1}, {1, 1}, {0, 0}},
                                  {2, {8, 11}, {2, 3}, {1, 2}, {1, 0}},
                                  {2, {7, 5}, {1, 1}, {2, 1}, {1, 1}},
                                  {2, {3, 5}, {3, 5}, {3, 5}, {1, 1}},
                                  {2, {6, 7}, {9, 9}, {9, 9}, {0, 0}},
                                  {2, {6, 7}, {0, 0}, {0, 2}, {1, 0}},
                                  {2, {0, 7}, {0, 1}, {0, 1}, {1, 1}},
                                  {3, {6, 4, 5}, {1, 1, 1}, {1, 1, 1}, {1, 0, 1}},
                                  {3, {5, 3, 4}, {2, 0, 1}, {1, 2, 3}, {0, 1, 1}}};
enum { CASES = sizeof cases / sizeof cases[0] };

typedef void (*around_visit)(char *address, int32_t dtype, bool inside, double expected, int64_t *wrong);

static void write_pattern(char *address, int32_t dtype, bool inside, double expected, int64_t *wrong) {
  (void)wrong;
  value_set(address, dtype, inside ? expected : PATTERN);
}

static void check_value(char *address, int32_t dtype, bool inside, double expected, int64_t *wrong) {
  (void)inside;
  *wrong += value_get(address, dtype) != expected;
}

/* What belongs to global index `global`, which may lie outside the shape. */
static double expected_at(const halo_case *c, int64_t *global) {
  for (int32_t d = 0; d < c->ndim; d++) {
    if (c->periodic[d] && c->shape[d] > 0) global[d] = (global[d] + 2 * c->shape[d]) % c->shape[d];
    if (global[d] < 0 || global[d] >= c->shape[d]) return PATTERN;
  }
  return value_at(c->ndim, global);
}

/* Visits a piece and all that is around it; start: its first global indices. */
static int64_t walk_around(const halo_case *c, const hearth_window *window, const int64_t *start, around_visit visit) {
  int64_t at[3] = {0}, global[3], wrong = 0;
  for (int32_t d = 0; d < c->ndim; d++)
    if (window->extent[d] == 0) return 0;
  for (int32_t d = 0; d < c->ndim; d++) at[d] = -c->low[d];
  for (int32_t d = 0; d >= 0;) {
    char *address = window->base;
    bool inside = true;
    for (int32_t k = 0; k < c->ndim; k++) {
      address += at[k] * window->stride[k];
      global[k] = start[k] + at[k];
      inside = inside && at[k] >= 0 && at[k] < window->extent[k];
    }
    visit(address, window->dtype, inside, expected_at(c, global), &wrong);
    for (d = c->ndim - 1; d >= 0 && ++at[d] == window->extent[d] + c->high[d]; d--) at[d] = -c->low[d];
  }
  return wrong;
}

static int64_t walk_pieces(const halo_case *c, hearth_array *array, int32_t access, around_visit visit) {
  hearth_layout *layout = NULL;
  int32_t pieces;
  int64_t wrong = hearth_array_layout(array, &layout) != HEARTH_OK || hearth_array_pieces(array, &pieces) != HEARTH_OK;
  for (int32_t p = 0; wrong == 0 && p < pieces; p++) {
    hearth_window window;
    int64_t start[3] = {0};
    for (int32_t d = 0; d < c->ndim; d++) {
      hearth_runs runs;
      wrong += hearth_layout_piece_runs(layout, p, d, &runs) != HEARTH_OK;
      if (runs.n > 0) start[d] = runs.run[0].global;
      hearth_runs_free(layout->ctx, &runs);
    }
    wrong += hearth_array_access(array, p, access, &window) != HEARTH_OK;
    wrong += walk_around(c, &window, start, visit);
    wrong += hearth_array_release(array, p) != HEARTH_OK;
  }
  hearth_layout_destroy(&layout);
  return wrong;
}

/* Whether all pieces of this rank are boxes. */
static bool has_boxes(const hearth_layout *layout) {
  bool boxes = true;
  for (int32_t p = 0; p < hearth_layout_piece_count(layout); p++) {
    int64_t volume = 1;
    for (int32_t d = 0; d < layout->ndim; d++) volume *= hearth_layout_piece_extent(layout, p, d);
    for (int32_t d = 0; volume > 0 && d < layout->ndim; d++) {
      hearth_runs runs;
      if (hearth_layout_piece_runs(layout, p, d, &runs) != HEARTH_OK) fail_msg("no runs");
      for (int64_t k = 1; k < runs.n; k++) boxes = boxes && runs.run[k].global == runs.run[k - 1].global + runs.run[k - 1].count;
      hearth_runs_free(layout->ctx, &runs);
    }
  }
  return boxes;
}

/* Makes the halo, or sees it refused on all ranks where some rank's piece is no box. */
static hearth_halo *new_halo(const hearth_layout *layout, const halo_case *c) {
  hearth_halo *halo = NULL;
  int boxes = has_boxes(layout);
  MPI_Allreduce(MPI_IN_PLACE, &boxes, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  assert_status(boxes ? HEARTH_OK : HEARTH_ERR_UNSUPPORTED, hearth_halo_create(layout, c->ndim, c->low, c->high, c->periodic, &halo));
  assert_all((halo != NULL) == (boxes != 0));
  return halo;
}

static void owned(hearth_context *ctx, const halo_case *c, int kind, int32_t dtype) {
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  hearth_halo *halo = new_halo(layout, c);
  if (halo) {
    hearth_array *array = NULL;
    assert_ok(hearth_array_create_halo(layout, dtype, kind % 2, c->ndim, c->low, c->high, &array));
    assert_all(walk_pieces(c, array, HEARTH_READ_WRITE, write_pattern) == 0);
    assert_all(values_wrong(array) == 0);
    assert_ok(hearth_halo_exchange(halo, array));
    assert_all(walk_pieces(c, array, HEARTH_READ, check_value) == 0);
    assert_ok(hearth_array_fill(array, 7)); /* the array's functions leave the halo alone */
    assert_all(values_write(array) == 0);
    assert_all(walk_pieces(c, array, HEARTH_READ, check_value) == 0);
    hearth_array_destroy(&array);
  }
  hearth_halo_destroy(&halo);
  hearth_layout_destroy(&layout);
}

static void owned_arrays(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT8, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_INT16};
  int number = 0;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int i = 0; i < CASES; i++) owned(ctx, &cases[i], kind, dtypes[number++ % 5]);
    test_context_destroy(&ctx);
  }
}

/* The host's own fields with their halos, one per piece: column-major, the last dimension running backwards. */
enum { PIECES = 64 };
typedef struct host_field {
  int32_t pieces;
  void *memory[PIECES];
  hearth_window window[PIECES];
} host_field;

static void new_block(const hearth_layout *layout, const halo_case *c, int32_t dtype, int32_t piece, host_field *field) {
  hearth_window *window = &field->window[piece];
  *window = (hearth_window){.dtype = dtype, .ndim = c->ndim};
  int64_t next = hearth_dtype_size(dtype), before = 0;
  for (int32_t d = 0; d < c->ndim; d++) {
    window->extent[d] = hearth_layout_piece_extent(layout, piece, d);
    const int64_t all = window->extent[d] + c->low[d] + c->high[d];
    const bool backwards = d == c->ndim - 1 && all > 0;
    window->stride[d] = backwards ? -next : next;
    before += backwards ? (all - 1 - c->low[d]) * next : c->low[d] * next;
    next *= all;
  }
  field->memory[piece] = malloc((size_t)next + 16);
  window->base = (char *)field->memory[piece] + before;
}

static void new_field(const hearth_layout *layout, const halo_case *c, int32_t dtype, host_field *field) {
  field->pieces = hearth_layout_piece_count(layout);
  assert_all(field->pieces <= PIECES);
  for (int32_t p = 0; p < field->pieces; p++) new_block(layout, c, dtype, p, field);
}

static void free_field(host_field *field) {
  for (int32_t p = 0; p < field->pieces; p++) free(field->memory[p]);
}

static void wrapped(hearth_context *ctx, const halo_case *c, int kind) {
  enum { FIELDS = 3 };
  static const int32_t dtypes[FIELDS] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_INT8};
  static host_field field[FIELDS];
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  hearth_halo *halo = new_halo(layout, c);
  hearth_array *array[FIELDS] = {NULL};
  for (int i = 0; halo && i < FIELDS; i++) {
    new_field(layout, c, dtypes[i], &field[i]);
    assert_ok(hearth_array_wrap(layout, field[i].pieces, field[i].window, &array[i]));
    assert_all(walk_pieces(c, array[i], HEARTH_WRITE, write_pattern) == 0);
  }
  if (halo) {
    const int64_t before = ctx->traffic->messages;
    assert_ok(hearth_halo_exchange(halo, array[0]));
    const int64_t one = ctx->traffic->messages - before;
    assert_all(walk_pieces(c, array[0], HEARTH_WRITE, write_pattern) == 0);
    assert_ok(hearth_halo_exchange_many(halo, FIELDS, array));
    assert_all(ctx->traffic->messages - before == 2 * one);
  }
  for (int i = 0; halo && i < FIELDS; i++) {
    assert_all(walk_pieces(c, array[i], HEARTH_READ, check_value) == 0);
    hearth_array_destroy(&array[i]);
    free_field(&field[i]);
  }
  hearth_halo_destroy(&halo);
  hearth_layout_destroy(&layout);
}

static void wrapped_arrays(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int i = 0; i < CASES; i++) wrapped(ctx, &cases[i], kind);
    test_context_destroy(&ctx);
  }
}

static void bad_calls(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {8, 6}, one[2] = {1, 1}, none[2] = {0, 0}, negative[2] = {1, -1}, wide[2] = {9, 1}, huge[2] = {INT64_MAX, 1};
  const int64_t odd[2] = {test_rank == 0 ? 1 : 2, 1};
  const int32_t open[2] = {0, 0}, closed[2] = {1, 1};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, shape), *other = table_layout(ctx, TABLE_REPLICATED, 2, shape);
  hearth_halo *halo = NULL;
  hearth_array *array = NULL, *bare = NULL, *elsewhere = NULL;
  assert_all(hearth_halo_create(NULL, 2, one, one, open, &halo) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 1, one, one, open, &halo));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 2, negative, one, open, &halo));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 2, one, huge, open, &halo));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 2, wide, one, closed, &halo));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 2, one, NULL, open, &halo));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_create(layout, 2, one, one, test_rank == 0 ? NULL : open, &halo));
  assert_status(test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_OK, hearth_halo_create(layout, 2, one, odd, open, &halo));
  hearth_halo_destroy(&halo);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 2, negative, one, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 3, one, one, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_create_halo(layout, 99, 0, 2, one, one, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 2, one, huge, &array));
  assert_status(test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_OK, hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 2, odd, one, &array));
  hearth_array_destroy(&array);
  assert_ok(hearth_halo_create(layout, 2, one, one, closed, &halo));
  assert_ok(hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 2, one, one, &array));
  assert_ok(hearth_array_create_halo(layout, HEARTH_FLOAT64, 0, 2, one, none, &bare));
  assert_ok(hearth_array_create_halo(other, HEARTH_FLOAT64, 0, 2, one, one, &elsewhere));
  assert_ok(hearth_array_fill(array, 1));
  assert_all(hearth_halo_exchange(NULL, array) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_exchange(halo, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_exchange(halo, test_rank == 0 ? bare : array));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_halo_exchange(halo, elsewhere));
  hearth_array *const twice[2] = {array, array};
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_exchange_many(halo, 2, twice));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_halo_exchange_many(halo, 1, NULL));
  assert_ok(hearth_halo_exchange_many(halo, 0, NULL));
  assert_ok(hearth_halo_exchange(halo, array));
  hearth_array_destroy(&array);
  hearth_array_destroy(&bare);
  hearth_array_destroy(&elsewhere);
  hearth_halo_destroy(&halo);
  assert_ok(hearth_halo_destroy(&halo));
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(owned_arrays), cmocka_unit_test(wrapped_arrays), cmocka_unit_test(bad_calls)};
HEARTH_TEST_MAIN(tests)
