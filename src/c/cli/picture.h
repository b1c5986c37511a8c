/* What a result file holds of one field, as far as pictures need it: on rank 0. */
#ifndef HEARTH_CLI_PICTURE_H
#define HEARTH_CLI_PICTURE_H
#include "cli/gmt.h"

enum { CLI_PICTURE_MODES = 4 }; /* modes that are drawn */

/* One axis of a map. */
typedef struct cli_picture_axis {
  char name[CLI_NAME], units[CLI_NAME];
  int64_t n;
  double *value; /* [n], strictly increasing or decreasing; indices where the file has no coordinate */
  bool known;    /* the file has it */
  bool degrees;  /* latitude or longitude */
} cli_picture_axis;

typedef struct cli_picture {
  char variable[CLI_NAME]; /* "eof" or "eof_NAME", or "rotated_eof..." */
  bool rotated;
  char field[CLI_NAME], units[CLI_NAME], note[CLI_NAME]; /* note: the slice of a field of more than two dimensions */
  int32_t ndim;                                          /* of the variable, mode included */
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t xdim, ydim; /* dimensions of the variable that are drawn; ydim -1: a line */
  cli_picture_axis x, y;
  bool map;    /* longitude by latitude */
  bool coasts; /* to be drawn on a map */
  int32_t modes;
  double *eigenvalue, *ratio; /* [modes] */
  double *error, *effective;  /* [modes] sampling errors of the eigenvalues, effective samples; NULL: the file has none */
  char eigenvalue_units[CLI_NAME];
  int64_t samples;   /* 0: the file has no scores */
  double *time, *pc; /* [samples]; [samples, modes] */
  char time_label[CLI_NAME];
  double *values; /* [y.n, x.n], the mode read last, in units of the field per standard deviation of the score */
} cli_picture;

/* Names of the file's variables "WHAT" and "WHAT_NAME", separated by commas; what: "eof", "rotated_eof". */
int cli_picture_variables(cli *c, hearth_file *file, const char *what, char *list, size_t capacity);
int cli_picture_open(cli *c, hearth_file *file, const char *variable, bool coasts, cli_picture *picture); /* Collective. */
int cli_picture_read(cli *c, hearth_file *file, cli_picture *picture, int32_t mode);                      /* Collective. */
/* NAME of "eof_NAME" or "rotated_eof_NAME", "" of "eof". */
const char *cli_picture_suffix(const cli_picture *picture);
void cli_picture_close(cli_picture *picture);
/* Time axis and scores (picture_series.c). Collective. */
int cli_picture_series(cli *c, hearth_file *file, cli_picture *picture);

/* Drawing, on rank 0. */
int cli_draw_eof(cli *c, const cli_gmt *gmt, const cli_picture *picture, int32_t mode, const char *path);
int cli_draw_series(cli *c, const cli_gmt *gmt, const cli_picture *picture, const char *path);
int cli_draw_scree(cli *c, const cli_gmt *gmt, const cli_picture *picture, const char *path);
/* The panel of one mode's scores with its lower left corner at (x, y), in cm. */
int cli_draw_scores(cli *c, const cli_gmt *gmt, const cli_picture *picture, int32_t mode, double x, double y, double width, double height, bool dates);

/* A round number near `rough`, not below: 1, 2, 2.5 or 5 times a power of ten. */
double cli_round_step(double rough);

#endif
