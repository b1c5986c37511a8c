#include "tensor/layout_runs.h"
#include "core/error.h"
#include "core/memory.h"
#include <stdlib.h>
#include <string.h>

static hearth_status grow(hearth_run_list *list) {
  const int64_t capacity = list->capacity ? 2 * list->capacity : 4;
  hearth_run *grown = NULL;
  HEARTH_TRY(hearth_allocate(list->ctx, capacity * (int64_t)sizeof *grown, &grown));
  if (list->runs.n > 0) memcpy(grown, list->runs.run, (size_t)list->runs.n * sizeof *grown);
  hearth_deallocate(list->ctx, list->runs.run);
  list->runs.run = grown;
  list->capacity = capacity;
  return HEARTH_OK;
}

hearth_status hearth_run_list_add(hearth_run_list *list, int64_t global, int64_t count) {
  hearth_run *last = list->runs.n > 0 ? &list->runs.run[list->runs.n - 1] : NULL;
  if (count == 0) return HEARTH_OK;
  if (last && last->global + last->count == global) {
    last->count += count;
  } else {
    if (list->runs.n == list->capacity) HEARTH_TRY(grow(list));
    list->runs.run[list->runs.n++] = (hearth_run){global, list->locals, count};
  }
  list->locals += count;
  return HEARTH_OK;
}

static int by_global(const void *a, const void *b) {
  const int64_t x = ((const hearth_run *)a)->global, y = ((const hearth_run *)b)->global;
  return (x > y) - (x < y);
}

void hearth_runs_sort(int64_t n, hearth_run *run) {
  if (n > 1) qsort(run, (size_t)n, sizeof *run, by_global);
}

int64_t hearth_runs_unite(int64_t n, hearth_run *run) {
  int64_t kept = 0;
  for (int64_t k = 0; k < n; k++) {
    hearth_run *last = kept > 0 ? &run[kept - 1] : NULL;
    if (last && run[k].global <= last->global + last->count) {
      const int64_t end = run[k].global + run[k].count;
      if (end > last->global + last->count) last->count = end - last->global;
    } else {
      run[kept++] = run[k];
    }
  }
  return kept;
}
