/* Rounds of a message: as many consecutive chunks of its parts as fit a buffer, of all arrays that travel together. Sender and receiver come to the same. */
#ifndef HEARTH_TENSOR_PLAN_ROUND_H
#define HEARTH_TENSOR_PLAN_ROUND_H
#include "tensor/plan_message.h"

/* An array that travels: its source and target, and how it does so. */
typedef struct hearth_traveller {
  const hearth_array *source;
  hearth_array *target;
  int32_t dtype, order; /* of messages */
} hearth_traveller;

/* What travels by a plan, in rounds of at most round_bytes. */
typedef struct hearth_journey {
  const hearth_plan *plan;
  int64_t n;
  hearth_traveller *traveller;
  int64_t round_bytes;
  hearth_scratch *scratch; /* shared by all copies of a journey */
} hearth_journey;

/* The next chunk of a message. At its end traveller = journey->n. */
typedef struct hearth_cursor {
  int64_t traveller, part, chunk;
} hearth_cursor;

/* Chunks begin at multiples of this in a message: what any dtype asks for. */
enum { HEARTH_ROUND_ALIGNMENT = 8, HEARTH_ROUND_LEAST = 64 };

/* Moves the cursor over one round; returns its bytes, 0 at the end of the message. */
int64_t hearth_round_skip(const hearth_journey *journey, const hearth_peer *peer, hearth_cursor *cursor);
/* The buffer that a message needs: of the whole of it or of a round, whichever is smaller. */
int64_t hearth_round_buffer(const hearth_journey *journey, const hearth_peer *peer);
/* Packs the round that begins at the cursor, or unpacks it. */
hearth_status hearth_round_pack(hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, char *buffer);
hearth_status hearth_round_unpack(hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, char *buffer);
/* The address in array memory of the round that begins at the cursor, if it lies there as it travels; else NULL. */
char *hearth_round_in_place(const hearth_journey *journey, const hearth_peer *peer, hearth_cursor cursor, hearth_side side);
/* Copies the next chunk of what stays on this rank; false, and nothing done, at the end. *moved: the first failure. */
bool hearth_round_local(hearth_journey *journey, hearth_cursor *cursor, hearth_status *moved);

/* Runs a plan, or agrees on the failure `mine`; the arrays have been checked. Collective; agreed. */
hearth_status hearth_plan_run(hearth_plan *plan, hearth_status mine, int64_t n, const hearth_array *const *sources, hearth_array *const *targets);

#endif
