#include <hearth/scalapack.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include "tensor/layout_dims.h"

#if defined(HEARTH_HAVE_SCALAPACK)
#include "linalg/scalapack/blacs.h"
#include <limits.h>

/* What the descriptor says of one dimension. */
typedef struct scalapack_dim {
  int64_t extent, block, first, processes;
} scalapack_dim;

#define HEARTH_WAY(ctx, condition, ...)                                                                                                                        \
  do {                                                                                                                                                         \
    if (!(condition)) return hearth_fail((ctx), HEARTH_ERR_UNSUPPORTED, __VA_ARGS__);                                                                          \
  } while (0)

/* Cuts at multiples of one number are blocks dealt out once. */
static hearth_status cuts_as_blocks(const hearth_context *ctx, int32_t d, const hearth_dim *dim, int64_t *block) {
  *block = dim->cuts[1];
  for (int64_t c = 1; c <= dim->processes; c++) {
    const int64_t expected = dim->extent / c < *block ? dim->extent : c * *block;
    HEARTH_WAY(ctx, dim->cuts[c] == expected && (*block > 0 || dim->extent == 0),
               "ScaLAPACK deals out equal blocks: along dimension %d process %lld of %lld begins at %lld, blocks of %lld want %lld", d, (long long)c,
               (long long)dim->processes, (long long)dim->cuts[c], (long long)*block, (long long)expected);
  }
  return HEARTH_OK;
}

static hearth_status describe_dim(const hearth_context *ctx, int32_t d, const hearth_dim *dim, scalapack_dim *result) {
  *result = (scalapack_dim){dim->extent, dim->extent, 0, dim->processes};
  if (dim->kind == HEARTH_DIM_BLOCK_CYCLIC) {
    HEARTH_WAY(ctx, dim->offset == 0, "the first block of dimension %d begins at offset %lld; ScaLAPACK wants 0", d, (long long)dim->offset);
    result->block = dim->block;
    result->first = dim->first;
  } else if (dim->kind == HEARTH_DIM_CUTS && dim->processes > 1) {
    HEARTH_TRY(cuts_as_blocks(ctx, d, dim, &result->block));
  }
  if (result->block > dim->extent) result->block = dim->extent; /* one block either way */
  if (result->block < 1) result->block = 1;
  HEARTH_WAY(ctx, dim->extent <= INT_MAX, "dimension %d has %lld elements; ScaLAPACK counts in 32 bits", d, (long long)dim->extent);
  return HEARTH_OK;
}

/* Local: the leading dimension of this rank's part. */
static hearth_status leading_dimension(const hearth_array *array, int64_t *leading) {
  const hearth_context *ctx = array->ctx;
  const hearth_view *view = hearth_array_view(array);
  const int64_t element = hearth_dtype_size((hearth_dtype)array->dtype), rows = view->extent[0], columns = view->extent[1];
  *leading = rows > 0 ? rows : 1;
  if (rows == 0 || columns == 0) return HEARTH_OK;
  HEARTH_WAY(ctx, rows == 1 || view->stride[0] == element, "the array is not column-major on rank %d: its rows are %lld bytes apart, an element has %lld",
             ctx->rank, (long long)view->stride[0], (long long)element);
  if (columns > 1) *leading = view->stride[1] / element;
  HEARTH_WAY(ctx, *leading >= rows, "the columns of the array on rank %d are %lld elements apart, but have %lld rows", ctx->rank, (long long)*leading,
             (long long)rows);
  HEARTH_WAY(ctx, *leading <= INT_MAX / columns, "the part of rank %d, %lld columns at a distance of %lld elements, exceeds 32 bits", ctx->rank,
             (long long)columns, (long long)*leading);
  return HEARTH_OK;
}

static hearth_status check(const hearth_array *array, scalapack_dim *dim, int64_t *leading) {
  const hearth_context *ctx = array->ctx;
  const hearth_layout *layout = array->layout;
  HEARTH_TRY(hearth_array_pending(array));
  HEARTH_WAY(ctx, array->dtype == HEARTH_FLOAT32 || array->dtype == HEARTH_FLOAT64 || array->dtype == HEARTH_COMPLEX64 || array->dtype == HEARTH_COMPLEX128,
             "ScaLAPACK computes in float32, float64, complex64 and complex128, the array is %s", hearth_dtype_name((hearth_dtype)array->dtype));
  HEARTH_WAY(ctx, layout->ndim == 2, "the array has %d dimensions; ScaLAPACK knows matrices", layout->ndim);
  HEARTH_WAY(ctx, !hearth_layout_is_replicated(layout), "the array is replicated");
  HEARTH_WAY(ctx, !layout->boxes && !hearth_layout_has_lists(layout), "the array's ranks own boxes or lists of ids; ScaLAPACK knows blocks");
  HEARTH_WAY(ctx, hearth_array_view(array)->space == HEARTH_SPACE_HOST, "the array is not in host memory");
  for (int32_t d = 0; d < 2; d++) HEARTH_TRY(describe_dim(ctx, d, &layout->dim[d], &dim[d]));
  return leading_dimension(array, leading);
}

/* The BLACS grid: ranks by row and column of the layout's grid, column by column. */
static void fill_ranks(const hearth_layout *layout, int64_t rows, int *ranks) {
  for (int rank = 0; rank < layout->ctx->size; rank++) {
    const int64_t row = hearth_layout_coordinate(layout, rank, layout->dim[0].axis), column = hearth_layout_coordinate(layout, rank, layout->dim[1].axis);
    if (row >= 0) ranks[column * rows + row] = rank;
  }
}

static hearth_status make_grid(const hearth_array *array, const scalapack_dim *dim, int *grid) {
  hearth_context *ctx = array->ctx;
  int *ranks = NULL;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, dim[0].processes * dim[1].processes * (int64_t)sizeof *ranks, &ranks)));
  fill_ranks(array->layout, dim[0].processes, ranks);
  *grid = hearth_blacs_open(ctx, ranks, dim[0].processes, dim[1].processes);
  hearth_deallocate(ctx, ranks);
  return HEARTH_OK;
}

hearth_status hearth_scalapack_descriptor(const hearth_array *array, int32_t *blacs_context, int32_t *descriptor, void **local) {
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  hearth_context *ctx = array->ctx;
  scalapack_dim dim[2] = {{0}};
  int64_t leading = 1;
  hearth_status mine = check(array, dim, &leading);
  if (!blacs_context || !descriptor || !local)
    mine = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the BLACS context, the descriptor or the address (NULL)");
  HEARTH_TRY(hearth_agree(ctx, mine));
  int grid = -1;
  HEARTH_TRY(make_grid(array, dim, &grid));
  const int64_t numbers[9] = {1, grid, dim[0].extent, dim[1].extent, dim[0].block, dim[1].block, dim[0].first, dim[1].first, leading};
  for (int k = 0; k < 9; k++) descriptor[k] = (int32_t)numbers[k];
  *blacs_context = grid;
  *local = hearth_array_view(array)->data;
  return HEARTH_OK;
}

/* Ranks that stand on no grid position have the context -1, which is as much theirs to release. */
static hearth_status check_release(const hearth_context *ctx, int32_t blacs_context) {
  int rows = -1, columns = -1, row = -1, column = -1;
  HEARTH_REQUIRE(ctx, ctx->objects[HEARTH_OBJECT_BLACS] > 0, "no BLACS context was made from this context");
  if (blacs_context < 0) return HEARTH_OK;
  Cblacs_gridinfo(blacs_context, &rows, &columns, &row, &column);
  HEARTH_REQUIRE(ctx, rows >= 0, "%d is no BLACS context", blacs_context);
  return HEARTH_OK;
}

hearth_status hearth_scalapack_release(hearth_context *ctx, int32_t blacs_context) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  HEARTH_TRY(hearth_agree(ctx, check_release(ctx, blacs_context)));
  hearth_blacs_close(ctx, blacs_context);
  return HEARTH_OK;
}

#else

hearth_status hearth_scalapack_descriptor(const hearth_array *array, int32_t *blacs_context, int32_t *descriptor, void **local) {
  (void)blacs_context, (void)descriptor, (void)local;
  HEARTH_REQUIRE(NULL, array, "the array is NULL");
  return hearth_fail(array->ctx, HEARTH_ERR_NOT_BUILT, "this build of Hearth has no ScaLAPACK");
}

hearth_status hearth_scalapack_release(hearth_context *ctx, int32_t blacs_context) {
  HEARTH_REQUIRE(NULL, ctx, "the context is NULL");
  return hearth_fail(ctx, HEARTH_ERR_NOT_BUILT, "this build of Hearth has no ScaLAPACK, which context %d would belong to", blacs_context);
}

#endif
