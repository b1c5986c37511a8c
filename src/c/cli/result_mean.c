#include "cli/result.h"
#include "cli/values.h"
#include <string.h>

/* Row-major pieces of the same part of space: sum over groups of share times mean. */
static hearth_status combine(hearth_array *groups, hearth_array *mean, const double *share) {
  hearth_window from, to;
  hearth_status status = hearth_array_access(groups, 0, HEARTH_READ, &from);
  if (status != HEARTH_OK) return status;
  status = hearth_array_access(mean, 0, HEARTH_WRITE, &to);
  if (status == HEARTH_OK) {
    const int64_t n = cli_volume(to.ndim, to.extent);
    const double *in = from.base;
    double *out = to.base;
    for (int64_t i = 0; i < n; i++) {
      double sum = 0;
      for (int64_t g = 0; g < from.extent[0]; g++) sum += share[g] * in[g * n + i];
      out[i] = sum;
    }
    status = hearth_array_release(mean, 0);
  }
  const hearth_status released = hearth_array_release(groups, 0);
  return status == HEARTH_OK ? released : status;
}

int cli_result_mean(cli *c, const cli_result *r, int32_t f, const hearth_array *groups, hearth_array **mean) {
  const cli_groups *g = r->groups;
  int64_t shape[HEARTH_MAX_NDIM + 1], *space = shape + 1;
  double share[512] = {1};
  const int32_t ndim = cli_space_shape(&r->state->field[f], space);
  int32_t longest = 0;
  for (int32_t d = 1; d < ndim; d++)
    if (space[d] > space[longest]) longest = d;
  shape[0] = g->n > 0 ? g->n : 1;
  for (int32_t k = 0; k < g->n; k++) share[k] = (double)g->size[k] / (double)r->samples;
  hearth_layout *with_groups = NULL, *without = NULL;
  hearth_array *split = NULL;
  hearth_status status = hearth_layout_split(c->ctx, ndim + 1, shape, longest + 1, &with_groups);
  if (status == HEARTH_OK) status = hearth_layout_split(c->ctx, ndim, space, longest, &without);
  if (status == HEARTH_OK) status = hearth_array_create(with_groups, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &split);
  if (status == HEARTH_OK) status = hearth_array_create(without, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, mean);
  if (status == HEARTH_OK) status = hearth_array_copy(groups, split);
  if (status == HEARTH_OK) status = combine(split, *mean, share);
  hearth_array_destroy(&split);
  hearth_layout_destroy(&with_groups);
  hearth_layout_destroy(&without);
  return cli_check(c, status);
}
