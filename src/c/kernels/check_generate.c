#include "core/error.h"
#include "kernels/check.h"
#include "kernels/generate.h"
#include <string.h>

static bool type_fits(const char *operation, int32_t dtype) {
  if (strcmp(operation, "uniform") == 0 || strcmp(operation, "normal") == 0) return dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64;
  if (strcmp(operation, "pick") == 0 || strcmp(operation, "permutation") == 0) return dtype == HEARTH_INT64;
  if (strcmp(operation, "integers") == 0) return dtype >= HEARTH_INT8 && dtype <= HEARTH_INT64;
  return true;
}

static bool covered(int64_t extent, int64_t n, const hearth_run *run) {
  int64_t next = 0;
  for (int64_t k = 0; k < n && run[k].local == next && run[k].count > 0; ++k) next += run[k].count;
  return next == extent;
}

hearth_status hearth_check_generate(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst, const hearth_numbers *numbers) {
  HEARTH_TRY(hearth_check_fill(ctx, space, dst));
  if (!type_fits(operation, dst->dtype))
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s is not available for type %s", operation, hearth_dtype_name((hearth_dtype)dst->dtype));
  for (int d = 0; d < dst->ndim; ++d)
    if (numbers->weight[d] != 0 && !covered(dst->extent[d], numbers->nruns[d], numbers->run[d]))
      return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: the runs of dimension %d do not cover its extent %lld in order", operation, d,
                         (long long)dst->extent[d]);
  return HEARTH_OK;
}
