/* Conjugate gradients, Lanczos and eigsh on operators and matrices: residuals, orthogonality, and spectra that are known. */
#include "harness.h"
#include "linalg_values.h"

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_COMPLEX64};

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

static const double pi = 3.14159265358979323846;

/* A Hermitian matrix of order n with eigenvalues i + 1 + shift, i < n: the discrete sine vectors turned by phases. */
static numbers hermitian(int64_t n, double shift, bool pairs) {
  numbers a = numbers_make(2, (int64_t[]){n, n});
  const double h = (double)(n + 1);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = 0.0;
      for (int64_t l = 0; l < n; l++) sum += (double)(l + 1 + shift) * sin(pi * (double)((i + 1) * (l + 1)) / h) * sin(pi * (double)((j + 1) * (l + 1)) / h);
      a.at[i * n + j] = 2.0 / h * sum * (pairs ? cexp(CMPLX(0.0, 0.7 * (double)(i - j))) : 1.0);
    }
  return a;
}

static double residual_of(const numbers *a, const numbers *x, const numbers *b) {
  const int64_t n = a->shape[0];
  double far = 0.0, size = 0.0;
  for (int64_t i = 0; i < n; i++) {
    double _Complex sum = -b->at[i];
    for (int64_t j = 0; j < n; j++) sum += a->at[i * n + j] * x->at[j];
    far += creal(sum * conj(sum));
    size += creal(b->at[i] * conj(b->at[i]));
  }
  return sqrt(far / size);
}

static void check_cg_matrix(hearth_context *ctx, int kind, int32_t dtype) {
  const int64_t n = 16;
  const numbers a = hermitian(n, 2.0, is_complex_type(dtype)), b = numbers_rough(1, &n, is_complex_type(dtype), 5);
  hearth_array *matrix = numbers_array(ctx, kind, &a, dtype, kind % 2), *side = numbers_array(ctx, (kind * 5 + 1) % 4, &b, dtype, 0);
  const double tolerance = is_single_type(dtype) ? 3e-6 : 1e-12;
  for (int jacobi = kind % 2; jacobi < 2; jacobi += 2) {
    hearth_cg_options options = HEARTH_CG_OPTIONS_INIT;
    numbers zero = numbers_make(1, &n);
    hearth_array *x = numbers_array(ctx, (kind + 7) % TABLE_KINDS, &zero, dtype, 0);
    int64_t iterations = -1;
    double residual = -1.0;
    options.tolerance = tolerance;
    options.jacobi = jacobi;
    assert_ok(hearth_cg_matrix(matrix, side, &options, x, &iterations, &residual));
    const numbers found = numbers_of(x);
    const double far = residual_of(&a, &found, &b);
    assert_all(iterations > 0 && iterations <= 3 * n && residual <= tolerance && far <= 2.0 * tolerance && fabs(far - residual) <= tolerance);
    /* From the solution on there is nothing to do. */
    assert_ok(hearth_cg_matrix(matrix, side, &options, x, &iterations, &residual));
    assert_all(iterations <= (is_single_type(dtype) ? 2 : 1));
    hearth_array_destroy(&x);
    free(found.at), free(zero.at);
  }
  hearth_array_destroy(&matrix), hearth_array_destroy(&side);
  free(a.at), free(b.at);
}

static void cg_matrices(void **state) {
  (void)state;
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      if (is_usable(kind) && is_usable((kind + 7) % TABLE_KINDS) && (backends[which] == HEARTH_BACKEND_CPU || kind % 6 == which))
        check_cg_matrix(ctx, kind, dtypes[kind % 4]);
    test_context_destroy(&ctx);
  }
}

/* The five-point Laplacian with zero boundary on a field that is split in rows; neighbours by redistribution of the whole field: slow and simple. */
typedef struct laplacian {
  int64_t nx, ny, calls;
  double sign;
  int fail_at;
} laplacian;

typedef struct stencil {
  const laplacian *l;
  const numbers *x;
} stencil;

static void apply_stencil(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const stencil *s = user;
  const int64_t nx = s->l->nx, ny = s->l->ny, place = ndim == 2 ? global[0] * ny + global[1] : global[0], i = place / ny, j = place % ny;
  const double _Complex *x = s->x->at;
  double _Complex sum = 4.0 * x[place];
  if (i > 0) sum -= x[place - ny];
  if (i < nx - 1) sum -= x[place + ny];
  if (j > 0) sum -= x[place - 1];
  if (j < ny - 1) sum -= x[place + 1];
  number_set(address, dtype, s->l->sign * sum);
}

static hearth_status apply_laplacian(void *user, const hearth_array *x, hearth_array *y) {
  laplacian *l = user;
  const numbers values = numbers_of((hearth_array *)(uintptr_t)x);
  stencil s = {l, &values};
  const int64_t failed = values_visit(y, HEARTH_WRITE, apply_stencil, &s);
  free(values.at);
  if (++l->calls == l->fail_at && test_rank == test_size - 1) return HEARTH_ERR_STATE;
  return failed ? HEARTH_ERR_INTERNAL : HEARTH_OK;
}

static hearth_status divide_by_four(void *user, const hearth_array *x, hearth_array *y) {
  (void)user;
  return hearth_binary_scalar_into(x, 4.0, HEARTH_OP_DIVIDE, y);
}

static double laplacian_value(int64_t nx, int64_t ny, int64_t i, int64_t j) {
  const double s = sin(pi * (double)i / (double)(2 * (nx + 1))), t = sin(pi * (double)j / (double)(2 * (ny + 1)));
  return 4.0 * s * s + 4.0 * t * t;
}

/* Unknowns that are a field of two dimensions, with and without a preconditioner. */
static void cg_operator(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind += 3) {
    laplacian l = {9, 7, 0, 1.0, 0};
    const int64_t shape[2] = {l.nx, l.ny};
    numbers b = numbers_rough(2, shape, false, 2), zero = numbers_make(2, shape);
    hearth_array *x = numbers_array(ctx, kind, &zero, HEARTH_FLOAT64, 0), *side = numbers_array(ctx, TABLE_SPLIT_LAST, &b, HEARTH_FLOAT32, 0);
    hearth_cg_options options = HEARTH_CG_OPTIONS_INIT;
    int64_t iterations = 0;
    double residual = 1.0;
    options.tolerance = 1e-11;
    assert_ok(hearth_cg(apply_laplacian, kind % 2 ? divide_by_four : NULL, &l, side, &options, x, &iterations, &residual));
    assert_all(residual <= 1e-11 && iterations > 5 && l.calls <= iterations + 4);
    const numbers found = numbers_of(x), rounded = numbers_of(side);
    double far = 0.0;
    for (int64_t e = 0; e < 63; e++) {
      double value;
      stencil s = {&l, &found};
      apply_stencil((char *)&value, HEARTH_FLOAT64, 2, (int64_t[]){e / 7, e % 7}, &s);
      far = fmax(far, fabs(value - creal(rounded.at[e])));
    }
    assert_all(far <= 1e-10);
    hearth_array_destroy(&x), hearth_array_destroy(&side);
    free(b.at), free(zero.at), free(found.at), free(rounded.at);
  }
  test_context_destroy(&ctx);
}

static void cg_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t n = 63, order = 6;
  numbers b = numbers_rough(1, &n, false, 2), zero = numbers_make(1, &n), matrix = hermitian(order, -3.5, false), small = numbers_rough(1, &order, false, 1);
  laplacian l = {9, 7, 0, -1.0, 0};
  hearth_array *x = numbers_array(ctx, TABLE_CYCLIC_1, &zero, HEARTH_FLOAT64, 0), *side = numbers_array(ctx, TABLE_SPLIT_FIRST, &b, HEARTH_FLOAT64, 0);
  hearth_array *a = numbers_array(ctx, TABLE_SPLIT_FIRST, &matrix, HEARTH_FLOAT64, 0), *y = numbers_array(ctx, TABLE_SPLIT_FIRST, &small, HEARTH_FLOAT64, 0);
  hearth_array *z = numbers_array(ctx, TABLE_SPLIT_FIRST, &small, HEARTH_FLOAT64, 0);
  hearth_cg_options options = HEARTH_CG_OPTIONS_INIT;
  int64_t iterations = -1;
  double residual = -1.0;
  assert_status(HEARTH_ERR_NUMERICAL, hearth_cg(apply_laplacian, NULL, &l, side, NULL, x, &iterations, &residual)); /* negative definite */
  l.sign = 1.0;
  options.max_iterations = 3;
  options.tolerance = 1e-10;
  assert_status(HEARTH_ERR_NUMERICAL, hearth_cg(apply_laplacian, NULL, &l, side, &options, x, &iterations, &residual)); /* too few iterations */
  assert_all(iterations == 3 && residual > 1e-10 && residual < 10.0);
  const numbers so_far = numbers_of(x);
  double size = 0.0;
  for (int64_t i = 0; i < n; i++) size += cabs(so_far.at[i]);
  assert_all(size > 0.1); /* the last iterate is there */
  options.max_iterations = 0;
  options.tolerance = 1e-30;
  assert_status(HEARTH_ERR_NUMERICAL, hearth_cg(apply_laplacian, NULL, &l, side, &options, x, &iterations, &residual)); /* beyond the precision */
  assert_all(residual < 1e-13);
  l.calls = 0;
  l.fail_at = 4;
  options.tolerance = 1e-10;
  assert_ok(hearth_array_fill(x, 0.0));
  assert_status(HEARTH_ERR_STATE, hearth_cg(apply_laplacian, NULL, &l, side, &options, x, &iterations, &residual));
  assert_status(HEARTH_ERR_NUMERICAL, hearth_cg_matrix(a, y, NULL, z, &iterations, &residual)); /* eigenvalues on both sides of 0 */
  options.jacobi = 1;
  assert_status(HEARTH_ERR_MISMATCH, hearth_cg_matrix(a, side, &options, x, &iterations, &residual));
  assert_status(HEARTH_ERR_MISMATCH, hearth_cg_matrix(a, side, &options, z, &iterations, &residual));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cg(NULL, NULL, NULL, side, NULL, x, &iterations, &residual));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cg(apply_laplacian, NULL, &l, side, NULL, x, NULL, &residual));
  options.max_iterations = test_rank;
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_cg(apply_laplacian, NULL, &l, side, &options, x, &iterations, &residual));
  options.size = 8;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cg(apply_laplacian, NULL, &l, side, &options, x, &iterations, &residual));
  assert_ok(hearth_array_fill(side, NAN));
  l.fail_at = 0;
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_cg(apply_laplacian, NULL, &l, side, NULL, x, &iterations, &residual));
  assert_ok(hearth_array_fill(side, 0.0));
  assert_ok(hearth_cg(apply_laplacian, NULL, &l, side, NULL, x, &iterations, &residual)); /* nothing to solve: 0 */
  assert_all(iterations == 0 && residual == 0.0 && numbers_far(x, &zero) == 0.0);
  hearth_array_destroy(&x), hearth_array_destroy(&side), hearth_array_destroy(&a), hearth_array_destroy(&y), hearth_array_destroy(&z);
  free(b.at), free(zero.at), free(matrix.at), free(small.at), free(so_far.at);
  test_context_destroy(&ctx);
}

/* |V^H V - 1| at most. */
static double orthogonality(const numbers *v) {
  const int64_t n = v->shape[0], m = v->shape[1];
  double far = 0.0;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < m; j++) {
      double _Complex sum = i == j ? -1.0 : 0.0;
      for (int64_t r = 0; r < n; r++) sum += conj(v->at[r * m + i]) * v->at[r * m + j];
      far = fmax(far, cabs(sum));
    }
  return far;
}

static void check_lanczos(hearth_context *ctx, int kind, int32_t dtype) {
  const int64_t n = 17, k = 5;
  const numbers a = hermitian(n, 0.0, is_complex_type(dtype)), start = numbers_rough(1, &n, is_complex_type(dtype), 3);
  hearth_array *matrix = numbers_array(ctx, kind, &a, dtype, 0), *first = numbers_array(ctx, (kind + 5) % TABLE_KINDS, &start, dtype, 0);
  hearth_array *diagonal = NULL, *off = NULL, *basis = NULL;
  const double tolerance = is_single_type(dtype) ? 2e-5 : 1e-13;
  assert_ok(hearth_lanczos_matrix(matrix, first, k, &diagonal, &off, &basis));
  const numbers d = numbers_of(diagonal), o = numbers_of(off), v = numbers_of(basis);
  assert_all(d.shape[0] == k && o.shape[0] == k && v.shape[0] == n && v.shape[1] == k);
  assert_all(orthogonality(&v) <= tolerance);
  double far = 0.0, rest = 0.0; /* A v - v T: nothing but in the last column, where it is as large as is said */
  for (int64_t j = 0; j < k; j++)
    for (int64_t i = 0; i < n; i++) {
      double _Complex sum = -v.at[i * k + j] * d.at[j];
      for (int64_t l = 0; l < n; l++) sum += a.at[i * n + l] * v.at[l * k + j];
      if (j > 0) sum -= o.at[j - 1] * v.at[i * k + j - 1];
      if (j < k - 1) sum -= o.at[j] * v.at[i * k + j + 1];
      if (j < k - 1)
        far = fmax(far, cabs(sum));
      else
        rest += creal(sum * conj(sum));
    }
  assert_all(far <= 50.0 * tolerance);
  assert_near(sqrt(rest), creal(o.at[k - 1]), 50.0 * tolerance);
  hearth_array_destroy(&matrix), hearth_array_destroy(&first), hearth_array_destroy(&diagonal), hearth_array_destroy(&off), hearth_array_destroy(&basis);
  free(a.at), free(start.at), free(d.at), free(o.at), free(v.at);
}

static void lanczos(void **state) {
  (void)state;
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      if (is_usable(kind) && is_usable((kind + 5) % TABLE_KINDS) && (backends[which] == HEARTH_BACKEND_CPU || kind % 6 == which))
        check_lanczos(ctx, kind, dtypes[kind % 4]);
    test_context_destroy(&ctx);
  }
}

/* An eigenvector as start: the subspace is complete after one step; a matrix of zeros; more steps than the order. */
static void lanczos_ends(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t n = 9;
  numbers a = hermitian(n, 0.0, false), start = numbers_make(1, &n);
  for (int64_t i = 0; i < n; i++) start.at[i] = 1e-20 * sin(pi * (double)((i + 1) * 4) / 10.0);
  hearth_array *matrix = numbers_array(ctx, TABLE_SPLIT_LAST, &a, HEARTH_FLOAT64, 0), *first = numbers_array(ctx, TABLE_SPLIT_FIRST, &start, HEARTH_FLOAT64, 0);
  hearth_array *diagonal = NULL, *off = NULL, *v = NULL;
  assert_ok(hearth_lanczos_matrix(matrix, first, 5, &diagonal, &off, &v));
  numbers d = numbers_of(diagonal);
  assert_all(d.shape[0] == 1);
  assert_near(creal(d.at[0]), 4.0, 1e-12);
  free(d.at);
  hearth_array_destroy(&diagonal), hearth_array_destroy(&off), hearth_array_destroy(&v);
  assert_ok(hearth_lanczos_matrix(matrix, NULL, 100, &diagonal, &off, &v));
  d = numbers_of(diagonal);
  double sum = 0.0;
  for (int64_t i = 0; i < d.shape[0]; i++) sum += creal(d.at[i]);
  assert_all(d.shape[0] == n);
  assert_near(sum, 45.0, 1e-11); /* the trace */
  free(d.at);
  hearth_array_destroy(&diagonal), hearth_array_destroy(&off), hearth_array_destroy(&v);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lanczos_matrix(matrix, NULL, 0, &diagonal, &off, &v));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lanczos_matrix(matrix, NULL, 3, &diagonal, &off, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lanczos(NULL, NULL, first, 3, &diagonal, &off, &v));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lanczos_matrix(matrix, matrix, 3, &diagonal, &off, &v));
  assert_ok(hearth_array_fill(matrix, NAN));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_lanczos_matrix(matrix, NULL, 3, &diagonal, &off, &v));
  hearth_array_destroy(&matrix), hearth_array_destroy(&first);
  free(a.at), free(start.at);
  test_context_destroy(&ctx);
}

static void check_pairs(const numbers *a, hearth_array *w, hearth_array *v, hearth_array *residuals, const double *expected, double tolerance) {
  const numbers values = numbers_of(w), vectors = numbers_of(v), left = numbers_of(residuals);
  const int64_t n = a->shape[0], k = values.shape[0];
  double far = 0.0, size = 0.0, sign = 0.0;
  for (int64_t j = 0; j < k; j++) {
    double norm = 0.0, largest = 0.0;
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
      double _Complex sum = -values.at[j] * vectors.at[i * k + j];
      for (int64_t l = 0; l < n; l++) sum += a->at[i * n + l] * vectors.at[l * k + j];
      norm += creal(sum * conj(sum));
      largest = fmax(largest, cabs(vectors.at[i * k + j]));
    }
    while (cabs(vectors.at[at * k + j]) < (1.0 - 1e-6) * largest) at++;
    sign = fmax(sign, cabs(vectors.at[at * k + j] - cabs(vectors.at[at * k + j])));
    size = fmax(size, fabs(sqrt(norm) - creal(left.at[j])));
    far = fmax(far, fmax(cabs(values.at[j] - expected[j]), sqrt(norm)));
  }
  assert_all(far <= tolerance && size <= tolerance && sign <= tolerance && orthogonality(&vectors) <= tolerance);
  free(values.at), free(vectors.at), free(left.at);
}

static void eigsh_matrices(void **state) {
  (void)state;
  const int64_t n = 40, k = 4;
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = which; kind < TABLE_KINDS; kind += which == 1 ? 4 : 9) {
      const int32_t dtype = dtypes[kind / 2 % 4];
      if (!is_usable(kind)) continue;
      const numbers a = hermitian(n, -20.0, is_complex_type(dtype));
      hearth_array *matrix = numbers_array(ctx, kind, &a, dtype, 0), *w = NULL, *v = NULL, *residuals = NULL;
      for (int32_t end = 0; end < 2; end++) {
        hearth_eigsh_options options = HEARTH_EIGSH_OPTIONS_INIT;
        double expected[4];
        options.which = end;
        for (int64_t i = 0; i < k; i++) expected[i] = end == HEARTH_EIGSH_LARGEST ? (double)(n - k + 1 + i) - 20.0 : (double)(i + 1) - 20.0;
        assert_ok(hearth_eigsh_matrix(matrix, k, &options, &w, &v, &residuals));
        check_pairs(&a, w, v, residuals, expected, is_single_type(dtype) ? 2e-3 : 1e-8);
        hearth_array_destroy(&w), hearth_array_destroy(&v), hearth_array_destroy(&residuals);
      }
      hearth_array_destroy(&matrix);
      free(a.at);
    }
    test_context_destroy(&ctx);
  }
}

/* All of a spectrum with multiple eigenvalues (the identity, too), from an operator; and what does not converge. */
static void eigsh_ends(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  laplacian l = {4, 4, 0, 1.0, 0};
  const int64_t n = 16, many = 144;
  numbers zero = numbers_make(1, &n), eye = numbers_make(2, (int64_t[]){n, n}), long_zero = numbers_make(1, &many);
  for (int64_t i = 0; i < n; i++) eye.at[i * n + i] = 2.5;
  hearth_array *start = numbers_array(ctx, TABLE_CYCLIC_1, &zero, HEARTH_FLOAT64, 0),
               *identity = numbers_array(ctx, TABLE_SPLIT_FIRST, &eye, HEARTH_FLOAT64, 0);
  hearth_array *long_start = numbers_array(ctx, TABLE_SPLIT_FIRST, &long_zero, HEARTH_FLOAT64, 0), *w = NULL, *v = NULL, *residuals = NULL;
  hearth_eigsh_options options = HEARTH_EIGSH_OPTIONS_INIT;
  assert_ok(hearth_eigsh(apply_laplacian, &l, start, n, NULL, &w, &v, &residuals));
  const numbers values = numbers_of(w), basis = numbers_of(v);
  double far = 0.0;
  bool used[16] = {false};
  for (int64_t e = 0; e < n; e++) { /* each known value is the nearest unused one of those found */
    const double value = laplacian_value(4, 4, e / 4 + 1, e % 4 + 1);
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++)
      if (!used[i] && (best < 0 || fabs(creal(values.at[i]) - value) < fabs(creal(values.at[best]) - value))) best = i;
    used[best] = true;
    far = fmax(far, fabs(creal(values.at[best]) - value));
  }
  assert_all(far <= 1e-12 && orthogonality(&basis) <= 1e-12);
  free(values.at), free(basis.at);
  hearth_array_destroy(&w), hearth_array_destroy(&v), hearth_array_destroy(&residuals);
  assert_ok(hearth_eigsh_matrix(identity, 3, NULL, &w, &v, &residuals));
  check_pairs(&eye, w, v, residuals, (const double[]){2.5, 2.5, 2.5}, 1e-12);
  hearth_array_destroy(&w), hearth_array_destroy(&v), hearth_array_destroy(&residuals);
  l.nx = l.ny = 12;
  options.which = HEARTH_EIGSH_SMALLEST;
  options.max_restarts = 1;
  options.basis = 6;
  assert_status(HEARTH_ERR_NUMERICAL, hearth_eigsh(apply_laplacian, &l, long_start, 4, &options, &w, &v, &residuals));
  assert_all(w == NULL && v == NULL && residuals == NULL);
  options.basis = 3;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigsh(apply_laplacian, &l, long_start, 4, &options, &w, &v, &residuals));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigsh_matrix(identity, n + 1, NULL, &w, &v, &residuals));
  options.size = 8;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigsh_matrix(identity, 2, &options, &w, &v, &residuals));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_eigsh_matrix(identity, 1 + test_rank, NULL, &w, &v, &residuals));
  hearth_array_destroy(&start), hearth_array_destroy(&identity), hearth_array_destroy(&long_start);
  free(zero.at), free(eye.at), free(long_zero.at);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(cg_matrices), cmocka_unit_test(cg_operator),  cmocka_unit_test(cg_refused),
                                          cmocka_unit_test(lanczos),     cmocka_unit_test(lanczos_ends), cmocka_unit_test(eigsh_matrices),
                                          cmocka_unit_test(eigsh_ends)};
HEARTH_TEST_MAIN(tests)
