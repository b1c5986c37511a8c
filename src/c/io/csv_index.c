/* Where the rows of a CSV file are. Nobody can know before it is read: every rank looks through its share of the bytes, and all share what they found. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "io/format_csv.h"
#include <string.h>

#define AHEAD 4096 /* bytes behind a block that are looked at to tell a row from a blank line */

/* A line begins behind every newline: the byte before the block belongs to the buffer. */
static void count_block(const hearth_csv_state *state, int64_t from, int64_t to, const char *buffer, int64_t first, int64_t have, hearth_csv_block *block) {
  const char *end = buffer + have;
  block->rows = 0;
  block->offset = to;
  int64_t line = from;
  if (from > state->begin) {
    const char *newline = memchr(buffer + (from - 1 - first), '\n', (size_t)(to - (from - 1)));
    if (!newline) return;
    line = first + (newline - buffer) + 1;
  }
  while (line < to && line - first < have) {
    const char *text = buffer + (line - first), *newline = memchr(text, '\n', (size_t)(end - text));
    const int64_t length = newline ? newline - text : end - text;
    if (hearth_csv_is_row(text, length) && block->rows++ == 0) block->offset = line;
    if (!newline) return;
    line += length + 1;
  }
}

static hearth_status scan_block(const hearth_file *file, int64_t number, char *buffer, hearth_csv_block *block) {
  const hearth_csv_state *state = file->state;
  const hearth_raw_file raw = {file->path, file->fd, file->size};
  const int64_t from = state->begin + number * HEARTH_CSV_BLOCK;
  const int64_t to = file->size - from < HEARTH_CSV_BLOCK ? file->size : from + HEARTH_CSV_BLOCK;
  const int64_t first = from > state->begin ? from - 1 : from;
  int64_t have = 0;
  HEARTH_TRY(hearth_read_at(file->ctx, &raw, first, to - first + AHEAD, buffer, &have));
  count_block(state, from, to, buffer, first, have, block);
  return HEARTH_OK;
}

static hearth_status scan_share(const hearth_file *file, int64_t from, int64_t to, hearth_csv_block *blocks) {
  char *buffer = NULL;
  HEARTH_TRY(hearth_allocate(file->ctx, HEARTH_CSV_BLOCK + AHEAD + 1, &buffer));
  hearth_status status = HEARTH_OK;
  for (int64_t b = from; b < to && status == HEARTH_OK; b++) status = scan_block(file, b, buffer, &blocks[b - from]);
  hearth_deallocate(file->ctx, buffer);
  return status;
}

static hearth_status gather(const hearth_file *file, const hearth_csv_block *mine, int64_t n) {
  hearth_csv_state *state = file->state;
  const hearth_context *ctx = file->ctx;
  int64_t *bytes = NULL;
  hearth_status status = hearth_allocate(ctx, 2 * ctx->size * (int64_t)sizeof(int64_t), &bytes);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) {
    int64_t *offsets = bytes + ctx->size;
    for (int r = 0; r < ctx->size; r++) {
      const int64_t from = state->nblocks * r / ctx->size, to = state->nblocks * (r + 1) / ctx->size;
      bytes[r] = (to - from) * (int64_t)sizeof(hearth_csv_block);
      offsets[r] = from * (int64_t)sizeof(hearth_csv_block);
    }
    status = hearth_allgatherv(ctx, mine, n * (int64_t)sizeof(hearth_csv_block), state->block, bytes, offsets);
  }
  hearth_deallocate(ctx, bytes);
  return status;
}

hearth_status hearth_csv_index(hearth_file *file) {
  hearth_csv_state *state = file->state;
  const hearth_context *ctx = file->ctx;
  hearth_csv_block *mine = NULL;
  state->nblocks = (file->size - state->begin + HEARTH_CSV_BLOCK - 1) / HEARTH_CSV_BLOCK;
  const int64_t from = state->nblocks * ctx->rank / ctx->size, to = state->nblocks * (ctx->rank + 1) / ctx->size;
  hearth_status status = hearth_allocate(ctx, (to - from) * (int64_t)sizeof(*mine), &mine);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, state->nblocks * (int64_t)sizeof(*mine), &state->block);
  if (status == HEARTH_OK) status = hearth_allocate_zero(ctx, (state->nblocks + 1) * (int64_t)sizeof(int64_t), &state->first);
  if (status == HEARTH_OK) status = scan_share(file, from, to, mine);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = gather(file, mine, to - from);
  hearth_deallocate(ctx, mine);
  HEARTH_TRY(status);
  for (int64_t b = 0; b < state->nblocks; b++) state->first[b + 1] = state->first[b] + state->block[b].rows;
  state->rows = state->first[state->nblocks];
  return HEARTH_OK;
}
