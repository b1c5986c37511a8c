/* Where a NaN is, and global indices for the kernels that find places. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/reduce_impl.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Several runs: a table. */
static hearth_status make_table(const hearth_reducing *r, const hearth_part *part, int32_t d, int64_t along, const hearth_runs *runs, int64_t **table) {
  const int64_t extent = part->src.extent[d];
  HEARTH_TRY(hearth_allocate(r->ctx, extent * (int64_t)sizeof **table, table));
  for (int64_t k = 0; k < runs->n; k++)
    for (int64_t i = 0; i < runs->run[k].count; i++) {
      const int64_t local = runs->run[k].local + i - part->first[d];
      if (local >= 0 && local < extent) (*table)[local] = (runs->run[k].global + i) * along;
    }
  return HEARTH_OK;
}

hearth_status hearth_numbers_make(const hearth_reducing *r, const hearth_part *part, const int64_t *along, hearth_index_numbers *numbers) {
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) numbers[d] = (hearth_index_numbers){NULL, 0, 0};
  for (int32_t d = 0; d < part->src.ndim; d++) {
    if (along[d] == 0) continue;
    hearth_runs runs = {0, NULL};
    hearth_status status = hearth_layout_piece_runs(r->array->layout, part->piece, d, &runs);
    if (status == HEARTH_OK && runs.n == 1)
      numbers[d] = (hearth_index_numbers){NULL, (runs.run[0].global + part->first[d]) * along[d], along[d]};
    else if (status == HEARTH_OK)
      status = make_table(r, part, d, along[d], &runs, &numbers[d].table);
    hearth_runs_free(r->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

void hearth_numbers_free(const hearth_reducing *r, hearth_index_numbers *numbers) {
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) hearth_deallocate(r->ctx, numbers[d].table);
}

bool hearth_reduction_has_nan(const hearth_reducing *r, int64_t n, const double *acc) {
  bool found = false;
  for (int64_t i = 0; i < n && r->options.nan_policy == HEARTH_NAN_ERROR; i++) found |= isnan(acc[i]);
  return found;
}

typedef struct search {
  int64_t flat; /* the lowest row-major index of a NaN so far */
} search;

/* NaN comes before all numbers: the place of the smallest element is that of the first NaN, if there is one. */
static hearth_status search_component(const hearth_reducing *r, const hearth_view *src, const hearth_index_numbers *numbers, search *found) {
  const hearth_reduce_rule rule = {HEARTH_REDUCE_MIN, HEARTH_FLOAT64, false};
  double least = INFINITY;
  int64_t flat = INT64_MAX;
  hearth_view value = *src, number = *src;
  value.data = &least, value.dtype = HEARTH_FLOAT64, value.space = HEARTH_SPACE_HOST;
  number.data = &flat, number.dtype = HEARTH_INT64, number.space = HEARTH_SPACE_HOST;
  for (int32_t d = 0; d < src->ndim; d++) value.stride[d] = number.stride[d] = 0;
  HEARTH_TRY(r->ctx->backend->reduce->arg(r->ctx->queue, &rule, &value, &number, src, numbers));
  if (isnan(least) && flat < found->flat) found->flat = flat;
  return HEARTH_OK;
}

static hearth_status search_part(const hearth_reducing *r, const hearth_part *part, void *user) {
  int64_t along[HEARTH_MAX_NDIM], step = 1;
  hearth_index_numbers numbers[HEARTH_MAX_NDIM];
  const bool wide = hearth_dtype_is_complex(part->src.dtype);
  for (int32_t d = part->src.ndim - 1; d >= 0; d--) {
    along[d] = step;
    step *= r->array->layout->shape[d];
  }
  hearth_status status = hearth_numbers_make(r, part, along, numbers);
  for (int which = 0; which < (wide ? 2 : 1) && status == HEARTH_OK; which++) {
    const hearth_view src = wide ? hearth_view_component(&part->src, which) : part->src;
    status = search_component(r, &src, numbers, user);
  }
  hearth_numbers_free(r, numbers);
  return status;
}

/* The place of the lowest index goes to all ranks. */
static hearth_status report(const hearth_reducing *r, int64_t flat) {
  const hearth_layout *layout = r->array->layout;
  int64_t first = flat, rank = r->ctx->rank;
  HEARTH_TRY(hearth_allreduce_i64(r->ctx, &first, 1, HEARTH_OP_MIN));
  if (flat != first) rank = r->ctx->size;
  HEARTH_TRY(hearth_allreduce_i64(r->ctx, &rank, 1, HEARTH_OP_MIN));
  char place[24 * HEARTH_MAX_NDIM], message[512];
  int64_t index[HEARTH_MAX_NDIM];
  size_t used = 0;
  for (int32_t d = layout->ndim - 1; d >= 0; d--) {
    index[d] = first % layout->shape[d];
    first /= layout->shape[d];
  }
  for (int32_t d = 0; d < layout->ndim; d++) used += (size_t)snprintf(place + used, sizeof place - used, "%s%" PRId64, d ? ", " : "", index[d]);
  snprintf(message, sizeof message, "%s: the element at [%s] (0-based, on rank %" PRId64 ") is NaN, the first; choose another nan_policy to allow it", r->name,
           place, rank);
  return hearth_fail_on(r->ctx, HEARTH_ERR_NOT_FINITE, (int)rank, message);
}

hearth_status hearth_reduction_agree(const hearth_reducing *r, hearth_status mine, bool nan) {
  search found = {INT64_MAX};
  if (mine == HEARTH_OK && nan) mine = hearth_reduction_each(r, search_part, &found);
  if (mine == HEARTH_OK && found.flat < INT64_MAX) mine = hearth_fail(r->ctx, HEARTH_ERR_NOT_FINITE, "%s: NaN", r->name);
  const hearth_status status = hearth_agree(r->ctx, mine);
  return status == HEARTH_ERR_NOT_FINITE ? report(r, found.flat) : status;
}
