#include "io/boxes.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"

/* Consecutive runs of equal length at equal distances become one span. Block-cyclic dimensions have at most three: the blocks at the ends may be short. */
static hearth_status make_spans(const hearth_context *ctx, const hearth_runs *runs, int64_t max_gap, int64_t *nspans, hearth_span **spans) {
  int64_t n = 0;
  HEARTH_TRY(hearth_allocate(ctx, runs->n * (int64_t)sizeof(hearth_span), spans));
  for (int64_t r = 0; r < runs->n; r++) {
    const hearth_run *run = &runs->run[r];
    hearth_span *last = n > 0 ? &(*spans)[n - 1] : NULL;
    if (run->count == 0) continue;
    if (last && last->block == run->count) {
      const int64_t end = last->global + (last->nblocks - 1) * last->spacing;
      const int64_t spacing = run->global - end;
      if ((last->nblocks == 1 || last->spacing == spacing) && spacing - last->block <= max_gap) {
        last->spacing = spacing;
        last->nblocks++;
        continue;
      }
    }
    (*spans)[n++] = (hearth_span){run->global, run->local, run->count, 1, run->count};
  }
  *nspans = n;
  return HEARTH_OK;
}

hearth_status hearth_tiling_make(const hearth_layout *layout, int32_t piece, const int64_t *max_gap, hearth_tiling *tiling) {
  *tiling = (hearth_tiling){.ctx = layout->ctx, .ndim = layout->ndim, .limit = INT64_MAX};
  for (int32_t d = 0; d < layout->ndim; d++) {
    hearth_runs runs = {0};
    HEARTH_TRY(hearth_layout_piece_runs(layout, piece, d, &runs));
    const hearth_status status = make_spans(layout->ctx, &runs, max_gap[d], &tiling->nspans[d], &tiling->spans[d]);
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  hearth_tiling_rewind(tiling);
  return HEARTH_OK;
}

void hearth_tiling_rewind(hearth_tiling *tiling) {
  tiling->done = tiling->planned = false;
  for (int32_t d = 0; d < tiling->ndim; d++) {
    tiling->which[d] = tiling->at[d] = 0;
    if (tiling->nspans[d] == 0) tiling->done = true;
  }
}

void hearth_tiling_free(hearth_tiling *tiling) {
  for (int32_t d = 0; d < tiling->ndim; d++) hearth_deallocate(tiling->ctx, tiling->spans[d]);
  *tiling = (hearth_tiling){0};
}

static const hearth_span *current(const hearth_tiling *t, int32_t d) {
  return &t->spans[d][t->which[d]];
}
static int64_t units(const hearth_span *s) {
  return s->nblocks > 1 ? s->nblocks : s->block;
}
/* Dimension number k from the slowest. */
static int32_t slow(const hearth_tiling *t, int32_t k) {
  return t->order == 0 ? k : t->ndim - 1 - k;
}

/* Elements of `n` units, with the gaps between them if those count. */
static int64_t elements(const hearth_tiling *t, int32_t d, int64_t n) {
  const hearth_span *s = current(t, d);
  if (s->nblocks == 1) return n;
  return t->hull ? (n - 1) * s->spacing + s->block : n * s->block;
}

/* Cuts the slowest dimensions first, at multiples of `align`; if that is not enough, anywhere. */
static void plan(hearth_tiling *t) {
  double volume = 1.0;
  for (int32_t d = 0; d < t->ndim; d++) {
    t->step[d] = units(current(t, d));
    volume *= (double)elements(t, d, t->step[d]);
  }
  for (int pass = 0; pass < 2; pass++)
    for (int32_t k = 0; k < t->ndim && volume > (double)t->limit; k++) {
      const int32_t d = slow(t, k);
      const int64_t align = pass == 0 && current(t, d)->nblocks == 1 && t->align[d] > 0 ? t->align[d] : 1;
      const double rest = volume / (double)elements(t, d, t->step[d]);
      const double per_unit = (double)elements(t, d, t->step[d]) / (double)t->step[d];
      int64_t step = (int64_t)((double)t->limit / rest / per_unit);
      step = step / align * align;
      if (step < align) step = align;
      if (step < t->step[d]) t->step[d] = step;
      volume = rest * (double)elements(t, d, t->step[d]);
    }
  t->planned = true;
}

static int64_t length(const hearth_tiling *t, int32_t d) {
  const hearth_span *s = current(t, d);
  const int64_t left = units(s) - t->at[d];
  int64_t n = t->step[d];
  if (s->nblocks == 1 && t->align[d] > 0 && n < s->block && n % t->align[d] == 0) n -= (t->origin[d] + s->global + t->at[d]) % n;
  return n < left ? n : left;
}

static void advance(hearth_tiling *t) {
  for (int32_t k = t->ndim - 1; k >= 0; k--) {
    const int32_t d = slow(t, k);
    t->at[d] += length(t, d);
    if (t->at[d] < units(current(t, d))) return;
    t->at[d] = 0;
  }
  t->planned = false;
  for (int32_t k = t->ndim - 1; k >= 0; k--) {
    const int32_t d = slow(t, k);
    if (++t->which[d] < t->nspans[d]) return;
    t->which[d] = 0;
  }
  t->done = true;
}

bool hearth_tiling_next(hearth_tiling *t, hearth_span *tile) {
  if (t->done) return false;
  if (!t->planned) plan(t);
  for (int32_t d = 0; d < t->ndim; d++) {
    const hearth_span *s = current(t, d);
    const int64_t n = length(t, d);
    tile[d] = *s;
    if (s->nblocks == 1) {
      tile[d].global += t->at[d];
      tile[d].local += t->at[d];
      tile[d].block = tile[d].spacing = n;
    } else {
      tile[d].global += t->at[d] * s->spacing;
      tile[d].local += t->at[d] * s->block;
      tile[d].nblocks = n;
    }
  }
  advance(t);
  return true;
}
