#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_make.h"
#include <string.h>

struct hearth_layout_builder {
  hearth_context *ctx;
  hearth_layout layout; /* owns the cuts */
};

hearth_status hearth_layout_builder_create(hearth_context *ctx, int32_t ndim, const int64_t *shape, hearth_layout_builder **builder) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  HEARTH_REQUIRE(ctx, builder, "no place for the builder (NULL)");
  *builder = NULL;
  HEARTH_TRY(hearth_shape_check(ctx, ndim, shape));
  hearth_layout_builder *made = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (int64_t)sizeof *made, &made));
  *made = (hearth_layout_builder){ctx, hearth_layout_whole(ctx, ndim, shape)};
  hearth_context_hold(ctx, HEARTH_OBJECT_BUILDER);
  *builder = made;
  return HEARTH_OK;
}

hearth_status hearth_layout_builder_destroy(hearth_layout_builder **builder) {
  if (!builder || !*builder) return HEARTH_OK;
  hearth_layout_builder *gone = *builder;
  hearth_context *ctx = gone->ctx;
  *builder = NULL;
  for (int32_t d = 0; d < gone->layout.ndim; d++) hearth_deallocate(ctx, gone->layout.dim[d].cuts);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_BUILDER);
  return HEARTH_OK;
}

hearth_status hearth_layout_builder_grid(hearth_layout_builder *builder, int32_t grid_ndim, const int64_t *extents) {
  HEARTH_REQUIRE(NULL, builder, "the builder is NULL");
  const hearth_context *ctx = builder->ctx;
  HEARTH_REQUIRE(ctx, grid_ndim >= 1 && grid_ndim <= HEARTH_MAX_NDIM, "a grid of %d axes; 1 to %d are possible", grid_ndim, HEARTH_MAX_NDIM);
  HEARTH_REQUIRE(ctx, extents, "the grid's extents are NULL");
  for (int32_t d = 0; d < builder->layout.ndim; d++)
    if (builder->layout.dim[d].kind != HEARTH_DIM_WHOLE)
      return hearth_fail(ctx, HEARTH_ERR_STATE, "dimension %d is distributed already; set the grid first", d);
  int64_t product = 1;
  for (int32_t a = 0; a < grid_ndim; a++) {
    HEARTH_REQUIRE(ctx, extents[a] >= 1, "grid axis %d has %lld processes", a, (long long)extents[a]);
    HEARTH_REQUIRE(ctx, extents[a] <= ctx->size / product, "the grid has more processes than the context has ranks (%d)", ctx->size);
    product *= extents[a];
  }
  HEARTH_REQUIRE(ctx, product == ctx->size, "the grid has %lld processes, but the context has %d ranks", (long long)product, ctx->size);
  builder->layout.grid_ndim = grid_ndim;
  memcpy(builder->layout.grid, extents, (size_t)grid_ndim * sizeof *extents);
  return HEARTH_OK;
}

static hearth_status check_axis(const hearth_layout_builder *builder, int32_t dim, int32_t grid_axis) {
  HEARTH_REQUIRE(NULL, builder, "the builder is NULL");
  const hearth_layout *layout = &builder->layout;
  HEARTH_REQUIRE(builder->ctx, dim >= 0 && dim < layout->ndim, "dimension %d of %d", dim, layout->ndim);
  HEARTH_REQUIRE(builder->ctx, grid_axis >= 0 && grid_axis < layout->grid_ndim, "grid axis %d of %d", grid_axis, layout->grid_ndim);
  for (int32_t d = 0; d < layout->ndim; d++)
    HEARTH_REQUIRE(builder->ctx, d == dim || layout->dim[d].axis != grid_axis, "grid axis %d serves dimension %d already, dimension %d needs another",
                   grid_axis, d, dim);
  return HEARTH_OK;
}

static void set_dim(hearth_layout_builder *builder, int32_t d, hearth_dim dim) {
  hearth_deallocate(builder->ctx, builder->layout.dim[d].cuts);
  dim.extent = builder->layout.shape[d];
  dim.processes = builder->layout.grid[dim.axis];
  builder->layout.dim[d] = dim;
}

hearth_status hearth_layout_builder_block_cyclic(hearth_layout_builder *builder, int32_t dim, int32_t grid_axis, int64_t block, int64_t first, int64_t offset) {
  HEARTH_TRY(check_axis(builder, dim, grid_axis));
  const long long processes = builder->layout.grid[grid_axis];
  HEARTH_REQUIRE(builder->ctx, block >= 1 && block <= HEARTH_EXTENT_LIMIT, "block size %lld of dimension %d", (long long)block, dim);
  HEARTH_REQUIRE(builder->ctx, first >= 0 && first < processes, "first process %lld of dimension %d is not below the %lld of grid axis %d", (long long)first,
                 dim, processes, grid_axis);
  HEARTH_REQUIRE(builder->ctx, offset >= 0 && offset < block, "offset %lld of dimension %d is not in 0 .. block - 1 (block %lld)", (long long)offset, dim,
                 (long long)block);
  set_dim(builder, dim, (hearth_dim){.kind = HEARTH_DIM_BLOCK_CYCLIC, .axis = grid_axis, .block = block, .first = first, .offset = offset});
  return HEARTH_OK;
}

hearth_status hearth_layout_builder_cuts(hearth_layout_builder *builder, int32_t dim, int32_t grid_axis, int64_t ncuts, const int64_t *cuts) {
  HEARTH_TRY(check_axis(builder, dim, grid_axis));
  const hearth_context *ctx = builder->ctx;
  const long long processes = builder->layout.grid[grid_axis], extent = builder->layout.shape[dim];
  HEARTH_REQUIRE(ctx, ncuts == processes + 1, "%lld cuts of dimension %d; the %lld processes of grid axis %d need %lld", (long long)ncuts, dim, processes,
                 grid_axis, processes + 1);
  HEARTH_REQUIRE(ctx, cuts, "the cuts are NULL");
  HEARTH_REQUIRE(ctx, cuts[0] == 0 && cuts[processes] == extent, "the cuts of dimension %d run from %lld to %lld, not from 0 to %lld", dim, (long long)cuts[0],
                 (long long)cuts[processes], extent);
  for (int64_t c = 0; c < processes; c++)
    HEARTH_REQUIRE(ctx, cuts[c] <= cuts[c + 1], "the cuts of dimension %d decrease from %lld to %lld at process %lld", dim, (long long)cuts[c],
                   (long long)cuts[c + 1], (long long)c);
  int64_t *own = NULL;
  HEARTH_TRY(hearth_allocate(ctx, ncuts * (int64_t)sizeof *own, &own));
  memcpy(own, cuts, (size_t)ncuts * sizeof *own);
  set_dim(builder, dim, (hearth_dim){.kind = HEARTH_DIM_CUTS, .axis = grid_axis, .cuts = own});
  return HEARTH_OK;
}

/* The tables of cuts are compared after everything that decides their lengths. */
static hearth_status agree_on(const hearth_layout *layout, hearth_status mine) {
  enum { PER_DIM = 6, HEADER = 2 + HEARTH_MAX_NDIM };
  int64_t number[HEADER + PER_DIM * HEARTH_MAX_NDIM] = {layout->ndim, layout->grid_ndim};
  for (int32_t a = 0; a < layout->grid_ndim; a++) number[2 + a] = layout->grid[a];
  for (int32_t d = 0; d < layout->ndim; d++) {
    const hearth_dim *dim = &layout->dim[d];
    const int64_t described[PER_DIM] = {dim->extent, dim->kind, dim->axis, dim->block, dim->first, dim->offset};
    memcpy(number + HEADER + PER_DIM * d, described, sizeof described);
  }
  HEARTH_TRY(hearth_agree_same(layout->ctx, mine, "the layout (ndim, grid, then extent, kind, grid axis, block, first, offset per dimension)", number,
                               HEADER + PER_DIM * HEARTH_MAX_NDIM));
  for (int32_t d = 0; d < layout->ndim; d++)
    if (layout->dim[d].cuts)
      HEARTH_TRY(hearth_agree_same(layout->ctx, HEARTH_OK, "the cuts of a layout's dimension", layout->dim[d].cuts, layout->dim[d].processes + 1));
  return HEARTH_OK;
}

hearth_status hearth_layout_builder_finish(const hearth_layout_builder *builder, hearth_layout **layout) {
  HEARTH_REQUIRE(NULL, builder, "the builder is NULL");
  hearth_context *ctx = builder->ctx;
  if (layout) *layout = NULL;
  HEARTH_TRY(agree_on(&builder->layout, layout ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the layout (NULL)")));
  hearth_layout *made = NULL;
  const hearth_status status = hearth_agree(ctx, hearth_layout_duplicate(&builder->layout, &made));
  if (status != HEARTH_OK)
    hearth_layout_destroy(&made);
  else
    *layout = made;
  return status;
}
