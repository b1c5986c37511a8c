/* Calendars: days counted through, and their dates. */
#include "io/cftime.h"

#define FIRST_GREGORIAN 2299161 /* Julian day number of 15 October 1582 */

static const int32_t month_start[2][13] = {{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
                                           {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

static int64_t divide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Julian day numbers. Years begin in March, so that the leap day is the last: five months have 153 days, four years 1461. */
static int64_t to_julian_day(hearth_date date, bool gregorian) {
  const int64_t month = (date.month + 9) % 12, year = date.year - (date.month < 3);
  const int64_t day = 365 * year + divide(year, 4) + (153 * month + 2) / 5 + date.day - 1;
  return gregorian ? day - divide(year, 100) + divide(year, 400) + 1721120 : day + 1721118;
}

static hearth_date from_julian_day(int64_t number, bool gregorian) {
  int64_t day = number - (gregorian ? 1721120 : 1721118), year = 0;
  if (gregorian) {
    const int64_t era = divide(day, 146097), in_era = day - era * 146097;
    const int64_t in_year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    year = 400 * era + in_year;
    day = in_era - (365 * in_year + in_year / 4 - in_year / 100);
  } else {
    const int64_t era = divide(day, 1461), in_era = day - era * 1461;
    const int64_t in_year = (in_era - in_era / 1460) / 365;
    year = 4 * era + in_year;
    day = in_era - 365 * in_year;
  }
  const int64_t month = (5 * day + 2) / 153;
  const int32_t civil = (int32_t)(month < 10 ? month + 3 : month - 9);
  return (hearth_date){year + (civil < 3), civil, (int32_t)(day - (153 * month + 2) / 5 + 1)};
}

static bool after_reform(hearth_date date) {
  return date.year > 1582 || (date.year == 1582 && (date.month > 10 || (date.month == 10 && date.day >= 15)));
}

int64_t hearth_day_number(hearth_calendar calendar, hearth_date date) {
  switch (calendar) {
  case HEARTH_CALENDAR_STANDARD:
    return to_julian_day(date, after_reform(date));
  case HEARTH_CALENDAR_GREGORIAN:
  case HEARTH_CALENDAR_JULIAN:
    return to_julian_day(date, calendar == HEARTH_CALENDAR_GREGORIAN);
  case HEARTH_CALENDAR_360:
    return 360 * date.year + 30 * (date.month - 1) + date.day - 1;
  default: {
    const int leap = calendar == HEARTH_CALENDAR_ALL_LEAP;
    return (365 + leap) * date.year + month_start[leap][date.month - 1] + date.day - 1;
  }
  }
}

hearth_date hearth_day_date(hearth_calendar calendar, int64_t number) {
  switch (calendar) {
  case HEARTH_CALENDAR_STANDARD:
    return from_julian_day(number, number >= FIRST_GREGORIAN);
  case HEARTH_CALENDAR_GREGORIAN:
  case HEARTH_CALENDAR_JULIAN:
    return from_julian_day(number, calendar == HEARTH_CALENDAR_GREGORIAN);
  case HEARTH_CALENDAR_360: {
    const int64_t year = divide(number, 360), day = number - 360 * year;
    return (hearth_date){year, (int32_t)(day / 30 + 1), (int32_t)(day % 30 + 1)};
  }
  default: {
    const int leap = calendar == HEARTH_CALENDAR_ALL_LEAP;
    const int64_t year = divide(number, 365 + leap), day = number - (365 + leap) * year;
    int32_t month = 1;
    while (month_start[leap][month] <= day) month++;
    return (hearth_date){year, month, (int32_t)(day - month_start[leap][month - 1] + 1)};
  }
  }
}

bool hearth_date_valid(hearth_calendar calendar, hearth_date date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return false;
  if (date.year < -10000000 || date.year > 10000000) return false;
  const hearth_date back = hearth_day_date(calendar, hearth_day_number(calendar, date));
  return back.year == date.year && back.month == date.month && back.day == date.day;
}
