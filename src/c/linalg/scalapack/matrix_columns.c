/* What concerns all parts of a column or the diagonal: signs, determinants. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <math.h>
#include <string.h>

#define TIE 1e-6

typedef struct number {
  double re, im;
} number;

static int64_t global_of(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t d, int64_t local) {
  return hearth_layout_local_to_global(x->array->layout, bridge->ctx->rank, d, local);
}

/* Real number `at` of the matrix in its memory: elements are one or two of them. */
static double get(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int64_t at) {
  const bool single = bridge->dtype == HEARTH_FLOAT32 || bridge->dtype == HEARTH_COMPLEX64;
  return single ? (double)((const float *)x->data)[at] : ((const double *)x->data)[at];
}

static void set(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int64_t at, double value) {
  const bool single = bridge->dtype == HEARTH_FLOAT32 || bridge->dtype == HEARTH_COMPLEX64;
  if (single)
    ((float *)x->data)[at] = (float)value;
  else
    ((double *)x->data)[at] = value;
}

static number element(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int64_t i, int64_t j) {
  const int64_t at = i + j * x->leading;
  if (!hearth_dtype_is_complex(bridge->dtype)) return (number){get(bridge, x, at), 0};
  return (number){get(bridge, x, 2 * at), get(bridge, x, 2 * at + 1)};
}

/* largest[c] := this rank's largest magnitude in column c. */
static void find_largest(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t k, double *largest) {
  for (int64_t j = 0; j < x->local[1]; j++) {
    const int64_t column = global_of(bridge, x, 1, j);
    for (int64_t i = 0; i < x->local[0] && column < k; i++) {
      const number v = element(bridge, x, i, j);
      const double size = v.im == 0 ? fabs(v.re) : hypot(v.re, v.im);
      if (size > largest[column]) largest[column] = size;
    }
  }
}

/* first[c] := the first row of column c on this rank that is as large, up to ties. */
static void find_first(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t k, const double *largest, int64_t *first, number *value) {
  for (int32_t c = 0; c < k; c++) first[c] = INT64_MAX;
  for (int64_t j = 0; j < x->local[1]; j++) {
    const int64_t column = global_of(bridge, x, 1, j);
    for (int64_t i = 0; i < x->local[0] && column < k && first[column] == INT64_MAX; i++) {
      const number v = element(bridge, x, i, j);
      if (hypot(v.re, v.im) < largest[column] * (1 - TIE)) continue;
      first[column] = global_of(bridge, x, 0, i);
      value[column] = v;
    }
  }
}

/* Columns times conj(value) / |value|. */
static void turn(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t k, const number *value) {
  for (int64_t j = 0; j < x->local[1]; j++) {
    const int64_t column = global_of(bridge, x, 1, j);
    if (column >= k || (value[column].im == 0 && value[column].re >= 0)) continue;
    const double size = hypot(value[column].re, value[column].im), re = value[column].re / size, im = -value[column].im / size;
    for (int64_t i = 0; i < x->local[0]; i++) {
      const int64_t at = i + j * x->leading;
      const number v = element(bridge, x, i, j);
      if (!hearth_dtype_is_complex(bridge->dtype)) {
        set(bridge, x, at, -v.re);
        continue;
      }
      set(bridge, x, 2 * at, v.re * re - v.im * im);
      set(bridge, x, 2 * at + 1, v.re * im + v.im * re);
    }
  }
}

typedef struct sign_tables {
  double *largest;
  int64_t *first, *mine;
  number *value;
} sign_tables;

static hearth_status find_signs(const hearth_bridge *bridge, const hearth_bridge_matrix *x, int32_t k, sign_tables *t) {
  hearth_context *ctx = bridge->ctx;
  hearth_status status = hearth_allocate_zero(ctx, k * (int64_t)sizeof *t->largest, &t->largest);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, k * (int64_t)sizeof *t->first, &t->first);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, k * (int64_t)sizeof *t->mine, &t->mine);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, k * (int64_t)sizeof *t->value, &t->value);
  HEARTH_TRY(hearth_agree(ctx, status));
  find_largest(bridge, x, k, t->largest);
  HEARTH_TRY(hearth_allreduce_f64(ctx, t->largest, k, HEARTH_OP_MAX));
  find_first(bridge, x, k, t->largest, t->mine, t->value);
  memcpy(t->first, t->mine, (size_t)k * sizeof *t->first);
  HEARTH_TRY(hearth_allreduce_i64(ctx, t->first, k, HEARTH_OP_MIN));
  for (int32_t c = 0; c < k; c++)
    if (t->mine[c] != t->first[c] || t->first[c] == INT64_MAX) t->value[c] = (number){0, 0};
  HEARTH_TRY(hearth_allreduce_f64(ctx, &t->value[0].re, 2 * (int64_t)k, HEARTH_OP_SUM));
  turn(bridge, x, k, t->value);
  return HEARTH_OK;
}

hearth_status hearth_bridge_signs(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, int32_t k) {
  sign_tables t = {0};
  if (k == 0) return HEARTH_OK;
  const hearth_status status = find_signs(bridge, matrix, k, &t);
  hearth_deallocate(bridge->ctx, t.largest);
  hearth_deallocate(bridge->ctx, t.first);
  hearth_deallocate(bridge->ctx, t.mine);
  hearth_deallocate(bridge->ctx, t.value);
  return status;
}

hearth_status hearth_bridge_diagonal(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, double *pairs) {
  const int64_t n = matrix->rows;
  int64_t i = 0;
  memset(pairs, 0, 2 * (size_t)n * sizeof *pairs);
  for (int64_t j = 0; j < matrix->local[1]; j++) { /* rows ascend with columns */
    const int64_t column = global_of(bridge, matrix, 1, j);
    while (i < matrix->local[0] && global_of(bridge, matrix, 0, i) < column) i++;
    if (i == matrix->local[0]) break;
    if (global_of(bridge, matrix, 0, i) != column) continue;
    const number v = element(bridge, matrix, i, j);
    pairs[2 * column] = v.re;
    pairs[2 * column + 1] = v.im;
  }
  return hearth_allreduce_f64(bridge->ctx, pairs, 2 * n, HEARTH_OP_SUM);
}

hearth_status hearth_bridge_get_column(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, double *pairs) {
  memset(pairs, 0, 2 * (size_t)matrix->rows * sizeof *pairs);
  for (int64_t i = 0; matrix->local[1] > 0 && i < matrix->local[0]; i++) {
    const number v = element(bridge, matrix, i, 0);
    const int64_t row = global_of(bridge, matrix, 0, i);
    pairs[2 * row] = v.re;
    pairs[2 * row + 1] = v.im;
  }
  return hearth_allreduce_f64(bridge->ctx, pairs, 2 * (int64_t)matrix->rows, HEARTH_OP_SUM);
}

void hearth_bridge_set_column(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, const double *pairs) {
  const bool complex = hearth_dtype_is_complex(bridge->dtype);
  for (int64_t i = 0; matrix->local[1] > 0 && i < matrix->local[0]; i++) {
    const int64_t row = global_of(bridge, matrix, 0, i);
    set(bridge, matrix, complex ? 2 * i : i, pairs[2 * row]);
    if (complex) set(bridge, matrix, 2 * i + 1, pairs[2 * row + 1]);
  }
}

/* Every column of processes has all pivots: those of the first are counted. */
hearth_status hearth_bridge_is_odd(const hearth_bridge *bridge, const hearth_bridge_matrix *lu, const int32_t *pivots, bool *odd) {
  int64_t exchanges[1] = {0};
  const bool counts = bridge->here && bridge->ctx->rank % bridge->processes[1] == 0;
  for (int64_t i = 0; counts && i < lu->local[0]; i++) exchanges[0] += pivots[i] != global_of(bridge, lu, 0, i) + 1;
  HEARTH_TRY(hearth_allreduce_i64(bridge->ctx, exchanges, 1, HEARTH_OP_SUM));
  *odd = exchanges[0] % 2 != 0;
  return HEARTH_OK;
}
