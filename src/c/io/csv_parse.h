/* Rows of numbers in text. */
#ifndef HEARTH_IO_CSV_PARSE_H
#define HEARTH_IO_CSV_PARSE_H
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct hearth_csv_cell {
  const char *text;
  int64_t length;
} hearth_csv_cell;

/* The separator of a row: semicolon, tab, comma, else ' ' for any blanks, in this order. */
char hearth_csv_separator(const char *line, int64_t length);
/* Takes the next cell off a row, without blanks and quotes around it; false at the end. *rest is NULL before the end is reached only. */
bool hearth_csv_next(const char **rest, const char *end, char separator, hearth_csv_cell *cell);
int64_t hearth_csv_count(const char *line, int64_t length, char separator);
/* The value of a cell; NaN if it is empty, NA, N/A, NaN or null. False if it is no number. `c` is the "C" locale: the host program may have set another. */
bool hearth_csv_number(const hearth_csv_cell *cell, locale_t c, double *value);
/* Whether a line holds a row: it is not blank, and does not begin with '#'. */
bool hearth_csv_is_row(const char *line, int64_t length);

#endif
