/* The parts of a drawing. */
#ifndef HEARTH_CLI_DRAW_H
#define HEARTH_CLI_DRAW_H
#include "cli/picture.h"

/* Where a field is drawn: a regular grid that covers it up to the outer edges of its cells, and how it is projected. */
typedef struct cli_frame {
  double west, east, south, north;
  int64_t nx, ny;       /* of the grid that is drawn, grid lines on the edges */
  bool periodic, globe; /* all longitudes; all of the sphere */
  char projection[64];  /* -J... */
  char axes[128];       /* -B... */
  double width, height; /* cm */
} cli_frame;

/* The frame of a picture of two dimensions; `most` bounds width and height in cm (frame.c). */
int cli_frame_make(cli *c, const cli_gmt *gmt, const cli_picture *picture, double most_width, double most_height, cli_frame *frame);
/* The field on the frame's grid, as raw float32 in the folder's file "field": top row first (regrid.c). */
int cli_regrid(cli *c, const cli_gmt *gmt, const cli_picture *picture, const cli_frame *frame);
/* Half the range of the colour scale: a round number that few values exceed; 0 for a field that is 0. */
double cli_colour_limit(const cli_picture *picture, double *step);

#endif
