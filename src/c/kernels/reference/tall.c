/* One row after the other, element by element. */
#include "kernels/tall.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/reference/element.h"
#include <string.h>

static void load_row(const hearth_tall_pass *pass, int64_t row, double *x) {
  int64_t at = 0;
  for (int s = 0; s < pass->nsources; ++s)
    for (int64_t j = 0; j < pass->source[s]->extent[1]; ++j) {
      reference_value value;
      reference_load(pass->source[s]->dtype, reference_at(pass->source[s], (int64_t[]){row, j}), &value);
      x[at++] = value.re;
      if (hearth_tall_parts(pass->source[s]->dtype) == 2) x[at++] = value.im;
    }
  for (int64_t j = 0; pass->scale && j < at; ++j) x[j] *= pass->scale[j];
}

static void solve_row(const hearth_tall_step *step, double *x) {
  for (int64_t j = 0; j < step->columns; ++j) {
    for (int64_t l = 0; l < j; ++l) x[j] -= x[l] * step->at[l + j * step->columns];
    x[j] /= step->at[j + j * step->columns];
  }
}

static void multiply_row(const hearth_tall_step *step, int64_t width, const double *x, double *y) {
  for (int64_t j = 0; j < step->columns; ++j) {
    y[j] = 0.0;
    for (int64_t l = 0; l < width; ++l) y[j] += x[l] * step->at[l + j * width];
  }
}

static void store_row(const hearth_view *target, int64_t row, const double *x) {
  for (int64_t j = 0; j < target->extent[1]; ++j) {
    reference_value value = {.re = *x++};
    if (hearth_tall_parts(target->dtype) == 2) value.im = *x++;
    reference_store(target->dtype, reference_at(target, (int64_t[]){row, j}), &value);
  }
}

static void pass_row(const hearth_tall_pass *pass, int64_t row, double *x, double *y) {
  int64_t width = hearth_tall_first(pass);
  load_row(pass, row, x);
  for (int i = 0; i < pass->nsteps; ++i) {
    if (pass->step[i].solve) {
      solve_row(&pass->step[i], x);
    } else {
      multiply_row(&pass->step[i], width, x, y);
      width = pass->step[i].columns;
      memcpy(x, y, (size_t)width * sizeof *x);
    }
  }
  for (int64_t j = 0; pass->gram && j < width; ++j)
    for (int64_t l = 0; l < width; ++l) pass->gram[l + j * width] += x[l] * x[j];
  if (pass->target) store_row(pass->target, row, x);
}

static hearth_status pass(hearth_queue *queue, const hearth_tall_pass *pass) {
  HEARTH_TRY(hearth_check_tall(queue->ctx, HEARTH_SPACE_HOST, pass));
  const int64_t widest = hearth_tall_widest(pass);
  double *rows = NULL;
  HEARTH_TRY(hearth_allocate(queue->ctx, 2 * (widest + 1) * (int64_t)sizeof *rows, &rows));
  for (int64_t row = 0; row < pass->source[0]->extent[0]; ++row) pass_row(pass, row, rows, rows + widest + 1);
  hearth_deallocate(queue->ctx, rows);
  return HEARTH_OK;
}

const hearth_tall_kernels reference_tall_kernels = {.pass = pass};
