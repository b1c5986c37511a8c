#include "io/raw.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include <errno.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#include <string.h>
#include <unistd.h>

#define SEGMENT ((int64_t)2 << 20) /* bytes of one pread: large enough to amortise the call, small enough to share among threads */
#define SIEVE ((int64_t)256 << 10) /* bytes of a sieve: short rows are cheaper read with what lies between them */
#define SHORT_ROW 8192

/* Worker threads fail too: one at a time may set the last error. */
static hearth_status read_failure(const hearth_context *ctx, const hearth_raw_file *file, int64_t at, int error) {
#pragma omp critical(hearth_raw_failure)
  hearth_fail(ctx, HEARTH_ERR_FILE, "cannot read '%s' at byte %lld: %s", file->path, (long long)at, strerror(error));
  return HEARTH_ERR_FILE;
}

static hearth_status truncated(const hearth_context *ctx, const hearth_raw_file *file, int64_t needed) {
#pragma omp critical(hearth_raw_failure)
  hearth_fail(ctx, HEARTH_ERR_FORMAT, "'%s' is truncated: it has %lld bytes, the variable needs %lld", file->path, (long long)file->size, (long long)needed);
  return HEARTH_ERR_FORMAT;
}

hearth_status hearth_read_at(const hearth_context *ctx, const hearth_raw_file *file, int64_t offset, int64_t bytes, void *data, int64_t *got) {
  char *to = data;
  *got = 0;
  while (*got < bytes) {
    const int64_t wanted = bytes - *got < ((int64_t)1 << 30) ? bytes - *got : (int64_t)1 << 30;
    const ssize_t n = pread(file->fd, to + *got, (size_t)wanted, (off_t)(offset + *got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return read_failure(ctx, file, offset + *got, errno);
    if (n == 0) break;
    *got += n;
  }
  return HEARTH_OK;
}

/* The box with its dimensions sorted from slow to fast in the file, neighbours merged: `n` rows dimensions outside, `row` bytes inside. */
typedef struct box {
  int32_t n; /* outer dimensions */
  int64_t count[HEARTH_MAX_NDIM], file[HEARTH_MAX_NDIM], memory[HEARTH_MAX_NDIM];
  int64_t row; /* bytes contiguous in both */
} box;

static bool merge(const hearth_raw *raw, int32_t ndim, const int64_t *count, const int64_t *stride, box *b) {
  int32_t order[HEARTH_MAX_NDIM], n = 0;
  for (int32_t d = 0; d < ndim; d++) {
    if (count[d] == 1) continue;
    int32_t k = n++;
    for (; k > 0 && raw->stride[order[k - 1]] < raw->stride[d]; k--) order[k] = order[k - 1];
    order[k] = d;
  }
  b->n = 0;
  b->row = raw->element;
  for (int32_t k = n - 1; k >= 0; k--) { /* from the fastest */
    const int32_t d = order[k];
    const int32_t last = b->n - 1;
    if (b->n == 0 && raw->stride[d] == b->row && stride[d] == b->row) {
      b->row *= count[d];
    } else if (b->n > 0 && raw->stride[d] == b->file[last] * b->count[last] && stride[d] == b->memory[last] * b->count[last]) {
      b->count[last] *= count[d];
    } else {
      b->count[b->n] = count[d], b->file[b->n] = raw->stride[d], b->memory[b->n] = stride[d];
      b->n++;
    }
  }
  return n == 0 || b->row > raw->element || raw->stride[order[n - 1]] != raw->element;
}

bool hearth_raw_fits(const hearth_raw *raw, int32_t ndim, const int64_t *count, const int64_t *stride) {
  box b;
  return merge(raw, ndim, count, stride, &b);
}

/* memcpy: the host program's memory may have any alignment. */
#define SWAP(bits)                                                                                                                                             \
  for (int64_t i = 0; i < bytes; i += bits / 8) {                                                                                                              \
    uint##bits##_t x;                                                                                                                                          \
    memcpy(&x, data + i, bits / 8);                                                                                                                            \
    x = __builtin_bswap##bits(x);                                                                                                                              \
    memcpy(data + i, &x, bits / 8);                                                                                                                            \
  }

static void swap_bytes(char *data, int64_t bytes, int64_t unit) {
  if (unit == 2) SWAP(16);
  if (unit == 4) SWAP(32);
  if (unit == 8) SWAP(64);
}

/* One parallel read: jobs are numbered over (outer dimensions but the first, groups of rows of the first, segments of a row). */
typedef struct work {
  const hearth_context *ctx;
  const hearth_raw_file *file;
  const hearth_raw *raw;
  box b;
  int64_t offset; /* of the box in the file */
  char *base;
  int64_t rows, group, segment; /* rows of the first outer dimension, rows per job, bytes per job */
  int64_t ngroups, nsegments, njobs;
  bool sieve;
} work;

static hearth_status read_exactly(const work *w, int64_t offset, int64_t bytes, char *to) {
  int64_t got = 0;
  HEARTH_TRY(hearth_read_at(w->ctx, w->file, offset, bytes, to, &got));
  return got < bytes ? truncated(w->ctx, w->file, offset + bytes) : HEARTH_OK;
}

static hearth_status read_job(const work *w, int64_t job, char *sieve) {
  const int64_t segment = job % w->nsegments, group = job / w->nsegments % w->ngroups;
  int64_t outer = job / w->nsegments / w->ngroups, offset = w->offset;
  char *to = w->base;
  for (int32_t d = 1; d < w->b.n; d++, outer /= w->b.count[d - 1]) {
    offset += outer % w->b.count[d] * w->b.file[d];
    to += outer % w->b.count[d] * w->b.memory[d];
  }
  const int64_t first = group * w->group, n = w->rows - first < w->group ? w->rows - first : w->group;
  const int64_t file_stride = w->b.n > 0 ? w->b.file[0] : 0, memory_stride = w->b.n > 0 ? w->b.memory[0] : 0;
  const int64_t from = segment * w->segment, bytes = w->b.row - from < w->segment ? w->b.row - from : w->segment;
  offset += first * file_stride + from;
  to += first * memory_stride + from;
  if (w->sieve) HEARTH_TRY(read_exactly(w, offset, (n - 1) * file_stride + bytes, sieve));
  for (int64_t r = 0; r < n; r++) {
    char *row = to + r * memory_stride;
    if (w->sieve)
      memcpy(row, sieve + r * file_stride, (size_t)bytes);
    else
      HEARTH_TRY(read_exactly(w, offset + r * file_stride, bytes, row));
    if (w->raw->swap) swap_bytes(row, bytes, w->raw->swap);
  }
  return HEARTH_OK;
}

static void plan(work *w) {
  const box *b = &w->b;
  int64_t outer = 1;
  for (int32_t d = 1; d < b->n; d++) outer *= b->count[d];
  w->rows = b->n > 0 ? b->count[0] : 1;
  w->segment = b->row < SEGMENT ? b->row : SEGMENT;
  w->nsegments = (b->row + w->segment - 1) / w->segment;
  w->sieve = b->n > 0 && b->row <= SHORT_ROW && b->file[0] <= 8 * b->row + 4096;
  w->group = w->sieve ? (SIEVE - b->row) / b->file[0] + 1 : SEGMENT / b->row;
  if (w->group > w->rows) w->group = w->rows;
  if (w->group < 1) w->group = 1;
  w->ngroups = (w->rows + w->group - 1) / w->group;
  w->njobs = outer * w->ngroups * w->nsegments;
}

hearth_status hearth_raw_read(const hearth_context *ctx, const hearth_raw_file *file, const hearth_raw *raw, int32_t ndim, const int64_t *start,
                              const int64_t *count, void *base, const int64_t *stride) {
  work w = {.ctx = ctx, .file = file, .raw = raw, .base = base, .offset = raw->offset};
  for (int32_t d = 0; d < ndim; d++) {
    if (count[d] == 0) return HEARTH_OK;
    w.offset += start[d] * raw->stride[d];
  }
  merge(raw, ndim, count, stride, &w.b); /* memory that does not fit costs a read per element, no more */
  plan(&w);
  int threads = ctx->threads > 0 ? ctx->threads : 1;
  if (threads > w.njobs) threads = (int)w.njobs;
  char *sieves = NULL;
  if (w.sieve) HEARTH_TRY(hearth_allocate(ctx, threads * SIEVE, &sieves));
  hearth_status worst = HEARTH_OK;
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
  for (int64_t job = 0; job < w.njobs; job++) {
    hearth_status seen, status;
#pragma omp atomic read
    seen = worst;
    if (seen != HEARTH_OK) continue;
#ifdef _OPENMP
    char *sieve = sieves ? sieves + omp_get_thread_num() * SIEVE : NULL;
#else
    char *sieve = sieves;
#endif
    status = read_job(&w, job, sieve);
    if (status != HEARTH_OK) {
#pragma omp atomic write
      worst = status;
    }
  }
  hearth_deallocate(ctx, sieves);
  return worst;
}
