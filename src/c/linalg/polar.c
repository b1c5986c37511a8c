#include "linalg/adjoint.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/decompose.h"
#include "tensor/layout_impl.h"
#include <hearth/elementwise.h>
#include <hearth/manipulate.h>
#include <hearth/matmul.h>

static hearth_status check(const hearth_array *a, hearth_array *const *u, hearth_array *const *h) {
  HEARTH_REQUIRE(a->ctx, u && h, "polar: no place for %s (NULL)", u ? "h" : "u");
  return hearth_check_matrix("polar", a);
}

/* h = vt^H s vt. */
static hearth_status stretch(hearth_array *s, hearth_array *vt, hearth_array **h) {
  hearth_array *column = NULL, *scaled = NULL, *v = NULL;
  hearth_status status = hearth_expand_dims(s, 1, &column);
  if (status == HEARTH_OK) status = hearth_multiply(vt, column, &scaled);
  if (status == HEARTH_OK) status = hearth_adjoint(vt, &v);
  if (status == HEARTH_OK) status = hearth_matmul(v, scaled, h);
  hearth_array_destroy(&column);
  hearth_array_destroy(&scaled);
  hearth_array_destroy(&v);
  return status;
}

hearth_status hearth_polar(const hearth_array *a, hearth_array **u, hearth_array **h) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  hearth_array *left = NULL, *s = NULL, *vt = NULL;
  if (u) *u = NULL;
  if (h) *h = NULL;
  HEARTH_TRY(hearth_agree(a->ctx, check(a, u, h)));
  hearth_status status = hearth_svd(a, NULL, &left, &s, &vt);
  if (status == HEARTH_OK) status = hearth_matmul(left, vt, u);
  if (status == HEARTH_OK) status = stretch(s, vt, h);
  if (status != HEARTH_OK) hearth_array_destroy(u);
  hearth_array_destroy(&left);
  hearth_array_destroy(&s);
  hearth_array_destroy(&vt);
  return status;
}
