/* Single elements. */
#include <hearth/index.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"

static hearth_status check(const hearth_array *a, int32_t ndim, const int64_t *index, const void *value) {
  HEARTH_REQUIRE(a->ctx, index && value, "the index or the value is NULL");
  HEARTH_REQUIRE(a->ctx, ndim == a->layout->ndim, "an index of %d dimensions of an array that has %d", ndim, a->layout->ndim);
  for (int32_t d = 0; d < ndim; d++)
    HEARTH_REQUIRE(a->ctx, index[d] >= 0 && index[d] < a->layout->shape[d], "index %lld of dimension %d, which has %lld elements", (long long)index[d], d,
                   (long long)a->layout->shape[d]);
  return hearth_array_pending(a);
}

static hearth_status agree(const hearth_array *a, int32_t ndim, const int64_t *index, const void *value) {
  int64_t numbers[HEARTH_MAX_NDIM] = {0};
  const hearth_status mine = check(a, ndim, index, value);
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) numbers[d] = index[d];
  return hearth_agree_same(a->ctx, mine, "the index", numbers, HEARTH_MAX_NDIM);
}

/* Where `global` lies along a dimension of a piece, -1 if it does not. */
static hearth_status find_along(const hearth_layout *layout, int32_t piece, int32_t d, int64_t global, int64_t *local) {
  hearth_runs runs = {0, NULL};
  const hearth_status status = hearth_layout_piece_runs(layout, piece, d, &runs);
  *local = -1;
  for (int64_t k = 0; k < runs.n && *local < 0; k++)
    if (global >= runs.run[k].global && global < runs.run[k].global + runs.run[k].count) *local = runs.run[k].local + global - runs.run[k].global;
  hearth_runs_free(layout->ctx, &runs);
  return status;
}

/* The element as a view without extents; *found: this rank has it. */
static hearth_status find(const hearth_array *a, const int64_t *index, hearth_view *element, bool *found) {
  *found = false;
  for (int32_t p = 0; p < a->npieces && !*found; p++) {
    *element = a->piece[p].view;
    *found = true;
    char *data = element->data;
    for (int32_t d = 0; d < a->layout->ndim && *found; d++) {
      int64_t local;
      HEARTH_TRY(find_along(a->layout, p, d, index[d], &local));
      *found = local >= 0;
      if (*found) data += local * element->stride[d];
    }
    element->data = data;
    element->ndim = 0;
  }
  return HEARTH_OK;
}

static hearth_view number(void *value, int32_t dtype) {
  return (hearth_view){.data = value, .dtype = dtype, .space = HEARTH_SPACE_HOST};
}

/* The first rank that has the element reads it and tells the others. */
static hearth_status get(const hearth_array *a, const int64_t *index, int32_t dtype, void *value) {
  const hearth_context *ctx = a->ctx;
  hearth_view element;
  bool found = false;
  hearth_status status = find(a, index, &element, &found);
  const hearth_view place = number(value, dtype);
  if (status == HEARTH_OK && found) status = hearth_view_copy(ctx, &place, &element);
  HEARTH_TRY(hearth_agree(ctx, status));
  int64_t owner = found ? ctx->rank : ctx->size;
  HEARTH_TRY(hearth_allreduce_i64(ctx, &owner, 1, HEARTH_OP_MIN));
  if (owner == ctx->size) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "no rank has the element");
  return hearth_broadcast(ctx, value, hearth_dtype_size((hearth_dtype)dtype), (int)owner);
}

static hearth_status set(const hearth_array *a, const int64_t *index, int32_t dtype, const void *value) {
  hearth_view element;
  bool found = false;
  hearth_status status = find(a, index, &element, &found);
  const hearth_view source = number((void *)value, dtype); /* only read */
  if (status == HEARTH_OK && found) status = hearth_view_copy(a->ctx, &element, &source);
  return hearth_agree(a->ctx, status);
}

hearth_status hearth_get_element(const hearth_array *a, int32_t ndim, const int64_t *index, double *value) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(agree(a, ndim, index, value));
  return get(a, index, HEARTH_FLOAT64, value);
}

hearth_status hearth_set_element(hearth_array *a, int32_t ndim, const int64_t *index, double value) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(agree(a, ndim, index, &value));
  return set(a, index, HEARTH_FLOAT64, &value);
}

hearth_status hearth_get_item(const hearth_array *a, int32_t ndim, const int64_t *index, void *item) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(agree(a, ndim, index, item));
  return get(a, index, a->dtype, item);
}

hearth_status hearth_set_item(hearth_array *a, int32_t ndim, const int64_t *index, const void *item) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  HEARTH_TRY(agree(a, ndim, index, item));
  return set(a, index, a->dtype, item);
}
