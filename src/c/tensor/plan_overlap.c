/* Intersection of two parts of one dimension: intervals against intervals, regular sequences of them folded into one section. */
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/plan_impl.h"
#include <string.h>

/* One run of a span at a time, in the box's indices: begin <= i < end, cut to the box; local belongs to begin. */
typedef struct cursor {
  const hearth_span *span;
  int64_t count, runs, k;
  int64_t begin, end, local;
} cursor;

int64_t hearth_span_runs(const hearth_span *span) {
  return span->dim ? hearth_dim_run_count(span->dim, span->coordinate) : span->n;
}

hearth_run hearth_span_run(const hearth_span *span, int64_t k) {
  return span->dim ? hearth_dim_run(span->dim, span->coordinate, k) : span->run[k];
}

static void load(cursor *c) {
  const hearth_run run = hearth_span_run(c->span, c->k);
  const int64_t begin = run.global - c->span->start, end = begin + run.count;
  c->begin = begin > 0 ? begin : 0;
  c->end = end < c->count ? end : c->count;
  c->local = run.local + c->begin - begin;
}

/* Moves on to the first run that ends after `index`; false if there is none. */
static bool seek(cursor *c, int64_t index) {
  if (index >= c->count) return false;
  if (c->k < c->runs) load(c);
  if (c->k < c->runs && c->end <= index && ++c->k < c->runs) load(c);
  if (c->k < c->runs && c->end > index) return true;
  int64_t low = c->k, high = c->runs;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const hearth_run run = hearth_span_run(c->span, middle);
    if (run.global + run.count - c->span->start > index)
      high = middle;
    else
      low = middle + 1;
  }
  c->k = low;
  if (low < c->runs) load(c);
  return low < c->runs && c->begin < c->count;
}

static hearth_status grow(const hearth_context *ctx, hearth_overlap *overlap, int64_t *capacity) {
  const int64_t wanted = *capacity ? 2 * *capacity : 1;
  hearth_section *grown = NULL;
  HEARTH_TRY(hearth_allocate(ctx, wanted * (int64_t)sizeof *grown, &grown));
  if (overlap->n > 0) memcpy(grown, overlap->section, (size_t)overlap->n * sizeof *grown);
  hearth_deallocate(ctx, overlap->section);
  overlap->section = grown;
  *capacity = wanted;
  return HEARTH_OK;
}

/* Whether the run continues the section: as more of its only run, or as its next one. */
static bool fold(hearth_section *last, const hearth_section *run) {
  const hearth_side a = HEARTH_SIDE_SOURCE, b = HEARTH_SIDE_TARGET;
  if (last->n == 1 && run->at[a] == last->at[a] + last->count && run->at[b] == last->at[b] + last->count) {
    last->count += run->count;
    last->step[HEARTH_SIDE_MESSAGE] = last->count;
    return true;
  }
  if (run->count != last->count) return false;
  if (last->n == 1) {
    last->step[a] = run->at[a] - last->at[a];
    last->step[b] = run->at[b] - last->at[b];
  }
  if (run->at[a] != last->at[a] + last->n * last->step[a] || run->at[b] != last->at[b] + last->n * last->step[b]) return false;
  last->n++;
  return true;
}

static hearth_status append(const hearth_context *ctx, hearth_overlap *overlap, int64_t *capacity, int64_t source, int64_t target, int64_t count) {
  const hearth_section run = {.count = count, .n = 1, .at = {source, target, overlap->total}, .step = {0, 0, count}};
  overlap->total += count;
  if (overlap->n > 0 && fold(&overlap->section[overlap->n - 1], &run)) return HEARTH_OK;
  if (overlap->n == *capacity) HEARTH_TRY(grow(ctx, overlap, capacity));
  overlap->section[overlap->n++] = run;
  return HEARTH_OK;
}

static cursor start_of(const hearth_span *span, int64_t count) {
  return (cursor){.span = span, .count = count, .runs = hearth_span_runs(span)};
}

hearth_status hearth_overlap_make(const hearth_context *ctx, const hearth_span *source, const hearth_span *target, int64_t count, hearth_overlap *overlap) {
  cursor a = start_of(source, count), b = start_of(target, count);
  int64_t index = 0, capacity = 0;
  *overlap = (hearth_overlap){0, 0, NULL};
  while (seek(&a, index) && seek(&b, index)) {
    const int64_t later = a.begin > b.begin ? a.begin : b.begin, begin = later > index ? later : index;
    const int64_t end = a.end < b.end ? a.end : b.end;
    if (begin < end) HEARTH_TRY(append(ctx, overlap, &capacity, a.local + begin - a.begin, b.local + begin - b.begin, end - begin));
    index = begin < end ? end : begin;
  }
  return HEARTH_OK;
}

void hearth_overlap_free(const hearth_context *ctx, hearth_overlap *overlap) {
  hearth_deallocate(ctx, overlap->section);
  *overlap = (hearth_overlap){0, 0, NULL};
}

hearth_status hearth_overlaps_add(hearth_plan *plan, int64_t n, hearth_overlap **overlaps) {
  hearth_overlap_block *block = NULL;
  HEARTH_TRY(hearth_allocate(plan->ctx, (int64_t)sizeof *block, &block));
  *block = (hearth_overlap_block){plan->overlaps, 0, NULL};
  plan->overlaps = block;
  HEARTH_TRY(hearth_allocate_zero(plan->ctx, n * (int64_t)sizeof **overlaps, &block->overlap));
  block->n = n;
  *overlaps = block->overlap;
  return HEARTH_OK;
}

void hearth_overlaps_drop(hearth_plan *plan) {
  for (hearth_overlap_block *block = plan->overlaps, *next; block; block = next) {
    next = block->next;
    for (int64_t i = 0; i < block->n; i++) hearth_overlap_free(plan->ctx, &block->overlap[i]);
    hearth_deallocate(plan->ctx, block->overlap);
    hearth_deallocate(plan->ctx, block);
  }
  plan->overlaps = NULL;
}

hearth_span hearth_span_of(const hearth_layout *layout, int32_t piece, int32_t d, const int64_t *start) {
  const hearth_dim *dim = &layout->dim[d];
  if (layout->boxes) {
    const hearth_run *run = &layout->boxes->own[(int64_t)piece * layout->ndim + d];
    return (hearth_span){.start = start[d], .n = run->count > 0, .run = run};
  }
  return (hearth_span){.dim = dim, .coordinate = hearth_layout_coordinate(layout, layout->ctx->rank, dim->axis), .start = start[d]};
}

bool hearth_span_ends(const hearth_span *span, int64_t count, int64_t *first, int64_t *last) {
  cursor from = start_of(span, count);
  if (!seek(&from, 0) || from.begin >= count) return false;
  *first = from.begin;
  int64_t low = 0, high = from.runs; /* the first run that begins behind the box */
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (hearth_span_run(span, middle).global - span->start >= count)
      high = middle;
    else
      low = middle + 1;
  }
  const hearth_run run = hearth_span_run(span, low - 1);
  const int64_t end = run.global + run.count - span->start;
  *last = (end < count ? end : count) - 1;
  return true;
}
