/* Tables of numbers as text: separated by semicolons, tabs, commas or blanks, a line of names before them or not. One variable, "data" [rows, columns]. */
#define _GNU_SOURCE
#include "io/format_csv.h"
#include "comm/comm.h"
#include "core/error.h"
#include "core/memory.h"
#include <math.h>
#include <string.h>

#define LONGEST_LINE ((int64_t)64 << 20)

static bool sniff(const char *path, const unsigned char *head, int64_t n) {
  (void)path, (void)head;
  return n > 0;
}

typedef struct line {
  int64_t from, length;
} line;

/* The first two rows of the text that begins at byte `skip`; how many there are in what has been read. A row counts if its end is there. */
static int first_rows(const char *text, int64_t n, int64_t skip, bool complete, line rows[2]) {
  int found = 0;
  for (int64_t at = skip; at < n && found < 2;) {
    const char *newline = memchr(text + at, '\n', (size_t)(n - at));
    if (!newline && !complete) break;
    const int64_t length = newline ? newline - (text + at) : n - at;
    if (hearth_csv_is_row(text + at, length)) rows[found++] = (line){at, length};
    at += length + 1;
  }
  return found;
}

static bool all_numbers(const char *text, int64_t length, char separator, locale_t c) {
  hearth_csv_cell cell;
  double value;
  for (const char *rest = text; hearth_csv_next(&rest, text + length, separator, &cell);)
    if (!hearth_csv_number(&cell, c, &value)) return false;
  return true;
}

static hearth_status describe(hearth_file *file, const char *text, int nrows, const line rows[2]) {
  hearth_csv_state *state = file->state;
  hearth_variable_info *info = NULL;
  if (nrows == 0) return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' has no rows", file->path);
  const line *last = &rows[nrows - 1];
  state->separator = hearth_csv_separator(text + last->from, last->length);
  if (hearth_csv_count(text + last->from, last->length, state->separator) == 1) /* a row that is cut short, or one column indeed */
    state->separator = hearth_csv_separator(text + rows[0].from, rows[0].length);
  const bool header = !all_numbers(text + rows[0].from, rows[0].length, state->separator, state->c);
  if (header && nrows == 1) return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' has no rows of numbers", file->path);
  const line *first = header ? &rows[1] : &rows[0];
  if (!all_numbers(text + first->from, first->length, state->separator, state->c))
    return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' is no table of numbers: '%.*s'", file->path, (int)(first->length < 60 ? first->length : 60),
                       text + first->from);
  state->begin = first->from;
  state->columns = hearth_csv_count(text + first->from, first->length, state->separator);
  HEARTH_TRY(hearth_file_add(file, "data", &info));
  if (!header) return HEARTH_OK;
  char *names = NULL;
  HEARTH_TRY(hearth_allocate_zero(file->ctx, rows[0].length + 1, &names));
  memcpy(names, text + rows[0].from, (size_t)rows[0].length);
  names[strcspn(names, "\r")] = '\0';
  const hearth_status status = hearth_attributes_add_text(file->ctx, &info->attributes, "column_names", names);
  hearth_deallocate(file->ctx, names);
  return status;
}

/* Reads as much of the beginning as it takes to see two rows. */
static hearth_status look(hearth_file *file) {
  const hearth_raw_file raw = {file->path, file->fd, file->size};
  for (int64_t room = 1 << 16;; room *= 4) {
    char *text = NULL;
    line rows[2];
    int64_t n = 0;
    HEARTH_TRY(hearth_allocate(file->ctx, room, &text));
    hearth_status status = hearth_read_at(file->ctx, &raw, 0, room, text, &n);
    const bool complete = n == file->size;
    const int64_t skip = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    const int found = status == HEARTH_OK ? first_rows(text, n, skip, complete, rows) : 0;
    const bool enough = status != HEARTH_OK || found == 2 || complete;
    if (status == HEARTH_OK && enough) status = describe(file, text, found, rows);
    if (!enough && room >= LONGEST_LINE)
      status = hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' is no table of numbers: its first lines are longer than 64 MiB", file->path);
    hearth_deallocate(file->ctx, text);
    if (enough || status != HEARTH_OK) return status;
  }
}

static hearth_status open_csv(hearth_file *file) {
  hearth_csv_state *state = NULL;
  hearth_status status = hearth_allocate_zero(file->ctx, sizeof(*state), &state);
  if (status == HEARTH_OK) {
    file->state = state;
    state->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    status = state->c ? look(file) : hearth_fail(file->ctx, HEARTH_ERR_MEMORY, "no memory for the C locale");
  }
  HEARTH_TRY(hearth_agree(file->ctx, status));
  HEARTH_TRY(hearth_csv_index(file));
  hearth_variable_info *info = &file->variable[0];
  info->ndim = 2;
  info->shape[0] = state->rows;
  info->shape[1] = state->columns;
  info->stored = info->staged = HEARTH_FLOAT64;
  return HEARTH_OK;
}

static void close_csv(hearth_file *file) {
  hearth_csv_state *state = file->state;
  if (!state) return;
  if (state->c) freelocale(state->c);
  hearth_deallocate(file->ctx, state->block);
  hearth_deallocate(file->ctx, state->first);
  hearth_deallocate(file->ctx, state);
  file->state = NULL;
}

const hearth_format hearth_format_csv = {"csv", sniff, open_csv, close_csv, hearth_csv_read, true};
