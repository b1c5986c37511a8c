/* Index arrays, masks, shapes and slices, beside plain loops on the same data; ranks as mpirun starts them.
 *
 *   OMP_NUM_THREADS=1 mpirun -n 2 index [million elements]        10 if nothing is said
 *
 * All arrays are float64, split over the ranks. Rows: hearth_take of as many random elements; hearth_get_mask and hearth_set_mask with half of the elements;
 * hearth_reshape that has to move; a transposed view copied into rows; a slice with steps copied. Results are fresh; the slowest rank counts. */
#include "timing.h"
#include <hearth/hearth.h>

typedef struct work {
  hearth_context *ctx;
  hearth_array *a, *indices, *mask, *matrix, *square, *into, *half;
  int64_t n, rows;
  double *values, *taken;
  int64_t *places;
} work;

static void stop_if(hearth_context *ctx, hearth_status status) {
  char message[512];
  int32_t code, rank;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "bench_index: %s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void discard(work *w, hearth_array **result) {
  stop_if(w->ctx, hearth_array_destroy(result));
}

static void take(void *data) {
  work *w = data;
  hearth_array *result = NULL;
  stop_if(w->ctx, hearth_take(w->a, w->indices, 0, &result));
  discard(w, &result);
}
static void get_mask(void *data) {
  work *w = data;
  hearth_array *result = NULL;
  stop_if(w->ctx, hearth_get_mask(w->a, w->mask, &result));
  discard(w, &result);
}
static void set_mask(void *data) {
  work *w = data;
  stop_if(w->ctx, hearth_set_mask(w->a, w->mask, 1.5));
}
static void nonzero(void *data) {
  work *w = data;
  hearth_array *result = NULL;
  stop_if(w->ctx, hearth_nonzero(w->mask, &result));
  discard(w, &result);
}
static void reshape(void *data) {
  work *w = data;
  hearth_array *result = NULL;
  stop_if(w->ctx, hearth_reshape(w->matrix, 1, (int64_t[]){-1}, &result));
  discard(w, &result);
}
static void transpose(void *data) {
  work *w = data;
  hearth_array *view = NULL;
  stop_if(w->ctx, hearth_transpose(w->square, 0, NULL, &view));
  stop_if(w->ctx, hearth_array_copy(view, w->into));
  discard(w, &view);
}
static void slice(void *data) {
  work *w = data;
  hearth_array *view = NULL;
  stop_if(w->ctx, hearth_slice(w->square, 2, (int64_t[]){0, w->rows - 1}, (int64_t[]){w->rows, w->rows / 2}, (int64_t[]){1, -2}, &view));
  stop_if(w->ctx, hearth_array_copy(view, w->half));
  discard(w, &view);
}
/* The bound: this rank's share of the same reads, all of them local. */
static void plain_take(void *data) {
  work *w = data;
  for (int64_t j = 0; j < w->n; j++) w->taken[j] = w->values[w->places[j]];
}
static void plain_copy(void *data) {
  work *w = data;
  memcpy(w->taken, w->values, (size_t)w->n * sizeof *w->taken);
}

static hearth_array *make(work *w, int32_t ndim, const int64_t *shape, int32_t axis, int32_t dtype) {
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  stop_if(w->ctx, hearth_layout_split(w->ctx, ndim, shape, axis, &layout));
  stop_if(w->ctx, hearth_full(layout, 1, dtype, HEARTH_ROW_MAJOR, &array));
  stop_if(w->ctx, hearth_layout_destroy(&layout));
  return array;
}

static void fill(work *w, int64_t total) {
  hearth_window window;
  uint64_t state = 88172645463325252u;
  stop_if(w->ctx, hearth_array_access(w->indices, 0, HEARTH_WRITE, &window));
  w->n = window.extent[0];
  w->values = malloc((size_t)w->n * sizeof *w->values);
  w->taken = malloc((size_t)w->n * sizeof *w->taken);
  w->places = malloc((size_t)w->n * sizeof *w->places);
  for (int64_t j = 0; j < w->n; j++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    ((int64_t *)window.base)[j] = (int64_t)(state % (uint64_t)total);
    w->places[j] = (int64_t)(state % (uint64_t)w->n);
    w->values[j] = (double)j;
  }
  stop_if(w->ctx, hearth_array_release(w->indices, 0));
  stop_if(w->ctx, hearth_array_access(w->mask, 0, HEARTH_WRITE, &window));
  for (int64_t j = 0; j < window.extent[0]; j++) ((uint8_t *)window.base)[j] = w->places[j] & 1;
  stop_if(w->ctx, hearth_array_release(w->mask, 0));
}

static void report(const work *w, const char *name, void (*what)(void *), double bytes) {
  enum { RUNS = 7 };
  MPI_Barrier(MPI_COMM_WORLD);
  double seconds = bench_median(RUNS, what, (void *)w);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  if (rank == 0) printf("%-44s %8.1f ms %7.2f GB/s of elements\n", name, 1e3 * seconds, 1e-9 * bytes / seconds);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const int64_t total = (argc > 1 ? atoll(argv[1]) : 10) * 1000000;
  work w = {.rows = 64};
  while (w.rows * w.rows < total) w.rows += 64;
  stop_if(NULL, hearth_context_create(MPI_COMM_WORLD, NULL, &w.ctx));
  w.a = make(&w, 1, &total, 0, HEARTH_FLOAT64);
  w.indices = make(&w, 1, &total, 0, HEARTH_INT64);
  w.mask = make(&w, 1, &total, 0, HEARTH_BOOL);
  w.matrix = make(&w, 2, (int64_t[]){w.rows, w.rows}, 1, HEARTH_FLOAT64);
  w.square = make(&w, 2, (int64_t[]){w.rows, w.rows}, 0, HEARTH_FLOAT64);
  w.into = make(&w, 2, (int64_t[]){w.rows, w.rows}, 0, HEARTH_FLOAT64);
  w.half = make(&w, 2, (int64_t[]){w.rows, w.rows / 2}, 0, HEARTH_FLOAT64);
  fill(&w, total);
  const double bytes = 8.0 * (double)total, square = 8.0 * (double)(w.rows * w.rows);
  report(&w, "memcpy of the elements, each rank its own", plain_copy, bytes);
  report(&w, "plain loop, random, each rank its own", plain_take, bytes);
  report(&w, "take, random, over all ranks", take, bytes);
  report(&w, "get_mask, half of the elements", get_mask, bytes);
  report(&w, "set_mask, half of the elements", set_mask, bytes);
  report(&w, "nonzero of the mask", nonzero, bytes);
  report(&w, "reshape of a matrix split by columns", reshape, square);
  report(&w, "transposed view copied into rows", transpose, square);
  report(&w, "every second column backwards, copied", slice, square / 2);
  hearth_array **arrays[] = {&w.a, &w.indices, &w.mask, &w.matrix, &w.square, &w.into, &w.half};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) discard(&w, arrays[k]);
  free(w.values), free(w.taken), free(w.places);
  stop_if(w.ctx, hearth_context_destroy(&w.ctx));
  MPI_Finalize();
  return 0;
}
