/* Lists of runs. */
#ifndef HEARTH_TENSOR_LAYOUT_RUNS_H
#define HEARTH_TENSOR_LAYOUT_RUNS_H
#include "tensor/layout_impl.h"

/* A list that grows: indices are added in local order, and neighbours become one run. */
typedef struct hearth_run_list {
  const hearth_context *ctx;
  hearth_runs runs;
  int64_t capacity, locals;
} hearth_run_list;

hearth_status hearth_run_list_add(hearth_run_list *list, int64_t global, int64_t count);
/* Sorts by global ids. */
void hearth_runs_sort(int64_t n, hearth_run *run);
/* Makes ascending, disjoint intervals of sorted runs that may overlap or touch (local is of no meaning afterwards); returns their number. */
int64_t hearth_runs_unite(int64_t n, hearth_run *run);

#endif
