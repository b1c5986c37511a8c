/* Dates of CF times. The dates were obtained with cftime 1.6 (num2date), those of the units without a time of day or with a zone by hand. */
#include "test_io_support.h"

static const struct {
  const char *units, *calendar;
  double value;
  int32_t year, month, day;
} dates[] = {
    {"days since 1800-01-01", "proleptic_gregorian", 76701, 2010, 1, 1},
    {"days since 1800-01-01", "proleptic_gregorian", 80566, 2020, 8, 1},
    {"days since 1800-01-01", "standard", -1, 1799, 12, 31},
    {"hours since 1-1-1 00:00:0.0", "gregorian", 17067072.0, 1948, 1, 1},
    {"hours since 1-1-1 00:00:0.0", "gregorian", 13865688.0, 1582, 10, 15},
    {"hours since 1-1-1 00:00:0.0", "gregorian", 13865687.9, 1582, 10, 4},
    {"hour since 0000-01-01 00:00:00", "proleptic_gregorian", 366.0, 0, 1, 16},
    {"hour since 0000-01-01 00:00:00", "proleptic_gregorian", 8765.82, 0, 12, 31},
    {"days since 1582-10-01", NULL, 3, 1582, 10, 4},
    {"days since 1582-10-01", "", 4, 1582, 10, 15},
    {"days since 1582-10-01", "Standard", 100, 1583, 1, 19},
    {"days since 1582-10-01", "julian", 4, 1582, 10, 5},
    {"days since 1582-10-01", "julian", 365, 1583, 10, 1},
    {"days since 0001-01-01", "julian", 735000, 2013, 4, 28},
    {"hours since 1970-01-01 00:00:00", "360_day", 394200.0, 2015, 8, 16},
    {"hours since 1970-01-01 00:00:00", "360_day", -1, 1969, 12, 30},
    {"hours since 1970-01-01 00:00:00", "360_day", 1416, 1970, 2, 30},
    {"months since 1970-01-01", "360_day", 13.5, 1971, 2, 16},
    {"days since 2000-01-01", "noleap", 58, 2000, 2, 28},
    {"days since 2000-01-01", "365_day", 59, 2000, 3, 1},
    {"days since 2000-01-01", "noleap", 1519, 2004, 3, 1},
    {"days since 2000-01-01", "noleap", -1, 1999, 12, 31},
    {"days since 2001-01-01", "all_leap", 59, 2001, 2, 29},
    {"days since 2001-01-01", "366_day", 366, 2002, 1, 1},
    {"days since -0100-01-01", "proleptic_gregorian", 36525, 0, 1, 2},
    {"days since -0100-01-01", "proleptic_gregorian", 60, -100, 3, 2},
    {"seconds since 1999-12-31T23:59:59Z", "standard", 1, 2000, 1, 1},
    {"minutes since 2000-03-01 00:00:00", "standard", -1, 2000, 2, 29},
    {"days since 1900-02-28", "standard", 1, 1900, 3, 1},
    {"days since 2000-1-1 12:30", "standard", 0.6, 2000, 1, 2},
    {"hours since 2000-01-01 00:00:00 +02:00", "standard", 0, 1999, 12, 31},
    {"hours since 2000-01-01 00:00:00 -0130", "standard", 23, 2000, 1, 2},
    {"hours since 2000-01-01 00:00:00 UTC", "standard", 23.9999999999, 2000, 1, 2}, /* a rounding error before midnight */
    {"days since 2000", "standard", 31, 2000, 2, 1},
    {"  weeks  since 2000-01-01", "standard", 2, 2000, 1, 15},
    {"milliseconds since 1970-01-01", "standard", 951782400000.0, 2000, 2, 29},
};

static void known_dates(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
    int32_t year = 99, month = 99, day = 99;
    assert_ok(hearth_time_decode(dates[i].units, dates[i].calendar, 1, &dates[i].value, &year, &month, &day));
    if (year != dates[i].year || month != dates[i].month || day != dates[i].day)
      fprintf(stderr, "%g %s (%s): %d-%d-%d\n", dates[i].value, dates[i].units, dates[i].calendar ? dates[i].calendar : "NULL", year, month, day);
    assert_all(year == dates[i].year && month == dates[i].month && day == dates[i].day);
  }
}

/* Day after day for 3000 years, each calendar: a date follows the one before, months have their lengths, and each year its length. */
static void continuous(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t leap_every, century_rule;
    int32_t february, leap_february, others; /* others: 30 in 360_day, 0: the usual lengths */
  } calendars[] = {{"proleptic_gregorian", 4, 1, 28, 29, 0},
                   {"julian", 4, 0, 28, 29, 0},
                   {"noleap", 0, 0, 28, 28, 0},
                   {"all_leap", 1, 0, 29, 29, 0},
                   {"360_day", 0, 0, 30, 30, 30}};
  static const int32_t usual[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  enum { N = 1100000 };
  double *value = malloc(N * sizeof *value);
  int32_t *year = malloc(N * sizeof *year), *month = malloc(N * sizeof *month), *day = malloc(N * sizeof *day);
  for (int64_t i = 0; i < N; i++) value[i] = (double)(i - 200000);
  for (size_t c = 0; c < sizeof calendars / sizeof calendars[0]; c++) {
    int64_t wrong = 0;
    assert_ok(hearth_time_decode("days since 0001-01-01", calendars[c].name, N, value, year, month, day));
    for (int64_t i = 1; i < N; i++) {
      const int64_t y = year[i - 1], every = calendars[c].leap_every;
      const bool leap = every && y % every == 0 && (!calendars[c].century_rule || y % 100 != 0 || y % 400 == 0);
      int32_t length = calendars[c].others ? calendars[c].others : usual[month[i - 1] - 1];
      if (month[i - 1] == 2) length = leap ? calendars[c].leap_february : calendars[c].february;
      const bool last = day[i - 1] == length, december = month[i - 1] == 12;
      wrong +=
          day[i] != (last ? 1 : day[i - 1] + 1) || month[i] != (last ? month[i - 1] % 12 + 1 : month[i - 1]) || year[i] != year[i - 1] + (last && december);
    }
    assert_all(wrong == 0);
  }
  free(value);
  free(year);
  free(month);
  free(day);
}

static void refusals(void **state) {
  (void)state;
  static const struct {
    const char *units, *calendar, *says;
    double value;
    hearth_status status;
  } bad[] = {{"K", "standard", "time units", 0, HEARTH_ERR_FORMAT},
             {"days", "standard", "origin", 0, HEARTH_ERR_FORMAT},
             {"days since", "standard", "origin", 0, HEARTH_ERR_FORMAT},
             {"days since yesterday", "standard", "origin", 0, HEARTH_ERR_FORMAT},
             {"days since 2000-01-01 foo", "standard", "origin", 0, HEARTH_ERR_FORMAT},
             {"days since 2001-02-29", "standard", "day that the calendar", 0, HEARTH_ERR_FORMAT},
             {"days since 2001-13-01", "standard", "day that the calendar", 0, HEARTH_ERR_FORMAT},
             {"days since 1582-10-10", "standard", "day that the calendar", 0, HEARTH_ERR_FORMAT},
             {"months since 2001-01-01", "standard", "fixed length", 0, HEARTH_ERR_FORMAT},
             {"days since 2001-01-01", "martian", "unknown calendar", 0, HEARTH_ERR_FORMAT},
             {"days since 2001-01-01", "standard", "no date", NAN, HEARTH_ERR_NOT_FINITE},
             {"days since 2001-01-01", "standard", "no date", 1e30, HEARTH_ERR_NOT_FINITE},
             {NULL, "standard", "no units", 0, HEARTH_ERR_FORMAT}};
  int32_t year, month, day, status, rank;
  char message[400];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const hearth_status got = hearth_time_decode(bad[i].units, bad[i].calendar, 1, &bad[i].value, &year, &month, &day);
    hearth_last_error(NULL, &status, &rank, message, sizeof message);
    if (got != bad[i].status || !strstr(message, bad[i].says)) fprintf(stderr, "%s: %d, '%s'\n", bad[i].units, got, message);
    assert_all(got == bad[i].status && strstr(message, bad[i].says));
  }
  assert_all(hearth_time_decode("days since 2001-01-01", NULL, 1, NULL, &year, &month, &day) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_time_decode("days since 2001-01-01", NULL, -1, NULL, &year, &month, &day) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_time_decode("days since 2001-01-01", NULL, 0, NULL, NULL, NULL, NULL));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(known_dates), cmocka_unit_test(continuous), cmocka_unit_test(refusals)};
HEARTH_TEST_MAIN(tests)
