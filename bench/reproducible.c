/* Reproducible sums and Gram matrices beside plain ones in the same run. */
#include "timing.h"
#include <hearth/hearth.h>

enum { TERMS = 90000000 };

typedef struct work {
  hearth_context *ctx;
  hearth_array *a, *b;
  int64_t n;
  const double *values;
  double sum;
  int32_t axis;
} work;

static void check(hearth_context *ctx, hearth_status status) {
  char message[500];
  int32_t last, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &last, &rank, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  exit(1);
}

/* The bound: what the compiler makes of a loop with lanes enough. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static double plain_part(int64_t n, const double *x) {
  double lane[64] = {0}, sum = 0.0;
  for (int64_t i = 0; i + 64 <= n; i += 64)
    for (int l = 0; l < 64; l++) lane[l] += x[i + l];
  for (int l = 0; l < 64; l++) sum += lane[l];
  return sum;
}

static void plain_sum(void *user) {
  work *w = user;
  double sum = 0.0;
#pragma omp parallel for reduction(+ : sum) schedule(static)
  for (int part = 0; part < 2; part++) sum += plain_part(w->n / 2, w->values + part * (w->n / 2));
  w->sum = sum;
}

static void host_sum(void *user) {
  work *w = user;
  check(w->ctx, hearth_reproducible_sum(w->ctx, w->n, 1, w->values, &w->sum));
}

static void array_sum(void *user) {
  work *w = user;
  hearth_array *sum = NULL;
  check(w->ctx, hearth_sum(w->a, w->axis >= 0, &w->axis, NULL, &sum));
  hearth_array_destroy(&sum);
}

static void array_std(void *user) {
  work *w = user;
  hearth_array *result = NULL;
  check(w->ctx, hearth_std(w->a, w->axis >= 0, &w->axis, NULL, &result));
  hearth_array_destroy(&result);
}

static void array_dot(void *user) {
  work *w = user;
  hearth_array *dot = NULL;
  check(w->ctx, hearth_vdot(w->a, w->b, &dot));
  hearth_array_destroy(&dot);
}

static void array_gram(void *user) {
  work *w = user;
  hearth_array *gram = NULL;
  check(w->ctx, hearth_gram(w->a, w->axis, &gram));
  hearth_array_destroy(&gram);
}

static hearth_context *make_context(int reduction) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  hearth_context *ctx = NULL;
  options.reduction = reduction;
  if (hearth_context_create(MPI_COMM_WORLD, &options, &ctx) != HEARTH_OK) exit(1);
  return ctx;
}

static hearth_array *make_array(hearth_context *ctx, int64_t rows, int64_t columns, int32_t dtype) {
  const int64_t shape[2] = {rows, columns};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  check(ctx, hearth_layout_split(ctx, 2, shape, 1, &layout));
  check(ctx, hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, &array));
  check(ctx, hearth_array_access(array, 0, HEARTH_WRITE, &window));
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < window.extent[0] * window.extent[1]; i++) {
    const double x = (double)((i * 7919 + 104729) % 200003) / 100001.0 - 1.0;
    if (dtype == HEARTH_FLOAT64)
      ((double *)window.base)[i] = x;
    else
      ((float *)window.base)[i] = (float)x;
  }
  check(ctx, hearth_array_release(array, 0));
  hearth_layout_destroy(&layout);
  return array;
}

/* One line per mode; the ratio is to the bound given, or to the first. */
static void compare(const char *what, int runs, void (*function)(void *), int64_t rows, int64_t columns, int32_t dtype, int32_t axis, double bound) {
  for (int reduction = 0; reduction < 2; reduction++) {
    hearth_context *ctx = make_context(reduction);
    work w = {.ctx = ctx, .axis = axis, .a = make_array(ctx, rows, columns, dtype)};
    w.b = w.a;
    const double seconds = bench_median(runs, function, &w);
    if (reduction == 0 && bound == 0.0) bound = seconds;
    printf("%-34s %-13s %8.4f s  %5.2f x\n", what, reduction ? "reproducible" : "fast", seconds, seconds / bound);
    fflush(stdout);
    hearth_array_destroy(&w.a);
    hearth_context_destroy(&ctx);
  }
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  hearth_context *ctx = make_context(HEARTH_REDUCTION_FAST);
  hearth_array *array = make_array(ctx, 1, TERMS, HEARTH_FLOAT64);
  hearth_window window;
  check(ctx, hearth_array_access(array, 0, HEARTH_READ, &window));
  work w = {.ctx = ctx, .n = TERMS, .values = window.base};
  const double plain = bench_median(9, plain_sum, &w), exact = bench_median(9, host_sum, &w);
  printf("sum of 90 M float64: plain loop    %8.4f s (%.1f GB/s), reproducible %8.4f s, %.2f x\n", plain, 8e-9 * TERMS / plain, exact, exact / plain);
  check(ctx, hearth_array_release(array, 0));
  hearth_array_destroy(&array);
  hearth_context_destroy(&ctx);
  compare("sum, 90 M float64", 9, array_sum, 1, TERMS, HEARTH_FLOAT64, -1, plain);
  compare("sum, 90 M float32", 9, array_sum, 1, TERMS, HEARTH_FLOAT32, -1, plain / 2);
  compare("sum over axis 0, 5 M x 18 float64", 9, array_sum, TERMS / 18, 18, HEARTH_FLOAT64, 0, plain);
  compare("sum over axis 0, 100 x 900,000", 5, array_sum, 100, TERMS / 100, HEARTH_FLOAT64, 0, plain);
  compare("sum over axis 1, 5 M x 18 float64", 3, array_sum, TERMS / 18, 18, HEARTH_FLOAT64, 1, plain);
  compare("std over axis 0, 5 M x 18 float32", 9, array_std, TERMS / 18, 18, HEARTH_FLOAT32, 0, plain / 2);
  compare("vdot, 90 M float64 with itself", 9, array_dot, 1, TERMS, HEARTH_FLOAT64, -1, plain);
  compare("Gram, 819 x 200,000 float64", 3, array_gram, 819, 200000, HEARTH_FLOAT64, 0, 0.0);
  compare("Gram, 256 x 500,000 float64", 3, array_gram, 256, 500000, HEARTH_FLOAT64, 0, 0.0);
  compare("Gram, 500,000 x 256 float64", 3, array_gram, 500000, 256, HEARTH_FLOAT64, 1, 0.0);
  compare("Gram, 256 x 500,000 float32", 3, array_gram, 256, 500000, HEARTH_FLOAT32, 0, 0.0);
  MPI_Finalize();
  return 0;
}
