/* What every backend asks of its operands, written once: cheap, on shapes and types only. A violation is an error of the caller inside the library (INTERNAL),
 * an operation that exists for other types or strides only is UNSUPPORTED. `space` is the calling backend's; host memory is accepted where backend.h says so.
 */
#ifndef HEARTH_KERNELS_CHECK_H
#define HEARTH_KERNELS_CHECK_H
#include "kernels/backend.h"
#include "kernels/exact.h"
#include <stdbool.h>

hearth_status hearth_check_fill(const hearth_context *ctx, int32_t space, const hearth_view *dst);
hearth_status hearth_check_copy(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src);
hearth_status hearth_check_places(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                                  const int64_t *const *src_place);
hearth_status hearth_check_multiply(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *a, const hearth_view *b);
/* views: dst, src, shift, scale, missing; the last three may be NULL. */
hearth_status hearth_check_pack(const hearth_context *ctx, int32_t space, const hearth_view *const views[5], const int64_t *infinite);
/* sums, or means, [groups, m]; labels are all in 0 .. groups - 1. */
hearth_status hearth_check_groups(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *groups, const hearth_view *a,
                                  const int32_t *labels);
hearth_status hearth_check_columns(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *columns, const hearth_view *a);
hearth_status hearth_check_gemm(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *b, const hearth_view *c);
hearth_status hearth_check_syrk(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *c);
hearth_status hearth_check_rows(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *a);
hearth_status hearth_check_residual_gram(const hearth_context *ctx, int32_t space, const hearth_view *u, const hearth_view *b, const hearth_view *c,
                                         const hearth_view *gram);
hearth_status hearth_check_rotate(const hearth_context *ctx, int32_t space, const hearth_view *u, const hearth_view *b, const hearth_view *z);
hearth_status hearth_check_exact_sum(const hearth_context *ctx, int32_t space, const hearth_exact_terms *terms, const hearth_view *sums);
hearth_status hearth_check_exact_gram(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *a, const void *rows,
                                      const void *result);
hearth_status hearth_check_exact_product(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *b, const hearth_view *c);

/* For the families of kernels with operands of any type: `dst` is written and in the backend's space; `src` is read, has the shape of `like`, and is there or
 * in host memory. */
hearth_status hearth_check_target(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst);
hearth_status hearth_check_source(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *src, const hearth_view *like);

/* Number of elements; 0 if an extent is 0. */
int64_t hearth_view_elements(const hearth_view *view);
/* The matrix with its two dimensions swapped. */
hearth_view hearth_view_transposed(const hearth_view *view);
/* `count` indices of dimension `dim` from `first` on. */
hearth_view hearth_view_part(const hearth_view *view, int dim, int64_t first, int64_t count);
/* The real (0) or imaginary (1) parts of complex elements. */
hearth_view hearth_view_component(const hearth_view *view, int which);
bool hearth_dtype_is_complex(int32_t dtype);
/* A column-major matrix in the space of `like`, with its dtype. */
hearth_view hearth_view_columns(const hearth_view *like, void *data, int64_t rows, int64_t columns);

#endif
