/* Vectors replaced by combinations of themselves, and their signs. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/map.h"
#include "linalg/krylov.h"
#include <complex.h>
#include <math.h>

enum { ROWS = 4096 };

typedef struct rotation {
  const hearth_krylov *k;
  int64_t m, l;
  hearth_view s; /* [m, l] in the backend's memory */
  void *rows;    /* ROWS x l */
} rotation;

static hearth_status rotate_piece(const rotation *r, const hearth_view *piece) {
  const hearth_context *ctx = r->k->ctx;
  for (int64_t first = 0; first < piece->extent[0]; first += ROWS) {
    const int64_t count = piece->extent[0] - first < ROWS ? piece->extent[0] - first : ROWS;
    const hearth_view block = hearth_view_part(piece, 0, first, count), from = hearth_view_part(&block, 1, 0, r->m), to = hearth_view_part(&block, 1, 0, r->l);
    const hearth_view product = hearth_view_columns(piece, r->rows, count, r->l);
    HEARTH_TRY(ctx->backend->gemm(ctx->queue, 0, 1.0, &from, &r->s, 0.0, &product));
    HEARTH_TRY(ctx->backend->copy(ctx->queue, &to, &product));
  }
  return ctx->backend->wait(ctx->queue);
}

static hearth_status rotate(rotation *r, double *s) {
  const hearth_context *ctx = r->k->ctx;
  const int64_t size = hearth_dtype_size((hearth_dtype)r->k->v->dtype);
  const hearth_view like = {.dtype = r->k->v->dtype, .space = ctx->backend->space}, wide = {.dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST};
  const hearth_view from = hearth_view_columns(&wide, s, r->m, r->l);
  void *memory = NULL;
  hearth_status status = ctx->backend->allocate(ctx->queue, r->m * r->l * size, &memory);
  if (status == HEARTH_OK) status = ctx->backend->allocate(ctx->queue, ROWS * r->l * size, &r->rows);
  if (status == HEARTH_OK) {
    r->s = hearth_view_columns(&like, memory, r->m, r->l);
    status = hearth_view_copy(ctx, &r->s, &from);
  }
  for (int32_t p = 0; status == HEARTH_OK && p < r->k->v->npieces; p++)
    if (hearth_view_elements(&r->k->v->piece[p].view) > 0) status = rotate_piece(r, &r->k->v->piece[p].view);
  ctx->backend->release(ctx->queue, memory);
  ctx->backend->release(ctx->queue, r->rows);
  return status;
}

hearth_status hearth_krylov_rotate(hearth_krylov *k, int64_t m, int64_t l, double *s) {
  rotation r = {.k = k, .m = m, .l = l};
  return hearth_agree(k->ctx, rotate(&r, s));
}

/* This rank's numbers of vector j. */
static hearth_status fetch(const hearth_krylov *k, int64_t j, int32_t piece, double _Complex *numbers) {
  const hearth_view like = {.dtype = HEARTH_COMPLEX128, .space = HEARTH_SPACE_HOST}, *from = &k->column[j]->piece[piece].view;
  hearth_view to = hearth_view_columns(&like, numbers, from->extent[0], 1);
  to.ndim = 1;
  return hearth_view_copy(k->ctx, &to, from);
}

/* The lowest global row of vector j whose size is at least `least`, and what is there; the largest size if `least` < 0. */
static hearth_status search(const hearth_krylov *k, int64_t j, double least, double *largest, int64_t *row, double _Complex *value) {
  const hearth_layout *layout = k->w->layout;
  for (int32_t p = 0; p < k->w->npieces; p++) {
    const int64_t n = k->w->piece[p].view.extent[0];
    double _Complex *numbers = NULL;
    if (n == 0) continue;
    hearth_status status = hearth_allocate(k->ctx, n * (int64_t)sizeof *numbers, &numbers);
    if (status == HEARTH_OK) status = fetch(k, j, p, numbers);
    for (int64_t i = 0; status == HEARTH_OK && i < n; i++) {
      const double size = cabs(numbers[i]);
      *largest = fmax(*largest, size);
      if (least < 0.0 || size < least) continue;
      const int64_t global = hearth_layout_piece_global(layout, p, 0, i);
      if (global >= *row) continue;
      *row = global;
      *value = numbers[i];
    }
    hearth_deallocate(k->ctx, numbers);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

/* a := factor a, of complex ones by a complex factor. */
static hearth_status turn(hearth_array *a, double _Complex factor) {
  const hearth_context *ctx = a->ctx;
  for (int32_t p = 0; p < a->npieces; p++) {
    hearth_view number = a->piece[p].view;
    number.data = &factor;
    number.dtype = hearth_dtype_is_complex(a->dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64;
    number.space = HEARTH_SPACE_HOST;
    number.stride[0] = 0;
    if (number.extent[0] > 0)
      HEARTH_TRY(ctx->backend->map->map(ctx->queue, a->dtype, 1, &(const hearth_map_step){HEARTH_OP_MULTIPLY, {1, 0}}, &a->piece[p].view, 2,
                                        (const hearth_view *[]){&a->piece[p].view, &number}));
  }
  return ctx->backend->wait(ctx->queue);
}

hearth_status hearth_krylov_sign(hearth_krylov *k, int64_t j) {
  double largest = 0.0, numbers[2] = {0.0, 0.0};
  int64_t row = INT64_MAX;
  double _Complex value = 0.0;
  HEARTH_TRY(hearth_agree(k->ctx, search(k, j, -1.0, &largest, &row, &value)));
  HEARTH_TRY(hearth_allreduce_f64(k->ctx, &largest, 1, HEARTH_OP_MAX));
  HEARTH_TRY(hearth_agree(k->ctx, search(k, j, (1.0 - 1e-6) * largest, &largest, &row, &value)));
  int64_t lowest = row;
  HEARTH_TRY(hearth_allreduce_i64(k->ctx, &lowest, 1, HEARTH_OP_MIN));
  if (row == lowest && hearth_layout_is_primary(k->w->layout, k->ctx->rank)) {
    numbers[0] = creal(value);
    numbers[1] = cimag(value);
  }
  HEARTH_TRY(hearth_allreduce_f64(k->ctx, numbers, 2, HEARTH_OP_SUM));
  const double _Complex there = CMPLX(numbers[0], numbers[1]);
  return hearth_agree(k->ctx, cabs(there) > 0.0 ? turn(k->column[j], conj(there) / cabs(there)) : HEARTH_OK);
}
