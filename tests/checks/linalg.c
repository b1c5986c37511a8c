/* The C lines of docs/linalg.md. */
#include <hearth/hearth.h>
#include <stdio.h>

/* The status of a context's last failure ends the program: the lines of a guide look at no status. */
static void check(const hearth_context *ctx, const char *what) {
  int32_t status = HEARTH_OK;
  char message[512];
  hearth_last_error(ctx, &status, NULL, message, sizeof message);
  if (status == HEARTH_OK) return;
  fprintf(stderr, "%s: %s\n", what, message);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void destroy(int n, hearth_array **const *arrays) {
  for (int i = 0; i < n; i++) hearth_array_destroy(arrays[i]);
}

static void products(hearth_context *ctx) {
  hearth_layout *rows = NULL, *line = NULL;
  hearth_array *a = NULL, *b = NULL, *c = NULL, *x = NULL, *y = NULL, *xy = NULL, *squares = NULL, *sum = NULL, *upper = NULL, *norms = NULL, *e = NULL;
  double norm = -1.0;
  hearth_layout_split(ctx, 2, (int64_t[]){30, 30}, 0, &rows);
  hearth_layout_split(ctx, 1, (int64_t[]){30}, 0, &line);
  hearth_full(rows, 0.02, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a);
  hearth_ones(rows, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &b);
  hearth_ones(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &x);
  hearth_ones(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &y);
  hearth_matmul(a, b, &c);          /* [m, k] [k, n] -> [m, n]; vectors as NumPy has them */
  hearth_outer(x, y, &xy);          /* x(i) y(j) */
  hearth_vecdot(a, a, 1, &squares); /* sum of conj(a) a along axis 1 */
  hearth_trace(c, 0, &sum);
  hearth_triu(c, 1, &upper); /* zeros on and below the diagonal */
  hearth_matrix_norm(c, HEARTH_MATRIX_NORM_ONE, &norm);
  hearth_vector_norm(a, 3.0, 1, (int32_t[]){0}, NULL, &norms); /* of every column */
  hearth_expm(c, &e);
  check(ctx, "products");
  if (!(norm > 17.9 && norm < 18.1)) MPI_Abort(MPI_COMM_WORLD, 1); /* 30 rows of 0.6 */
  destroy(11, (hearth_array * *const[]){&a, &b, &c, &x, &y, &xy, &squares, &sum, &upper, &norms, &e});
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&line);
}

static void factorisations(hearth_context *ctx) {
  hearth_layout *rows = NULL, *line = NULL, *more = NULL;
  hearth_array *a = NULL, *b = NULL, *q = NULL, *r = NULL, *u = NULL, *s = NULL, *vt = NULL, *x = NULL, *residuals = NULL, *columns = NULL;
  hearth_array *sigma = NULL, *u1 = NULL, *s1 = NULL, *vt1 = NULL, *u2 = NULL, *s2 = NULL, *vt2 = NULL, *u3 = NULL, *s3 = NULL, *vt3 = NULL, *p = NULL,
               *h = NULL;
  int64_t rank = -1;
  double error = -1.0;
  hearth_layout_split(ctx, 2, (int64_t[]){300, 120}, 0, &rows);
  hearth_layout_split(ctx, 1, (int64_t[]){300}, 0, &line);
  hearth_layout_split(ctx, 2, (int64_t[]){300, 5}, 0, &more);
  hearth_rand(rows, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 1, &a);
  hearth_rand(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 2, &b);
  hearth_rand(more, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 3, &columns);
  hearth_qr(a, NULL, &q, &r);       /* diagonal of r real, not negative */
  hearth_svd(a, NULL, &u, &s, &vt); /* thin; hearth_svdvals: values alone */
  hearth_matrix_rank(a, -1.0, &rank);
  hearth_lstsq(a, b, -1.0, &x, &residuals, &rank, &sigma);
  hearth_hsvd_rank(a, 100, NULL, &u1, &s1, &vt1, &error); /* or hearth_hsvd_rtol(a, 1e-3, ...) */
  hearth_rsvd(a, 100, NULL, &u2, &s2, &vt2, &error);
  hearth_isvd(u2, s2, vt2, columns, 100, &u3, &s3, &vt3);
  hearth_polar(a, &p, &h);
  check(ctx, "factorisations");
  if (rank != 120 || !(error >= 0.0 && error < 1.0)) MPI_Abort(MPI_COMM_WORLD, 1);
  destroy(22, (hearth_array * *const[]){&a, &b, &q, &r, &u, &s, &vt, &x, &residuals, &columns, &sigma, &u1, &s1, &vt1, &u2, &s2, &vt2, &u3, &s3, &vt3, &p, &h});
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&line);
  hearth_layout_destroy(&more);
}

static void dense(hearth_context *ctx) {
  hearth_layout *rows = NULL, *line = NULL;
  hearth_array *a = NULL, *b = NULL, *x = NULL, *l = NULL, *half = NULL, *w = NULL, *v = NULL, *sign = NULL, *logarithm = NULL;
  double rcond = -1.0;
  hearth_layout_split(ctx, 2, (int64_t[]){30, 30}, 0, &rows);
  hearth_layout_split(ctx, 1, (int64_t[]){30}, 0, &line);
  hearth_eye(rows, 0, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a);
  hearth_rand(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 1, &b);
  hearth_rcond(a, &rcond); /* below 1e-16 nothing of x is significant */
  hearth_solve(a, b, &x);
  hearth_slogdet(a, &sign, &logarithm);

  hearth_triangular_options lower = HEARTH_TRIANGULAR_OPTIONS_INIT;
  lower.lower = 1;
  hearth_cholesky(a, &l); /* a = l l^H */
  hearth_solve_triangular(l, b, &lower, &half);

  hearth_eigh_options some = HEARTH_EIGH_OPTIONS_INIT;
  some.k = 5;
  some.which = HEARTH_EIGH_LARGEST;
  hearth_eigh(a, &some, &w, &v); /* w ascending */
  check(ctx, "dense problems");
  if (rcond != 1.0) MPI_Abort(MPI_COMM_WORLD, 1);
  destroy(9, (hearth_array * *const[]){&a, &b, &x, &l, &half, &w, &v, &sign, &logarithm});
  hearth_layout_destroy(&rows);
  hearth_layout_destroy(&line);
}

static hearth_status laplacian(void *user, const hearth_array *x, hearth_array *y) {
  hearth_array *left = NULL, *right = NULL; /* a ring: 2.1 x(i) - x(i - 1) - x(i + 1) */
  (void)user;
  hearth_roll(x, 1, 0, &left);
  hearth_roll(x, -1, 0, &right);
  hearth_status status = hearth_binary_scalar_into(x, 2.1, HEARTH_OP_MULTIPLY, y);
  if (status == HEARTH_OK) status = hearth_binary_into(y, left, HEARTH_OP_SUBTRACT, y);
  if (status == HEARTH_OK) status = hearth_binary_into(y, right, HEARTH_OP_SUBTRACT, y);
  hearth_array_destroy(&left);
  hearth_array_destroy(&right);
  return status;
}

static void iterations_of(hearth_context *ctx) {
  hearth_layout *line = NULL, *rows = NULL;
  hearth_array *b = NULL, *x = NULL, *w = NULL, *v = NULL, *residuals = NULL, *a = NULL;
  int64_t iterations = -1;
  double residual = -1.0;
  hearth_layout_split(ctx, 1, (int64_t[]){40}, 0, &line);
  hearth_layout_split(ctx, 2, (int64_t[]){40, 40}, 0, &rows);
  hearth_rand(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, 1, &b);
  hearth_zeros(line, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &x);
  hearth_eye(rows, 0, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a);
  hearth_cg(laplacian, NULL, NULL, b, NULL, x, &iterations, &residual); /* x: first guess, then the solution */
  hearth_eigsh(laplacian, NULL, x, 3, NULL, &w, &v, &residuals);        /* the three largest eigenvalues; x is the first vector */
  hearth_cg_matrix(a, b, NULL, x, &iterations, &residual);              /* with a matrix: no function needed */
  check(ctx, "iterative methods");
  if (iterations > 2 || !(residual <= 1e-5)) MPI_Abort(MPI_COMM_WORLD, 1);
  destroy(6, (hearth_array * *const[]){&b, &x, &w, &v, &residuals, &a});
  hearth_layout_destroy(&line);
  hearth_layout_destroy(&rows);
}

int main(int argc, char **argv) {
  hearth_context *ctx = NULL;
  MPI_Init(&argc, &argv);
  if (hearth_context_create(MPI_COMM_WORLD, NULL, &ctx) != HEARTH_OK) MPI_Abort(MPI_COMM_WORLD, 1);
  products(ctx);
  factorisations(ctx);
  iterations_of(ctx);
  dense(ctx);
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return 0;
}
