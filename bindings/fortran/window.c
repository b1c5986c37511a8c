/* The two directions of hearth_windows.f90: what a Fortran descriptor says becomes a hearth_window, and a window becomes a Fortran pointer.
 * The kind is fixed by the entry point that the generic interface chose at compile time; nothing switches on CFI_type_*, several of which share a value. */
#include <ISO_Fortran_binding.h>
#include <hearth/array.h>
#include <stdbool.h>

/* hearth_stop.f90: reports and ends the program the Fortran way. */
void hearth_fortran_stop(const char *message);

static hearth_window describe(const CFI_cdesc_t *a, int32_t dtype) {
  hearth_window window = {.base = a->base_addr, .dtype = dtype, .ndim = a->rank};
  bool usable = a->rank <= HEARTH_MAX_NDIM && a->elem_len == (size_t)hearth_dtype_size((hearth_dtype)dtype);
  bool empty = false;
  for (int d = 0; d < a->rank && d < HEARTH_MAX_NDIM; d++) {
    window.extent[d] = a->dim[d].extent;
    window.stride[d] = a->dim[d].sm;
    if (window.extent[d] < 0) usable = false; /* assumed size: the extent is not known */
    if (window.extent[d] == 0) empty = true;
  }
  /* A disassociated pointer or an unallocated array has no base; neither need an array without elements. */
  if (!usable || (a->base_addr == NULL && !empty)) window = (hearth_window){.dtype = HEARTH_DTYPE_NONE};
  return window;
}

static void point(const hearth_window *window, CFI_cdesc_t *p, int32_t dtype, int32_t *stat) {
  const bool fits = window->dtype == dtype && window->ndim == p->rank;
  p->base_addr = fits ? window->base : NULL;
  for (int d = 0; d < p->rank; d++) {
    p->dim[d].lower_bound = 1;
    p->dim[d].extent = fits ? window->extent[d] : 0;
    p->dim[d].sm = fits ? window->stride[d] : (CFI_index_t)p->elem_len;
  }
  if (stat != NULL) {
    *stat = fits ? HEARTH_OK : HEARTH_ERR_ARGUMENT;
  } else if (!fits) {
    hearth_fortran_stop("hearth: hearth_pointer: the pointer has not the window's rank and type");
  }
}

#define HEARTH_FORTRAN_KIND(name, dtype)                                                                                                                       \
  HEARTH_API hearth_window hearth_window_##name(const CFI_cdesc_t *a);                                                                                         \
  HEARTH_API void hearth_pointer_##name(const hearth_window *window, CFI_cdesc_t *p, int32_t *stat);                                                           \
  hearth_window hearth_window_##name(const CFI_cdesc_t *a) {                                                                                                   \
    return describe(a, dtype);                                                                                                                                 \
  }                                                                                                                                                            \
  void hearth_pointer_##name(const hearth_window *window, CFI_cdesc_t *p, int32_t *stat) {                                                                     \
    point(window, p, dtype, stat);                                                                                                                             \
  }

HEARTH_FORTRAN_KIND(bool, HEARTH_BOOL)
HEARTH_FORTRAN_KIND(int8, HEARTH_INT8)
HEARTH_FORTRAN_KIND(int16, HEARTH_INT16)
HEARTH_FORTRAN_KIND(int32, HEARTH_INT32)
HEARTH_FORTRAN_KIND(int64, HEARTH_INT64)
HEARTH_FORTRAN_KIND(float32, HEARTH_FLOAT32)
HEARTH_FORTRAN_KIND(float64, HEARTH_FLOAT64)
HEARTH_FORTRAN_KIND(complex64, HEARTH_COMPLEX64)
HEARTH_FORTRAN_KIND(complex128, HEARTH_COMPLEX128)

HEARTH_API hearth_window hearth_window_untyped(const CFI_cdesc_t *a, int32_t dtype);
hearth_window hearth_window_untyped(const CFI_cdesc_t *a, int32_t dtype) {
  return describe(a, dtype);
}
