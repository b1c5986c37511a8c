#include "comm/mail.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <string.h>

enum { MAIL_TAG = 4000 };

hearth_mail hearth_mail_of(const hearth_context *ctx, int64_t width) {
  return (hearth_mail){.ctx = ctx, .width = width};
}

void hearth_mail_free(hearth_mail *mail) {
  hearth_deallocate(mail->ctx, mail->number);
  hearth_deallocate(mail->ctx, mail->rank);
  *mail = hearth_mail_of(mail->ctx, mail->width);
}

static hearth_status reserve(hearth_mail *mail, int64_t capacity) {
  int64_t *number = NULL;
  int32_t *rank = NULL;
  hearth_status status = hearth_allocate(mail->ctx, capacity * mail->width * (int64_t)sizeof *number, &number);
  if (status == HEARTH_OK) status = hearth_allocate(mail->ctx, capacity * (int64_t)sizeof *rank, &rank);
  if (status != HEARTH_OK) {
    hearth_deallocate(mail->ctx, number);
    return status;
  }
  const int64_t n = mail->n;
  if (n > 0) {
    memcpy(number, mail->number, (size_t)(n * mail->width) * sizeof *number);
    memcpy(rank, mail->rank, (size_t)n * sizeof *rank);
  }
  hearth_mail_free(mail);
  *mail = (hearth_mail){mail->ctx, mail->width, n, capacity, number, rank};
  return HEARTH_OK;
}

hearth_status hearth_mail_add(hearth_mail *mail, int rank, const int64_t *record) {
  enum { FIRST = 16 };
  if (mail->n == mail->capacity) HEARTH_TRY(reserve(mail, mail->capacity ? 2 * mail->capacity : FIRST));
  memcpy(mail->number + mail->n * mail->width, record, (size_t)mail->width * sizeof *record);
  mail->rank[mail->n++] = rank;
  return HEARTH_OK;
}

/* What one call to post needs: numbers of records to and from every rank, where they begin, and the records by rank. */
typedef struct post {
  int64_t *sent, *received;
  hearth_mail out, in;
  MPI_Request *request;
} post;

static hearth_status sort_out(const hearth_mail *mail, post *p) {
  const int size = mail->ctx->size;
  HEARTH_TRY(hearth_allocate_zero(mail->ctx, 2 * size * (int64_t)sizeof *p->sent, &p->sent));
  HEARTH_TRY(hearth_allocate(mail->ctx, 2 * size * (int64_t)sizeof *p->request, &p->request));
  HEARTH_TRY(reserve(&p->out, mail->n));
  p->received = p->sent + size;
  for (int64_t i = 0; i < mail->n; i++) p->sent[mail->rank[i]]++;
  int64_t *const next = p->received; /* for now: where the next record for a rank goes */
  for (int r = 1; r < size; r++) next[r] = next[r - 1] + p->sent[r - 1];
  for (int64_t i = 0; i < mail->n; i++)
    memcpy(p->out.number + mail->width * next[mail->rank[i]]++, mail->number + mail->width * i, (size_t)mail->width * sizeof *mail->number);
  return HEARTH_OK;
}

static hearth_status make_room(post *p, const hearth_context *ctx) {
  int64_t n = 0;
  for (int r = 0; r < ctx->size; r++) n += p->received[r];
  HEARTH_TRY(reserve(&p->in, n));
  for (int r = 0; r < ctx->size; r++)
    for (int64_t i = 0; i < p->received[r]; i++) p->in.rank[p->in.n++] = r;
  return HEARTH_OK;
}

static hearth_status fly(post *p, const hearth_context *ctx) {
  const int64_t width = p->out.width, bytes = width * (int64_t)sizeof(int64_t);
  int64_t requests = 0, at = 0;
  for (int r = 0; r < ctx->size; at += p->received[r++]) {
    if (p->received[r] == 0 || r == ctx->rank) continue;
    HEARTH_TRY(hearth_irecv(ctx, p->in.number + width * at, p->received[r] * bytes, r, MAIL_TAG, &p->request[requests++]));
  }
  at = 0;
  int64_t own = 0;
  for (int r = 0; r < ctx->rank; r++) own += p->received[r];
  for (int r = 0; r < ctx->size; at += p->sent[r++]) {
    if (p->sent[r] == 0) continue;
    if (r == ctx->rank)
      memcpy(p->in.number + width * own, p->out.number + width * at, (size_t)(p->sent[r] * bytes));
    else
      HEARTH_TRY(hearth_isend(ctx, p->out.number + width * at, p->sent[r] * bytes, r, MAIL_TAG, &p->request[requests++]));
  }
  return hearth_wait_all(ctx, requests, p->request);
}

hearth_status hearth_mail_post(hearth_mail *mail, hearth_status mine) {
  const hearth_context *ctx = mail->ctx;
  post p = {.out = hearth_mail_of(ctx, mail->width), .in = hearth_mail_of(ctx, mail->width)};
  if (mine == HEARTH_OK) mine = sort_out(mail, &p);
  hearth_status status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) status = hearth_alltoall_i64(ctx, p.sent, p.received);
  if (status == HEARTH_OK) status = hearth_agree(ctx, make_room(&p, ctx));
  bool in_flight = false;
  if (status == HEARTH_OK) {
    status = fly(&p, ctx);
    in_flight = status != HEARTH_OK; /* MPI failed: requests may still refer to the buffers, which therefore stay */
  }
  hearth_mail_free(mail);
  if (status == HEARTH_OK) {
    *mail = p.in;
    p.in = hearth_mail_of(ctx, mail->width);
  }
  if (!in_flight) {
    hearth_mail_free(&p.out);
    hearth_mail_free(&p.in);
  }
  hearth_deallocate(ctx, p.request);
  hearth_deallocate(ctx, p.sent);
  return status;
}
