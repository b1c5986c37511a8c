/* Memory that the ranks of one node share, and through which they exchange without messages: an area per rank into which it puts what others shall take, and a
 * pair of counters for every two ranks. It is made once per context, is plain POSIX shared memory without a name, and is gone with the context. */
#ifndef HEARTH_COMM_NODE_H
#define HEARTH_COMM_NODE_H
#include "core/context_impl.h"
#include <stdatomic.h>

/* What goes from one rank to another lies in slots of the sender's area, which both use in turn. Both counters are 0 when an exchange begins. */
typedef struct hearth_node_pair {
  _Alignas(64) atomic_llong filled;  /* slots that the sender has filled */
  atomic_llong offset;               /* of the first slot in the sender's area */
  _Alignas(64) atomic_llong drained; /* slots that the receiver has emptied */
} hearth_node_pair;

typedef struct hearth_node {
  int size, self;     /* ranks of this node, and this one's number among them */
  int32_t *number_of; /* of ctx->size: a rank's number on this node, -1 elsewhere */
  int64_t area;       /* bytes of each rank's area */
  char *memory;       /* the pairs, [sender][receiver], then the areas; NULL: ranks of a node exchange by messages */
  int64_t bytes;
} hearth_node;

/* Makes ctx->node if nobody has; after it ctx->node->memory is NULL on all ranks or on none. Collective; agreed. */
hearth_status hearth_node_open(hearth_context *ctx);
/* Local. */
void hearth_node_close(hearth_context *ctx);

/* Whether this rank shares memory with `rank`. */
bool hearth_node_has(const hearth_context *ctx, int rank);
hearth_node_pair *hearth_node_pair_of(const hearth_node *node, int sender, int receiver);
char *hearth_node_area(const hearth_node *node, int number);

#endif
