/* The one way to ScaLAPACK and to LAPACK for dense problems of distributed arrays. A bridge is a process grid; matrices on it are column-major block-cyclic
 * arrays in host memory with square blocks and offset 0, which is what every routine of ScaLAPACK accepts. Problems that are small, and all of them where there
 * is one rank or no ScaLAPACK, have a grid of rank 0 alone and are solved by LAPACK there: the same functions, so that callers see no difference.
 *
 * Everything is collective, also on ranks that have no place on the grid, and agreed: all ranks leave with the same status. Arguments are checked before
 * ScaLAPACK sees them, because it ends the program when it meets a bad one; workspace counts under the context's cap (BLACS's own buffers do not). The caller
 * has guarded the floating-point environment. */
#ifndef HEARTH_LINALG_SCALAPACK_BRIDGE_H
#define HEARTH_LINALG_SCALAPACK_BRIDGE_H
#include <hearth/array.h>
#include <stdbool.h>

struct hearth_bridge_routines; /* linalg/scalapack/routines.h */

typedef struct hearth_bridge {
  hearth_context *ctx;
  int32_t dtype;        /* of the computation: float32, float64, complex64, complex128 */
  int64_t processes[2]; /* of the grid, on which ranks 0, 1, ... stand in row-major order */
  int64_t block;
  bool distributed; /* ScaLAPACK; else LAPACK on rank 0 */
  bool here;        /* this rank has a place on the grid */
  int32_t blacs;    /* BLACS context, -1 without a place or without ScaLAPACK */
  const struct hearth_bridge_routines *call;
} hearth_bridge;

typedef struct hearth_bridge_matrix {
  hearth_array *array;       /* on the bridge's grid */
  bool borrowed;             /* the array is the caller's, and only read */
  void *data;                /* this rank's part, never NULL */
  int32_t rows, columns;     /* global */
  int32_t local[2], leading; /* of this rank's part */
  int32_t descriptor[9];
} hearth_bridge_matrix;

/* How hard a problem is per element, which decides from which order on several ranks are worth it: products (LU, Cholesky, QR) or reductions to condensed
 * form (eigenvalues, singular values alone, singular vectors). */
typedef enum hearth_bridge_work { HEARTH_BRIDGE_PRODUCTS, HEARTH_BRIDGE_REDUCTIONS, HEARTH_BRIDGE_VALUES, HEARTH_BRIDGE_SINGULAR } hearth_bridge_work;

/* A bridge for problems about as large as m x n. hearth_bridge_close afterwards, not after a failure. Errors: UNSUPPORTED (m or n beyond 32 bits). */
hearth_status hearth_bridge_open(hearth_context *ctx, int32_t dtype, int64_t m, int64_t n, hearth_bridge_work work, hearth_bridge *bridge);
/* The same for problems with the matrix a: its own grid and blocks, if it is block-cyclic as the bridge's matrices are, so that nothing of it moves between
 * ranks. */
hearth_status hearth_bridge_open_for(const hearth_array *a, int32_t dtype, hearth_bridge_work work, hearth_bridge *bridge);
void hearth_bridge_close(hearth_bridge *bridge);

/* An m x n matrix, uninitialised. hearth_bridge_release afterwards (after a failure too, where the matrix was zeroed before). */
hearth_status hearth_bridge_make(const hearth_bridge *bridge, int64_t m, int64_t n, hearth_bridge_matrix *matrix);
/* A copy of a 2-d array, converted. */
hearth_status hearth_bridge_bring(const hearth_bridge *bridge, const hearth_array *array, hearth_bridge_matrix *matrix);
/* The same for a matrix that is only read: the array's own memory if it lies there as it has to (column-major, in host memory, of the bridge's type), else a
 * copy. The array outlives the matrix. */
hearth_status hearth_bridge_borrow(const hearth_bridge *bridge, const hearth_array *array, hearth_bridge_matrix *matrix);
/* A new array of `layout` (NULL: the balanced split of dimension 0), dtype and order with the leading part of the matrix that has the layout's shape (rows and
 * columns, without a layout). */
hearth_status hearth_bridge_deliver(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, int64_t rows, int64_t columns, const hearth_layout *layout,
                                    int32_t dtype, int32_t order, hearth_array **result);
/* The leading part of the matrix that has the target's shape goes there. */
hearth_status hearth_bridge_store(const hearth_bridge_matrix *matrix, hearth_array *target);
void hearth_bridge_release(hearth_bridge_matrix *matrix);

/* The parts of a matrix. */
typedef enum hearth_triangle { HEARTH_TRIANGLE_ALL, HEARTH_TRIANGLE_LOWER, HEARTH_TRIANGLE_UPPER } hearth_triangle;

/* NOT_FINITE if an element of the part is NaN or infinite; the message names function and operand, and the first place in row-major order. */
hearth_status hearth_bridge_finite(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, hearth_triangle part, const char *name);
/* Sets what is not in the part to 0. Local. */
void hearth_bridge_keep(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, hearth_triangle part);
/* The matrix := identity. Local. */
void hearth_bridge_identity(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix);
/* The diagonal := 1. Local. */
void hearth_bridge_set_unit(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix);
/* dst := the leading part of src that has dst's shape, or src into the leading part of dst: both on one bridge, nothing moves. Local. */
void hearth_bridge_copy(const hearth_bridge *bridge, const hearth_bridge_matrix *dst, const hearth_bridge_matrix *src);

/* The first k columns get the one sign: their entry of largest magnitude is positive (real positive); among entries within 1e-6 of it the lowest row decides.
 */
hearth_status hearth_bridge_signs(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, int32_t k);
/* The diagonal of a square matrix on every rank: pairs of real and imaginary parts. */
hearth_status hearth_bridge_diagonal(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, double *pairs);
/* The elements of an n x 1 matrix on every rank, as pairs; and such elements into one. The second is local. */
hearth_status hearth_bridge_get_column(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, double *pairs);
void hearth_bridge_set_column(const hearth_bridge *bridge, const hearth_bridge_matrix *matrix, const double *pairs);
/* Whether the row exchanges of an LU factorisation are odd in number. */
hearth_status hearth_bridge_is_odd(const hearth_bridge *bridge, const hearth_bridge_matrix *lu, const int32_t *pivots, bool *odd);

/* What dense problems compute in: complex128 for complex elements, float64 for all others; LAPACK's own precision for float32 and complex64 if `single`. */
int32_t hearth_bridge_dtype(int32_t dtype, bool single);
/* The dtype of results for an operand: itself if float or complex, float64 for integers and bool, float32 for float16. `real`: of norms, values, determinants.
 */
int32_t hearth_bridge_result(int32_t dtype, bool real);

/* The factorisations for general shapes. Operands are 2-d of any layout and dtype, checked here for values that are not finite; `name` is that of the public
 * function, for messages. Results have the dtype of hearth_bridge_result and the operand's memory order. Layouts of results may be NULL: the balanced split of
 * dimension 0. Any m, n >= 0; k = min(m, n). Errors: NOT_FINITE, NUMERICAL (no convergence), UNSUPPORTED (beyond 32 bits), MEMORY, MPI.
 *
 * a = q r by Householder reflections: q [m, k] with orthonormal columns, r [k, n] upper triangular, its diagonal of any sign. `complete`: q [m, m], r [m, n].
 * q may be NULL: r alone. */
hearth_status hearth_bridge_qr(const char *name, const hearth_array *a, bool complete, const hearth_layout *q_layout, const hearth_layout *r_layout,
                               hearth_array **q, hearth_array **r);
/* a = u diag(s) vt: u [m, k], vt [k, n], s the k singular values, descending, in memory of the caller on every rank. u and vt may both be NULL: s alone. Signs
 * are LAPACK's. */
hearth_status hearth_bridge_svd(const char *name, const hearth_array *a, const hearth_layout *u_layout, const hearth_layout *vt_layout, double *s,
                                hearth_array **u, hearth_array **vt);

/* The `count` eigenvalues from number `first` on, ascending, of the Hermitian matrix a (lower triangle), which is destroyed; w: room for n numbers, the first
 * `count` of them are the same on all ranks. z (zeroed by the caller, or NULL: values alone) becomes a matrix on the bridge with the vectors as its columns;
 * the caller releases it, after a failure too. Errors: NUMERICAL, MEMORY, UNSUPPORTED, MPI. */
hearth_status hearth_bridge_eigh(const char *name, const hearth_bridge *bridge, const hearth_bridge_matrix *a, int64_t first, int64_t count, double *w,
                                 hearth_bridge_matrix *z);

#endif
