#include "tensor/layout_index.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_runs.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 4 }; /* of an entry: global, count, local, coordinate */

hearth_index *hearth_index_retain(hearth_index *index) {
  index->references++;
  return index;
}

void hearth_index_release(hearth_index **index) {
  hearth_index *gone = *index;
  *index = NULL;
  if (!gone || --gone->references > 0) return;
  if (gone->sorted != gone->run) hearth_deallocate(gone->ctx, gone->sorted);
  hearth_deallocate(gone->ctx, gone->run);
  hearth_deallocate(gone->ctx, gone->share);
  hearth_deallocate(gone->ctx, gone->counts);
  hearth_deallocate(gone->ctx, gone);
}

int64_t hearth_index_bytes(const hearth_index *index) {
  const int64_t runs = index->nruns * (index->sorted == index->run ? 1 : 2);
  return (int64_t)sizeof *index + runs * (int64_t)sizeof *index->run + index->nshare * (int64_t)sizeof *index->share +
         index->processes * (int64_t)sizeof *index->counts;
}

static hearth_status make_bare(const hearth_layout *layout, int32_t axis, int64_t extent, hearth_runs *runs, hearth_index **index) {
  hearth_context *ctx = layout->ctx;
  HEARTH_TRY(hearth_allocate_zero(ctx, (int64_t)sizeof **index, index));
  hearth_index *made = *index;
  made->ctx = ctx;
  made->references = 1;
  made->extent = extent;
  made->processes = layout->grid[axis];
  made->coordinate = hearth_layout_coordinate(layout, ctx->rank, axis);
  made->nruns = runs->n;
  made->run = made->sorted = runs->run;
  *runs = (hearth_runs){0, NULL};
  HEARTH_TRY(hearth_allocate_zero(ctx, made->processes * (int64_t)sizeof *made->counts, &made->counts));
  bool ascends = true;
  for (int64_t k = 1; k < made->nruns; k++) ascends = ascends && made->run[k - 1].global < made->run[k].global;
  if (ascends) return HEARTH_OK;
  made->sorted = NULL;
  HEARTH_TRY(hearth_allocate(ctx, made->nruns * (int64_t)sizeof *made->sorted, &made->sorted));
  memcpy(made->sorted, made->run, (size_t)made->nruns * sizeof *made->sorted);
  hearth_runs_sort(made->nruns, made->sorted);
  return HEARTH_OK;
}

hearth_status hearth_index_entries(const hearth_index *index, hearth_mail *mail) {
  const int size = index->ctx->size;
  for (int64_t k = 0; k < index->nruns; k++) {
    const hearth_run run = index->sorted[k];
    for (int64_t done = 0; done < run.count;) {
      const int64_t global = run.global + done, rank = hearth_even_owner(index->extent, size, global);
      const int64_t left = hearth_even_cut(index->extent, size, rank + 1) - global;
      const int64_t count = left < run.count - done ? left : run.count - done;
      HEARTH_TRY(hearth_mail_add(mail, (int)rank, (int64_t[WIDTH]){global, count, run.local + done, index->coordinate}));
      done += count;
    }
  }
  return HEARTH_OK;
}

static int by_global(const void *a, const void *b) {
  const hearth_owned *x = a, *y = b;
  if (x->global != y->global) return x->global < y->global ? -1 : 1;
  return (x->coordinate > y->coordinate) - (x->coordinate < y->coordinate);
}

/* Whether the share has every id once; coordinates are told as ranks, which they are where a rank can give wrong ids. */
static hearth_status check_share(const hearth_index *index, int64_t n, const hearth_owned *share) {
  const hearth_context *ctx = index->ctx;
  int64_t next = hearth_even_cut(index->extent, ctx->size, ctx->rank);
  const int64_t end = hearth_even_cut(index->extent, ctx->size, ctx->rank + 1);
  for (int64_t k = 0; k <= n; k++) {
    const int64_t global = k < n ? share[k].global : end;
    if (global > next) return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "no rank owns the ids [%lld, %lld)", (long long)next, (long long)global);
    if (k == n) break;
    if (global < next && k > 0)
      return hearth_fail(ctx, HEARTH_ERR_LAYOUT, "id %lld is given twice, by rank %lld and by rank %lld", (long long)global, (long long)share[k - 1].coordinate,
                         (long long)share[k].coordinate);
    next = global + share[k].count;
  }
  return HEARTH_OK;
}

hearth_status hearth_index_keep_share(hearth_index *index, const hearth_mail *mail) {
  hearth_owned *share = NULL;
  HEARTH_TRY(hearth_allocate(index->ctx, mail->n * (int64_t)sizeof *share, &share));
  index->share = share;
  for (int64_t k = 0; k < mail->n; k++) {
    const int64_t *entry = mail->number + WIDTH * k;
    share[k] = (hearth_owned){entry[0], entry[1], entry[2], entry[3]};
  }
  if (mail->n > 1) qsort(share, (size_t)mail->n, sizeof *share, by_global);
  HEARTH_TRY(check_share(index, mail->n, share));
  index->nshare = mail->n;
  return HEARTH_OK;
}

/* Number of ids of every coordinate, as its processes say. */
static hearth_status gather_counts(hearth_index *index, const hearth_layout *layout, int32_t axis) {
  const hearth_context *ctx = index->ctx;
  int64_t own = 0, *all = NULL;
  for (int64_t k = 0; k < index->nruns; k++) own += index->run[k].count;
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, ctx->size * (int64_t)sizeof *all, &all)));
  const hearth_status status = hearth_allgather(ctx, &own, (int64_t)sizeof own, all);
  for (int r = 0; status == HEARTH_OK && r < ctx->size; r++) {
    const int64_t coordinate = hearth_layout_coordinate(layout, r, axis);
    if (coordinate >= 0) index->counts[coordinate] = all[r];
  }
  hearth_deallocate(ctx, all);
  return status;
}

hearth_hash hearth_runs_hash(int rank, int64_t n, const hearth_run *run) {
  hearth_hash hash = hearth_hash_begin(rank);
  for (int64_t k = 0; k < n; k++) {
    hearth_hash_add(&hash, run[k].global);
    hearth_hash_add(&hash, run[k].count);
  }
  return hash;
}

hearth_status hearth_hash_allsum(const hearth_context *ctx, hearth_hash *hash) {
  enum { HALF = 32 };
  int64_t half[4];
  for (int k = 0; k < 4; k++) half[k] = (int64_t)(hash->word[k / 2] >> (k % 2 * HALF) & UINT32_MAX); /* sums of halves do not overflow */
  HEARTH_TRY(hearth_allreduce_i64(ctx, half, 4, HEARTH_OP_SUM));
  for (int k = 0; k < 2; k++) hash->word[k] = (uint64_t)half[2 * k] + ((uint64_t)half[2 * k + 1] << HALF);
  return HEARTH_OK;
}

/* Of the ranks with one coordinate, one tells the directory. */
static bool registers(const hearth_layout *layout, int32_t axis) {
  const int rank = layout->ctx->rank;
  bool first = hearth_layout_coordinate(layout, rank, -1) == 0;
  for (int32_t a = 0; first && a < layout->grid_ndim; a++) first = a == axis || hearth_layout_coordinate(layout, rank, a) == 0;
  return first;
}

hearth_status hearth_index_make(const hearth_layout *layout, int32_t axis, int64_t extent, hearth_runs *runs, hearth_status mine, hearth_index **index) {
  const hearth_context *ctx = layout->ctx;
  hearth_index *made = NULL;
  hearth_mail mail = hearth_mail_of(ctx, WIDTH);
  if (mine == HEARTH_OK) mine = make_bare(layout, axis, extent, runs, &made);
  if (mine == HEARTH_OK && registers(layout, axis)) mine = hearth_index_entries(made, &mail);
  hearth_status status = hearth_mail_post(&mail, mine);
  if (status == HEARTH_OK) status = hearth_agree(ctx, hearth_index_keep_share(made, &mail));
  if (status == HEARTH_OK) status = gather_counts(made, layout, axis);
  if (status == HEARTH_OK) {
    made->hash = made->coordinate >= 0 ? hearth_runs_hash(ctx->rank, made->nruns, made->run) : (hearth_hash){{0, 0}};
    status = hearth_hash_allsum(ctx, &made->hash);
  }
  hearth_mail_free(&mail);
  hearth_runs_free(ctx, runs);
  if (status != HEARTH_OK)
    hearth_index_release(&made);
  else
    *index = made;
  return status;
}
