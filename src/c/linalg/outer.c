#include <hearth/elementwise.h>
#include <hearth/manipulate.h>
#include <hearth/matmul.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "linalg/operand.h"

/* The array as a column (new_axis 1) or a row (0). Collective; agreed. */
static hearth_status as_line(const hearth_array *array, int32_t new_axis, hearth_array **flat, hearth_array **line) {
  if (array->layout->ndim != 1) HEARTH_TRY(hearth_ravel(array, flat));
  return hearth_expand_dims(*flat ? *flat : array, new_axis, line);
}

static hearth_status check_outer(hearth_context *ctx, const hearth_array *a, const hearth_array *b, hearth_array *const *c) {
  HEARTH_REQUIRE(ctx, c, "outer: no place for the product (NULL)");
  return hearth_linalg_check_pair(ctx, "outer", a, b);
}

hearth_status hearth_outer(const hearth_array *a, const hearth_array *b, hearth_array **c) {
  hearth_context *ctx = a ? a->ctx : b ? b->ctx : NULL;
  HEARTH_REQUIRE(NULL, ctx, "both arrays are NULL");
  HEARTH_GUARD_FP(ctx);
  if (c) *c = NULL;
  HEARTH_TRY(hearth_agree(ctx, check_outer(ctx, a, b, c)));
  hearth_array *flat[2] = {NULL}, *line[2] = {NULL};
  hearth_status status = as_line(a, 1, &flat[0], &line[0]);
  if (status == HEARTH_OK) status = as_line(b, 0, &flat[1], &line[1]);
  if (status == HEARTH_OK) status = hearth_multiply(line[0], line[1], c);
  for (int i = 0; i < 2; i++) {
    hearth_array_destroy(&line[i]);
    hearth_array_destroy(&flat[i]);
  }
  return status;
}
