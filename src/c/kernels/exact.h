/* Sums and products without rounding, for results that depend on no order: every term is a float64 made by fixed operations (one rounding each, never
 * contracted), and the terms are added exactly. */
#ifndef HEARTH_KERNELS_EXACT_H
#define HEARTH_KERNELS_EXACT_H
#include "core/exact.h"
#include "kernels/backend.h"

typedef enum hearth_exact_kind {
  HEARTH_EXACT_VALUE,   /* x */
  HEARTH_EXACT_PRODUCT, /* x y */
  HEARTH_EXACT_OTHER,   /* y (where x is looked at) */
  HEARTH_EXACT_SQUARE   /* ((x - y) scale)^2; y may be NULL (0) */
} hearth_exact_kind;

/* Terms of sums. x and y are of any real dtype, converted to float64 first, in the backend's space or in host memory. */
typedef struct hearth_exact_terms {
  int32_t kind; /* hearth_exact_kind */
  int32_t omit; /* not 0: the term is 0 where x is NaN */
  double scale; /* of squares; a power of two, so that it rounds nothing short of underflow */
  const hearth_view *x, *y;
} hearth_exact_terms;

/* Slices of the exact products of a Gram matrix; see kernels/cpu/exact_gram.c for the method and its bound. */
enum {
  HEARTH_EXACT_SLICE_BITS = 21,
  HEARTH_EXACT_LEVELS = 3,
  /* No call of gram takes more columns: its int64 sums would overflow. */
  HEARTH_EXACT_GRAM_COLUMNS = 1 << 21
};

typedef struct hearth_exact_kernels {
  /* sums += terms. `sums` has the extents of x; its elements are of type hearth_exact in host memory (dtype int64, strides are multiples of their size), its
   * broadcast axes (stride 0) are summed over. */
  hearth_status (*sum)(hearth_queue *queue, const hearth_exact_terms *terms, const hearth_view *sums);
  /* largest[i] := max_j |a(i, j)|; NaN where one is not finite. a: [n, k] of any real dtype, as float64; result in host memory. */
  hearth_status (*gram_range)(hearth_queue *queue, const hearth_view *a, double *largest);
  /* The products of a's rows, sliced: with a(i, j) = 2^exponent[i] (s0 2^-20 + s1 2^-41 + s2 2^-62 + rest), integers |s| <= 2^20,
   * levels[l](i, j) += sum over columns of the slices' products of level l (s0 s0; s0 s1 + s1 s0; s1 s1 + s0 s2 + s2 s0) for j >= i.
   * a: [n, k], k <= HEARTH_EXACT_GRAM_COLUMNS, finite, |a(i, j)| <= 2^exponent[i]; s2 of float32 is left out (rest). exponent [n] and levels [3][n][n]
   * (j is the fastest index) are in host memory. */
  hearth_status (*gram)(hearth_queue *queue, const hearth_view *a, const int32_t *exponent, int64_t *levels);
  /* c := a b, a [m, k], b [k, n], float64, not exact but in a fixed order: c(i, j) = (a(i, 0) b(0, j) + a(i, 1) b(1, j)) + ..., every product and every sum
   * rounded. The bits of an element depend on its row of a and its column of b alone, not on the extents, strides or threads. c overlaps neither operand. */
  hearth_status (*product)(hearth_queue *queue, const hearth_view *a, const hearth_view *b, const hearth_view *c);
} hearth_exact_kernels;

extern const hearth_exact_kernels cpu_exact_kernels, reference_exact_kernels, guard_exact_kernels;

#endif
