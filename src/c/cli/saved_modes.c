/* From the file to the estimator: every rank reads its part of space. */
#include "cli/saved.h"
#include "cli/values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODES, MEAN, DEVIATION, KINDS };

typedef struct loading {
  cli *c;
  cli_saved *saved;
  hearth_state *state[KINDS];
  hearth_array **array; /* [KINDS, fields] */
  hearth_metric *metric;
} loading;

/* The leading `lead` (0: no such dimension) of variable `name`, split along the longest dimension of space. Collective. */
static int load(const loading *l, int32_t f, const char *name, int64_t lead, hearth_array **array) {
  cli *c = l->c;
  const cli_field *field = &l->saved->field[f];
  const int32_t first = lead > 0, ndim = first + field->ndim - 1;
  int64_t shape[HEARTH_MAX_NDIM] = {lead}, there[HEARTH_MAX_NDIM];
  const int64_t start[HEARTH_MAX_NDIM] = {0};
  int32_t longest = first, found = 0;
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  cli_space_shape(field, shape + first);
  for (int32_t d = first; d < ndim; d++)
    if (shape[d] > shape[longest]) longest = d;
  if (hearth_variable_open(l->saved->file, name, &variable) != HEARTH_OK)
    return cli_fail(c, CLI_WRONG, "%s has no variable '%s': make it anew with this version's hearth pca or hearth_pca_write", l->saved->path, name);
  hearth_status status = hearth_variable_ndim(variable, &found);
  bool fits = found == ndim;
  if (status == HEARTH_OK && fits) status = hearth_variable_shape(variable, ndim, there);
  for (int32_t d = 0; d < ndim && fits; d++) fits = there[d] >= shape[d] && (d < first || there[d] == shape[d]);
  int result = cli_check(c, status);
  if (result == CLI_DONE && !fits) result = cli_fail(c, CLI_WRONG, "%s: '%s' has not the shape of '%s'", l->saved->path, name, l->saved->eof[f]);
  if (result == CLI_DONE) {
    status = hearth_layout_split(c->ctx, ndim, shape, longest, &layout);
    if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, array);
    if (status == HEARTH_OK) status = hearth_variable_read(variable, start, ndim, *array);
    result = cli_check(c, status);
  }
  hearth_layout_destroy(&layout);
  hearth_variable_destroy(&variable);
  return result;
}

static int load_weights(const loading *l, int32_t f) {
  char name[CLI_NAME];
  int32_t axes[HEARTH_MAX_NDIM];
  hearth_array *weights = NULL;
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) axes[d] = d;
  cli_saved_name(l->saved, f, "weights", name);
  int status = load(l, f, name, 0, &weights);
  if (status == CLI_DONE) status = cli_check_about(l->c, hearth_metric_weight(l->metric, f, weights, l->saved->field[f].ndim - 1, axes), name);
  hearth_array_destroy(&weights);
  return status;
}

static int load_field(const loading *l, int32_t f) {
  const cli_saved *s = l->saved;
  const bool groups = s->climatology[0] != '\0', there[KINDS] = {true, true, s->standardized};
  const char *const what[KINDS] = {"eof", groups ? "climatology" : "mean", "standard_deviation"};
  const int64_t lead[KINDS] = {s->modes, groups ? s->ngroups : 0, 0};
  char name[CLI_NAME];
  for (int k = 0; k < KINDS; k++) {
    hearth_array **array = &l->array[k * s->nfields + f];
    if (!there[k]) continue;
    cli_saved_name(s, f, what[k], name);
    CLI_TRY(load(l, f, name, lead[k], array));
    CLI_CHECK(l->c, hearth_state_add(l->state[k], s->field[f].name, *array));
  }
  return load_weights(l, f);
}

static int make(loading *l, const cli_options *o) {
  cli *c = l->c;
  cli_saved *s = l->saved;
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  double residual = 0, orthogonality = 0;
  for (int k = 0; k < KINDS; k++) CLI_CHECK(c, hearth_state_create(c->ctx, &l->state[k]));
  CLI_CHECK(c, hearth_metric_create(c->ctx, &l->metric));
  for (int32_t f = 0; f < s->nfields; f++) CLI_TRY(load_field(l, f));
  options.ddof = s->ddof;
  options.whiten = s->whitened;
  options.memory = cli_options_block(o);
  CLI_CHECK(c, hearth_pca_create(c->ctx, s->modes, l->metric, &options, &s->pca));
  CLI_TRY(cli_check_about(c,
                          hearth_pca_set_modes(s->pca, l->state[MODES], s->modes, s->eigenvalue, s->total, s->samples, l->state[MEAN],
                                               s->standardized ? l->state[DEVIATION] : NULL),
                          s->path));
  CLI_CHECK(c, hearth_pca_quality(s->pca, &residual, &orthogonality));
  if (!(orthogonality < 0.1)) /* small modes of a Gram matrix are not much better; other weights are far off */
    return cli_fail(c, CLI_WRONG, "%s: the modes are not orthonormal under the weights (%.1e): one of them was changed since", s->path, orthogonality);
  return CLI_DONE;
}

int cli_saved_load(cli *c, const cli_options *options, cli_saved *saved) {
  loading l = {.c = c, .saved = saved, .array = cli_allocate((size_t)(KINDS * saved->nfields), sizeof *l.array)};
  const int status = make(&l, options);
  for (int k = 0; k < KINDS; k++) hearth_state_destroy(&l.state[k]);
  for (int32_t i = 0; i < KINDS * saved->nfields; i++) hearth_array_destroy(&l.array[i]);
  hearth_metric_destroy(&l.metric);
  free(l.array);
  return status;
}
