/* Time coordinates: "hours since 1970-01-01 00:00:00" in one of the calendars of CF 1.8 section 4.4. */
#ifndef HEARTH_IO_CFTIME_H
#define HEARTH_IO_CFTIME_H
#include <hearth/status.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum hearth_calendar {
  HEARTH_CALENDAR_STANDARD, /* Julian until 4 October 1582, Gregorian from the next day, the 15th, on */
  HEARTH_CALENDAR_GREGORIAN,
  HEARTH_CALENDAR_JULIAN,
  HEARTH_CALENDAR_NOLEAP,
  HEARTH_CALENDAR_ALL_LEAP,
  HEARTH_CALENDAR_360
} hearth_calendar;

typedef struct hearth_date {
  int64_t year; /* astronomical: the year before 1 is 0 */
  int32_t month, day;
} hearth_date;

typedef struct hearth_time_axis {
  hearth_calendar calendar;
  double unit;    /* seconds */
  int64_t day;    /* number of the day of the origin */
  double seconds; /* of the origin since its midnight, UTC */
} hearth_time_axis;

/* Numbers of days count from some day that differs between calendars: only differences mean something. */
int64_t hearth_day_number(hearth_calendar calendar, hearth_date date);
hearth_date hearth_day_date(hearth_calendar calendar, int64_t number);
bool hearth_date_valid(hearth_calendar calendar, hearth_date date);
/* Parses the two attributes; calendar may be NULL or empty (standard). Errors: FORMAT (the thread's last error says what is wrong). */
hearth_status hearth_time_axis_parse(const char *units, const char *calendar, hearth_time_axis *axis);
/* The date of a time. Times within half a millisecond before midnight are rounded to it: 23.999999999 hours is a rounding error, not a day. */
hearth_date hearth_time_date(const hearth_time_axis *axis, double value);

#endif
