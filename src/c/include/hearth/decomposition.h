/* QR, singular values, eigenvalues, polar and Cholesky decompositions. */
#ifndef HEARTH_DECOMPOSITION_H
#define HEARTH_DECOMPOSITION_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hearth_eigh_which {
  HEARTH_EIGH_SMALLEST = 0, /* algebraically: of -3, 1, 2 first -3 */
  HEARTH_EIGH_LARGEST = 1
} hearth_eigh_which;

typedef enum hearth_eigh_method {
  HEARTH_EIGH_AUTO = 0,       /* dense */
  HEARTH_EIGH_DENSE = 1,      /* LAPACK on one rank for small orders, else ScaLAPACK: divide and conquer for all vectors, representations (MRRR) for some */
  HEARTH_EIGH_RANDOMIZED = 2, /* block Krylov spaces from a random start: products with 4 (k + 10) vectors per restart */
  HEARTH_EIGH_LANCZOS = 3     /* hearth_eigsh_matrix: products with one vector at a time */
} hearth_eigh_method;

typedef struct hearth_eigh_options {
  size_t size;
  int64_t k;        /* how many eigenvalues; 0: all */
  int32_t which;    /* hearth_eigh_which: which end of the spectrum, if not all */
  int32_t method;   /* hearth_eigh_method */
  double tolerance; /* of the last two methods: residuals |a v - w v| over the largest |w|; 0: 1e-10 */
} hearth_eigh_options;
#define HEARTH_EIGH_OPTIONS_INIT                                                                                                                               \
  { sizeof(hearth_eigh_options), 0, HEARTH_EIGH_SMALLEST, HEARTH_EIGH_AUTO, 0 }

/* Eigenvalues w [k] and orthonormal eigenvectors v [n, k] of the symmetric or Hermitian a [n, n]: a v = v diag(w), w ascending. As NumPy's (UPLO = 'L'), only
 * the lower triangle is read, and of the diagonal the real parts. Sign: in every column the entry of largest magnitude is positive (real positive); among
 * entries within 1e-6 of the largest, the lowest row decides. w is replicated on all ranks; v has the layout of a if it has its shape, else the balanced split
 * of its rows, and its memory order.
 * Float32 and complex64 are computed in float64 and complex128 and rounded at the end; integers and bool become float64.
 * The last two methods read all of a, which has to be Hermitian, and are the faster the better the wanted values stand apart from the others: eigenvalues are
 * as good as residual^2 / gap, vectors as residual / gap. Where 10 (k + 10) >= n the dense method is taken. Workspace: 10 (k + 10) vectors.
 * Collective. Ownership: the caller destroys *w and *v. Workspace: about four matrices of a's size, spread over the ranks. Errors: ARGUMENT (not 2-d, not
 * square, k > n, bad option), NOT_FINITE (the message has the first place), NUMERICAL (no convergence; RANDOMIZED: residuals not halved by four restarts),
 * UNSUPPORTED (order beyond 32 bits), MISMATCH (options differ between ranks), NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_eigh(const hearth_array *a, HEARTH_OPTIONAL const hearth_eigh_options *options, HEARTH_OUT hearth_array **w,
                                            HEARTH_OUT hearth_array **v);
/* The eigenvalues alone. Collective. Ownership: the caller destroys *w. Errors: as hearth_eigh. */
HEARTH_COLLECTIVE hearth_status hearth_eigvalsh(const hearth_array *a, HEARTH_OPTIONAL const hearth_eigh_options *options, HEARTH_OUT hearth_array **w);

/* Cholesky factor of a symmetric or Hermitian positive definite a [n, n]: a = l l^H, l lower triangular with a positive diagonal. Only the lower triangle of a
 * is read. l has the layout and memory order of a, its upper triangle is 0. Computed in float64 or complex128 as hearth_eigh.
 * Collective. Ownership: the caller destroys *l. Workspace: one matrix of a's size. Errors: ARGUMENT (not 2-d, not square), NOT_FINITE, NUMERICAL (not positive
 * definite: the message has the 0-based number of the first pivot that is not positive), UNSUPPORTED, NOT_REPRODUCIBLE, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_cholesky(const hearth_array *a, HEARTH_OUT hearth_array **l);

/* How A = Q R is found. */
typedef enum hearth_qr_method {
  HEARTH_QR_AUTO = 0,                 /* see hearth_qr */
  HEARTH_QR_CHOLESKY_QR2 = 1,         /* two Cholesky factors of Gram matrices: condition numbers up to about 1e8 */
  HEARTH_QR_SHIFTED_CHOLESKY_QR3 = 2, /* the first of three or more has its diagonal raised: up to about 1e15 */
  HEARTH_QR_TSQR = 3,                 /* Householder reflectors on every rank's rows, a binary tree over the ranks: any matrix */
  HEARTH_QR_SCALAPACK = 4             /* Householder reflectors on a process grid (LAPACK on one rank): any matrix, any shape */
} hearth_qr_method;

typedef struct hearth_qr_options {
  size_t size;
  int32_t method; /* hearth_qr_method */
} hearth_qr_options;
#define HEARTH_QR_OPTIONS_INIT                                                                                                                                 \
  { sizeof(hearth_qr_options), HEARTH_QR_AUTO }

/* a = q r, a [m, n], k = min(m, n): q [m, k] with orthonormal columns, r [k, n] upper triangular with a real diagonal that is not negative (so that both are
 * unique where a has full rank). float32 and complex64 are factorised in float64 and the results rounded; bool and integers become float64.
 *
 * HEARTH_QR_AUTO takes the general method (HEARTH_QR_SCALAPACK) for m < n, for n > 4096, and for 1024 < n with m < 4 n. All others are tall: ranks work on
 * whole rows, in place where a is split along its rows (any row-split, block-cyclic or index-list layout, row- and column-major), else on a redistributed copy,
 * and r is found from n x n problems on rank 0. Tried in this order, each seen to fail by its own numbers and not by a guess: CholeskyQR2: a is read three
 * times and q written once; it fails if the Gram matrix is not positive definite, or that of a r1^-1 is not near the identity; shifted CholeskyQR3 (Fukaya,
 * Kannan, Nakatsukasa, Yamamoto, Yanagisawa 2020): reads once more for each factor, six at most; TSQR (Demmel, Grigori, Hoemmen, Langou 2012): rank-deficient
 * matrices, zero columns. Columns are scaled by powers of two where squares would leave the range of numbers. q has the rows where a had them, r is on every
 * rank (general method: q and r are split along their rows); both have the memory order of a. Workspace: 4 n^2 numbers per rank and a few tiles; TSQR a copy of
 * the rank's rows in float64, and the same for q. Collective. Ownership: the caller destroys *q and *r. Errors: ARGUMENT (not 2-d, unknown method), UNSUPPORTED
 * (a tall method for m < n or n > 4096), NOT_FINITE (names the first element), NUMERICAL (the method asked for cannot do it), NOT_REPRODUCIBLE (in that mode),
 * MISMATCH, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_qr(const hearth_array *a, HEARTH_OPTIONAL const hearth_qr_options *options, HEARTH_OUT hearth_array **q,
                                          HEARTH_OUT hearth_array **r);
/* The same, with what was done: *method, a hearth_qr_method, and *rank, the number of singular values of a above epsilon min(m, n) times the largest (epsilon
 * of the array's type). Collective. Ownership and errors: as hearth_qr. */
HEARTH_COLLECTIVE hearth_status hearth_qr_report(const hearth_array *a, HEARTH_OPTIONAL const hearth_qr_options *options, HEARTH_OUT hearth_array **q,
                                                 HEARTH_OUT hearth_array **r, HEARTH_OUT int32_t *method, HEARTH_OUT int64_t *rank);
/* How good a factorisation is: *residual = ||a - q r||_F / ||a||_F, *orthogonality = max |q^H q - I|, both computed in float64; 0 for nothing. One of m and n
 * is at most 4096. (For m < n squares are not scaled: elements within 1e-150 .. 1e150.) Collective. Errors: ARGUMENT (not 2-d), MISMATCH (shapes, contexts,
 * real beside complex), UNSUPPORTED, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_qr_quality(const hearth_array *a, const hearth_array *q, const hearth_array *r, HEARTH_OUT double *residual,
                                                  HEARTH_OUT double *orthogonality);

/* Singular values and vectors: a = u diag(s) vt, a [m, n], k = min(m, n): u [m, k] and vt [k, n] with orthonormal columns and rows, s [k] descending (float32
 * for float32 and complex64, else float64), on every rank. options: how the tall side is factorised, see hearth_qr; small singular values are good to epsilon
 * times the largest for any matrix. Sign rule: of each pair the entry of largest magnitude of the shorter vector (of vt for m >= n, of u for m < n) is real and
 * positive; of entries within 1e-6 of the largest the one with the lowest index decides.
 *
 * Tall matrices (as hearth_qr has it) and, by transposition, wide ones: QR, the singular values of r on rank 0, and u = q u_r in the pass that would have
 * written q; u lies where a has its rows (wide: vt where a has its columns), the short one is on every rank. Others go through ScaLAPACK, or LAPACK on one
 * rank; u and vt are split along their first dimension then. Both have the memory order of a. Workspace: as hearth_qr, and 8 min(m, n)^2 numbers on rank 0.
 * Collective. Ownership: the caller destroys *u, *s and *vt. Errors: as hearth_qr (the tall methods work on the longer side), NUMERICAL also for values that do
 * not converge. */
HEARTH_COLLECTIVE hearth_status hearth_svd(const hearth_array *a, HEARTH_OPTIONAL const hearth_qr_options *options, HEARTH_OUT hearth_array **u,
                                           HEARTH_OUT hearth_array **s, HEARTH_OUT hearth_array **vt);
/* The singular values alone; a tall matrix is read two or three times, and nothing of its size is written.
 * Collective. Ownership: the caller destroys *s. Errors: as hearth_svd. */
HEARTH_COLLECTIVE hearth_status hearth_svdvals(const hearth_array *a, HEARTH_OUT hearth_array **s);
/* Number of singular values above rtol times the largest; rtol < 0 stands for epsilon (of the array's type) times min(m, n).
 * Collective. Errors: as hearth_svd; ARGUMENT (rtol NaN), MISMATCH (rtol differs between ranks). */
HEARTH_COLLECTIVE hearth_status hearth_matrix_rank(const hearth_array *a, double rtol, HEARTH_OUT int64_t *rank);

/* Polar decomposition a = u h by singular values (SciPy's polar, side = 'right'): a [m, n], u [m, n] = u_s vt with orthonormal columns (rows for m < n),
 * h [n, n] = vt^H s vt Hermitian, positive semidefinite. Workspace: the singular vectors.
 * Collective. Ownership: the caller destroys *u and *h. Errors: as hearth_svd. */
HEARTH_COLLECTIVE hearth_status hearth_polar(const hearth_array *a, HEARTH_OUT hearth_array **u, HEARTH_OUT hearth_array **h);

typedef struct hearth_hsvd_options {
  size_t size;
  int64_t block; /* columns (of the shorter side) that are decomposed at a time; 0: all up to 2048, else 1024 */
} hearth_hsvd_options;
#define HEARTH_HSVD_OPTIONS_INIT                                                                                                                               \
  { sizeof(hearth_hsvd_options), 0 }

/* Truncated singular value decomposition a ~ u diag(s) vt by hierarchical cutting (Iwen and Ong 2016; Himpe, Leibner and Rave 2018; Heat's hsvd): u [m, r],
 * s [r], vt [r, n], all but r = rank values cut off (fewer are kept of a matrix of lower rank: values below epsilon n times the largest are rounding). Blocks
 * of columns are taken in one after the other: each is joined to what was kept of those before (rank + max(10, rank / 2) directions) and cut again; a matrix of
 * few columns is one block, and u, s, vt are then its leading singular values and vectors themselves. *error = ||a - u diag(s) vt||_F / ||a||_F as it is: what
 * blocks cut off adds up in squares. It is counted, not measured, and includes a bound of what rounding hides.
 *
 * A block is decomposed by its Gram matrix (sums in float64), which is enough for values above 1e-5 (float32 and complex64: 1e-6) times the largest; where
 * smaller ones are kept, by QR as in hearth_svd. u has its rows where a has them, vt is on every rank (m < n: the other way round). Sign rule of hearth_svd.
 * Workspace: 3 (block + 3 rank / 2)^2 numbers and the columns kept.
 * Collective. Ownership: the caller destroys *u, *s and *vt. Errors: ARGUMENT (not 2-d, rank < 1), NOT_FINITE, NUMERICAL, NOT_REPRODUCIBLE, MISMATCH, MEMORY,
 * MPI. */
HEARTH_COLLECTIVE hearth_status hearth_hsvd_rank(const hearth_array *a, int64_t rank, HEARTH_OPTIONAL const hearth_hsvd_options *options,
                                                 HEARTH_OUT hearth_array **u, HEARTH_OUT hearth_array **s, HEARTH_OUT hearth_array **vt,
                                                 HEARTH_OUT double *error);
/* The same with as few values as keep *error <= rtol, whatever the blocks (r = 0 for rtol >= 1). Below 1e-6 or so blocks are decomposed by QR.
 * Collective. Ownership: the caller destroys *u, *s and *vt. Errors: as hearth_hsvd_rank; ARGUMENT (rtol negative or NaN). */
HEARTH_COLLECTIVE hearth_status hearth_hsvd_rtol(const hearth_array *a, double rtol, HEARTH_OPTIONAL const hearth_hsvd_options *options,
                                                 HEARTH_OUT hearth_array **u, HEARTH_OUT hearth_array **s, HEARTH_OUT hearth_array **vt,
                                                 HEARTH_OUT double *error);

typedef struct hearth_rsvd_options {
  size_t size;
  int64_t oversample; /* directions beside those wanted; default 10 */
  int32_t power;      /* products with a a^H; default 2 */
  int32_t krylov;     /* not 0: the directions of all powers are kept (block Krylov): more accurate, (power + 1) times the columns; default 0 */
  int32_t stream;     /* of the random numbers, see random.h; default 0 */
} hearth_rsvd_options;
#define HEARTH_RSVD_OPTIONS_INIT                                                                                                                               \
  { sizeof(hearth_rsvd_options), 10, 2, 0, 0 }

/* Randomized singular value decomposition a ~ u diag(s) vt (Halko, Martinsson and Tropp 2011; block Krylov: Musco and Musco 2015): u [m, r], s [r], vt [r, n],
 * r = min(rank, m, n). The test matrix is standard normal, by the context's seed, the stream and the element's global index, so that the result does not depend
 * on ranks or layout but for rounding; bases are orthonormalised after every product. *error = ||a - u diag(s) vt||_F / ||a||_F from the squares of a and s
 * (good to about 1e-7, of float32 and complex64 to 1e-3). Sign rule of hearth_svd. Products are those of hearth_matmul; results lie as it leaves them.
 * Workspace: 2 (r + oversample) (m + n) numbers over all ranks; krylov: power + 1 times that.
 * Collective. Ownership: the caller destroys *u, *s and *vt. Errors: ARGUMENT (not 2-d, rank < 1, negative options), NOT_FINITE, NUMERICAL, NOT_REPRODUCIBLE,
 * MISMATCH, MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_rsvd(const hearth_array *a, int64_t rank, HEARTH_OPTIONAL const hearth_rsvd_options *options,
                                            HEARTH_OUT hearth_array **u, HEARTH_OUT hearth_array **s, HEARTH_OUT hearth_array **vt, HEARTH_OUT double *error);

/* Incremental singular value decomposition: that of [u diag(s) vt, b], the columns of b [m, c] added to a matrix that is known by its vectors u [m, k], s [k],
 * vt [k, n] alone; `rank` values are kept at most (Brand 2006, with the basis orthonormalised anew each time by hearth_svd of [u diag(s), b], whose accuracy
 * the result has). new_u [m, r], new_s [r], new_vt [r, n + c], r = min(rank, m, k + c). All of one floating-point type (s: its real type). Sign rule of
 * hearth_svd on the small factor. Workspace: [u diag(s), b] and its vectors. Collective. Ownership: the caller destroys the results. Errors: ARGUMENT
 * (dimensions, rank < 1), MISMATCH (shapes, dtypes, contexts), and those of hearth_svd. */
HEARTH_COLLECTIVE hearth_status hearth_isvd(const hearth_array *u, const hearth_array *s, const hearth_array *vt, const hearth_array *b, int64_t rank,
                                            HEARTH_OUT hearth_array **new_u, HEARTH_OUT hearth_array **new_s, HEARTH_OUT hearth_array **new_vt);

#ifdef __cplusplus
}
#endif
#endif
