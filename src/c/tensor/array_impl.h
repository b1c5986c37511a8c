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

/* Memory that an array owns, of the backend's space or the host's; arrays that are views of it share it. */
typedef struct hearth_storage {
  hearth_context *ctx;
  int64_t references;
  int32_t space;
  void *memory;
} hearth_storage;

struct hearth_array {
  hearth_context *ctx;
  hearth_layout *layout;
  int32_t dtype;
  int32_t order;
  bool wrapped;                                                  /* made of the host program's windows: hearth_array_rebind is possible */
  int64_t halo_low[HEARTH_MAX_NDIM], halo_high[HEARTH_MAX_NDIM]; /* elements around each piece in the array's own memory; 0 if wrapped */
  int32_t npieces;                                               /* those of the layout: 1 on every rank of a product layout, also where it is empty */
  bool aliases;                                                  /* a view of another array's memory */
  hearth_piece *piece;
  hearth_storage *storage; /* NULL: the host program's memory */
  hearth_status pending;   /* of a local failure: every collective call returns it on all ranks until hearth_array_reset */
  char pending_text[256];
  struct hearth_labels *labels; /* NULL: unnamed */
};

/* The status that a local failure left on this rank (with its message as last error again), for the caller's agreement. */
HEARTH_FAMILY hearth_status hearth_array_pending(const hearth_array *array);
/* Creates without agreement: arguments known to agree; only the allocation may fail, locally. Use where the caller agrees afterwards. */
HEARTH_FAMILY hearth_status hearth_array_create_local(const hearth_layout *layout, int32_t dtype, int32_t order, hearth_array **array);
/* The same in the memory space given: the backend's, or the host's beside a device. */
hearth_status hearth_array_create_in(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t space, hearth_array **array);
/* The same with room around each piece: low[d] elements before it, high[d] behind it. The widths have been checked. */
hearth_status hearth_array_create_around(const hearth_layout *layout, int32_t dtype, int32_t order, const int64_t *low, const int64_t *high,
                                         hearth_array **array);
/* Where the array's memory is: the same on all ranks. */
int32_t hearth_array_space(const hearth_array *array);
/* A piece with its halo; the piece itself if it is empty. */
hearth_view hearth_array_around(const hearth_array *array, const hearth_view *piece);
/* The view of piece 0 (a product layout has no more). Code that takes any layout goes through all pieces. */
HEARTH_FAMILY const hearth_view *hearth_array_view(const hearth_array *array);
/* A view of the memory of `base` with another layout: its pieces (as many as `layout` has) are the caller's to set, order and dtype are those of `base`. It
 * keeps owned memory alive; memory of the host program is the host's to keep. Local. */
HEARTH_FAMILY hearth_status hearth_array_alias(const hearth_array *base, const hearth_layout *layout, hearth_array **array);
/* dst := src on the context's backend, finished on return; conversion, any spaces. */
HEARTH_FAMILY hearth_status hearth_view_copy(const hearth_context *ctx, const hearth_view *dst, const hearth_view *src);
/* Contiguous byte strides for extents in the given order. */
HEARTH_FAMILY void hearth_strides(int32_t ndim, const int64_t *extent, int64_t element, int32_t order, int64_t *stride);

#endif
