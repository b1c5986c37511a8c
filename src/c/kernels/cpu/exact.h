/* Inside the exact sums of the CPU. A block of up to CPU_EXACT_BLOCK terms is split into two slices by adding and subtracting a large number (Rump, Ogita and
 * Oishi 2008): with |x| <= 2^E, q = (x + A) - A is x rounded to a multiple of u = 2^(E - 41), x - q is exact, and so is a sum of 2^11 such q, which stays below
 * 2^53 u; the second slice takes 42 bits more in the same way. Nothing is left over unless terms of one block differ by more than 2^30 in size; that is seen,
 * and such blocks are split further. The anchors A are those of the block before: whether they were right is seen in the same pass. */
#ifndef HEARTH_KERNELS_CPU_EXACT_H
#define HEARTH_KERNELS_CPU_EXACT_H
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include "kernels/exact.h"

enum { CPU_EXACT_BLOCK = 2048 };

typedef struct cpu_exact_anchor {
  double limit, a, b; /* a and b belong to terms of at most `limit` */
} cpu_exact_anchor;

/* What one pass over terms gives; their addition is exact if most <= limit and nothing is left. */
typedef struct cpu_exact_pass {
  double first, second; /* sums of the slices */
  double most;          /* largest |x|, NaN passed over */
  double left;          /* sum of what is left of each |x|: 0 if nothing, NaN if there is a NaN */
} cpu_exact_pass;

/* Beyond this the first anchor would be infinite; such terms are added one by one. */
#define CPU_EXACT_LARGEST 0x1p1012

/* The anchors for terms of at most `most`, which is <= CPU_EXACT_LARGEST. */
cpu_exact_anchor cpu_exact_anchor_for(double most);

/* Adds n <= CPU_EXACT_BLOCK contiguous terms; `anchor` is kept from call to call and starts as zeros. */
void cpu_exact_add_float(hearth_exact *sum, cpu_exact_anchor *anchor, int64_t n, const float *x);
void cpu_exact_add_double(hearth_exact *sum, cpu_exact_anchor *anchor, int64_t n, const double *x);

/* Many sums side by side: rows of n terms, row r adding x[r * pitch + j] to sum j. The state of a tile: */
enum { CPU_EXACT_COLUMNS = 256 };
typedef struct cpu_exact_columns {
  double limit[CPU_EXACT_COLUMNS], a[CPU_EXACT_COLUMNS], b[CPU_EXACT_COLUMNS];
  double first[CPU_EXACT_COLUMNS], second[CPU_EXACT_COLUMNS], most[CPU_EXACT_COLUMNS], left[CPU_EXACT_COLUMNS];
} cpu_exact_columns;
void cpu_exact_rows_float(cpu_exact_columns *tile, int64_t rows, int64_t n, const float *x, int64_t pitch);
void cpu_exact_rows_double(cpu_exact_columns *tile, int64_t rows, int64_t n, const double *x, int64_t pitch);

/* How terms are made. */
typedef struct cpu_exact_maker {
  int kind, omit;
  int direct; /* x can be taken as it is where it is contiguous: 1 float, 2 double, else 0 */
  double scale;
  int64_t x_size;
  int32_t x_dtype, y_dtype;
  cpu_convert_function load_x, load_y; /* to float64 */
} cpu_exact_maker;

typedef struct cpu_exact_buffers {
  double x[CPU_EXACT_BLOCK], y[CPU_EXACT_BLOCK], terms[CPU_EXACT_BLOCK];
} cpu_exact_buffers;

cpu_exact_maker cpu_exact_maker_of(const hearth_exact_terms *terms);
/* n <= CPU_EXACT_BLOCK terms, contiguous: in a buffer or in place. y may be NULL. */
const double *cpu_exact_terms(const cpu_exact_maker *maker, int64_t n, const char *x, int64_t x_stride, const char *y, int64_t y_stride,
                              cpu_exact_buffers *buffers);

/* The two innermost dimensions of a sum: operands x, sums, y. */
enum { CPU_EXACT_X, CPU_EXACT_SUMS, CPU_EXACT_Y, CPU_EXACT_OPERANDS };
void cpu_exact_plane_along(const cpu_exact_maker *maker, const hearth_plane *plane);  /* the innermost one is summed over */
void cpu_exact_plane_across(const cpu_exact_maker *maker, const hearth_plane *plane); /* it is kept */

hearth_status cpu_exact_gram_range(hearth_queue *queue, const hearth_view *a, double *largest);
hearth_status cpu_exact_gram(hearth_queue *queue, const hearth_view *a, const int32_t *exponent, int64_t *levels);
hearth_status cpu_exact_product(hearth_queue *queue, const hearth_view *a, const hearth_view *b, const hearth_view *c);

#endif
