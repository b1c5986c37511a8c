#include "linalg/decompose.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_impl.h"

bool hearth_tall_possible(int64_t m, int64_t n) {
  return m >= n && n <= HEARTH_TALL_MOST;
}

bool hearth_tall_better(int64_t m, int64_t n) {
  return hearth_tall_possible(m, n) && (n <= HEARTH_TALL_SQUARE || m / HEARTH_TALL_RATIO >= n);
}

hearth_status hearth_check_matrix(const char *name, const hearth_array *a) {
  HEARTH_REQUIRE(a->ctx, a->layout->ndim == 2, "%s: an array of %d dimensions, not 2", name, a->layout->ndim);
  if (a->ctx->options.reduction == HEARTH_REDUCTION_REPRODUCIBLE) return hearth_fail(a->ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s has no reproducible form", name);
  return hearth_array_pending(a);
}

hearth_status hearth_check_method(const char *name, const hearth_array *a, const hearth_qr_options *options, int32_t *method) {
  const int64_t m = a->layout->shape[0], n = a->layout->shape[1];
  *method = HEARTH_QR_AUTO;
  if (!options) return HEARTH_OK;
  HEARTH_REQUIRE(a->ctx, options->size == sizeof *options, "%s: the options' size is %zu, not %zu: begin with HEARTH_QR_OPTIONS_INIT", name, options->size,
                 sizeof *options);
  HEARTH_REQUIRE(a->ctx, options->method >= HEARTH_QR_AUTO && options->method <= HEARTH_QR_SCALAPACK, "%s: unknown method %d", name, options->method);
  if (options->method != HEARTH_QR_AUTO && options->method != HEARTH_QR_SCALAPACK && !hearth_tall_possible(m, n))
    return hearth_fail(a->ctx, HEARTH_ERR_UNSUPPORTED,
                       "%s: a matrix [%lld, %lld] is not for methods of tall matrices (at least as many rows as columns, at most %d)", name, (long long)m,
                       (long long)n, (int)HEARTH_TALL_MOST);
  *method = options->method;
  return HEARTH_OK;
}
