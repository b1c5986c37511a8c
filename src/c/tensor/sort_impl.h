/* Sorting of arrays, inside. */
#ifndef HEARTH_TENSOR_SORT_IMPL_H
#define HEARTH_TENSOR_SORT_IMPL_H
#include "tensor/order_impl.h"

/* What is made of each row: the values in order, or the indices that sort them. */
typedef struct hearth_sorting {
  const hearth_context *ctx;
  int32_t mode; /* of the keys */
  int32_t kind; /* of the records */
  bool indices;
} hearth_sorting;

/* Rows (last dimension) of one piece: to[...] := from[...] in order. Local. */
hearth_status hearth_sort_rows(const hearth_sorting *sorting, const hearth_view *to, const hearth_view *from);
/* The same for rows that lie across the ranks, cut at cuts[rank] (size + 1 entries); `to` is cut alike. Collective. */
hearth_status hearth_sort_across(const hearth_sorting *sorting, const hearth_view *to, const hearth_view *from, const int64_t *cuts);

/* dtype has an order, the axis exists, nothing is NULL. Local. */
hearth_status hearth_sort_check(const hearth_array *a, int32_t axis);

#endif
