#include "linalg/scalapack/bridge.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/blacs.h"
#include "linalg/scalapack/routines.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include "tensor/reduce_impl.h"
#include <limits.h>

/* Below these orders (of the smaller side) one rank is as fast as two, which share its memory (docs/linalg.md has the figures); with more ranks the order goes
 * down in proportion, as far as LEAST_ORDER: below that messages take longer than the work. */
static const int64_t alone_below[] = {
    [HEARTH_BRIDGE_PRODUCTS] = 1536, [HEARTH_BRIDGE_REDUCTIONS] = 2048, [HEARTH_BRIDGE_VALUES] = 768, [HEARTH_BRIDGE_SINGULAR] = 4096};
enum { OWN_BLOCK_LEAST = 2, OWN_BLOCK_MOST = 512, BLOCK_MOST = 64, BLOCK_LEAST = 16, SMALL_ORDER = 256, LEAST_ORDER = 384 };

/* The grid whose parts have the least edge among those that use three quarters of the ranks at least. */
static void choose_grid(int64_t ranks, int64_t m, int64_t n, int64_t *processes) {
  double least = -1;
  for (int64_t rows = 1; rows <= ranks; rows++) {
    const int64_t columns = ranks / rows;
    const double edge = (double)m / (double)rows + (double)n / (double)columns;
    if (4 * rows * columns < 3 * ranks || (least >= 0 && edge >= least)) continue;
    least = edge;
    processes[0] = rows;
    processes[1] = columns;
  }
}

/* Four blocks per process at least, unless they would be too small for good products. */
static int64_t choose_block(int64_t m, int64_t n, const int64_t *processes) {
  const int64_t most = processes[0] > processes[1] ? processes[0] : processes[1], order = m < n ? m : n;
  const int64_t least = order < SMALL_ORDER ? 2 : BLOCK_LEAST;
  int64_t block = BLOCK_MOST;
  while (block > least && 4 * block * most > order) block /= 2;
  return block;
}

static int64_t first_distributed(const hearth_context *ctx, hearth_bridge_work work) {
  const int64_t order = 2 * alone_below[work] / ctx->size;
  return ctx->alone_below > 0 ? ctx->alone_below : order > LEAST_ORDER ? order : LEAST_ORDER;
}

static hearth_status check(const hearth_context *ctx, int32_t dtype, int64_t m, int64_t n) {
  const bool known = dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64 || dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
  if (!known) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "LAPACK does not compute in %s", hearth_dtype_name((hearth_dtype)dtype));
  if (m > INT_MAX / 4 || n > INT_MAX / 4)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "a dense problem of %lld x %lld; LAPACK and ScaLAPACK count in 32 bits", (long long)m, (long long)n);
  return HEARTH_OK;
}

#if defined(HEARTH_HAVE_SCALAPACK)
static hearth_status open_grid(hearth_bridge *bridge) {
  const int64_t rows = bridge->processes[0], columns = bridge->processes[1];
  int *ranks = NULL;
  HEARTH_TRY(hearth_agree(bridge->ctx, hearth_allocate(bridge->ctx, rows * columns * (int64_t)sizeof *ranks, &ranks)));
  for (int64_t row = 0; row < rows; row++)
    for (int64_t column = 0; column < columns; column++) ranks[column * rows + row] = (int)(row * columns + column);
  bridge->blacs = hearth_blacs_open(bridge->ctx, ranks, rows, columns);
  hearth_deallocate(bridge->ctx, ranks);
  bridge->call = hearth_routines_scalapack(bridge->dtype);
  return HEARTH_OK;
}
#else
static hearth_status open_grid(hearth_bridge *bridge) {
  return hearth_fail(bridge->ctx, HEARTH_ERR_INTERNAL, "a process grid without ScaLAPACK");
}
#endif

/* Square blocks from index 0 and process 0 on, on a grid that has its places in the order of the ranks. */
static bool has_own_grid(const hearth_array *a) {
  const hearth_layout *layout = a->layout;
  bool fits = !layout->boxes && !layout->place && layout->ndim == 2 && layout->grid_ndim == 2;
  for (int32_t d = 0; fits && d < 2; d++) {
    const hearth_dim *dim = &layout->dim[d];
    fits = dim->kind == HEARTH_DIM_BLOCK_CYCLIC && dim->axis == d && dim->offset == 0 && dim->first == 0;
    fits = fits && dim->block == layout->dim[0].block && dim->block >= OWN_BLOCK_LEAST && dim->block <= OWN_BLOCK_MOST;
  }
  return fits;
}

static hearth_status open_bridge(hearth_context *ctx, const hearth_array *own, int32_t dtype, int64_t m, int64_t n, hearth_bridge_work work,
                                 hearth_bridge *bridge) {
  *bridge = (hearth_bridge){.ctx = ctx, .dtype = dtype, .processes = {1, 1}, .block = BLOCK_MOST, .blacs = -1};
  HEARTH_TRY(hearth_agree(ctx, check(ctx, dtype, m, n)));
#if defined(HEARTH_HAVE_SCALAPACK)
  bridge->distributed = ctx->size > 1 && (m < n ? m : n) >= first_distributed(ctx, work);
#else
  (void)work, (void)first_distributed;
#endif
  if (bridge->distributed && own) {
    for (int d = 0; d < 2; d++) bridge->processes[d] = own->layout->grid[d];
    bridge->block = own->layout->dim[0].block;
  } else {
    if (bridge->distributed) choose_grid(ctx->size, m, n, bridge->processes);
    bridge->block = choose_block(m, n, bridge->processes);
  }
  bridge->here = ctx->rank < bridge->processes[0] * bridge->processes[1];
  bridge->call = hearth_routines_lapack(dtype);
  return bridge->distributed ? open_grid(bridge) : HEARTH_OK;
}

hearth_status hearth_bridge_open(hearth_context *ctx, int32_t dtype, int64_t m, int64_t n, hearth_bridge_work work, hearth_bridge *bridge) {
  return open_bridge(ctx, NULL, dtype, m, n, work, bridge);
}

hearth_status hearth_bridge_open_for(const hearth_array *a, int32_t dtype, hearth_bridge_work work, hearth_bridge *bridge) {
  return open_bridge(a->ctx, has_own_grid(a) ? a : NULL, dtype, a->layout->shape[0], a->layout->shape[1], work, bridge);
}

void hearth_bridge_close(hearth_bridge *bridge) {
#if defined(HEARTH_HAVE_SCALAPACK)
  if (bridge->distributed) hearth_blacs_close(bridge->ctx, bridge->blacs);
#endif
  *bridge = (hearth_bridge){.blacs = -1};
}

int32_t hearth_bridge_dtype(int32_t dtype, bool single) {
  if (single && (dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64)) return dtype;
  return hearth_dtype_is_complex(dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64;
}

int32_t hearth_bridge_result(int32_t dtype, bool real) {
  switch (dtype) {
  case HEARTH_FLOAT16:
  case HEARTH_FLOAT32:
    return HEARTH_FLOAT32;
  case HEARTH_COMPLEX64:
    return real ? HEARTH_FLOAT32 : HEARTH_COMPLEX64;
  case HEARTH_COMPLEX128:
    return real ? HEARTH_FLOAT64 : HEARTH_COMPLEX128;
  default:
    return HEARTH_FLOAT64;
  }
}
