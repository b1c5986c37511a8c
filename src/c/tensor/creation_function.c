/* Arrays from a function of the global index: slabs of a piece are filled in host memory and copied. */
#include <hearth/creation.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/generate.h"

enum { SLAB = 1 << 16 }; /* most elements of a slab */

typedef struct filler {
  const hearth_array *array;
  hearth_element_function function;
  void *user;
  const hearth_view *view;
  hearth_runs runs[HEARTH_MAX_NDIM];
  int32_t dim[HEARTH_MAX_NDIM]; /* the dimensions, outermost in memory first */
  char *buffer;
} filler;

/* Elements of the slab `part` along the innermost dimension, beginning at local index `local`: one call per run. */
static hearth_status fill_row(const filler *filler, const int64_t *local, int64_t n, char *values) {
  const int32_t ndim = filler->view->ndim, inner = filler->dim[ndim - 1];
  const int64_t element = hearth_dtype_size((hearth_dtype)filler->view->dtype);
  int64_t start[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) start[d] = hearth_run_global(filler->runs[d].n, filler->runs[d].run, local[d]);
  const hearth_runs *runs = &filler->runs[inner];
  int64_t at = local[inner];
  for (int64_t k = hearth_run_find(runs->n, runs->run, at); n > 0; k++) {
    const int64_t left = runs->run[k].local + runs->run[k].count - at, m = n < left ? n : left;
    start[inner] = runs->run[k].global + at - runs->run[k].local;
    const hearth_status status = filler->function(filler->user, ndim, start, inner, m, values);
    if (status != HEARTH_OK)
      return hearth_fail(filler->array->ctx, status, "the function that makes the elements failed (%s) at global index %lld of dimension %d",
                         hearth_status_string(status), (long long)start[inner], inner);
    at += m;
    n -= m;
    values += m * element;
  }
  return HEARTH_OK;
}

/* The box of `extent` local indices from `first` on; its elements lie in the buffer as in memory. */
static hearth_status fill_slab(const filler *filler, const int64_t *first, const int64_t *extent) {
  const hearth_view *view = filler->view;
  const int32_t inner = filler->dim[view->ndim - 1];
  hearth_view slab = *view, host = *view;
  int64_t local[HEARTH_MAX_NDIM], rows = 1;
  for (int32_t d = 0; d < view->ndim; d++) {
    slab = hearth_view_part(&slab, d, first[d], extent[d]);
    host.extent[d] = extent[d];
    local[d] = first[d];
    if (d != inner) rows *= extent[d];
  }
  const int64_t element = hearth_dtype_size((hearth_dtype)view->dtype);
  hearth_strides(host.ndim, host.extent, element, filler->array->order, host.stride);
  host.data = filler->buffer;
  host.space = HEARTH_SPACE_HOST;
  for (int64_t row = 0; row < rows; row++) {
    HEARTH_TRY(fill_row(filler, local, extent[inner], filler->buffer + row * extent[inner] * element));
    for (int32_t k = view->ndim - 2; k >= 0; k--) {
      const int32_t d = filler->dim[k];
      if (++local[d] < first[d] + extent[d]) break;
      local[d] = first[d];
    }
  }
  return hearth_view_copy(filler->array->ctx, &slab, &host);
}

/* Dimensions inside of the one at place `cut` are whole in a slab, that one is cut, those outside go one by one. */
static hearth_status fill_piece(const filler *filler) {
  const hearth_view *view = filler->view;
  int64_t first[HEARTH_MAX_NDIM] = {0}, step[HEARTH_MAX_NDIM], extent[HEARTH_MAX_NDIM], inside = 1;
  int32_t cut = view->ndim - 1;
  for (; cut > 0 && inside * view->extent[filler->dim[cut]] <= SLAB; cut--) inside *= view->extent[filler->dim[cut]];
  for (int32_t k = 0; k < view->ndim; k++) {
    const int64_t whole = view->extent[filler->dim[k]], most = inside < SLAB ? SLAB / inside : 1;
    step[filler->dim[k]] = k < cut ? 1 : k > cut || whole < most ? whole : most;
  }
  for (int32_t k = 0; k >= 0;) {
    for (int32_t d = 0; d < view->ndim; d++) extent[d] = view->extent[d] - first[d] < step[d] ? view->extent[d] - first[d] : step[d];
    HEARTH_TRY(fill_slab(filler, first, extent));
    for (k = cut; k >= 0; k--) {
      const int32_t d = filler->dim[k];
      if ((first[d] += step[d]) < view->extent[d]) break;
      first[d] = 0;
    }
  }
  return HEARTH_OK;
}

static hearth_status fill_array(hearth_array *array, hearth_element_function function, void *user) {
  const hearth_context *ctx = array->ctx;
  const int32_t ndim = array->layout->ndim;
  filler filler = {.array = array, .function = function, .user = user};
  hearth_status status = HEARTH_OK;
  for (int32_t k = 0; k < ndim; k++) filler.dim[k] = array->order == HEARTH_COLUMN_MAJOR ? ndim - 1 - k : k;
  HEARTH_TRY(hearth_allocate(ctx, SLAB * hearth_dtype_size((hearth_dtype)array->dtype), &filler.buffer));
  for (int32_t p = 0; p < array->npieces && status == HEARTH_OK; p++) {
    filler.view = &array->piece[p].view;
    if (hearth_view_elements(filler.view) == 0) continue;
    for (int32_t d = 0; d < ndim && status == HEARTH_OK; d++) status = hearth_runs_in_order(array->layout, p, d, &filler.runs[d]);
    if (status == HEARTH_OK) status = fill_piece(&filler);
    for (int32_t d = 0; d < ndim; d++) {
      hearth_runs_free(ctx, &filler.runs[d]);
      filler.runs[d] = (hearth_runs){0, NULL};
    }
  }
  hearth_deallocate(ctx, filler.buffer);
  return status;
}

hearth_status hearth_from_function(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_element_function function, void *user,
                                   hearth_array **array) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  HEARTH_GUARD_FP(layout->ctx);
  if (array) *array = NULL;
  HEARTH_TRY(hearth_agree(layout->ctx, function ? HEARTH_OK : hearth_fail(layout->ctx, HEARTH_ERR_ARGUMENT, "the function is NULL")));
  HEARTH_TRY(hearth_array_create(layout, dtype, order, array));
  const hearth_status status = hearth_agree(layout->ctx, fill_array(*array, function, user));
  if (status != HEARTH_OK) hearth_array_destroy(array);
  return status;
}
