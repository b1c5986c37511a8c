/* The pieces of this rank. */
#include "core/context_impl.h"
#include "tensor/layout_impl.h"

int32_t hearth_layout_piece_count(const hearth_layout *layout) {
  (void)layout;
  return 1;
}

int64_t hearth_layout_piece_extent(const hearth_layout *layout, int32_t piece, int32_t d) {
  (void)piece;
  return hearth_layout_extent_of(layout, layout->ctx->rank, d);
}

hearth_status hearth_layout_piece_runs(const hearth_layout *layout, int32_t piece, int32_t d, hearth_runs *runs) {
  (void)piece;
  return hearth_layout_runs(layout, layout->ctx->rank, d, runs);
}

int64_t hearth_layout_local_volume(const hearth_layout *layout) {
  int64_t volume = 0;
  for (int32_t p = 0; p < hearth_layout_piece_count(layout); p++) {
    int64_t elements = 1;
    for (int32_t d = 0; d < layout->ndim; d++) elements *= hearth_layout_piece_extent(layout, p, d);
    volume += elements;
  }
  return volume;
}
