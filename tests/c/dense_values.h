/* Matrices made by a rule of the global index, whole on every rank as plain complex numbers, and the plain algebra to judge results by. */
#ifndef HEARTH_TESTS_DENSE_VALUES_H
#define HEARTH_TESTS_DENSE_VALUES_H
#include "array_values.h"
#include "core/context_impl.h"
#include "harness.h"
#include "layout_table.h"
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* NaN-proof complex products are not wanted here. */
typedef double _Complex dense_number;

typedef struct dense_rule dense_rule;
struct dense_rule {
  int64_t m, n;
  int32_t dtype;
  int seed;
  dense_number (*at)(const dense_rule *rule, int64_t i, int64_t j);
};

static inline double dense_noise(uint64_t x) {
  x = (x + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 30)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return (double)(x >> 11) * 0x1p-52 - 1.0;
}

/* Numbers between -1 and 1 that float32 holds exactly; complex where the dtype is; small whole numbers for integers. */
static inline dense_number dense_random(const dense_rule *rule, int64_t i, int64_t j) {
  const uint64_t key = (uint64_t)(rule->seed * 1000003 + i * 7919 + j) * 2;
  if (rule->dtype < HEARTH_FLOAT16) return (dense_number)(int)(dense_noise(key) * 9);
  const double re = (double)(float)dense_noise(key), im = (double)(float)dense_noise(key + 1);
  return rule->dtype >= HEARTH_COMPLEX64 ? re + im * (dense_number)I : re;
}

static inline dense_number dense_hermitian(const dense_rule *rule, int64_t i, int64_t j) {
  const dense_number x = dense_random(rule, i > j ? i : j, i > j ? j : i);
  return i == j ? creal(x) : i > j ? x : conj(x);
}

/* Diagonally dominant. */
static inline dense_number dense_positive(const dense_rule *rule, int64_t i, int64_t j) {
  return dense_hermitian(rule, i, j) + (i == j ? (double)(2 * rule->n * (rule->dtype < HEARTH_FLOAT16 ? 9 : 1)) : 0);
}

static inline double dense_epsilon(int32_t dtype) {
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64 ? (double)FLT_EPSILON : DBL_EPSILON;
}

static inline void dense_write(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const dense_rule *rule = user;
  const dense_number x = rule->at(rule, global[0], ndim > 1 ? global[1] : 0);
  if (dtype == HEARTH_COMPLEX64)
    *(float _Complex *)address = (float _Complex)x;
  else if (dtype == HEARTH_COMPLEX128)
    *(dense_number *)address = x;
  else if (dtype == HEARTH_BOOL)
    *(uint8_t *)address = x != 0;
  else
    value_set(address, dtype, creal(x));
}

/* ndim 1: the first column. Collective; the caller destroys the array. */
static inline hearth_array *dense_array(hearth_context *ctx, int kind, int32_t order, int32_t ndim, const dense_rule *rule) {
  const int64_t shape[2] = {rule->m, rule->n};
  hearth_layout *layout = table_layout(ctx, kind, ndim, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, rule->dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, dense_write, (void *)(uintptr_t)rule) == 0);
  hearth_layout_destroy(&layout);
  return array;
}

/* The rule's matrix as its dtype holds it, row-major; the caller frees it. */
static inline dense_number *dense_expected(const dense_rule *rule) {
  dense_number *a = malloc((size_t)(rule->m * rule->n + 1) * sizeof *a);
  const bool single = rule->dtype == HEARTH_FLOAT32 || rule->dtype == HEARTH_COMPLEX64;
  for (int64_t i = 0; i < rule->m; i++)
    for (int64_t j = 0; j < rule->n; j++) {
      const dense_number x = rule->at(rule, i, j);
      a[i * rule->n + j] = rule->dtype == HEARTH_BOOL ? x != 0 : single ? (double)(float)creal(x) + (double)(float)cimag(x) * (dense_number)I : x;
    }
  return a;
}

/* All of an array of one or two dimensions on every rank, row-major; its shape is asserted; the caller frees it. Collective. */
static inline dense_number *dense_whole(const hearth_array *array, int32_t ndim, int64_t m, int64_t n) {
  hearth_array *wide = NULL, *whole = NULL;
  hearth_window window;
  dense_number *a = malloc((size_t)(m * n + 1) * sizeof *a);
  int32_t dimensions = 0;
  int64_t shape[HEARTH_MAX_NDIM] = {0, 1};
  assert_ok(hearth_array_ndim(array, &dimensions));
  assert_all(dimensions == ndim);
  assert_ok(hearth_array_shape(array, ndim, shape));
  assert_all(shape[0] == m && shape[1] == n);
  assert_ok(hearth_array_cast(array, HEARTH_COMPLEX128, &wide));
  assert_ok(hearth_resplit(wide, -1, &whole));
  assert_ok(hearth_array_access(whole, 0, HEARTH_READ, &window));
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++)
      a[i * n + j] = *(const dense_number *)((const char *)window.base + i * window.stride[0] + (ndim > 1 ? j * window.stride[1] : 0));
  assert_ok(hearth_array_release(whole, 0));
  hearth_array_destroy(&whole);
  hearth_array_destroy(&wide);
  return a;
}

/* c [m, n] = a [m, k] b [k, n]; adjoint: of a^H, a [k, m]. The caller frees it. */
static inline dense_number *dense_product(bool adjoint, int64_t m, int64_t n, int64_t k, const dense_number *a, const dense_number *b) {
  dense_number *c = malloc((size_t)(m * n + 1) * sizeof *c);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      dense_number sum = 0;
      for (int64_t l = 0; l < k; l++) sum += (adjoint ? conj(a[l * m + i]) : a[i * k + l]) * b[l * n + j];
      c[i * n + j] = sum;
    }
  return c;
}

static inline double dense_most(int64_t n, const dense_number *a) {
  double most = 0;
  for (int64_t i = 0; i < n; i++)
    if (!(cabs(a[i]) <= most)) most = cabs(a[i]);
  return most;
}

/* max |a - b|; NaN if there is one. */
static inline double dense_distance(int64_t n, const dense_number *a, const dense_number *b) {
  double most = 0;
  for (int64_t i = 0; i < n; i++)
    if (!(cabs(a[i] - b[i]) <= most)) most = cabs(a[i] - b[i]);
  return most;
}

/* max |q^H q - 1| of q [m, k]. */
static inline double dense_defect(int64_t m, int64_t k, const dense_number *q) {
  dense_number *g = dense_product(true, k, k, m, q, q);
  for (int64_t i = 0; i < k; i++) g[i * k + i] -= 1.0;
  const double defect = dense_most(k * k, g);
  free(g);
  return defect;
}

/* x := a^-1 x by elimination with complete rows; a [n, n] and x [n, k] are changed. Returns the determinant. */
static inline dense_number dense_eliminate(int64_t n, int64_t k, dense_number *a, dense_number *x) {
  dense_number det = 1;
  for (int64_t c = 0; c < n; c++) {
    int64_t p = c;
    for (int64_t i = c; i < n; i++)
      if (cabs(a[i * n + c]) > cabs(a[p * n + c])) p = i;
    for (int64_t j = 0; j < n && p != c; j++) {
      const dense_number swap = a[c * n + j];
      a[c * n + j] = a[p * n + j], a[p * n + j] = swap;
    }
    for (int64_t j = 0; j < k && p != c; j++) {
      const dense_number swap = x[c * k + j];
      x[c * k + j] = x[p * k + j], x[p * k + j] = swap;
    }
    det *= p == c ? a[c * n + c] : -a[c * n + c];
    for (int64_t i = 0; i < n; i++) {
      if (i == c) continue;
      const dense_number f = a[i * n + c] / a[c * n + c];
      for (int64_t j = c; j < n; j++) a[i * n + j] -= f * a[c * n + j];
      for (int64_t j = 0; j < k; j++) x[i * k + j] -= f * x[c * k + j];
    }
  }
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < k; j++) x[i * k + j] /= a[i * n + i];
  return det;
}

/* A context whose dense problems of order `alone_below` and more are distributed (0: as the library decides). */
static inline hearth_context *dense_context(hearth_backend backend, int64_t alone_below) {
  hearth_context *ctx = test_context(backend);
  ctx->alone_below = alone_below;
  return ctx;
}

/* Whether table_layout can make the kind here, and whether it is this one's turn among `of`. */
static inline bool dense_turn(int kind, int turn, int of) {
  return (kind != TABLE_PERMUTED || test_size <= 4) && (kind + turn) % of == 0;
}

/* Whether layouts and memory orders are equal. Local. */
static inline bool dense_same_layout(const hearth_array *a, const hearth_array *b) {
  hearth_layout *la = NULL, *lb = NULL;
  int32_t equal = 0, order_a = -1, order_b = -2;
  hearth_array_layout(a, &la);
  hearth_array_layout(b, &lb);
  hearth_layout_equal(la, lb, &equal);
  hearth_array_order(a, &order_a);
  hearth_array_order(b, &order_b);
  hearth_layout_destroy(&la);
  hearth_layout_destroy(&lb);
  return equal && order_a == order_b;
}

#endif
