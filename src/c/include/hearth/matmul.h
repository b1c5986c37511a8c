/* Products of arrays: matmul, outer, vecdot; triangles, trace, matrix norms, the matrix exponential. */
#ifndef HEARTH_MATMUL_H
#define HEARTH_MATMUL_H
#include <hearth/array.h>
#include <hearth/reduce.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The product of two vectors or matrices, NumPy's matmul: [m, k] [k, n] gives [m, n]; a vector a is a row, a vector b a column, and the result has no dimension
 * for it (of two vectors: shape [1]). The type is NumPy's common type of both; bool and integers are multiplied as float64 (exact below 2^53), float16 as
 * float32. Sums of float32 and complex64 are made in that type.
 *
 * The way is chosen by an estimate of operations and bytes moved (docs/linalg.md), and decides the layout of the result:
 *   a stays where it lies, b follows a's columns: the result has a's distribution of rows, its columns are whole. Where a's columns are dealt out, sums are
 * joined: up to 2^20 elements on all ranks that share rows, beyond that dealt out evenly over them. The same the other way round where b stays. rows and
 * columns of the result are dealt out over a grid of ranks, evenly, or as a's rows and b's columns are where both lie on one grid (block-cyclic stays
 * block-cyclic); rows of a and columns of b travel in panels along k. Operands that every rank has give a result that every rank has. Nothing that lies right
 * is copied or moved. The result has a's memory order. Workspace: copies of operands that lie otherwise, in panels of a quarter of what the memory cap leaves
 * and 256 MiB at most; an operand that stays has all of its part on its ranks. Collective. Ownership: the caller destroys *c. Errors: ARGUMENT (NULL), MISMATCH
 * (extents, contexts), UNSUPPORTED (more than two dimensions), NOT_REPRODUCIBLE (in reproducible mode), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_matmul(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **c);

/* The outer product of two vectors, c(i, j) = a(i) b(j) (arrays of more dimensions are taken in row-major order of their elements), of NumPy's common type. The
 * result keeps the distribution of the longer vector along its dimension; the other dimension is whole. Each element is rounded once: the same bits on any
 * ranks. Collective. Ownership: the caller destroys *c. Errors: ARGUMENT (NULL), MISMATCH (contexts), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_outer(const hearth_array *a, const hearth_array *b, HEARTH_OUT hearth_array **c);

/* Inner products along one axis of the shape that both broadcast to, sum of conj(a) b; the type of hearth_sum of the common type. Products are rounded to the
 * common type, sums are those of hearth_sum (exact in reproducible mode, where NaN is refused as there). Workspace: the products, and a copy of a if it is
 * complex. Collective. Ownership: the caller destroys *c. Errors: ARGUMENT (axis, NULL), MISMATCH (shapes, contexts), NOT_FINITE (NaN), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_vecdot(const hearth_array *a, const hearth_array *b, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **c);

/* The sum of a(i, i + offset) of a matrix, shape [1] on every rank; int64 of bool and integers (wraps around), else the operand's type. Sums of floating-point
 * numbers are exact and rounded once, in every mode.
 * Collective. Ownership: the caller destroys *value. Errors: ARGUMENT (not 2-d, NULL), MISMATCH (offset differs between ranks), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_trace(const hearth_array *a, int64_t offset, HEARTH_OUT hearth_array **value);

/* A copy with zeros above (tril) or below (triu) the diagonal j = i + k of the last two dimensions; layout, type and order of `a`. Moves nothing.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (fewer than two dimensions, NULL), MISMATCH (k differs between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_tril(const hearth_array *a, int64_t k, HEARTH_OUT hearth_array **result);
HEARTH_COLLECTIVE hearth_status hearth_triu(const hearth_array *a, int64_t k, HEARTH_OUT hearth_array **result);

/* Vector norms along axes (naxes = 0: of all elements), the real type of `a` (float64 of bool and integers): order 2 is hearth_norm, 1 the sum of absolute
 * values, INFINITY and -INFINITY the largest and the smallest one, 0 the number of elements that are not 0, any other p (sum |x|^p)^(1/p), in float64 and
 * scaled by a power of two, so that powers neither overflow nor vanish. keepdims and nan_policy of the options hold; NULL: defaults. Workspace: absolute values
 * (not for order 0 and 2), in float64 for other p. Collective. Ownership: the caller destroys *result. Errors: those of hearth_norm; ARGUMENT (order NaN;
 * nothing to choose from), MISMATCH (order differs). */
HEARTH_COLLECTIVE hearth_status hearth_vector_norm(const hearth_array *a, double order, int32_t naxes,
                                                   HEARTH_OPTIONAL HEARTH_EXTENT(naxes) HEARTH_INDEX const int32_t *axes,
                                                   HEARTH_OPTIONAL const hearth_reduce_options *options, HEARTH_OUT hearth_array **result);

typedef enum hearth_matrix_norm_order {
  HEARTH_MATRIX_NORM_FROBENIUS = 0, /* sqrt(sum |a_ij|^2) */
  HEARTH_MATRIX_NORM_ONE = 1,       /* largest sum of absolute values of a column */
  HEARTH_MATRIX_NORM_INF = 2,       /* largest sum of absolute values of a row */
  HEARTH_MATRIX_NORM_MAX = 3,       /* largest absolute value */
  HEARTH_MATRIX_NORM_TWO = 4,       /* largest singular value */
  HEARTH_MATRIX_NORM_NUCLEAR = 5    /* sum of the singular values */
} hearth_matrix_norm_order;
/* The norm of a matrix, the same number on all ranks; 0 for a matrix without elements. Workspace: absolute values (ONE, INF, MAX); that of hearth_svdvals (TWO,
 * NUCLEAR). Collective. Errors: ARGUMENT (not 2-d, unknown order, NULL), MISMATCH (order differs between ranks), NOT_FINITE (NaN; the message has the place),
 * NOT_REPRODUCIBLE (TWO and NUCLEAR in reproducible mode), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_matrix_norm(const hearth_array *a, int32_t order, HEARTH_OUT double *norm);

/* The exponential of a square matrix: Pade approximants of degree 3 to 13 with scaling and squaring (Higham 2005), in float64 or complex128; at most six
 * products, one hearth_solve, and log2(norm / 5.4) squarings. The result has the layout, order and (floating) type of `a`; integers and bool give float64.
 * Workspace: nine matrices of 8 (complex: 16) bytes per element, spread over the ranks, and that of hearth_solve.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (not 2-d, not square, NULL), NOT_FINITE (NaN, infinity; of NaN the message has the
 * place), NOT_REPRODUCIBLE (in reproducible mode), UNSUPPORTED (order beyond 32 bits), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_expm(const hearth_array *a, HEARTH_OUT hearth_array **result);

#ifdef __cplusplus
}
#endif
#endif
