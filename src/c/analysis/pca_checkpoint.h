/* What a checkpoint holds, named and in order: written by hearth_pca_save, read by hearth_pca_restore; docs/checkpoint.md describes the file. */
#ifndef HEARTH_ANALYSIS_PCA_CHECKPOINT_H
#define HEARTH_ANALYSIS_PCA_CHECKPOINT_H
#include "analysis/io_table.h"
#include "analysis/pca_impl.h"
#include "analysis/series.h"

#define HEARTH_CHECKPOINT_FORMAT "hearth-pca-checkpoint"
#define HEARTH_CHECKPOINT_VERSION 1

enum { HEARTH_CHECKPOINT_NUMBERS = 32, HEARTH_CHECKPOINT_LISTS = 16, HEARTH_CHECKPOINT_NAME = 64 };

/* Numbers that rank 0 has; `everywhere`: that all ranks have. */
typedef struct hearth_checkpoint_vector {
  const char *name;
  double *data;
  int64_t n;
  bool everywhere;
} hearth_checkpoint_vector;

/* [rows, points] in backend memory. */
typedef struct hearth_checkpoint_rows {
  const char *name;
  double *data;
  int64_t rows;
} hearth_checkpoint_rows;

typedef struct hearth_checkpoint {
  int32_t nvectors, nrows;
  hearth_checkpoint_vector vector[HEARTH_CHECKPOINT_LISTS];
  hearth_checkpoint_rows rows[HEARTH_CHECKPOINT_LISTS];
} hearth_checkpoint;

/* What the estimator's numbers say it holds: the same lists whether it is saved or has just been given memory for a restore. Local. */
void hearth_checkpoint_describe(const hearth_pca *pca, hearth_checkpoint *checkpoint);

/* Numbers of the estimator by name: text that reads back exactly. */
typedef enum hearth_checkpoint_role {
  HEARTH_CHECKPOINT_SAME,        /* an option: the estimator that restores must have it */
  HEARTH_CHECKPOINT_SAME_STREAM, /* the same, of streams */
  HEARTH_CHECKPOINT_KEPT         /* state */
} hearth_checkpoint_role;
int32_t hearth_checkpoint_numbers(void);
const char *hearth_checkpoint_number_name(int32_t i);
hearth_checkpoint_role hearth_checkpoint_number_role(int32_t i);
double hearth_checkpoint_number(const hearth_pca *pca, int32_t i);
/* Whether it may be this number's value: counts are whole and not negative. */
bool hearth_checkpoint_number_fits(int32_t i, double value);
void hearth_checkpoint_set_number(hearth_pca *pca, int32_t i, double value);

/* "rows_field", a variable of the file. */
void hearth_checkpoint_variable(const hearth_checkpoint_rows *rows, int32_t f, char name[HEARTH_CHECKPOINT_NAME]);
/* The rows' part of field f as an array [rows, space...] over the estimator's own memory, its space axes from the slowest of `order` to the fastest; `base` is
 * any float64 array. Local. The caller destroys *array. */
hearth_status hearth_checkpoint_array(const hearth_pca *pca, int32_t f, const hearth_checkpoint_rows *rows, int32_t order, const hearth_array *base,
                                      hearth_array **array);
/* An array of one element, for that. Local. */
hearth_status hearth_checkpoint_base(hearth_context *ctx, hearth_array **base);

/* A file being restored. */
typedef struct hearth_restoring {
  hearth_pca *pca;
  const hearth_io_table *io;
  hearth_file *file;
  const char *path;
  bool weights;                     /* saved */
  int32_t order[HEARTH_MAX_FIELDS]; /* of each field's axes in the file */
  hearth_array *base;
  double number[HEARTH_CHECKPOINT_NUMBERS];
} hearth_restoring;

/* pca_restore_header.c: reads and judges what the file says of itself against the estimator and the fields given; changes nothing but `restoring`. Local. */
hearth_status hearth_restore_header(hearth_restoring *restoring, int32_t nfields, const hearth_pca_origin *origin, hearth_pca_phase *phase);
/* Text of a global attribute, or FORMAT if there is none. Local. */
hearth_status hearth_restore_text(const hearth_restoring *restoring, const char *name, char *text, int64_t capacity);
/* pca_restore.c: the rows' variables into the estimator's memory. Collective. */
hearth_status hearth_restore_rows(const hearth_restoring *restoring, const hearth_checkpoint_rows *rows);
/* pca_restore_weights.c: the weights saved, which must be those of the estimator's metric if it has one. Collective. */
hearth_status hearth_restore_weights(const hearth_restoring *restoring);

/* pca_checksum.c: the sum over all numbers, vectors and rows of hashes of value and place, which depends on no layout. Collective. */
hearth_status hearth_checkpoint_sum(const hearth_pca *pca, const hearth_checkpoint *checkpoint, uint64_t *sum);

#endif
