/* Triangles: a copy, and zeros in what is left out, row by row; rows that end at the same place together. */
#include <hearth/matmul.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "kernels/check.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"

typedef struct triangle {
  const hearth_context *ctx;
  const hearth_view *view;
  int32_t down, across; /* dimensions: rows, columns */
  int64_t k;
  bool lower; /* what stays */
  const hearth_runs *columns;
} triangle;

static hearth_status clear(const triangle *t, int64_t row, int64_t rows, int64_t first, int64_t count) {
  if (count <= 0) return HEARTH_OK;
  const hearth_view part = hearth_view_part(t->view, t->down, row, rows), zeros = hearth_view_part(&part, t->across, first, count);
  return t->ctx->backend->fill(t->ctx->queue, &zeros, 0.0);
}

/* Local columns of a run whose global index is at most `last`. */
static int64_t up_to(const hearth_run *run, int64_t last) {
  return last < run->global ? 0 : last - run->global < run->count ? last - run->global + 1 : run->count;
}

/* `rows` local rows from `row` on, of which all have the same local columns up to that of global index `last`. */
static hearth_status clear_rows(const triangle *t, int64_t row, int64_t rows, int64_t last) {
  for (int64_t r = 0; r < t->columns->n; r++) {
    const hearth_run *run = &t->columns->run[r];
    const int64_t kept = up_to(run, last);
    if (t->lower)
      HEARTH_TRY(clear(t, row, rows, run->local + kept, run->count - kept));
    else
      HEARTH_TRY(clear(t, row, rows, run->local, kept));
  }
  return HEARTH_OK;
}

/* Columns ascend in global and local order: what is cleared of a row is one range, that begins (lower) or ends at local column `kept`. */
static hearth_status clear_range(const triangle *t, int64_t row, int64_t rows, int64_t kept) {
  return t->lower ? clear(t, row, rows, kept, t->view->extent[t->across] - kept) : clear(t, row, rows, 0, kept);
}

static bool ascend(const hearth_runs *runs) {
  for (int64_t r = 1; r < runs->n; r++)
    if (runs->run[r].global <= runs->run[r - 1].global || runs->run[r].local <= runs->run[r - 1].local) return false;
  return true;
}

/* Local columns, which ascend, up to that of global index `last`. */
static int64_t count_up_to(const hearth_runs *columns, int64_t last) {
  int64_t low = 0, high = columns->n;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (columns->run[middle].global <= last)
      low = middle + 1;
    else
      high = middle;
  }
  return low == 0 ? 0 : columns->run[low - 1].local + up_to(&columns->run[low - 1], last);
}

static hearth_status clear_run(const triangle *t, const hearth_run *rows) {
  const bool in_order = ascend(t->columns);
  const int64_t shift = t->lower ? t->k : t->k - 1; /* columns up to row + shift stay, or go */
  for (int64_t i = 0; i < rows->count;) {
    int64_t n = 1;
    const int64_t last = rows->global + i + shift;
    if (!in_order) {
      HEARTH_TRY(clear_rows(t, rows->local + i, 1, last));
    } else {
      const int64_t kept = count_up_to(t->columns, last);
      while (i + n < rows->count && count_up_to(t->columns, last + n) == kept) n++;
      HEARTH_TRY(clear_range(t, rows->local + i, n, kept));
    }
    i += n;
  }
  return HEARTH_OK;
}

static hearth_status clear_piece(const hearth_array *array, int32_t piece, int64_t k, bool lower) {
  const hearth_view *view = &array->piece[piece].view;
  hearth_runs rows = {0}, columns = {0};
  const triangle t = {array->ctx, view, view->ndim - 2, view->ndim - 1, k, lower, &columns};
  if (hearth_view_elements(view) == 0) return HEARTH_OK;
  hearth_status status = hearth_layout_piece_runs(array->layout, piece, t.down, &rows);
  if (status == HEARTH_OK) status = hearth_layout_piece_runs(array->layout, piece, t.across, &columns);
  for (int64_t r = 0; r < rows.n && status == HEARTH_OK; r++) status = clear_run(&t, &rows.run[r]);
  hearth_runs_free(array->ctx, &rows);
  hearth_runs_free(array->ctx, &columns);
  return status;
}

static hearth_status clear_all(hearth_array *array, int64_t k, bool lower) {
  hearth_target target;
  hearth_status status = HEARTH_OK;
  HEARTH_TRY(hearth_target_open(array, true, &target));
  for (int32_t p = 0; p < target.array->npieces && status == HEARTH_OK; p++) status = clear_piece(target.array, p, k, lower);
  if (status == HEARTH_OK) status = array->ctx->backend->wait(array->ctx->queue);
  return hearth_target_close(&target, status);
}

static hearth_status check_triangle(const char *name, const hearth_array *a, hearth_array *const *result) {
  HEARTH_REQUIRE(a->ctx, result, "%s: no place for the result (NULL)", name);
  HEARTH_REQUIRE(a->ctx, a->layout->ndim >= 2, "%s of an array of %d dimensions; a matrix has two", name, a->layout->ndim);
  return hearth_array_pending(a);
}

static hearth_status make_triangle(const char *name, const hearth_array *a, int64_t k, bool lower, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  if (result) *result = NULL;
  const int64_t most = (int64_t)1 << 60, limited = k > most ? most : k < -most ? -most : k; /* sums with indices do not overflow */
  HEARTH_TRY(hearth_agree_same(a->ctx, check_triangle(name, a, result), "k|", &k, 1));
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_clone(a, &made));
  const hearth_status status = hearth_agree(a->ctx, clear_all(made, limited, lower));
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

hearth_status hearth_tril(const hearth_array *a, int64_t k, hearth_array **result) {
  return make_triangle("tril", a, k, true, result);
}

hearth_status hearth_triu(const hearth_array *a, int64_t k, hearth_array **result) {
  return make_triangle("triu", a, k, false, result);
}
