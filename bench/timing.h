/* Medians of several runs after one untimed run in the same process. */
#ifndef HEARTH_BENCH_TIMING_H
#define HEARTH_BENCH_TIMING_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Seconds of the median of `runs` calls. */
static inline double bench_median(int runs, void (*work)(void *), void *argument) {
  double seconds[64];
  if (runs > 64) runs = 64;
  work(argument);
  for (int r = 0; r < runs; r++) {
    const double start = bench_now();
    work(argument);
    seconds[r] = bench_now() - start;
  }
  qsort(seconds, (size_t)runs, sizeof *seconds, bench_compare);
  return seconds[runs / 2];
}

/* A field of /proc/self/status in bytes ("VmHWM:", "VmRSS:"). */
static inline double bench_memory(const char *field) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  double bytes = 0;
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, field, strlen(field)) == 0) bytes = 1024 * atof(line + strlen(field));
  if (file) fclose(file);
  return bytes;
}

#endif
