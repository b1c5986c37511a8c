/* The host finalizes MPI itself while a context is alive: releases come late and do nothing, new contexts are refused. Run without mpirun. */
#include <hearth/context.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  hearth_context *ctx[3] = {NULL, NULL, NULL};
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  char message[256];
  int32_t status = 0, rank = 0;
  options.leak_check = 1;
  MPI_Init(&argc, &argv);
  for (int i = 0; i < 3; i++)
    if (hearth_context_create(MPI_COMM_WORLD, &options, &ctx[i]) != HEARTH_OK) return fputs("no context\n", stderr), 1;
  if (hearth_context_destroy(&ctx[1]) != HEARTH_OK) return fputs("release before MPI_Finalize\n", stderr), 2;
  MPI_Finalize();
  if (hearth_context_destroy(&ctx[2]) != HEARTH_OK || hearth_context_destroy(&ctx[0]) != HEARTH_OK) return fputs("release after MPI_Finalize\n", stderr), 3;
  if (hearth_context_create(MPI_COMM_WORLD, NULL, &ctx[0]) != HEARTH_ERR_MPI || ctx[0]) return fputs("a context after MPI_Finalize\n", stderr), 4;
  hearth_last_error(NULL, &status, &rank, message, sizeof message);
  if (status != HEARTH_ERR_MPI || !strstr(message, "finalized")) return fprintf(stderr, "message: %s\n", message), 5;
  return 0;
}
