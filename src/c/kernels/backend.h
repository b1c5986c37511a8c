/* The backend table: everything that touches array memory. Algorithms hold views and call these; a pointer into array memory is never dereferenced elsewhere.
 *
 * Every entry takes a queue (work is in order on a queue; host results are ready after `wait`, and at once on the backends that run on the host), and views
 * that carry memory space, dtype, extents and byte strides. Operands have the same ndim and extents unless said otherwise; stride 0 broadcasts an input.
 * Operands are in the backend's space; `copy` and the source of `pack` may also be in host memory. Matrices are 2-d views with any strides (swap the two
 * dimensions to transpose); fast paths want one of the strides to be the element size. */
#ifndef HEARTH_KERNELS_BACKEND_H
#define HEARTH_KERNELS_BACKEND_H
#include <hearth/context.h>
#include <hearth/dtype.h>

#define HEARTH_BACKEND_VERSION 3

typedef enum hearth_space { HEARTH_SPACE_HOST = 0, HEARTH_SPACE_GUARD = 1, HEARTH_SPACE_CUDA = 2, HEARTH_SPACE_HIP = 3 } hearth_space;

typedef struct hearth_queue hearth_queue; /* each backend's own */

typedef struct hearth_view {
  void *data;
  int32_t dtype;
  int32_t space;
  int32_t ndim;
  int64_t extent[HEARTH_MAX_NDIM];
  int64_t stride[HEARTH_MAX_NDIM]; /* bytes */
} hearth_view;

enum { HEARTH_CONJUGATE_A = 1, HEARTH_CONJUGATE_B = 2 };

/* Families of kernels, each declared in a header of its own: kernels/map.h, kernels/reduce.h, ... */
struct hearth_map_kernels;
struct hearth_reduce_kernels;
struct hearth_exact_kernels;
struct hearth_order_kernels;
struct hearth_index_kernels;
struct hearth_generate_kernels;
struct hearth_tall_kernels;

typedef struct hearth_backend_table {
  int32_t version;
  int32_t space;
  const char *name;

  hearth_status (*queue_create)(const hearth_context *ctx, hearth_queue **queue);
  void (*queue_destroy)(hearth_queue *queue);
  hearth_status (*wait)(hearth_queue *queue);

  /* Memory of the backend's space, uninitialised, 64-byte aligned at least; counted in the context's account. */
  hearth_status (*allocate)(hearth_queue *queue, int64_t bytes, void **data);
  void (*release)(hearth_queue *queue, void *data);

  /* dst := value, converted. */
  hearth_status (*fill)(hearth_queue *queue, const hearth_view *dst, double value);
  /* dst := src with dtype conversion; all dtypes; either side in host memory or in the backend's space; no overlap. */
  hearth_status (*copy)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src);
  /* dst := src where elements stand in no regular order: index i of dimension d is dst_place[d][i] bytes from the start of dst, src_place[d][i] from that of
   * src; a table that is NULL stands for the view's stride. Tables are in host memory, HEARTH_MAX_NDIM pointers each. Otherwise as copy. */
  hearth_status (*copy_places)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                               const int64_t *const *src_place);
  /* dst := a * b, float32/float64 (dst's dtype; a and b of the same dtype as dst), dst may be a (the same view). */
  hearth_status (*multiply)(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b);

  /* Anomalies: dst := (src - shift) * scale where scale != 0 and src is finite, else 0 (src is not looked at where scale = 0).
   * missing += 1 for each NaN looked at; *infinite += the number of infinities looked at. dst float32 or float64; src any real dtype, any space;
   * shift, scale: float64, may be NULL (0, 1); missing: int32, may be NULL, its broadcast axes (stride 0) are summed over. */
  hearth_status (*pack)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                        const hearth_view *missing, int64_t *infinite);
  /* sums(g, j) += sum of a(i, j) over the rows i with labels[i] = g; labels NULL: all rows are group 0. a: [n, m] float32/float64; sums: [groups, m] float64;
   * labels: host memory, all of them in 0 .. groups - 1. */
  hearth_status (*group_sums)(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels);
  /* a(i, j) := (a(i, j) - means(labels[i], j)) * scale(j); scale ([m] float64) may be NULL. Shapes and dtypes as group_sums. */
  hearth_status (*group_center)(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale);
  /* sums(j) += sum_i a(i, j)^2; a: [n, m] float32/float64; sums: [m] float64. */
  hearth_status (*column_squares)(hearth_queue *queue, const hearth_view *sums, const hearth_view *a);

  /* c := alpha a b + beta c; a [m, k], b [k, n], c [m, n], all of one of the types float32, float64, complex64, complex128; alpha and beta are real.
   * conjugate: of HEARTH_CONJUGATE_A and HEARTH_CONJUGATE_B, which operands' conjugates are meant (nothing for real ones).
   * Tall a^T b and a^H b (k large, m and n small) are as fast as the rest. */
  hearth_status (*gemm)(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c);
  /* c := alpha a a^H + beta c on the whole symmetric (Hermitian) c [n, n]; a [n, k]. a and c float64 or complex128; or a float32 with c float64, a complex64
   * with c complex128: products in single precision over blocks of at most 4096 columns of a, sums over blocks in double. */
  hearth_status (*syrk)(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c);

  /* largest[i] := max_j |a(i, j)| (NaN ignored, 0 if none); a [k, m] float64; result in host memory. */
  hearth_status (*row_absmax)(hearth_queue *queue, const hearth_view *a, double *largest);
  /* index[i] := lowest j with |a(i, j)| >= threshold[i], or -1; value[i] := a(i, j) there, else 0. Results and threshold in host memory. */
  hearth_status (*row_first)(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value);

  /* The blocked incremental SVD, float64, column-major u [p, k], b [p, m]:
   * b := b - u c (c [k, m]), then gram [k + m, k + m] := [u b]^T [u b], in one pass over u and b. */
  hearth_status (*residual_gram)(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram);
  /* u := [u b] z in place by row blocks; z [k + m, k]. */
  hearth_status (*rotate)(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z);

  const struct hearth_map_kernels *map;           /* elementwise */
  const struct hearth_reduce_kernels *reduce;     /* sums, extremes, moments; running sums */
  const struct hearth_exact_kernels *exact;       /* sums and products without rounding */
  const struct hearth_order_kernels *order;       /* sorting, selection, histograms */
  const struct hearth_index_kernels *index;       /* gather, scatter, masks */
  const struct hearth_generate_kernels *generate; /* ranges, identity, random numbers */
  const struct hearth_tall_kernels *tall;         /* factorisations of matrices with many rows */
} hearth_backend_table;

extern const hearth_backend_table hearth_backend_cpu;
extern const hearth_backend_table hearth_backend_reference;
extern const hearth_backend_table hearth_backend_guard;

/* The table for `which`; NULL if this build has none. */
const hearth_backend_table *hearth_backend_find(hearth_backend which);

#endif
