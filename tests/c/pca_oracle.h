/* An independent PCA: plain loops over the whole data on every rank, cyclic Jacobi for the eigenvectors. Small problems only. */
#ifndef HEARTH_TESTS_PCA_ORACLE_H
#define HEARTH_TESTS_PCA_ORACLE_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Noise in [-0.5, 0.5) that depends on the two numbers alone. */
static inline double oracle_noise(int64_t a, int64_t b) {
  uint64_t x = (uint64_t)a * 0x9E3779B97F4A7C15u + (uint64_t)b * 0xC2B2AE3D27D4EB4Fu + 0x165667B19E3779F9u;
  x ^= x >> 31;
  x *= 0xBF58476D1CE4E5B9u;
  x ^= x >> 27;
  return (double)(x >> 11) / 9007199254740992.0 - 0.5;
}

/* Sample t at point i of p: a mean, three waves of falling strength, noise. */
static inline double oracle_value(int64_t t, int64_t i, int64_t p) {
  const double x = (double)(i + 1) / (double)p;
  return 280 + 10 * x + 4 * sin(0.7 * (double)t + 0.2) * cos(3 * x) + 2 * cos(1.9 * (double)t) * sin(7 * x + 1) + sin(2.6 * (double)t + 1) * cos(11 * x) +
         0.05 * oracle_noise(t, i);
}

typedef struct oracle {
  int64_t n, p;
  double *x;  /* [n, p] data */
  double *w;  /* [p] weights, 0: left out */
  int *group; /* [n] or NULL */
  int groups, ddof, standardize;
  double *mean;   /* [groups, p] */
  double *std;    /* [p] */
  double *a;      /* [n, p] weighted anomalies */
  double *lambda; /* [side] eigenvalues, descending */
  double *v;      /* [side, p] unit vectors in the weighted space */
  double *score;  /* [n, side] */
  double total;
  int64_t side;
} oracle;

static inline void oracle_jacobi(int64_t n, double *a, double *v) {
  for (int64_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0;
  for (int sweep = 0; sweep < 60; sweep++) {
    double off = 0;
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < i; j++) off += a[i * n + j] * a[i * n + j];
    if (off == 0) return;
    for (int64_t p = 0; p < n; p++)
      for (int64_t q = p + 1; q < n; q++) {
        if (a[p * n + q] == 0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
        for (int64_t k = 0; k < n; k++) {
          const double x = a[k * n + p], y = a[k * n + q];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (int64_t k = 0; k < n; k++) {
          const double x = a[p * n + k], y = a[q * n + k];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        for (int64_t k = 0; k < n; k++) {
          const double x = v[k * n + p], y = v[k * n + q];
          v[k * n + p] = c * x - s * y;
          v[k * n + q] = s * x + c * y;
        }
      }
  }
}

static inline void oracle_anomalies(oracle *o) {
  for (int64_t i = 0; i < o->p; i++) {
    for (int g = 0; g < o->groups; g++) {
      double sum = 0;
      int64_t count = 0;
      for (int64_t t = 0; t < o->n; t++)
        if (!o->group || o->group[t] == g) {
          sum += o->x[t * o->p + i];
          count++;
        }
      o->mean[g * o->p + i] = sum / (double)count;
    }
    double squares = 0;
    for (int64_t t = 0; t < o->n; t++) {
      const double d = o->x[t * o->p + i] - o->mean[(o->group ? o->group[t] : 0) * o->p + i];
      o->a[t * o->p + i] = d;
      squares += d * d;
    }
    o->std[i] = o->standardize ? sqrt(squares / (double)(o->n - o->ddof)) : 1;
    for (int64_t t = 0; t < o->n; t++) o->a[t * o->p + i] = o->w[i] > 0 ? o->a[t * o->p + i] * sqrt(o->w[i]) / o->std[i] : 0;
  }
}

static inline void oracle_solve(oracle *o) {
  const int64_t n = o->n, p = o->p, side = n;
  double *gram = calloc((size_t)(side * side), sizeof *gram), *u = calloc((size_t)(side * side), sizeof *u);
  oracle_anomalies(o);
  for (int64_t s = 0; s < n; s++)
    for (int64_t t = 0; t < n; t++)
      for (int64_t i = 0; i < p; i++) gram[s * n + t] += o->a[s * p + i] * o->a[t * p + i];
  oracle_jacobi(side, gram, u);
  for (int64_t k = 0; k < side; k++) o->total += gram[k * side + k] / (double)(n - o->ddof);
  int64_t *rank = calloc((size_t)side, sizeof *rank);
  for (int64_t k = 0; k < side; k++)
    for (int64_t l = 0; l < side; l++) rank[k] += gram[l * side + l] > gram[k * side + k] || (gram[l * side + l] == gram[k * side + k] && l < k);
  for (int64_t k = 0; k < side; k++) {
    const int64_t r = rank[k];
    const double sigma = sqrt(fmax(gram[k * side + k], 1e-300));
    double largest = 0;
    o->lambda[r] = gram[k * side + k] / (double)(n - o->ddof);
    for (int64_t i = 0; i < p; i++) {
      double sum = 0;
      for (int64_t t = 0; t < n; t++) sum += u[t * side + k] * o->a[t * p + i];
      o->v[r * p + i] = sum / sigma;
      largest = fmax(largest, fabs(o->v[r * p + i]));
    }
    double sign = 1;
    for (int64_t i = 0; i < p; i++)
      if (fabs(o->v[r * p + i]) >= largest * (1 - 1e-6)) {
        sign = o->v[r * p + i] < 0 ? -1 : 1;
        break;
      }
    for (int64_t i = 0; i < p; i++) o->v[r * p + i] *= sign;
    for (int64_t t = 0; t < n; t++) o->score[t * side + r] = u[t * side + k] * sigma * sign;
  }
  free(rank);
  free(gram);
  free(u);
}

/* Data by oracle_value; weights 1; change x, w, group before oracle_solve. */
static inline oracle oracle_create(int64_t n, int64_t p, int groups) {
  oracle o = {.n = n, .p = p, .groups = groups, .ddof = 1, .side = n};
  o.x = calloc((size_t)(n * p), sizeof(double));
  o.a = calloc((size_t)(n * p), sizeof(double));
  o.w = calloc((size_t)p, sizeof(double));
  o.std = calloc((size_t)p, sizeof(double));
  o.mean = calloc((size_t)(groups * p), sizeof(double));
  o.lambda = calloc((size_t)n, sizeof(double));
  o.v = calloc((size_t)(n * p), sizeof(double));
  o.score = calloc((size_t)(n * n), sizeof(double));
  for (int64_t t = 0; t < n; t++)
    for (int64_t i = 0; i < p; i++) o.x[t * p + i] = oracle_value(t, i, p);
  for (int64_t i = 0; i < p; i++) o.w[i] = 1;
  return o;
}

static inline void oracle_free(oracle *o) {
  double *const part[] = {o->x, o->a, o->w, o->std, o->mean, o->lambda, o->v, o->score};
  for (size_t i = 0; i < sizeof part / sizeof *part; i++) free(part[i]);
}

#endif
