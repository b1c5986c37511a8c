/* Dense square problems of order n, float64, row-major and split by rows, on all ranks against LAPACK in one process with as many threads as there are ranks.
 *
 *   OMP_NUM_THREADS=1 mpirun -n 2 dense [n] [runs] [name] [order from which problems are distributed]     n = 2048, 3 runs, all names if nothing is said
 *
 * Medians after one untimed run, of the slowest rank; LAPACK's rows alternate with Hearth's, while the other ranks sleep. The last column: what dgemm of the
 * same order takes in the same process. Hearth's times include redistribution, checks and results in the operand's layout. */
#include "core/context_impl.h"
#include "timing.h"
#include <hearth/hearth.h>
#if defined(_OPENMP)
#include <omp.h>
#endif

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *);
void dsyevr_(const char *, const char *, const char *, const int *, double *, const int *, const double *, const double *, const int *, const int *,
             const double *, int *, double *, double *, const int *, int *, double *, const int *, int *, const int *, int *);
void dsyevd_(const char *, const char *, const int *, double *, const int *, double *, double *, const int *, int *, const int *, int *);
void dpotrf_(const char *, const int *, double *, const int *, int *);
void dgesv_(const int *, const int *, double *, const int *, int *, double *, const int *, int *);
void dgesdd_(const char *, const int *, const int *, double *, const int *, double *, double *, const int *, double *, const int *, double *, const int *,
             int *, int *);

static int rank, size, n;
static hearth_context *ctx;
static hearth_array *general, *symmetric, *positive, *side;
static double *whole, *work, *copy, *vectors;
static int *whole_work;
static int64_t lwork;

static void stop_if(hearth_status status) {
  char message[512];
  int32_t code, failed;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &failed, message, sizeof message);
  fprintf(stderr, "bench_dense: %s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static double noise(uint64_t x) {
  x = (x + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 30)) * 0x94d049bb133111ebu;
  return (double)((x ^ (x >> 31)) >> 11) * 0x1p-52 - 1.0;
}

enum { GENERAL, SYMMETRIC, POSITIVE };
static double element(int which, int64_t i, int64_t j) {
  if (which == GENERAL) return noise((uint64_t)(i * n + j));
  const int64_t low = i < j ? i : j, high = i < j ? j : i;
  return noise((uint64_t)(low * n + high)) + (which == POSITIVE && i == j ? 2.0 * n : 0);
}

static hearth_array *make(int which, int64_t columns) {
  const int64_t shape[2] = {n, columns};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  int64_t first = 0;
  stop_if(hearth_layout_split(ctx, 2, shape, 0, &layout));
  stop_if(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  stop_if(hearth_array_access(array, 0, HEARTH_WRITE, &window));
  if (window.extent[0] > 0) stop_if(hearth_layout_global_index(layout, 0, 0, &first));
  for (int64_t i = 0; i < window.extent[0]; i++)
    for (int64_t j = 0; j < columns; j++) ((double *)window.base)[i * columns + j] = element(which, first + i, j);
  stop_if(hearth_array_release(array, 0));
  hearth_layout_destroy(&layout);
  return array;
}

/* LAPACK on rank 0: a := the matrix. */
static void set(int which) {
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++) whole[j * n + i] = element(which, i, j);
}

static hearth_array *made[3];
static void drop(void) {
  for (int i = 0; i < 3; i++) hearth_array_destroy(&made[i]);
}

static void ours_eigh(void) {
  stop_if(hearth_eigh(symmetric, NULL, &made[0], &made[1]));
}
static void ours_eigh_some(void) {
  hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
  options.k = n / 20;
  options.which = HEARTH_EIGH_LARGEST;
  stop_if(hearth_eigh(symmetric, &options, &made[0], &made[1]));
}
static void ours_eigvalsh(void) {
  stop_if(hearth_eigvalsh(symmetric, NULL, &made[0]));
}
static void ours_cholesky(void) {
  stop_if(hearth_cholesky(positive, &made[0]));
}
static void ours_solve(void) {
  stop_if(hearth_solve(general, side, &made[0]));
}
static void ours_inv(void) {
  stop_if(hearth_inv(general, &made[0]));
}
static void ours_cond(void) {
  double cond = 0;
  stop_if(hearth_cond(general, HEARTH_COND_2, &cond));
}

static void lapack_syevd(const char *job) {
  const int lwork32 = (int)lwork, liwork = 6 * n + 10;
  int info = 0;
  dsyevd_(job, "L", &n, whole, &n, copy, work, &lwork32, whole_work, &liwork, &info);
}
static void lapack_eigh(void) {
  lapack_syevd("V");
}
static void lapack_eigvalsh(void) {
  lapack_syevd("N");
}
static void lapack_eigh_some(void) {
  const int first = n - n / 20 + 1, lwork32 = (int)lwork, liwork = 20 * n;
  const double zero = 0;
  int found = 0, info = 0;
  dsyevr_("V", "I", "L", &n, whole, &n, &zero, &zero, &first, &n, &zero, &found, copy, vectors, &n, whole_work + liwork, work, &lwork32, whole_work, &liwork,
          &info);
}
static void lapack_cholesky(void) {
  int info = 0;
  dpotrf_("L", &n, whole, &n, &info);
}
static void lapack_solve(void) {
  const int sides = 16;
  int info = 0;
  dgesv_(&n, &sides, whole, &n, whole_work, copy, &n, &info);
}
static void lapack_inv(void) {
  int info = 0;
  memset(copy, 0, (size_t)n * (size_t)n * sizeof *copy);
  for (int64_t i = 0; i < n; i++) copy[i * n + i] = 1;
  dgesv_(&n, &n, whole, &n, whole_work, copy, &n, &info);
}
static void lapack_cond(void) {
  const int lwork32 = (int)lwork, one = 1;
  int info = 0;
  dgesdd_("N", &n, &n, whole, &n, copy, NULL, &one, NULL, &one, work, &lwork32, whole_work, &info);
}

typedef struct row {
  const char *name;
  int matrix;
  void (*ours)(void), (*lapack)(void);
} row;
static const row rows[] = {
    {"eigh", SYMMETRIC, ours_eigh, lapack_eigh},
    {"eigh-some", SYMMETRIC, ours_eigh_some, lapack_eigh_some},
    {"eigvalsh", SYMMETRIC, ours_eigvalsh, lapack_eigvalsh},
    {"cholesky", POSITIVE, ours_cholesky, lapack_cholesky},
    {"solve", GENERAL, ours_solve, lapack_solve},
    {"inv", GENERAL, ours_inv, lapack_inv},
    {"cond", GENERAL, ours_cond, lapack_cond},
};

static double slowest(double seconds) {
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds;
}

static double time_ours(void (*function)(void)) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = bench_now();
  function();
  const double seconds = slowest(bench_now() - start);
  drop();
  return seconds;
}

/* Ranks that wait leave the processors alone. */
static double time_lapack(const row *r) {
  double seconds = 0;
  MPI_Request request;
  int done = 0;
  if (rank == 0) {
    set(r->matrix);
    const double start = bench_now();
#if defined(_OPENMP)
    omp_set_num_threads(size);
#endif
    r->lapack();
#if defined(_OPENMP)
    omp_set_num_threads(1);
#endif
    seconds = bench_now() - start;
  }
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done; MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
    const struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
  }
  return slowest(seconds);
}

static void product(void) {
  const double one = 1, zero = 0;
  dgemm_("N", "N", &n, &n, &n, &one, whole, &n, vectors, &n, &zero, copy, &n);
}

static double median(int runs, double *seconds) {
  qsort(seconds, (size_t)runs, sizeof *seconds, bench_compare);
  return seconds[runs / 2];
}

static void measure(const row *r, int runs) {
  double ours[16], theirs[16], limit[16];
  const row gemm = {"dgemm", GENERAL, NULL, product};
  for (int i = -1; i < runs; i++) {
    const double a = time_ours(r->ours), b = time_lapack(r), c = time_lapack(&gemm);
    if (i >= 0) ours[i] = a, theirs[i] = b, limit[i] = c;
  }
  const double a = median(runs, ours), b = median(runs, theirs), c = median(runs, limit);
  if (rank == 0)
    printf("%-10s n %5d  hearth on %d ranks %8.3f s   LAPACK, %d threads %8.3f s   ratio %5.2f   dgemm %7.3f s\n", r->name, n, size, a, size, b, a / b, c);
  fflush(stdout);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  n = argc > 1 ? atoi(argv[1]) : 2048;
  const int runs = argc > 2 ? atoi(argv[2]) : 3;
  stop_if(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  if (argc > 4) ctx->alone_below = atoi(argv[4]);
  general = make(GENERAL, n);
  symmetric = make(SYMMETRIC, n);
  positive = make(POSITIVE, n);
  side = make(GENERAL, 16);
  lwork = 1 + 6 * (int64_t)n + 2 * (int64_t)n * n;
  const size_t square = (size_t)n * (size_t)n * sizeof(double);
  if (rank == 0) {
    whole = malloc(square);
    vectors = calloc(1, square);
    copy = malloc(square);
    work = malloc((size_t)lwork * sizeof *work);
    whole_work = malloc((size_t)(40 * n + 100) * sizeof *whole_work);
  }
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (argc < 4 || !strcmp(argv[3], "all") || !strcmp(argv[3], rows[i].name)) measure(&rows[i], runs < 16 ? runs : 16);
  hearth_array *arrays[] = {general, symmetric, positive, side};
  for (int i = 0; i < 4; i++) hearth_array_destroy(&arrays[i]);
  free(whole), free(vectors), free(copy), free(work), free(whole_work);
  stop_if(hearth_context_destroy(&ctx));
  MPI_Finalize();
  return 0;
}
