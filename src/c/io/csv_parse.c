#define _GNU_SOURCE
#include "io/csv_parse.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

char hearth_csv_separator(const char *line, int64_t length) {
  static const char separators[] = ";\t,";
  for (const char *s = separators; *s; s++)
    if (memchr(line, *s, (size_t)length)) return *s;
  return ' ';
}

bool hearth_csv_next(const char **rest, const char *end, char separator, hearth_csv_cell *cell) {
  const char *from = *rest, *to;
  if (!from) return false;
  if (separator == ' ') {
    while (from < end && blank(*from)) from++;
    if (from == end) return false;
    for (to = from; to < end && !blank(*to);) to++;
    *rest = to;
  } else {
    to = memchr(from, separator, (size_t)(end - from));
    *rest = to ? to + 1 : NULL;
    if (!to) to = end;
    while (from < to && blank(*from)) from++;
    while (to > from && blank(to[-1])) to--;
  }
  if (to - from >= 2 && *from == '"' && to[-1] == '"') from++, to--;
  *cell = (hearth_csv_cell){from, to - from};
  return true;
}

int64_t hearth_csv_count(const char *line, int64_t length, char separator) {
  hearth_csv_cell cell;
  int64_t n = 0;
  for (const char *rest = line; hearth_csv_next(&rest, line + length, separator, &cell);) n++;
  return n;
}

/* Decimal numbers of up to 2^53 with a power of ten of up to 10^22 are exact in one operation (Clinger 1990); the rest goes to strtod. */
static bool simple_number(const hearth_csv_cell *cell, double *value) {
  static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char *p = cell->text, *end = p + cell->length;
  const bool negative = p < end && *p == '-';
  uint64_t mantissa = 0;
  int digits = 0, exponent = 0;
  if (p < end && (*p == '-' || *p == '+')) p++;
  for (; p < end && *p >= '0' && *p <= '9'; p++, digits++) mantissa = 10 * mantissa + (uint64_t)(*p - '0');
  if (p < end && *p == '.')
    for (p++; p < end && *p >= '0' && *p <= '9'; p++, digits++, exponent--) mantissa = 10 * mantissa + (uint64_t)(*p - '0');
  if (digits == 0 || digits > 18) return false;
  if (p < end && (*p == 'e' || *p == 'E')) {
    const char sign = p + 1 < end ? p[1] : '\0';
    int written = 0;
    p += sign == '-' || sign == '+' ? 2 : 1;
    if (p == end || end - p > 3) return false;
    for (; p < end && *p >= '0' && *p <= '9'; p++) written = 10 * written + (*p - '0');
    exponent += sign == '-' ? -written : written;
  }
  if (p != end || mantissa > (uint64_t)1 << 53 || exponent < -22 || exponent > 22) return false;
  const double x = exponent < 0 ? (double)mantissa / power[-exponent] : (double)mantissa * power[exponent];
  *value = negative ? -x : x;
  return true;
}

static bool missing(const hearth_csv_cell *cell) {
  static const char *const words[] = {"NA", "N/A", "NaN", "null", "-"};
  if (cell->length == 0) return true;
  for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
    if ((int64_t)strlen(words[w]) == cell->length && strncasecmp(cell->text, words[w], (size_t)cell->length) == 0) return true;
  return false;
}

bool hearth_csv_number(const hearth_csv_cell *cell, locale_t c, double *value) {
  char text[128], *end;
  if (simple_number(cell, value)) return true;
  if (missing(cell)) {
    *value = NAN;
    return true;
  }
  if (cell->length >= (int64_t)sizeof(text)) return false;
  memcpy(text, cell->text, (size_t)cell->length);
  text[cell->length] = '\0';
  *value = strtod_l(text, &end, c);
  return end != text && *end == '\0';
}

bool hearth_csv_is_row(const char *line, int64_t length) {
  for (int64_t i = 0; i < length; i++)
    if (!blank(line[i])) return line[i] != '#' && line[i] != '\n';
  return false;
}
