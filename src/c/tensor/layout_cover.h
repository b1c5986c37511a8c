/* Do boxes of many ranks cover a shape exactly once? Slow and exact: it is asked when the quick way to a layout has failed, to say why. */
#ifndef HEARTH_TENSOR_LAYOUT_COVER_H
#define HEARTH_TENSOR_LAYOUT_COVER_H
#include <hearth/layout.h>
#include <stdbool.h>

typedef struct hearth_box {
  int64_t start[HEARTH_MAX_NDIM], end[HEARTH_MAX_NDIM];
  int32_t rank;
} hearth_box;

/* Long enough for HEARTH_MAX_NDIM ranges of 19 digits. */
typedef struct hearth_box_text {
  char text[HEARTH_MAX_NDIM * 48];
} hearth_box_text;

int64_t hearth_box_volume(int32_t ndim, const hearth_box *box);
/* "[0, 5) x [3, 8)" */
hearth_box_text hearth_box_describe(int32_t ndim, const hearth_box *box);
/* Whether two of the boxes, which this sorts, overlap; *first and *second are two that do. */
bool hearth_boxes_overlap(int32_t ndim, int64_t n, hearth_box *boxes, const hearth_box **first, const hearth_box **second);
/* Fails with LAYOUT, naming ranks and index ranges, where the non-empty boxes (which this sorts) overlap or leave a part of the region out. */
hearth_status hearth_boxes_cover(const hearth_context *ctx, int32_t ndim, const hearth_box *region, int64_t n, hearth_box *boxes);

#endif
