/* Inside an array. */
#ifndef HEARTH_TENSOR_ARRAY_IMPL_H
#define HEARTH_TENSOR_ARRAY_IMPL_H
#include "kernels/backend.h"
#include <hearth/array.h>
#include <stdbool.h>
#include <hearth/redistribute.h>

/* A product of runs per dimension with one base address: the view's extents are the local ones. `staging` is what hearth_array_access handed out. */
typedef struct hearth_piece {
  hearth_view view;
  int32_t open;    /* hearth_access flags while open */
  int32_t readers; /* how many times it is open for reading alone */
  hearth_window staging;
} hearth_piece;

struct hearth_array {
  hearth_context *ctx;
  hearth_layout *layout;
  int32_t dtype;
  int32_t order;
  bool owned;
  int32_t npieces; /* 1 on every rank of a product layout, also where it is empty */
  hearth_piece *piece;
  void *memory;          /* of the backend's space, if owned */
  hearth_status pending; /* of a local failure: every collective call returns it on all ranks until hearth_array_reset */
  char pending_text[256];
  struct hearth_labels *labels; /* NULL: unnamed */
};

/* The status that a local failure left on this rank (with its message as last error again), for the caller's agreement. */
HEARTH_FAMILY hearth_status hearth_array_pending(const hearth_array *array);
/* Creates without agreement: arguments known to agree; only the allocation may fail, locally. Use where the caller agrees afterwards. */
HEARTH_FAMILY hearth_status hearth_array_create_local(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array);
/* The view of piece 0 (a product layout has no more). */
HEARTH_FAMILY const hearth_view *hearth_array_view(const hearth_array *array);
/* dst := src on the context's backend, finished on return; conversion, any spaces. */
HEARTH_FAMILY hearth_status hearth_view_copy(const hearth_context *ctx, const hearth_view *dst, const hearth_view *src);
/* Contiguous byte strides for extents in the given order. */
HEARTH_FAMILY void hearth_strides(int32_t ndim, const int64_t *extent, int64_t element, int32_t order, int64_t *stride);

#endif
