/* Reductions beside a plain read of the same bytes, on this process's threads (OMP_NUM_THREADS) and ranks. Results are small: there is nothing to gain from
 * making them in place, so there is one row for each. bench/compare/tensor.py has the same with NumPy. */
#include "timing.h"
#include <hearth/hearth.h>
#include <mpi.h>

static hearth_context *ctx;

static void check(hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

typedef hearth_status (*reduce_function)(const hearth_array *, int32_t, const int32_t *, const hearth_reduce_options *, hearth_array **);

typedef struct job {
  hearth_array *array;
  reduce_function function;
  int32_t naxes, axis, policy;
  hearth_window window;
  int64_t bytes;
  double sum;
} job;

static void run(void *argument) {
  const job *j = argument;
  hearth_array *result = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = j->policy;
  check(j->function(j->array, j->naxes, &j->axis, &options, &result));
  hearth_array_destroy(&result);
}

static void run_cumsum(void *argument) {
  const job *j = argument;
  hearth_array *result = NULL;
  check(hearth_cumsum(j->array, j->axis, &result));
  hearth_array_destroy(&result);
}

static void read_all(void *argument) {
  job *j = argument;
  const double *x = j->window.base;
  double sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
  for (int64_t i = 0; i < j->bytes / 8; i++) sum += x[i];
  j->sum = sum;
}

static hearth_array *make(int32_t ndim, const int64_t *shape, int32_t dtype) {
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int64_t n = 1;
  check(hearth_layout_split(ctx, ndim, shape, 0, &layout));
  check(hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, &array));
  check(hearth_array_access(array, 0, HEARTH_WRITE, &w));
  for (int32_t d = 0; d < ndim; d++) n *= w.extent[d];
  for (int64_t i = 0; i < n; i++) {
    const double x = (double)(i * 7919 % 20011) / 1001 + 3;
    dtype == HEARTH_FLOAT32 ? (((float *)w.base)[i] = (float)x) : (((double *)w.base)[i] = x);
  }
  check(hearth_array_release(array, 0));
  hearth_layout_destroy(&layout);
  return array;
}

static void row(const char *name, double seconds, double bound, double bytes) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) printf("%-44s %8.4f s  %7.1f GB/s  %5.2f x a plain read\n", name, seconds, bytes / seconds / 1e9, seconds / bound);
}

typedef struct line {
  const char *name;
  reduce_function function;
  int32_t naxes, axis, policy;
} line;

static void group(const char *title, int32_t ndim, const int64_t *shape, int32_t dtype, int n, const line *lines, int cumsum_axis) {
  enum { RUNS = 9 };
  job j = {.array = make(ndim, shape, dtype)};
  double total = (double)hearth_dtype_size(dtype);
  check(hearth_array_access(j.array, 0, HEARTH_READ, &j.window));
  j.bytes = hearth_dtype_size(dtype);
  for (int32_t d = 0; d < ndim; d++) total *= (double)shape[d], j.bytes *= j.window.extent[d];
  const double bound = bench_median(RUNS, read_all, &j);
  row(title, bound, bound, total);
  for (int i = 0; i < n; i++) {
    j.function = lines[i].function, j.naxes = lines[i].naxes, j.axis = lines[i].axis, j.policy = lines[i].policy;
    row(lines[i].name, bench_median(RUNS, run, &j), bound, total);
  }
  if (cumsum_axis >= 0) {
    j.axis = cumsum_axis;
    row("  cumsum, fresh", bench_median(RUNS, run_cumsum, &j), bound, total);
  }
  check(hearth_array_release(j.array, 0));
  hearth_array_destroy(&j.array);
}

int main(int argc, char **argv) {
  static const line tall[] = {{"  std axis 0", hearth_std, 1, 0, 0},       {"  std axis 0, NaN left out", hearth_std, 1, 0, HEARTH_NAN_OMIT},
                              {"  mean axis 0", hearth_mean, 1, 0, 0},     {"  max axis 0", hearth_max, 1, 0, 0},
                              {"  argmax axis 0", hearth_argmax, 1, 0, 0}, {"  std axis 1", hearth_std, 1, 1, 0},
                              {"  sum axis 1", hearth_sum, 1, 1, 0}};
  static const line flat[] = {{"  sum", hearth_sum, 0, 0, 0},       {"  sum, NaN left out", hearth_sum, 0, 0, HEARTH_NAN_OMIT},
                              {"  mean", hearth_mean, 0, 0, 0},     {"  var", hearth_var, 0, 0, 0},
                              {"  norm", hearth_norm, 0, 0, 0},     {"  min", hearth_min, 0, 0, 0},
                              {"  argmax", hearth_argmax, 0, 0, 0}, {"  count_nonzero", hearth_count_nonzero, 0, 0, 0}};
  static const line square[] = {{"  sum axis 0", hearth_sum, 1, 0, 0},       {"  sum axis 1", hearth_sum, 1, 1, 0},
                                {"  var axis 0", hearth_var, 1, 0, 0},       {"  var axis 1", hearth_var, 1, 1, 0},
                                {"  argmin axis 0", hearth_argmin, 1, 0, 0}, {"  argmin axis 1", hearth_argmin, 1, 1, 0}};
  MPI_Init(&argc, &argv);
  check(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  group("5,000,000 x 18 float32", 2, (int64_t[]){5000000, 18}, HEARTH_FLOAT32, 7, tall, -1);
  group("90,000,000 float64", 1, (int64_t[]){90000000}, HEARTH_FLOAT64, 8, flat, 0);
  group("8192 x 8192 float64", 2, (int64_t[]){8192, 8192}, HEARTH_FLOAT64, 6, square, 0);
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return 0;
}
