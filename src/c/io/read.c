/* Reading a box of a variable into an array of any layout: straight into its memory where types, strides and memory space allow, else through a staging tile
 * that the backend copies from. Replicas read for themselves. */
#include "io/boxes.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include "tensor/array_impl.h"

#define STAGE ((int64_t)8 << 20) /* bytes of a staging tile */
#define LEAST_STAGE ((int64_t)256 << 10)
#define LARGEST_CHUNK ((int64_t)64 << 20) /* chunks up to this are never cut: a cut chunk may be decompressed twice */
#define GAP ((int64_t)256 << 10)          /* bytes that are cheaper read and thrown away than left out */
#define SLICE ((int64_t)1 << 16)          /* elements that a thread unpacks at a time */

typedef struct reading {
  const hearth_context *ctx;
  hearth_file *file;
  hearth_variable_info *info;
  const hearth_view *into;
  int32_t ndim; /* of the array: 1 for a scalar */
  int64_t start[HEARTH_MAX_NDIM];
  int64_t element; /* bytes of a staged element */
  bool unpack, keep_missing;
  bool direct; /* types and memory space allow it */
  char *stage, *values;
} reading;

static hearth_status check(const hearth_variable *variable, const int64_t *start, int32_t ndim, const hearth_array *into) {
  const hearth_context *ctx = variable->file->ctx;
  const hearth_variable_info *info = variable->info;
  HEARTH_REQUIRE(ctx, into, "hearth_variable_read: the array is NULL");
  HEARTH_REQUIRE(ctx, into->ctx == ctx, "variable '%s' and the array belong to different contexts", info->name);
  HEARTH_TRY(hearth_array_pending(into));
  const hearth_layout *layout = into->layout;
  HEARTH_REQUIRE(ctx, ndim == info->ndim && layout->ndim == (ndim > 0 ? ndim : 1), "variable '%s' has %d dimensions, the box %d, the array %d", info->name,
                 info->ndim, ndim, layout->ndim);
  HEARTH_REQUIRE(ctx, start || ndim == 0, "hearth_variable_read: start is NULL");
  for (int32_t d = 0; d < layout->ndim; d++) {
    const int64_t first = ndim > 0 ? start[d] : 0, count = layout->shape[d];
    HEARTH_REQUIRE(ctx, first >= 0 && first <= info->shape[d] && count <= info->shape[d] - first,
                   "variable '%s': indices %lld to %lld of dimension %d are outside its extent %lld", info->name, (long long)first,
                   (long long)(first + count - 1), d, (long long)info->shape[d]);
  }
  return HEARTH_OK;
}

static void prepare(reading *r, const hearth_variable *variable, const int64_t *start, const hearth_array *into, int32_t piece) {
  hearth_variable_info *info = variable->info;
  const hearth_unpack *u = &info->unpack;
  *r = (reading){.ctx = into->ctx, .file = variable->file, .info = info, .into = &into->piece[piece].view, .ndim = into->layout->ndim};
  for (int32_t d = 0; d < info->ndim; d++) r->start[d] = start[d];
  r->element = hearth_dtype_size((hearth_dtype)info->staged);
  r->keep_missing = hearth_dtype_is_integer(into->dtype);
  r->unpack = u->work != 0 && (!r->keep_missing || u->scaled);
  r->direct = r->into->space == HEARTH_SPACE_HOST && into->dtype == info->staged && u->unsigned_bits == 0 && (!r->unpack || u->work == info->staged);
}

/* Whether the format can read a box of these extents into this memory; *as: the same strides, with those that do not matter (extent 1) made regular. */
static bool fits(const reading *r, const int64_t *count, const int64_t *stride, int64_t *as) {
  int64_t below = r->element, faster = r->element;
  for (int32_t d = r->ndim - 1; d >= 0; d--) {
    const bool dense = d == r->ndim - 1 || r->file->format->contiguous_only;
    as[d] = r->info->has_raw || count[d] > 1 ? stride[d] : below;
    if (r->info->has_raw) continue;
    if (dense ? as[d] != below : as[d] < below || as[d] % faster != 0) return false;
    faster = as[d];
    below = as[d] * count[d];
  }
  return !r->info->has_raw || hearth_raw_fits(&r->info->raw, r->ndim, count, stride);
}

/* Whether a box of these extents fills its memory without gaps. */
static bool dense(const reading *r, const int64_t *count, const int64_t *stride) {
  int64_t rows[HEARTH_MAX_NDIM], columns[HEARTH_MAX_NDIM];
  bool as_rows = true, as_columns = true;
  hearth_strides(r->ndim, count, r->element, HEARTH_ROW_MAJOR, rows);
  hearth_strides(r->ndim, count, r->element, HEARTH_COLUMN_MAJOR, columns);
  for (int32_t d = 0; d < r->ndim; d++) {
    as_rows = as_rows && (count[d] == 1 || stride[d] == rows[d]);
    as_columns = as_columns && (count[d] == 1 || stride[d] == columns[d]);
  }
  return as_rows || as_columns;
}

static hearth_status read_box(const reading *r, const int64_t *start, const int64_t *count, void *data, const int64_t *stride) {
  if (!r->info->has_raw) return r->file->format->read(r->file, r->info, start, count, data, stride);
  const hearth_raw_file raw = {r->file->path, r->file->fd, r->file->size};
  return hearth_raw_read(r->ctx, &raw, &r->info->raw, r->ndim, start, count, data, stride);
}

/* Spreads the unpacking of n contiguous elements over the threads. */
static void unpack(const reading *r, int64_t n, char *src, char *dst) {
  const hearth_unpack *u = &r->info->unpack;
  const int64_t slices = (n + SLICE - 1) / SLICE, out = hearth_dtype_size((hearth_dtype)u->work);
  const int threads = r->ctx->threads > 0 ? r->ctx->threads : 1;
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1 && slices > 1)
  for (int64_t k = 0; k < slices; k++) {
    const int64_t from = k * SLICE, m = n - from < SLICE ? n - from : SLICE;
    hearth_unpack_run(u, r->keep_missing, r->info->staged, m, src + from * r->element, u->work, dst + from * out);
  }
}

static hearth_status read_direct(const reading *r, const int64_t *start, const int64_t *count, char *data, const int64_t *stride, const int64_t *as) {
  HEARTH_TRY(read_box(r, start, count, data, as));
  if (!r->unpack) return HEARTH_OK;
  int64_t n = 1;
  for (int32_t d = 0; d < r->ndim; d++) n *= count[d];
  if (dense(r, count, stride)) {
    unpack(r, n, data, data);
    return HEARTH_OK;
  }
  int32_t fast = 0; /* the dimension whose neighbours are neighbours in memory */
  for (int32_t d = 0; d < r->ndim; d++)
    if (stride[d] == r->element && count[d] > 1) fast = d;
  const int64_t row = stride[fast] == r->element ? count[fast] : 1;
  for (int64_t k = 0; k < n / row; k++) {
    char *at = data;
    int64_t rest = k;
    for (int32_t d = 0; d < r->ndim; d++) {
      const int64_t extent = d == fast ? count[d] / row : count[d];
      at += rest % extent * stride[d];
      rest /= extent;
    }
    unpack(r, row, at, at);
  }
  return HEARTH_OK;
}

/* Splits a dimension of several blocks in two on both sides. */
static void tile_views(const reading *r, const hearth_span *tile, const int64_t *stage_stride, hearth_view *dst, hearth_view *src) {
  int32_t n = 0;
  char *base = r->into->data;
  for (int32_t d = 0; d < r->ndim; d++) {
    const hearth_span *s = &tile[d];
    base += s->local * r->into->stride[d];
    if (s->nblocks > 1) {
      dst->extent[n] = src->extent[n] = s->nblocks;
      dst->stride[n] = s->block * r->into->stride[d];
      src->stride[n++] = s->spacing * stage_stride[d];
    }
    if (s->nblocks > 1 && s->block == 1) continue;
    dst->extent[n] = src->extent[n] = s->block;
    dst->stride[n] = r->into->stride[d];
    src->stride[n++] = stage_stride[d];
  }
  dst->ndim = src->ndim = n;
  dst->data = base;
  dst->dtype = r->into->dtype;
  dst->space = r->into->space;
  src->space = HEARTH_SPACE_HOST;
}

static hearth_status grow(const reading *r, char **memory, int64_t *capacity, int64_t bytes) {
  if (bytes <= *capacity) return HEARTH_OK;
  hearth_deallocate(r->ctx, *memory);
  *memory = NULL;
  *capacity = 0;
  HEARTH_TRY(hearth_allocate(r->ctx, bytes, memory));
  *capacity = bytes;
  return HEARTH_OK;
}

static hearth_status read_staged(reading *r, const hearth_span *tile, int64_t *stage_capacity, int64_t *values_capacity) {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], stride[HEARTH_MAX_NDIM], n = 1;
  hearth_view dst = {0}, src = {0};
  for (int32_t d = 0; d < r->ndim; d++) {
    start[d] = r->start[d] + tile[d].global;
    count[d] = hearth_span_hull(&tile[d]);
    n *= count[d];
  }
  HEARTH_TRY(grow(r, &r->stage, stage_capacity, n * r->element));
  hearth_strides(r->ndim, count, r->element, r->info->order, stride);
  HEARTH_TRY(read_box(r, start, count, r->stage, stride));
  src.data = r->stage;
  src.dtype = r->info->staged;
  if (r->unpack) {
    const int32_t work = r->info->unpack.work;
    const int64_t out = hearth_dtype_size((hearth_dtype)work);
    if (work != r->info->staged) {
      HEARTH_TRY(grow(r, &r->values, values_capacity, n * out));
      src.data = r->values;
      src.dtype = work;
    }
    unpack(r, n, r->stage, src.data);
    hearth_strides(r->ndim, count, out, r->info->order, stride);
  } else {
    hearth_unpack_unsigned(&r->info->unpack, r->info->staged, n, r->stage);
  }
  tile_views(r, tile, stride, &dst, &src);
  return hearth_view_copy(r->ctx, &dst, &src);
}

static hearth_status read_tile(reading *r, const hearth_span *tile, int64_t *stage_capacity, int64_t *values_capacity) {
  int64_t start[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], as[HEARTH_MAX_NDIM];
  bool direct = r->direct;
  char *base = r->into->data;
  for (int32_t d = 0; d < r->ndim; d++) {
    direct = direct && tile[d].nblocks == 1;
    start[d] = r->start[d] + tile[d].global;
    count[d] = tile[d].block;
    base += tile[d].local * r->into->stride[d];
  }
  if (direct && fits(r, count, r->into->stride, as)) return read_direct(r, start, count, base, r->into->stride, as);
  return read_staged(r, tile, stage_capacity, values_capacity);
}

/* Bytes of a staging tile: what a small memory cap leaves is shared with the unpacked values, and with the caller. */
static int64_t stage_bytes(const hearth_context *ctx) {
  int64_t in_use = 0, peak = 0, cap = 0;
  hearth_context_memory(ctx, &in_use, &peak, &cap);
  const int64_t share = (cap - in_use) / 8;
  if (cap == 0 || share > STAGE) return STAGE;
  return share > LEAST_STAGE ? share : LEAST_STAGE;
}

/* Elements of a tile: all at once where nothing is staged or unpacked. */
static int64_t tile_limit(const reading *r, const hearth_tiling *tiling) {
  bool whole = r->direct && !r->unpack;
  int64_t chunk = r->element, as[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < r->ndim; d++) {
    for (int64_t s = 0; s < tiling->nspans[d]; s++) whole = whole && tiling->spans[d][s].nblocks == 1;
    chunk *= r->info->chunk[d] > 0 ? r->info->chunk[d] : 1;
  }
  if (whole && fits(r, r->into->extent, r->into->stride, as)) return INT64_MAX;
  const int64_t stage = stage_bytes(r->ctx);
  return (stage == STAGE && chunk > STAGE && chunk <= LARGEST_CHUNK ? chunk : stage) / r->element;
}

static hearth_status read_piece(reading *r, const hearth_layout *layout, int32_t piece) {
  int64_t max_gap[HEARTH_MAX_NDIM], inner = r->element, stage_capacity = 0, values_capacity = 0;
  int32_t splits = HEARTH_MAX_NDIM - r->ndim;
  hearth_tiling tiling;
  hearth_span tile[HEARTH_MAX_NDIM];
  for (int32_t k = 0; k < r->ndim; k++) {
    const int32_t d = r->info->order == HEARTH_ROW_MAJOR ? r->ndim - 1 - k : k;
    const int64_t gap = GAP / (inner > 0 ? inner : 1);
    max_gap[d] = gap > r->info->chunk[d] ? gap : r->info->chunk[d];
    if (layout->dim[d].kind != HEARTH_DIM_BLOCK_CYCLIC || splits-- <= 0) max_gap[d] = -1;
    inner *= layout->shape[d] < GAP ? layout->shape[d] : GAP;
    if (inner > 2 * GAP) inner = 2 * GAP;
  }
  hearth_status status = hearth_tiling_make(layout, piece, max_gap, &tiling);
  if (status == HEARTH_OK) {
    tiling.order = r->info->order;
    tiling.hull = true;
    tiling.limit = tile_limit(r, &tiling);
    for (int32_t d = 0; d < r->ndim; d++) tiling.align[d] = r->info->chunk[d], tiling.origin[d] = r->start[d];
  }
  while (status == HEARTH_OK && hearth_tiling_next(&tiling, tile)) status = read_tile(r, tile, &stage_capacity, &values_capacity);
  hearth_tiling_free(&tiling);
  hearth_deallocate(r->ctx, r->stage);
  hearth_deallocate(r->ctx, r->values);
  return status;
}

/* Local. */
static hearth_status read_pieces(const hearth_variable *variable, const int64_t *start, const hearth_array *into) {
  for (int32_t p = 0; p < into->npieces; p++) {
    reading r;
    if (hearth_layout_piece_volume(into->layout, p) == 0) continue;
    prepare(&r, variable, start, into, p);
    HEARTH_TRY(read_piece(&r, into->layout, p));
  }
  return HEARTH_OK;
}

/* Files are not read id by id: even cuts first, which then go to the lists. */
static hearth_status read_lists(const hearth_variable *variable, const int64_t *start, hearth_array *into) {
  hearth_layout *cuts = NULL;
  hearth_array *array = NULL;
  hearth_status mine = hearth_layout_without_lists(into->layout, &cuts);
  if (mine == HEARTH_OK) mine = hearth_array_create_local(cuts, into->dtype, into->order, &array);
  if (mine == HEARTH_OK) mine = read_pieces(variable, start, array);
  hearth_status status = hearth_agree(into->ctx, mine);
  if (status == HEARTH_OK) status = hearth_array_copy(array, into);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&cuts);
  return status;
}

hearth_status hearth_variable_read(hearth_variable *variable, const int64_t *start, int32_t ndim, hearth_array *into) {
  HEARTH_REQUIRE(NULL, variable, "hearth_variable_read: variable is NULL");
  const hearth_context *ctx = variable->file->ctx;
  HEARTH_GUARD_FP(ctx);
  const hearth_status status = check(variable, start, ndim, into);
  if (status == HEARTH_OK && hearth_layout_has_lists(into->layout)) return read_lists(variable, start, into);
  return hearth_agree(ctx, status == HEARTH_OK ? read_pieces(variable, start, into) : status);
}

hearth_status hearth_variable_load(hearth_variable *variable, int32_t axis, hearth_array **array) {
  HEARTH_REQUIRE(variable ? variable->file->ctx : NULL, variable && array, "hearth_variable_load: %s is NULL", variable ? "array" : "variable");
  const hearth_variable_info *info = variable->info;
  const int64_t start[HEARTH_MAX_NDIM] = {0};
  hearth_layout *layout = NULL;
  hearth_array *a = NULL;
  *array = NULL;
  HEARTH_TRY(hearth_layout_split(variable->file->ctx, info->ndim > 0 ? info->ndim : 1, info->shape, axis, &layout));
  hearth_status status = hearth_array_create(layout, info->dtype, HEARTH_ROW_MAJOR, &a);
  if (status == HEARTH_OK) status = hearth_variable_read(variable, start, info->ndim, a);
  hearth_layout_destroy(&layout);
  if (status != HEARTH_OK) hearth_array_destroy(&a);
  *array = a;
  return status;
}
