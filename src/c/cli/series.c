/* The files' variables as one series: which part a box lies in, and boxes that reach over several. */
#include "cli/input.h"
#include <stdlib.h>
#include <string.h>

/* The rank's part of `into` that belongs to samples from .. to - 1 of the box: a window on it, and where it starts. The reader is handed arrays whose ranks
 * hold one contiguous range per dimension, as hearth_pca makes them. */
static void sub_window(const hearth_window *whole, const int64_t *origin, int32_t axis, int64_t from, int64_t to, hearth_window *part, int64_t *start) {
  *part = *whole;
  memcpy(start, origin, sizeof *start * (size_t)whole->ndim);
  const int64_t low = from > origin[axis] ? from : origin[axis];
  const int64_t end = origin[axis] + whole->extent[axis], high = to < end ? to : end;
  part->extent[axis] = high > low ? high - low : 0;
  start[axis] = high > low ? low - from : 0;
  part->base = high > low ? (char *)whole->base + (low - origin[axis]) * whole->stride[axis] : whole->base;
}

/* First global index of every dimension; 0 where the rank has nothing. */
static hearth_status local_origin(const hearth_array *array, const hearth_window *window, int64_t *origin) {
  hearth_layout *layout = NULL;
  hearth_status status = hearth_array_layout(array, &layout);
  for (int32_t d = 0; d < window->ndim && status == HEARTH_OK; d++) {
    origin[d] = 0;
    if (window->extent[d] > 0) status = hearth_layout_global_index(layout, d, 0, &origin[d]);
  }
  hearth_layout_destroy(&layout);
  return status;
}

/* Parts first .. last of the field into the window's memory, one read per file. Collective. */
static hearth_status read_parts(cli *c, const cli_field *field, const int64_t *start, const int64_t *shape, const hearth_window *window,
                                const int64_t *origin) {
  const int32_t axis = field->sample_axis;
  const int64_t begin = start[axis], end = begin + shape[axis];
  hearth_status status = HEARTH_OK;
  for (int p = 0; p < field->nparts && status == HEARTH_OK; p++) {
    const int64_t low = field->first[p] > begin ? field->first[p] : begin, high = field->first[p + 1] < end ? field->first[p + 1] : end;
    if (low >= high) continue;
    int64_t part_shape[HEARTH_MAX_NDIM], part_start[HEARTH_MAX_NDIM], file_start[HEARTH_MAX_NDIM];
    hearth_window part;
    hearth_array *into = NULL;
    memcpy(part_shape, shape, sizeof part_shape);
    memcpy(file_start, start, sizeof *start * (size_t)field->ndim);
    part_shape[axis] = high - low;
    file_start[axis] = low - field->first[p];
    sub_window(window, origin, axis, low - begin, high - begin, &part, part_start);
    status = hearth_array_wrap_local(c->ctx, &part, field->ndim, part_shape, part_start, &into);
    if (status == HEARTH_OK) status = hearth_variable_read(field->part[p], file_start, field->ndim, into);
    hearth_array_destroy(&into);
  }
  return status;
}

hearth_status cli_field_read(cli *c, const cli_field *field, const int64_t *start, hearth_array *into) {
  int64_t shape[HEARTH_MAX_NDIM] = {0}, local[HEARTH_MAX_NDIM], origin[HEARTH_MAX_NDIM] = {0}, bytes = sizeof(float);
  const int32_t axis = field->sample_axis;
  hearth_status status = hearth_array_shape(into, field->ndim, shape);
  if (status == HEARTH_OK) status = hearth_array_local_shape(into, field->ndim, local);
  if (status != HEARTH_OK) return status;
  if (field->dtype == HEARTH_FLOAT64) bytes = sizeof(double);
  for (int32_t d = 0; d < field->ndim; d++) bytes *= local[d];
  if (field->bytes_read) *field->bytes_read += bytes;
  int p = 0;
  while (p + 1 < field->nparts && field->first[p + 1] <= start[axis]) p++;
  if (start[axis] + shape[axis] <= field->first[p + 1]) {
    int64_t inside[HEARTH_MAX_NDIM];
    memcpy(inside, start, sizeof *start * (size_t)field->ndim);
    inside[axis] -= field->first[p];
    return hearth_variable_read(field->part[p], inside, field->ndim, into);
  }
  hearth_window window;
  status = hearth_array_access(into, 0, HEARTH_WRITE, &window);
  int failed = status != HEARTH_OK; /* local, and what follows is collective */
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (failed) return status != HEARTH_OK ? status : HEARTH_ERR_MEMORY;
  status = local_origin(into, &window, origin);
  if (status == HEARTH_OK) status = read_parts(c, field, start, shape, &window, origin);
  const hearth_status released = hearth_array_release(into, 0);
  return status == HEARTH_OK ? released : status;
}

/* What the reader of a source needs. */
typedef struct reader {
  cli *c;
  cli_state *state;
} reader;

static hearth_status read_field(void *user, int32_t field, const int64_t *start, hearth_array *into) {
  const reader *r = user;
  return cli_field_read(r->c, &r->state->field[field], start, into);
}

int cli_state_source(cli *c, cli_state *state, hearth_source **source) {
  hearth_reader_options options = HEARTH_READER_OPTIONS_INIT;
  reader *r = cli_allocate(1, sizeof *r);
  *r = (reader){c, state};
  options.read = read_field;
  options.user = r;
  options.release = free;
  int32_t added = 0;
  hearth_status status = hearth_source_create(c->ctx, source);
  for (; added < state->nfields && status == HEARTH_OK; added += status == HEARTH_OK) {
    const cli_field *field = &state->field[added];
    status = hearth_source_add(*source, field->name, field->dtype, field->ndim, field->shape, field->sample_axis, &options);
  }
  if (status != HEARTH_OK && added == 0) free(r);
  return cli_check(c, status);
}
