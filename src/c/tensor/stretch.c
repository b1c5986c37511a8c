#include "tensor/stretch.h"
#include "core/error.h"
#include "core/memory.h"
#include <stdlib.h>
#include <string.h>

static int by_global(const void *a, const void *b) {
  const int64_t x = ((const hearth_run *)a)->global, y = ((const hearth_run *)b)->global;
  return (x > y) - (x < y);
}

static int by_sliced(const void *a, const void *b) {
  const int64_t x = ((const hearth_stretch *)a)->sliced, y = ((const hearth_stretch *)b)->sliced;
  return (x > y) - (x < y);
}

/* The run that holds `global`, NULL if there is none. */
static const hearth_run *run_at(int64_t n, const hearth_run *run, int64_t global) {
  int64_t low = 0, high = n;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (run[middle].global <= global)
      low = middle;
    else
      high = middle;
  }
  return n > 0 && global >= run[low].global && global < run[low].global + run[low].count ? &run[low] : NULL;
}

/* One run of the slice: as many indices at a time as stay in one run of the array. Counts only where `out` is NULL; -1: an index is not there. */
static int64_t cut_run(int64_t n, const hearth_run *base, const hearth_run *sliced, int64_t start, int64_t step, hearth_stretch *out) {
  int64_t found = 0;
  for (int64_t done = 0; done < sliced->count; found++) {
    const int64_t global = start + (sliced->global + done) * step;
    const hearth_run *in = run_at(n, base, global);
    if (!in) return -1;
    const int64_t room = step > 0 ? (in->global + in->count - 1 - global) / step : (global - in->global) / -step;
    const int64_t left = sliced->count - done, count = room + 1 < left ? room + 1 : left;
    if (out) out[found] = (hearth_stretch){sliced->local + done, in->local + global - in->global, step, count};
    done += count;
  }
  return found;
}

static int64_t cut_all(const hearth_runs *base, const hearth_runs *sliced, int64_t start, int64_t step, hearth_stretch *out) {
  int64_t found = 0;
  for (int64_t k = 0; k < sliced->n; k++) {
    const int64_t more = cut_run(base->n, base->run, &sliced->run[k], start, step, out ? out + found : NULL);
    if (more < 0) return -1;
    found += more;
  }
  return found;
}

static hearth_status make(const hearth_context *ctx, const hearth_runs *sorted, const hearth_runs *sliced, int64_t start, int64_t step,
                          hearth_stretches *stretches) {
  const int64_t n = cut_all(sorted, sliced, start, step, NULL);
  if (n < 0) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "a slice holds indices on a rank that did not hold them before");
  HEARTH_TRY(hearth_allocate(ctx, n * (int64_t)sizeof *stretches->stretch, &stretches->stretch));
  stretches->n = cut_all(sorted, sliced, start, step, stretches->stretch);
  if (n > 1) qsort(stretches->stretch, (size_t)n, sizeof *stretches->stretch, by_sliced);
  return HEARTH_OK;
}

hearth_status hearth_stretches_make(const hearth_context *ctx, const hearth_runs *base, const hearth_runs *sliced, int64_t start, int64_t step,
                                    hearth_stretches *stretches) {
  *stretches = (hearth_stretches){0, NULL};
  hearth_runs sorted = {base->n, NULL};
  const int64_t bytes = base->n * (int64_t)sizeof *base->run;
  HEARTH_TRY(hearth_allocate(ctx, bytes, &sorted.run));
  if (bytes > 0) {
    memcpy(sorted.run, base->run, (size_t)bytes);
    qsort(sorted.run, (size_t)base->n, sizeof *base->run, by_global);
  }
  const hearth_status status = make(ctx, &sorted, sliced, start, step, stretches);
  hearth_deallocate(ctx, sorted.run);
  return status;
}

void hearth_stretches_free(const hearth_context *ctx, hearth_stretches *stretches) {
  hearth_deallocate(ctx, stretches->stretch);
  *stretches = (hearth_stretches){0, NULL};
}

bool hearth_stretches_regular(const hearth_stretches *stretches, int64_t *first, int64_t *step) {
  *first = stretches->n > 0 ? stretches->stretch[0].base : 0;
  *step = 1;
  if (stretches->n == 0) return true;
  const hearth_stretch *const s = stretches->stretch;
  if (s[0].count > 1)
    *step = s[0].step;
  else if (stretches->n > 1)
    *step = s[1].base - s[0].base;
  for (int64_t k = 0; k < stretches->n; k++)
    if (s[k].base != *first + s[k].sliced * *step || (s[k].count > 1 && s[k].step != *step)) return false;
  return true;
}
