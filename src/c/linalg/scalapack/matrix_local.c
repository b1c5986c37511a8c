/* What is done to the parts of a matrix where they lie. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int64_t global_of(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t d, int64_t local) {
  return hearth_layout_local_to_global(x->array->layout, bridge->ctx->rank, d, local);
}

static char *element(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int64_t i, int64_t j) {
  return (char *)x->data + (i + j * x->leading) * hearth_dtype_size((hearth_dtype)bridge->dtype);
}

/* Local rows of a column whose global index is `column`: how many are above it, it not included. Local indices ascend with global ones. */
static int64_t rows_above(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int64_t column) {
  int64_t low = 0, high = x->local[0];
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (global_of(bridge, x, 0, middle) < column)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Local rows first .. end of local column j that are in the part. */
static void part_of_column(const hearth_bridge *bridge, const hearth_bridge_matrix *x, hearth_triangle part, int64_t j, int64_t *first, int64_t *end) {
  *first = 0;
  *end = x->local[0];
  if (part == HEARTH_TRIANGLE_LOWER) *first = rows_above(bridge, x, global_of(bridge, x, 1, j));
  if (part == HEARTH_TRIANGLE_UPPER) *end = rows_above(bridge, x, global_of(bridge, x, 1, j) + 1);
}

/* The first of n numbers that is not finite, or n. The first loop is one that compilers vectorise. */
static int64_t first_bad_f32(const float *x, int64_t n) {
  int bad = 0;
  for (int64_t i = 0; i < n; i++) bad |= !(fabsf(x[i]) <= FLT_MAX);
  for (int64_t i = 0; bad && i < n; i++)
    if (!isfinite(x[i])) return i;
  return n;
}

static int64_t first_bad_f64(const double *x, int64_t n) {
  int bad = 0;
  for (int64_t i = 0; i < n; i++) bad |= !(fabs(x[i]) <= DBL_MAX);
  for (int64_t i = 0; bad && i < n; i++)
    if (!isfinite(x[i])) return i;
  return n;
}

/* Row-major number of the first bad element of this rank, or INT64_MAX. */
static int64_t first_bad(const hearth_bridge *bridge, const hearth_bridge_matrix *x, hearth_triangle part) {
  const bool single = bridge->dtype == HEARTH_FLOAT32 || bridge->dtype == HEARTH_COMPLEX64;
  const int64_t numbers = hearth_dtype_is_complex(bridge->dtype) ? 2 : 1;
  int64_t least = INT64_MAX;
  for (int64_t j = 0; j < x->local[1]; j++) {
    int64_t first, end;
    part_of_column(bridge, x, part, j, &first, &end);
    if (first >= end) continue;
    const void *column = element(bridge, x, first, j);
    const int64_t n = numbers * (end - first), bad = single ? first_bad_f32(column, n) : first_bad_f64(column, n);
    if (bad == n) continue;
    const int64_t flat = global_of(bridge, x, 0, first + bad / numbers) * x->columns + global_of(bridge, x, 1, j);
    if (flat < least) least = flat;
  }
  return least;
}

hearth_status hearth_bridge_finite(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, hearth_triangle part, const char *name) {
  const int64_t mine = first_bad(bridge, matrix, part);
  int64_t least = mine, rank = bridge->ctx->rank;
  HEARTH_TRY(hearth_allreduce_i64(bridge->ctx, &least, 1, HEARTH_OP_MIN));
  if (least == INT64_MAX) return HEARTH_OK;
  if (mine != least) rank = bridge->ctx->size;
  HEARTH_TRY(hearth_allreduce_i64(bridge->ctx, &rank, 1, HEARTH_OP_MIN));
  char message[256];
  snprintf(message, sizeof message, "%s: the element at [%lld, %lld] (0-based) is NaN or infinite, the first", name, (long long)(least / matrix->columns),
           (long long)(least % matrix->columns));
  return hearth_fail_on(bridge->ctx, HEARTH_ERR_NOT_FINITE, (int)rank, message);
}

void hearth_bridge_keep(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, hearth_triangle part) {
  const size_t size = (size_t)hearth_dtype_size((hearth_dtype)bridge->dtype);
  for (int64_t j = 0; j < matrix->local[1]; j++) {
    int64_t first, end;
    part_of_column(bridge, matrix, part, j, &first, &end);
    memset(element(bridge, matrix, 0, j), 0, (size_t)first * size);
    memset(element(bridge, matrix, end, j), 0, (size_t)(matrix->local[0] - end) * size);
  }
}

void hearth_bridge_set_unit(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix) {
  const float one32[2] = {1, 0};
  const double one64[2] = {1, 0};
  const bool single = bridge->dtype == HEARTH_FLOAT32 || bridge->dtype == HEARTH_COMPLEX64;
  const size_t size = (size_t)hearth_dtype_size((hearth_dtype)bridge->dtype);
  for (int64_t j = 0; j < matrix->local[1]; j++) {
    const int64_t column = global_of(bridge, matrix, 1, j), i = rows_above(bridge, matrix, column);
    if (i < matrix->local[0] && global_of(bridge, matrix, 0, i) == column)
      memcpy(element(bridge, matrix, i, j), single ? (const void *)one32 : (const void *)one64, size);
  }
}

void hearth_bridge_identity(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix) {
  const size_t size = (size_t)hearth_dtype_size((hearth_dtype)bridge->dtype);
  for (int64_t j = 0; j < matrix->local[1]; j++) memset(element(bridge, matrix, 0, j), 0, (size_t)matrix->local[0] * size);
  hearth_bridge_set_unit(bridge, matrix);
}

void hearth_bridge_copy(const hearth_bridge *bridge, const hearth_bridge_matrix *dst, const hearth_bridge_matrix *src) {
  const int64_t rows = dst->local[0] < src->local[0] ? dst->local[0] : src->local[0];
  const int64_t columns = dst->local[1] < src->local[1] ? dst->local[1] : src->local[1];
  const int64_t size = hearth_dtype_size((hearth_dtype)bridge->dtype);
  for (int64_t j = 0; j < columns && rows > 0; j++) memcpy(element(bridge, dst, 0, j), element(bridge, src, 0, j), (size_t)(rows * size));
}
