#include "tensor/align.h"
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "tensor/layout_impl.h"

/* Whether kernels can reach all pieces of this rank: the host program's memory beside a device is out of their reach. */
static bool in_reach(const hearth_array *array) {
  for (int32_t p = 0; p < array->npieces; p++)
    if (array->piece[p].view.space != array->ctx->backend->space) return false;
  return true;
}

static hearth_status copy_to_layout(const hearth_array *array, const hearth_layout *layout, hearth_array **made) {
  hearth_status status = hearth_agree(array->ctx, hearth_array_create_local(layout, array->dtype, array->order, made));
  if (status == HEARTH_OK) status = hearth_array_copy(array, *made);
  if (status != HEARTH_OK) hearth_array_destroy(made);
  return status;
}

hearth_status hearth_array_align(const hearth_array *array, const hearth_layout *layout, const hearth_array **aligned, hearth_array **made) {
  int32_t equal = 0;
  int64_t copied[1];
  *aligned = array;
  *made = NULL;
  HEARTH_TRY(hearth_agree(array->ctx, hearth_layout_equal(array->layout, layout, &equal)));
  copied[0] = !equal || !in_reach(array);
  HEARTH_TRY(hearth_allreduce_i64(array->ctx, copied, 1, HEARTH_OP_MAX));
  if (!copied[0]) return HEARTH_OK;
  HEARTH_TRY(copy_to_layout(array, layout, made));
  *aligned = *made;
  return HEARTH_OK;
}

/* Dimension k of an array is dimension k + ndim - its own ndim of what it is broadcast to. */
static bool is_broadcast(const hearth_array *array, const hearth_layout *layout, int32_t k) {
  return array->layout->shape[k] == 1 && layout->shape[k + layout->ndim - array->layout->ndim] != 1;
}

/* How an operand has to lie beside the pieces of a layout. */
typedef struct wanted {
  hearth_layout *layout;
  bool collected; /* all of it on every rank: piece p of the layout is not piece p of the operand */
} wanted;

/* Takes the dimensions of the operand that are not broadcast from `layout` and adds the others with extent 1. */
static hearth_status project(const hearth_array *array, const hearth_layout *layout, int32_t n, const int32_t *kept, wanted *want) {
  hearth_layout *made = NULL;
  const hearth_status status = hearth_layout_project(layout, n, kept, &made);
  want->collected = status == HEARTH_ERR_UNSUPPORTED;
  if (want->collected) return hearth_layout_make_split(layout->ctx, array->layout->ndim, array->layout->shape, -1, &want->layout);
  want->layout = made;
  for (int32_t k = 0; status == HEARTH_OK && k < array->layout->ndim; k++) {
    if (!is_broadcast(array, layout, k)) continue;
    HEARTH_TRY(hearth_layout_insert(want->layout, k, 1, &made));
    hearth_layout_destroy(&want->layout);
    want->layout = made;
  }
  return status;
}

static hearth_status find_wanted(const hearth_array *array, const hearth_layout *layout, wanted *want) {
  const int32_t ndim = array->layout->ndim, missing = layout->ndim - ndim;
  int32_t n = 0, kept[HEARTH_MAX_NDIM];
  for (int32_t k = 0; k < ndim; k++)
    if (!is_broadcast(array, layout, k)) kept[n++] = k + missing;
  *want = (wanted){NULL, n == 0};
  if (n == layout->ndim) {
    want->layout = hearth_layout_retain(layout);
    return HEARTH_OK;
  }
  if (n == 0) return hearth_layout_make_split(layout->ctx, ndim, array->layout->shape, -1, &want->layout);
  return project(array, layout, n, kept, want);
}

static hearth_status allocate_views(hearth_operand *operand, const hearth_array *array, const hearth_layout *layout) {
  *operand = (hearth_operand){.array = array, .npieces = hearth_layout_piece_count(layout)};
  HEARTH_TRY(hearth_allocate_zero(array->ctx, operand->npieces * (int64_t)sizeof *operand->view, &operand->view));
  return hearth_allocate_zero(array->ctx, operand->npieces * (int64_t)sizeof *operand->memory, &operand->memory);
}

/* Everything that can fail on one rank alone; *copied: the operand cannot be used in place. */
static hearth_status prepare(hearth_operand *operand, const hearth_array *array, const hearth_layout *layout, wanted *want, int64_t *copied) {
  int32_t equal = 0;
  HEARTH_TRY(allocate_views(operand, array, layout));
  HEARTH_TRY(find_wanted(array, layout, want));
  HEARTH_TRY(hearth_layout_equal(array->layout, want->layout, &equal));
  *copied = !equal || !in_reach(array);
  return HEARTH_OK;
}

/* Dense memory for the dimensions of `view` that have a stride; the others keep stride 0. */
static hearth_status make_dense(hearth_operand *operand, int32_t piece, hearth_view *view) {
  const hearth_context *ctx = operand->array->ctx;
  int64_t bytes = hearth_dtype_size((hearth_dtype)view->dtype);
  for (int32_t k = 0; k < view->ndim; k++) {
    const int32_t d = operand->array->order == HEARTH_COLUMN_MAJOR ? k : view->ndim - 1 - k;
    if (view->stride[d] == 0) continue;
    view->stride[d] = bytes;
    bytes *= view->extent[d];
  }
  HEARTH_TRY(ctx->backend->allocate(ctx->queue, bytes, &operand->memory[piece]));
  view->data = operand->memory[piece];
  return HEARTH_OK;
}

/* The view without its broadcast dimensions. */
static hearth_view once(const hearth_view *view) {
  hearth_view result = *view;
  for (int32_t d = 0; d < view->ndim; d++)
    if (view->stride[d] == 0) result.extent[d] = 1;
  return result;
}

/* Along dimension d and those that follow, the indices of `runs` from the whole `src` into the piece `dst`. */
static hearth_status gather(const hearth_context *ctx, const hearth_runs *runs, int32_t d, const hearth_view *dst, const hearth_view *src) {
  if (d == dst->ndim) return hearth_view_copy(ctx, dst, src);
  if (dst->stride[d] == 0) return gather(ctx, runs, d + 1, dst, src);
  for (int64_t k = 0; k < runs[d].n; k++) {
    const hearth_run *run = &runs[d].run[k];
    const hearth_view to = hearth_view_part(dst, d, run->local, run->count), from = hearth_view_part(src, d, run->global, run->count);
    HEARTH_TRY(gather(ctx, runs, d + 1, &to, &from));
  }
  return HEARTH_OK;
}

/* The piece's part of an operand that is whole: a view into it where every dimension is one run, else a copy. */
static hearth_status take_part(hearth_operand *operand, const hearth_layout *layout, int32_t piece) {
  const hearth_context *ctx = layout->ctx;
  hearth_view *view = &operand->view[piece];
  hearth_runs runs[HEARTH_MAX_NDIM] = {{0}};
  hearth_status status = HEARTH_OK;
  bool contiguous = true;
  for (int32_t d = 0; status == HEARTH_OK && d < view->ndim; d++) {
    if (view->stride[d] == 0) continue;
    status = hearth_layout_piece_runs(layout, piece, d, &runs[d]);
    contiguous &= runs[d].n <= 1;
  }
  if (status == HEARTH_OK && contiguous) {
    for (int32_t d = 0; d < view->ndim; d++)
      if (runs[d].n == 1) view->data = (char *)view->data + runs[d].run[0].global * view->stride[d];
  } else if (status == HEARTH_OK) {
    const hearth_view whole = once(view);
    status = make_dense(operand, piece, view);
    const hearth_view dense = once(view);
    if (status == HEARTH_OK) status = gather(ctx, runs, 0, &dense, &whole);
  }
  for (int32_t d = 0; d < view->ndim; d++) hearth_runs_free(ctx, &runs[d]);
  return status;
}

/* Views of the pieces into what the operand is now. */
static hearth_status set_views(hearth_operand *operand, const hearth_layout *layout, bool collected) {
  const hearth_array *source = operand->made ? operand->made : operand->array;
  const int32_t missing = layout->ndim - source->layout->ndim;
  for (int32_t p = 0; p < operand->npieces; p++) {
    const hearth_view *from = &source->piece[collected ? 0 : p].view;
    hearth_view *view = &operand->view[p];
    *view = (hearth_view){.data = from->data, .dtype = from->dtype, .space = from->space, .ndim = layout->ndim};
    for (int32_t d = 0; d < view->ndim; d++) {
      view->extent[d] = hearth_layout_piece_extent(layout, p, d);
      if (d >= missing && !is_broadcast(source, layout, d - missing)) view->stride[d] = from->stride[d - missing];
    }
    if (collected && hearth_view_elements(view) > 0) HEARTH_TRY(take_part(operand, layout, p));
  }
  return HEARTH_OK;
}

static hearth_status align(int32_t n, const hearth_array *const *arrays, const hearth_layout *layout, wanted *want, hearth_operand *operands) {
  const hearth_context *ctx = layout->ctx;
  hearth_status status = HEARTH_OK;
  int64_t copied[HEARTH_OPERANDS_MAX] = {0};
  for (int32_t i = 0; status == HEARTH_OK && i < n; i++) status = prepare(&operands[i], arrays[i], layout, &want[i], &copied[i]);
  HEARTH_TRY(hearth_agree(ctx, status));
  HEARTH_TRY(hearth_allreduce_i64(ctx, copied, n, HEARTH_OP_MAX));
  for (int32_t i = 0; i < n; i++)
    if (copied[i]) HEARTH_TRY(copy_to_layout(arrays[i], want[i].layout, &operands[i].made));
  bool gathers = false;
  for (int32_t i = 0; status == HEARTH_OK && i < n; i++) {
    status = set_views(&operands[i], layout, want[i].collected);
    gathers |= want[i].collected;
  }
  return gathers ? hearth_agree(ctx, status) : status;
}

hearth_status hearth_operands_align(int32_t n, const hearth_array *const *arrays, const hearth_layout *layout, hearth_operand *operands) {
  wanted want[HEARTH_OPERANDS_MAX] = {{0}};
  for (int32_t i = 0; i < n; i++) operands[i] = (hearth_operand){.array = arrays[i]};
  const hearth_status status = align(n, arrays, layout, want, operands);
  for (int32_t i = 0; i < n; i++) hearth_layout_destroy(&want[i].layout);
  if (status != HEARTH_OK) hearth_operands_release(n, operands);
  return status;
}

void hearth_operands_release(int32_t n, hearth_operand *operands) {
  for (int32_t i = 0; i < n; i++) {
    hearth_operand *operand = &operands[i];
    const hearth_context *ctx = operand->array->ctx;
    for (int32_t p = 0; operand->memory && p < operand->npieces; p++)
      if (operand->memory[p]) ctx->backend->release(ctx->queue, operand->memory[p]);
    hearth_deallocate(ctx, operand->memory);
    hearth_deallocate(ctx, operand->view);
    hearth_array_destroy(&operand->made);
    *operand = (hearth_operand){.array = operand->array};
  }
}

/* Addresses that the views touch; low > high: none. */
typedef struct range {
  const char *low, *high;
} range;

static void extend(range *all, const hearth_view *view) {
  if (hearth_view_elements(view) == 0) return;
  const char *low = view->data, *high = low + hearth_dtype_size((hearth_dtype)view->dtype);
  for (int32_t d = 0; d < view->ndim; d++) {
    const int64_t reach = (view->extent[d] - 1) * view->stride[d];
    if (reach < 0) low += reach;
    if (reach > 0) high += reach;
  }
  if (!all->high || low < all->low) all->low = low;
  if (!all->high || high > all->high) all->high = high;
}

/* The same elements at the same places: one can be computed from the other in place. */
static bool same_elements(const hearth_view *a, const hearth_view *b) {
  if (hearth_view_elements(a) == 0) return true;
  bool same = a->data == b->data && a->dtype == b->dtype;
  for (int32_t d = 0; d < a->ndim; d++) same &= a->extent[d] == 1 || a->stride[d] == b->stride[d];
  return same;
}

static bool must_be_copied(const hearth_operand *operand, const hearth_array *target) {
  range read = {NULL, NULL}, written = {NULL, NULL};
  bool same = true;
  for (int32_t p = 0; p < operand->npieces; p++) {
    extend(&read, &operand->view[p]);
    extend(&written, &target->piece[p].view);
    same &= same_elements(&operand->view[p], &target->piece[p].view);
  }
  return !same && read.low < written.high && written.low < read.high;
}

hearth_status hearth_operands_separate(int32_t n, hearth_operand *operands, const hearth_target *target) {
  for (int32_t i = 0; i < n; i++) {
    hearth_operand *operand = &operands[i];
    if (!must_be_copied(operand, target->array)) continue;
    for (int32_t p = 0; p < operand->npieces; p++) {
      if (hearth_view_elements(&operand->view[p]) == 0 || operand->memory[p]) continue;
      const hearth_view from = once(&operand->view[p]);
      HEARTH_TRY(make_dense(operand, p, &operand->view[p]));
      const hearth_view to = once(&operand->view[p]);
      HEARTH_TRY(hearth_view_copy(operand->array->ctx, &to, &from));
    }
  }
  return HEARTH_OK;
}

hearth_status hearth_target_open(hearth_array *caller, bool keep, hearth_target *target) {
  *target = (hearth_target){.array = caller, .caller = caller};
  if (in_reach(caller)) return HEARTH_OK;
  HEARTH_TRY(hearth_array_create_local(caller->layout, caller->dtype, caller->order, &target->made));
  target->array = target->made;
  hearth_status status = HEARTH_OK;
  for (int32_t p = 0; keep && status == HEARTH_OK && p < caller->npieces; p++)
    status = hearth_view_copy(caller->ctx, &target->made->piece[p].view, &caller->piece[p].view);
  if (status != HEARTH_OK) hearth_array_destroy(&target->made);
  return status;
}

hearth_status hearth_target_close(hearth_target *target, hearth_status status) {
  for (int32_t p = 0; target->made && status == HEARTH_OK && p < target->caller->npieces; p++)
    status = hearth_view_copy(target->caller->ctx, &target->caller->piece[p].view, &target->made->piece[p].view);
  hearth_array_destroy(&target->made);
  return status;
}
