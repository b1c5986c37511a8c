/* The C lines of README.md, on a file that is made first. */
#include <hearth/hearth.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMES = 12, POINTS = 9 };

static void must(hearth_status status, const char *what) {
  if (status == HEARTH_OK) return;
  fprintf(stderr, "%s: %s\n", what, hearth_status_string(status));
  MPI_Abort(MPI_COMM_WORLD, 1);
}

/* Two waves: enough for modes to be told apart. */
static void make_winds(MPI_Comm comm) {
  hearth_context *ctx = NULL;
  hearth_output *output = NULL;
  hearth_array *array = NULL;
  double values[TIMES][POINTS];
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  const int64_t shape[2] = {TIMES, POINTS}, rows = rank == 0 ? TIMES : 0, start[2] = {rank == 0 ? 0 : TIMES, 0};
  const hearth_window window = {values, HEARTH_FLOAT64, 2, {rows, POINTS}, {sizeof values[0], sizeof values[0][0]}};
  for (int t = 0; t < TIMES; t++)
    for (int i = 0; i < POINTS; i++) values[t][i] = 3 * cos(0.5 * t) * i + sin(1.3 * t) * cos(i) + sin(2.1 * t * t + i) + cos(0.9 * t * i);
  must(hearth_context_create(comm, NULL, &ctx), "context");
  must(hearth_output_create(ctx, "winds.nc", &output), "output");
  must(hearth_output_dimension(output, "time", TIMES), "time");
  must(hearth_output_dimension(output, "x", POINTS), "x");
  must(hearth_output_variable(output, "UWND", HEARTH_FLOAT64, "time x", NAN), "variable");
  must(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array), "array");
  must(hearth_output_write(output, "UWND", array), "values");
  must(hearth_output_commit(output), "commit");
  must(hearth_output_destroy(&output), "output");
  must(hearth_array_destroy(&array), "array");
  must(hearth_context_destroy(&ctx), "context");
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const MPI_Comm comm = MPI_COMM_WORLD;
  hearth_context *ctx = NULL;
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *winds = NULL;
  hearth_pca *pca = NULL;
  remove("eof.nc");
  make_winds(comm);

  hearth_context_create(comm, NULL, &ctx);
  hearth_io_attach(ctx);
  hearth_file_open(ctx, "winds.nc", &file);
  hearth_variable_open(file, "UWND", &variable);
  hearth_variable_load(variable, 0, &winds); /* each rank reads its part: split along the first axis */
  hearth_pca_create(ctx, 4, NULL, NULL, &pca);
  hearth_pca_fit(pca, winds, 0); /* samples lie along axis 0 */
  hearth_pca_write(pca, "eof.nc");

  double eigenvalues[4] = {0};
  int32_t status = -1, rank = -1;
  must(hearth_last_error(ctx, &status, &rank, NULL, 0), "last error");
  must(hearth_pca_eigenvalues(pca, 4, eigenvalues), "eigenvalues");
  FILE *written = fopen("eof.nc", "rb");
  const int code = status != HEARTH_OK || !written || !(eigenvalues[0] > eigenvalues[3] && eigenvalues[3] > 0);
  if (written) fclose(written);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&winds);
  hearth_variable_destroy(&variable);
  hearth_file_destroy(&file);
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return code;
}
