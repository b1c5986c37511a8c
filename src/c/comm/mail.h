/* Records for other ranks: gathered one by one, then posted all together, each rank getting those that are for it. For exchanges where a rank does not know
 * who will write to it: directories and what asks them. */
#ifndef HEARTH_COMM_MAIL_H
#define HEARTH_COMM_MAIL_H
#include <hearth/context.h>

typedef struct hearth_mail {
  const hearth_context *ctx;
  int64_t width; /* numbers per record */
  int64_t n, capacity;
  int64_t *number; /* n * width */
  int32_t *rank;   /* n: to whom, after posting from whom */
} hearth_mail;

HEARTH_FAMILY hearth_mail hearth_mail_of(const hearth_context *ctx, int64_t width);
HEARTH_FAMILY void hearth_mail_free(hearth_mail *mail);
/* Adds a record for `rank`. Local. */
HEARTH_FAMILY hearth_status hearth_mail_add(hearth_mail *mail, int rank, const int64_t *record);
/* Replaces the records by those that came in, by ascending senders, each sender's in the order in which it added them. `mine` is what failed before: nothing
 * is sent unless all is well everywhere. Collective; agreed. */
HEARTH_FAMILY hearth_status hearth_mail_post(hearth_mail *mail, hearth_status mine);

#endif
