/* Rates of the CPU backend's kernels beside the machine's own limits, on this process's threads (OMP_NUM_THREADS). Best of several runs. */
#include "core/context_impl.h"
#include "kernels/backend.h"
#include "timing.h"
#include <hearth/hearth.h>
#include <mpi.h>

void dsyrk_(const char *, const char *, const int *, const int *, const double *, const double *, const int *, const double *, double *, const int *);
void ssyrk_(const char *, const char *, const int *, const int *, const float *, const float *, const int *, const float *, float *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *);

static hearth_context *ctx;
static const hearth_backend_table *table;
static hearth_queue *queue;

static void check(hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "%s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

/* A new matrix, row-major or column-major, filled with numbers. */
static hearth_view matrix(int32_t dtype, int64_t rows, int64_t columns, int row_major) {
  const int64_t size = hearth_dtype_size(dtype);
  hearth_view view = {.dtype = dtype, .ndim = 2, .extent = {rows, columns}, .stride = {row_major ? size * columns : size, row_major ? size : size * rows}};
  check(table->allocate(queue, rows * columns * size, &view.data));
  for (int64_t i = 0; i < rows * columns; ++i) {
    const double x = (double)(i * 7919 % 2003) / 1001 - 1;
    dtype == HEARTH_FLOAT32 ? (((float *)view.data)[i] = (float)x) : (((double *)view.data)[i] = x);
  }
  return view;
}

static void drop(hearth_view *view) {
  table->release(queue, view->data);
}

static hearth_view transposed(hearth_view view) {
  const int64_t extent = view.extent[0], stride = view.stride[0];
  view.extent[0] = view.extent[1], view.stride[0] = view.stride[1];
  view.extent[1] = extent, view.stride[1] = stride;
  return view;
}

/* Seconds of the best of some runs of an expression. */
#define BEST(seconds, ...)                                                                                                                                     \
  do {                                                                                                                                                         \
    (seconds) = 1e30;                                                                                                                                          \
    for (int run_ = 0; run_ < 5; ++run_) {                                                                                                                     \
      const double start_ = bench_now();                                                                                                                       \
      __VA_ARGS__;                                                                                                                                             \
      const double took_ = bench_now() - start_;                                                                                                               \
      if (took_ < (seconds)) (seconds) = took_;                                                                                                                \
    }                                                                                                                                                          \
  } while (0)

static double sum_of(const double *x, int64_t n) {
  double sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

static void bench_memory_rates(void) {
  double t, sum = 0;
  const int64_t n = 4096;
  hearth_view a = matrix(HEARTH_FLOAT64, n, n, 1), b = matrix(HEARTH_FLOAT64, n, n, 1), c = matrix(HEARTH_FLOAT32, n, n, 1);
  hearth_view column = matrix(HEARTH_FLOAT64, n, n, 0);
  const double bytes = 8.0 * (double)(n * n);
  BEST(t, memcpy(a.data, b.data, (size_t)bytes));
  printf("memcpy, one thread              %7.1f GB/s\n", 2 * bytes / t / 1e9);
  BEST(t, sum += sum_of(a.data, n * n));
  printf("read (sum)                      %7.1f GB/s%s\n", bytes / t / 1e9, sum == 0.5 ? "." : "");
  BEST(t, check(table->fill(queue, &a, 1.0)));
  printf("fill float64                    %7.1f GB/s\n", bytes / t / 1e9);
  BEST(t, check(table->copy(queue, &a, &b)));
  printf("copy float64                    %7.1f GB/s\n", 2 * bytes / t / 1e9);
  hearth_view inside = a, from = b;
  inside.extent[0] = inside.extent[1] = from.extent[0] = from.extent[1] = n - 8;
  BEST(t, check(table->copy(queue, &inside, &from)));
  printf("copy float64, window            %7.1f GB/s\n", 2 * bytes / t / 1e9);
  BEST(t, check(table->copy(queue, &a, &c)));
  printf("copy float64 := float32         %7.1f GB/s\n", 1.5 * bytes / t / 1e9);
  BEST(t, check(table->copy(queue, &a, &column)));
  printf("copy float64, transposed        %7.1f GB/s\n", 2 * bytes / t / 1e9);
  BEST(t, check(table->copy(queue, &column, &c)));
  printf("copy float64 := float32, transp.%7.1f GB/s\n", 1.5 * bytes / t / 1e9);
  drop(&a), drop(&b), drop(&c), drop(&column);
}

static void bench_pack(void) {
  double t;
  int64_t infinite = 0;
  const int64_t rows = 50000, p = 819;
  hearth_view src = matrix(HEARTH_FLOAT32, rows, p, 1), dst = matrix(HEARTH_FLOAT64, 4096, p, 1), narrow = matrix(HEARTH_FLOAT32, 4096, p, 1);
  hearth_view shift = matrix(HEARTH_FLOAT64, 1, p, 1), scale = matrix(HEARTH_FLOAT64, 1, p, 1), missing = matrix(HEARTH_FLOAT32, 1, p, 1);
  missing.dtype = HEARTH_INT32;
  hearth_view *all[] = {&shift, &scale, &missing};
  for (int i = 0; i < 3; ++i) all[i]->extent[0] = 4096, all[i]->stride[0] = 0;
  src.extent[0] = 4096;
  char *first = src.data;
  /* A new panel of the source each time, into the same target, as the passes over a file do. */
#define PANELS(target)                                                                                                                                         \
  for (int64_t r = 0; r + 4096 <= rows; r += 4096) {                                                                                                           \
    src.data = first + r * p * 4;                                                                                                                              \
    check(table->pack(queue, &(target), &src, &shift, &scale, &missing, &infinite));                                                                           \
  }
  const double elements = (double)(rows / 4096 * 4096 * p);
  BEST(t, PANELS(dst));
  printf("pack panels float64 := float32  %7.1f GB/s, %.2f Gelements/s\n", 12 * elements / t / 1e9, elements / t / 1e9);
  BEST(t, PANELS(narrow));
  printf("pack panels float32 := float32  %7.1f GB/s, %.2f Gelements/s\n", 8 * elements / t / 1e9, elements / t / 1e9);
  /* One sample of a model: the inside of a field with halo, into a column. */
  const int64_t nz = 40, ny = 500, nx = 500, h = 2;
  hearth_view field = matrix(HEARTH_FLOAT64, nz * (ny + 2 * h), nx + 2 * h, 1), sample = matrix(HEARTH_FLOAT64, nz * ny * nx, 1, 1), mean = sample;
  field.ndim = sample.ndim = 3;
  const int64_t extent[] = {nz, ny, nx}, outer[] = {8 * (ny + 2 * h) * (nx + 2 * h), 8 * (nx + 2 * h), 8}, inner[] = {8 * ny * nx, 8 * nx, 8};
  for (int d = 0; d < 3; ++d) {
    field.extent[d] = sample.extent[d] = extent[d];
    field.stride[d] = outer[d];
    sample.stride[d] = inner[d];
  }
  mean = sample;
  check(table->allocate(queue, 8 * nz * ny * nx, &mean.data));
  check(table->fill(queue, &mean, 0.5));
  BEST(t, check(table->pack(queue, &sample, &field, &mean, NULL, NULL, &infinite)));
  printf("pack a sample with halo         %7.1f GB/s\n", 24.0 * (double)(nz * ny * nx) / t / 1e9);
  src.data = first;
  drop(&src), drop(&dst), drop(&narrow), drop(&shift), drop(&scale), drop(&missing), drop(&field), drop(&sample), drop(&mean);
}

static void bench_syrk(void) {
  const int n = 819;
  for (int k = 1024; k <= 8192; k *= 2) {
    double plain, ours, plain32, ours32;
    const double one = 1, flops = (double)n * n * k;
    const float one32 = 1;
    hearth_view a = matrix(HEARTH_FLOAT64, n, k, 0), c = matrix(HEARTH_FLOAT64, n, n, 0), f = matrix(HEARTH_FLOAT32, n, k, 0),
                g = matrix(HEARTH_FLOAT32, n, n, 0);
    BEST(plain, dsyrk_("L", "N", &n, &k, &one, a.data, &n, &one, c.data, &n));
    BEST(ours, check(table->syrk(queue, 1.0, &a, 1.0, &c)));
    BEST(plain32, ssyrk_("L", "N", &n, &k, &one32, f.data, &n, &one32, g.data, &n));
    BEST(ours32, check(table->syrk(queue, 1.0, &f, 1.0, &c)));
    printf("syrk 819 x %4d                  %6.1f GF/s (dsyrk %.1f), float32 %.1f (ssyrk %.1f)\n", k, flops / ours / 1e9, flops / plain / 1e9,
           flops / ours32 / 1e9, flops / plain32 / 1e9);
    drop(&a), drop(&c), drop(&f), drop(&g);
  }
}

static void bench_skinny(void) {
  static const int widths[] = {8, 16, 26, 32, 42, 64, 128};
  const int64_t p = 1000000;
  for (int i = 0; i < 7; ++i) {
    double deep, rows, tall, plain, plain_tall;
    const int m = widths[i], k = (int)p / (m > 64 ? 2 : 1);
    const double one = 1, zero = 0, flops = 2.0 * k * m * m;
    hearth_view a = matrix(HEARTH_FLOAT64, k, m, 0), b = matrix(HEARTH_FLOAT64, k, m, 0), c = matrix(HEARTH_FLOAT64, m, m, 0), at = transposed(a);
    hearth_view r = a, s = b;
    r.stride[0] = s.stride[0] = 8 * m, r.stride[1] = s.stride[1] = 8;
    const hearth_view rt = transposed(r);
    BEST(plain, dgemm_("T", "N", &m, &m, &k, &one, a.data, &k, b.data, &k, &zero, c.data, &m));
    BEST(deep, check(table->gemm(queue, 0, 1.0, &at, &b, 0.0, &c)));
    BEST(rows, check(table->gemm(queue, 0, 1.0, &rt, &s, 0.0, &c)));
    BEST(plain_tall, dgemm_("N", "N", &k, &m, &m, &one, a.data, &k, c.data, &m, &zero, b.data, &k));
    BEST(tall, check(table->gemm(queue, 0, 1.0, &a, &c, 0.0, &b)));
    printf("a^T b, %3d columns of %7d      %6.1f GF/s (dgemm %.1f), row-major %.1f;  a b %.1f (dgemm %.1f)\n", m, k, flops / deep / 1e9, flops / plain / 1e9,
           flops / rows / 1e9, flops / tall / 1e9, flops / plain_tall / 1e9);
    drop(&a), drop(&b), drop(&c);
  }
}

static void bench_stream(void) {
  static const int sizes[][2] = {{26, 16}, {26, 1}, {42, 32}, {64, 32}};
  const int64_t p = 1000000;
  for (int i = 0; i < 4; ++i) {
    double t;
    const int64_t k = sizes[i][0], m = sizes[i][1];
    const double n = (double)(k + m), rows = (double)p;
    hearth_view u = matrix(HEARTH_FLOAT64, p, k, 0), b = matrix(HEARTH_FLOAT64, p, m, 0), c = matrix(HEARTH_FLOAT64, k, m, 0);
    hearth_view gram = matrix(HEARTH_FLOAT64, k + m, k + m, 0), z = matrix(HEARTH_FLOAT64, k + m, k, 0);
    check(table->fill(queue, &c, 1e-3));
    BEST(t, check(table->residual_gram(queue, &u, &b, &c, &gram)));
    printf("residual_gram k %2d, m %2d         %6.1f GF/s, %.1f GB/s, %.1f ms\n", (int)k, (int)m, rows * (2.0 * (double)(k * m) + n * (n + 1)) / t / 1e9,
           8 * rows * (double)(k + 2 * m) / t / 1e9, 1e3 * t);
    check(table->fill(queue, &z, 1e-2));
    BEST(t, check(table->rotate(queue, &u, &b, &z)));
    printf("rotate        k %2d, m %2d         %6.1f GF/s, %.1f GB/s, %.1f ms\n", (int)k, (int)m, rows * 2.0 * n * (double)k / t / 1e9,
           8 * rows * (double)(2 * k + m) / t / 1e9, 1e3 * t);
    drop(&u), drop(&b), drop(&c), drop(&gram), drop(&z);
  }
}

static void bench_rows(void) {
  double t;
  const int64_t n = 100000, m = 819;
  hearth_view a = matrix(HEARTH_FLOAT32, n, m, 1), sums = matrix(HEARTH_FLOAT64, 12, m, 1), scale = matrix(HEARTH_FLOAT64, 1, m, 1);
  int32_t *labels = malloc(sizeof *labels * (size_t)n);
  for (int64_t i = 0; i < n; ++i) labels[i] = (int32_t)(i % 12);
  scale.ndim = 1, scale.extent[0] = m, scale.stride[0] = 8;
  const double bytes = 4.0 * (double)(n * m);
  BEST(t, check(table->group_sums(queue, &sums, &a, labels)));
  printf("group_sums float32, 12 groups   %7.1f GB/s\n", bytes / t / 1e9);
  BEST(t, check(table->group_sums(queue, &sums, &a, NULL)));
  printf("group_sums float32, one group   %7.1f GB/s\n", bytes / t / 1e9);
  BEST(t, check(table->column_squares(queue, &scale, &a)));
  printf("column_squares float32          %7.1f GB/s\n", bytes / t / 1e9);
  check(table->fill(queue, &sums, 0.1));
  check(table->fill(queue, &scale, 1.0));
  BEST(t, check(table->group_center(queue, &a, &sums, labels, &scale)));
  printf("group_center float32            %7.1f GB/s\n", 2 * bytes / t / 1e9);
  drop(&a), drop(&sums), drop(&scale);
  free(labels);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  check(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  table = ctx->backend, queue = ctx->queue;
  printf("backend %s, %d threads\n", table->name, ctx->threads);
  bench_memory_rates();
  bench_pack();
  bench_rows();
  bench_syrk();
  bench_skinny();
  bench_stream();
  check(hearth_context_destroy(&ctx));
  MPI_Finalize();
}
