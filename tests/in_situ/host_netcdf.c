/* What makes a model that links serial netCDF: linked into the example in front of Hearth, it writes a NetCDF-4 file through its own library before main and
 * reads it after, so that both libraries' symbols are in one process and both must work. */
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { N = 5 };

static void path_of(char *path, size_t capacity) {
  snprintf(path, capacity, "host_netcdf.%ld.nc", (long)getpid());
}

static void check(int status, const char *what) {
  if (status == NC_NOERR) return;
  fprintf(stderr, "host's netCDF: %s: %s\n", what, nc_strerror(status));
  _exit(3);
}

static void host_reads(void) {
  char path[64];
  int file, variable;
  double value[N] = {0};
  path_of(path, sizeof path);
  check(nc_open(path, NC_NOWRITE, &file), "open");
  check(nc_inq_varid(file, "v", &variable), "find");
  check(nc_get_var_double(file, variable, value), "read");
  check(nc_close(file), "close");
  unlink(path);
  for (int i = 0; i < N; i++)
    if (value[i] != i + 1) _exit(4);
}

__attribute__((constructor)) static void host_writes(void) {
  char path[64];
  int file, dim, variable;
  const double value[N] = {1, 2, 3, 4, 5};
  path_of(path, sizeof path);
  check(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &file), "create");
  check(nc_def_dim(file, "x", N, &dim), "dimension");
  check(nc_def_var(file, "v", NC_DOUBLE, 1, &dim, &variable), "variable");
  check(nc_put_var_double(file, variable, value), "write");
  check(nc_close(file), "close");
  atexit(host_reads); /* registered after HDF5's own handler, so it runs before that */
}
