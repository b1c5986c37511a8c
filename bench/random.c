/* Random numbers beside the rate at which this machine's memory is written, in one process (OMP_NUM_THREADS threads): medians of several runs into an existing
 * array, and of one fresh result. Arguments: number of float64 elements (default 90,000,000). */
#include "core/context_impl.h"
#include "tensor/array_impl.h"
#include "timing.h"
#include <hearth/hearth.h>
#include <mpi.h>

static hearth_context *ctx;
static hearth_layout *layout;

static void check(hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void fill(void *array) {
  check(hearth_array_fill(array, 0.5));
}
static void uniform(void *array) {
  check(hearth_rand_into(array, 1));
}
static void normal(void *array) {
  check(hearth_randn_into(array, 1));
}
static void integers(void *array) {
  check(hearth_randint_into(array, 0, 1000, 1));
}
static void fresh_uniform(void *unused) {
  hearth_array *array = NULL;
  (void)unused;
  check(hearth_rand(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 1, &array));
  check(hearth_array_destroy(&array));
}
static void fresh_permutation(void *unused) {
  hearth_array *array = NULL;
  (void)unused;
  check(hearth_permutation(layout, 1, &array));
  check(hearth_array_destroy(&array));
}

static double row(const char *name, void (*work)(void *), hearth_array *array, int64_t n, int64_t size, double bound) {
  const double seconds = bench_median(7, work, array);
  printf("%-38s %8.1f ms %6.2f GB/s %6.2f ns/element   %5.2f x fill\n", name, 1e3 * seconds, 1e-9 * (double)(n * size) / seconds, 1e9 * seconds / (double)n,
         bound > 0 ? seconds / bound : 1.0);
  return seconds;
}

static void bench_type(int64_t n, int32_t dtype, const char *type) {
  const int64_t size = hearth_dtype_size((hearth_dtype)dtype);
  hearth_array *array = NULL;
  char name[64];
  check(hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, &array));
  snprintf(name, sizeof name, "fill, %s", type);
  const double bound = row(name, fill, array, n, size, 0);
  snprintf(name, sizeof name, "rand into existing, %s", type);
  row(name, uniform, array, n, size, bound);
  snprintf(name, sizeof name, "randn into existing, %s", type);
  row(name, normal, array, n, size, bound);
  check(hearth_array_destroy(&array));
}

/* Column-major: neighbours in memory are far apart in number. */
static void bench_column_major(int64_t n) {
  const int64_t shape[2] = {n / 1000, 1000};
  hearth_layout *matrix = NULL;
  hearth_array *array = NULL;
  check(hearth_layout_split(ctx, 2, shape, -1, &matrix));
  check(hearth_array_create(matrix, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &array));
  const double bound = row("fill, float64, column-major", fill, array, n, 8, 0);
  row("rand into existing, column-major", uniform, array, n, 8, bound);
  check(hearth_array_destroy(&array));
  hearth_layout_destroy(&matrix);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int64_t n = argc > 1 ? atoll(argv[1]) : 90000000;
  check(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  check(hearth_layout_split(ctx, 1, &n, -1, &layout));
  printf("backend %s, %d threads, %lld elements\n", hearth_context_backend(ctx), ctx->threads, (long long)n);
  bench_type(n, HEARTH_FLOAT64, "float64");
  bench_type(n, HEARTH_FLOAT32, "float32");
  bench_column_major(n);
  hearth_array *array = NULL;
  check(hearth_array_create(layout, HEARTH_INT32, HEARTH_ROW_MAJOR, &array));
  const double bound = row("fill, int32", fill, array, n, 4, 0);
  row("randint below 1000 into existing, int32", integers, array, n, 4, bound);
  check(hearth_array_destroy(&array));
  row("rand fresh, float64", fresh_uniform, NULL, n, 8, 0);
  row("permutation fresh, int64", fresh_permutation, NULL, n, 8, 0);
  hearth_layout_destroy(&layout);
  check(hearth_context_destroy(&ctx));
  MPI_Finalize();
}
