#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/index.h"
#include "tensor/layout_impl.h"
#include "tensor/take_impl.h"
#include "tensor/views.h"

hearth_status hearth_indices_check(const hearth_array *a, const hearth_array *indices, int32_t axis) {
  const hearth_context *ctx = a->ctx;
  HEARTH_REQUIRE(ctx, indices, "the indices are NULL");
  if (indices->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the indices belong to another context");
  HEARTH_TRY(hearth_array_pending(a));
  HEARTH_TRY(hearth_array_pending(indices));
  HEARTH_REQUIRE(ctx, axis >= 0 && axis < a->layout->ndim, "axis %d of an array of %d dimensions", axis, a->layout->ndim);
  if (indices->dtype != HEARTH_INT64)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "indices are of type int64, not %s", hearth_dtype_name((hearth_dtype)indices->dtype));
  return HEARTH_OK;
}

hearth_status hearth_layout_around(const hearth_layout *indices, const hearth_layout *a, int32_t axis, hearth_layout **layout) {
  hearth_layout *made = hearth_layout_retain(indices);
  hearth_status status = HEARTH_OK;
  for (int32_t d = 0; status == HEARTH_OK && d < a->ndim; d++) {
    hearth_layout *next = NULL;
    if (d == axis) continue;
    status = hearth_layout_insert(made, d, a->shape[d], &next);
    hearth_layout_destroy(&made);
    made = next;
  }
  *layout = made;
  return status;
}

static hearth_status read(const hearth_array *indices, hearth_table *table) {
  const hearth_context *ctx = indices->ctx;
  const hearth_view *view = &indices->piece[0].view;
  table->n = view->extent[0];
  table->index = view->data;
  if (table->n == 0 || (view->space == HEARTH_SPACE_HOST && view->stride[0] == (int64_t)sizeof(int64_t))) return ctx->backend->wait(ctx->queue);
  HEARTH_TRY(hearth_allocate(ctx, table->n * (int64_t)sizeof(int64_t), &table->memory));
  table->index = table->memory;
  const hearth_view copy = {.data = table->memory, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = 1, .extent = {table->n}, .stride = {8}};
  return hearth_view_copy(ctx, &copy, view);
}

/* The lowest place of an index outside, on all ranks; the rank that has it says which. */
static hearth_status check_range(const hearth_array *indices, const hearth_table *table, int64_t extent) {
  const hearth_context *ctx = indices->ctx;
  const hearth_layout *layout = indices->layout;
  int64_t first = INT64_MAX, value = 0;
  for (int64_t j = 0; j < table->n; j++) {
    if ((uint64_t)table->index[j] < (uint64_t)extent) continue;
    const int64_t place = hearth_layout_local_to_global(layout, ctx->rank, 0, j);
    if (place < first) first = place, value = table->index[j];
  }
  int64_t lowest = first;
  HEARTH_TRY(hearth_allreduce_i64(ctx, &lowest, 1, HEARTH_OP_MIN));
  if (lowest == INT64_MAX) return HEARTH_OK;
  const hearth_status mine = lowest == first ? hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "index %lld at place %lld is outside 0 .. %lld", (long long)value,
                                                           (long long)first, (long long)extent - 1)
                                             : HEARTH_OK;
  return hearth_agree(ctx, mine);
}

hearth_status hearth_table_read(const hearth_array *indices, int64_t extent, hearth_table *table) {
  *table = (hearth_table){NULL, 0, NULL};
  hearth_status status = hearth_agree(indices->ctx, read(indices, table));
  if (status == HEARTH_OK) status = check_range(indices, table, extent);
  if (status != HEARTH_OK) hearth_table_free(indices, table);
  return status;
}

void hearth_table_free(const hearth_array *indices, hearth_table *table) {
  hearth_deallocate(indices->ctx, table->memory);
  *table = (hearth_table){NULL, 0, NULL};
}

hearth_view hearth_slabs_view(const hearth_view *view, int32_t axis, int64_t n, void *memory, int64_t *bytes) {
  hearth_view slabs = *view;
  slabs.data = memory;
  slabs.space = HEARTH_SPACE_HOST;
  int64_t next = hearth_dtype_size((hearth_dtype)view->dtype);
  for (int32_t d = view->ndim - 1; d >= 0; d--) {
    if (d == axis) continue;
    slabs.stride[d] = next;
    next *= view->extent[d];
  }
  slabs.extent[axis] = n;
  slabs.stride[axis] = *bytes = next;
  return slabs;
}
