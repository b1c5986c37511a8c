/* PCA of [samples x points] float32 data in memory, row-major and column-major, by every solver, beside the machine's own rate for the symmetric product that
 * the fastest of them cannot do without.
 *   OMP_NUM_THREADS=2 pca_fit [samples=200000] [points=819] [components=100] [runs=5] [runs of the slower solvers=1, 0: none] */
#include "timing.h"
#include <hearth/hearth.h>

extern void dsyrk_(const char *uplo, const char *trans, const int *n, const int *k, const double *alpha, const double *a, const int *lda, const double *beta,
                   double *c, const int *ldc);
extern void ssyrk_(const char *uplo, const char *trans, const int *n, const int *k, const float *alpha, const float *a, const int *lda, const float *beta,
                   float *c, const int *ldc);

typedef struct job {
  int64_t n, p;
  int32_t components, accuracy, solver;
  hearth_context *ctx;
  hearth_array *data;
  void *operand, *result;
  hearth_status status;
  double first; /* eigenvalue, so that runs can be told to agree */
} job;

static void product64(void *argument) {
  job *j = argument;
  const int p = (int)j->p, k = (int)j->n;
  const double one = 1, zero = 0;
  dsyrk_("L", "N", &p, &k, &one, j->operand, &p, &zero, j->result, &p);
}

static void product32(void *argument) {
  job *j = argument;
  const int p = (int)j->p, k = (int)j->n;
  const float one = 1, zero = 0;
  ssyrk_("L", "N", &p, &k, &one, j->operand, &p, &zero, j->result, &p);
}

static void fit(void *argument) {
  job *j = argument;
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  options.accuracy = j->accuracy;
  options.solver = j->solver;
  j->status = hearth_pca_create(j->ctx, j->components, NULL, &options, &pca);
  if (j->status == HEARTH_OK) j->status = hearth_pca_fit(pca, j->data, 0);
  if (j->status == HEARTH_OK) j->status = hearth_pca_eigenvalues(pca, 1, &j->first);
  hearth_pca_destroy(&pca);
}

static void fill(const hearth_window *w) {
  uint64_t state = 88172645463325252u;
  for (int64_t t = 0; t < w->extent[0]; t++)
    for (int64_t i = 0; i < w->extent[1]; i++) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      *(float *)((char *)w->base + t * w->stride[0] + i * w->stride[1]) = (float)((double)(state >> 40) / 16777216.0 + (double)(i % 7) * ((t + i) % 5 == 0));
    }
}

static double measure_products(job *j, int runs, int64_t size, void (*work)(void *)) {
  j->operand = malloc((size_t)(j->n * j->p * size));
  j->result = calloc((size_t)(j->p * j->p), (size_t)size);
  if (!j->operand || !j->result) return 0;
  for (int64_t i = 0; i < j->n * j->p; i++) {
    if (size == sizeof(float))
      ((float *)j->operand)[i] = (float)(i % 17) / 17;
    else
      ((double *)j->operand)[i] = (double)(i % 17) / 17;
  }
  const double seconds = bench_median(runs, work, j);
  free(j->operand);
  free(j->result);
  return seconds;
}

static void report(job *j, const char *what, int runs, double bytes) {
  const double before = bench_memory("VmRSS:"), seconds = bench_median(runs, fit, j), peak = bench_memory("VmHWM:");
  int64_t in_use = 0, most = 0, cap = 0;
  hearth_context_memory(j->ctx, &in_use, &most, &cap);
  hearth_context_memory_reset_peak(j->ctx);
  if (j->status != HEARTH_OK)
    printf("%-44s failed: %d\n", what, (int)j->status);
  else
    printf("%-44s %7.3f s   first eigenvalue %.12g   library's peak %.3f x data, process beyond data %.3f x\n", what, seconds, j->first, (double)most / bytes,
           (peak - before) / bytes);
}

static hearth_status make_data(job *j, int32_t order) {
  const int64_t shape[2] = {j->n, j->p};
  hearth_layout *layout = NULL;
  hearth_window window;
  hearth_status status = hearth_layout_split(j->ctx, 2, shape, 0, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT32, order, &j->data);
  if (status == HEARTH_OK) status = hearth_array_access(j->data, 0, HEARTH_WRITE, &window);
  if (status == HEARTH_OK) {
    fill(&window);
    status = hearth_array_release(j->data, 0);
  }
  hearth_layout_destroy(&layout);
  return status;
}

static int run(int argc, char **argv) {
  job j = {.n = argc > 1 ? atoll(argv[1]) : 200000, .p = argc > 2 ? atoll(argv[2]) : 819, .components = argc > 3 ? atoi(argv[3]) : 100};
  const int runs = argc > 4 ? atoi(argv[4]) : 5, slow = argc > 5 ? atoi(argv[5]) : 1;
  const double bytes = 4.0 * (double)(j.n * j.p);
  static const char *const orders[] = {"row-major", "column-major"}, *const products[] = {"float64", "float32"};
  static const char *const solvers[] = {"", "", "CholeskyQR", "TSQR", "randomized (4 power iterations)", "hierarchical"};
  char what[80];
  if (hearth_context_create(MPI_COMM_SELF, NULL, &j.ctx)) return 1;
  printf("PCA of %lld x %lld float32 (%.0f MB), %d components, backend %s, %d timed runs\n", (long long)j.n, (long long)j.p, bytes / 1e6, (int)j.components,
         hearth_context_backend(j.ctx), runs);
  for (int32_t order = 1; order >= 0; order--) {
    if (make_data(&j, order)) return 1;
    for (j.accuracy = 0; j.accuracy < 2; j.accuracy++) {
      snprintf(what, sizeof what, "fit, %s products, %s", products[j.accuracy], orders[order]);
      report(&j, what, runs, bytes);
    }
    if (order == 1) hearth_array_destroy(&j.data);
  }
  j.accuracy = 0;
  for (j.solver = HEARTH_PCA_CHOLESKY_QR; j.solver <= HEARTH_PCA_HIERARCHICAL && slow > 0; j.solver++) {
    snprintf(what, sizeof what, "fit, %s, row-major", solvers[j.solver]);
    report(&j, what, slow, bytes);
  }
  hearth_array_destroy(&j.data);
  hearth_context_memory_trim(j.ctx);
  const double d = measure_products(&j, runs, sizeof(double), product64), s = measure_products(&j, runs, sizeof(float), product32);
  const double flops = (double)j.n * (double)j.p * (double)j.p;
  printf("bound: dsyrk alone    %7.3f s   %6.1f GF/s\nbound: ssyrk alone    %7.3f s   %6.1f GF/s\n", d, flops / d / 1e9, s, flops / s / 1e9);
  hearth_context_destroy(&j.ctx);
  return 0;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int code = run(argc, argv);
  MPI_Finalize();
  return code;
}
