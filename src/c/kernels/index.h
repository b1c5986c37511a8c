/* Gathering and scattering by tables of places, masks. Elements are moved bit by bit: source and target have one dtype. The order of elements is row-major in
 * the views' dimensions, whatever their strides. */
#ifndef HEARTH_KERNELS_INDEX_H
#define HEARTH_KERNELS_INDEX_H
#include "kernels/backend.h"

typedef struct hearth_index_kernels {
  /* dst(.., to[j], ..) := src(.., from[j], ..) along dimension `axis`, 0 <= j < n; a table that is NULL counts 0, 1, ... Tables are in host memory, their
   * places within the extents (the caller has seen to that). Of places that `to` names several times the last one counts. Other extents are equal; dst and src
   * may be in host memory. */
  hearth_status (*move)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to, const int64_t *from);
  /* *count := number of elements of src (any dtype) that are not 0; NaN is not. */
  hearth_status (*count)(hearth_queue *queue, const hearth_view *src, int64_t *count);
  /* dst [n] := the n elements of src for which mask is not 0, in order; n is what `count` says of mask. */
  hearth_status (*compress)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *mask);
  /* The elements of dst for which mask is not 0, in order, := src [n]; others stay. */
  hearth_status (*expand)(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, const hearth_view *src);
  /* The elements of dst for which mask is not 0 := value, converted; others stay. */
  hearth_status (*fill)(hearth_queue *queue, const hearth_view *dst, const hearth_view *mask, double value);
  /* dst [n, ndim] int64 := the indices of the n elements of src that are not 0, in order, plus first[ndim] (host memory). */
  hearth_status (*nonzero)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *first);
  /* *place := row-major number of the first element of index (int64) outside 0 .. extent - 1, or -1. */
  hearth_status (*outside)(hearth_queue *queue, const hearth_view *index, int64_t extent, int64_t *place);
  /* dst(.., j, ..) := src(.., index(.., j, ..), ..) along `axis`: dst and index (int64, places within src's extent) of one shape, that of src but along axis.
   */
  hearth_status (*gather)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis);
  /* dst(.., index(.., j, ..), ..) := src(.., j, ..); of places that are named several times the last j counts. */
  hearth_status (*scatter)(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const hearth_view *index, int32_t axis);
} hearth_index_kernels;

extern const hearth_index_kernels cpu_index_kernels, reference_index_kernels, guard_index_kernels;

/* What every backend asks of the operands; see kernels/check.h. */
hearth_status hearth_check_move(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n,
                                const int64_t *to, const int64_t *from);
hearth_status hearth_check_mask(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *all, const hearth_view *mask,
                                const hearth_view *some);
hearth_status hearth_check_nonzero(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, const int64_t *first);
hearth_status hearth_check_index(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *index, const hearth_view *like);
/* written: dst of scatter, or dst of gather; `along` is the operand whose extent along axis is another. */
hearth_status hearth_check_along(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst, const hearth_view *src,
                                 const hearth_view *index, const hearth_view *along, int32_t axis);

#endif
