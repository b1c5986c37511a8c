/* Asking the directory of an index list. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <stdlib.h>

enum { QUESTION = 2, ANSWER = 4 };

/* Questions go to the shares that they touch, a long run to several. */
static hearth_status ask(const hearth_index *index, int64_t n, const hearth_run *asked, hearth_mail *mail) {
  const int size = index->ctx->size;
  for (int64_t k = 0; k < n; k++)
    for (int64_t done = 0; done < asked[k].count;) {
      const int64_t global = asked[k].global + done, rank = hearth_even_owner(index->extent, size, global);
      const int64_t left = hearth_even_cut(index->extent, size, rank + 1) - global;
      const int64_t count = left < asked[k].count - done ? left : asked[k].count - done;
      HEARTH_TRY(hearth_mail_add(mail, (int)rank, (int64_t[QUESTION]){global, count}));
      done += count;
    }
  return HEARTH_OK;
}

/* The first entry of the share that ends after `global`. */
static int64_t entry_of(const hearth_index *index, int64_t global) {
  int64_t low = 0, high = index->nshare;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (index->share[middle].global + index->share[middle].count > global)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static hearth_status answer(const hearth_index *index, const hearth_mail *questions, hearth_mail *answers) {
  for (int64_t q = 0; q < questions->n; q++) {
    const int64_t begin = questions->number[QUESTION * q], end = begin + questions->number[QUESTION * q + 1];
    for (int64_t k = entry_of(index, begin); k < index->nshare && index->share[k].global < end; k++) {
      const hearth_owned *owned = &index->share[k];
      const int64_t from = owned->global > begin ? owned->global : begin, to = owned->global + owned->count < end ? owned->global + owned->count : end;
      HEARTH_TRY(hearth_mail_add(answers, questions->rank[q], (int64_t[ANSWER]){from, to - from, owned->local + from - owned->global, owned->coordinate}));
    }
  }
  return HEARTH_OK;
}

static int by_coordinate(const void *a, const void *b) {
  const hearth_owned *x = a, *y = b;
  if (x->coordinate != y->coordinate) return x->coordinate < y->coordinate ? -1 : 1;
  return (x->global > y->global) - (x->global < y->global);
}

static hearth_status collect(const hearth_context *ctx, const hearth_mail *answers, int64_t *nfound, hearth_owned **found) {
  hearth_owned *list = NULL;
  HEARTH_TRY(hearth_allocate(ctx, answers->n * (int64_t)sizeof *list, &list));
  for (int64_t k = 0; k < answers->n; k++) {
    const int64_t *entry = answers->number + ANSWER * k;
    list[k] = (hearth_owned){entry[0], entry[1], entry[2], entry[3]};
  }
  if (answers->n > 1) qsort(list, (size_t)answers->n, sizeof *list, by_coordinate);
  int64_t n = 0;
  for (int64_t k = 0; k < answers->n; k++) {
    hearth_owned *last = n > 0 ? &list[n - 1] : NULL;
    const bool goes_on =
        last && last->coordinate == list[k].coordinate && last->global + last->count == list[k].global && last->local + last->count == list[k].local;
    if (goes_on)
      last->count += list[k].count;
    else
      list[n++] = list[k];
  }
  *nfound = n;
  *found = list;
  return HEARTH_OK;
}

hearth_status hearth_index_find(const hearth_index *index, int64_t n, const hearth_run *asked, hearth_status mine, int64_t *nfound, hearth_owned **found) {
  const hearth_context *ctx = index->ctx;
  hearth_mail questions = hearth_mail_of(ctx, QUESTION), answers = hearth_mail_of(ctx, ANSWER);
  *nfound = 0;
  *found = NULL;
  if (mine == HEARTH_OK) mine = ask(index, n, asked, &questions);
  hearth_status status = hearth_mail_post(&questions, mine);
  if (status == HEARTH_OK) status = hearth_mail_post(&answers, answer(index, &questions, &answers));
  if (status == HEARTH_OK) mine = collect(ctx, &answers, nfound, found);
  if (status == HEARTH_OK) status = hearth_agree(ctx, mine);
  hearth_mail_free(&questions);
  hearth_mail_free(&answers);
  return status;
}
