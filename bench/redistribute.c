/* Redistribution of an n x n matrix against the machine's own limit: all ranks at once copying their shares of the matrix (memory to memory, once).
 *
 *   OMP_NUM_THREADS=1 mpirun -n 2 redistribute [n] [runs]        n = 8192, 9 runs if nothing is said
 *
 * Rows: into an array that exists, and into one made for it in fresh memory (the allocator's recycled blocks given back first). Seconds of the slowest rank;
 * medians after one untimed run; the limit is measured between the rows, so that other work on the machine meets all of them. */
#include "timing.h"
#include <hearth/hearth.h>

static int rank, size;

static void stop_if(hearth_context *ctx, hearth_status status) {
  char message[512];
  int32_t code, failed;
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &failed, message, sizeof message);
  fprintf(stderr, "bench_redistribute: %s\n", message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

typedef enum kind { ROWS, COLUMNS, CYCLIC, TILES } kind;
typedef struct row {
  const char *name;
  kind from, to;
  int32_t from_dtype, to_dtype, from_order, to_order;
} row;
static const row rows[] = {
    {"split 0 -> 1", ROWS, COLUMNS, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 0},
    {"split 1 -> 0", COLUMNS, ROWS, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 0},
    {"split 0 -> 1, column-major", ROWS, COLUMNS, HEARTH_FLOAT64, HEARTH_FLOAT64, 1, 1},
    {"split 0 -> block-cyclic 64", ROWS, CYCLIC, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 0},
    {"split 0 -> 1, float32 out", ROWS, COLUMNS, HEARTH_FLOAT64, HEARTH_FLOAT32, 0, 0},
    {"split 0 -> boxes (tiles)", ROWS, TILES, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 0},
    {"row-major -> column-major", ROWS, ROWS, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 1},
    {"split 0 -> 1, orders change", ROWS, COLUMNS, HEARTH_FLOAT64, HEARTH_FLOAT64, 0, 1},
};

/* Tiles of a 16 x 16 checkerboard, dealt out in turn. */
static hearth_status tiles(hearth_context *ctx, const int64_t *shape, hearth_layout **layout) {
  enum { EDGE = 16 };
  int64_t starts[2 * EDGE * EDGE], counts[2 * EDGE * EDGE], n = 0;
  for (int t = 0; t < EDGE * EDGE; t++) {
    const int i = t / EDGE, j = t % EDGE;
    if ((i + j) % size != rank) continue;
    starts[2 * n] = shape[0] * i / EDGE;
    starts[2 * n + 1] = shape[1] * j / EDGE;
    counts[2 * n] = shape[0] * (i + 1) / EDGE - starts[2 * n];
    counts[2 * n + 1] = shape[1] * (j + 1) / EDGE - starts[2 * n + 1];
    n++;
  }
  return hearth_layout_from_local(ctx, 2, shape, n, starts, counts, layout);
}

static hearth_status make_layout(hearth_context *ctx, kind which, const int64_t *shape, hearth_layout **layout) {
  if (which == TILES) return tiles(ctx, shape, layout);
  if (which != CYCLIC) return hearth_layout_split(ctx, 2, shape, which == ROWS ? 0 : 1, layout);
  hearth_layout_builder *builder = NULL;
  stop_if(ctx, hearth_layout_builder_create(ctx, 2, shape, &builder));
  stop_if(ctx, hearth_layout_builder_block_cyclic(builder, 1, 0, 64, 0, 0));
  const hearth_status status = hearth_layout_builder_finish(builder, layout);
  hearth_layout_builder_destroy(&builder);
  return status;
}

static double slowest(double seconds) {
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds;
}

typedef struct bench {
  hearth_context *ctx;
  int64_t bytes; /* of this rank's share */
  hearth_layout *flat;
  hearth_array *a, *b; /* what the limit is measured with */
} bench;

static double limit(bench *b) {
  hearth_window from, to;
  stop_if(b->ctx, hearth_array_access(b->a, 0, HEARTH_READ, &from));
  stop_if(b->ctx, hearth_array_access(b->b, 0, HEARTH_WRITE, &to));
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = bench_now();
  memcpy(to.base, from.base, (size_t)b->bytes);
  const double seconds = slowest(bench_now() - start);
  stop_if(b->ctx, hearth_array_release(b->a, 0));
  stop_if(b->ctx, hearth_array_release(b->b, 0));
  return seconds;
}

static double into_existing(bench *b, const hearth_array *source, hearth_array *target) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = bench_now();
  stop_if(b->ctx, hearth_array_copy(source, target));
  return slowest(bench_now() - start);
}

static double into_fresh(bench *b, const hearth_array *source, const hearth_layout *layout, const row *r) {
  hearth_array *target = NULL;
  stop_if(b->ctx, hearth_context_memory_trim(b->ctx));
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = bench_now();
  stop_if(b->ctx, hearth_array_create(layout, r->to_dtype, r->to_order, &target));
  stop_if(b->ctx, hearth_array_copy(source, target));
  const double seconds = slowest(bench_now() - start);
  stop_if(b->ctx, hearth_array_destroy(&target));
  return seconds;
}

static void measure(bench *b, const row *r, const int64_t *shape, int runs) {
  double seconds[3][64];
  hearth_layout *from = NULL, *to = NULL;
  hearth_array *source = NULL, *target = NULL;
  stop_if(b->ctx, make_layout(b->ctx, r->from, shape, &from));
  if (make_layout(b->ctx, r->to, shape, &to) != HEARTH_OK) {
    if (rank == 0) printf("%-28s not available\n", r->name);
    hearth_layout_destroy(&from);
    return;
  }
  stop_if(b->ctx, hearth_array_create(from, r->from_dtype, r->from_order, &source));
  stop_if(b->ctx, hearth_array_create(to, r->to_dtype, r->to_order, &target));
  stop_if(b->ctx, hearth_array_fill(source, 1.5));
  for (int run = -1; run < runs; run++) {
    const double copy = limit(b), existing = into_existing(b, source, target), fresh = into_fresh(b, source, to, r);
    if (run >= 0) seconds[0][run] = copy, seconds[1][run] = existing, seconds[2][run] = fresh;
  }
  for (int k = 0; k < 3; k++) qsort(seconds[k], (size_t)runs, sizeof(double), bench_compare);
  const int m = runs / 2;
  if (rank == 0)
    printf("%-28s %8.4f (%.4f) %8.4f (%.4f) %8.4f %7.2f %7.2f\n", r->name, seconds[1][m], seconds[1][0], seconds[2][m], seconds[2][0], seconds[0][m],
           seconds[1][m] / seconds[0][m], seconds[2][m] / seconds[0][m]);
  stop_if(b->ctx, hearth_array_destroy(&source));
  stop_if(b->ctx, hearth_array_destroy(&target));
  stop_if(b->ctx, hearth_layout_destroy(&from));
  stop_if(b->ctx, hearth_layout_destroy(&to));
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const int64_t n = argc > 1 ? atoll(argv[1]) : 8192, shape[2] = {n, n};
  const int runs = argc > 2 ? atoi(argv[2]) : 9;
  bench b = {0};
  stop_if(NULL, hearth_context_create(MPI_COMM_WORLD, NULL, &b.ctx));
  stop_if(b.ctx, hearth_layout_split(b.ctx, 2, shape, 0, &b.flat));
  stop_if(b.ctx, hearth_array_create(b.flat, HEARTH_FLOAT64, 0, &b.a));
  stop_if(b.ctx, hearth_array_create(b.flat, HEARTH_FLOAT64, 0, &b.b));
  stop_if(b.ctx, hearth_array_fill(b.a, 1));
  int64_t local[2];
  stop_if(b.ctx, hearth_layout_local_shape(b.flat, 2, local));
  b.bytes = 8 * local[0] * local[1];
  if (rank == 0)
    printf("%lld x %lld, %d ranks: seconds, median (best)\n%-28s %17s %17s %8s %15s\n", (long long)n, (long long)n, size, "", "existing", "fresh", "copy",
           "times the copy");
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) measure(&b, &rows[k], shape, runs < 64 ? runs : 64);
  stop_if(b.ctx, hearth_array_destroy(&b.a));
  stop_if(b.ctx, hearth_array_destroy(&b.b));
  stop_if(b.ctx, hearth_layout_destroy(&b.flat));
  stop_if(b.ctx, hearth_context_destroy(&b.ctx));
  MPI_Finalize();
  return 0;
}
