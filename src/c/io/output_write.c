/* Data into the file: every rank its own part, tile by tile in collective rounds, so that MPI-IO can put short rows of many ranks together. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "io/boxes.h"
#include "io/io_impl.h"
#include "io/output_impl.h"
#include "tensor/array_impl.h"
#include <math.h>

#define STAGE ((int64_t)1 << 20) /* elements of a tile: few and long collective writes */
#define LEAST_STAGE ((int64_t)1 << 14)

typedef struct writing {
  hearth_output *output;
  const hearth_context *ctx;
  hearth_output_var *var;
  const int64_t *start; /* of the box in the variable; NULL: all of it */
  int32_t ndim;         /* of the array: 1 for a scalar */
  int32_t dtype;        /* of the elements in the file */
  int64_t room;         /* elements of a tile; the same on all ranks */
  int32_t staged;       /* what the backend copies to: dtype, or float64 if values must be looked at on their way to an integer */
  char *stage, *packed; /* packed may be stage */
  hid_t transfer, type;
} writing;

#define PACK(T, low, high)                                                                                                                                     \
  for (int64_t i = 0; i < n; i++) {                                                                                                                            \
    const double x = isnan(from[i]) ? missing : from[i];                                                                                                       \
    if (!(x > (low)-1.0 && x < (high) + 1.0)) return i;                                                                                                        \
    ((T *)to)[i] = (T)x;                                                                                                                                       \
  }

/* Doubles to integers of the file; NaN becomes `missing`. The number of the first that does not fit, or -1. */
static int64_t to_integers(int64_t n, const double *from, int32_t dtype, double missing, void *to) {
  switch (dtype) {
  case HEARTH_INT8:
    PACK(int8_t, -128.0, 127.0);
    break;
  case HEARTH_UINT8:
    PACK(uint8_t, 0.0, 255.0);
    break;
  case HEARTH_INT16:
    PACK(int16_t, -32768.0, 32767.0);
    break;
  case HEARTH_INT32:
    PACK(int32_t, -2147483648.0, 2147483647.0);
    break;
  default:
    for (int64_t i = 0; i < n; i++) {
      const double x = isnan(from[i]) ? missing : from[i];
      if (!(x >= -0x1p63 && x < 0x1p63)) return i;
      ((int64_t *)to)[i] = (int64_t)x;
    }
    break;
  }
  return -1;
}

/* The staged values as the file wants them. */
static hearth_status pack(const writing *w, int64_t n) {
  const double missing = w->var->has_fill ? w->var->fill : NAN;
  if (w->packed != w->stage) {
    const double *from = (const double *)w->stage;
    const int64_t at = to_integers(n, from, w->dtype, missing, w->packed);
    if (at < 0) return HEARTH_OK;
    return hearth_fail(w->ctx, isnan(from[at]) ? HEARTH_ERR_NOT_FINITE : HEARTH_ERR_ARGUMENT, "variable '%s' of '%s': %g does not fit its type %s%s",
                       w->var->name, w->output->path, from[at], hearth_dtype_name((hearth_dtype)w->dtype), isnan(from[at]) ? ", and it has no fill value" : "");
  }
  if (!w->var->has_fill) return HEARTH_OK;
  if (w->dtype == HEARTH_FLOAT32)
    for (float *x = (float *)w->stage, *end = x + n; x < end; x++) *x = isnan(*x) ? (float)missing : *x;
  if (w->dtype == HEARTH_FLOAT64)
    for (double *x = (double *)w->stage, *end = x + n; x < end; x++) *x = isnan(*x) ? missing : *x;
  return HEARTH_OK;
}

/* Copies a tile of the array into the stage, as a C array. */
static hearth_status stage_tile(const writing *w, const hearth_view *view, const hearth_span *tile, int64_t *n) {
  hearth_view src = *view, dst = {.dtype = w->staged, .space = HEARTH_SPACE_HOST, .ndim = w->ndim, .data = w->stage};
  *n = 1;
  for (int32_t d = 0; d < w->ndim; d++) {
    src.data = (char *)src.data + tile[d].local * view->stride[d];
    src.extent[d] = dst.extent[d] = hearth_span_count(&tile[d]);
    *n *= src.extent[d];
  }
  hearth_strides(w->ndim, dst.extent, hearth_dtype_size((hearth_dtype)w->staged), HEARTH_ROW_MAJOR, dst.stride);
  HEARTH_TRY(hearth_view_copy(w->ctx, &dst, &src));
  return pack(w, *n);
}

/* One collective write; tile NULL: nothing from this rank. */
static hearth_status write_round(const writing *w, const hearth_span *tile, int64_t n) {
  hsize_t start[HEARTH_MAX_NDIM], stride[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM], block[HEARTH_MAX_NDIM];
  const hsize_t elements = (hsize_t)(n > 0 ? n : 1);
  const hid_t memory = H5Screate_simple(1, &elements, NULL), file = H5Dget_space(w->var->id);
  if (!tile) {
    H5Sselect_none(memory);
    H5Sselect_none(file);
  } else if (w->var->ndim > 0) {
    for (int32_t d = 0; d < w->ndim; d++) {
      start[d] = (hsize_t)(tile[d].global + (w->start ? w->start[d] : 0));
      stride[d] = (hsize_t)(tile[d].spacing > 0 ? tile[d].spacing : 1);
      count[d] = (hsize_t)tile[d].nblocks;
      block[d] = (hsize_t)tile[d].block;
    }
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, stride, count, block);
  }
  const herr_t code = H5Dwrite(w->var->id, w->type, memory, file, w->transfer, w->packed);
  const hearth_status status =
      code >= 0 ? HEARTH_OK : hearth_hdf5_fail(w->ctx, HEARTH_ERR_FILE, "cannot write variable '%s' to '%s'", w->var->name, w->output->path);
  H5Sclose(file);
  H5Sclose(memory);
  return status;
}

/* A small memory cap leaves the stage a sixteenth. */
static int64_t stage_room(const hearth_context *ctx) {
  const int64_t cap = ctx->options.memory_cap, share = cap / 16 / (int64_t)sizeof(double);
  if (cap == 0 || share > STAGE) return STAGE;
  return share > LEAST_STAGE ? share : LEAST_STAGE;
}

static hearth_status allocate_stages(writing *w, int32_t source) {
  w->room = stage_room(w->ctx);
  w->dtype = w->var->dtype == HEARTH_BOOL ? HEARTH_INT8 : w->var->dtype;
  w->staged = w->dtype;
  if (hearth_dtype_is_integer(w->dtype) && source != w->dtype && (w->dtype != HEARTH_INT64 || !hearth_dtype_is_integer(source))) w->staged = HEARTH_FLOAT64;
  HEARTH_TRY(hearth_allocate(w->ctx, w->room * hearth_dtype_size((hearth_dtype)w->staged), &w->stage));
  w->packed = w->stage;
  if (w->staged != w->dtype) HEARTH_TRY(hearth_allocate(w->ctx, w->room * hearth_dtype_size((hearth_dtype)w->dtype), &w->packed));
  return HEARTH_OK;
}

static void begin(writing *w) {
  w->type = hearth_hdf5_memory_type(w->dtype);
  w->transfer = H5Pcreate(H5P_DATASET_XFER);
  if (w->ctx->size > 1) H5Pset_dxpl_mpio(w->transfer, H5FD_MPIO_COLLECTIVE);
}

static void finish(writing *w) {
  if (w->type > 0) H5Tclose(w->type);
  if (w->transfer > 0) H5Pclose(w->transfer);
  if (w->packed != w->stage) hearth_deallocate(w->ctx, w->packed);
  hearth_deallocate(w->ctx, w->stage);
}

static hearth_status check(hearth_output *output, const char *variable, const hearth_array *array, const int64_t *start, hearth_output_var **var) {
  const hearth_context *ctx = output->ctx;
  if (output->damaged) return hearth_fail(ctx, HEARTH_ERR_DAMAGED, "an earlier failure damaged the output '%s'", output->path);
  if (output->file < 0) return hearth_fail(ctx, HEARTH_ERR_STATE, "the output '%s' is finished already", output->path);
  HEARTH_TRY(hearth_output_find(output, variable, var));
  if (!array) return HEARTH_OK;
  HEARTH_REQUIRE(ctx, array->ctx == ctx, "variable '%s' and the array belong to different contexts", variable);
  HEARTH_TRY(hearth_array_pending(array));
  if (hearth_dtype_is_complex(array->dtype))
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "variable '%s': a complex array; write the real and the imaginary part as two variables", variable);
  const int32_t ndim = (*var)->ndim > 0 ? (*var)->ndim : 1;
  if (array->layout->ndim != ndim)
    return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "variable '%s' has %d dimensions, the array %d", variable, (*var)->ndim, array->layout->ndim);
  for (int32_t d = 0; d < ndim; d++) {
    const int64_t length = (*var)->ndim > 0 ? output->dim[(*var)->dim[d]].length : 1, extent = array->layout->shape[d];
    if (start && !(start[d] >= 0 && start[d] <= length - extent))
      return hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "variable '%s': indices %lld to %lld are outside dimension %d, which has length %lld", variable,
                         (long long)start[d], (long long)(start[d] + extent - 1), d, (long long)length);
    if (!start && extent != length)
      return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "variable '%s': dimension %d has length %lld, the array %lld", variable, d, (long long)length,
                         (long long)extent);
  }
  return HEARTH_OK;
}

/* The tiles of this rank's pieces, one after the other. */
typedef struct tile_walk {
  const hearth_array *array;
  int64_t limit; /* elements of a tile */
  int32_t piece; /* npieces: no more */
  bool open;
  hearth_tiling tiling; /* of the piece, if open */
} tile_walk;

/* Replicas are written once. */
static tile_walk first_tile(const writing *w, const hearth_array *array) {
  return (tile_walk){.array = array, .limit = w->room, .piece = hearth_layout_is_primary(array->layout, w->ctx->rank) ? 0 : array->npieces};
}

static void end_piece(tile_walk *walk) {
  if (walk->open) hearth_tiling_free(&walk->tiling);
  walk->open = false;
}

static hearth_status next_tile(tile_walk *walk, hearth_span *tile, bool *more) {
  int64_t any[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) any[d] = INT64_MAX;
  *more = false;
  for (; walk->piece < walk->array->npieces; walk->piece++) {
    if (!walk->open && hearth_layout_piece_volume(walk->array->layout, walk->piece) == 0) continue;
    if (!walk->open) {
      walk->open = true;
      HEARTH_TRY(hearth_tiling_make(walk->array->layout, walk->piece, any, &walk->tiling));
      walk->tiling.limit = walk->limit;
    }
    *more = hearth_tiling_next(&walk->tiling, tile);
    if (*more) return HEARTH_OK;
    end_piece(walk);
  }
  return HEARTH_OK;
}

/* How many rounds all ranks need. */
static hearth_status count_rounds(writing *w, const hearth_array *array, int64_t *rounds) {
  hearth_span tile[HEARTH_MAX_NDIM];
  hearth_status status = allocate_stages(w, array->dtype);
  tile_walk walk = first_tile(w, array);
  bool more = status == HEARTH_OK;
  *rounds = 0;
  while (more && status == HEARTH_OK) {
    status = next_tile(&walk, tile, &more);
    *rounds += more;
  }
  end_piece(&walk);
  HEARTH_TRY(hearth_agree(w->ctx, status));
  return hearth_allreduce_i64(w->ctx, rounds, 1, HEARTH_OP_MAX);
}

static hearth_status write_pieces(writing *w, const hearth_array *array) {
  hearth_span tile[HEARTH_MAX_NDIM];
  int64_t rounds = 0, n = 0;
  w->ndim = array->layout->ndim;
  HEARTH_TRY(count_rounds(w, array, &rounds));
  begin(w);
  tile_walk walk = first_tile(w, array);
  hearth_status status = HEARTH_OK;
  for (int64_t round = 0; round < rounds; round++) { /* a rank that failed takes part to the end: the others would wait for it */
    bool more = false;
    if (status == HEARTH_OK) status = next_tile(&walk, tile, &more);
    if (more) status = stage_tile(w, &array->piece[walk.piece].view, tile, &n);
    const hearth_status written = write_round(w, more && status == HEARTH_OK ? tile : NULL, n);
    if (status == HEARTH_OK) status = written;
  }
  end_piece(&walk);
  return hearth_agree(w->ctx, status);
}

/* Index lists are brought to even cuts: files are not written id by id. */
static hearth_status write_array(writing *w, const hearth_array *array) {
  if (!hearth_layout_has_lists(array->layout)) return write_pieces(w, array);
  hearth_layout *cuts = NULL;
  hearth_array *copy = NULL;
  hearth_status mine = hearth_layout_without_lists(array->layout, &cuts);
  if (mine == HEARTH_OK) mine = hearth_array_create_local(cuts, array->dtype, array->order, &copy);
  hearth_status status = hearth_agree(w->ctx, mine);
  if (status == HEARTH_OK) status = hearth_array_copy(array, copy);
  if (status == HEARTH_OK) status = write_pieces(w, copy);
  hearth_array_destroy(&copy);
  hearth_layout_destroy(&cuts);
  return status;
}

static hearth_status write_values(writing *w, int64_t n, const double *values) {
  hearth_status status = allocate_stages(w, HEARTH_FLOAT64);
  HEARTH_TRY(hearth_agree(w->ctx, status));
  w->ndim = 1;
  begin(w);
  for (int64_t from = 0; from < n; from += w->room) {
    const int64_t m = n - from < w->room ? n - from : w->room;
    hearth_span tile = {from, 0, m, 1, m};
    const hearth_view src = {.data = (void *)(values + from), .dtype = HEARTH_FLOAT64, .ndim = 1, .extent = {m}, .stride = {sizeof(double)}};
    int64_t staged = 0;
    if (w->ctx->rank == 0 && status == HEARTH_OK) status = stage_tile(w, &src, &tile, &staged);
    tile.local = 0;
    const hearth_status written = write_round(w, w->ctx->rank == 0 && status == HEARTH_OK ? &tile : NULL, m);
    if (status == HEARTH_OK) status = written;
  }
  return hearth_agree(w->ctx, status);
}

/* Whether the variable is complete now: all at once, or as many elements in boxes as it has. */
static bool complete(const writing *w, const hearth_array *array) {
  int64_t elements = 1;
  if (!w->start) return true;
  for (int32_t d = 0; d < array->layout->ndim; d++) elements *= array->layout->shape[d];
  w->var->in_boxes += elements;
  return w->var->written || w->var->in_boxes >= hearth_output_elements(w->output, w->var);
}

/* A failure while data are written leaves the variable unfinished; arguments that do not fit leave everything as it was. */
static hearth_status write_any(hearth_output *output, const char *variable, const hearth_array *array, const int64_t *start, int64_t n, const double *values) {
  writing w = {.output = output, .ctx = output->ctx, .start = start};
  HEARTH_GUARD_FP(output->ctx);
  HEARTH_SILENCE_HDF5();
  hearth_status status = check(output, variable, array, start, &w.var);
  if (status == HEARTH_OK && !array && (w.var->ndim > 1 || n != hearth_output_elements(output, w.var) || (n > 0 && !values)))
    status = hearth_fail(output->ctx, HEARTH_ERR_MISMATCH, "variable '%s' has %d dimensions and %lld elements; %lld numbers%s were given", variable,
                         w.var->ndim, (long long)hearth_output_elements(output, w.var), (long long)n, values ? "" : " (NULL)");
  HEARTH_TRY(hearth_agree(output->ctx, status));
  status = hearth_agree(output->ctx, hearth_output_define(output));
  if (status == HEARTH_OK) status = array ? write_array(&w, array) : write_values(&w, n, values);
  finish(&w);
  if (status == HEARTH_OK)
    w.var->written = complete(&w, array);
  else if (status == HEARTH_ERR_FILE || status < 0)
    output->damaged = true;
  return status;
}

hearth_status hearth_output_write(hearth_output *output, const char *variable, const hearth_array *array) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_write: output is NULL");
  HEARTH_REQUIRE(output->ctx, array, "hearth_output_write: array is NULL");
  return write_any(output, variable, array, NULL, 0, NULL);
}

hearth_status hearth_output_write_box(hearth_output *output, const char *variable, const int64_t *start, int32_t ndim, const hearth_array *array) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_write_box: output is NULL");
  hearth_context *ctx = output->ctx;
  hearth_status status = HEARTH_OK;
  int64_t numbers[HEARTH_MAX_NDIM + 1] = {ndim};
  if (!array || !start || array->ctx != ctx || array->layout->ndim != ndim)
    status = hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "hearth_output_write_box: array or start is NULL, or the array has not %d dimensions", ndim);
  for (int32_t d = 0; d < ndim && d < HEARTH_MAX_NDIM && status == HEARTH_OK; d++) numbers[d + 1] = start[d];
  HEARTH_TRY(hearth_agree_same(ctx, status, "hearth_output_write_box: ndim|start", numbers, HEARTH_MAX_NDIM + 1));
  return write_any(output, variable, array, start, 0, NULL);
}

hearth_status hearth_output_write_numbers(hearth_output *output, const char *variable, int64_t n, const double *values) {
  HEARTH_REQUIRE(NULL, output, "hearth_output_write_numbers: output is NULL");
  return write_any(output, variable, NULL, NULL, n, values);
}
