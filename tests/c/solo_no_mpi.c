/* A serial program that never heard of MPI: creating a context initialises MPI, leaving the program finalizes it. Run without mpirun. */
#include <hearth/context.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static hearth_context *left_alive;

/* Registered before the library's handler, hence run after it. */
static void after_the_library(void) {
  int finalized = 0;
  MPI_Finalized(&finalized);
  const hearth_status status = hearth_context_destroy(&left_alive);
  if (finalized && status == HEARTH_OK && !left_alive) return;
  fprintf(stderr, "at exit: finalized %d, status of the release after it %d\n", finalized, (int)status);
  _exit(1);
}

int main(void) {
  hearth_context *ctx = NULL;
  int initialized = 1;
  int32_t rank = -1, size = -1;
  atexit(after_the_library);
  MPI_Initialized(&initialized);
  if (initialized) return fputs("MPI is initialised before the test\n", stderr), 2;
  if (hearth_context_create(MPI_COMM_WORLD, NULL, &ctx) != HEARTH_OK) return fputs("no context\n", stderr), 3;
  MPI_Initialized(&initialized);
  hearth_context_rank(ctx, &rank);
  hearth_context_size(ctx, &size);
  if (!initialized || rank != 0 || size != 1) return fprintf(stderr, "initialised %d, rank %d of %d\n", initialized, (int)rank, (int)size), 4;
  if (hearth_context_create_fortran((int32_t)MPI_Comm_c2f(MPI_COMM_SELF), NULL, &left_alive) != HEARTH_OK) return fputs("no second context\n", stderr), 5;
  if (hearth_context_destroy(&ctx) != HEARTH_OK || ctx) return fputs("the context is not released\n", stderr), 6;
  return 0;
}
