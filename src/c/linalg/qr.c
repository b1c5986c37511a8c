#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/decompose.h"
#include "linalg/factor.h"
#include "tensor/layout_impl.h"
#include <hearth/manipulate.h>

typedef struct qr_result {
  hearth_array *q, *r;
  int32_t method;
  int64_t rank;
} qr_result;

static hearth_status factor_tall(const hearth_array *a, int32_t method, qr_result *result) {
  hearth_tall t;
  hearth_factor f = {0};
  hearth_status status = hearth_tall_open(a, &t);
  if (status == HEARTH_OK) status = hearth_factor_make(&t, method, &f);
  if (status == HEARTH_OK) status = hearth_tall_target(&t, t.n, a->order, &result->q);
  if (status == HEARTH_OK) status = hearth_factor_write(&f, t.n, NULL, result->q);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_small_array(a->ctx, t.parts, t.n, t.n, f.r, t.array->dtype, a->order, &result->r));
  result->method = f.method;
  result->rank = f.rank;
  hearth_factor_free(&f);
  hearth_tall_close(&t);
  return status;
}

/* The singular values of a are those of the wider triangle's transpose. */
static hearth_status rank_of(const hearth_array *r, int64_t *rank) {
  hearth_array *turned = NULL;
  hearth_tall t;
  hearth_factor f = {0};
  const bool wide = r->layout->shape[0] < r->layout->shape[1];
  if (wide) HEARTH_TRY(hearth_transpose(r, 2, NULL, &turned));
  hearth_status status = hearth_tall_open(wide ? turned : r, &t);
  if (status == HEARTH_OK) status = hearth_factor_make(&t, HEARTH_QR_AUTO, &f);
  *rank = f.rank;
  hearth_factor_free(&f);
  hearth_tall_close(&t);
  hearth_array_destroy(&turned);
  return status;
}

static hearth_status factor_general(const hearth_array *a, bool wants_rank, qr_result *result) {
  result->method = HEARTH_QR_SCALAPACK;
  HEARTH_TRY(hearth_qr_general("qr", a, &result->q, &result->r));
  return wants_rank ? rank_of(result->r, &result->rank) : HEARTH_OK;
}

static hearth_status check(const hearth_array *a, const hearth_qr_options *options, hearth_array *const *q, hearth_array *const *r, int32_t *method) {
  HEARTH_REQUIRE(a->ctx, q && r, "qr: no place for %s (NULL)", q ? "r" : "q");
  HEARTH_TRY(hearth_check_matrix("qr", a));
  return hearth_check_method("qr", a, options, method);
}

static hearth_status run(const hearth_array *a, const hearth_qr_options *options, bool wants_rank, hearth_array **q, hearth_array **r, qr_result *result) {
  int32_t method = 0;
  HEARTH_GUARD_FP(a->ctx);
  if (q) *q = NULL;
  if (r) *r = NULL;
  *result = (qr_result){0};
  const hearth_status mine = check(a, options, q, r, &method);
  const int64_t number = method;
  HEARTH_TRY(hearth_agree_same(a->ctx, mine, "method", &number, 1));
  const bool tall = method == HEARTH_QR_AUTO ? hearth_tall_better(a->layout->shape[0], a->layout->shape[1]) : method != HEARTH_QR_SCALAPACK;
  const hearth_status status = tall ? factor_tall(a, method, result) : factor_general(a, wants_rank, result);
  if (status != HEARTH_OK) {
    hearth_array_destroy(&result->q);
    hearth_array_destroy(&result->r);
    return status;
  }
  *q = result->q;
  *r = result->r;
  return HEARTH_OK;
}

hearth_status hearth_qr(const hearth_array *a, const hearth_qr_options *options, hearth_array **q, hearth_array **r) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  qr_result result;
  return run(a, options, false, q, r, &result);
}

hearth_status hearth_qr_report(const hearth_array *a, const hearth_qr_options *options, hearth_array **q, hearth_array **r, int32_t *method, int64_t *rank) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  qr_result result;
  if (!method || !rank) { /* the others are told */
    HEARTH_TRY(hearth_agree(a->ctx, hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "qr: no place for the %s (NULL)", method ? "rank" : "method")));
  } else {
    HEARTH_TRY(hearth_agree(a->ctx, HEARTH_OK));
  }
  HEARTH_TRY(run(a, options, true, q, r, &result));
  *method = result.method;
  *rank = result.rank;
  return HEARTH_OK;
}
