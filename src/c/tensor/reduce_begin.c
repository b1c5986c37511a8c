/* The arguments of a reduction, where its accumulators live, and which ranks join them. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "tensor/align.h"
#include "tensor/reduce_impl.h"

/* Replicated results of layouts that dimensions cannot be taken out of are not larger than this, or than what a rank holds. */
enum { EVERYWHERE = 1 << 20 };

static hearth_status check_options(const hearth_context *ctx, const hearth_reduce_options *options) {
  if (!options) return HEARTH_OK;
  HEARTH_REQUIRE(ctx, options->size == sizeof *options, "the options' size is %zu, not %zu: begin with HEARTH_REDUCE_OPTIONS_INIT", options->size,
                 sizeof *options);
  HEARTH_REQUIRE(ctx, options->nan_policy >= HEARTH_NAN_ERROR && options->nan_policy <= HEARTH_NAN_OMIT, "%d is no NaN policy", options->nan_policy);
  HEARTH_REQUIRE(ctx, options->ddof >= 0, "ddof is negative: %d", options->ddof);
  HEARTH_REQUIRE(ctx, options->dtype == 0 || hearth_dtype_size((hearth_dtype)options->dtype) > 0, "%d is no dtype", options->dtype);
  return HEARTH_OK;
}

static hearth_status take_axes(hearth_reducing *r, const hearth_array *array, int32_t naxes, const int32_t *axes) {
  const int32_t ndim = array->layout->ndim;
  HEARTH_REQUIRE(r->ctx, naxes >= 0 && naxes <= ndim, "%s: %d axes of an array of %d dimensions", r->name, naxes, ndim);
  HEARTH_REQUIRE(r->ctx, naxes == 0 || axes, "%s: the axes are NULL", r->name);
  for (int32_t k = 0; k < naxes; k++) {
    HEARTH_REQUIRE(r->ctx, axes[k] >= 0 && axes[k] < ndim, "%s: axis %d of an array of %d dimensions", r->name, axes[k], ndim);
    HEARTH_REQUIRE(r->ctx, !r->reduced[axes[k]], "%s: axis %d is given twice", r->name, axes[k]);
    r->reduced[axes[k]] = true;
  }
  r->volume = 1;
  for (int32_t d = 0; d < ndim; d++) {
    r->reduced[d] = r->reduced[d] || naxes == 0;
    if (r->reduced[d]) {
      r->volume *= array->layout->shape[d];
      r->naxes++;
    } else {
      r->kept[r->nkept++] = d;
    }
  }
  return HEARTH_OK;
}

static hearth_status check(hearth_reducing *r, const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options,
                           hearth_array **result) {
  HEARTH_REQUIRE(r->ctx, result, "%s: no place for the result (NULL)", r->name);
  HEARTH_TRY(hearth_array_pending(array));
  HEARTH_TRY(check_options(r->ctx, options));
  if (options) r->options = *options;
  return take_axes(r, array, naxes, axes);
}

static hearth_status agree_arguments(hearth_reducing *r, hearth_status mine) {
  int64_t number[4 + HEARTH_MAX_NDIM] = {r->options.keepdims != 0, r->options.nan_policy, r->options.ddof, r->options.dtype};
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) number[4 + d] = r->reduced[d];
  return hearth_agree_same(r->ctx, mine, "keepdims|nan_policy|ddof|dtype|axis 0|axis 1|axis 2|axis 3|axis 4|axis 5|axis 6|axis 7", number, 4 + HEARTH_MAX_NDIM);
}

/* The layout of the accumulators on the kept axes: that of the operand where dimensions can be taken out of it, else replicated. */
static hearth_status kept_layout(const hearth_reducing *r, hearth_layout **layout) {
  const hearth_layout *own = r->array->layout;
  int64_t shape[HEARTH_MAX_NDIM] = {1};
  if (!r->everywhere) return hearth_layout_project(own, r->nkept, r->kept, layout);
  for (int32_t k = 0; k < r->nkept; k++) shape[k] = own->shape[r->kept[k]];
  return hearth_layout_make_split(r->ctx, r->nkept > 0 ? r->nkept : 1, shape, -1, layout);
}

/* Reduced axes come back with extent 1. */
static hearth_status insert_reduced(const hearth_reducing *r, hearth_layout **layout) {
  const int32_t ndim = r->array->layout->ndim;
  if (!r->options.keepdims) return HEARTH_OK;
  for (int32_t d = 0; d < ndim; d++) {
    if (!r->reduced[d] || (r->nkept == 0 && d == 0)) continue; /* the one dimension of a single number is the first */
    hearth_layout *longer = NULL;
    const hearth_status status = hearth_layout_insert(*layout, d, 1, &longer);
    hearth_layout_destroy(layout);
    HEARTH_TRY(status);
    *layout = longer;
  }
  return HEARTH_OK;
}

static void place_accumulators(hearth_reducing *r) {
  const hearth_layout *layout = r->array->layout;
  r->n = 1;
  for (int32_t k = 0; k < layout->ndim; k++) {
    const int32_t d = r->array->order == HEARTH_COLUMN_MAJOR ? k : layout->ndim - 1 - k;
    r->stride[d] = r->reduced[d] ? 0 : r->n;
    if (!r->reduced[d]) r->n *= r->everywhere ? layout->shape[d] : hearth_layout_piece_extent(layout, 0, d);
  }
}

hearth_status hearth_reducing_group(const hearth_layout *layout, const bool *dims, MPI_Comm *comm) {
  const hearth_context *ctx = layout->ctx;
  bool joined[HEARTH_MAX_NDIM] = {false}, any = false, all = !layout->place;
  *comm = MPI_COMM_NULL;
  for (int32_t d = 0; d < layout->ndim; d++)
    if (dims[d] && layout->dim[d].axis >= 0) any = joined[layout->dim[d].axis] = true;
  if (!any) return HEARTH_OK;
  uint64_t name = hearth_group_name(0, layout->grid_ndim);
  int64_t color = 0, key = 0;
  for (int32_t a = 0; a < layout->grid_ndim; a++) {
    const int64_t at = hearth_layout_coordinate(layout, ctx->rank, a);
    all = all && (joined[a] || layout->grid[a] == 1);
    name = hearth_group_name(hearth_group_name(name, layout->grid[a]), joined[a]);
    if (at < 0)
      color = -1;
    else if (joined[a])
      key = key * layout->grid[a] + at;
    else
      color = color * layout->grid[a] + at;
  }
  if (all) {
    *comm = ctx->comm;
    return HEARTH_OK;
  }
  for (int rank = 0; layout->place && rank < ctx->size; rank++) name = hearth_group_name(name, layout->place[rank]);
  return hearth_group_find(ctx, name, color, key, comm);
}

/* A copy that is split along the first long axis that remains, for a large result of a layout that dimensions cannot be taken out of. */
static hearth_status split_operand(hearth_reducing *r) {
  hearth_layout *split = NULL;
  hearth_array *before = r->made;
  int32_t axis = r->kept[0];
  for (int32_t k = 0; k < r->nkept && r->array->layout->shape[axis] < r->ctx->size; k++) axis = r->kept[k];
  hearth_status status = hearth_agree(r->ctx, hearth_layout_make_split(r->ctx, r->array->layout->ndim, r->array->layout->shape, axis, &split));
  if (status == HEARTH_OK) status = hearth_array_align(r->array, split, &r->array, &r->made);
  hearth_layout_destroy(&split);
  if (r->made != before) hearth_array_destroy(&before);
  return status;
}

/* Which accumulators this rank has. */
static hearth_status choose_place(hearth_reducing *r) {
  int64_t results = 1, most;
  for (int32_t k = 0; k < r->nkept; k++) results *= r->array->layout->shape[r->kept[k]];
  r->everywhere = r->nkept == 0;
  if (!r->everywhere && !hearth_layout_is_separable(r->array->layout)) {
    most = hearth_layout_local_volume(r->array->layout);
    HEARTH_TRY(hearth_allreduce_i64(r->ctx, &most, 1, HEARTH_OP_MAX));
    r->everywhere = results <= EVERYWHERE || results <= most;
    if (!r->everywhere) HEARTH_TRY(split_operand(r));
  }
  r->counted = !r->everywhere || hearth_layout_is_primary(r->array->layout, r->ctx->rank);
  place_accumulators(r);
  hearth_status status = kept_layout(r, &r->layout);
  if (status == HEARTH_OK) status = insert_reduced(r, &r->layout);
  HEARTH_TRY(hearth_agree(r->ctx, status));
  if (!r->everywhere) return hearth_reducing_group(r->array->layout, r->reduced, &r->comm);
  r->comm = r->ctx->comm;
  return HEARTH_OK;
}

hearth_status hearth_reduction_begin(hearth_reducing *r, const char *name, const hearth_array *array, int32_t naxes, const int32_t *axes,
                                     const hearth_reduce_options *options, hearth_array **result) {
  const hearth_reduce_options defaults = HEARTH_REDUCE_OPTIONS_INIT;
  *r = (hearth_reducing){.name = name, .ctx = array->ctx, .options = defaults, .comm = MPI_COMM_NULL};
  if (result) *result = NULL;
  HEARTH_TRY(agree_arguments(r, check(r, array, naxes, axes, options, result)));
  HEARTH_TRY(hearth_array_align(array, array->layout, &r->array, &r->made));
  const hearth_status status = choose_place(r);
  if (status != HEARTH_OK) hearth_reduction_end(r);
  return status;
}

void hearth_reduction_end(hearth_reducing *r) {
  hearth_array_destroy(&r->made);
  hearth_layout_destroy(&r->layout);
}

hearth_status hearth_reduction_run(const char *name, hearth_status (*work)(const hearth_reducing *r, hearth_array **result), const hearth_array *array,
                                   int32_t naxes, const int32_t *axes, const hearth_reduce_options *options, hearth_array **result) {
  hearth_reducing r;
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  HEARTH_GUARD_FP(array->ctx);
  HEARTH_TRY(hearth_reduction_begin(&r, name, array, naxes, axes, options, result));
  const hearth_status status = work(&r, result);
  hearth_reduction_end(&r);
  return status;
}

hearth_status hearth_reduction_refuse_reproducible(const hearth_reducing *r) {
  if (r->ctx->options.reduction != HEARTH_REDUCTION_REPRODUCIBLE) return HEARTH_OK;
  return hearth_fail(r->ctx, HEARTH_ERR_NOT_REPRODUCIBLE, "%s of %s has no reproducible form; use a context without HEARTH_REDUCTION_REPRODUCIBLE", r->name,
                     hearth_dtype_name((hearth_dtype)r->array->dtype));
}
