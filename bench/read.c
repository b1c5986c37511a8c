/* Reading one large HDF5 variable that is in the page cache, against the machine's own read(): a loop into a small buffer, as `cat FILE > /dev/null` does it.
 *
 *   OMP_NUM_THREADS=2 bench_read [MiB] [folder]        one process, 1024 MiB in /tmp if nothing is said
 *
 * Rows: into an array that was used before, and into fresh memory (the allocator's recycled blocks given back first). Medians of RUNS after one untimed run. */
#include <fcntl.h>
#include <hearth/hearth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 5, COLUMNS = 1024 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void stop_if(hearth_context *ctx, hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "bench_read: %s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

/* The file, of two variables of equal size in bytes. */
static void make_file(hearth_context *ctx, const char *path, int64_t bytes) {
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32};
  static const char *const names[] = {"float64", "float32"};
  static const char *const rows[] = {"rows8", "rows4"};
  hearth_output *output = NULL;
  stop_if(ctx, hearth_output_create(ctx, path, &output));
  stop_if(ctx, hearth_output_dimension(output, "column", COLUMNS));
  for (int v = 0; v < 2; v++) {
    const int64_t shape[2] = {bytes / hearth_dtype_size(dtypes[v]) / COLUMNS, COLUMNS};
    hearth_layout *layout = NULL;
    hearth_array *array = NULL;
    char dimensions[40];
    snprintf(dimensions, sizeof dimensions, "%s column", rows[v]);
    stop_if(ctx, hearth_output_dimension(output, rows[v], shape[0]));
    stop_if(ctx, hearth_output_variable(output, names[v], dtypes[v], dimensions, 0.0 / 0.0));
    stop_if(ctx, hearth_layout_split(ctx, 2, shape, 0, &layout));
    stop_if(ctx, hearth_array_create(layout, dtypes[v], HEARTH_ROW_MAJOR, &array));
    stop_if(ctx, hearth_array_fill(array, 1.5));
    stop_if(ctx, hearth_output_write(output, names[v], array));
    stop_if(ctx, hearth_array_destroy(&array));
    stop_if(ctx, hearth_layout_destroy(&layout));
  }
  stop_if(ctx, hearth_output_commit(output));
  stop_if(ctx, hearth_output_destroy(&output));
}

/* As cat does it: 128 KiB at a time. The bytes of one variable: the same amount. */
static double read_loop(const char *path, int64_t bytes) {
  static char buffer[131072];
  const int fd = open(path, O_RDONLY);
  const double start = now();
  for (int64_t done = 0; done < bytes;) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    done += n;
  }
  const double seconds = now() - start;
  close(fd);
  return seconds;
}

static double read_variable(hearth_context *ctx, hearth_variable *variable, int32_t dtype, int fresh, hearth_array **array) {
  const int64_t start[2] = {0, 0};
  int64_t shape[2];
  if (fresh) {
    stop_if(ctx, hearth_array_destroy(array));
    stop_if(ctx, hearth_context_memory_trim(ctx));
  }
  if (!*array) {
    hearth_layout *layout = NULL;
    stop_if(ctx, hearth_variable_shape(variable, 2, shape));
    stop_if(ctx, hearth_layout_split(ctx, 2, shape, 0, &layout));
    stop_if(ctx, hearth_array_create(layout, dtype, HEARTH_ROW_MAJOR, array));
    stop_if(ctx, hearth_layout_destroy(&layout));
  }
  MPI_Barrier(MPI_COMM_WORLD);
  const double begin = now();
  stop_if(ctx, hearth_variable_read(variable, start, 2, *array));
  return now() - begin;
}

/* The three measurements take turns, so that other work on the machine meets all of them. */
static void measure(hearth_context *ctx, hearth_file *file, const char *path, const char *name, int32_t dtype, int64_t bytes) {
  double seconds[3][RUNS];
  hearth_variable *variable = NULL;
  hearth_array *used = NULL, *fresh = NULL;
  stop_if(ctx, hearth_variable_open(file, name, &variable));
  for (int run = -1; run < RUNS; run++) {
    const double loop = read_loop(path, bytes), again = read_variable(ctx, variable, dtype, 0, &used), new = read_variable(ctx, variable, dtype, 1, &fresh);
    if (run >= 0) seconds[0][run] = loop, seconds[1][run] = again, seconds[2][run] = new;
  }
  stop_if(ctx, hearth_array_destroy(&used));
  stop_if(ctx, hearth_array_destroy(&fresh));
  stop_if(ctx, hearth_context_memory_trim(ctx));
  stop_if(ctx, hearth_variable_destroy(&variable));
  for (int k = 0; k < 3; k++) qsort(seconds[k], RUNS, sizeof(double), ascending);
  static const char *const labels[] = {"read() loop", "into a used array", "into a fresh array"};
  for (int k = 0; k < 3; k++)
    printf("%-8s %-20s %6.2f GB/s %8.1f ms (%.1f .. %.1f) %6.0f %% of the loop\n", name, labels[k], 1e-9 * (double)bytes / seconds[k][RUNS / 2],
           1e3 * seconds[k][RUNS / 2], 1e3 * seconds[k][0], 1e3 * seconds[k][RUNS - 1], 100.0 * seconds[0][RUNS / 2] / seconds[k][RUNS / 2]);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int64_t bytes = (argc > 1 ? atoll(argv[1]) : 1024) << 20;
  hearth_context *ctx = NULL;
  hearth_file *file = NULL;
  char path[1024];
  snprintf(path, sizeof path, "%s/hearth-bench-%d.nc", argc > 2 ? argv[2] : "/tmp", (int)getpid());
  stop_if(NULL, hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  make_file(ctx, path, bytes);
  stop_if(ctx, hearth_context_memory_trim(ctx));
  stop_if(ctx, hearth_file_open(ctx, path, &file));
  measure(ctx, file, path, "float64", HEARTH_FLOAT64, bytes);
  measure(ctx, file, path, "float32", HEARTH_FLOAT32, bytes);
  stop_if(ctx, hearth_file_destroy(&file));
  stop_if(ctx, hearth_context_destroy(&ctx));
  unlink(path);
  MPI_Finalize();
  return 0;
}
