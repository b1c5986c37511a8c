#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/decompose.h"
#include "linalg/singular.h"
#include "linalg/svd_general.h"
#include "tensor/layout_impl.h"
#include <hearth/manipulate.h>
#include <float.h>
#include <math.h>

/* u, s and vt of an array; u and vt are made if wanted. */
typedef struct svd_result {
  bool vectors;
  hearth_array *u, *vt;
  double *s; /* [min(m, n)] */
} svd_result;

static hearth_status finish_tall(const hearth_array *a, hearth_factor *f, double *u, double *vt, svd_result *result) {
  const hearth_tall *t = f->t;
  HEARTH_TRY(hearth_singular_triangle(f, result->s, u, vt));
  if (!result->vectors) return HEARTH_OK;
  HEARTH_TRY(hearth_tall_target(t, t->n, a->order, &result->u));
  HEARTH_TRY(hearth_factor_write(f, t->n, u, result->u));
  return hearth_agree(a->ctx, hearth_small_array(a->ctx, t->parts, t->n, t->n, vt, t->array->dtype, a->order, &result->vt));
}

static hearth_status decompose_tall(const hearth_array *a, int32_t method, svd_result *result) {
  hearth_tall t;
  hearth_factor f = {0};
  double *u = NULL, *vt = NULL;
  hearth_status status = hearth_tall_open(a, &t);
  if (status == HEARTH_OK) status = hearth_factor_make(&t, method, &f);
  if (status == HEARTH_OK && result->vectors) {
    const int64_t bytes = t.n * t.n * t.parts * (int64_t)sizeof *u;
    status = hearth_allocate(a->ctx, bytes, &u);
    if (status == HEARTH_OK) status = hearth_allocate(a->ctx, bytes, &vt);
    status = hearth_agree(a->ctx, status);
  }
  if (status == HEARTH_OK) status = finish_tall(a, &f, u, vt, result);
  hearth_deallocate(a->ctx, u);
  hearth_deallocate(a->ctx, vt);
  hearth_factor_free(&f);
  hearth_tall_close(&t);
  return status;
}

/* a^T = u s vt, so that a = vt^T s u^T: also of complex matrices nothing is conjugated. */
static hearth_status decompose_wide(const hearth_array *a, int32_t method, svd_result *result) {
  hearth_array *turned = NULL;
  svd_result of_turned = {.vectors = result->vectors, .s = result->s};
  hearth_status status = hearth_transpose(a, 2, NULL, &turned);
  if (status == HEARTH_OK) status = decompose_tall(turned, method, &of_turned);
  if (status == HEARTH_OK && result->vectors) status = hearth_transpose(of_turned.vt, 2, NULL, &result->u);
  if (status == HEARTH_OK && result->vectors) status = hearth_transpose(of_turned.u, 2, NULL, &result->vt);
  hearth_array_destroy(&turned);
  hearth_array_destroy(&of_turned.u);
  hearth_array_destroy(&of_turned.vt);
  return status;
}

static hearth_status decompose(const hearth_array *a, int32_t method, svd_result *result) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1], most = m > n ? m : n, least = m > n ? n : m;
  const bool tall = method == HEARTH_QR_AUTO ? hearth_tall_better(most, least) : method != HEARTH_QR_SCALAPACK;
  HEARTH_TRY(hearth_agree(a->ctx, hearth_allocate(a->ctx, least * (int64_t)sizeof *result->s, &result->s)));
  if (!tall) return hearth_svd_general("svd", a, result->s, result->vectors ? &result->u : NULL, result->vectors ? &result->vt : NULL);
  return m >= n ? decompose_tall(a, method, result) : decompose_wide(a, method, result);
}

static void forget(const hearth_array *a, svd_result *result) {
  hearth_array_destroy(&result->u);
  hearth_array_destroy(&result->vt);
  hearth_deallocate(a->ctx, result->s);
}

static hearth_status values_array(const hearth_array *a, const svd_result *result, hearth_array **s) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1];
  return hearth_agree(a->ctx, hearth_small_vector(a->ctx, m > n ? n : m, result->s, hearth_singular_dtype(a->dtype), s));
}

static hearth_status check_svd(const hearth_array *a, const hearth_qr_options *options, bool places, int32_t *method) {
  HEARTH_REQUIRE(a->ctx, places, "svd: no place for a result (NULL)");
  HEARTH_TRY(hearth_check_matrix("svd", a));
  return hearth_check_method("svd", a, options, method);
}

hearth_status hearth_svd(const hearth_array *a, const hearth_qr_options *options, hearth_array **u, hearth_array **s, hearth_array **vt) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int32_t method = 0;
  if (u) *u = NULL;
  if (s) *s = NULL;
  if (vt) *vt = NULL;
  const hearth_status mine = check_svd(a, options, u && s && vt, &method);
  const int64_t number = method;
  svd_result result = {.vectors = true};
  HEARTH_TRY(hearth_agree_same(a->ctx, mine, "method", &number, 1));
  hearth_status status = decompose(a, method, &result);
  if (status == HEARTH_OK) status = values_array(a, &result, s);
  if (status == HEARTH_OK) {
    *u = result.u;
    *vt = result.vt;
    result.u = result.vt = NULL;
  }
  forget(a, &result);
  return status;
}

hearth_status hearth_svdvals(const hearth_array *a, hearth_array **s) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  int32_t method = 0;
  svd_result result = {.vectors = false};
  if (s) *s = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check_svd(a, NULL, s != NULL, &method)));
  hearth_status status = decompose(a, method, &result);
  if (status == HEARTH_OK) status = values_array(a, &result, s);
  forget(a, &result);
  return status;
}

static hearth_status check_rank(const hearth_array *a, double rtol, const int64_t *rank) {
  HEARTH_REQUIRE(a->ctx, rank, "matrix_rank: no place for the rank (NULL)");
  HEARTH_REQUIRE(a->ctx, !isnan(rtol), "matrix_rank: rtol is NaN");
  return hearth_check_matrix("matrix_rank", a);
}

hearth_status hearth_matrix_rank(const hearth_array *a, double rtol, int64_t *rank) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1], k = m > n ? n : m;
  svd_result result = {.vectors = false};
  union {
    double value;
    int64_t bits;
  } number = {.value = rtol};
  HEARTH_TRY(hearth_agree_same(a->ctx, check_rank(a, rtol, rank), "rtol", &number.bits, 1));
  hearth_status status = decompose(a, HEARTH_QR_AUTO, &result);
  if (status == HEARTH_OK) {
    const bool narrow = hearth_singular_dtype(a->dtype) == HEARTH_FLOAT32;
    const double threshold = rtol < 0.0 ? (double)k * (narrow ? FLT_EPSILON : DBL_EPSILON) : rtol;
    for (*rank = 0; *rank < k && result.s[*rank] > threshold * result.s[0];) ++*rank;
  }
  forget(a, &result);
  return status;
}
