/* A result file that is used again: the modes in it with their metric and mean, as an estimator. */
#ifndef HEARTH_CLI_SAVED_H
#define HEARTH_CLI_SAVED_H
#include "cli/input.h"

typedef struct cli_saved {
  const char *path;
  hearth_file *file;
  int32_t nfields;
  cli_field *field;      /* of the EOFs: `name` is the field's, dimension 0 is the modes', sample_axis 0 */
  char (*eof)[CLI_NAME]; /* names of the EOF variables */
  char (*units)[CLI_NAME];
  int32_t modes; /* that are used */
  int32_t ddof;
  int64_t samples; /* that the modes were found from */
  double *eigenvalue, *ratio, total;
  bool standardized, whitened;
  char climatology[CLI_NAME]; /* "", "month" or "day" */
  int64_t ngroups;
  double *group; /* [ngroups] month 1..12, or day of the year */
  hearth_pca *pca;
} cli_saved;

/* Reads what the file says; `modes` 0: all of them. Collective. The caller closes it also after failures. */
int cli_saved_open(cli *c, const char *path, int32_t modes, cli_saved *saved);
/* Reads modes, metric and mean into saved->pca (saved_modes.c). Collective. */
int cli_saved_load(cli *c, const cli_options *options, cli_saved *saved);
/* Labels of a field's samples by their dates, for hearth_pca_set_labels; NULL where the modes need none. The caller frees them. Collective. */
int cli_saved_labels(cli *c, const cli_saved *saved, const cli_input *input, const cli_field *field, int32_t **labels);
/* "mean", "weights", ... of the field. */
void cli_saved_name(const cli_saved *saved, int32_t f, const char *what, char *name);
void cli_saved_close(cli_saved *saved);

#endif
