#include "conformance.h"
#include "layout_table.h"
#include "tensor/layout_impl.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

typedef struct conf_shape {
  int32_t ndim;
  int64_t extent[3];
} conf_shape;
/* More ranks than rows somewhere, extents of 1, an empty array. */
/* The last one is empty. */
static const conf_shape shapes[] = {{1, {13}}, {2, {7, 6}}, {3, {3, 1, 5}}, {2, {0, 4}}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

whole whole_make(int32_t dtype, int32_t ndim, const int64_t *shape) {
  whole w = {.dtype = dtype, .space = HEARTH_SPACE_HOST, .ndim = ndim};
  int64_t step = hearth_dtype_size(dtype);
  for (int32_t d = ndim - 1; d >= 0; d--) {
    w.extent[d] = shape[d];
    w.stride[d] = step;
    step *= shape[d];
  }
  w.data = malloc((size_t)(step > 0 ? step : 1));
  return w;
}

void whole_free(whole *w) {
  free(w->data);
  w->data = NULL;
}

static void index_of(const whole *w, int64_t i, int64_t *index) {
  for (int32_t d = w->ndim - 1; d >= 0; d--) {
    index[d] = i % w->extent[d];
    i /= w->extent[d];
  }
}

value whole_get(const whole *w, int64_t i) {
  int64_t index[HEARTH_MAX_NDIM] = {0};
  index_of(w, i, index);
  return get(w, index);
}

void whole_set(const whole *w, int64_t i, value x) {
  int64_t index[HEARTH_MAX_NDIM] = {0};
  index_of(w, i, index);
  put(w, index, x);
}

void whole_set_real(const whole *w, int64_t i, double x) {
  whole_set(w, i, (value){0, 0, x, 0});
}

whole whole_reduced(const whole *w, int32_t axis, int32_t dtype) {
  int64_t shape[HEARTH_MAX_NDIM] = {1};
  int32_t n = 0;
  for (int32_t d = 0; axis >= 0 && d < w->ndim; d++)
    if (d != axis) shape[n++] = w->extent[d];
  return whole_make(dtype, n > 0 ? n : 1, shape);
}

int64_t whole_kept(const whole *w, int32_t axis, int64_t i, int64_t *along) {
  int64_t index[HEARTH_MAX_NDIM] = {0}, kept = 0;
  *along = i;
  if (axis < 0) return 0;
  index_of(w, i, index);
  *along = index[axis];
  for (int32_t d = 0; d < w->ndim; d++)
    if (d != axis) kept = kept * w->extent[d] + index[d];
  return kept;
}

/* Values that every dtype holds: for bool 0 and 1, else small numbers, with quarters where there are fractions; some are equal. */
static whole input_make(int32_t dtype, const conf_shape *shape, int number) {
  whole w = whole_make(dtype, shape->ndim, shape->extent);
  const bool integer = is_integer_type(dtype), is_unsigned = dtype == HEARTH_BOOL || dtype == HEARTH_UINT8;
  for (int64_t i = 0; i < elements_of(&w); i++) {
    const int64_t k = (i * 7 + number * 5 + 3) % 23 - (is_unsigned ? 0 : 9);
    value x = {integer, dtype == HEARTH_BOOL ? k % 2 : k, integer ? 0 : 0.25 * (double)k, 0};
    if (dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128) x.im = 0.5 * (double)((i * 3 + number) % 7 - 3) + 0.125;
    whole_set(&w, i, x);
  }
  return w;
}

/* The global indices of a piece's local ones, per dimension. */
typedef struct piece_map {
  int64_t *global[HEARTH_MAX_NDIM];
} piece_map;

static piece_map map_make(const hearth_layout *layout, int32_t piece) {
  piece_map map = {{NULL}};
  for (int32_t d = 0; d < layout->ndim; d++) {
    hearth_runs runs;
    map.global[d] = calloc((size_t)hearth_layout_piece_extent(layout, piece, d) + 1, sizeof(int64_t));
    assert_int_equal(hearth_layout_piece_runs(layout, piece, d, &runs), HEARTH_OK);
    for (int64_t r = 0; r < runs.n; r++)
      for (int64_t i = 0; i < runs.run[r].count; i++) map.global[d][runs.run[r].local + i] = runs.run[r].global + i;
    hearth_runs_free(layout->ctx, &runs);
  }
  return map;
}

static void map_free(piece_map *map) {
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) free(map->global[d]);
}

/* Calls visit(element in the window, element of the whole, user) for all elements of this rank; returns their number. */
typedef void (*piece_visit)(const hearth_view *window, const int64_t *local, const whole *w, const int64_t *global, void *user);

static int64_t visit_pieces(hearth_array *array, int32_t access, const whole *w, piece_visit visit, void *user) {
  int64_t visited = 0;
  for (int32_t p = 0; p < array->npieces; p++) {
    hearth_window window;
    assert_int_equal(hearth_array_access(array, p, access, &window), HEARTH_OK);
    hearth_view view = {.data = window.base, .dtype = window.dtype, .ndim = window.ndim};
    memcpy(view.extent, window.extent, sizeof view.extent);
    memcpy(view.stride, window.stride, sizeof view.stride);
    piece_map map = map_make(array->layout, p);
    FOR_ELEMENTS(&view, local) {
      int64_t global[HEARTH_MAX_NDIM];
      for (int32_t d = 0; d < view.ndim; d++) global[d] = map.global[d][local[d]];
      visit(&view, local, w, global, user);
      visited++;
    }
    map_free(&map);
    assert_int_equal(hearth_array_release(array, p), HEARTH_OK);
  }
  return visited;
}

static void write_one(const hearth_view *window, const int64_t *local, const whole *w, const int64_t *global, void *user) {
  (void)user;
  put(window, local, get(w, global));
}

typedef struct difference {
  double tolerance;
  int64_t count;
  int64_t at[HEARTH_MAX_NDIM];
  value found, expected;
} difference;

static double epsilon_of(int32_t dtype) {
  if (dtype == HEARTH_FLOAT16) return ldexp(1, -10);
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64 ? FLT_EPSILON : DBL_EPSILON;
}

static bool near(double a, double b, double scale, double tolerance) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  return a == b || fabs(a - b) <= tolerance * fmax(scale, DBL_MIN);
}

static void compare_one(const hearth_view *window, const int64_t *local, const whole *w, const int64_t *global, void *user) {
  difference *d = user;
  const value a = get(window, local), b = get(w, global);
  const double scale = hypot(b.re, b.im), tolerance = d->tolerance * epsilon_of(w->dtype);
  if (a.integer ? a.i == b.i : near(a.re, b.re, scale, tolerance) && near(a.im, b.im, scale, tolerance)) return;
  if (d->count++ > 0) return;
  memcpy(d->at, global, sizeof d->at);
  d->found = a;
  d->expected = b;
}

static void describe(const conf_call *call, const char *where, const char *what) {
  fprintf(stderr, "[rank %d] %s, axis %d, of %s: %s: %s\n", test_rank, call->function->name, call->axis, hearth_dtype_name((hearth_dtype)call->all[0].dtype),
          where, what);
}

static bool right_form(const conf_call *call, const char *where, const hearth_array *result, const whole *expected) {
  char text[160];
  bool right = result->dtype == expected->dtype && result->layout->ndim == expected->ndim;
  for (int32_t d = 0; right && d < expected->ndim; d++) right = result->layout->shape[d] == expected->extent[d];
  if (right) return true;
  snprintf(text, sizeof text, "%s of %d dimensions, first extent %lld; expected %s of %d, %lld", hearth_dtype_name((hearth_dtype)result->dtype),
           result->layout->ndim, (long long)result->layout->shape[0], hearth_dtype_name((hearth_dtype)expected->dtype), expected->ndim,
           (long long)expected->extent[0]);
  describe(call, where, text);
  return false;
}

/* Every element is on some rank, once but for replicas; all that is here is right. */
static bool right_values(const conf_call *call, const char *where, hearth_array *result, const whole *expected) {
  difference d = {.tolerance = call->function->tolerance};
  const int64_t mine = visit_pieces(result, HEARTH_READ, expected, compare_one, &d);
  int64_t all = hearth_layout_is_primary(result->layout, test_rank) ? mine : 0;
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  char text[200];
  if (all != elements_of(expected)) {
    snprintf(text, sizeof text, "the ranks hold %lld elements of %lld", (long long)all, (long long)elements_of(expected));
    describe(call, where, text);
    return false;
  }
  if (d.count == 0) return true;
  snprintf(text, sizeof text, "%lld of %lld elements wrong; [%d,%d,%d] is %.17g%+.17gi (%lld), not %.17g%+.17gi (%lld)", (long long)d.count, (long long)mine,
           (int)d.at[0], (int)d.at[1], (int)d.at[2], d.found.re, d.found.im, (long long)d.found.i, d.expected.re, d.expected.im, (long long)d.expected.i);
  describe(call, where, text);
  return false;
}

/* Whether the operands are what they were. */
static bool untouched(const conf_call *call, const char *where) {
  for (int k = 0; k < CONF_INPUTS; k++) {
    difference d = {0};
    visit_pieces(call->in[k], HEARTH_READ, &call->all[k], compare_one, &d);
    if (d.count == 0) continue;
    describe(call, where, "an operand was changed");
    return false;
  }
  return true;
}

static bool check_call(const conf_call *call, const char *where) {
  const conf_function *f = call->function;
  hearth_array *result = NULL;
  const hearth_status status = f->run(call, &result);
  bool right = true;
  if (!(f->dtypes & CONF_BIT(call->all[0].dtype))) {
    right = status == HEARTH_ERR_UNSUPPORTED && !result;
    if (!right) describe(call, where, status == HEARTH_OK ? "is not refused" : "is refused with another status than UNSUPPORTED");
  } else if (status != HEARTH_OK) {
    char text[512];
    hearth_last_error(call->in[0]->ctx, NULL, NULL, text, sizeof text);
    describe(call, where, text);
    right = false;
  } else {
    whole expected = f->expect(call);
    right = right_form(call, where, result, &expected) && right_values(call, where, result, &expected);
    whole_free(&expected);
  }
  hearth_array_destroy(&result);
  return untouched(call, where) && right;
}

static bool check_function(conf_call *call, const char *where) {
  const int32_t first = call->function->axes == 2 ? 0 : -1, last = call->function->axes == 0 ? -1 : call->all[0].ndim - 1;
  for (call->axis = first; call->axis <= last; call->axis++)
    if (!check_call(call, where)) return false;
  return true;
}

static hearth_array *scatter(const hearth_layout *layout, const whole *w, int32_t order) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, w->dtype, order, &array));
  visit_pieces(array, HEARTH_WRITE, w, write_one, NULL);
  return array;
}

/* All functions of the table on one layout and dtype; the second and the third operand lie otherwise where `mixed`. */
static void check_operands(hearth_context *ctx, const conf_function *functions, size_t n, const conf_shape *shape, int kind, int32_t dtype) {
  conf_call call = {0};
  char where[160];
  snprintf(where, sizeof where, "backend %s, layout %d, shape [%d,%d,%d] of %d", hearth_context_backend(ctx), kind, (int)shape->extent[0],
           (int)shape->extent[1], (int)shape->extent[2], shape->ndim);
  for (int k = 0; k < CONF_INPUTS; k++) {
    hearth_layout *layout = table_layout(ctx, k == 0 ? kind : (kind + 3 * k) % TABLE_KINDS, shape->ndim, shape->extent);
    call.all[k] = input_make(dtype, shape, k);
    call.in[k] = scatter(layout, &call.all[k], (kind + k) % 2 ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR);
    hearth_layout_destroy(&layout);
  }
  bool right = true;
  for (size_t f = 0; right && f < n; f++) {
    call.function = &functions[f];
    right = check_function(&call, where);
  }
  for (int k = 0; k < CONF_INPUTS; k++) {
    hearth_array_destroy(&call.in[k]);
    whole_free(&call.all[k]);
  }
  assert_all(right);
}

void conf_run(const conf_function *functions, size_t n, bool empty) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int s = 0; s < (empty ? SHAPES : SHAPES - 1); s++)
      for (int kind = 0; kind < TABLE_KINDS; kind++)
        for (int32_t dtype = HEARTH_BOOL; dtype <= HEARTH_COMPLEX128; dtype++) {
          if (s > 0 && (kind + dtype + (int)b) % 3 != s % 3 && kind % 4 != s)
            continue; /* all layouts and dtypes in one dimension, samples of their pairs in more */
          check_operands(ctx, functions, n, &shapes[s], kind, dtype);
        }
    test_context_destroy(&ctx);
  }
}
