/* Inside a halo: a plan whose targets lie around the pieces that are its sources, in the same arrays. */
#ifndef HEARTH_TENSOR_HALO_IMPL_H
#define HEARTH_TENSOR_HALO_IMPL_H
#include <hearth/halo.h>
#include "tensor/plan_impl.h"

struct hearth_halo {
  hearth_context *ctx;
  hearth_layout *layout;
  int64_t low[HEARTH_MAX_NDIM], high[HEARTH_MAX_NDIM];
  bool periodic[HEARTH_MAX_NDIM];
  hearth_plan plan;
  /* what the plan's peers and parts point to */
  hearth_peer *peers;
  hearth_part *parts;
  hearth_overlap *overlaps;
  hearth_section *sections;
};

/* One width and all of them together are such as an array can have. Local. */
hearth_status hearth_halo_check_widths(const hearth_layout *layout, int32_t ndim, const int64_t *low, const int64_t *high);
/* Finds who needs what from whom. Collective; agreed. What is there is released by hearth_halo_destroy, also after a failure. */
hearth_status hearth_halo_find_peers(hearth_halo *halo);

#endif
