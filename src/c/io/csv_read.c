/* Reading rows of a CSV file: from the block in which the first begins. */
#include "core/error.h"
#include "core/memory.h"
#include "io/format_csv.h"
#include <string.h>

typedef struct lines {
  const hearth_file *file;
  char *buffer;
  int64_t capacity, have, used; /* used .. have - 1 is still to be handed out */
  int64_t next;                 /* byte of the file behind the buffer */
} lines;

/* Moves what is left to the front and reads on; a line longer than the buffer makes it grow. */
static hearth_status refill(lines *l) {
  const hearth_raw_file raw = {l->file->path, l->file->fd, l->file->size};
  const int64_t left = l->have - l->used;
  if (left == l->capacity) {
    char *larger = NULL;
    HEARTH_TRY(hearth_allocate(l->file->ctx, 2 * l->capacity, &larger));
    memcpy(larger, l->buffer + l->used, (size_t)left);
    hearth_deallocate(l->file->ctx, l->buffer);
    l->buffer = larger;
    l->capacity *= 2;
  } else if (left > 0) {
    memmove(l->buffer, l->buffer + l->used, (size_t)left);
  }
  int64_t got = 0;
  HEARTH_TRY(hearth_read_at(l->file->ctx, &raw, l->next, l->capacity - left, l->buffer + left, &got));
  l->used = 0;
  l->have = left + got;
  l->next += got;
  return HEARTH_OK;
}

/* The next row; length -1 at the end of the file. */
static hearth_status next_row(lines *l, const char **row, int64_t *length) {
  for (;;) {
    const char *from = l->buffer + l->used, *newline = l->have > l->used ? memchr(from, '\n', (size_t)(l->have - l->used)) : NULL;
    if (!newline && l->next < l->file->size) {
      HEARTH_TRY(refill(l));
      continue;
    }
    if (!newline && l->have == l->used) {
      *length = -1;
      return HEARTH_OK;
    }
    *row = from;
    *length = newline ? newline - from : l->have - l->used;
    l->used += *length + (newline ? 1 : 0);
    if (hearth_csv_is_row(from, *length)) return HEARTH_OK;
  }
}

static hearth_status parse_row(const hearth_file *file, int64_t number, const char *row, int64_t length, int64_t from, int64_t n, double *values) {
  const hearth_csv_state *state = file->state;
  hearth_csv_cell cell;
  int64_t column = 0;
  for (const char *rest = row; hearth_csv_next(&rest, row + length, state->separator, &cell); column++) {
    if (column < from || column >= from + n) continue;
    if (!hearth_csv_number(&cell, state->c, &values[column - from]))
      return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s': row %lld of the numbers, column %lld: '%.*s' is no number", file->path, (long long)(number + 1),
                         (long long)(column + 1), (int)(cell.length < 40 ? cell.length : 40), cell.text);
  }
  if (column != state->columns)
    return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s': row %lld of the numbers has %lld columns, the first has %lld", file->path, (long long)(number + 1),
                       (long long)column, (long long)state->columns);
  return HEARTH_OK;
}

static int64_t find_block(const hearth_csv_state *state, int64_t row) {
  int64_t low = 0, high = state->nblocks - 1;
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (state->first[middle] <= row)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

hearth_status hearth_csv_read(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride) {
  const hearth_csv_state *state = file->state;
  const int64_t block = find_block(state, start[0]);
  lines l = {.file = file, .capacity = HEARTH_CSV_BLOCK / 4, .next = state->block[block].offset};
  double *values = data;
  const char *row = NULL;
  int64_t length = 0;
  (void)info, (void)stride;
  HEARTH_TRY(hearth_allocate(file->ctx, l.capacity, &l.buffer));
  hearth_status status = HEARTH_OK;
  for (int64_t r = state->first[block]; r < start[0] + count[0] && status == HEARTH_OK; r++) {
    status = next_row(&l, &row, &length);
    if (status != HEARTH_OK) break;
    if (length < 0)
      status =
          hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' ends at row %lld; it had %lld when it was opened", file->path, (long long)r, (long long)state->rows);
    else if (r >= start[0])
      status = parse_row(file, r, row, length, start[1], count[1], values + (r - start[0]) * count[1]);
  }
  hearth_deallocate(file->ctx, l.buffer);
  return status;
}
