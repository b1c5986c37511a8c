#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_make.h"
#include "tensor/redistribute.h"

/* A grid of one position, on which `rank` stands. */
static hearth_status one_rank(const hearth_layout *like, int32_t rank, hearth_layout **layout) {
  hearth_context *ctx = like->ctx;
  hearth_layout prototype = hearth_layout_whole(ctx, like->ndim, like->shape);
  HEARTH_TRY(hearth_allocate(ctx, ctx->size * (int64_t)sizeof *prototype.place, &prototype.place));
  for (int r = 0; r < ctx->size; r++) prototype.place[r] = r == rank ? 0 : -1;
  prototype.grid[0] = 1;
  prototype.rank_at = &rank;
  const hearth_status status = hearth_layout_duplicate(&prototype, layout);
  hearth_deallocate(ctx, prototype.place);
  return status;
}

hearth_status hearth_collect(const hearth_array *array, int32_t rank, hearth_array **result) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_context *ctx = array->ctx;
  const int64_t number[1] = {rank};
  hearth_layout *layout = NULL;
  hearth_status mine = hearth_redistribute_check(array, result);
  if (mine == HEARTH_OK && (rank < 0 || rank >= ctx->size)) mine = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "rank %d of %d", rank, ctx->size);
  HEARTH_TRY(hearth_agree_same(ctx, mine, "rank|", number, 1));
  mine = one_rank(array->layout, rank, &layout);
  return hearth_redistribute_to(array, mine, layout, result);
}
