/* A series of samples, wherever it comes from: fields of arrays in memory, or of a source that is read in boxes. */
#ifndef HEARTH_ANALYSIS_SERIES_H
#define HEARTH_ANALYSIS_SERIES_H
#include "kernels/backend.h"
#include <hearth/source.h>
#include <hearth/state.h>

/* Fields a state may have. */
#define HEARTH_MAX_FIELDS 64

typedef struct hearth_series_field {
  const char *name;
  int32_t ndim, axis; /* dimensions with the samples' one, which is `axis` */
  int64_t shape[HEARTH_MAX_NDIM];
  int32_t dtype, order;
  const hearth_array *array; /* NULL: read by the reader */
  hearth_reader_options reader;
} hearth_series_field;

typedef struct hearth_series {
  hearth_context *ctx;
  int32_t nfields;
  hearth_series_field *field;
  int64_t samples;
} hearth_series;

/* Describes the operand; nothing is copied. Collective: the operand's pending failures are agreed, and that shapes fit.
 * Errors: ARGUMENT (axis out of range, no space axis, counts of samples differ), UNSUPPORTED (complex), and pending ones. */
hearth_status hearth_series_of_array(hearth_context *ctx, const hearth_array *array, int32_t sample_axis, hearth_series *series);
hearth_status hearth_series_of_state(hearth_context *ctx, const hearth_state *state, int32_t sample_axis, hearth_series *series);
hearth_status hearth_series_of_source(hearth_context *ctx, const hearth_source *source, hearth_series *series);
void hearth_series_free(hearth_series *series);

/* The box of field f that starts at `start` and has the shape of `into`. Collective. */
hearth_status hearth_series_read(const hearth_series *series, int32_t f, const int64_t *start, hearth_array *into);
/* The layout of field f's space if it is an array whose space is distributed without replicas and not in boxes, else NULL. The caller destroys it. Local. */
hearth_status hearth_series_own_space(const hearth_series *series, int32_t f, hearth_layout **layout);
/* The same, but where that is NULL the balanced split along the longest axis of the space. */
hearth_status hearth_series_space(const hearth_series *series, int32_t f, hearth_layout **layout);

#endif
