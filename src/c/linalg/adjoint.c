#include "linalg/adjoint.h"
#include "core/error.h"
#include "tensor/array_impl.h"
#include "tensor/reduce_impl.h"
#include <hearth/creation.h>
#include <hearth/elementwise.h>
#include <hearth/manipulate.h>

static void conjugate64(void *user, int64_t n, const void *const *in, void *const *out) {
  const float *from = in[0];
  float *to = out[0];
  (void)user;
  for (int64_t i = 0; i < n; i++) {
    to[2 * i] = from[2 * i];
    to[2 * i + 1] = -from[2 * i + 1];
  }
}

static void conjugate128(void *user, int64_t n, const void *const *in, void *const *out) {
  const double *from = in[0];
  double *to = out[0];
  (void)user;
  for (int64_t i = 0; i < n; i++) {
    to[2 * i] = from[2 * i];
    to[2 * i + 1] = -from[2 * i + 1];
  }
}

hearth_status hearth_adjoint(const hearth_array *a, hearth_array **adjoint) {
  hearth_array *turned = NULL;
  if (!hearth_dtype_is_complex(a->dtype)) return hearth_transpose(a, 2, NULL, adjoint);
  HEARTH_TRY(hearth_empty_like(a, a->dtype, &turned));
  hearth_status status =
      hearth_apply(a->dtype == HEARTH_COMPLEX64 ? conjugate64 : conjugate128, NULL, 1, (const hearth_array *const[]){a}, 1, (hearth_array *const[]){turned});
  if (status == HEARTH_OK) status = hearth_transpose(turned, 2, NULL, adjoint);
  hearth_array_destroy(&turned);
  return status;
}
