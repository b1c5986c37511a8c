/* The checksum of a checkpoint: every number is hashed with its name and its global index, and the hashes are added modulo 2^64, so that neither layout nor
 * ranks leave a trace. It finds what was damaged by accident (SplitMix64's finaliser mixes); it is no signature. */
#include "analysis/pca_checkpoint.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_impl.h"
#include <math.h>
#include <string.h>

enum { CHUNK = 1 << 15 };

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

static uint64_t hash_name(const char *name) {
  uint64_t h = 0x9E3779B97F4A7C15u;
  for (; *name; name++) h = mix(h + (unsigned char)*name);
  return h;
}

/* A NaN is a NaN, whatever its bits. */
static uint64_t hash_value(uint64_t key, int64_t index, double value) {
  uint64_t bits = 0x7ff8000000000000u;
  if (!isnan(value)) memcpy(&bits, &value, sizeof bits);
  return mix(bits ^ (key + (uint64_t)index * 0x9E3779B97F4A7C15u));
}

static uint64_t sum_small(const hearth_pca *pca, const hearth_checkpoint *checkpoint) {
  uint64_t sum = 0;
  for (int32_t i = 0; i < hearth_checkpoint_numbers(); i++) sum += hash_value(hash_name(hearth_checkpoint_number_name(i)), 0, hearth_checkpoint_number(pca, i));
  for (int32_t f = 0; f < pca->space.nfields; f++) sum += mix(hash_name(pca->space.field[f].name) + (uint64_t)f);
  for (int32_t i = 0; i < checkpoint->nvectors; i++) {
    const hearth_checkpoint_vector *vector = &checkpoint->vector[i];
    const uint64_t key = hash_name(vector->name);
    for (int64_t j = 0; j < vector->n; j++) sum += hash_value(key, j, vector->data[j]);
  }
  return sum;
}

/* Row-major index in the whole field of each local index of a piece along each dimension, one dimension after the other. Local. */
static hearth_status place_indices(const hearth_layout *layout, int32_t piece, int64_t **table, const int64_t **place) {
  int64_t n = 0, stride = 1;
  for (int32_t d = 0; d < layout->ndim; d++) n += hearth_layout_piece_extent(layout, piece, d);
  HEARTH_TRY(hearth_allocate(layout->ctx, n * (int64_t)sizeof **table, table));
  int64_t *next = *table + n;
  for (int32_t d = layout->ndim - 1; d >= 0; d--) {
    const int64_t extent = hearth_layout_piece_extent(layout, piece, d);
    next -= extent;
    place[d] = next;
    for (int64_t i = 0; i < extent; i++) next[i] = stride * hearth_layout_piece_global(layout, piece, d, i);
    stride *= layout->shape[d];
  }
  return HEARTH_OK;
}

/* Where a piece is walked through in its memory order. */
typedef struct walk {
  const hearth_layout *layout;
  int32_t piece, order;
  int64_t index[HEARTH_MAX_NDIM];
  const int64_t *place[HEARTH_MAX_NDIM];
} walk;

static uint64_t sum_values(walk *w, uint64_t key, int64_t base, int64_t n, const double *value) {
  const int32_t ndim = w->layout->ndim, fast = w->order == HEARTH_COLUMN_MAJOR ? 0 : ndim - 1;
  const int64_t extent = hearth_layout_piece_extent(w->layout, w->piece, fast);
  uint64_t sum = 0;
  while (n > 0) {
    const int64_t left = extent - w->index[fast], count = left < n ? left : n, *place = w->place[fast] + w->index[fast];
    int64_t rest = base;
    for (int32_t d = 0; d < ndim; d++)
      if (d != fast) rest += w->place[d][w->index[d]];
    for (int64_t i = 0; i < count; i++) sum += hash_value(key, rest + place[i], value[i]);
    value += count;
    n -= count;
    w->index[fast] += count;
    for (int32_t k = 0; k < ndim; k++) {
      const int32_t d = w->order == HEARTH_COLUMN_MAJOR ? k : ndim - 1 - k;
      if (w->index[d] < hearth_layout_piece_extent(w->layout, w->piece, d)) break;
      w->index[d] = 0;
      if (k + 1 < ndim) w->index[w->order == HEARTH_COLUMN_MAJOR ? k + 1 : ndim - 2 - k]++;
    }
  }
  return sum;
}

/* One piece of a field, all rows; `buffer` has CHUNK elements. Local. */
static hearth_status sum_piece(const hearth_pca *pca, int32_t f, int32_t piece, const hearth_checkpoint_rows *rows, double *buffer, uint64_t *sum) {
  const hearth_pca_field *field = &pca->space.field[f];
  const int64_t points = field->piece[piece + 1] - field->piece[piece];
  const uint64_t key = hash_name(rows->name) + mix((uint64_t)f + 1);
  int64_t *table = NULL;
  walk w = {.layout = field->layout, .piece = piece, .order = field->order};
  if (points == 0) return HEARTH_OK;
  hearth_status status = place_indices(field->layout, piece, &table, w.place);
  for (int64_t row = 0; row < rows->rows && status == HEARTH_OK; row++)
    for (int64_t first = 0; first < points && status == HEARTH_OK; first += CHUNK) {
      const int64_t n = points - first < CHUNK ? points - first : CHUNK;
      status = hearth_pca_download(pca->ctx, buffer, rows->data + row * pca->space.points + field->offset + field->piece[piece] + first, n);
      if (status == HEARTH_OK) *sum += sum_values(&w, key, row * field->global_points, n, buffer);
    }
  hearth_deallocate(pca->ctx, table);
  return status;
}

static hearth_status sum_rows(const hearth_pca *pca, const hearth_checkpoint *checkpoint, uint64_t *sum) {
  double *buffer = NULL;
  if (!pca->space.primary || pca->space.points == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(pca->ctx, CHUNK * (int64_t)sizeof *buffer, &buffer));
  hearth_status status = HEARTH_OK;
  for (int32_t i = 0; i < checkpoint->nrows && status == HEARTH_OK; i++)
    for (int32_t f = 0; f < pca->space.nfields && status == HEARTH_OK; f++)
      for (int32_t p = 0; p < pca->space.field[f].npieces && status == HEARTH_OK; p++) status = sum_piece(pca, f, p, &checkpoint->rows[i], buffer, sum);
  hearth_deallocate(pca->ctx, buffer);
  return status;
}

hearth_status hearth_checkpoint_sum(const hearth_pca *pca, const hearth_checkpoint *checkpoint, uint64_t *sum) {
  uint64_t mine = pca->ctx->rank == 0 ? sum_small(pca, checkpoint) : 0;
  HEARTH_TRY(hearth_agree(pca->ctx, sum_rows(pca, checkpoint, &mine)));
  /* Halves, so that no signed sum overflows. */
  int64_t half[2] = {(int64_t)(mine & 0xffffffffu), (int64_t)(mine >> 32)};
  HEARTH_TRY(hearth_allreduce_i64(pca->ctx, half, 2, HEARTH_OP_SUM));
  *sum = (uint64_t)half[0] + ((uint64_t)half[1] << 32);
  return HEARTH_OK;
}
