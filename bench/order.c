/* Order statistics beside their bounds: milliseconds, medians, on the ranks and threads it is started with (mpirun -n, OMP_NUM_THREADS). The bound of sorting
 * is what the passes of a radix sort move, of the rest one reading of the operand, both at the rate of memory measured here. */
#include "timing.h"
#include <hearth/hearth.h>
#include <mpi.h>
#include <stdint.h>

static hearth_context *ctx;
static int rank;

static void check(hearth_status status) {
  char message[512];
  int32_t code, where;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &where, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

/* Uniform numbers in -1 .. 1, or of a normal kind (sum of four). */
static hearth_array *numbers(int32_t ndim, const int64_t *shape, int32_t dtype) {
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  check(hearth_layout_split(ctx, ndim, shape, 0, &layout));
  check(hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, &array));
  check(hearth_array_access(array, 0, HEARTH_WRITE, &w));
  int64_t n = 1;
  for (int32_t d = 0; d < ndim; d++) n *= w.extent[d];
  uint64_t state = 88172645463325252u + (uint64_t)rank * 7919;
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      sum += (double)(int64_t)(state >> 33) / 1073741824.0 - 1.0;
    }
    dtype == HEARTH_FLOAT32 ? (((float *)w.base)[i] = (float)sum) : (((double *)w.base)[i] = sum);
  }
  check(hearth_array_release(array, 0));
  hearth_layout_destroy(&layout);
  return array;
}

typedef struct task {
  hearth_array *a, *b, *result;
  int64_t k;
} task;

static void sort_fresh(void *user) {
  task *t = user;
  check(hearth_sort(t->a, 0, 0, &t->result));
  hearth_array_destroy(&t->result);
}
static void sort_existing(void *user) {
  task *t = user;
  check(hearth_sort_into(t->a, 0, 0, t->b));
}
static void argsort(void *user) {
  task *t = user;
  check(hearth_argsort(t->a, 0, 0, &t->result));
  hearth_array_destroy(&t->result);
}
static void topk(void *user) {
  task *t = user;
  hearth_array *values = NULL;
  check(hearth_topk(t->a, t->k, 0, 1, &values, &t->result));
  hearth_array_destroy(&values);
  hearth_array_destroy(&t->result);
}
static void unique(void *user) {
  task *t = user;
  check(hearth_unique(t->a, &t->result));
  hearth_array_destroy(&t->result);
}
static void median(void *user) {
  task *t = user;
  const int32_t axis = 0;
  check(hearth_median(t->a, 1, &axis, NULL, &t->result));
  hearth_array_destroy(&t->result);
}
static void percentiles(void *user) {
  task *t = user;
  const int32_t axis = 0;
  const double q[5] = {5, 25, 50, 75, 95};
  check(hearth_percentile(t->a, 5, q, 1, &axis, HEARTH_QUANTILE_LINEAR, NULL, &t->result));
  hearth_array_destroy(&t->result);
}
static void histogram(void *user) {
  task *t = user;
  hearth_array *edges = NULL;
  check(hearth_histogram(t->a, t->k, -4, 4, NULL, &t->result, &edges));
  hearth_array_destroy(&edges);
  hearth_array_destroy(&t->result);
}

static double seconds_of(void (*work)(void *), task *t) {
  MPI_Barrier(MPI_COMM_WORLD);
  return bench_median(7, work, t);
}

static void row(const char *name, double seconds, double bytes, double rate) {
  if (rank == 0) printf("%-58s %9.1f ms   bound %7.1f ms\n", name, 1e3 * seconds, 1e3 * bytes / rate);
  fflush(stdout);
}

/* Bytes per second that all ranks and threads read together. */
static double read_rate(void) {
  const int64_t n = 1 << 25;
  double *x = malloc((size_t)n * sizeof *x), sum = 0, best = 1e30, all;
  for (int64_t i = 0; i < n; i++) x[i] = 1;
  for (int run = 0; run < 3; run++) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = bench_now();
#pragma omp parallel for simd reduction(+ : sum)
    for (int64_t i = 0; i < n; ++i) sum += x[i];
    if (bench_now() - start < best) best = bench_now() - start;
  }
  free(x);
  double rate = sum < 0 ? 0 : 8.0 * (double)n / best;
  MPI_Allreduce(&rate, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

static void sorting(int32_t dtype, const char *type, double rate) {
  const int64_t n = 10000000;
  const double size = (double)hearth_dtype_size((hearth_dtype)dtype), passes = dtype == HEARTH_FLOAT32 ? 3 : 6, all = (double)n;
  task t = {.a = numbers(1, &n, dtype), .b = numbers(1, &n, dtype)};
  char name[96];
  snprintf(name, sizeof name, "sort 10 M %s, fresh", type);
  row(name, seconds_of(sort_fresh, &t), all * size * (4 * passes + 5), rate);
  snprintf(name, sizeof name, "sort 10 M %s, existing", type);
  row(name, seconds_of(sort_existing, &t), all * size * (4 * passes + 5), rate);
  snprintf(name, sizeof name, "argsort 10 M %s", type);
  row(name, seconds_of(argsort, &t), all * size * 2 * (4 * passes + 5), rate);
  t.k = 100;
  snprintf(name, sizeof name, "topk 100 of 10 M %s", type);
  row(name, seconds_of(topk, &t), all * size, rate);
  t.k = 1000;
  snprintf(name, sizeof name, "histogram 1000 bins, 10 M %s", type);
  row(name, seconds_of(histogram, &t), all * size, rate);
  snprintf(name, sizeof name, "unique 10 M %s", type);
  row(name, seconds_of(unique, &t), all * size * (4 * passes + 5), rate);
  hearth_array_destroy(&t.a);
  hearth_array_destroy(&t.b);
}

static void selecting(int32_t dtype, const char *type, int64_t rows, int64_t columns, double rate) {
  const int64_t shape[2] = {rows, columns};
  const double bytes = (double)(rows * columns * hearth_dtype_size((hearth_dtype)dtype));
  task t = {.a = numbers(2, shape, dtype)};
  char name[96];
  snprintf(name, sizeof name, "median per column, %lld x %lld %s", (long long)rows, (long long)columns, type);
  row(name, seconds_of(median, &t), bytes, rate);
  snprintf(name, sizeof name, "5 percentiles per column, %lld x %lld %s", (long long)rows, (long long)columns, type);
  row(name, seconds_of(percentiles, &t), bytes, rate);
  hearth_array_destroy(&t.a);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  check(hearth_context_create(MPI_COMM_WORLD, &options, &ctx));
  const double rate = read_rate();
  if (rank == 0) printf("read %.1f GB/s\n", rate / 1e9);
  sorting(HEARTH_FLOAT32, "float32", rate);
  sorting(HEARTH_FLOAT64, "float64", rate);
  selecting(HEARTH_FLOAT32, "float32", 1000000, 18, rate);
  selecting(HEARTH_FLOAT64, "float64", 1000000, 18, rate);
  selecting(HEARTH_FLOAT32, "float32", 200, 90000, rate);
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return 0;
}
