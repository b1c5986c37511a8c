/* Exact sums by another method than the library's: non-overlapping partial sums (Shewchuk 1997), rounded once, as Python's math.fsum does it. Sums of terms
 * that do not overflow on the way. */
#ifndef HEARTH_TESTS_EXACT_ORACLE_H
#define HEARTH_TESTS_EXACT_ORACLE_H
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct oracle {
  int n;
  double partial[80];
  double special; /* sum of infinities and NaN */
} oracle;

static inline void oracle_add(oracle *o, double x) {
  int kept = 0;
  if (!isfinite(x)) {
    o->special += x;
    return;
  }
  for (int i = 0; i < o->n; i++) {
    double y = o->partial[i];
    if (fabs(x) < fabs(y)) {
      const double t = x;
      x = y;
      y = t;
    }
    const volatile double high = x + y, back = high - x, low = y - back;
    if (low != 0.0) o->partial[kept++] = low;
    x = high;
  }
  o->partial[kept] = x;
  o->n = kept + 1;
}

static inline double oracle_round(const oracle *o) {
  int n = o->n;
  if (o->special != 0.0) return o->special; /* NaN too */
  if (n == 0) return 0.0;
  volatile double high = o->partial[--n], low = 0.0;
  while (n > 0) {
    const double x = high, y = o->partial[--n];
    high = x + y;
    const volatile double back = high - x;
    low = y - back;
    if (low != 0.0) break;
  }
  /* A tie that what is below decides. */
  if (n > 0 && ((low < 0.0 && o->partial[n - 1] < 0.0) || (low > 0.0 && o->partial[n - 1] > 0.0))) {
    const double y = low * 2.0;
    const volatile double x = high + y, back = x - high;
    if (y == back) high = x;
  }
  return high + 0.0;
}

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  if (isnan(x)) return 0x7ff8000000000000u;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* Numbers from a counter, the same everywhere. */
static inline uint64_t scramble(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

/* The kinds of data that sums are tried on. */
enum { DATA_ROUGH, DATA_CANCELLING, DATA_WIDE, DATA_SMALL, DATA_INFINITE, DATA_NAN, DATA_KINDS };

/* Term i of n. */
static inline double data_at(int kind, int64_t i) {
  const uint64_t r = scramble((uint64_t)i);
  const double unit = (double)(int64_t)(r >> 11) * 0x1p-52 - 1.0; /* -1 .. 1, 53 bits */
  switch (kind) {
  case DATA_CANCELLING: /* pairs of +-1e16 beside terms that they must not swallow */
    return i % 3 == 2 ? unit : (i % 3 ? -1.0 : 1.0) * (1e16 + (double)(scramble((uint64_t)(i / 3) + 77) % 1000) * 2.0);
  case DATA_WIDE:
    return ldexp(unit, (int)(scramble(r) % 600) - 300);
  case DATA_SMALL: /* subnormal, and small enough to become so */
    return ldexp(unit, -1022 - (int)(r % 50));
  case DATA_INFINITE:
    return i % 1000 == 3 ? INFINITY : unit;
  case DATA_NAN:
    return i % 1000 == 3 ? (i % 2000 == 3 ? INFINITY : -INFINITY) : unit;
  default:
    return unit;
  }
}

#endif
