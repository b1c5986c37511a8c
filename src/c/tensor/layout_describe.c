/* A picture of who owns what, drawn from samples: rank 0 asks the directories where there are any, and tells the others. */
#include <hearth/layout.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_boxes.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 60, ROWS = 20, NAMED = 16, NOBODY = -1 };

/* Samples along the two dimensions that are drawn (one may be missing: -1), and the ranks that own them. */
typedef struct picture {
  const hearth_layout *layout;
  int32_t dim[2];    /* down, across */
  int64_t extent[2]; /* samples */
  int64_t owner[ROWS * COLUMNS];
} picture;

static int64_t index_of(const picture *p, int which, int64_t sample) {
  return p->dim[which] < 0 ? 0 : hearth_even_cut(p->layout->shape[p->dim[which]], p->extent[which], sample);
}

/* The first two distributed dimensions; a single one runs across. */
static void choose(picture *p) {
  const hearth_layout *layout = p->layout;
  const int64_t most[2] = {ROWS, COLUMNS};
  int32_t n = 0, found[2];
  for (int32_t d = 0; d < layout->ndim && n < 2; d++)
    if (layout->dim[d].processes > 1) found[n++] = d;
  p->dim[0] = n == 2 ? found[0] : -1;
  p->dim[1] = n == 2 ? found[1] : n == 1 ? found[0] : layout->ndim - 1;
  for (int k = 0; k < 2; k++) {
    const int64_t extent = p->dim[k] < 0 ? 1 : layout->shape[p->dim[k]];
    p->extent[k] = extent < most[k] ? extent : most[k];
  }
}

/* Coordinates of the samples along dimension d, n of them at even cuts; one at 0 where the dimension is not drawn. Collective where it is a list. */
static hearth_status find_coordinates(const hearth_layout *layout, int32_t d, int64_t n, int64_t *coordinate) {
  const hearth_dim *dim = &layout->dim[d];
  hearth_run asked[COLUMNS];
  hearth_owned *found = NULL;
  int64_t nfound = 0;
  for (int64_t k = 0; k < n; k++) {
    asked[k] = (hearth_run){hearth_even_cut(dim->extent, n, k), 0, 1};
    if (dim->kind != HEARTH_DIM_INDEX) coordinate[k] = hearth_dim_owner(dim, asked[k].global);
  }
  if (dim->kind != HEARTH_DIM_INDEX) return HEARTH_OK;
  HEARTH_TRY(hearth_index_find(dim->index, layout->ctx->rank == 0 ? n : 0, asked, HEARTH_OK, &nfound, &found));
  for (int64_t i = 0; i < nfound; i++)
    for (int64_t k = 0; k < n; k++)
      if (asked[k].global >= found[i].global && asked[k].global < found[i].global + found[i].count) coordinate[k] = found[i].coordinate;
  hearth_deallocate(layout->ctx, found);
  return hearth_broadcast(layout->ctx, coordinate, n * (int64_t)sizeof *coordinate, 0);
}

static hearth_status sample_product(picture *p) {
  const hearth_layout *layout = p->layout;
  int64_t at[HEARTH_MAX_NDIM][COLUMNS] = {{0}}, step[HEARTH_MAX_NDIM], positions = 1;
  for (int32_t a = layout->grid_ndim - 1; a >= 0; a--) {
    step[a] = positions;
    positions *= layout->grid[a];
  }
  for (int32_t d = 0; d < layout->ndim; d++) HEARTH_TRY(find_coordinates(layout, d, d == p->dim[0] ? p->extent[0] : d == p->dim[1] ? p->extent[1] : 1, at[d]));
  for (int64_t i = 0; i < p->extent[0]; i++)
    for (int64_t j = 0; j < p->extent[1]; j++) {
      int64_t position = 0;
      for (int32_t d = 0; d < layout->ndim; d++)
        if (layout->dim[d].axis >= 0) position += step[layout->dim[d].axis] * at[d][d == p->dim[0] ? i : d == p->dim[1] ? j : 0];
      p->owner[i * p->extent[1] + j] = hearth_layout_rank_at(layout, position);
    }
  return HEARTH_OK;
}

static hearth_status sample_boxes(picture *p) {
  const hearth_layout *layout = p->layout;
  const hearth_context *ctx = layout->ctx;
  const int32_t ndim = layout->ndim;
  const int64_t n = p->extent[0] * p->extent[1];
  int64_t *asked = NULL;
  hearth_mail found = hearth_mail_of(ctx, 1);
  const hearth_status mine = hearth_allocate_zero(ctx, 2 * n * ndim * (int64_t)sizeof *asked, &asked);
  for (int64_t q = 0; mine == HEARTH_OK && q < n; q++) {
    int64_t *start = asked + 2 * ndim * q, *end = start + ndim;
    for (int k = 0; k < 2; k++)
      if (p->dim[k] >= 0) start[p->dim[k]] = index_of(p, k, k == 0 ? q / p->extent[1] : q % p->extent[1]);
    for (int32_t d = 0; d < ndim; d++) end[d] = start[d] + 1;
    p->owner[q] = NOBODY;
  }
  hearth_status status = hearth_boxes_find(layout->boxes, ctx->rank == 0 ? n : 0, asked, mine, &found);
  for (int64_t k = 0; status == HEARTH_OK && k < found.n; k++) p->owner[found.number[k * found.width]] = found.number[k * found.width + 1];
  if (status == HEARTH_OK) status = hearth_broadcast(ctx, p->owner, n * (int64_t)sizeof *p->owner, 0);
  hearth_mail_free(&found);
  hearth_deallocate(ctx, asked);
  return status;
}

static void append(char *text, int64_t capacity, const char *more) {
  const size_t used = strlen(text), room = (size_t)capacity - used - 1;
  strncat(text, more, room);
}

static char symbol(int64_t rank) {
  static const char symbols[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return rank < 0 ? '?' : rank < (int64_t)sizeof symbols - 1 ? symbols[rank] : '#';
}

static void write_head(const picture *p, char *text, int64_t capacity) {
  static const char *const kinds[] = {"whole", "block-cyclic", "cuts", "index list", "boxes"};
  char line[128];
  for (int32_t d = 0; d < p->layout->ndim; d++) {
    snprintf(line, sizeof line, "%s%lld (%s)", d ? " x " : "", (long long)p->layout->shape[d], kinds[p->layout->dim[d].kind]);
    append(text, capacity, line);
  }
  snprintf(line, sizeof line, " on %d rank%s%s\n", p->layout->ctx->size, p->layout->ctx->size == 1 ? "" : "s",
           hearth_layout_is_replicated(p->layout) ? ", replicated" : "");
  append(text, capacity, line);
}

static void write_picture(const picture *p, char *text, int64_t capacity) {
  char line[COLUMNS + 2];
  for (int64_t i = 0; i < p->extent[0]; i++) {
    int64_t j = 0;
    for (; j < p->extent[1]; j++) line[j] = symbol(p->owner[i * p->extent[1] + j]);
    line[j++] = '\n';
    line[j] = '\0';
    append(text, capacity, line);
  }
}

/* held[2 r], held[2 r + 1]: elements and pieces of rank r. */
static void write_legend(const hearth_context *ctx, const int64_t *held, char *text, int64_t capacity) {
  char line[128];
  int least = 0, most = 0;
  for (int r = 0; r < ctx->size; r++) {
    if (held[2 * r] < held[2 * least]) least = r;
    if (held[2 * r] > held[2 * most]) most = r;
    if (ctx->size > NAMED) continue;
    snprintf(line, sizeof line, "%c: rank %d, %lld element%s in %lld piece%s\n", symbol(r), r, (long long)held[2 * r], held[2 * r] == 1 ? "" : "s",
             (long long)held[2 * r + 1], held[2 * r + 1] == 1 ? "" : "s");
    append(text, capacity, line);
  }
  if (ctx->size <= NAMED) return;
  snprintf(line, sizeof line, "%lld elements on rank %d to %lld on rank %d\n", (long long)held[2 * least], least, (long long)held[2 * most], most);
  append(text, capacity, line);
}

hearth_status hearth_layout_describe(const hearth_layout *layout, char *text, int64_t capacity) {
  HEARTH_REQUIRE(NULL, layout, "the layout is NULL");
  const hearth_context *ctx = layout->ctx;
  const int64_t own[2] = {hearth_layout_local_volume(layout), hearth_layout_piece_count(layout)};
  int64_t *held = NULL, volume = 1;
  picture p = {.layout = layout};
  hearth_status mine = text && capacity > 0 ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no room for the text");
  if (mine == HEARTH_OK) mine = hearth_allocate(ctx, 2 * ctx->size * (int64_t)sizeof *held, &held);
  hearth_status status = hearth_agree(ctx, mine);
  for (int32_t d = 0; d < layout->ndim; d++) volume *= layout->shape[d];
  choose(&p);
  if (status == HEARTH_OK) status = hearth_allgather(ctx, own, (int64_t)sizeof own, held);
  if (status == HEARTH_OK && volume > 0) status = layout->boxes ? sample_boxes(&p) : sample_product(&p);
  if (status == HEARTH_OK) {
    text[0] = '\0';
    write_head(&p, text, capacity);
    if (volume > 0) write_picture(&p, text, capacity);
    write_legend(ctx, held, text, capacity);
  }
  hearth_deallocate(ctx, held);
  return status;
}
