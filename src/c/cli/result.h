/* The result file of `hearth pca`: CF NetCDF-4 with the variables eof, pc, eigenvalue, explained_variance_ratio, mean, mode, and the input's coordinates. */
#ifndef HEARTH_CLI_RESULT_H
#define HEARTH_CLI_RESULT_H
#include "cli/fit.h"

/* What goes into it. */
typedef struct cli_result {
  const cli_options *options;
  const cli_input *input;
  const cli_state *state;
  const cli_groups *groups;
  cli_fit *fit;
  hearth_pca *pca;
  hearth_array *scores; /* [samples, modes] */
  const char *path, *command;
  int32_t modes;
  int64_t samples;
  const cli_input *sample_input; /* where the samples' coordinate is, if not in `input` */
  bool only_samples;             /* no dimensions and coordinates of space */
} cli_result;

/* Name of dimension `dim` of a field in the result: the file's, or x0, x1, ... and `sample`. */
void cli_result_dim(const cli_field *field, int32_t dim, char *name);
/* "eof" for a state of one field, "eof_NAME" otherwise. */
void cli_result_name(const cli_result *result, int32_t f, const char *what, char *name);

/* Fails early where the output cannot be written, or is one of the inputs. Collective. */
int cli_output_check(cli *c, int ninputs, char *const *inputs, const char *path);
/* Attributes that every result has: title, history, source. Collective. */
int cli_output_globals(cli *c, hearth_output *output, const char *title, const char *command, const char *source);
/* A float64 variable with its names; fill NaN: no _FillValue; units "": none. Collective. */
int cli_output_variable(cli *c, hearth_output *output, const char *name, const char *dims, double fill, const char *long_name, const char *units);
/* Attributes of a coordinate, taken over. Collective. */
int cli_output_copy_attributes(cli *c, const hearth_variable *from, hearth_output *output, const char *name);
#define CLI_FILL 9.969209968386869e36 /* NetCDF's default for float64 */

/* Writes all of it under a temporary name and renames it. Collective. */
int cli_result_write(cli *c, const cli_result *result);

/* "lead dim dim ..." over the space of a field. */
void cli_result_space(const cli_field *field, const char *lead, char *list, size_t capacity);

/* Rotated modes if they are asked for, and the eigenvalues' errors (result_rotated.c); units of scores and of eigenvalues. Collective. */
int cli_result_rotated_define(cli *c, const cli_result *result, hearth_output *output, const char *units, const char *squared);
int cli_result_rotated_write(cli *c, const cli_result *result, hearth_output *output);
int cli_result_errors_define(cli *c, hearth_output *output, const char *squared);
int cli_result_errors_write(cli *c, const cli_result *result, hearth_output *output);

/* The field with its gaps filled (filled.c). Collective. */
int cli_filled_write(cli *c, const cli_result *result, const char *path);

/* Parts of it: result_define.c, result_coordinates.c, result_mean.c. */
/* Defines the dimensions of all fields. */
int cli_result_dimensions(cli *c, const cli_result *result, hearth_output *output);
int cli_result_define(cli *c, const cli_result *result, hearth_output *output);
/* Defines or writes the coordinates that the input has of the result's dimensions. */
int cli_result_coordinates_define(cli *c, const cli_result *result, hearth_output *output);
int cli_result_coordinates_write(cli *c, const cli_result *result, hearth_output *output);
/* Names of the field's auxiliary latitude and longitude, "" where there are none, as the attribute `coordinates` wants them. */
int cli_result_auxiliary(cli *c, const cli_result *result, int32_t f, char *names);
/* The mean over all samples, [space...], of the means of groups, [groups, space...]. */
int cli_result_mean(cli *c, const cli_result *result, int32_t f, const hearth_array *groups, hearth_array **mean);

#endif
