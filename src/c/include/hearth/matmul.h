/* Products of arrays: matmul, outer, vecdot; triangles, trace, matrix norms, the matrix exponential. */
#ifndef HEARTH_MATMUL_H
#define HEARTH_MATMUL_H
#include <hearth/array.h>

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

#ifdef __cplusplus
}
#endif
#endif
