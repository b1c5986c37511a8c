/* Six samples x(t, i) = t (i + 1) at eight points: one mode, eigenvalue var(t) sum (i + 1)^2 = 3.5 * 204 = 714. */
#include <hearth/hearth.h>
#include <math.h>
#include <stdio.h>

enum { SAMPLES = 6, POINTS = 8 };

#define TRY(call)                                                                                                                                              \
  do {                                                                                                                                                         \
    const hearth_status status_ = (call);                                                                                                                      \
    if (status_ != HEARTH_OK) return status_;                                                                                                                  \
  } while (0)

static hearth_status analyse(hearth_context *ctx, int rank, int size, double *eigenvalue) {
  static double field[SAMPLES][POINTS];
  const int64_t first = POINTS * rank / size, count = POINTS * (rank + 1) / size - first, shape[2] = {SAMPLES, POINTS}, start[2] = {0, first};
  const hearth_window window = {field, HEARTH_FLOAT64, 2, {SAMPLES, count}, {sizeof field[0], sizeof field[0][0]}};
  hearth_array *array = NULL;
  hearth_pca *pca = NULL;
  for (int t = 0; t < SAMPLES; t++)
    for (int64_t i = 0; i < count; i++) field[t][i] = t * (double)(first + i + 1);
  TRY(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array));
  TRY(hearth_pca_create(ctx, 1, NULL, NULL, &pca));
  TRY(hearth_pca_fit(pca, array, 0));
  TRY(hearth_pca_eigenvalues(pca, 1, eigenvalue));
#ifdef CONSUMER_IO
  TRY(hearth_io_attach(ctx));
  TRY(hearth_pca_write(pca, "consumer.nc"));
  if (rank == 0) remove("consumer.nc");
#endif
  TRY(hearth_pca_destroy(&pca));
  return hearth_array_destroy(&array);
}

int main(int argc, char **argv) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  hearth_context *ctx = NULL;
  double eigenvalue = 0;
  int rank = 0, size = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  options.leak_check = 1;
  hearth_status status = hearth_context_create(MPI_COMM_WORLD, &options, &ctx);
  if (status == HEARTH_OK) status = analyse(ctx, rank, size, &eigenvalue);
  if (status != HEARTH_OK) {
    char message[512] = "";
    int32_t where = 0, last = 0;
    hearth_last_error(ctx, &last, &where, message, sizeof message);
    fprintf(stderr, "consumer: %s: %s\n", hearth_status_string(status), message);
  }
  const hearth_status end = hearth_context_destroy(&ctx);
  if (rank == 0) printf("eigenvalue %.4f on %d ranks, Hearth %s\n", eigenvalue, size, hearth_version());
  MPI_Finalize();
  return status != HEARTH_OK || end != HEARTH_OK || fabs(eigenvalue - 714) > 1e-9;
}
