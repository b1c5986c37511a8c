#include "comm/comm_impl.h"

hearth_status hearth_mpi_check(const hearth_context *ctx, int code, const char *call) {
  if (code == MPI_SUCCESS) return HEARTH_OK;
  char text[MPI_MAX_ERROR_STRING] = "unknown error";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return hearth_fail(ctx, HEARTH_ERR_MPI, "%s failed with code %d: %s", call, code, text);
}
