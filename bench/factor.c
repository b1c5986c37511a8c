/* QR and singular value decompositions of tall matrices, in both memory orders, beside what bounds them: reading and copying the matrix, and the rate of dgemm.
 *   OMP_NUM_THREADS=2 factor [rows=1000000] [columns=50] [runs=5] [truncated rows=200000] [truncated columns=819] [rank=100] */
#include "timing.h"
#include <hearth/hearth.h>

extern void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha, const double *a, const int *lda,
                   const double *b, const int *ldb, const double *beta, double *c, const int *ldc);

typedef struct job {
  int64_t m, n, rank;
  hearth_context *ctx;
  hearth_array *a, *u, *s, *vt;
  double error, *host, *copy, sum;
  int32_t method;
  int64_t found;
  hearth_status status;
} job;

static void forget(job *j) {
  hearth_array_destroy(&j->u);
  hearth_array_destroy(&j->s);
  hearth_array_destroy(&j->vt);
}

static void qr(void *argument) {
  job *j = argument;
  forget(j);
  j->status = hearth_qr_report(j->a, NULL, &j->u, &j->vt, &j->method, &j->found);
}

static void svd(void *argument) {
  job *j = argument;
  forget(j);
  j->status = hearth_svd(j->a, NULL, &j->u, &j->s, &j->vt);
}

static void values(void *argument) {
  job *j = argument;
  forget(j);
  j->status = hearth_svdvals(j->a, &j->s);
}

static void hsvd(void *argument) {
  job *j = argument;
  forget(j);
  j->status = hearth_hsvd_rank(j->a, j->rank, NULL, &j->u, &j->s, &j->vt, &j->error);
}

static void rsvd(void *argument) {
  job *j = argument;
  forget(j);
  j->status = hearth_rsvd(j->a, j->rank, NULL, &j->u, &j->s, &j->vt, &j->error);
}

static void read_all(void *argument) {
  job *j = argument;
  double sum = 0.0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
  for (int64_t i = 0; i < j->m * j->n; i++) sum += j->host[i];
  j->sum = sum;
}

static void copy_all(void *argument) {
  job *j = argument;
  const int64_t numbers = j->m * j->n, half = numbers / 2;
#pragma omp parallel for schedule(static)
  for (int part = 0; part < 2; part++)
    memcpy(j->copy + (part ? half : 0), j->host + (part ? half : 0), (size_t)(part ? numbers - half : half) * sizeof(double));
}

static void multiply(void *argument) {
  job *j = argument;
  const int order = 1500;
  const double one = 1, zero = 0;
  dgemm_("N", "N", &order, &order, &order, &one, j->host, &order, j->copy, &order, &zero, j->copy + order * order, &order);
}

static int fill(job *j, int32_t dtype, int32_t order) {
  hearth_layout *layout = NULL;
  const int64_t shape[2] = {j->m, j->n};
  if (hearth_layout_split(j->ctx, 2, shape, 0, &layout)) return 1;
  const hearth_status status = hearth_randn(layout, dtype, order, 1, &j->a);
  hearth_layout_destroy(&layout);
  return status != HEARTH_OK;
}

/* Three passes over a, one over q; products: 5 triangles of n^2 m flops each for QR, one of them whole for the vectors. */
static void bounds(job *j, int runs) {
  const double bytes = 8.0 * (double)(j->m * j->n), flops = 2.0 * 1500 * 1500 * 1500;
  j->host = malloc((size_t)bytes);
  j->copy = malloc((size_t)bytes);
  if (!j->host || !j->copy) return;
  for (int64_t i = 0; i < j->m * j->n; i++) j->host[i] = j->copy[i] = (double)(i % 17) / 17;
  const double r = bench_median(runs, read_all, j), c = bench_median(runs, copy_all, j), g = flops / bench_median(runs, multiply, j);
  const double square = (double)j->m * (double)(j->n * j->n);
  printf("bounds: read %.4f s (%.1f GB/s), copy %.4f s, dgemm %.1f GF/s\n", r, bytes / r / 1e9, c, g / 1e9);
  printf("  QR: two reads and a copy %.4f s + products %.4f s = %.4f s;  vectors: %.4f s\n", 2 * r + c, 5 * square / g, 2 * r + c + 5 * square / g,
         2 * r + c + 6 * square / g);
  free(j->host);
  free(j->copy);
}

static int tall(job *j, int runs) {
  for (int32_t order = 0; order < 2; order++) {
    double residual = 0, orthogonality = 0;
    if (fill(j, HEARTH_FLOAT64, order)) return 1;
    const double t = bench_median(runs, qr, j);
    if (j->status || hearth_qr_quality(j->a, j->u, j->vt, &residual, &orthogonality)) return 1;
    printf("%-12s QR %.4f s (method %d, orthogonality %.1e, residual %.1e)", order ? "column-major" : "row-major", t, (int)j->method, orthogonality, residual);
    const double s = bench_median(runs, svd, j), v = bench_median(runs, values, j);
    printf("   SVD %.4f s   values alone %.4f s\n", s, v);
    if (j->status) return 1;
    forget(j);
    hearth_array_destroy(&j->a);
  }
  return 0;
}

static int truncated(job *j, int runs) {
  for (int32_t order = 0; order < 2; order++) {
    if (fill(j, HEARTH_FLOAT32, order)) return 1;
    const double h = bench_median(runs, hsvd, j), error = j->error;
    if (j->status) return 1;
    const double r = bench_median(runs, rsvd, j);
    printf("%-12s hSVD %.3f s (error %.6f)   randomized %.3f s (error %.6f)\n", order ? "column-major" : "row-major", h, error, r, j->error);
    if (j->status) return 1;
    forget(j);
    hearth_array_destroy(&j->a);
  }
  return 0;
}

static int64_t argument(int argc, char **argv, int which, int64_t otherwise) {
  return argc > which ? atoll(argv[which]) : otherwise;
}

static int run(int argc, char **argv) {
  job j = {.m = argument(argc, argv, 1, 1000000), .n = argument(argc, argv, 2, 50)};
  const int runs = (int)argument(argc, argv, 3, 5);
  if (hearth_context_create(MPI_COMM_SELF, NULL, &j.ctx)) return 1;
  printf("%lld x %lld float64, backend %s, %d timed runs\n", (long long)j.m, (long long)j.n, hearth_context_backend(j.ctx), runs);
  bounds(&j, runs);
  if (tall(&j, runs)) return 1;
  j.m = argument(argc, argv, 4, 200000);
  j.n = argument(argc, argv, 5, 819);
  j.rank = argument(argc, argv, 6, 100);
  printf("rank %lld of %lld x %lld float32\n", (long long)j.rank, (long long)j.m, (long long)j.n);
  if (j.m > 0 && truncated(&j, runs > 3 ? 3 : runs)) return 1;
  return hearth_context_destroy(&j.ctx) != HEARTH_OK;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int code = run(argc, argv);
  MPI_Finalize();
  return code;
}
