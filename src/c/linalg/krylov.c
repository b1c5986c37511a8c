#include "linalg/krylov.h"
#include <hearth/random.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "linalg/operand.h"
#include "tensor/views.h"
#include <float.h>
#include <math.h>

hearth_status hearth_krylov_check(const char *name, const hearth_array *start) {
  HEARTH_REQUIRE(start->ctx, start->layout->ndim == 1, "%s: the start has %d dimensions, not 1", name, start->layout->ndim);
  HEARTH_REQUIRE(start->ctx, start->layout->shape[0] > 0, "%s: vectors of length 0", name);
  if (start->dtype < HEARTH_FLOAT32) return hearth_fail(start->ctx, HEARTH_ERR_UNSUPPORTED, "%s of %s", name, hearth_dtype_name((hearth_dtype)start->dtype));
  HEARTH_TRY(hearth_array_pending(start));
  return hearth_linalg_refuse_reproducible(start->ctx, name);
}

static double epsilon_of(const hearth_krylov *k) {
  return k->w->dtype == HEARTH_FLOAT32 || k->w->dtype == HEARTH_COMPLEX64 ? FLT_EPSILON : DBL_EPSILON;
}

/* `count` columns of a piece from column `first` on. */
static hearth_view columns_of(const hearth_view *piece, int64_t first, int64_t count) {
  return hearth_view_part(piece, 1, first, count);
}

/* A vector's piece as a matrix of one column. */
static hearth_view as_column(const hearth_view *vector) {
  hearth_view view = *vector;
  view.ndim = 2;
  view.extent[1] = 1;
  view.stride[1] = view.extent[0] * hearth_dtype_size((hearth_dtype)view.dtype);
  return view;
}

static hearth_view narrow_view(const hearth_krylov *k, int64_t m) {
  const hearth_view like = {.dtype = k->w->dtype, .space = k->ctx->backend->space};
  return hearth_view_columns(&like, k->narrow, m, 1);
}

static hearth_view wide_view(double *numbers, int64_t m) {
  const hearth_view like = {.dtype = HEARTH_COMPLEX128, .space = HEARTH_SPACE_HOST};
  return hearth_view_columns(&like, numbers, m, 1);
}

/* numbers[0 .. m - 1] := this rank's part of V^H w. */
static hearth_status local_products(const hearth_krylov *k, int64_t m, double *numbers) {
  const hearth_backend_table *backend = k->ctx->backend;
  const hearth_view sums = narrow_view(k, m), wide = wide_view(numbers, m);
  bool any = false;
  for (int32_t p = 0; p < k->v->npieces && hearth_layout_is_primary(k->w->layout, k->ctx->rank); p++) {
    if (hearth_view_elements(&k->w->piece[p].view) == 0) continue;
    const hearth_view v = columns_of(&k->v->piece[p].view, 0, m), vt = hearth_view_transposed(&v), w = as_column(&k->w->piece[p].view);
    HEARTH_TRY(backend->gemm(k->ctx->queue, HEARTH_CONJUGATE_A, 1.0, &vt, &w, any ? 1.0 : 0.0, &sums));
    any = true;
  }
  if (!any) HEARTH_TRY(backend->fill(k->ctx->queue, &sums, 0.0));
  return hearth_view_copy(k->ctx, &wide, &sums);
}

/* w := w - V numbers */
static hearth_status local_subtract(const hearth_krylov *k, int64_t m, double *numbers) {
  const hearth_view sums = narrow_view(k, m), wide = wide_view(numbers, m);
  HEARTH_TRY(hearth_view_copy(k->ctx, &sums, &wide));
  for (int32_t p = 0; p < k->v->npieces; p++) {
    if (hearth_view_elements(&k->w->piece[p].view) == 0) continue;
    const hearth_view v = columns_of(&k->v->piece[p].view, 0, m), w = as_column(&k->w->piece[p].view);
    HEARTH_TRY(k->ctx->backend->gemm(k->ctx->queue, 0, -1.0, &v, &sums, 1.0, &w));
  }
  return k->ctx->backend->wait(k->ctx->queue);
}

/* w := w without its parts along vectors 0 .. m - 1; their coefficients in k->coefficients. Collective; agreed. */
static hearth_status orthogonalise(hearth_krylov *k, int64_t m) {
  double *again = k->coefficients + 2 * k->room;
  for (int pass = 0; pass < 2; pass++) {
    double *numbers = pass == 0 ? k->coefficients : again;
    HEARTH_TRY(hearth_agree(k->ctx, local_products(k, m, numbers)));
    HEARTH_TRY(hearth_allreduce_f64(k->ctx, numbers, 2 * m, HEARTH_OP_SUM));
    HEARTH_TRY(hearth_agree(k->ctx, local_subtract(k, m, numbers)));
  }
  for (int64_t i = 0; i < 2 * m; i++) k->coefficients[i] += again[i];
  return HEARTH_OK;
}

/* Vector j := w / norm. */
static hearth_status store(hearth_krylov *k, int64_t j, double norm) {
  HEARTH_TRY(hearth_agree(k->ctx, hearth_vectors_scale(1.0 / norm, k->w)));
  return hearth_array_copy(k->w, k->column[j]);
}

/* w := random numbers, of complex ones both parts. Collective; agreed. */
static hearth_status randomise(hearth_krylov *k, int64_t j) {
  const bool complex = hearth_dtype_is_complex(k->w->dtype);
  hearth_array *numbers = NULL;
  hearth_status status = hearth_agree(k->ctx, hearth_array_create_local(k->w->layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &numbers));
  for (int32_t part = 0; status == HEARTH_OK && part < (complex ? 2 : 1); part++) {
    status = hearth_randn_into(numbers, (int32_t)(2 * j % 1000000) + part);
    for (int32_t p = 0; status == HEARTH_OK && p < k->w->npieces; p++) {
      const hearth_view to = complex ? hearth_view_component(&k->w->piece[p].view, part) : k->w->piece[p].view;
      status = hearth_view_copy(k->ctx, &to, &numbers->piece[p].view);
    }
    status = hearth_agree(k->ctx, status);
  }
  hearth_array_destroy(&numbers);
  return status;
}

hearth_status hearth_krylov_next(hearth_krylov *k, int64_t j, double rest) {
  double before = 0.0;
  for (int64_t attempt = 0; rest == 0.0 && attempt < 5; attempt++) { /* random numbers are hardly ever in a subspace: 5 are plenty */
    HEARTH_TRY(randomise(k, j + attempt * k->n));
    HEARTH_TRY(hearth_vectors_norm(k->w, &before));
    HEARTH_TRY(orthogonalise(k, j));
    HEARTH_TRY(hearth_vectors_norm(k->w, &rest));
    if (!(rest > 1e3 * epsilon_of(k) * before)) rest = 0.0;
  }
  if (rest == 0.0) return hearth_fail(k->ctx, HEARTH_ERR_NUMERICAL, "%s: no vector %lld orthogonal to those before was found", k->name, (long long)j);
  return store(k, j, rest);
}

hearth_status hearth_krylov_step(hearth_krylov *k, int64_t j, double *diagonal, double *rest) {
  double size = 0.0;
  HEARTH_TRY(hearth_operator_apply(k->op, k->user, k->name, k->column[j], k->w));
  HEARTH_TRY(hearth_vectors_norm(k->w, &size));
  if (!isfinite(size))
    return hearth_fail(k->ctx, HEARTH_ERR_NOT_FINITE, "%s: the operator made NaN or infinity of vector %lld (norm %g)", k->name, (long long)j, size);
  if (size > k->scale) k->scale = size;
  HEARTH_TRY(orthogonalise(k, j + 1));
  HEARTH_TRY(hearth_vectors_norm(k->w, rest));
  *diagonal = k->coefficients[2 * j];
  if (!(*rest > 10.0 * epsilon_of(k) * k->scale)) *rest = 0.0;
  return HEARTH_OK;
}

static hearth_status make_columns(hearth_krylov *k, const hearth_layout *layout) {
  HEARTH_TRY(hearth_allocate_zero(k->ctx, k->room * (int64_t)sizeof *k->column, &k->column));
  for (int64_t j = 0; j < k->room; j++) {
    HEARTH_TRY(hearth_view_dims(k->v, layout, (const int32_t[]){0}, &k->column[j]));
    for (int32_t p = 0; p < k->v->npieces; p++) {
      hearth_view *view = &k->column[j]->piece[p].view;
      if (hearth_view_elements(view) > 0) view->data = (char *)k->v->piece[p].view.data + j * k->v->piece[p].view.stride[1];
    }
  }
  return HEARTH_OK;
}

static hearth_status allocate(hearth_krylov *k, const hearth_array *start) {
  hearth_layout *matrix = NULL;
  const int64_t size = hearth_dtype_size((hearth_dtype)start->dtype);
  HEARTH_TRY(hearth_layout_insert(start->layout, 1, k->room, &matrix));
  hearth_status status = hearth_array_create_local(matrix, start->dtype, HEARTH_COLUMN_MAJOR, &k->v);
  hearth_layout_destroy(&matrix);
  HEARTH_TRY(status);
  HEARTH_TRY(hearth_array_create_local(start->layout, start->dtype, HEARTH_COLUMN_MAJOR, &k->w));
  HEARTH_TRY(make_columns(k, start->layout));
  HEARTH_TRY(hearth_allocate_zero(k->ctx, 4 * k->room * (int64_t)sizeof *k->coefficients, &k->coefficients));
  return k->ctx->backend->allocate(k->ctx->queue, k->room * size, &k->narrow);
}

hearth_status hearth_krylov_open(const hearth_array *start, int64_t room, hearth_krylov *k) {
  double norm = 0.0;
  k->ctx = start->ctx;
  k->n = start->layout->shape[0];
  k->room = room;
  HEARTH_TRY(hearth_agree(k->ctx, allocate(k, start)));
  HEARTH_TRY(hearth_array_copy(start, k->w));
  HEARTH_TRY(hearth_vectors_norm(k->w, &norm));
  if (!isfinite(norm)) return hearth_fail(k->ctx, HEARTH_ERR_NOT_FINITE, "%s: the norm of the start is %g", k->name, norm);
  return norm > 0.0 ? store(k, 0, norm) : hearth_krylov_next(k, 0, 0.0);
}

void hearth_krylov_close(hearth_krylov *k) {
  for (int64_t j = 0; k->column && j < k->room; j++) hearth_array_destroy(&k->column[j]);
  hearth_deallocate(k->ctx, k->column);
  hearth_array_destroy(&k->v);
  hearth_array_destroy(&k->w);
  if (!k->ctx) return;
  hearth_deallocate(k->ctx, k->coefficients);
  k->ctx->backend->release(k->ctx->queue, k->narrow);
}

hearth_status hearth_krylov_take(const hearth_krylov *k, int64_t m, hearth_array **v) {
  hearth_layout *layout = NULL;
  hearth_array *made = NULL;
  hearth_status status = hearth_layout_insert(k->w->layout, 1, m, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, k->w->dtype, HEARTH_COLUMN_MAJOR, &made);
  hearth_layout_destroy(&layout);
  for (int32_t p = 0; status == HEARTH_OK && p < made->npieces; p++) {
    const hearth_view from = columns_of(&k->v->piece[p].view, 0, m);
    if (hearth_view_elements(&from) > 0) status = hearth_view_copy(k->ctx, &made->piece[p].view, &from);
  }
  return hearth_hand_over(k->ctx, status, &made, v);
}
