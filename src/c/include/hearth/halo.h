/* Halos: the elements around this rank's pieces, which belong to its neighbours and of which it keeps copies. */
#ifndef HEARTH_HALO_H
#define HEARTH_HALO_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_halo hearth_halo;

/* Plans the exchange of halos of arrays with this layout: low[d] elements before each piece and high[d] behind it along dimension d, edges and corners
 * included. Where periodic[d] is not 0 the far end of the dimension lies before its beginning; else nothing is there, and those places keep their content.
 * Halos may be wider than a neighbour's piece. Pieces must be boxes (no block-cyclic dimension with several blocks on a rank). Collective. Ownership: the
 * caller destroys *halo; the layout is referenced. Errors: ARGUMENT (negative width, width of a periodic dimension above its extent, ndim not the layout's),
 * UNSUPPORTED (a piece that is no box), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_halo_create(const hearth_layout *layout, int32_t ndim, HEARTH_EXTENT(ndim) const int64_t *low,
                                                   HEARTH_EXTENT(ndim) const int64_t *high, HEARTH_EXTENT(ndim) const int32_t *periodic,
                                                   HEARTH_OUT hearth_halo **halo);
/* Fills the halo of `array` with its neighbours' values, in one round of messages. An array of windows lends the memory around them too: the host's allocation
 * must reach as far as the halo, with the window's strides. An array of Hearth's own must have been made with a halo of these widths or more.
 * Collective. Errors: ARGUMENT (an array without such a halo), MISMATCH (another layout), MEMORY, MPI, the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_halo_exchange(hearth_halo *halo, hearth_array *array);
/* The same for n arrays, of any dtypes, which share messages. Collective. Errors: as hearth_halo_exchange; ARGUMENT (an array twice). */
HEARTH_C_ONLY HEARTH_COLLECTIVE hearth_status hearth_halo_exchange_many(hearth_halo *halo, int32_t n, hearth_array *const *arrays);
/* Releases the halo; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_halo_destroy(hearth_halo **halo);

#ifdef __cplusplus
}
#endif
#endif
