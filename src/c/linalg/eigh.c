#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "linalg/eigh_krylov.h"
#include "linalg/tall.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <hearth/decomposition.h>
#include <hearth/iterative.h>
#include <string.h>

typedef struct eigh_task {
  const char *name;
  const hearth_array *a;
  int64_t n, k;
  int32_t which, method;
  double tolerance;
  bool vectors;
  hearth_bridge bridge;
  hearth_bridge_matrix x, z;
  double *w;
} eigh_task;

static void read_options(eigh_task *t, const hearth_eigh_options *given) {
  hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
  if (given) memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
  t->n = t->a->layout->ndim == 2 ? t->a->layout->shape[0] : 0;
  t->k = options.k;
  t->which = options.which;
  t->method = options.method;
  t->tolerance = options.tolerance;
}

static hearth_status check(const eigh_task *t, hearth_array **w, hearth_array **v) {
  const hearth_context *ctx = t->a->ctx;
  HEARTH_REQUIRE(ctx, w && (v || !t->vectors), "%s: no place for the eigenvalues or -vectors (NULL)", t->name);
  HEARTH_TRY(hearth_dense_check(t->name, t->a, true));
  HEARTH_REQUIRE(ctx, t->k >= 0 && t->k <= t->n, "%s: k = %lld of %lld eigenvalues", t->name, (long long)t->k, (long long)t->n);
  HEARTH_REQUIRE(ctx, t->which == HEARTH_EIGH_SMALLEST || t->which == HEARTH_EIGH_LARGEST, "%s: which = %d is no hearth_eigh_which", t->name, t->which);
  HEARTH_REQUIRE(ctx, t->method >= HEARTH_EIGH_AUTO && t->method <= HEARTH_EIGH_LANCZOS, "%s: method = %d is no hearth_eigh_method", t->name, t->method);
  HEARTH_REQUIRE(ctx, t->tolerance >= 0 && t->tolerance < 1, "%s: a tolerance of %g", t->name, t->tolerance);
  return HEARTH_OK;
}

static hearth_status decompose(eigh_task *t) {
  hearth_context *ctx = t->a->ctx;
  HEARTH_TRY(hearth_bridge_bring(&t->bridge, t->a, &t->x));
  HEARTH_TRY(hearth_bridge_finite(&t->bridge, &t->x, HEARTH_TRIANGLE_LOWER, t->name));
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate_zero(ctx, t->n * (int64_t)sizeof *t->w, &t->w)));
  const int64_t first = t->which == HEARTH_EIGH_LARGEST ? t->n - t->k : 0;
  HEARTH_TRY(hearth_bridge_eigh(t->name, &t->bridge, &t->x, first, t->k, t->w, t->vectors ? &t->z : NULL));
  return t->vectors ? hearth_bridge_signs(&t->bridge, &t->z, (int32_t)t->k) : HEARTH_OK;
}

static hearth_status deliver(const eigh_task *t, hearth_array **w, hearth_array **v) {
  const hearth_array *a = t->a;
  HEARTH_TRY(hearth_dense_vector(a->ctx, t->k, t->w, hearth_bridge_result(a->dtype, true), w));
  if (!t->vectors) return HEARTH_OK;
  const hearth_status status =
      hearth_bridge_deliver(&t->bridge, &t->z, t->n, t->k, t->k == t->n ? a->layout : NULL, hearth_bridge_result(a->dtype, false), a->order, v);
  if (status != HEARTH_OK) hearth_array_destroy(w);
  return status;
}

static hearth_status run_dense(eigh_task *t, hearth_array **w, hearth_array **v) {
  hearth_context *ctx = t->a->ctx;
  HEARTH_TRY(hearth_bridge_open_for(t->a, hearth_bridge_dtype(t->a->dtype, false), HEARTH_BRIDGE_REDUCTIONS, &t->bridge));
  hearth_status status = decompose(t);
  if (status == HEARTH_OK) status = deliver(t, w, v);
  hearth_deallocate(ctx, t->w);
  hearth_bridge_release(&t->x);
  hearth_bridge_release(&t->z);
  hearth_bridge_close(&t->bridge);
  return status;
}

/* Columns of x by the sign rule, as results are. */
static hearth_status deliver_columns(const eigh_task *t, const hearth_array *x, hearth_array **v) {
  hearth_bridge bridge;
  hearth_bridge_matrix z = {0};
  HEARTH_TRY(hearth_bridge_open(x->ctx, x->dtype, t->n, t->k, HEARTH_BRIDGE_PRODUCTS, &bridge));
  hearth_status status = hearth_bridge_bring(&bridge, x, &z);
  if (status == HEARTH_OK) status = hearth_bridge_signs(&bridge, &z, (int32_t)t->k);
  if (status == HEARTH_OK) status = hearth_bridge_deliver(&bridge, &z, t->n, t->k, NULL, hearth_bridge_result(t->a->dtype, false), t->a->order, v);
  hearth_bridge_release(&z);
  hearth_bridge_close(&bridge);
  return status;
}

static hearth_status by_lanczos(eigh_task *t, const hearth_array *a, hearth_array **x) {
  hearth_eigsh_options options = HEARTH_EIGSH_OPTIONS_INIT;
  hearth_array *w = NULL, *residuals = NULL;
  options.which = t->which == HEARTH_EIGH_LARGEST ? HEARTH_EIGSH_LARGEST : HEARTH_EIGSH_SMALLEST;
  options.tolerance = t->tolerance;
  HEARTH_TRY(hearth_eigsh_matrix(a, t->k, &options, &w, x, &residuals));
  const hearth_status status = hearth_agree(a->ctx, hearth_dense_read(w, 0, t->k, t->w));
  hearth_array_destroy(&w);
  hearth_array_destroy(&residuals);
  return status;
}

static hearth_status by_products(eigh_task *t, const hearth_array *a, hearth_array **x) {
  enum { CYCLES = 60 };
  if (t->method == HEARTH_EIGH_LANCZOS) return by_lanczos(t, a, x);
  return hearth_krylov_eigh(t->name, a, t->k, t->which == HEARTH_EIGH_LARGEST, t->tolerance > 0 ? t->tolerance : 1e-10, CYCLES, t->w, x);
}

static hearth_status run_products(eigh_task *t, hearth_array **w, hearth_array **v) {
  hearth_context *ctx = t->a->ctx;
  hearth_array *a = NULL, *x = NULL;
  const int32_t dtype = hearth_bridge_dtype(t->a->dtype, false);
  HEARTH_TRY(hearth_require_finite(t->a, t->name));
  hearth_status status = hearth_agree(ctx, hearth_allocate(ctx, t->k * (int64_t)sizeof *t->w, &t->w));
  if (status == HEARTH_OK && dtype != t->a->dtype) status = hearth_array_cast(t->a, dtype, &a);
  if (status == HEARTH_OK) status = by_products(t, a ? a : t->a, &x);
  if (status == HEARTH_OK && t->vectors) status = deliver_columns(t, x, v);
  if (status == HEARTH_OK) status = hearth_dense_vector(ctx, t->k, t->w, hearth_bridge_result(t->a->dtype, true), w);
  if (status != HEARTH_OK && v) hearth_array_destroy(v);
  hearth_deallocate(ctx, t->w);
  hearth_array_destroy(&a);
  hearth_array_destroy(&x);
  return status;
}

static hearth_status run(eigh_task *t, const hearth_eigh_options *options, hearth_array **w, hearth_array **v) {
  if (w) *w = NULL;
  if (v) *v = NULL;
  read_options(t, options);
  int64_t bits = 0;
  memcpy(&bits, &t->tolerance, sizeof bits);
  HEARTH_TRY(hearth_agree_same(t->a->ctx, check(t, w, v), "k|which|method|tolerance (bits)", (int64_t[]){t->k, t->which, t->method, bits}, 4));
  if (t->k == 0) t->k = t->n;
  const bool partial = t->method == HEARTH_EIGH_RANDOMIZED || t->method == HEARTH_EIGH_LANCZOS;
  return partial && hearth_krylov_is_small(t->n, t->k) ? run_products(t, w, v) : run_dense(t, w, v);
}

hearth_status hearth_eigh(const hearth_array *a, const hearth_eigh_options *options, hearth_array **w, hearth_array **v) {
  HEARTH_REQUIRE(NULL, a, "hearth_eigh: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  eigh_task t = {.name = "hearth_eigh", .a = a, .vectors = true};
  return run(&t, options, w, v);
}

hearth_status hearth_eigvalsh(const hearth_array *a, const hearth_eigh_options *options, hearth_array **w) {
  HEARTH_REQUIRE(NULL, a, "hearth_eigvalsh: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  eigh_task t = {.name = "hearth_eigvalsh", .a = a, .vectors = false};
  return run(&t, options, w, NULL);
}
