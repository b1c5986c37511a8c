#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <assert.h>
#include <string.h>

/* Blocks are numbered from the one that holds index -offset; coordinate c owns blocks j0, j0 + p, j0 + 2p, ... */
static int64_t first_block(const hearth_dim *dim, int64_t coordinate) {
  const int64_t shifted = (coordinate - dim->first) % dim->processes;
  return shifted < 0 ? shifted + dim->processes : shifted;
}

static int64_t block_count(const hearth_dim *dim) {
  return dim->extent == 0 ? 0 : (dim->extent + dim->offset - 1) / dim->block + 1;
}

static hearth_run cyclic_run(const hearth_dim *dim, int64_t coordinate, int64_t k) {
  const int64_t j0 = first_block(dim, coordinate), j = j0 + k * dim->processes;
  const int64_t begin = j * dim->block - dim->offset, end = begin + dim->block;
  hearth_run run;
  run.global = begin > 0 ? begin : 0;
  run.count = (end < dim->extent ? end : dim->extent) - run.global;
  run.local = k == 0 ? 0 : k * dim->block - (j0 == 0 ? dim->offset : 0);
  return run;
}

int64_t hearth_dim_run_count(const hearth_dim *dim, int64_t coordinate) {
  if (coordinate < 0 || dim->extent == 0) return 0;
  if (dim->kind == HEARTH_DIM_INDEX) {
    assert(coordinate == dim->index->coordinate);
    return dim->index->nruns;
  }
  if (dim->kind == HEARTH_DIM_CUTS) return dim->cuts[coordinate + 1] > dim->cuts[coordinate];
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1) return 1;
  const int64_t j0 = first_block(dim, coordinate), blocks = block_count(dim);
  return j0 < blocks ? (blocks - 1 - j0) / dim->processes + 1 : 0;
}

hearth_run hearth_dim_run(const hearth_dim *dim, int64_t coordinate, int64_t k) {
  if (dim->kind == HEARTH_DIM_INDEX) return dim->index->sorted[k];
  if (dim->kind == HEARTH_DIM_CUTS) return (hearth_run){dim->cuts[coordinate], 0, dim->cuts[coordinate + 1] - dim->cuts[coordinate]};
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1) return (hearth_run){0, 0, dim->extent};
  return cyclic_run(dim, coordinate, k);
}

int64_t hearth_dim_extent(const hearth_dim *dim, int64_t coordinate) {
  if (dim->kind == HEARTH_DIM_INDEX) return coordinate < 0 ? 0 : dim->index->counts[coordinate];
  const int64_t runs = hearth_dim_run_count(dim, coordinate);
  if (runs == 0) return 0;
  const hearth_run last = hearth_dim_run(dim, coordinate, runs - 1);
  return last.local + last.count;
}

/* The run that holds a local index: runs are in local order. */
static int64_t listed(const hearth_index *index, int64_t local) {
  int64_t low = 0, high = index->nruns;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (index->run[middle].local <= local)
      low = middle;
    else
      high = middle;
  }
  return index->run[low].global + local - index->run[low].local;
}

int64_t hearth_dim_global(const hearth_dim *dim, int64_t coordinate, int64_t local) {
  if (dim->kind == HEARTH_DIM_INDEX) return listed(dim->index, local);
  if (dim->kind == HEARTH_DIM_CUTS) return dim->cuts[coordinate] + local;
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1) return local;
  const int64_t j0 = first_block(dim, coordinate);
  const int64_t k = (local + (j0 == 0 ? dim->offset : 0)) / dim->block;
  const hearth_run run = cyclic_run(dim, coordinate, k);
  return run.global + local - run.local;
}

/* The last process whose range begins at or before `global` and is not empty. */
static int64_t cuts_owner(const hearth_dim *dim, int64_t global) {
  int64_t low = 0, high = dim->processes;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (dim->cuts[middle] <= global)
      low = middle;
    else
      high = middle;
  }
  return low;
}

int64_t hearth_dim_owner(const hearth_dim *dim, int64_t global) {
  if (dim->kind == HEARTH_DIM_CUTS) return cuts_owner(dim, global);
  if (dim->kind == HEARTH_DIM_WHOLE || dim->processes == 1) return 0;
  return (dim->first + (global + dim->offset) / dim->block) % dim->processes;
}

bool hearth_dim_in_order(const hearth_dim *dim) {
  return dim->processes == 1 && dim->kind != HEARTH_DIM_INDEX;
}

bool hearth_dim_same(const hearth_dim *a, const hearth_dim *b) {
  if (a->kind != b->kind || a->axis != b->axis || a->extent != b->extent || a->processes != b->processes) return false;
  if (a->kind == HEARTH_DIM_BLOCK_CYCLIC) return a->block == b->block && a->first == b->first && a->offset == b->offset;
  if (a->kind == HEARTH_DIM_INDEX) return a->index == b->index || hearth_hash_same(a->index->hash, b->index->hash);
  if (a->kind == HEARTH_DIM_CUTS) return memcmp(a->cuts, b->cuts, (size_t)(a->processes + 1) * sizeof *a->cuts) == 0;
  return true;
}
