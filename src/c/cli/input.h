/* Input files, and the variables of them that make up the state: several files are one series along the sample dimension. */
#ifndef HEARTH_CLI_INPUT_H
#define HEARTH_CLI_INPUT_H
#include "cli/options.h"

typedef struct cli_input {
  int nfiles;
  char **path;
  hearth_file **file;
} cli_input;

/* A variable over all files. */
typedef struct cli_field {
  char name[CLI_NAME];
  int32_t ndim, sample_axis, dtype;    /* dtype: float32 where the files' is, else float64 */
  int64_t shape[HEARTH_MAX_NDIM];      /* of the whole series */
  char dim[HEARTH_MAX_NDIM][CLI_NAME]; /* "" where the file names none */
  int nparts;
  hearth_variable **part; /* one per file */
  int64_t *first;         /* [nparts + 1] samples before each part */
  int64_t *bytes_read;    /* counter of the profile, or NULL */
} cli_field;

typedef struct cli_state {
  int32_t nfields;
  cli_field *field;
} cli_state;

/* Opens the files; a name with *, ? or [ that is no file is a pattern. Collective. */
int cli_input_open(cli *c, int nfiles, char *const *names, cli_input *input);
void cli_input_close(cli_input *input);

/* Opens the variables named in `vars`, separated by commas (NULL: the only one), and finds the sample dimension. Collective. */
int cli_state_open(cli *c, const cli_input *input, const char *vars, const char *sample_dim, cli_state *state);
void cli_state_close(cli_state *state);
int64_t cli_state_samples(const cli_state *state);

/* Axis number of field dimension d among the space axes (the sample axis left out), and back. */
int32_t cli_space_axis(const cli_field *field, int32_t dim);
int32_t cli_space_dim(const cli_field *field, int32_t axis);
/* Extents of the space axes; returns how many there are. */
int32_t cli_space_shape(const cli_field *field, int64_t *shape);

/* Reads a box of the series; a hearth_read_function's work. Collective. */
hearth_status cli_field_read(cli *c, const cli_field *field, const int64_t *start, hearth_array *into);
/* A source of the fields, which have to outlive it. Local. */
int cli_state_source(cli *c, cli_state *state, hearth_source **source);

#endif
