#include "tensor/layout_cover.h"
#include "core/error.h"
#include <stdio.h>
#include <stdlib.h>

int64_t hearth_box_volume(int32_t ndim, const hearth_box *box) {
  int64_t volume = 1;
  for (int32_t d = 0; d < ndim; d++) volume *= box->end[d] > box->start[d] ? box->end[d] - box->start[d] : 0;
  return volume;
}

hearth_box_text hearth_box_describe(int32_t ndim, const hearth_box *box) {
  hearth_box_text result = {""};
  int used = 0;
  for (int32_t d = 0; d < ndim; d++)
    used += snprintf(result.text + used, sizeof result.text - (size_t)used, "%s[%lld, %lld)", d ? " x " : "", (long long)box->start[d], (long long)box->end[d]);
  return result;
}

static hearth_box intersect(int32_t ndim, const hearth_box *a, const hearth_box *b) {
  hearth_box common = *a;
  for (int32_t d = 0; d < ndim; d++) {
    if (b->start[d] > common.start[d]) common.start[d] = b->start[d];
    if (b->end[d] < common.end[d]) common.end[d] = b->end[d];
  }
  return common;
}

static int by_first_start(const void *a, const void *b) {
  const hearth_box *x = a, *y = b;
  if (x->start[0] != y->start[0]) return x->start[0] < y->start[0] ? -1 : 1;
  return (x->rank > y->rank) - (x->rank < y->rank);
}

bool hearth_boxes_overlap(int32_t ndim, int64_t n, hearth_box *boxes, const hearth_box **first, const hearth_box **second) {
  if (n > 1) qsort(boxes, (size_t)n, sizeof *boxes, by_first_start);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i + 1; j < n && boxes[j].start[0] < boxes[i].end[0]; j++) {
      const hearth_box common = intersect(ndim, &boxes[i], &boxes[j]);
      if (hearth_box_volume(ndim, &common) == 0) continue;
      *first = &boxes[i];
      *second = &boxes[j];
      return true;
    }
  return false;
}

static int64_t covered_volume(int32_t ndim, const hearth_box *region, int64_t n, const hearth_box *boxes) {
  int64_t volume = 0;
  for (int64_t i = 0; i < n; i++) {
    const hearth_box common = intersect(ndim, region, &boxes[i]);
    volume += hearth_box_volume(ndim, &common);
  }
  return volume;
}

/* Narrows `region`, part of which no box covers, to a box that none covers: cut away the slabs beside a box that reaches into it, keep one with a gap. */
static void narrow_to_gap(int32_t ndim, hearth_box *region, int64_t n, const hearth_box *boxes) {
  for (int64_t i = 0; i < n; i++) {
    const hearth_box common = intersect(ndim, region, &boxes[i]);
    if (hearth_box_volume(ndim, &common) == 0) continue;
    for (int32_t d = 0; d < ndim; d++) {
      hearth_box before = *region, after = *region;
      before.end[d] = common.start[d];
      after.start[d] = common.end[d];
      if (covered_volume(ndim, &before, n, boxes) < hearth_box_volume(ndim, &before)) {
        *region = before;
        break;
      }
      if (covered_volume(ndim, &after, n, boxes) < hearth_box_volume(ndim, &after)) {
        *region = after;
        break;
      }
      region->start[d] = common.start[d];
      region->end[d] = common.end[d];
    }
    i = -1; /* the region is another one now */
  }
}

static bool touches(int32_t ndim, const hearth_box *gap, const hearth_box *box) {
  for (int32_t d = 0; d < ndim; d++) {
    if (box->end[d] != gap->start[d] && box->start[d] != gap->end[d]) continue;
    hearth_box moved = *box;
    moved.start[d] = gap->start[d];
    moved.end[d] = gap->end[d];
    const hearth_box common = intersect(ndim, gap, &moved);
    if (hearth_box_volume(ndim, &common) > 0) return true;
  }
  return false;
}

static hearth_status fail_gap(const hearth_context *ctx, int32_t ndim, const hearth_box *gap, int64_t n, const hearth_box *boxes) {
  const hearth_box *near[2] = {NULL, NULL};
  int found = 0;
  for (int64_t i = 0; i < n && found < 2; i++)
    if (touches(ndim, gap, &boxes[i])) near[found++] = &boxes[i];
  const hearth_box_text missing = hearth_box_describe(ndim, gap);
  if (found == 0) return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "indices %s belong to no rank", missing.text);
  const hearth_box_text one = hearth_box_describe(ndim, near[0]);
  if (found == 1)
    return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "indices %s belong to no rank; beside them is %s of rank %d", missing.text, one.text, near[0]->rank);
  const hearth_box_text two = hearth_box_describe(ndim, near[1]);
  return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "indices %s belong to no rank; beside them are %s of rank %d and %s of rank %d", missing.text, one.text,
                     near[0]->rank, two.text, near[1]->rank);
}

hearth_status hearth_boxes_cover(const hearth_context *ctx, int32_t ndim, const hearth_box *region, int64_t n, hearth_box *boxes) {
  const hearth_box *a = NULL, *b = NULL;
  if (hearth_boxes_overlap(ndim, n, boxes, &a, &b)) {
    const hearth_box common = intersect(ndim, a, b);
    const hearth_box_text one = hearth_box_describe(ndim, a), two = hearth_box_describe(ndim, b), both = hearth_box_describe(ndim, &common);
    return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "%s of rank %d and %s of rank %d overlap in %s", one.text, a->rank, two.text, b->rank, both.text);
  }
  if (covered_volume(ndim, region, n, boxes) == hearth_box_volume(ndim, region)) return HEARTH_OK;
  hearth_box gap = *region;
  narrow_to_gap(ndim, &gap, n, boxes);
  return fail_gap(ctx, ndim, &gap, n, boxes);
}
