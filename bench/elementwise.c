/* Elementwise functions beside plain loops of the same traffic on this process's threads (OMP_NUM_THREADS), fresh results and existing ones. One rank.
 *   elementwise [millions of elements]; bench/compare/tensor.py has NumPy's and Heat's times. */
#include "timing.h"
#include <hearth/hearth.h>
#include <math.h>
#include <mpi.h>

enum { RUNS = 9 };

static hearth_context *ctx;
static hearth_layout *layout;
static int64_t n;

static void check(hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static hearth_array *array_of(int32_t dtype, double value) {
  hearth_array *array = NULL;
  check(hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, &array));
  check(hearth_array_fill(array, value));
  return array;
}

typedef struct work {
  hearth_array *a, *b, *target;
  int32_t op;
  float *x;
} work;

/* The bounds: loops with nothing around them. */
static void plain_in_place(void *user) {
  float *x = ((work *)user)->x;
#pragma omp parallel for simd schedule(static)
  for (int64_t i = 0; i < n; i++) x[i] = x[i] * 2 + 1;
}
static float sink;
static void plain_read(void *user) {
  const float *x = ((work *)user)->x;
  float sum = 0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
  for (int64_t i = 0; i < n; i++) sum += x[i];
  sink = sum;
}

static void scale_shift(void *user, int64_t count, const void *const *in, void *const *out) {
  const float *x = in[0];
  float *y = out[0];
  (void)user;
#pragma omp simd
  for (int64_t i = 0; i < count; i++) y[i] = x[i] * 2 + 1;
}
static void by_apply(void *user) {
  work *w = user;
  const hearth_array *in[] = {w->a};
  check(hearth_apply(scale_shift, NULL, 1, in, 1, &w->a));
}
static void by_chain(void *user) {
  const int32_t ops[] = {HEARTH_OP_MULTIPLY, HEARTH_OP_ADD};
  const double numbers[] = {2, 1};
  check(hearth_chain_scalars(((work *)user)->a, 2, ops, numbers, ((work *)user)->a));
}
static void by_chain_into(void *user) {
  const int32_t ops[] = {HEARTH_OP_MULTIPLY, HEARTH_OP_ADD};
  const double numbers[] = {2, 1};
  check(hearth_chain_scalars(((work *)user)->a, 2, ops, numbers, ((work *)user)->target));
}
static void by_two_calls(void *user) {
  hearth_array *a = ((work *)user)->a;
  check(hearth_binary_scalar_into(a, 2, HEARTH_OP_MULTIPLY, a));
  check(hearth_binary_scalar_into(a, 1, HEARTH_OP_ADD, a));
}
static void binary_into(void *user) {
  work *w = user;
  check(hearth_binary_into(w->a, w->b, w->op, w->target));
}
static void binary_fresh(void *user) {
  work *w = user;
  hearth_array *result = NULL;
  check(hearth_binary(w->a, w->b, w->op, &result));
  hearth_array_destroy(&result);
}
static void unary_into(void *user) {
  work *w = user;
  check(hearth_unary_into(w->a, w->op, w->target));
}
static void close_to(void *user) {
  work *w = user;
  int32_t answer;
  check(hearth_allclose(w->a, w->b, 1e-5, 1e-8, 0, &answer));
}

static void row(const char *name, double bytes, double bound, void (*function)(void *), work *w) {
  const double t = bench_median(RUNS, function, w);
  printf("%-44s %8.4f s  %6.1f GB/s", name, t, bytes / t / 1e9);
  if (bound > 0) printf("  %5.2f x bound", t / bound);
  printf("\n");
}

static void release(work *w) {
  hearth_array_destroy(&w->a);
  hearth_array_destroy(&w->b);
  hearth_array_destroy(&w->target);
}

static void of_type(int32_t dtype, double bytes_per_second) {
  const double bytes = (double)(n * hearth_dtype_size((hearth_dtype)dtype)), pass = bytes / bytes_per_second;
  char name[64];
  work w = {array_of(dtype, 1.5), array_of(dtype, 0.5), array_of(dtype, 0), HEARTH_OP_ADD, NULL};
#define ROW(text, passes, function)                                                                                                                            \
  (snprintf(name, sizeof name, "%s %s", hearth_dtype_name((hearth_dtype)dtype), text), row(name, (passes)*bytes, (passes)*pass, function, &w))
  ROW("a + b, existing result", 3, binary_into);
  ROW("a + b, fresh result", 3, binary_fresh);
  if (dtype == HEARTH_INT32) {
    release(&w);
    return;
  }
  w.op = HEARTH_OP_DIVIDE;
  ROW("a / b, existing result", 3, binary_into);
  w.op = HEARTH_OP_MAXIMUM;
  ROW("maximum(a, b), existing result", 3, binary_into);
  w.op = HEARTH_OP_POWER;
  ROW("power(a, b), existing result", 3, binary_into);
  w.op = HEARTH_OP_EXP;
  ROW("exp(a), existing result", 2, unary_into);
  w.op = HEARTH_OP_LOG;
  ROW("log(a), existing result", 2, unary_into);
  w.op = HEARTH_OP_SQRT;
  ROW("sqrt(a), existing result", 2, unary_into);
  ROW("allclose(a, b)", 2, close_to);
#undef ROW
  release(&w);
}

/* A row of numbers and a column of numbers broadcast over a table of 18 columns. */
static void broadcasts(double bytes_per_second) {
  const int64_t table[2] = {n / 18, 18}, line[1] = {18}, column[2] = {n / 18, 1};
  hearth_layout *tables = NULL, *lines = NULL, *columns = NULL;
  work w = {.op = HEARTH_OP_SUBTRACT};
  check(hearth_layout_split(ctx, 2, table, 0, &tables));
  check(hearth_layout_split(ctx, 1, line, -1, &lines));
  check(hearth_layout_split(ctx, 2, column, 0, &columns));
  check(hearth_array_create(tables, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &w.a));
  check(hearth_array_fill(w.a, 1));
  w.target = w.a;
  const double bytes = 4.0 * (double)(table[0] * 18);
  check(hearth_array_create(lines, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &w.b));
  check(hearth_array_fill(w.b, 1));
  row("table of 18 columns - row, in place", 2 * bytes, 2 * bytes / bytes_per_second, binary_into, &w);
  hearth_array_destroy(&w.b);
  check(hearth_array_create(columns, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &w.b));
  check(hearth_array_fill(w.b, 1));
  row("table of 18 columns - column, in place", 2 * bytes, 2 * bytes / bytes_per_second, binary_into, &w);
  hearth_array_destroy(&w.b);
  hearth_array_destroy(&w.a);
  hearth_layout_destroy(&tables);
  hearth_layout_destroy(&lines);
  hearth_layout_destroy(&columns);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  check(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  n = (argc > 1 ? atoll(argv[1]) : 90) * 1000000;
  check(hearth_layout_split(ctx, 1, &n, 0, &layout));
  work w = {array_of(HEARTH_FLOAT32, 1), NULL, array_of(HEARTH_FLOAT32, 1), 0, NULL};
  hearth_window window;
  check(hearth_array_access(w.a, 0, HEARTH_READ_WRITE, &window));
  w.x = window.base;
  const double bytes = 4.0 * (double)n, bound = bench_median(RUNS, plain_in_place, &w), read = bench_median(RUNS, plain_read, &w);
  check(hearth_array_release(w.a, 0));
  printf("%lld M elements, %s backend\n", (long long)(n / 1000000), hearth_context_backend(ctx));
  printf("%-44s %8.4f s  %6.1f GB/s\n", "plain loop x * 2 + 1 in place (the bound)", bound, 2 * bytes / bound / 1e9);
  printf("%-44s %8.4f s  %6.1f GB/s\n", "plain loop sum(x)", read, bytes / read / 1e9);
  row("float32 x * 2 + 1 in place, hearth_apply", 2 * bytes, bound, by_apply, &w);
  row("float32 x * 2 + 1 in place, hearth_chain", 2 * bytes, bound, by_chain, &w);
  row("float32 x * 2 + 1 in place, two calls", 4 * bytes, bound, by_two_calls, &w);
  row("float32 x * 2 + 1 into another, hearth_chain", 2 * bytes, bound, by_chain_into, &w);
  hearth_array_destroy(&w.a);
  hearth_array_destroy(&w.target);
  broadcasts(2 * bytes / bound);
  of_type(HEARTH_FLOAT32, 2 * bytes / bound);
  of_type(HEARTH_FLOAT64, 2 * bytes / bound);
  of_type(HEARTH_INT32, 2 * bytes / bound);
  hearth_layout_destroy(&layout);
  check(hearth_context_destroy(&ctx));
  MPI_Finalize();
}
