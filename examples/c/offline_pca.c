/* EOFs of a variable in a file, offline, by the C API: mpirun -n 4 offline_pca FILE VARIABLE MODES OUTPUT.nc
 * The file is read twice, block by block; it may be larger than memory. */
#include <hearth/hearth.h>
#include <stdio.h>
#include <stdlib.h>

/* Everything that is made is kept here, so that one exit releases it. */
typedef struct work {
  hearth_context *ctx;
  hearth_file *file;
  hearth_variable *variable;
  hearth_source *source;
  hearth_pca *pca;
} work;

#define TRY(call)                                                                                                                                              \
  do {                                                                                                                                                         \
    const hearth_status status_ = (call);                                                                                                                      \
    if (status_ != HEARTH_OK) return status_;                                                                                                                  \
  } while (0)

static hearth_status report(work *w, int32_t modes) {
  double ratio[64];
  int32_t rank = 0, found = 0;
  TRY(hearth_pca_modes(w->pca, &found));
  if (found > modes) found = modes;
  TRY(hearth_pca_explained_variance_ratio(w->pca, found, ratio));
  TRY(hearth_context_rank(w->ctx, &rank));
  for (int32_t k = 0; k < found && rank == 0; k++) printf("mode %2d  %6.2f %% of the variance\n", (int)k + 1, 100 * ratio[k]);
  return HEARTH_OK;
}

static hearth_status analyse(work *w, const char *path, const char *name, int32_t modes, const char *output) {
  TRY(hearth_io_attach(w->ctx));
  TRY(hearth_file_open(w->ctx, path, &w->file));
  TRY(hearth_variable_open(w->file, name, &w->variable));
  TRY(hearth_source_create(w->ctx, &w->source));
  TRY(hearth_variable_source(w->variable, 0, w->source));
  TRY(hearth_pca_create(w->ctx, modes, NULL, NULL, &w->pca));
  TRY(hearth_pca_fit_source(w->pca, w->source));
  TRY(hearth_pca_write(w->pca, output));
  return report(w, modes);
}

static int run(int argc, char **argv) {
  work w = {0};
  if (argc != 5 || atoi(argv[3]) < 1 || atoi(argv[3]) > 64) {
    fprintf(stderr, "usage: offline_pca FILE VARIABLE MODES OUTPUT.nc   (1 to 64 modes)\n");
    return 2;
  }
  hearth_status status = hearth_context_create(MPI_COMM_WORLD, NULL, &w.ctx);
  if (status == HEARTH_OK) status = analyse(&w, argv[1], argv[2], atoi(argv[3]), argv[4]);
  if (status != HEARTH_OK) {
    char message[1024];
    int32_t rank = 0, code = 0, where = 0;
    hearth_last_error(w.ctx, &code, &where, message, sizeof message);
    if (w.ctx) hearth_context_rank(w.ctx, &rank);
    if (rank == 0) fprintf(stderr, "offline_pca: %s (rank %d): %s\n", hearth_status_string(status), (int)where, message);
  }
  hearth_pca_destroy(&w.pca);
  hearth_source_destroy(&w.source);
  hearth_variable_destroy(&w.variable);
  hearth_file_destroy(&w.file);
  hearth_context_destroy(&w.ctx);
  return status == HEARTH_OK ? 0 : 1;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int code = run(argc, argv);
  MPI_Finalize();
  return code;
}
