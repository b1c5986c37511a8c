/* A = Q R of a tall matrix, Q held as what makes it from A, so that Q, or Q times a small matrix, is written in one pass. */
#ifndef HEARTH_LINALG_FACTOR_H
#define HEARTH_LINALG_FACTOR_H
#include "linalg/tall.h"
#include <hearth/decomposition.h>

struct hearth_tsqr; /* linalg/tsqr.h */

typedef struct hearth_factor {
  hearth_tall *t;
  int32_t method;            /* the hearth_qr_method that was used */
  int64_t rank;              /* numerical */
  double *r;                 /* [n, n], diagonal real and not negative */
  struct hearth_tsqr *house; /* NULL unless by reflectors; else Q is made of the steps of t */
} hearth_factor;

/* Factorises t, m >= n. method: a hearth_qr_method. Errors: NOT_FINITE, NUMERICAL (the method asked for cannot do it), MEMORY. Collective; agreed.
 * hearth_factor_free afterwards, also after a failure. */
hearth_status hearth_factor_make(hearth_tall *t, int32_t method, hearth_factor *f);
void hearth_factor_free(hearth_factor *f);
/* target := Q z, z [n, k] or NULL for the identity; target has the layout of t's array. Once. Collective; agreed. */
hearth_status hearth_factor_write(hearth_factor *f, int64_t k, const double *z, hearth_array *target);

/* The Cholesky ladder: fills method and r, and leaves Q as t's steps. *done = false if this method, or all of them for HEARTH_QR_AUTO, are not good enough.
 * Collective; agreed. */
hearth_status hearth_factor_cholesky(hearth_factor *f, int32_t method, bool *done);
/* Singular values of r above epsilon (of the array's type) x n x the largest; on every rank the same. Collective; agreed. */
hearth_status hearth_factor_rank(hearth_factor *f);

#endif
