/* What a checkpoint costs beside a plain write of as many bytes, and a bunch of a stream beside the bytes and flops that it cannot do without.
 *
 *   mpirun -n 2 checkpoint [points per rank in thousands] [folder]
 */
#define _GNU_SOURCE
#include "timing.h"
#include <fcntl.h>
#include <hearth/hearth.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 5, MODES = 16, BUNCH = 16, KEPT = 26 };

static void check(hearth_status status, const char *what) {
  if (status == HEARTH_OK) return;
  fprintf(stderr, "%s: status %d\n", what, status);
  MPI_Abort(MPI_COMM_WORLD, 1);
}
#define CHECK(call) check((call), #call)

static double median(double *seconds) {
  qsort(seconds, ROUNDS, sizeof *seconds, bench_compare);
  return seconds[ROUNDS / 2];
}

static double now(void) {
  MPI_Barrier(MPI_COMM_WORLD);
  return MPI_Wtime();
}

/* Every rank its own file, brought to disk. */
static double plain_write(const char *folder, const void *data, size_t bytes) {
  char name[600];
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(name, sizeof name, "%s/plain.%d", folder, rank);
  const double start = now();
  const int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  for (size_t done = 0; done < bytes;) {
    const ssize_t n = write(fd, (const char *)data + done, bytes - done);
    if (n <= 0) MPI_Abort(MPI_COMM_WORLD, 1);
    done += (size_t)n;
  }
  fsync(fd);
  close(fd);
  const double seconds = now() - start;
  unlink(name);
  return seconds;
}

static void fill(double *field, int64_t points, int t) {
  for (int64_t i = 0; i < points; i++) field[i] = (double)((i * 7 + t * 131) % 1009) + 20.0 * (double)((i / 64 * (t % 7 + 1)) % 37);
}

static double bunch_seconds(hearth_pca *pca, hearth_array *array, double *field, int64_t points, int *t) {
  double seconds = 0;
  for (int j = 0; j < BUNCH; j++) {
    fill(field, points, *t);
    const double start = now();
    CHECK(hearth_pca_partial_fit(pca, array, (*t)++));
    seconds += now() - start;
  }
  return seconds;
}

static void measure(hearth_context *ctx, int rank, int nranks, int64_t points, const char *folder, int32_t method, const char *name) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_array *array = NULL;
  hearth_pca *pca = NULL, *copy = NULL;
  double *field = malloc((size_t)points * sizeof *field), save[ROUNDS], plain[ROUNDS], restore[ROUNDS], bunch[ROUNDS];
  const int64_t shape[1] = {points * nranks}, start[1] = {points * rank};
  hearth_window window = {.base = field, .dtype = HEARTH_FLOAT64, .ndim = 1, .extent = {points}, .stride = {sizeof(double)}};
  char path[600];
  int t = 0;
  options.bunch = BUNCH;
  options.n_kept = KEPT;
  options.keep_scores = 0;
  options.stream_method = method;
  CHECK(hearth_array_wrap_local(ctx, &window, 1, shape, start, &array));
  CHECK(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
  for (int i = 0; i < 3; i++) bunch_seconds(pca, array, field, points, &t);
  snprintf(path, sizeof path, "%s/checkpoint.h5", folder);
  const size_t bytes = (size_t)(KEPT + 1) * (size_t)points * sizeof(double);
  void *content = malloc(bytes);
  memset(content, 1, bytes);
  for (int r = 0; r < ROUNDS; r++) {
    bunch[r] = bunch_seconds(pca, array, field, points, &t);
    double begin = now();
    CHECK(hearth_pca_save(pca, path));
    save[r] = now() - begin;
    plain[r] = plain_write(folder, content, bytes);
    CHECK(hearth_pca_create(ctx, MODES, NULL, &options, &copy));
    begin = now();
    CHECK(hearth_pca_restore(copy, array, path));
    restore[r] = now() - begin;
    hearth_pca_destroy(&copy);
  }
  const double all = (double)bytes * nranks / 1e6, a = median(save), b = median(plain), c = median(restore), d = median(bunch);
  if (rank == 0)
    printf("%-8s bunch %7.1f ms   save %7.1f ms (%5.0f MB/s), plain write %7.1f ms (%5.0f MB/s), ratio %.2f   restore %7.1f ms (%5.0f MB/s)\n", name, 1e3 * d,
           1e3 * a, all / a, 1e3 * b, all / b, a / b, 1e3 * c, all / c);
  if (rank == 0) unlink(path);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&array);
  free(field);
  free(content);
}

int main(int argc, char **argv) {
  hearth_context *ctx = NULL;
  int rank, nranks;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &nranks);
  const int64_t points = 1000 * (argc > 1 ? atoll(argv[1]) : 500);
  const char *folder = argc > 2 ? argv[2] : ".";
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  for (int mode = 0; mode < 2; mode++) {
    options.reduction = mode ? HEARTH_REDUCTION_REPRODUCIBLE : HEARTH_REDUCTION_FAST;
    CHECK(hearth_context_create(MPI_COMM_WORLD, &options, &ctx));
    CHECK(hearth_io_attach(ctx));
    if (rank == 0) printf("%lld points on %d ranks, %d directions, %s\n", (long long)(points * nranks), nranks, KEPT, mode ? "reproducible" : "fast");
    measure(ctx, rank, nranks, points, folder, HEARTH_STREAM_BRAND, "brand");
    if (!mode) measure(ctx, rank, nranks, points, folder, HEARTH_STREAM_SKETCH, "sketch");
    hearth_context_destroy(&ctx);
  }
  MPI_Finalize();
  return 0;
}
