/* QR by Householder reflectors: LAPACK on every rank's rows, then a binary tree of pairs of triangles over the ranks (Demmel, Grigori, Hoemmen and Langou
 * 2012). Backward stable for any matrix. Triangles have as many rows as there are below them: rows of zeros in their place would have parts in Q, by rounding,
 * that nobody holds. Host memory: a copy of this rank's rows, and [2 n, n] numbers per level of the tree. */
#ifndef HEARTH_LINALG_TSQR_H
#define HEARTH_LINALG_TSQR_H
#include "linalg/tall.h"

typedef struct hearth_tsqr_level {
  int partner;
  int64_t own, other;  /* rows of the two triangles: n, or fewer where fewer are held below */
  double *stack, *tau; /* their reflectors, one on the other */
} hearth_tsqr_level;

typedef struct hearth_tsqr {
  hearth_context *ctx;
  hearth_array *rows; /* t's array, or a copy without replicas */
  hearth_array *made;
  int32_t parts;
  int64_t n, held;    /* held: rows of this rank */
  double *a, *tau;    /* reflectors of this rank's rows */
  int levels, parent; /* parent: -1 on the root */
  hearth_tsqr_level level[32];
  double *r;     /* [n, n] of all rows, the same on all ranks, diagonal real and not negative */
  double *phase; /* [n] */
} hearth_tsqr;

/* Collective; agreed. hearth_tsqr_free afterwards, also after a failure. */
hearth_status hearth_tsqr_make(const hearth_tall *t, hearth_tsqr **tsqr);
void hearth_tsqr_free(hearth_tsqr **tsqr);
/* target := Q z, z [n, k] or NULL for the identity. Collective; agreed. */
hearth_status hearth_tsqr_write(hearth_tsqr *tsqr, int64_t k, const double *z, hearth_array *target);

#endif
