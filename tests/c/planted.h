/* Matrices with known singular values: cosines as singular vectors, a geometric row of values down to `smallest`, zeros from number `rank` on. */
#ifndef HEARTH_TESTS_PLANTED_H
#define HEARTH_TESTS_PLANTED_H
#include "dense_values.h"

typedef struct planted {
  dense_rule rule; /* first: at() gets its address */
  double smallest, scale;
  int64_t rank;
} planted;

static inline long double planted_wave(int64_t n, int64_t i, int64_t k) {
  const long double pi = 3.14159265358979323846264338327950288L;
  return sqrtl((k == 0 ? 1.0L : 2.0L) / (long double)n) * cosl(pi * (long double)(k * (2 * i + 1)) / (long double)(2 * n));
}

/* One table of waves per extent, as long as the program runs. */
static inline double planted_wave_of(int64_t n, int64_t i, int64_t k) {
  enum { MOST = 2048 };
  static double *tables[MOST];
  if (n >= MOST) return (double)planted_wave(n, i, k);
  if (!tables[n]) {
    tables[n] = malloc((size_t)(n * n) * sizeof(double));
    for (int64_t c = 0; c < n; c++)
      for (int64_t r = 0; r < n; r++) tables[n][c * n + r] = (double)planted_wave(n, r, c);
  }
  return tables[n][k * n + i];
}

static inline double planted_value(const planted *p, int64_t k) {
  const int64_t most = p->rule.m < p->rule.n ? p->rule.m : p->rule.n;
  if (k >= p->rank) return 0.0;
  return most > 1 ? pow(p->smallest, (double)k / (double)(most - 1)) : 1.0;
}

static inline dense_number planted_at(const dense_rule *rule, int64_t i, int64_t j) {
  const planted *p = (const planted *)(const void *)rule;
  const int64_t most = rule->m < rule->n ? rule->m : rule->n;
  static double value[256]; /* of the matrix that was asked for last */
  static planted last;
  long double sum = 0.0L;
  if (last.smallest != p->smallest || last.rank != p->rank || last.rule.m != rule->m || last.rule.n != rule->n)
    for (int64_t k = 0; k < most && k < 256; k++) value[k] = planted_value(p, k);
  last = *p;
  for (int64_t k = 0; k < most; k++) sum += (long double)(planted_wave_of(rule->m, i, k) * planted_wave_of(rule->n, j, k) * value[k]);
  const double x = p->scale * (double)sum, angle = 0.7 * (double)i - 1.3 * (double)j;
  if (rule->dtype >= HEARTH_COMPLEX64) return x * (cos(angle) + sin(angle) * (dense_number)I);
  return x;
}

static inline planted planted_make(int64_t m, int64_t n, int32_t dtype, double smallest) {
  return (planted){{m, n, dtype, 1, planted_at}, smallest, 1.0, m < n ? m : n};
}

/* ||a - l r||_F / ||a||_F; l [m, k], r [k, n]. */
static inline double planted_residual(int64_t m, int64_t n, int64_t k, const dense_number *a, const dense_number *l, const dense_number *r) {
  dense_number *product = dense_product(false, m, n, k, l, r);
  double difference = 0.0, size = 0.0, most = dense_most(m * n, a);
  if (most == 0.0) most = 1.0;
  for (int64_t i = 0; i < m * n; i++) {
    const double d = cabs(a[i] / most - product[i] / most), x = cabs(a[i] / most);
    difference += d * d;
    size += x * x;
  }
  free(product);
  return size > 0.0 ? sqrt(difference / size) : sqrt(difference);
}

#endif
