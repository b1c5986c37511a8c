/* What sorting and selection share. */
#ifndef HEARTH_TENSOR_ORDER_IMPL_H
#define HEARTH_TENSOR_ORDER_IMPL_H
#include "kernels/order.h"
#include "tensor/array_impl.h"

/* Records in the memory of the context's backend. */
typedef struct hearth_records {
  const hearth_context *ctx;
  int32_t kind;
  int64_t n;
  hearth_view view;
} hearth_records;

/* Local. hearth_records_free afterwards, also after a failure. */
hearth_status hearth_records_make(const hearth_context *ctx, int32_t kind, int64_t n, hearth_records *records);
void hearth_records_free(hearth_records *records);
/* The first n records alone. */
hearth_view hearth_records_first(const hearth_records *records, int64_t n);
/* What argsort of an axis of n elements needs. */
int32_t hearth_record_indexed(int32_t dtype, int64_t n);
/* Sends records send_at[r] .. send_at[r + 1] to rank r; receive_at says what comes from where. Collective. */
hearth_status hearth_records_exchange(const hearth_records *from, const int64_t *send_at, const hearth_records *to, const int64_t *receive_at);
/* How many records each rank sends to each: fills receive_at from send_at (size + 1 entries each). Collective. */
hearth_status hearth_records_counts(const hearth_context *ctx, const int64_t *send_at, int64_t *receive_at);

/* Exact selection among records that lie sorted on the ranks, in segments: target t is the key with below[t] <= rank[t] < below[t] + how many are equal to it,
 * counted over the segments segment[t] of all ranks of `comm` (MPI_COMM_NULL: of this one), which ask for the same targets. A rank that fails makes all stop;
 * the others' status is HEARTH_OK: the caller agrees. Histograms of keys are refined
 * around the targets: <= 4 reductions for keys of 32 bits, <= 8 for 64 bits, if there are at most 256 targets. Collective on comm. */
typedef struct hearth_targets {
  int64_t n;
  int32_t *segment;
  int64_t *rank;
  uint64_t *low, *high; /* the interval that is known to hold the key; all keys at first, low = high in the end */
  int64_t *below;       /* how many keys are below low; of a single rank not told */
  bool stopped;         /* some rank failed: nothing is found */
} hearth_targets;
hearth_status hearth_targets_make(const hearth_context *ctx, int64_t n, int32_t kind, hearth_targets *targets);
/* All keys are possible again. */
void hearth_targets_reset(hearth_targets *targets, int32_t kind);
void hearth_targets_free(const hearth_context *ctx, hearth_targets *targets);
hearth_status hearth_targets_find(const hearth_records *records, const int64_t *bound, MPI_Comm comm, hearth_targets *targets);

/* Whether every rank that has a part along the other dimensions has all indices along these axes, in ascending order. Collective. */
hearth_status hearth_axes_are_local(const hearth_layout *layout, int32_t naxes, const int32_t *axes, bool *local);
/* A layout that work along axes can be done in: the array's own where the axes are local; else split along the longest of the other dimensions if that is long
 * enough; else (*across) split along the longest of these axes, so that rows lie across the ranks in their order. Collective; the caller destroys *layout. */
hearth_status hearth_axes_layout(const hearth_array *a, int32_t naxes, const int32_t *axes, hearth_layout **layout, bool *across);
/* The layout of what is left when the axes of such a layout are taken out and, before dimension `at` of what is left, one of `extent` is put in: where its
 * other dimensions were; replicated where there are none, or `across`. Local; the caller destroys *layout. */
hearth_status hearth_axes_replaced(const hearth_layout *layout, int32_t naxes, const int32_t *axes, bool across, int32_t at, int64_t extent,
                                   hearth_layout **replaced);
/* The view with dimension `axis` as the last one. */
hearth_view hearth_view_axis_last(const hearth_view *view, int32_t axis);

/* Row r, counted row-major, of a view: its last dimension alone. */
hearth_view hearth_view_row(const hearth_view *view, int64_t r);

/* Calls work(task, part) on parts of n-d views with the same extents, each with at most `most` elements or a single row (last dimension). Local. */
typedef hearth_status (*hearth_rows_function)(void *task, const hearth_view *const *views);
enum { HEARTH_ROWS_VIEWS = 3 };
hearth_status hearth_rows_each(int n, const hearth_view *const *views, int64_t most, hearth_rows_function work, void *task);

/* Elements whose records are made at a time, if rows are shorter: what workspace is a multiple of. */
#define HEARTH_ORDER_BATCH ((int64_t)1 << 21)

#endif
