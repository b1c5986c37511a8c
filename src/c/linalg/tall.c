#include "linalg/tall.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/bridge.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include <string.h>

/* `a` in that layout and a type that the kernels take; copies go to made[0] and made[1]. */
static hearth_status bring(const hearth_array *a, const hearth_layout *layout, const hearth_array **brought, hearth_array **made) {
  const int32_t dtype = hearth_bridge_result(a->dtype, false);
  if (dtype != a->dtype) HEARTH_TRY(hearth_array_cast(a, dtype, &made[0]));
  return hearth_array_align(made[0] ? made[0] : a, layout, brought, &made[1]);
}

hearth_status hearth_tall_open(const hearth_array *a, hearth_tall *t) {
  *t = (hearth_tall){.ctx = a->ctx, .m = a->layout->shape[0], .n = a->layout->shape[1], .parts = hearth_tall_parts(hearth_bridge_result(a->dtype, false))};
  HEARTH_TRY(hearth_layout_with_whole(a->layout, 1, &t->layout));
  t->counted = hearth_layout_is_primary(t->layout, t->ctx->rank);
  return bring(a, t->layout, &t->array, t->made);
}

/* Rows where t has them, and that many columns, whole. */
static hearth_status layout_of(const hearth_tall *t, int64_t columns, hearth_layout **layout) {
  hearth_layout *rows = NULL;
  const int32_t first = 0;
  hearth_status status = hearth_layout_project(t->layout, 1, &first, &rows);
  if (status == HEARTH_OK) status = hearth_layout_insert(rows, 1, columns, layout);
  hearth_layout_destroy(&rows);
  return status;
}

hearth_status hearth_tall_beside(hearth_tall *t, const hearth_array *b) {
  hearth_layout *layout = NULL;
  HEARTH_TRY(hearth_agree(t->ctx, layout_of(t, b->layout->shape[1], &layout)));
  const hearth_status status = bring(b, layout, &t->beside, t->made + 2);
  hearth_layout_destroy(&layout);
  t->n += b->layout->shape[1];
  return status;
}

void hearth_tall_close(hearth_tall *t) {
  while (t->nsteps > 0) hearth_tall_pop(t);
  hearth_deallocate(t->ctx, t->scale);
  hearth_deallocate(t->ctx, t->wide);
  for (int i = 0; i < 4; i++) hearth_array_destroy(&t->made[i]);
  hearth_layout_destroy(&t->layout);
  *t = (hearth_tall){.ctx = t->ctx};
}

int64_t hearth_tall_columns(const hearth_tall *t) {
  return t->nsteps > 0 ? t->step[t->nsteps - 1].columns / t->parts : t->n;
}

/* The real matrix of a complex one: a block [re im; -im re] for every element. */
static void widen(int64_t rows, int64_t columns, const double *z, double *wide) {
  for (int64_t j = 0; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) {
      const double re = z[2 * (i + j * rows)], im = z[2 * (i + j * rows) + 1];
      double *block = wide + 2 * i + 4 * j * rows;
      block[0] = re;
      block[1] = -im;
      block[2 * rows] = im;
      block[2 * rows + 1] = re;
    }
}

hearth_status hearth_tall_push(hearth_tall *t, bool solve, int64_t columns, const double *matrix) {
  const int64_t rows = hearth_tall_columns(t), numbers = rows * columns * t->parts * t->parts;
  double *wide = NULL;
  if (t->nsteps == HEARTH_TALL_STEPS) return hearth_fail(t->ctx, HEARTH_ERR_INTERNAL, "more than %d steps", (int)HEARTH_TALL_STEPS);
  HEARTH_TRY(hearth_allocate(t->ctx, numbers * (int64_t)sizeof *wide, &wide));
  if (t->parts == 2)
    widen(rows, columns, matrix, wide);
  else if (numbers > 0)
    memcpy(wide, matrix, (size_t)numbers * sizeof *wide);
  t->step[t->nsteps++] = (hearth_tall_step){solve, columns * t->parts, wide};
  return HEARTH_OK;
}

void hearth_tall_pop(hearth_tall *t) {
  hearth_deallocate(t->ctx, (void *)t->step[--t->nsteps].at);
}

bool hearth_tall_holds_rows(const hearth_tall *t, int32_t piece) {
  const hearth_view *view = &t->array->piece[piece].view;
  return view->extent[0] > 0 && view->extent[1] == t->array->layout->shape[1];
}

static hearth_status pass_piece(const hearth_tall *t, int32_t piece, double *gram, hearth_array *target) {
  hearth_tall_pass pass = {.nsources = t->beside ? 2 : 1, .nsteps = t->nsteps, .scale = t->wide, .gram = gram};
  pass.source[0] = &t->array->piece[piece].view;
  if (t->beside) pass.source[1] = &t->beside->piece[piece].view;
  if (target) pass.target = &target->piece[piece].view;
  if (!hearth_tall_holds_rows(t, piece)) return HEARTH_OK;
  memcpy(pass.step, t->step, sizeof pass.step);
  HEARTH_TRY(t->ctx->backend->tall->pass(t->ctx->queue, &pass));
  return t->ctx->backend->wait(t->ctx->queue);
}

/* X^H X from the products of the real columns; X^T X is symmetric, and so is this Hermitian to the last bit. */
static void narrow(int64_t n, const double *wide, double *gram) {
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = 0; i < n; i++) {
      const double *block = wide + 2 * i + 4 * j * n;
      gram[2 * (i + j * n)] = block[0] + block[2 * n + 1];
      gram[2 * (i + j * n) + 1] = block[2 * n] - block[1];
    }
}

hearth_status hearth_tall_gram(const hearth_tall *t, double *gram) {
  const int64_t n = hearth_tall_columns(t), width = n * t->parts, numbers = width * width;
  double *wide = gram;
  hearth_status mine = HEARTH_OK;
  if (t->parts == 2) mine = hearth_allocate(t->ctx, numbers * (int64_t)sizeof *wide, &wide);
  if (mine == HEARTH_OK && numbers > 0) memset(wide, 0, (size_t)numbers * sizeof *wide);
  for (int32_t p = 0; mine == HEARTH_OK && t->counted && p < t->array->npieces; p++) mine = pass_piece(t, p, wide, NULL);
  hearth_status status = hearth_agree(t->ctx, mine);
  if (status == HEARTH_OK) status = hearth_allreduce_f64(t->ctx, wide, numbers, HEARTH_OP_SUM);
  if (status == HEARTH_OK && t->parts == 2) narrow(n, wide, gram);
  if (t->parts == 2) hearth_deallocate(t->ctx, wide);
  return status;
}

hearth_status hearth_tall_write(const hearth_tall *t, hearth_array *target) {
  for (int32_t p = 0; p < target->npieces; p++) HEARTH_TRY(pass_piece(t, p, NULL, target));
  return HEARTH_OK;
}

hearth_status hearth_tall_target(const hearth_tall *t, int64_t columns, int32_t order, hearth_array **target) {
  hearth_layout *layout = NULL;
  hearth_status status = layout_of(t, columns, &layout);
  if (status == HEARTH_OK) status = hearth_array_create_local(layout, t->array->dtype, order, target);
  hearth_layout_destroy(&layout);
  return hearth_agree(t->ctx, status);
}
