/* What pieces of this rank have in common with those of others. */
#ifndef HEARTH_TENSOR_PLAN_MEET_H
#define HEARTH_TENSOR_PLAN_MEET_H
#include "tensor/plan_impl.h"

/* A part and the rank that it goes to or comes from. */
typedef struct hearth_meeting {
  int32_t rank;
  hearth_part part;
} hearth_meeting;

/* One direction: this rank's pieces of one layout against everybody's of the other. */
typedef struct hearth_meetings {
  hearth_plan *plan;
  bool outgoing;
  const hearth_layout *mine, *theirs;
  const int64_t *start, *their_start; /* of the box */
  int32_t npieces;                    /* that have something to send or to receive */
  int64_t n, capacity;
  hearth_meeting *meeting;
} hearth_meetings;

/* Adds what is not empty; `piece` is this rank's. Local. */
hearth_status hearth_meetings_add(hearth_meetings *m, int rank, int32_t piece, int32_t their_piece, const hearth_overlap *const *overlap);
/* Finds the overlap of a span of mine with one of theirs. Local. */
hearth_status hearth_meetings_overlap(const hearth_meetings *m, const hearth_span *here, const hearth_span *there, int32_t d, hearth_overlap *overlap);
/* Whether something may go between this rank and `rank`: not what both hold replicas of, and only from the first replica. */
bool hearth_meetings_possible(const hearth_meetings *m, int rank);
/* All meetings with the ranks of a product layout, and of one of boxes. `mine` is what failed before. Collective where directories are asked; not agreed. */
hearth_status hearth_meet_product(hearth_meetings *m, hearth_status mine);
hearth_status hearth_meet_boxes(hearth_meetings *m, hearth_status mine);

#endif
