/* New shapes for the same elements: in place where that can be, else through flat ranges; every layout, on every backend. */
#include "expected.h"
#include "layout_table.h"

typedef struct shapes {
  int32_t from_ndim, to_ndim;
  int64_t from[4], to[4];
} shapes;
static const shapes cases[] = {
    {2, 1, {6, 4}, {24}},       {1, 2, {24}, {4, 6}},         {2, 2, {6, 4}, {4, 6}},          {2, 2, {6, 4}, {3, -1}},    {3, 2, {5, 2, 6}, {5, 12}},
    {3, 2, {5, 2, 6}, {10, 6}}, {2, 4, {7, 6}, {7, 1, 2, 3}}, {3, 3, {4, 3, 2}, {2, 3, 4}},    {4, 1, {1, 5, 1, 3}, {-1}}, {2, 3, {1, 12}, {3, 1, 4}},
    {2, 3, {4, 0}, {0, 3, 7}},  {1, 1, {13}, {13}},           {3, 4, {8, 3, 5}, {2, 4, 3, 5}}, {2, 1, {1, 1}, {1}},        {1, 3, {1}, {1, 1, 1}}};
enum { CASES = sizeof cases / sizeof *cases };

/* Element `global` of the new shape is the element of the same row-major number. */
typedef struct renumbering {
  const shapes *shapes;
  const int64_t *to; /* complete */
} renumbering;

static double renumbered_value(const void *user, int32_t ndim, const int64_t *global) {
  const renumbering *r = user;
  int64_t number = 0, at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) number = number * r->to[d] + global[d];
  for (int32_t d = r->shapes->from_ndim - 1; d >= 0; d--) {
    at[d] = number % r->shapes->from[d];
    number /= r->shapes->from[d];
  }
  return value_at(r->shapes->from_ndim, at);
}

static void complete(const shapes *s, int64_t *to) {
  int64_t elements = 1, given = 1;
  for (int32_t d = 0; d < s->from_ndim; d++) elements *= s->from[d];
  for (int32_t d = 0; d < s->to_ndim; d++) given *= s->to[d] < 0 ? 1 : s->to[d];
  for (int32_t d = 0; d < s->to_ndim; d++) to[d] = s->to[d] < 0 ? elements / given : s->to[d];
}

static void check_reshape(hearth_context *ctx, int kind, const shapes *s, int32_t order) {
  int64_t to[4];
  hearth_layout *layout = table_layout(ctx, kind, s->from_ndim, s->from);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, order), *result = NULL;
  const renumbering r = {s, to};
  complete(s, to);
  assert_ok(hearth_reshape(a, s->to_ndim, s->to, &result));
  assert_all(expected_holds(a, s->from_ndim, s->from, expected_value, NULL));
  hearth_array_destroy(&a);
  assert_all(expected_holds(result, s->to_ndim, to, renumbered_value, &r));
  hearth_array_destroy(&result);
  hearth_layout_destroy(&layout);
}

static void shapes_of_every_layout(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int k = 0; k < CASES; k++) check_reshape(ctx, kind, &cases[k], (kind + k) % 2);
    test_context_destroy(&ctx);
  }
}

/* Rows that stay whole are not moved: what is written through the result is seen in the array. */
static void reshapes_that_are_views(void **state) {
  (void)state;
  static const struct {
    int kind;
    shapes shapes;
  } views[] = {{TABLE_SPLIT_FIRST, {2, 1, {6, 4}, {24}}},      {TABLE_SPLIT_FIRST, {3, 2, {6, 4, 2}, {6, 8}}}, {TABLE_SPLIT_FIRST, {2, 3, {6, 4}, {6, 2, 2}}},
               {TABLE_SPLIT_LAST, {3, 2, {3, 4, 6}, {12, 6}}}, {TABLE_REPLICATED, {2, 2, {6, 4}, {4, 6}}},     {TABLE_CYCLIC_1, {2, 1, {6, 4}, {24}}},
               {TABLE_CUTS_FRONT, {2, 1, {7, 5}, {35}}},       {TABLE_PERMUTED, {3, 3, {5, 4, 3}, {5, 1, 12}}}};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (size_t k = 0; k < sizeof views / sizeof *views; k++) {
    const shapes *s = &views[k].shapes;
    hearth_layout *layout = table_layout(ctx, views[k].kind, s->from_ndim, s->from);
    hearth_array *a = expected_array(layout, HEARTH_INT32, HEARTH_ROW_MAJOR), *result = NULL;
    int32_t view = 0;
    int64_t collectives, messages, before, after, bytes;
    assert_ok(hearth_context_traffic(ctx, &collectives, &before, &bytes));
    assert_ok(hearth_reshape(a, s->to_ndim, s->to, &result));
    assert_ok(hearth_context_traffic(ctx, &collectives, &after, &bytes));
    messages = after - before;
    assert_ok(hearth_array_is_view(result, &view));
    if (views[k].kind != TABLE_PERMUTED || test_size != 4) assert_all(view == 1 && messages == 0);
    hearth_array_destroy(&a);
    const renumbering r = {s, s->to};
    assert_all(expected_holds(result, s->to_ndim, s->to, renumbered_value, &r));
    hearth_array_destroy(&result);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

static void raveling(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  const shapes s = {3, 1, {3, 5, 2}, {30}}, none = {2, 1, {3, 0}, {0}};
  const renumbering r = {&s, s.to}, n = {&none, none.to};
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 3, s.from), *empty = table_layout(ctx, kind, 2, none.from);
    hearth_array *a = expected_array(layout, HEARTH_UINT8, 1), *b = expected_array(empty, HEARTH_UINT8, 0), *flat = NULL, *turned = NULL;
    assert_ok(hearth_ravel(a, &flat));
    assert_all(expected_holds(flat, 1, s.to, renumbered_value, &r));
    hearth_array_destroy(&flat);
    assert_ok(hearth_flip(a, 1, &turned)); /* strides that do not merge */
    assert_ok(hearth_ravel(turned, &flat));
    assert_all(flat->layout->shape[0] == 30);
    hearth_array_destroy(&flat);
    assert_ok(hearth_ravel(b, &flat));
    assert_all(expected_holds(flat, 1, none.to, renumbered_value, &n));
    hearth_array_destroy(&a);
    hearth_array_destroy(&b);
    hearth_array_destroy(&flat);
    hearth_array_destroy(&turned);
    hearth_layout_destroy(&layout);
    hearth_layout_destroy(&empty);
  }
  test_context_destroy(&ctx);
}

static void bad_shapes(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t extent[2] = {6, 4};
  char message[512];
  int32_t code, rank;
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_LAST, 2, extent);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *result = a;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(NULL, 1, (int64_t[]){24}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){5, 5}, &result));
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  assert_all(result == NULL && strstr(message, "(6, 4)") && strstr(message, "(5, 5)"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){-1, 5}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){-1, -1}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){-1, 0}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){-2, -12}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 0, (int64_t[]){24}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 2, (int64_t[]){(int64_t)1 << 61, (int64_t)1 << 61}, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 1, NULL, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reshape(a, 1, (int64_t[]){24}, NULL));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_reshape(a, 2, test_rank ? (int64_t[]){2, 12} : (int64_t[]){12, 2}, &result));
  hearth_array_destroy(&a);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(shapes_of_every_layout), cmocka_unit_test(reshapes_that_are_views), cmocka_unit_test(raveling),
                                          cmocka_unit_test(bad_shapes)};
HEARTH_TEST_MAIN(tests)
