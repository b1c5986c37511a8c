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
  int32_t order, dtype;            /* of the array; dtype HEARTH_DTYPE_NONE: unknown */
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
  bool weighted;     /* scale and inverse exist (where this rank has points) */
  double *scale;     /* [points], backend memory; NULL: all 1 */
  double *inverse;   /* 1 / sqrt(w), NaN where scale is 0; NULL: all 1 */
  double *deviation; /* standard deviation of each point if standardised, else NULL */
} hearth_pca_space;

typedef struct hearth_pca_stream {
  int32_t n_kept, bunch;
  int32_t rank;    /* directions in use */
  int32_t filled;  /* samples waiting in the bunch */
  int64_t samples; /* taken into the basis */
  double weight;   /* sum of their weights, now; and of the squares */
  double weight2;
  int32_t exponent;                  /* reproducible mode: the next samples are expected to stay below 2^exponent */
  double *waiting;                   /* [bunch, points], backend memory: behind the basis, in one piece with it */
  double *spare;                     /* [points] */
  double *reference;                 /* what samples are packed minus: the mean, or a fixed field in the place of spare */
  struct hearth_exact_stream *exact; /* of HEARTH_STREAM_EXACT */
  struct hearth_sketch *sketch;      /* of HEARTH_STREAM_SKETCH */
  bool stale;                        /* samples came since basis and numbers were made (methods that make them at the end) */
  double discarded;                  /* sum over updates of the largest eigenvalue thrown away, of the scatter matrix */
  double last_time;
  int64_t capacity;             /* of scores and times, in samples */
  double *times;                /* [capacity] */
  double *scores;               /* [capacity, n_kept] on rank 0 if kept */
  double *bad;                  /* [bunch] of the waiting samples: not 0 if it could not be taken in on this rank */
  void *counter;                /* backend memory: one int32 */
  struct hearth_update *update; /* small matrices of an update */
} hearth_pca_stream;

/* Rotated modes beside the fitted ones: unit vectors in the weighted space that need not be orthogonal. */
typedef struct hearth_pca_rotated {
  double *basis;   /* [modes, points], backend memory; NULL: nothing is rotated */
  double *sigma;   /* [modes] */
  double *mix;     /* [modes, modes] row-major: rotated scores = fitted scores times this */
  int64_t samples; /* that had been fitted: a further sample makes all of it stale */
} hearth_pca_rotated;

/* How gaps were filled. */
typedef struct hearth_pca_gaps {
  hearth_array **filled; /* [fields], or NULL */
  int32_t nfields, modes, iterations;
  double error;
} hearth_pca_gaps;

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
  int32_t solver; /* of a batch fit */
  hearth_pca_rotated rotated;
  hearth_pca_gaps gaps;
  hearth_pca_stream stream;
};

/* pca.c */
void hearth_pca_clear(hearth_pca *pca);
/* pca_results.c: takes in an incomplete bunch and refuses an estimator without results. Collective. */
hearth_status hearth_pca_ready(hearth_pca *pca);
/* What sums of squares are divided by to become variances: samples - ddof; with weights w of sum W, W - ddof (sum of w^2) / W. */
double hearth_pca_divisor(const hearth_pca *pca);

/* pca_groups.c: whether each of n samples has a label, where groups are set; the group of sample t, and how many of the `most` samples from t on it has in a
 * row. */
hearth_status hearth_pca_check_labels(const hearth_pca *pca, int64_t n);
int64_t hearth_pca_group_run(const hearth_pca *pca, int64_t t, int64_t most, int32_t *group);

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

/* pca_present.c: the modes that results show, rotated or as fitted. */
double *hearth_pca_shown_basis(const hearth_pca *pca);
const double *hearth_pca_shown_sigma(const hearth_pca *pca);
/* Scores as callers see them, scores[t * modes + k], from `rows` rows of scores on the fitted modes, `width` apart: rotated, with signs, whitened. May be the
 * same memory if width = modes. Signs are known. */
hearth_status hearth_pca_present_scores(const hearth_pca *pca, int64_t rows, const double *fitted, int64_t width, double *scores);
/* Back, in place, to coefficients of the rows of the shown basis. */
void hearth_pca_take_scores(const hearth_pca *pca, int64_t rows, double *scores);
void hearth_pca_forget_rotation(hearth_pca *pca);
/* A matrix of scores in any layout as float64, row-major, on the host of every rank; the caller frees it. Collective. */
hearth_status hearth_pca_collect_scores(hearth_context *ctx, const hearth_array *scores, double **host);

/* pca_filled.c */
void hearth_pca_free_gaps(const hearth_context *ctx, hearth_pca_gaps *gaps);

/* pca_sign.c: pca->sign by the one sign rule. Collective. */
hearth_status hearth_pca_find_signs(hearth_pca *pca);

/* pca_stream.c: the estimator's memory for a stream on fields like `origin`; leaves it empty on failure. Collective. */
hearth_status hearth_pca_stream_create(hearth_pca *pca, int32_t nfields, const hearth_pca_origin *origin);
/* Room for the times of so many samples, and for their scores on rank 0. Local. */
hearth_status hearth_pca_stream_reserve(hearth_pca *pca, int64_t samples);

/* pca_stream_update.c: takes the waiting samples into the basis. Collective. */
hearth_status hearth_pca_stream_update(hearth_pca *pca);

#endif
