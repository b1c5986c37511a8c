/* Inside the PCA estimator.
 *
 * All results live in the weighted space: with scale(i) = sqrt(w_i) (divided by the point's standard deviation if standardised; 0 at points that take no
 * part), basis row k is v_k(i) = sqrt(w_i) e_k(i), a unit vector, held for this rank's points of all fields one after the other, the pieces of each
 * one after the other, each flattened in its memory order. Points are local to their rank throughout; only matrices of modes or samples travel. */
#ifndef HEARTH_ANALYSIS_PCA_IMPL_H
#define HEARTH_ANALYSIS_PCA_IMPL_H
#include "kernels/backend.h"
#include <hearth/pca.h>
#include <stdbool.h>

typedef struct hearth_pca_field {
  char *name;
  int32_t order;
  struct hearth_labels *labels;    /* of the array the field came from, or NULL */
  int32_t sample_axis;             /* of that array; -1: none */
  hearth_layout *layout;           /* of the space alone */
  int64_t extent[HEARTH_MAX_NDIM]; /* on this rank; of a product layout, which a batch fit has */
  int64_t points;                  /* on this rank */
  int32_t npieces;
  int64_t *piece; /* [npieces + 1]: the first point of each piece, from the field's first */
  int64_t offset; /* of its first point in the rank's state vector */
  int64_t global_points, global_offset;
} hearth_pca_field;

/* Where a field comes from. */
typedef struct hearth_pca_origin {
  const char *name;
  const hearth_layout *layout; /* of the space alone */
  int32_t order;
  const hearth_array *array; /* whose labels are kept; NULL: none */
  int32_t sample_axis;
} hearth_pca_origin;

typedef struct hearth_pca_space {
  int32_t nfields;
  hearth_pca_field *field;
  int64_t points, global_points;
  bool primary;      /* this rank's points count in sums over ranks (false on ranks that hold only replicas) */
  double *scale;     /* [points], backend memory; NULL: all 1 */
  double *inverse;   /* 1 / sqrt(w), NaN where scale is 0; NULL: all 1 */
  double *deviation; /* standard deviation of each point if standardised, else NULL */
} hearth_pca_space;

typedef struct hearth_pca_stream {
  int32_t n_kept, bunch;
  int32_t rank;     /* directions in use */
  int32_t filled;   /* samples waiting in the bunch */
  int64_t samples;  /* taken into the basis */
  double *waiting;  /* [bunch, points], backend memory */
  double *spare;    /* [points] */
  double discarded; /* sum over updates of the largest eigenvalue thrown away, of the scatter matrix */
  double last_time;
  int64_t capacity;             /* of scores and times, in samples */
  double *times;                /* [capacity] */
  double *scores;               /* [capacity, n_kept] on rank 0 if kept */
  uint8_t *bad;                 /* [bunch] of the waiting samples: could not be taken in on this rank */
  void *counter;                /* backend memory: one int32 */
  struct hearth_update *update; /* small matrices of an update */
} hearth_pca_stream;

typedef enum hearth_pca_phase { HEARTH_PCA_EMPTY, HEARTH_PCA_BATCH, HEARTH_PCA_STREAM } hearth_pca_phase;

struct hearth_pca {
  hearth_context *ctx;
  int32_t n_components;
  hearth_metric *metric;
  hearth_pca_options options;
  int32_t ngroups;
  int64_t nlabels;
  int32_t *labels; /* [nlabels] or NULL */
  hearth_pca_phase phase;
  hearth_status pending; /* of a local failure, told to all ranks by the next collective call */
  char pending_message[512];
  bool damaged; /* an update failed half-way: only reset or destroy are left; the same on all ranks */
  hearth_pca_space space;
  char *time_units, *time_calendar;
  int64_t samples;
  int32_t modes;  /* found, <= n_components */
  int32_t rows;   /* of the basis */
  double *basis;  /* [rows, points], backend memory */
  double *mean;   /* [ngroups, points], backend memory, physical units */
  double *sigma;  /* [rows] singular values of the anomalies, on the host, descending */
  double total;   /* trace of the scatter matrix */
  double *scores; /* batch on the samples' side: [samples, modes] on the host of every rank, else NULL */
  double *sign;   /* [rows] +-1, valid if `signs_known` */
  bool signs_known;
  hearth_pca_stream stream;
};

/* pca.c */
void hearth_pca_clear(hearth_pca *pca);
/* pca_results.c: takes in an incomplete bunch and refuses an estimator without results. Collective. */
hearth_status hearth_pca_ready(hearth_pca *pca);

/* pca_space.c: sets up fields, weights and their memory; nothing given is kept but layouts and labels, by reference. Collective. */
hearth_status hearth_pca_space_create(hearth_pca *pca, int32_t nfields, const hearth_pca_origin *origin);
void hearth_pca_space_clear(const hearth_context *ctx, hearth_pca_space *space);
/* Describes the point with index `point` among all fields ("field 'sst' at (3, 17)"). */
void hearth_pca_describe_point(const hearth_pca *pca, int64_t global, char *text, size_t capacity);
/* Global index (over all fields) of this rank's point. */
int64_t hearth_pca_global_point(const hearth_pca *pca, int64_t local);

/* pca_view.c: views. */
hearth_view hearth_pca_matrix(const hearth_context *ctx, double *data, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride);
hearth_view hearth_pca_host_matrix(double *data, int64_t rows, int64_t columns);
/* A piece of field f in a vector over the rank's points, as [extents...] with `lead` leading entries `lead_stride` elements apart; lead -1: none. */
hearth_view hearth_pca_piece_view(const hearth_pca *pca, int32_t f, int32_t piece, double *vector, int64_t lead, int64_t lead_stride);
/* Backend memory of n float64, counted; NULL for 0. */
hearth_status hearth_pca_allocate(const hearth_context *ctx, int64_t n, double **data);
void hearth_pca_release(const hearth_context *ctx, double **data);
hearth_status hearth_pca_upload(const hearth_context *ctx, double *to, const double *from, int64_t n);
hearth_status hearth_pca_download(const hearth_context *ctx, double *to, const double *from, int64_t n);

/* pca_sign.c: pca->sign by the one sign rule. Collective. */
hearth_status hearth_pca_find_signs(hearth_pca *pca);

/* pca_update.c: memory for updates, local; takes the waiting samples into the basis. Collective. */
hearth_status hearth_pca_update_create(hearth_pca *pca);
void hearth_pca_update_destroy(hearth_pca *pca);
hearth_status hearth_pca_stream_update(hearth_pca *pca);

#endif
