#include <hearth/creation.h>
#include <hearth/iterative.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "linalg/dense.h"
#include "linalg/krylov.h"
#include "linalg/operand.h"
#include "tensor/layout_impl.h"

typedef struct results {
  hearth_array **diagonal, **off_diagonal, **v;
} results;

static void forget(const results *r) {
  hearth_array_destroy(r->diagonal);
  hearth_array_destroy(r->off_diagonal);
  hearth_array_destroy(r->v);
}

/* Collective; agreed. */
static hearth_status run(hearth_krylov *k, int64_t steps, double *diagonal, double *off_diagonal, const results *r) {
  int64_t m = 0;
  while (m < steps) {
    HEARTH_TRY(hearth_krylov_step(k, m, &diagonal[m], &off_diagonal[m]));
    m++;
    if (m == steps || off_diagonal[m - 1] == 0.0) break;
    HEARTH_TRY(hearth_krylov_next(k, m, off_diagonal[m - 1]));
  }
  hearth_status status = hearth_dense_vector(k->ctx, m, diagonal, HEARTH_FLOAT64, r->diagonal);
  if (status == HEARTH_OK) status = hearth_dense_vector(k->ctx, m, off_diagonal, HEARTH_FLOAT64, r->off_diagonal);
  return status == HEARTH_OK ? hearth_krylov_take(k, m, r->v) : status;
}

static hearth_status lanczos(hearth_operator op, void *user, const hearth_array *start, int64_t steps, const results *r) {
  hearth_krylov k = {.ctx = start->ctx, .name = "lanczos", .op = op, .user = user};
  const int64_t n = start->layout->shape[0], most = steps < n ? steps : n;
  double *numbers = NULL;
  hearth_status status = hearth_agree(start->ctx, hearth_allocate_zero(start->ctx, 2 * most * (int64_t)sizeof *numbers, &numbers));
  if (status == HEARTH_OK) status = hearth_krylov_open(start, most, &k);
  if (status == HEARTH_OK) status = run(&k, most, numbers, numbers + most, r);
  hearth_krylov_close(&k);
  hearth_deallocate(start->ctx, numbers);
  if (status != HEARTH_OK) forget(r);
  return status;
}

static void clear(const results *r) {
  if (r->diagonal) *r->diagonal = NULL;
  if (r->off_diagonal) *r->off_diagonal = NULL;
  if (r->v) *r->v = NULL;
}

static hearth_status check(hearth_context *ctx, int64_t steps, const results *r) {
  HEARTH_REQUIRE(ctx, r->diagonal && r->off_diagonal && r->v, "lanczos: no place for a result (NULL)");
  HEARTH_REQUIRE(ctx, steps >= 1, "lanczos: %lld steps", (long long)steps);
  return HEARTH_OK;
}

hearth_status hearth_lanczos(hearth_operator op, void *user, const hearth_array *start, int64_t k, hearth_array **diagonal, hearth_array **off_diagonal,
                             hearth_array **v) {
  const results r = {diagonal, off_diagonal, v};
  HEARTH_REQUIRE(NULL, start, "lanczos: the start is NULL");
  HEARTH_GUARD_FP(start->ctx);
  clear(&r);
  hearth_status mine = check(start->ctx, k, &r);
  if (mine == HEARTH_OK && !op) mine = hearth_fail(start->ctx, HEARTH_ERR_ARGUMENT, "lanczos: the operator is NULL");
  if (mine == HEARTH_OK) mine = hearth_krylov_check("lanczos", start);
  HEARTH_TRY(hearth_agree_same(start->ctx, mine, "k|", &k, 1));
  return lanczos(op, user, start, k, &r);
}

static hearth_status check_matrix(const hearth_array *a, const hearth_array *start, int64_t steps, const results *r) {
  HEARTH_TRY(check(a->ctx, steps, r));
  HEARTH_TRY(hearth_operator_check_matrix("lanczos", a));
  if (!start) return hearth_linalg_refuse_reproducible(a->ctx, "lanczos");
  HEARTH_TRY(hearth_linalg_check_pair(a->ctx, "lanczos", a, start));
  HEARTH_TRY(hearth_krylov_check("lanczos", start));
  if (start->layout->shape[0] == a->layout->shape[0]) return HEARTH_OK;
  return hearth_fail(a->ctx, HEARTH_ERR_MISMATCH, "lanczos: a matrix of order %lld and a start of length %lld", (long long)a->layout->shape[0],
                     (long long)start->layout->shape[0]);
}

hearth_status hearth_krylov_default_start(const hearth_array *a, int32_t dtype, hearth_array **start) {
  hearth_layout *layout = NULL;
  hearth_status status = hearth_agree(a->ctx, hearth_layout_make_split(a->ctx, 1, a->layout->shape, 0, &layout));
  if (status == HEARTH_OK) status = hearth_zeros(layout, dtype, HEARTH_ROW_MAJOR, start);
  hearth_layout_destroy(&layout);
  return status;
}

hearth_status hearth_lanczos_matrix(const hearth_array *a, const hearth_array *start, int64_t k, hearth_array **diagonal, hearth_array **off_diagonal,
                                    hearth_array **v) {
  const results r = {diagonal, off_diagonal, v};
  HEARTH_REQUIRE(NULL, a, "lanczos: the matrix is NULL");
  HEARTH_GUARD_FP(a->ctx);
  clear(&r);
  HEARTH_TRY(hearth_agree_same(a->ctx, check_matrix(a, start, k, &r), "k|start", (const int64_t[]){k, start != NULL}, 2));
  const int32_t dtype = hearth_linalg_dtype(a->dtype, start ? start->dtype : a->dtype);
  hearth_array *made[3] = {NULL};
  hearth_status status = HEARTH_OK;
  if (!start)
    status = hearth_krylov_default_start(a, dtype, &made[0]);
  else if (start->dtype != dtype)
    status = hearth_array_cast(start, dtype, &made[0]);
  if (status == HEARTH_OK && a->dtype != dtype) status = hearth_array_cast(a, dtype, &made[1]);
  if (status == HEARTH_OK) status = lanczos(hearth_operator_of_matrix, made[1] ? made[1] : (hearth_array *)a, made[0] ? made[0] : start, k, &r);
  for (int i = 0; i < 2; i++) hearth_array_destroy(&made[i]);
  return status;
}
