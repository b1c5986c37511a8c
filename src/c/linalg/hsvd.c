/* Hierarchical singular value decomposition: blocks of columns one after the other, each joined to what is kept of those before and cut again. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/decompose.h"
#include "linalg/hsvd_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/manipulate.h>
#include <math.h>

static hearth_status check(const hearth_array *a, const hearth_hsvd_options *options, bool places) {
  HEARTH_REQUIRE(a->ctx, places, "hsvd: no place for a result (NULL)");
  if (options) {
    HEARTH_REQUIRE(a->ctx, options->size == sizeof *options, "hsvd: the options' size is %zu, not %zu: begin with HEARTH_HSVD_OPTIONS_INIT", options->size,
                   sizeof *options);
    HEARTH_REQUIRE(a->ctx, options->block >= 0, "hsvd: blocks of %lld columns", (long long)options->block);
  }
  return hearth_check_matrix("hsvd", a);
}

typedef struct hsvd_places {
  hearth_array **u, **s, **vt;
  double *error;
} hsvd_places;

static hearth_status decompose(const hearth_array *a, hearth_hsvd *h, const hsvd_places *places) {
  const bool wide = a->layout->shape[0] < a->layout->shape[1];
  hearth_array *turned = NULL, *u = NULL, *s = NULL, *vt = NULL;
  hearth_status status = wide ? hearth_transpose(a, 2, NULL, &turned) : HEARTH_OK;
  if (status == HEARTH_OK) status = hearth_hsvd_run(wide ? turned : a, h, &u, &s, &vt);
  if (status == HEARTH_OK && wide) status = hearth_transpose(vt, 2, NULL, places->u);
  if (status == HEARTH_OK && wide) status = hearth_transpose(u, 2, NULL, places->vt);
  if (status == HEARTH_OK && !wide) {
    *places->u = u;
    *places->vt = vt;
    u = vt = NULL;
  }
  if (status == HEARTH_OK) {
    *places->s = s;
    *places->error = h->total > 0.0 ? sqrt(h->discarded / h->total) : 0.0;
    s = NULL;
  } else if (*places->u) {
    hearth_array_destroy(places->u);
  }
  hearth_array_destroy(&turned);
  hearth_array_destroy(&u);
  hearth_array_destroy(&s);
  hearth_array_destroy(&vt);
  return status;
}

static hearth_status begin(const hearth_array *a, hearth_status mine, const hearth_hsvd_options *options, int64_t number, const hsvd_places *places) {
  if (places->u) *places->u = NULL;
  if (places->s) *places->s = NULL;
  if (places->vt) *places->vt = NULL;
  if (mine == HEARTH_OK) mine = check(a, options, places->u && places->s && places->vt && places->error);
  return hearth_agree_same(a->ctx, mine, "rank or tolerance|block", (int64_t[]){number, options ? options->block : 0}, 2);
}

hearth_status hearth_hsvd_rank(const hearth_array *a, int64_t rank, const hearth_hsvd_options *options, hearth_array **u, hearth_array **s, hearth_array **vt,
                               double *error) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  const hsvd_places places = {u, s, vt, error};
  const hearth_status mine = rank >= 1 ? HEARTH_OK : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "hsvd: rank %lld", (long long)rank);
  hearth_hsvd h = {.rank = rank, .rtol = 0.0, .block = options ? options->block : 0};
  HEARTH_TRY(begin(a, mine, options, rank, &places));
  return decompose(a, &h, &places);
}

hearth_status hearth_hsvd_rtol(const hearth_array *a, double rtol, const hearth_hsvd_options *options, hearth_array **u, hearth_array **s, hearth_array **vt,
                               double *error) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  union {
    double value;
    int64_t bits;
  } number = {.value = rtol};
  const hsvd_places places = {u, s, vt, error};
  const hearth_status mine = rtol >= 0.0 ? HEARTH_OK : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "hsvd: rtol is %g", rtol);
  hearth_hsvd h = {.rank = INT64_MAX, .rtol = rtol, .block = options ? options->block : 0};
  HEARTH_TRY(begin(a, mine, options, number.bits, &places));
  return decompose(a, &h, &places);
}
