/* Indices along one dealt dimension that a rank wants, in the order of their owners, and those that others want of it. Local indices of the owner travel, so
 * that it looks nothing up. One round of messages for them, one for the slabs (all elements at one index) in either direction. */
#ifndef HEARTH_TENSOR_REQUESTS_H
#define HEARTH_TENSOR_REQUESTS_H
#include "tensor/array_impl.h"

typedef struct hearth_requests {
  const hearth_context *ctx;
  int64_t nsent, nasked;
  int64_t *place;                    /* [nsent] number in the rank's own list of each request sent */
  int64_t *sent;                     /* [nsent] local index at the owner */
  int64_t *asked;                    /* [nasked] own local indices that are asked for, in the order of ranks, for each in the order of its list */
  int64_t *sent_start, *asked_start; /* [size + 1] per rank */
} hearth_requests;

/* A layout that requests work on: `axis` alone is dealt out, cut or block-cyclic, and every index has one owner. */
bool hearth_requests_possible(const hearth_layout *layout, int32_t axis);
/* `index`: n global indices within the extent. Collective; agreed. hearth_requests_free afterwards, also after a failure. */
hearth_status hearth_requests_make(const hearth_layout *layout, int32_t axis, int64_t n, const int64_t *index, hearth_requests *requests);
void hearth_requests_free(hearth_requests *requests);
/* Slabs of `bytes` bytes: those asked for go to who asked, or (back) those sent come from there. Collective; no rank has failed before. */
hearth_status hearth_requests_answer(const hearth_requests *requests, int64_t bytes, const char *asked, char *sent);
hearth_status hearth_requests_deliver(const hearth_requests *requests, int64_t bytes, const char *sent, char *asked);

#endif
