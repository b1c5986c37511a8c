/* Between the files of the sketch. */
#ifndef HEARTH_ANALYSIS_PCA_SKETCH_IMPL_H
#define HEARTH_ANALYSIS_PCA_SKETCH_IMPL_H
#include "analysis/pca_impl.h"

/* A = [a_1 .. a_N], points x samples, minus the reference and weighted. Test matrices over points, rows of one matrix M [k + s + q]: range of the samples
 * (co-range) Y [k], core F [s], error E [q]; over samples: range W [k], core P [s]. Columns: column-major everywhere. */
typedef struct hearth_sketch {
  int64_t k, s, q;
  double *range;  /* [k + 1, points] backend memory: A W^T, and A 1 */
  double *probes; /* [PROBES, points] backend memory: rows of M at work */
  double *device; /* backend memory for small matrices */
  int64_t device_size;
  double *host;  /* [most] this rank's products */
  double *small; /* everything below, one piece */
  int64_t small_size;
  double *core;                    /* F A P^T [s, s] */
  double *triangle;                /* R [k + 1, k + 1] of the QR factorisation [ (Y A)^T 1 ] = Q R */
  double *turned;                  /* P Q [s, k + 1] */
  double *error;                   /* E A Q [q, k + 1] */
  double *sum_y, *sum_f, *sum_e;   /* M A 1 [k], [s], [q] */
  double *sum_w, *sum_p;           /* W 1 [k], P 1 [s]; sum_w on all ranks */
  double *squares, *error_squares; /* |A|^2, |E A|^2 */
} hearth_sketch;

enum { HEARTH_SKETCH_PROBES = 8, HEARTH_SKETCH_ERROR_ROWS = 10 };

/* pca_sketch_probe.c: product [rows of M, n] := M X for X [points, n] in backend memory, column-major: this rank's part (0 on ranks that hold copies), on the
 * host. Local. */
hearth_status hearth_sketch_probe(hearth_pca *pca, const double *x, int64_t n, double *product);
/* W's and P's columns for sample t. */
void hearth_sketch_weights(const hearth_pca *pca, int64_t t, double *w, double *p);

/* pca_sketch_solve.c, on rank 0: takes m samples, of which mx [k + s + q, m] are the products with M, into the small matrices; first is the number of the
 * first. */
hearth_status hearth_sketch_take(hearth_pca *pca, int64_t first, int64_t m, const double *mx);
/* Factors of the directions from the products with a basis B [points, k] whose first `rank` columns are nearly orthonormal: gram = B^T B [k, k], mb = M B.
 * sigma [k], z [k, k]: directions B z; returns their number, total and the estimated square of what the sketch misses. */
hearth_status hearth_sketch_solve(hearth_pca *pca, int64_t rank, const double *gram, const double *mb, double *sigma, double *z, double *answer);

#endif
