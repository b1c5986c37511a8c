/* Inside hearth_hsvd_rank and hearth_hsvd_rtol. */
#ifndef HEARTH_LINALG_HSVD_IMPL_H
#define HEARTH_LINALG_HSVD_IMPL_H
#include "linalg/factor.h"

typedef struct hearth_hsvd {
  int64_t rank; /* kept at the end at most */
  double rtol;  /* discarded / total may be its square; 0: no such rule */
  int64_t block;
  double unit;             /* a power of two that brings the first matrix near 1; 0 before there was one */
  double total, discarded; /* squares of Frobenius' norm times unit^2: of the columns seen, and of what was cut off */
} hearth_hsvd;

/* a [m, n] with m >= n: u [m, r], s [r], vt [r, n]. Collective; agreed. */
hearth_status hearth_hsvd_run(const hearth_array *a, hearth_hsvd *h, hearth_array **u, hearth_array **s, hearth_array **vt);

/* What is kept of one matrix. */
typedef struct hearth_hsvd_cut {
  int64_t n, kept;
  int32_t parts;
  bool by_gram;      /* s and v are of the Gram matrix, else of f's triangle */
  double *s, *v, *u; /* [n]; right vectors [n, n], of which the first `kept` count; left ones of the triangle */
  hearth_factor f;
} hearth_hsvd_cut;

/* Decomposes t and cuts: `most` values are kept at most, those that are rounding alone never, and with a tolerance as few as it allows. Counts into h.
 * hearth_hsvd_cut_free afterwards, also after a failure. Collective; agreed. */
hearth_status hearth_hsvd_cut_make(hearth_tall *t, int64_t most, hearth_hsvd *h, hearth_hsvd_cut *cut);
void hearth_hsvd_cut_free(const hearth_context *ctx, hearth_hsvd_cut *cut);

#endif
