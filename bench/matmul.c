/* Products of matrices beside the machine's own: BLAS in this process (one rank), or each rank's share of the same work in its own BLAS at the same time.
 *
 *   OMP_NUM_THREADS=1 mpirun -n 2 matmul [n] [runs] [text]   n = 4096, 5 runs, rows whose names contain the text if nothing is said
 *   OMP_NUM_THREADS=2 matmul                                 one process of two threads: the bound is threaded BLAS
 *
 * Seconds of the slowest rank, medians after one untimed run, results are new arrays; the bound is measured between the runs. Shares: the rows of c are dealt
 * out evenly, operands are in the rank's own memory, c is written into memory that exists. */
#include "timing.h"
#include <hearth/hearth.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *);
void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *, const float *, const int *, const float *, const int *,
            const float *, float *, const int *);
void zgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const void *, const int *, const void *, const int *,
            const double *, void *, const int *);

static int rank, size;

static void stop_if(hearth_context *ctx, hearth_status status) {
  char message[512];
  int32_t code, failed;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &failed, message, sizeof message);
  fprintf(stderr, "bench_matmul: %s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static double slowest(double seconds) {
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds;
}

/* a [m, k] split along axis `left`, b [k, n] along `right` (-1: on every rank). */
typedef struct row {
  const char *name;
  int64_t m, n, k;
  int32_t left, right, dtype, order;
} row;

typedef struct bound {
  int64_t m, n, k; /* this rank's share */
  int32_t dtype;
  void *a, *b, *c;
} bound;

static void *filled(int64_t bytes) {
  char *memory = malloc((size_t)bytes + 64);
  for (int64_t i = 0; i < bytes / 4; i++) ((float *)memory)[i] = 0.5F;
  return memory;
}

static bound make_bound(const row *r) {
  const int64_t s = hearth_dtype_size((hearth_dtype)r->dtype);
  bound b = {r->m, r->n, r->k, r->dtype, NULL, NULL, NULL};
  *(r->k > 16 * r->m && r->k > 16 * r->n ? &b.k : r->m >= r->n ? &b.m : &b.n) /= size;
  b.a = filled(s * b.m * b.k);
  b.b = filled(s * b.k * b.n);
  b.c = filled(s * b.m * b.n);
  return b;
}

static double time_bound(const bound *b) {
  const int m = (int)b->m, n = (int)b->n, k = (int)b->k;
  const double one[2] = {1, 0}, zero[2] = {0, 0};
  const float one32 = 1, zero32 = 0;
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = bench_now();
  if (b->dtype == HEARTH_FLOAT64) dgemm_("N", "N", &m, &n, &k, one, b->a, &m, b->b, &k, zero, b->c, &m);
  if (b->dtype == HEARTH_FLOAT32) sgemm_("N", "N", &m, &n, &k, &one32, b->a, &m, b->b, &k, &zero32, b->c, &m);
  if (b->dtype == HEARTH_COMPLEX128) zgemm_("N", "N", &m, &n, &k, one, b->a, &m, b->b, &k, zero, b->c, &m);
  return slowest(bench_now() - start);
}

static hearth_array *make_operand(hearth_context *ctx, int64_t rows, int64_t columns, int32_t axis, const row *r) {
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  stop_if(ctx, hearth_layout_split(ctx, 2, (const int64_t[]){rows, columns}, axis, &layout));
  stop_if(ctx, hearth_full(layout, 0.5, r->dtype, r->order, &array));
  hearth_layout_destroy(&layout);
  return array;
}

static void measure(hearth_context *ctx, const row *r, int runs) {
  hearth_array *a = make_operand(ctx, r->m, r->k, r->left, r), *b = make_operand(ctx, r->k, r->n, r->right, r);
  double seconds[2][64];
  bound blas = make_bound(r);
  for (int run = -1; run < runs; run++) {
    hearth_array *c = NULL;
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = bench_now();
    stop_if(ctx, hearth_matmul(a, b, &c));
    const double own = slowest(bench_now() - start);
    hearth_array_destroy(&c);
    const double limit = time_bound(&blas);
    if (run >= 0) seconds[0][run] = own, seconds[1][run] = limit;
  }
  for (int i = 0; i < 2; i++) qsort(seconds[i], (size_t)runs, sizeof(double), bench_compare);
  const double work = (r->dtype == HEARTH_COMPLEX128 ? 8e-9 : 2e-9) * (double)r->m * (double)r->n * (double)r->k, own = seconds[0][runs / 2];
  if (rank == 0)
    printf("%-44s %8.4f (%.4f) %8.4f (%.4f) %7.1f %6.2f %6.2f\n", r->name, own, seconds[0][0], seconds[1][runs / 2], seconds[1][0], work / own,
           own / seconds[1][runs / 2], seconds[0][0] / seconds[1][0]);
  free(blas.a), free(blas.b), free(blas.c);
  hearth_array_destroy(&a), hearth_array_destroy(&b);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const int64_t n = argc > 1 ? atoll(argv[1]) : 4096, tall = n * n / 16, half = n / 2;
  const int runs = argc > 2 && atoi(argv[2]) < 64 ? atoi(argv[2]) : 5;
  const row rows[] = {{"square, rows x rows", n, n, n, 0, 0, HEARTH_FLOAT64, 0},
                      {"square, rows x rows, column-major", n, n, n, 0, 0, HEARTH_FLOAT64, 1},
                      {"square, rows x columns", n, n, n, 0, 1, HEARTH_FLOAT64, 0},
                      {"square, columns x rows", n, n, n, 1, 0, HEARTH_FLOAT64, 0},
                      {"square, columns x columns, column-major", n, n, n, 1, 1, HEARTH_FLOAT64, 1},
                      {"square, on every rank x rows", n, n, n, -1, 0, HEARTH_FLOAT64, 0},
                      {"square, float32", n, n, n, 0, 0, HEARTH_FLOAT32, 0},
                      {"square of half the order, complex128", half, half, half, 0, 0, HEARTH_COMPLEX128, 0},
                      {"tall x 50 x 50, rows x everywhere", tall, 50, 50, 0, -1, HEARTH_FLOAT64, 0},
                      {"the same, column-major", tall, 50, 50, 0, -1, HEARTH_FLOAT64, 1},
                      {"50 x tall x 50, columns x rows", 50, 50, tall, 1, 0, HEARTH_FLOAT64, 0},
                      {"the same, column-major", 50, 50, tall, 1, 0, HEARTH_FLOAT64, 1}};
  hearth_context *ctx = NULL;
  stop_if(NULL, hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  if (rank == 0)
    printf("%d ranks, n = %lld; seconds: median (best)\n%-44s %17s %17s %7s %6s %6s\n", size, (long long)n, "", "matmul", "BLAS", "Gflop/s", "ratio", "best");
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
    if (argc <= 3 || strstr(rows[r].name, argv[3])) measure(ctx, &rows[r], runs);
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return 0;
}
