/* A distributed n-d array: layout + dtype + memory order + this rank's pieces, owned by Hearth or borrowed from the host program. */
#ifndef HEARTH_ARRAY_H
#define HEARTH_ARRAY_H
#include <hearth/dtype.h>
#include <hearth/layout.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_array hearth_array;

/* What a host language knows about an array that it lends: nothing is copied. A section without its halo is a window. */
typedef struct hearth_window {
  void *base;    /* address of the first element; anything if an extent is 0 */
  int32_t dtype; /* hearth_dtype; HEARTH_DTYPE_NONE marks a window that could not be described, every use of it fails */
  int32_t ndim;
  int64_t extent[HEARTH_MAX_NDIM]; /* elements per dimension */
  int64_t stride[HEARTH_MAX_NDIM]; /* bytes between neighbours, a multiple of the element size, may be negative */
} hearth_window;

typedef enum hearth_order {
  HEARTH_ROW_MAJOR = 0,   /* last dimension contiguous (C) */
  HEARTH_COLUMN_MAJOR = 1 /* first dimension contiguous (Fortran) */
} hearth_order;

/* Where the memory of an array is. On backends whose memory is the host's the two are one. */
typedef enum hearth_device {
  HEARTH_DEVICE_HOST = 0,   /* host memory: on a device backend functions stage such an array through a temporary */
  HEARTH_DEVICE_BACKEND = 1 /* the memory space of the context's backend, in which functions compute */
} hearth_device;

typedef enum hearth_access { HEARTH_READ = 1, HEARTH_WRITE = 2, HEARTH_READ_WRITE = 3 } hearth_access;

/* Makes an array whose memory Hearth owns (uninitialised), in the context's memory space.
 * Collective. Ownership: the caller destroys *array; the layout is referenced, not copied. Errors: ARGUMENT, MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_array_create(const hearth_layout *layout, int32_t dtype, int32_t order, HEARTH_OUT hearth_array **array);

/* The same with a halo: around each piece of this rank lies memory for low[d] elements before it and high[d] behind it along every dimension, with the piece's
 * strides. The array's functions work on the pieces; hearth_halo_exchange fills what is around them, and the host finds it at the addresses around the window
 * of hearth_array_access (of a staging copy too, if it was opened for reading). Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (negative
 * width, ndim not the layout's), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_array_create_halo(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t ndim,
                                                         HEARTH_EXTENT(ndim) const int64_t *low, HEARTH_EXTENT(ndim) const int64_t *high,
                                                         HEARTH_OUT hearth_array **array);

/* Makes an array of memory that the host program keeps: one window per piece of this rank, in their order (a product layout has one
 * piece, a layout of boxes those that the rank named, empty ones too; nwindows may be 0 on an empty rank).
 * Nothing is copied: later changes by the host are seen. The host keeps the memory in place until the array is destroyed or rebound.
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (extents that are not this rank's local shape, strides that are no multiple of the
 * element size or 0 over more than one element, a base that is not aligned for the type, unknown dtype; the message names rank, dimension and both numbers),
 * MISMATCH (dtypes differ between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_array_wrap(const hearth_layout *layout, int32_t nwindows, HEARTH_EXTENT(nwindows) const hearth_window *windows,
                                                  HEARTH_OUT hearth_array **array);
/* hearth_layout_from_local and hearth_array_wrap in one call: this rank's window starts at global index `start` of `global_shape`.
 * Collective. Errors: those of both. */
HEARTH_COLLECTIVE hearth_status hearth_array_wrap_local(hearth_context *ctx, const hearth_window *window, int32_t ndim,
                                                        HEARTH_EXTENT(ndim) const int64_t *global_shape, HEARTH_EXTENT(ndim) HEARTH_INDEX const int64_t *start,
                                                        HEARTH_OUT hearth_array **array);
/* Points a wrapped array at other memory of the same shape and type (a model that swaps its time levels).
 * Local: on failure the array is marked, and the next collective call on it returns the status on all ranks.
 * Errors: STATE (not a wrapped array), -ARGUMENT kinds as hearth_array_wrap. */
HEARTH_LOCAL hearth_status hearth_array_rebind(hearth_array *array, int32_t nwindows, HEARTH_EXTENT(nwindows) const hearth_window *windows);
/* Clears the mark that a local failure left. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_array_reset(hearth_array *array);

/* Releases the array and, if owned, its memory; NULL is accepted. Local. Errors: STATE (an access window is still open). */
HEARTH_LOCAL hearth_status hearth_array_destroy(hearth_array **array);

/* Opens piece `piece` of this rank for the host to read or write: *window points to host memory until hearth_array_release. On backends with their own
 * memory space the window is a staging copy, brought in if `access` reads and brought back if it writes.
 * Local. Errors: ARGUMENT (piece out of range, unknown access), STATE (open already in a conflicting way), MEMORY. */
HEARTH_LOCAL hearth_status hearth_array_access(hearth_array *array, HEARTH_INDEX int32_t piece, int32_t access, HEARTH_OUT hearth_window *window);
/* Closes what hearth_array_access opened. Local. Errors: ARGUMENT, STATE (not open). */
HEARTH_LOCAL hearth_status hearth_array_release(hearth_array *array, HEARTH_INDEX int32_t piece);

/* Properties. Local. Errors: ARGUMENT (NULL, ndim not the array's). */
HEARTH_LOCAL hearth_status hearth_array_ndim(const hearth_array *array, HEARTH_OUT int32_t *ndim);
HEARTH_LOCAL hearth_status hearth_array_shape(const hearth_array *array, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *shape);
HEARTH_LOCAL hearth_status hearth_array_local_shape(const hearth_array *array, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *extents);
HEARTH_LOCAL hearth_status hearth_array_dtype(const hearth_array *array, HEARTH_OUT int32_t *dtype);
HEARTH_LOCAL hearth_status hearth_array_order(const hearth_array *array, HEARTH_OUT int32_t *order);
/* Number of pieces of this rank. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_array_pieces(const hearth_array *array, HEARTH_OUT int32_t *pieces);
/* A new reference to the array's layout, which the caller destroys. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_array_layout(const hearth_array *array, HEARTH_OUT hearth_layout **layout);

/* What the values are called and measured in, for the files that results are written to. The same on all ranks. units may be NULL.
 * Local. Errors: ARGUMENT (empty name), MEMORY. */
HEARTH_LOCAL hearth_status hearth_array_set_name(hearth_array *array, const char *name, HEARTH_OPTIONAL const char *units);
/* Name, units (CF: "degrees_north", "degrees_east", ...) and coordinates of axis `axis`: n = 0 for none, else the n = global extent values on every rank.
 * Local. Errors: ARGUMENT (axis out of range, empty name, wrong n), MEMORY. */
HEARTH_LOCAL hearth_status hearth_array_set_axis(hearth_array *array, HEARTH_INDEX int32_t axis, const char *name, HEARTH_OPTIONAL const char *units, int64_t n,
                                                 HEARTH_OPTIONAL HEARTH_EXTENT(n) const double *values);

/* Sets every element to `value`, converted to the array's type. Collective. Errors: ARGUMENT, DAMAGED or the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_array_fill(hearth_array *array, double value);
/* Copies `source` into `target`: same shape, any layouts, any dtypes (C's conversions; complex to real keeps the real part). Makes and runs a hearth_plan.
 * Collective. Errors: MISMATCH (shapes differ), MEMORY, MPI. */
HEARTH_COLLECTIVE hearth_status hearth_array_copy(const hearth_array *source, hearth_array *target);
/* A new owned array with the same layout, order and content. Collective. Ownership: the caller destroys *copy. Errors: MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_array_clone(const hearth_array *array, HEARTH_OUT hearth_array **copy);
/* The same with elements of another type: C's conversions, except that floats out of an integer type's range give its nearest value and NaN gives 0; complex to
 * real keeps the real part; anything but 0 is true.
 * Collective. Ownership: the caller destroys *result. Errors: ARGUMENT (no dtype), MISMATCH (dtypes differ between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_array_cast(const hearth_array *array, int32_t dtype, HEARTH_OUT hearth_array **result);
/* The same elements in the memory of a device: layout, dtype, memory order and names are those of `array`. If its memory is there already, *result is another
 * handle on it (a change through one is seen through the other, and it lives until both are destroyed; the host program's memory stays the host's to keep),
 * else a copy; hearth_array_clone is the call that always copies. Halos do not move along, but stay where memory is shared. Collective. Ownership: the caller
 * destroys *result. Errors: ARGUMENT (no hearth_device), MISMATCH (devices differ between ranks), MEMORY, and the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_array_to(const hearth_array *array, int32_t device, HEARTH_OUT hearth_array **result);
/* Where the array's memory is: HEARTH_DEVICE_BACKEND if functions compute in it as it is. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_array_device(const hearth_array *array, HEARTH_OUT int32_t *device);

#ifdef __cplusplus
}
#endif
#endif
