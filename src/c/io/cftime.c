#define _GNU_SOURCE
#include "io/cftime.h"
#include "core/error.h"
#include "core/fpenv.h"
#include <ctype.h>
#include <hearth/io.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
  const char *name;
  hearth_calendar calendar;
} calendars[] = {{"standard", HEARTH_CALENDAR_STANDARD},
                 {"gregorian", HEARTH_CALENDAR_STANDARD}, /* CF's older name of standard */
                 {"proleptic_gregorian", HEARTH_CALENDAR_GREGORIAN},
                 {"julian", HEARTH_CALENDAR_JULIAN},
                 {"noleap", HEARTH_CALENDAR_NOLEAP},
                 {"365_day", HEARTH_CALENDAR_NOLEAP},
                 {"all_leap", HEARTH_CALENDAR_ALL_LEAP},
                 {"366_day", HEARTH_CALENDAR_ALL_LEAP},
                 {"360_day", HEARTH_CALENDAR_360}};

static const struct {
  const char *name;
  double seconds;
} units_of_time[] = {{"days", 86400},
                     {"day", 86400},
                     {"d", 86400},
                     {"hours", 3600},
                     {"hour", 3600},
                     {"hrs", 3600},
                     {"hr", 3600},
                     {"h", 3600},
                     {"minutes", 60},
                     {"minute", 60},
                     {"mins", 60},
                     {"min", 60},
                     {"seconds", 1},
                     {"second", 1},
                     {"secs", 1},
                     {"sec", 1},
                     {"s", 1},
                     {"weeks", 604800},
                     {"week", 604800},
                     {"milliseconds", 1e-3},
                     {"millisecond", 1e-3},
                     {"msec", 1e-3},
                     {"ms", 1e-3},
                     {"microseconds", 1e-6},
                     {"microsecond", 1e-6}};

static hearth_status find_calendar(const char *name, hearth_calendar *calendar) {
  *calendar = HEARTH_CALENDAR_STANDARD;
  if (!name || !name[0]) return HEARTH_OK;
  for (size_t i = 0; i < sizeof(calendars) / sizeof(calendars[0]); i++)
    if (strcasecmp(name, calendars[i].name) == 0) {
      *calendar = calendars[i].calendar;
      return HEARTH_OK;
    }
  return hearth_fail(NULL, HEARTH_ERR_FORMAT,
                     "unknown calendar '%s'; known are standard, gregorian, proleptic_gregorian, julian, noleap, 365_day, all_leap, 366_day and 360_day", name);
}

static hearth_status find_unit(const char *units, size_t length, hearth_calendar calendar, double *seconds) {
  for (size_t i = 0; i < sizeof(units_of_time) / sizeof(units_of_time[0]); i++)
    if (strlen(units_of_time[i].name) == length && strncasecmp(units, units_of_time[i].name, length) == 0) {
      *seconds = units_of_time[i].seconds;
      return HEARTH_OK;
    }
  const bool month = strncasecmp(units, "month", 5) == 0, year = strncasecmp(units, "year", 4) == 0;
  if ((month || year) && calendar == HEARTH_CALENDAR_360) {
    *seconds = 86400.0 * (month ? 30 : 360);
    return HEARTH_OK;
  }
  if (month || year)
    return hearth_fail(NULL, HEARTH_ERR_FORMAT, "the time units '%s' have no fixed length in this calendar; convert the coordinate to days", units);
  return hearth_fail(NULL, HEARTH_ERR_FORMAT, "the units '%s' are no time units ('hours since 1970-01-01')", units);
}

/* An integer, signed if it is the year; false if there is none. */
static bool take(const char **text, long *value) {
  char *end;
  *value = strtol(*text, &end, 10);
  if (end == *text) return false;
  *text = end;
  return true;
}

/* "+hh:mm", "-hhmm", "+h": east of Greenwich. */
static bool take_zone(const char **text, double *offset) {
  const char *p = *text;
  const double sign = *p == '-' ? -1.0 : 1.0;
  long hours = 0, minutes = 0;
  if (*p != '+' && *p != '-') return true;
  p++;
  const char *from = p;
  if (!isdigit((unsigned char)*p) || !take(&p, &hours)) return false;
  if (*p == ':') {
    p++;
    if (!isdigit((unsigned char)*p) || !take(&p, &minutes)) return false;
  } else if (p - from > 2) {
    minutes = hours % 100;
    hours /= 100;
  }
  *offset = sign * (3600.0 * (double)hours + 60.0 * (double)minutes);
  *text = p;
  return true;
}

/* "14:00:00.5", all of it optional, then a time zone. */
static bool take_clock(const char **text, double *seconds) {
  const char *p = *text;
  long part[2] = {0, 0};
  double rest = 0.0, zone = 0.0;
  while (isspace((unsigned char)*p)) p++;
  if (*p == 'T' || *p == 't') p++;
  if (isdigit((unsigned char)*p)) {
    if (!take(&p, &part[0])) return false;
    if (*p == ':') {
      p++;
      if (!isdigit((unsigned char)*p) || !take(&p, &part[1])) return false;
    }
    if (*p == ':') {
      double scale = 1.0;
      for (p++; isdigit((unsigned char)*p); p++) rest = 10.0 * rest + (*p - '0');
      if (*p == '.')
        for (p++; isdigit((unsigned char)*p); p++) rest += (scale /= 10.0) * (*p - '0');
    }
  }
  while (isspace((unsigned char)*p)) p++;
  if (!take_zone(&p, &zone)) return false;
  if (strncasecmp(p, "UTC", 3) == 0 || strncasecmp(p, "GMT", 3) == 0)
    p += 3;
  else if (*p == 'Z' || *p == 'z')
    p++;
  while (isspace((unsigned char)*p)) p++;
  *seconds = 3600.0 * (double)part[0] + 60.0 * (double)part[1] + rest - zone;
  *text = p;
  return part[0] >= 0 && part[0] <= 24 && part[1] < 60 && rest < 62.0;
}

static bool take_origin(const char *text, hearth_date *date, double *seconds) {
  long year, month = 1, day = 1;
  if (!take(&text, &year)) return false;
  if (*text == '-') {
    text++;
    if (!isdigit((unsigned char)*text) || !take(&text, &month)) return false;
    if (*text == '-') {
      text++;
      if (!isdigit((unsigned char)*text) || !take(&text, &day)) return false;
    }
  }
  *date = (hearth_date){year, (int32_t)(month < 99 ? month : 99), (int32_t)(day < 99 ? day : 99)};
  return take_clock(&text, seconds) && *text == '\0';
}

hearth_status hearth_time_axis_parse(const char *units, const char *calendar, hearth_time_axis *axis) {
  hearth_date origin;
  if (!units) return hearth_fail(NULL, HEARTH_ERR_FORMAT, "the time coordinate has no units");
  HEARTH_TRY(find_calendar(calendar, &axis->calendar));
  while (isspace((unsigned char)*units)) units++;
  const size_t length = strcspn(units, " \t");
  const char *p = units + length;
  HEARTH_TRY(find_unit(units, length, axis->calendar, &axis->unit));
  while (isspace((unsigned char)*p)) p++;
  const bool since = strncasecmp(p, "since", 5) == 0 && isspace((unsigned char)p[5]);
  for (p += since ? 5 : 0; isspace((unsigned char)*p);) p++;
  if (!since || !take_origin(p, &origin, &axis->seconds))
    return hearth_fail(NULL, HEARTH_ERR_FORMAT, "cannot make out the origin in the time units '%s' ('hours since 1970-01-01 00:00:00')", units);
  if (!hearth_date_valid(axis->calendar, origin))
    return hearth_fail(NULL, HEARTH_ERR_FORMAT, "the time units '%s' begin at a day that the calendar '%s' does not have", units,
                       calendar && calendar[0] ? calendar : "standard");
  axis->day = hearth_day_number(axis->calendar, origin);
  return HEARTH_OK;
}

hearth_date hearth_time_date(const hearth_time_axis *axis, double value) {
  const double seconds = value * axis->unit + axis->seconds;
  return hearth_day_date(axis->calendar, axis->day + (int64_t)floor((seconds + 5e-4) / 86400.0));
}

hearth_status hearth_time_decode(const char *units, const char *calendar, int64_t n, const double *values, int32_t *year, int32_t *month, int32_t *day) {
  hearth_time_axis axis;
  HEARTH_GUARD_FP(NULL);
  HEARTH_REQUIRE(NULL, n >= 0 && (n == 0 || (values && year && month && day)), "hearth_time_decode: n is %lld, or an array is NULL", (long long)n);
  HEARTH_TRY(hearth_time_axis_parse(units, calendar, &axis));
  for (int64_t i = 0; i < n; i++) {
    if (!(fabs(values[i] * axis.unit) < 86400.0 * 366.0 * 1e6))
      return hearth_fail(NULL, HEARTH_ERR_NOT_FINITE, "time %lld is %g %s: no date", (long long)i, values[i], units);
    const hearth_date date = hearth_time_date(&axis, values[i]);
    year[i] = (int32_t)date.year;
    month[i] = date.month;
    day[i] = date.day;
  }
  return HEARTH_OK;
}
