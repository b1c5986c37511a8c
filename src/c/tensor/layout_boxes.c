#include "tensor/layout_boxes.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/layout_cover.h"
#include "tensor/layout_dims.h"
#include "tensor/layout_index.h"
#include <string.h>

hearth_boxes *hearth_boxes_retain(hearth_boxes *boxes) {
  boxes->references++;
  return boxes;
}

void hearth_boxes_release(hearth_boxes **boxes) {
  hearth_boxes *gone = *boxes;
  *boxes = NULL;
  if (!gone || --gone->references > 0) return;
  hearth_deallocate(gone->ctx, gone->own);
  hearth_deallocate(gone->ctx, gone->share);
  hearth_deallocate(gone->ctx, gone);
}

static int64_t width_of(int32_t ndim) {
  return 2 + 2 * ndim;
}

int64_t hearth_boxes_bytes(const hearth_boxes *boxes) {
  const int32_t ndim = boxes->cells.ndim;
  return (int64_t)sizeof *boxes + boxes->n * ndim * (int64_t)sizeof *boxes->own + boxes->nshare * width_of(ndim) * (int64_t)sizeof *boxes->share;
}

static bool is_empty(int32_t ndim, const hearth_run *box) {
  for (int32_t d = 0; d < ndim; d++)
    if (box[d].count == 0) return true;
  return false;
}

hearth_status hearth_boxes_entries(const hearth_boxes *boxes, hearth_mail *mail) {
  enum { WIDEST = 2 + 2 * HEARTH_MAX_NDIM };
  const int32_t ndim = boxes->cells.ndim;
  int64_t row[WIDEST] = {boxes->ctx->rank}, *const start = row + 2, *const end = start + ndim;
  for (int64_t p = 0; p < boxes->n; p++) {
    const hearth_run *box = boxes->own + p * ndim;
    if (is_empty(ndim, box)) continue;
    row[1] = p;
    for (int32_t d = 0; d < ndim; d++) {
      start[d] = box[d].global;
      end[d] = box[d].global + box[d].count;
    }
    hearth_cell_walk walk = hearth_cells_begin(&boxes->cells, start, end);
    for (; !walk.done; hearth_cells_next(&boxes->cells, &walk)) HEARTH_TRY(hearth_mail_add(mail, (int)walk.number, row));
  }
  return HEARTH_OK;
}

/* The cell of this rank; false if it has none. */
static bool own_cell(const hearth_boxes *boxes, hearth_box *cell) {
  const hearth_cells *cells = &boxes->cells;
  int64_t rest = boxes->ctx->rank, volume = 1;
  *cell = (hearth_box){.rank = -1};
  for (int32_t d = 0; d < cells->ndim; d++) {
    const int64_t c = rest / cells->step[d];
    rest -= c * cells->step[d];
    if (c >= cells->cells[d]) return false;
    cell->start[d] = hearth_even_cut(cells->shape[d], cells->cells[d], c);
    cell->end[d] = hearth_even_cut(cells->shape[d], cells->cells[d], c + 1);
    volume *= cell->end[d] - cell->start[d];
  }
  return volume > 0;
}

/* Whether the boxes of this rank's share cover its cell once. */
static hearth_status check_share(const hearth_boxes *boxes) {
  const int32_t ndim = boxes->cells.ndim;
  hearth_box cell, *list = NULL;
  if (!own_cell(boxes, &cell)) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(boxes->ctx, boxes->nshare * (int64_t)sizeof *list, &list));
  for (int64_t k = 0; k < boxes->nshare; k++) {
    const int64_t *row = boxes->share + k * width_of(ndim);
    list[k] = (hearth_box){.rank = (int32_t)row[0]};
    memcpy(list[k].start, row + 2, (size_t)ndim * sizeof *row);
    memcpy(list[k].end, row + 2 + ndim, (size_t)ndim * sizeof *row);
  }
  const hearth_status status = hearth_boxes_cover(boxes->ctx, ndim, &cell, boxes->nshare, list);
  hearth_deallocate(boxes->ctx, list);
  return status;
}

hearth_status hearth_boxes_keep_share(hearth_boxes *boxes, hearth_mail *mail) {
  HEARTH_TRY(hearth_allocate(boxes->ctx, mail->n * mail->width * (int64_t)sizeof *boxes->share, &boxes->share));
  if (mail->n > 0) memcpy(boxes->share, mail->number, (size_t)(mail->n * mail->width) * sizeof *boxes->share);
  boxes->nshare = mail->n;
  return check_share(boxes);
}

hearth_hash hearth_boxes_part_hash(const hearth_boxes *boxes, int rank, int64_t n, const hearth_run *own) {
  const int32_t ndim = boxes->cells.ndim;
  hearth_hash hash = hearth_hash_begin(rank);
  for (int64_t p = 0; p < n; p++) {
    const hearth_run *box = own + p * ndim;
    const bool empty = is_empty(ndim, box);
    hearth_hash_add(&hash, empty);
    for (int32_t d = 0; !empty && d < ndim; d++) {
      if (!boxes->cut[d]) continue;
      hearth_hash_add(&hash, box[d].global);
      hearth_hash_add(&hash, box[d].count);
    }
  }
  return hash;
}

hearth_status hearth_boxes_set_hash(hearth_boxes *boxes) {
  boxes->hash = hearth_boxes_part_hash(boxes, boxes->ctx->rank, boxes->n, boxes->own);
  return hearth_hash_allsum(boxes->ctx, &boxes->hash);
}

/* Which dimensions some box of some rank cuts. */
static hearth_status find_cut(hearth_boxes *boxes) {
  const hearth_cells *cells = &boxes->cells;
  int64_t cut[HEARTH_MAX_NDIM] = {0};
  for (int64_t p = 0; p < boxes->n; p++)
    for (int32_t d = 0; d < cells->ndim && !is_empty(cells->ndim, boxes->own + p * cells->ndim); d++)
      if (boxes->own[p * cells->ndim + d].count < cells->shape[d]) cut[d] = 1;
  HEARTH_TRY(hearth_allreduce_i64(boxes->ctx, cut, cells->ndim, HEARTH_OP_MAX));
  for (int32_t d = 0; d < cells->ndim; d++) boxes->cut[d] = cut[d] > 0;
  return HEARTH_OK;
}

static hearth_status find_largest(hearth_boxes *boxes) {
  const int32_t ndim = boxes->cells.ndim;
  for (int64_t p = 0; p < boxes->n; p++) {
    int64_t volume = !is_empty(ndim, boxes->own + p * ndim);
    for (int32_t d = 0; d < ndim; d++)
      if (boxes->cut[d]) volume *= boxes->own[p * ndim + d].count;
    boxes->largest += volume;
  }
  return hearth_allreduce_i64(boxes->ctx, &boxes->largest, 1, HEARTH_OP_MAX);
}

static hearth_status fill_directory(hearth_boxes *boxes, int32_t ndim, const int64_t *shape) {
  HEARTH_TRY(find_cut(boxes));
  boxes->cells = hearth_cells_make(ndim, shape, boxes->cut, boxes->ctx->size);
  hearth_mail mail = hearth_mail_of(boxes->ctx, width_of(ndim));
  hearth_status status = hearth_mail_post(&mail, hearth_boxes_entries(boxes, &mail));
  if (status == HEARTH_OK) status = hearth_agree(boxes->ctx, hearth_boxes_keep_share(boxes, &mail));
  hearth_mail_free(&mail);
  if (status == HEARTH_OK) status = find_largest(boxes);
  if (status == HEARTH_OK) status = hearth_boxes_set_hash(boxes);
  return status;
}

hearth_status hearth_boxes_make(hearth_context *ctx, int32_t ndim, const int64_t *shape, int64_t n, hearth_run **own, hearth_status mine,
                                hearth_boxes **boxes) {
  hearth_boxes *made = NULL;
  if (mine == HEARTH_OK) mine = hearth_allocate_zero(ctx, (int64_t)sizeof *made, &made);
  if (mine == HEARTH_OK) {
    *made = (hearth_boxes){.ctx = ctx, .references = 1, .cells = {.ndim = ndim}, .n = n, .own = *own};
    memcpy(made->cells.shape, shape, (size_t)ndim * sizeof *shape);
    for (int64_t p = 0; p < n; p++)
      if (is_empty(ndim, *own + p * ndim)) memset(*own + p * ndim, 0, (size_t)ndim * sizeof **own);
    *own = NULL;
  }
  hearth_status status = hearth_agree(ctx, mine);
  if (status == HEARTH_OK) status = fill_directory(made, ndim, shape);
  if (status != HEARTH_OK)
    hearth_boxes_release(&made);
  else
    *boxes = made;
  return status;
}

static void turn_share(const hearth_boxes *boxes, int32_t ndim, const int32_t *from, const int64_t *shape, int64_t *share) {
  const int64_t old = width_of(boxes->cells.ndim), new = width_of(ndim);
  for (int64_t k = 0; k < boxes->nshare; k++) {
    const int64_t *row = boxes->share + k * old;
    int64_t *turned = share + k * new;
    turned[0] = row[0];
    turned[1] = row[1];
    for (int32_t d = 0; d < ndim; d++) {
      turned[2 + d] = from[d] < 0 ? 0 : row[2 + from[d]];
      turned[2 + ndim + d] = from[d] < 0 ? shape[d] : row[2 + boxes->cells.ndim + from[d]];
    }
  }
}

/* The hash goes through the cut dimensions in their order; in another order it must be another one. */
static void turn_hash(const hearth_boxes *boxes, int32_t ndim, const int32_t *from, hearth_hash *hash) {
  int32_t before = -1;
  bool ascend = true;
  for (int32_t d = 0; d < ndim; d++) {
    if (from[d] < 0 || !boxes->cut[from[d]]) continue;
    ascend = ascend && from[d] > before;
    before = from[d];
  }
  for (int32_t d = 0; !ascend && d < ndim; d++)
    if (from[d] >= 0 && boxes->cut[from[d]]) hearth_hash_add(hash, from[d]);
}

hearth_status hearth_boxes_turn(const hearth_boxes *boxes, int32_t ndim, const int32_t *from, const int64_t *shape, hearth_boxes **turned) {
  hearth_boxes *made = NULL;
  const hearth_cells *old = &boxes->cells;
  HEARTH_TRY(hearth_allocate_zero(boxes->ctx, (int64_t)sizeof *made, &made));
  *made = (hearth_boxes){
      .ctx = boxes->ctx, .references = 1, .cells = {.ndim = ndim}, .n = boxes->n, .nshare = boxes->nshare, .largest = boxes->largest, .hash = boxes->hash};
  hearth_status status = hearth_allocate(boxes->ctx, boxes->n * ndim * (int64_t)sizeof *made->own, &made->own);
  if (status == HEARTH_OK) status = hearth_allocate(boxes->ctx, boxes->nshare * width_of(ndim) * (int64_t)sizeof *made->share, &made->share);
  if (status != HEARTH_OK) {
    hearth_boxes_release(&made);
    return status;
  }
  for (int32_t d = 0; d < ndim; d++) {
    const bool is_new = from[d] < 0;
    made->cut[d] = !is_new && boxes->cut[from[d]];
    made->cells.shape[d] = shape[d];
    made->cells.cells[d] = is_new ? 1 : old->cells[from[d]];
    made->cells.step[d] = is_new ? 0 : old->step[from[d]];
    for (int64_t p = 0; p < boxes->n; p++) {
      const int64_t extent = is_empty(old->ndim, boxes->own + p * old->ndim) ? 0 : shape[d];
      made->own[p * ndim + d] = is_new ? (hearth_run){0, 0, extent} : boxes->own[p * old->ndim + from[d]];
    }
  }
  turn_share(boxes, ndim, from, shape, made->share);
  turn_hash(boxes, ndim, from, &made->hash);
  *turned = made;
  return HEARTH_OK;
}
