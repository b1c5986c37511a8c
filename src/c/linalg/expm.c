/* The matrix exponential by scaling and squaring with Pade approximants: N. Higham, SIAM J. Matrix Anal. Appl. 26 (2005), 1179-1193, algorithm 2.3. */
#include <hearth/creation.h>
#include <hearth/matmul.h>
#include <hearth/redistribute.h>
#include <hearth/solve.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "linalg/dense.h"
#include "linalg/operand.h"
#include "linalg/product.h"
#include "linalg/vectors.h"
#include <math.h>

/* Coefficients of the approximants' numerators, and the largest norm for which an approximant is as good as float64. */
typedef struct pade {
  int degree;
  double norm;
  double b[14];
} pade;
static const pade approximants[] = {{3, 1.495585217958292e-2, {120, 60, 12, 1}},
                                    {5, 2.539398330063230e-1, {30240, 15120, 3360, 420, 30, 1}},
                                    {7, 9.504178996162932e-1, {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
                                    {9, 2.097847961257068, {17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1}},
                                    {13,
                                     5.371920351148152,
                                     {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800,
                                      33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}}};
enum { APPROXIMANTS = 5, POWERS = 5 };

/* All matrices have one layout, rows dealt out evenly: sums of them are local, and products leave it as it is. */
typedef struct expm {
  hearth_context *ctx;
  const pade *pade;
  hearth_layout *layout;
  hearth_array *power[POWERS]; /* even ones: 1, A^2, A^4, ...; of degree 13 up to A^6 */
  hearth_array *a, *u, *v;     /* A scaled; the odd and the even part */
} expm;

/* Collective; agreed. */
static hearth_status multiply(const expm *e, const hearth_array *x, const hearth_array *y, hearth_array **z) {
  hearth_array *product = NULL;
  int32_t equal = 0;
  HEARTH_TRY(hearth_product(0, x, y, &product));
  hearth_status status = hearth_agree(e->ctx, hearth_layout_equal(product->layout, e->layout, &equal));
  if (status == HEARTH_OK && !equal) status = hearth_redistribute(product, e->layout, z);
  if (status == HEARTH_OK && equal) {
    *z = product;
    return HEARTH_OK;
  }
  hearth_array_destroy(&product);
  return status;
}

/* *sum := sum of b[2 i] times even power i, i < n. Collective; agreed. */
static hearth_status combine(const expm *e, const double *b, int n, hearth_array **sum) {
  hearth_array *made = NULL;
  hearth_status status = hearth_array_create_local(e->layout, e->a->dtype, e->a->order, &made);
  if (status == HEARTH_OK) status = hearth_vectors_clear(made);
  for (int i = 0; status == HEARTH_OK && i < n; i++) status = hearth_vectors_add(b[2 * i], e->power[i], made, made);
  status = hearth_agree(e->ctx, status);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *sum = made;
  return status;
}

/* *sum := combination of powers up to A^6 with b[0], b[2], ..., plus A^6 times one with b[8], b[10], b[12]. Collective; agreed. */
static hearth_status combine_two(const expm *e, const double *b, hearth_array **sum) {
  const double upper[7] = {0.0, 0.0, b[8], 0.0, b[10], 0.0, b[12]};
  hearth_array *high = NULL, *product = NULL;
  hearth_status status = combine(e, upper, 4, &high);
  if (status == HEARTH_OK) status = multiply(e, e->power[3], high, &product);
  hearth_array_destroy(&high);
  if (status == HEARTH_OK) status = combine(e, b, 4, sum);
  if (status == HEARTH_OK) status = hearth_agree(e->ctx, hearth_vectors_add(1.0, product, *sum, *sum));
  hearth_array_destroy(&product);
  return status;
}

static hearth_status find_powers(expm *e) {
  const int n = e->pade->degree == 13 ? 4 : (e->pade->degree + 1) / 2;
  HEARTH_TRY(hearth_eye(e->layout, 0, e->a->dtype, e->a->order, &e->power[0]));
  HEARTH_TRY(multiply(e, e->a, e->a, &e->power[1]));
  for (int i = 2; i < n; i++) HEARTH_TRY(multiply(e, e->power[i - 1], e->power[1], &e->power[i]));
  return HEARTH_OK;
}

/* u and v: the odd and the even part of the numerator. Collective; agreed. */
static hearth_status find_parts(expm *e) {
  const double *b = e->pade->b;
  const int n = (e->pade->degree + 1) / 2;
  hearth_array *odd = NULL;
  HEARTH_TRY(find_powers(e));
  hearth_status status = n == 7 ? combine_two(e, b, &e->v) : combine(e, b, n, &e->v);
  if (status == HEARTH_OK) {
    double shifted[15] = {0.0};
    for (int i = 0; i < 13; i++) shifted[i] = b[i + 1];
    status = n == 7 ? combine_two(e, shifted, &odd) : combine(e, shifted, n, &odd);
  }
  if (status == HEARTH_OK) status = multiply(e, e->a, odd, &e->u);
  hearth_array_destroy(&odd);
  return status;
}

/* (v - u) x = v + u. Collective; agreed. */
static hearth_status divide(expm *e, hearth_array **x) {
  for (int i = 0; i < POWERS; i++) hearth_array_destroy(&e->power[i]);
  hearth_array *difference = NULL;
  hearth_status status = hearth_array_create_local(e->layout, e->a->dtype, e->a->order, &difference);
  if (status == HEARTH_OK) status = hearth_vectors_add(-1.0, e->u, e->v, difference);
  if (status == HEARTH_OK) status = hearth_vectors_add(1.0, e->u, e->v, e->v);
  status = hearth_agree(e->ctx, status);
  if (status == HEARTH_OK) status = hearth_solve(difference, e->v, x);
  hearth_array_destroy(&difference);
  return status;
}

/* The approximant for a matrix of this norm, and how many times it is halved before. */
static int choose(expm *e, double norm) {
  int halvings = 0;
  e->pade = &approximants[0];
  while (e->pade->degree < 13 && norm > e->pade->norm) e->pade++;
  if (norm > e->pade->norm) frexp(norm / e->pade->norm, &halvings);
  return halvings;
}

/* Collective; agreed. */
static hearth_status run(expm *e, const hearth_array *a, hearth_array **result) {
  double norm = 0.0;
  HEARTH_TRY(hearth_matrix_norm(a, HEARTH_MATRIX_NORM_ONE, &norm));
  if (!isfinite(norm)) return hearth_fail(e->ctx, HEARTH_ERR_NOT_FINITE, "expm: the norm of the matrix is %g", norm);
  const int halvings = choose(e, norm);
  HEARTH_TRY(
      hearth_agree(e->ctx, hearth_array_create_local(e->layout, hearth_dtype_is_complex(a->dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, a->order, &e->a)));
  HEARTH_TRY(hearth_array_copy(a, e->a));
  HEARTH_TRY(hearth_agree(e->ctx, hearth_vectors_scale(ldexp(1.0, -halvings), e->a)));
  HEARTH_TRY(find_parts(e));
  hearth_array *x = NULL;
  hearth_status status = divide(e, &x);
  for (int i = 0; status == HEARTH_OK && i < halvings; i++) {
    hearth_array *square = NULL;
    status = multiply(e, x, x, &square);
    hearth_array_destroy(&x);
    x = square;
  }
  *result = x;
  return status;
}

/* The result in the operand's layout and type. Collective; agreed. */
static hearth_status deliver(const hearth_array *a, const hearth_array *x, hearth_array **result) {
  HEARTH_TRY(hearth_empty_like(a, hearth_linalg_dtype(a->dtype, a->dtype), result));
  const hearth_status status = hearth_array_copy(x, *result);
  if (status != HEARTH_OK) hearth_array_destroy(result);
  return status;
}

static hearth_status check_expm(const hearth_array *a, hearth_array *const *result) {
  HEARTH_REQUIRE(a->ctx, result, "expm: no place for the result (NULL)");
  return hearth_dense_check("expm", a, true);
}

hearth_status hearth_expm(const hearth_array *a, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (result) *result = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check_expm(a, result)));
  if (a->layout->shape[0] == 0) return deliver(a, a, result);
  expm e = {.ctx = a->ctx};
  hearth_array *x = NULL;
  hearth_status status = hearth_agree(a->ctx, hearth_layout_make_split(a->ctx, 2, a->layout->shape, 0, &e.layout));
  if (status == HEARTH_OK) status = run(&e, a, &x);
  if (status == HEARTH_OK) status = deliver(a, x, result);
  hearth_array *const gone[] = {x, e.a, e.u, e.v, e.power[0], e.power[1], e.power[2], e.power[3], e.power[4]};
  for (int i = 0; i < 9; i++) {
    hearth_array *array = gone[i];
    hearth_array_destroy(&array);
  }
  hearth_layout_destroy(&e.layout);
  return status;
}
