/* Meetings with the ranks of a layout of boxes: the directory says which boxes reach into the hulls of this rank's pieces. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/plan_meet.h"

/* Start and end of a piece's hull in the other layout's numbers; the same where the piece has nothing of the box. */
static void hull_of(const hearth_meetings *m, int32_t piece, int64_t *hull) {
  const int32_t ndim = m->plan->ndim;
  for (int32_t d = 0; d < ndim; d++) {
    const hearth_span span = hearth_span_of(m->mine, piece, d, m->start);
    int64_t first = 0, last = -1;
    hearth_span_ends(&span, m->plan->count[d], &first, &last);
    hull[d] = first + m->their_start[d];
    hull[ndim + d] = last + 1 + m->their_start[d];
  }
}

/* A row of the answers: (piece, rank, their piece, start per dimension, end per dimension). */
static hearth_status meet_box(hearth_meetings *m, const int64_t *row) {
  const int32_t ndim = m->plan->ndim, piece = (int32_t)row[0];
  const int rank = (int)row[1];
  hearth_overlap *overlap = NULL;
  const hearth_overlap *found[HEARTH_MAX_NDIM];
  if (!hearth_meetings_possible(m, rank)) return HEARTH_OK;
  HEARTH_TRY(hearth_overlaps_add(m->plan, ndim, &overlap));
  for (int32_t d = 0; d < ndim; d++) {
    const hearth_run run = {row[3 + d], 0, row[3 + ndim + d] - row[3 + d]};
    const hearth_span here = hearth_span_of(m->mine, piece, d, m->start), there = {.start = m->their_start[d], .n = 1, .run = &run};
    found[d] = &overlap[d];
    HEARTH_TRY(hearth_meetings_overlap(m, &here, &there, d, &overlap[d]));
    if (overlap[d].total == 0) return HEARTH_OK;
  }
  return hearth_meetings_add(m, rank, piece, (int32_t)row[2], found);
}

hearth_status hearth_meet_boxes(hearth_meetings *m, hearth_status mine) {
  const int32_t ndim = m->plan->ndim;
  int64_t *hull = NULL;
  hearth_mail found = hearth_mail_of(m->plan->ctx, 1);
  if (mine == HEARTH_OK) mine = hearth_allocate(m->plan->ctx, m->npieces * 2 * ndim * (int64_t)sizeof *hull, &hull);
  for (int32_t p = 0; mine == HEARTH_OK && p < m->npieces; p++) hull_of(m, p, hull + (int64_t)2 * ndim * p);
  hearth_status status = hearth_boxes_find(m->theirs->boxes, m->npieces, hull, mine, &found);
  for (int64_t k = 0; status == HEARTH_OK && k < found.n; k++) status = meet_box(m, found.number + k * found.width);
  hearth_mail_free(&found);
  hearth_deallocate(m->plan->ctx, hull);
  return status;
}
