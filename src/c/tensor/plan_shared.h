/* Rounds between ranks of one node: the sender packs straight into memory that the receiver unpacks from (comm/node.h). */
#ifndef HEARTH_TENSOR_PLAN_SHARED_H
#define HEARTH_TENSOR_PLAN_SHARED_H
#include "comm/node.h"
#include "tensor/plan_round.h"

typedef struct hearth_channel {
  const hearth_peer *peer;
  bool sends;
  hearth_node_pair *pair;
  char *slots;
  long long rounds; /* filled or drained so far */
  hearth_cursor next;
  bool done;
} hearth_channel;

typedef struct hearth_shared {
  hearth_journey journey; /* with rounds of a slot's size */
  int64_t n, left;        /* channels, and those that are not done */
  hearth_channel *channel;
  bool counted; /* the area is in the account */
} hearth_shared;

/* Bytes of the context's account that an exchange takes for this rank's area. */
int64_t hearth_shared_bytes(const hearth_context *ctx);
/* One channel per peer of this node. Local, and before an agreement of all ranks: counters are set to zero. hearth_shared_free afterwards, also after a
 * failure. */
hearth_status hearth_shared_make(const hearth_journey *journey, hearth_shared *shared);
void hearth_shared_free(hearth_shared *shared);
/* Moves what can be moved at once, a round per channel; returns whether there was something. *moved: the first failure of a copy. */
bool hearth_shared_step(hearth_shared *shared, hearth_status *moved);

#endif
