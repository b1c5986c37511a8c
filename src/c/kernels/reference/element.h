/* Elements one at a time, by index: the reference kernels' only way to memory. */
#ifndef HEARTH_KERNELS_REFERENCE_ELEMENT_H
#define HEARTH_KERNELS_REFERENCE_ELEMENT_H
#include "kernels/backend.h"

struct hearth_queue {
  const hearth_context *ctx;
};

/* A value of any dtype without loss: integers in `integer`, the rest in re and im. */
typedef struct reference_value {
  int is_integer;
  int64_t integer;
  double re, im;
} reference_value;

void reference_load(int32_t dtype, const void *address, reference_value *value);
void reference_store(int32_t dtype, void *address, const reference_value *value);

/* Address of the element at `index`. */
void *reference_at(const hearth_view *view, const int64_t *index);
/* The next index in row-major order; 0 after the last. */
int reference_next(const hearth_view *view, int64_t *index);

/* Real elements of matrices and vectors. */
double reference_get(const hearth_view *view, int64_t i, int64_t j);
void reference_set(const hearth_view *view, int64_t i, int64_t j, double value);

hearth_status reference_fill(hearth_queue *queue, const hearth_view *dst, double value);
hearth_status reference_copy(hearth_queue *queue, const hearth_view *dst, const hearth_view *src);
hearth_status reference_copy_places(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                                    const int64_t *const *src_place);
hearth_status reference_multiply(hearth_queue *queue, const hearth_view *dst, const hearth_view *a, const hearth_view *b);
hearth_status reference_pack(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *shift, const hearth_view *scale,
                             const hearth_view *missing, int64_t *infinite);
hearth_status reference_group_sums(hearth_queue *queue, const hearth_view *sums, const hearth_view *a, const int32_t *labels);
hearth_status reference_group_center(hearth_queue *queue, const hearth_view *a, const hearth_view *means, const int32_t *labels, const hearth_view *scale);
hearth_status reference_column_squares(hearth_queue *queue, const hearth_view *sums, const hearth_view *a);
hearth_status reference_gemm(hearth_queue *queue, int32_t conjugate, double alpha, const hearth_view *a, const hearth_view *b, double beta,
                             const hearth_view *c);
hearth_status reference_syrk(hearth_queue *queue, double alpha, const hearth_view *a, double beta, const hearth_view *c);
hearth_status reference_row_absmax(hearth_queue *queue, const hearth_view *a, double *largest);
hearth_status reference_row_first(hearth_queue *queue, const hearth_view *a, const double *threshold, int64_t *index, double *value);
hearth_status reference_residual_gram(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *c, const hearth_view *gram);
hearth_status reference_rotate(hearth_queue *queue, const hearth_view *u, const hearth_view *b, const hearth_view *z);

#endif
