/* Asking the directory of a layout of boxes. */
#include "core/context_impl.h"
#include "core/error.h"
#include "tensor/layout_boxes.h"

enum { WIDEST = 3 + 2 * HEARTH_MAX_NDIM };

/* Each question goes to the cells that it touches. */
static hearth_status ask(const hearth_boxes *boxes, int64_t n, const int64_t *asked, hearth_mail *mail) {
  const int32_t ndim = boxes->cells.ndim;
  for (int64_t q = 0; q < n; q++) {
    const int64_t *start = asked + 2 * ndim * q, *end = start + ndim;
    int64_t row[WIDEST] = {q};
    bool empty = false;
    for (int32_t d = 0; d < ndim; d++) {
      row[1 + d] = start[d];
      row[1 + ndim + d] = end[d];
      empty = empty || start[d] >= end[d];
    }
    if (empty) continue;
    hearth_cell_walk walk = hearth_cells_begin(&boxes->cells, start, end);
    for (; !walk.done; hearth_cells_next(&boxes->cells, &walk)) HEARTH_TRY(hearth_mail_add(mail, (int)walk.number, row));
  }
  return HEARTH_OK;
}

/* A box that lies in several cells is told by the one where what it has in common with the question begins. */
static hearth_status answer_one(const hearth_boxes *boxes, int asker, const int64_t *question, hearth_mail *answers) {
  const int32_t ndim = boxes->cells.ndim;
  const int64_t *start = question + 1, *end = start + ndim;
  for (int64_t k = 0; k < boxes->nshare; k++) {
    const int64_t *row = boxes->share + k * (2 + 2 * ndim), *box_start = row + 2, *box_end = box_start + ndim;
    int64_t corner[HEARTH_MAX_NDIM], answer[WIDEST];
    bool apart = false;
    for (int32_t d = 0; d < ndim; d++) {
      corner[d] = start[d] > box_start[d] ? start[d] : box_start[d];
      apart = apart || corner[d] >= end[d] || corner[d] >= box_end[d];
    }
    if (apart || hearth_cells_number(&boxes->cells, corner) != boxes->ctx->rank) continue;
    answer[0] = question[0];
    for (int32_t i = 0; i < 2 + 2 * ndim; i++) answer[1 + i] = row[i];
    HEARTH_TRY(hearth_mail_add(answers, asker, answer));
  }
  return HEARTH_OK;
}

hearth_status hearth_boxes_find(const hearth_boxes *boxes, int64_t n, const int64_t *asked, hearth_status mine, hearth_mail *found) {
  const int32_t ndim = boxes->cells.ndim;
  hearth_mail questions = hearth_mail_of(boxes->ctx, 1 + 2 * ndim), answers = hearth_mail_of(boxes->ctx, 3 + 2 * ndim);
  *found = answers;
  if (mine == HEARTH_OK) mine = ask(boxes, n, asked, &questions);
  hearth_status status = hearth_mail_post(&questions, mine);
  mine = HEARTH_OK;
  for (int64_t q = 0; status == HEARTH_OK && mine == HEARTH_OK && q < questions.n; q++)
    mine = answer_one(boxes, questions.rank[q], questions.number + q * questions.width, &answers);
  if (status == HEARTH_OK) status = hearth_mail_post(&answers, mine);
  hearth_mail_free(&questions);
  if (status == HEARTH_OK)
    *found = answers;
  else
    hearth_mail_free(&answers);
  return status;
}
