/* Chunks of scattered ids and of many small blocks: block by block of the chunk, with the place of every index in tables of a few KiB. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/plan_message.h"

enum { PLACES = 512 }; /* of a block, per dimension and side */

/* Writes the places of the indices begin .. end - 1 on one side. */
static void fill(const hearth_section_list *list, int64_t begin, int64_t end, hearth_side side, int64_t stride, int64_t *place) {
  int64_t low = 0, high = list->n - 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const hearth_section *section = &list->section[middle];
    if (section->at[HEARTH_SIDE_MESSAGE] + section->count * section->n > begin)
      high = middle;
    else
      low = middle + 1;
  }
  for (int64_t i = begin; i < end; low++) {
    const hearth_section *section = &list->section[low];
    const int64_t first = section->at[HEARTH_SIDE_MESSAGE], last = first + section->count * section->n;
    for (; i < end && i < last; i++) {
      const int64_t run = (i - first) / section->count, within = (i - first) % section->count;
      place[i - begin] = (section->at[side] + run * section->step[side] + within) * stride;
    }
  }
}

static bool is_regular(const hearth_section_list *list) {
  return list->n == 1 && list->section[0].n == 1;
}

/* One side of a block: its first element, and tables where its indices are not regular. */
static hearth_view side_of(const hearth_plan *plan, const hearth_section_list *list, const int64_t *begin, const int64_t *extent, hearth_side side,
                           const hearth_view *whole, int64_t *memory, const int64_t **place) {
  hearth_view view = *whole;
  view.ndim = plan->ndim;
  for (int32_t d = 0; d < plan->ndim; d++) {
    place[d] = NULL;
    view.extent[d] = extent[d];
    if (side == HEARTH_SIDE_MESSAGE) {
      view.data = (char *)view.data + begin[d] * view.stride[d];
    } else if (is_regular(&list[d])) {
      view.data = (char *)view.data + (list[d].section[0].at[side] + begin[d]) * view.stride[d];
    } else {
      fill(&list[d], begin[d], begin[d] + extent[d], side, view.stride[d], memory + (int64_t)d * PLACES);
      place[d] = memory + (int64_t)d * PLACES;
    }
  }
  return view;
}

hearth_status hearth_message_move_places(const hearth_plan *plan, const hearth_chunk *chunk, const hearth_section_list *list, hearth_scratch *scratch,
                                         hearth_side to, const hearth_view *to_view, hearth_side from, const hearth_view *from_view) {
  const hearth_context *ctx = plan->ctx;
  const int64_t table = (int64_t)PLACES * plan->ndim;
  int64_t all[HEARTH_MAX_NDIM], most[HEARTH_MAX_NDIM], begin[HEARTH_MAX_NDIM] = {0}, extent[HEARTH_MAX_NDIM];
  const int64_t *to_place[HEARTH_MAX_NDIM] = {NULL}, *from_place[HEARTH_MAX_NDIM] = {NULL};
  if (!scratch->place) HEARTH_TRY(hearth_allocate(ctx, 2 * table * (int64_t)sizeof *scratch->place, &scratch->place));
  for (int32_t d = 0; d < plan->ndim; d++) {
    all[d] = chunk->end[d] - chunk->begin[d];
    most[d] = is_regular(&list[d]) || all[d] < PLACES ? all[d] : PLACES;
  }
  for (int32_t d = 0; d >= 0;) {
    for (int32_t k = 0; k < plan->ndim; k++) extent[k] = all[k] - begin[k] < most[k] ? all[k] - begin[k] : most[k];
    const hearth_view dst = side_of(plan, list, begin, extent, to, to_view, scratch->place, to_place);
    const hearth_view src = side_of(plan, list, begin, extent, from, from_view, scratch->place + table, from_place);
    HEARTH_TRY(ctx->backend->copy_places(ctx->queue, &dst, &src, to_place, from_place));
    for (d = plan->ndim - 1; d >= 0; d--) {
      begin[d] += most[d];
      if (begin[d] < all[d]) break;
      begin[d] = 0;
    }
  }
  return ctx->backend->wait(ctx->queue);
}
