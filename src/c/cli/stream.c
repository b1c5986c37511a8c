/* --streaming: the samples go through hearth_pca_partial_fit one by one, wrapped where they lie, as a model's fields do. */
#include "cli/cf.h"
#include "cli/fit.h"
#include "cli/profile.h"
#include "cli/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One field's memory on this rank, seen with the sample axis (to read into) and without it (to analyse). */
typedef struct slot {
  double *values;
  int64_t n;
  unsigned char *missing; /* points that are missing at the first sample */
  hearth_array *with_axis, *state;
} slot;

typedef struct stream {
  cli *c;
  cli_fit *fit;
  slot *slot;
  hearth_state *state;
} stream;

static int make_slot(cli *c, const cli_field *field, slot *s) {
  int64_t space[HEARTH_MAX_NDIM], local[HEARTH_MAX_NDIM], start[HEARTH_MAX_NDIM] = {0}, shape[HEARTH_MAX_NDIM], first[HEARTH_MAX_NDIM];
  const int32_t ndim = cli_space_shape(field, space);
  int32_t longest = 0;
  hearth_layout *layout = NULL;
  for (int32_t d = 1; d < ndim; d++)
    if (space[d] > space[longest]) longest = d;
  hearth_status status = hearth_layout_split(c->ctx, ndim, space, longest, &layout);
  if (status == HEARTH_OK) status = hearth_layout_local_shape(layout, ndim, local);
  if (status == HEARTH_OK && local[longest] > 0) status = hearth_layout_global_index(layout, longest, 0, &start[longest]);
  hearth_layout_destroy(&layout);
  CLI_CHECK(c, status);
  s->n = cli_volume(ndim, local);
  s->values = cli_allocate((size_t)s->n, sizeof *s->values);
  s->missing = cli_allocate((size_t)s->n, 1);
  hearth_window window = {.base = s->values, .dtype = HEARTH_FLOAT64, .ndim = ndim}, with = {.base = s->values, .dtype = HEARTH_FLOAT64, .ndim = ndim + 1};
  int64_t step = sizeof(double);
  for (int32_t d = ndim - 1; d >= 0; d--, step *= local[d + 1]) window.extent[d] = local[d], window.stride[d] = step;
  for (int32_t d = 0; d <= ndim; d++) {
    const bool sample = d == field->sample_axis;
    with.extent[d] = sample ? 1 : window.extent[cli_space_axis(field, d)];
    with.stride[d] = sample ? (int64_t)sizeof(double) : window.stride[cli_space_axis(field, d)];
    shape[d] = sample ? 1 : field->shape[d];
    first[d] = sample ? 0 : start[cli_space_axis(field, d)];
  }
  CLI_CHECK(c, hearth_array_wrap_local(c->ctx, &with, ndim + 1, shape, first, &s->with_axis));
  return cli_check(c, hearth_array_wrap_local(c->ctx, &window, ndim, space, start, &s->state));
}

static int read_sample(const stream *s, int64_t t) {
  const cli_state *state = s->fit->state;
  for (int32_t f = 0; f < state->nfields; f++) {
    int64_t start[HEARTH_MAX_NDIM] = {0};
    start[state->field[f].sample_axis] = t;
    CLI_CHECK(s->c, cli_field_read(s->c, &state->field[f], start, s->slot[f].with_axis));
  }
  return CLI_DONE;
}

/* The mask is that of the first sample: points that are missing there. */
static int mask_first(const stream *s) {
  for (int32_t f = 0; f < s->fit->state->nfields; f++) {
    slot *own = &s->slot[f];
    int64_t space[HEARTH_MAX_NDIM];
    int32_t axes[HEARTH_MAX_NDIM];
    const int32_t ndim = cli_space_shape(&s->fit->state->field[f], space);
    for (int32_t d = 0; d < ndim; d++) axes[d] = d;
    for (int64_t i = 0; i < own->n; i++) {
      own->missing[i] = isnan(own->values[i]);
      own->values[i] = !own->missing[i];
    }
    CLI_CHECK(s->c, hearth_metric_mask(s->fit->metric, f, own->state, ndim, axes));
  }
  return CLI_DONE;
}

/* A point that was missing and is there now has a gap; the other way round the estimator finds it. Collective. */
static int check_gaps(const stream *s, int64_t t) {
  int gap = 0;
  for (int32_t f = 0; f < s->fit->state->nfields && !gap; f++)
    for (int64_t i = 0; i < s->slot[f].n && !gap; i++) gap = s->slot[f].missing[i] && !isnan(s->slot[f].values[i]) ? f + 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &gap, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (!gap) return CLI_DONE;
  return cli_fail(s->c, CLI_WRONG, "'%s' has a point that is missing at the first sample and not at sample %lld: fit without --streaming, with --gaps drop",
                  s->fit->state->field[gap - 1].name, (long long)t);
}

static int sample_times(cli *c, const cli_fit *fit, double *times) {
  const cli_field *field = &fit->state->field[0];
  const int64_t n = cli_state_samples(fit->state);
  char name[CLI_NAME], units[CLI_NAME], calendar[CLI_NAME];
  double *found = NULL;
  bool increasing = true;
  cli_cf_time_name(fit->input, field, name);
  if (name[0]) CLI_TRY(cli_cf_sample_values(c, fit->input, field, name, &found, units, calendar));
  for (int64_t t = 0; t < n; t++) times[t] = (double)t;
  for (int64_t t = 1; found && t < n; t++) increasing = increasing && found[t] > found[t - 1];
  if (found && increasing) memcpy(times, found, (size_t)n * sizeof *times);
  free(found);
  return CLI_DONE;
}

static int run(stream *s) {
  cli *c = s->c;
  cli_fit *fit = s->fit;
  const int64_t n = cli_state_samples(fit->state);
  const bool automatic = !fit->options->mask || strcmp(fit->options->mask, "auto") == 0;
  double *times = cli_allocate((size_t)n, sizeof *times);
  int status = sample_times(c, fit, times);
  if (status == CLI_DONE) status = read_sample(s, 0);
  if (status == CLI_DONE && automatic) status = mask_first(s);
  if (status == CLI_DONE) status = cli_fit_create(c, fit);
  for (int64_t t = 0; t < n && status == CLI_DONE; t++) {
    status = read_sample(s, t);
    if (status == CLI_DONE) status = check_gaps(s, t);
    /* Between updates a failure is one rank's; the reads that follow are collective. */
    hearth_status taken = status == CLI_DONE ? hearth_pca_partial_fit_state(fit->pca, s->state, times[t]) : HEARTH_OK;
    if (status == CLI_DONE) status = cli_check(c, taken);
    MPI_Allreduce(MPI_IN_PLACE, &status, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  }
  free(times);
  return status == CLI_DONE ? cli_fit_scores(c, fit, &fit->scores) : status;
}

int cli_fit_streaming(cli *c, cli_fit *fit) {
  const cli_options *o = fit->options;
  if (o->standardize) return cli_fail(c, CLI_WRONG, "--streaming knows no standard deviations before the end: leave --standardize out");
  if (o->climatology) return cli_fail(c, CLI_WRONG, "--streaming knows no means of months or days before the end: leave --climatology out");
  if (o->gaps != HEARTH_GAPS_ERROR) return cli_fail(c, CLI_WRONG, "--streaming meets gaps too late to leave points out or to fill them: leave --gaps out");
  if (o->solver != HEARTH_PCA_AUTO)
    return cli_fail(c, CLI_WRONG, "--solver is of fits of all samples at once, --stream-method of --streaming: use one of them");
  cli_profile_phase(c, "fit");
  stream s = {.c = c, .fit = fit, .slot = cli_allocate((size_t)fit->state->nfields, sizeof *s.slot)};
  int status = cli_check(c, hearth_state_create(c->ctx, &s.state));
  for (int32_t f = 0; f < fit->state->nfields && status == CLI_DONE; f++) {
    status = make_slot(c, &fit->state->field[f], &s.slot[f]);
    if (status == CLI_DONE) status = cli_check(c, hearth_state_add(s.state, fit->state->field[f].name, s.slot[f].state));
  }
  if (status == CLI_DONE) status = run(&s);
  hearth_state_destroy(&s.state);
  for (int32_t f = 0; f < fit->state->nfields; f++) {
    hearth_array_destroy(&s.slot[f].with_axis);
    hearth_array_destroy(&s.slot[f].state);
    free(s.slot[f].values);
    free(s.slot[f].missing);
  }
  free(s.slot);
  return status;
}
