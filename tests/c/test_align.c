/* Operands as the pieces of a result see them, on every layout; results that come back to the caller's memory. */
#include "array_values.h"
#include "core/context_impl.h"
#include "layout_table.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include <stdlib.h>

typedef struct operand_shape {
  int32_t ndim;
  int64_t extent[3];
} operand_shape;
static const int64_t full[3] = {7, 6, 5};
static const operand_shape shapes[] = {{3, {7, 6, 5}}, {3, {7, 1, 5}}, {3, {1, 6, 5}}, {2, {6, 5}},   {2, {6, 1}},
                                       {1, {5}},       {3, {7, 1, 1}}, {1, {1}},       {3, {1, 1, 1}}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static hearth_array *new_array(const hearth_layout *layout, int32_t order) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, order, &array));
  return array;
}

/* Global index of element `local` along dimension d of a piece. */
static int64_t global_of(const hearth_runs *runs, int64_t local) {
  for (int64_t k = 0; k < runs->n; k++)
    if (local >= runs->run[k].local && local < runs->run[k].local + runs->run[k].count) return runs->run[k].global + local - runs->run[k].local;
  return -1;
}

/* Elements of the piece's view that are not the operand's at the index that they are broadcast from. */
static int64_t wrong_in_piece(const hearth_context *ctx, const hearth_layout *layout, int32_t p, const hearth_view *view, const operand_shape *shape) {
  int64_t wrong = 0, volume = 1, local[HEARTH_MAX_NDIM] = {0}, from[3];
  hearth_runs runs[3];
  hearth_view host = *view;
  for (int32_t d = 0; d < 3; d++) {
    if (hearth_layout_piece_runs(layout, p, d, &runs[d]) != HEARTH_OK) return 1;
    wrong += view->extent[d] != hearth_layout_piece_extent(layout, p, d);
    host.stride[d] = volume * (int64_t)sizeof(double);
    volume *= view->extent[d];
  }
  double *values = calloc((size_t)volume + 1, sizeof *values);
  host.data = values;
  host.space = HEARTH_SPACE_HOST;
  wrong += hearth_view_copy(ctx, &host, view) != HEARTH_OK;
  for (int64_t i = 0; i < volume; i++) {
    int64_t rest = i;
    for (int32_t d = 0; d < 3; d++) {
      local[d] = rest % view->extent[d];
      rest /= view->extent[d];
      const int32_t k = d - (3 - shape->ndim);
      if (k >= 0) from[k] = shape->extent[k] == 1 ? 0 : global_of(&runs[d], local[d]);
    }
    wrong += values[i] != value_at(shape->ndim, from);
  }
  for (int32_t d = 0; d < 3; d++) hearth_runs_free(ctx, &runs[d]);
  free(values);
  return wrong;
}

static void check_operands(hearth_context *ctx, const hearth_layout *layout, int kind, int first, int second) {
  const operand_shape *shape[2] = {&shapes[first], &shapes[second]};
  hearth_array *array[2];
  hearth_operand operand[2];
  for (int i = 0; i < 2; i++) {
    hearth_layout *own = table_layout(ctx, (kind + 4 * i + first) % TABLE_KINDS, shape[i]->ndim, shape[i]->extent);
    array[i] = new_array(own, i);
    hearth_layout_destroy(&own);
    assert_all(values_write(array[i]) == 0);
  }
  assert_ok(hearth_operands_align(2, (const hearth_array *const *)array, layout, operand));
  for (int i = 0; i < 2; i++) {
    int64_t wrong = operand[i].npieces != hearth_layout_piece_count(layout);
    for (int32_t p = 0; p < operand[i].npieces; p++) wrong += wrong_in_piece(ctx, layout, p, &operand[i].view[p], shape[i]);
    assert_all(wrong == 0);
  }
  hearth_operands_release(2, operand);
  hearth_array_destroy(&array[0]);
  hearth_array_destroy(&array[1]);
}

static void operands_of_every_shape(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 3, full);
      for (int s = 0; s < SHAPES; s++) check_operands(ctx, layout, kind, s, (s + kind + 1) % SHAPES);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

/* What lies right already is not copied. */
static void projections_are_used_in_place(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int32_t axes[2] = {0, 2};
  const int kinds[] = {TABLE_SPLIT_FIRST, TABLE_CYCLIC_3, TABLE_GRID_CUTS, TABLE_REPLICATED};
  for (int k = 0; k < 4; k++) {
    hearth_layout *layout = table_layout(ctx, kinds[k], 3, full), *plane = NULL, *wall = NULL;
    assert_ok(hearth_layout_project(layout, 2, axes, &plane));
    assert_ok(hearth_layout_insert(plane, 1, 1, &wall));
    hearth_array *array[2] = {new_array(layout, 0), new_array(wall, 0)};
    hearth_operand operand[2];
    assert_ok(hearth_operands_align(2, (const hearth_array *const *)array, layout, operand));
    for (int i = 0; i < 2; i++) assert_all(!operand[i].made && operand[i].view[0].data == array[i]->piece[0].view.data);
    hearth_operands_release(2, operand);
    hearth_array_destroy(&array[0]);
    hearth_array_destroy(&array[1]);
    hearth_layout_destroy(&layout);
    hearth_layout_destroy(&plane);
    hearth_layout_destroy(&wall);
  }
  test_context_destroy(&ctx);
}

/* The layout of a result: the first operand of full shape decides, else the largest is extended. */
static void results_lie_as_operands_do(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t column[2] = {9, 1}, row[1] = {4}, table[2] = {9, 4}, three[1] = {3};
  hearth_layout *columns = NULL, *rows = NULL, *all = NULL, *other = NULL, *made = NULL;
  int32_t ndim = 0, equal = 0, kind = -1;
  int64_t shape[HEARTH_MAX_NDIM] = {0};
  assert_ok(hearth_layout_split(ctx, 2, column, 0, &columns));
  assert_ok(hearth_layout_split(ctx, 1, row, -1, &rows));
  assert_ok(hearth_layout_split(ctx, 2, table, 1, &all));
  assert_ok(hearth_layout_split(ctx, 1, three, 0, &other));
  hearth_array *array[4] = {new_array(rows, 0), new_array(columns, 0), new_array(all, 0), new_array(other, 0)};
  assert_ok(hearth_broadcast_shape(3, (const hearth_array *const *)array, &ndim, shape));
  assert_all(ndim == 2 && shape[0] == 9 && shape[1] == 4);
  assert_ok(hearth_broadcast_layout(3, (const hearth_array *const *)array, ndim, shape, &made));
  assert_all(made == all);
  hearth_layout_destroy(&made);
  assert_ok(hearth_broadcast_layout(2, (const hearth_array *const *)array, ndim, shape, &made));
  hearth_layout *split = NULL;
  assert_ok(hearth_layout_split(ctx, 2, table, 0, &split));
  assert_ok(hearth_layout_equal(made, split, &equal));
  assert_ok(hearth_layout_dim_kind(made, 1, &kind));
  assert_all(equal && kind == HEARTH_DIM_WHOLE);
  assert_status(HEARTH_ERR_MISMATCH, hearth_broadcast_shape(4, (const hearth_array *const *)array, &ndim, shape));
  for (int i = 0; i < 4; i++) hearth_array_destroy(&array[i]);
  hearth_layout *layouts[] = {columns, rows, all, other, made, split};
  for (int i = 0; i < 6; i++) hearth_layout_destroy(&layouts[i]);
  test_context_destroy(&ctx);
}

/* The host program's memory: on backends of their own space results are made beside it and copied back, on the others they are made in it. */
static void targets_in_host_memory(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    double memory[12];
    for (int i = 0; i < 12; i++) memory[i] = i;
    const hearth_window window = {memory, HEARTH_FLOAT64, 2, {3, 2}, {4 * sizeof(double), 2 * sizeof(double)}};
    const int64_t shape[2] = {3 * test_size, 2}, start[2] = {3 * test_rank, 0};
    hearth_array *wrapped = NULL;
    hearth_target target;
    assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &wrapped));
    for (int keep = 0; keep < 2; keep++) {
      assert_ok(hearth_target_open(wrapped, keep, &target));
      assert_all((target.made != NULL) == (backends[k] == HEARTH_BACKEND_GUARD));
      const hearth_view first = {.data = target.array->piece[0].view.data, .dtype = HEARTH_FLOAT64, .space = ctx->backend->space, .ndim = 1, .extent = {1}};
      if (!keep) assert_ok(ctx->backend->fill(ctx->queue, &target.array->piece[0].view, -1));
      assert_ok(ctx->backend->fill(ctx->queue, &first, 5 + keep));
      assert_ok(hearth_target_close(&target, HEARTH_OK));
      int wrong = memory[0] != 5 + keep;
      for (int i = 1; i < 12; i++) wrong += memory[i] != (i % 2 ? i : -1);
      assert_all(wrong == 0);
    }
    assert_ok(hearth_target_open(wrapped, true, &target));
    assert_all(hearth_target_close(&target, HEARTH_ERR_NUMERICAL) == HEARTH_ERR_NUMERICAL);
    hearth_array_destroy(&wrapped);
    test_context_destroy(&ctx);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(operands_of_every_shape),
    cmocka_unit_test(projections_are_used_in_place),
    cmocka_unit_test(results_lie_as_operands_do),
    cmocka_unit_test(targets_in_host_memory),
};
HEARTH_TEST_MAIN(tests)
