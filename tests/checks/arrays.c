/* The C lines of docs/arrays.md. */
#include <hearth/hearth.h>
#include <stdio.h>

enum { FIELDS = 2, LOCAL = 3 };

/* The status of a context's last failure ends the program: the lines of a guide look at no status. */
static void check(const hearth_context *ctx, const char *what) {
  int32_t status = HEARTH_OK;
  char message[512];
  hearth_last_error(ctx, &status, NULL, message, sizeof message);
  if (status == HEARTH_OK) return;
  fprintf(stderr, "%s: %s\n", what, message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void pieces_of(hearth_array *a) {
  int32_t pieces;
  hearth_array_pieces(a, &pieces);
  for (int32_t p = 0; p < pieces; p++) {
    hearth_window w; /* base address, dtype, extents, byte strides */
    hearth_array_access(a, p, HEARTH_READ_WRITE, &w);
    /* element (i, j) of the piece lies at (char *)w.base + i * w.stride[0] + j * w.stride[1] */
    hearth_array_release(a, p);
  }
}

static void destroy(int n, hearth_array **const *arrays) {
  for (int i = 0; i < n; i++) hearth_array_destroy(arrays[i]);
}

static void functions(hearth_context *ctx) {
  hearth_layout *rows = NULL, *all = NULL;
  hearth_layout_split(ctx, 2, (int64_t[]){1000, 18}, 0, &rows); /* balanced split of axis 0, the remainder on the first ranks */
  hearth_layout_split(ctx, 2, (int64_t[]){1000, 18}, -1, &all); /* replicated: every rank holds all of it */

  hearth_array *x = NULL, *latitude = NULL;
  hearth_zeros(rows, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &x);
  hearth_indices(rows, 1, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &latitude); /* each element is its column */
  pieces_of(x);

  hearth_layout *samples = NULL;
  hearth_layout_split(ctx, 1, (int64_t[]){1000}, 0, &samples);
  hearth_array *y = NULL, *sum = NULL, *column_means = NULL, *spread = NULL, *percentiles = NULL;
  hearth_ones(all, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &y);
  hearth_add(x, y, &sum);
  hearth_chain_scalars(x, 2, (int32_t[]){HEARTH_OP_MULTIPLY, HEARTH_OP_ADD}, (double[]){2, 1}, x); /* x = 2 x + 1 in place, one pass over memory */

  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = HEARTH_NAN_OMIT;
  hearth_mean(x, 1, (int32_t[]){0}, &options, &column_means);
  hearth_std(x, 0, NULL, NULL, &spread);                                                                         /* of all elements */
  hearth_percentile(x, 3, (double[]){5, 50, 95}, 1, (int32_t[]){0}, HEARTH_QUANTILE_LINEAR, NULL, &percentiles); /* [3, columns] */

  hearth_array *u = NULL, *z = NULL, *digits = NULL, *order = NULL;
  hearth_rand(rows, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 1, &u);              /* uniform in [0, 1), stream 1 */
  hearth_randn(rows, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, -1, &z);            /* standard normal, the next automatic stream */
  hearth_randint(rows, 0, 10, HEARTH_INT32, HEARTH_ROW_MAJOR, 2, &digits); /* 0 .. 9, without bias */
  hearth_permutation(samples, 3, &order);                                  /* of a 1-d layout; no communication */

  double value;
  hearth_array *threshold = NULL, *large = NULL, *chosen = NULL, *shuffled = NULL;
  hearth_full_like(u, 0.5, 0, &threshold);
  hearth_get_element(x, 2, (int64_t[]){3, 4}, &value); /* the same on all ranks */
  hearth_greater(u, threshold, &large);                /* a mask: bool */
  hearth_get_mask(u, large, &chosen);                  /* 1-d, in row-major order, balanced over the ranks */
  hearth_set_mask(u, large, 0);
  hearth_take(x, order, 0, &shuffled); /* rows in the order of an index array, which may lie anywhere */
  check(ctx, "functions");
  if (value != 1) {
    fprintf(stderr, "2 x + 1 of zeros is %g\n", value);
    MPI_Abort(MPI_COMM_WORLD, 1);
  }

  hearth_array **const made[] = {&x, &latitude, &y,     &sum,       &column_means, &spread, &percentiles, &u,
                                 &z, &digits,   &order, &threshold, &large,        &chosen, &shuffled};
  destroy((int)(sizeof made / sizeof made[0]), made);
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&all);
  hearth_layout_destroy(&samples);
}

static void service(hearth_context *ctx) {
  const int64_t n = LOCAL, nfields = FIELDS;
  const double values[FIELDS * LOCAL] = {1, 2, 3, 1e16, 1, -1e16};
  double sums[FIELDS];
  hearth_reproducible_sum(ctx, n, nfields, values, sums); /* values[field][n] of this rank; sums[field] over all ranks */
  check(ctx, "service");
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  hearth_context *ctx = NULL;
  hearth_context_create(MPI_COMM_WORLD, NULL, &ctx);
  functions(ctx);
  service(ctx);
  const hearth_status status = hearth_context_destroy(&ctx);
  MPI_Finalize();
  return status == HEARTH_OK ? 0 : 1;
}
