#include "tensor/plan_message.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"

static int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}
static int64_t larger(int64_t a, int64_t b) {
  return a > b ? a : b;
}

hearth_chunking hearth_message_chunking(const hearth_part *part, int32_t ndim, int32_t order, int64_t limit) {
  hearth_chunking c = {.ndim = ndim, .rows = 1, .parts = 1, .chunks = 1, .largest = 1};
  for (int32_t k = 0; k < ndim; k++) {
    c.order[k] = order == HEARTH_COLUMN_MAJOR ? ndim - 1 - k : k;
    c.extent[k] = part->overlap[k]->total;
  }
  c.split = ndim - 1;
  while (c.split > 0 && c.extent[c.order[c.split]] <= limit / c.largest) c.largest *= c.extent[c.order[c.split--]];
  const int64_t length = c.extent[c.order[c.split]];
  c.rows = smaller(length, larger(1, limit / c.largest));
  c.parts = (length - 1) / c.rows + 1;
  c.chunks = c.parts;
  c.largest *= c.rows;
  for (int32_t k = 0; k < c.split; k++) c.chunks *= c.extent[c.order[k]];
  return c;
}

hearth_chunk hearth_message_chunk(const hearth_chunking *chunking, int64_t number) {
  hearth_chunk chunk = {.elements = 1};
  const int32_t split = chunking->order[chunking->split];
  chunk.begin[split] = number % chunking->parts * chunking->rows;
  chunk.end[split] = smaller(chunk.begin[split] + chunking->rows, chunking->extent[split]);
  int64_t outer = number / chunking->parts;
  for (int32_t k = chunking->split - 1; k >= 0; k--) {
    const int32_t d = chunking->order[k];
    chunk.begin[d] = outer % chunking->extent[d];
    chunk.end[d] = chunk.begin[d] + 1;
    outer /= chunking->extent[d];
  }
  for (int32_t k = chunking->split + 1; k < chunking->ndim; k++) chunk.end[chunking->order[k]] = chunking->extent[chunking->order[k]];
  for (int32_t k = 0; k < chunking->ndim; k++) {
    const int32_t d = chunking->order[k];
    chunk.offset = chunk.offset * chunking->extent[d] + chunk.begin[d];
    chunk.elements *= chunk.end[d] - chunk.begin[d];
  }
  return chunk;
}

hearth_view hearth_message_view(const hearth_chunking *chunking, const hearth_chunk *chunk, int32_t dtype, void *buffer) {
  hearth_view view = {.data = buffer, .dtype = dtype, .space = HEARTH_SPACE_HOST, .ndim = chunking->ndim};
  int64_t stride = hearth_dtype_size((hearth_dtype)dtype);
  for (int32_t k = chunking->ndim - 1; k >= 0; k--) {
    const int32_t d = chunking->order[k];
    view.extent[d] = chunk->end[d] - chunk->begin[d];
    view.stride[d] = stride;
    stride *= view.extent[d];
  }
  return view;
}

/* A section may be cut into three: a partial run, whole runs, a partial run. Both ends of a chunk cut at most two sections of a dimension. */
enum { MORE_SECTIONS = 4 };

static int64_t longest(const hearth_peer *peer, int64_t n, int32_t d, int64_t most) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = 0; k < peer[i].nparts; k++) most = larger(most, peer[i].part[k].overlap[d]->n);
  return most;
}

hearth_status hearth_scratch_make(const hearth_plan *plan, hearth_scratch *scratch) {
  *scratch = (hearth_scratch){{NULL}, NULL};
  for (int32_t d = 0; d < plan->ndim; d++) {
    const int64_t most = longest(plan->receive, plan->nreceives, d, longest(plan->send, plan->nsends, d, longest(&plan->local, 1, d, 0)));
    HEARTH_TRY(hearth_allocate(plan->ctx, (most + MORE_SECTIONS) * (int64_t)sizeof(hearth_section), &scratch->section[d]));
  }
  return HEARTH_OK;
}

void hearth_scratch_free(const hearth_context *ctx, hearth_scratch *scratch) {
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) hearth_deallocate(ctx, scratch->section[d]);
  hearth_deallocate(ctx, scratch->place);
}

/* Runs first .. first + n - 1 of a section, of each the elements skip .. skip + count - 1. */
static hearth_section part_of(const hearth_section *section, int64_t first, int64_t n, int64_t skip, int64_t count) {
  hearth_section part = *section;
  for (int side = 0; side < HEARTH_SIDES; side++) part.at[side] += first * section->step[side] + skip;
  part.n = n;
  part.count = count;
  return part;
}

/* Appends the message places begin <= i < end of one section, counted from begin; returns the new length of the list. */
static int64_t clip_section(const hearth_section *section, int64_t begin, int64_t end, hearth_section *list, int64_t n) {
  const int64_t count = section->count, at = section->at[HEARTH_SIDE_MESSAGE], start = n;
  const int64_t low = larger(begin - at, 0), high = smaller(end - at, count * section->n);
  if (low >= high) return n;
  const int64_t first = low / count, last = (high - 1) / count; /* runs touched */
  if (first == last) {
    list[n++] = part_of(section, first, 1, low - first * count, high - low);
  } else {
    const int64_t whole_begin = low % count == 0 ? first : first + 1, whole_end = high % count == 0 ? last + 1 : last;
    if (whole_begin > first) list[n++] = part_of(section, first, 1, low % count, count - low % count);
    if (whole_end > whole_begin) list[n++] = part_of(section, whole_begin, whole_end - whole_begin, 0, count);
    if (whole_end == last) list[n++] = part_of(section, last, 1, 0, high % count);
  }
  for (int64_t k = start; k < n; k++) list[k].at[HEARTH_SIDE_MESSAGE] -= begin;
  return n;
}

/* The first section that reaches beyond message place `begin`. */
static int64_t find_section(const hearth_overlap *overlap, int64_t begin) {
  int64_t low = 0, high = overlap->n - 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const hearth_section *section = &overlap->section[middle];
    if (section->at[HEARTH_SIDE_MESSAGE] + section->count * section->n > begin)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static hearth_section_list clip(const hearth_overlap *overlap, int64_t begin, int64_t end, hearth_section *scratch) {
  if (begin == 0 && end == overlap->total) return (hearth_section_list){overlap->n, overlap->section};
  int64_t n = 0;
  for (int64_t s = find_section(overlap, begin); s < overlap->n && overlap->section[s].at[HEARTH_SIDE_MESSAGE] < end; s++)
    n = clip_section(&overlap->section[s], begin, end, scratch, n);
  return (hearth_section_list){n, scratch};
}

/* Copies between two views of the same extents and more dimensions than a view may have: loops over the first ones. */
typedef struct wide {
  int32_t ndim;
  int64_t extent[2 * HEARTH_MAX_NDIM], to[2 * HEARTH_MAX_NDIM], from[2 * HEARTH_MAX_NDIM]; /* strides */
} wide;

static hearth_status copy_wide(const hearth_context *ctx, const wide *shape, int32_t first, hearth_view *to, hearth_view *from) {
  const int32_t ndim = shape->ndim - first;
  if (ndim > HEARTH_MAX_NDIM) {
    char *const to_base = to->data, *const from_base = from->data;
    for (int64_t i = 0; i < shape->extent[first]; i++) {
      to->data = to_base + i * shape->to[first];
      from->data = from_base + i * shape->from[first];
      HEARTH_TRY(copy_wide(ctx, shape, first + 1, to, from));
    }
    to->data = to_base;
    from->data = from_base;
    return HEARTH_OK;
  }
  to->ndim = from->ndim = ndim;
  for (int32_t d = 0; d < ndim; d++) {
    to->extent[d] = from->extent[d] = shape->extent[first + d];
    to->stride[d] = shape->to[first + d];
    from->stride[d] = shape->from[first + d];
  }
  return ctx->backend->copy(ctx->queue, to, from);
}

static void add_dimension(wide *shape, int64_t extent, int64_t to, int64_t from) {
  if (extent == 1 && shape->ndim > 0) return;
  if (shape->ndim == 1 && shape->extent[0] == 1) shape->ndim = 0; /* only there so that a single element has a dimension */
  shape->extent[shape->ndim] = extent;
  shape->to[shape->ndim] = to;
  shape->from[shape->ndim++] = from;
}

/* One product of sections: a regular view on either side. */
static hearth_status move_cell(const hearth_plan *plan, const hearth_section_list *list, const int64_t *number, hearth_side to, const hearth_view *to_view,
                               hearth_side from, const hearth_view *from_view) {
  hearth_view dst = *to_view, src = *from_view;
  wide shape = {.ndim = 0};
  for (int32_t d = 0; d < plan->ndim; d++) {
    const hearth_section *section = &list[d].section[number[d]];
    const int64_t to_stride = to_view->stride[d], from_stride = from_view->stride[d];
    dst.data = (char *)dst.data + section->at[to] * to_stride;
    src.data = (char *)src.data + section->at[from] * from_stride;
    add_dimension(&shape, section->n, section->step[to] * to_stride, section->step[from] * from_stride);
    add_dimension(&shape, section->count, to_stride, from_stride);
  }
  return copy_wide(plan->ctx, &shape, 0, &dst, &src);
}

/* A call for each product of sections costs as much as so many elements. */
enum { WORTH_A_CALL = 64 };

static bool many_and_short(const hearth_plan *plan, const hearth_chunk *chunk, const hearth_section_list *list) {
  int64_t cells = 1;
  for (int32_t d = 0; d < plan->ndim; d++) cells *= list[d].n;
  return cells > 1 && chunk->elements / cells < WORTH_A_CALL;
}

hearth_status hearth_message_move(const hearth_plan *plan, const hearth_part *part, const hearth_chunk *chunk, hearth_scratch *scratch, hearth_side to,
                                  const hearth_view *to_view, hearth_side from, const hearth_view *from_view) {
  hearth_section_list list[HEARTH_MAX_NDIM];
  int64_t number[HEARTH_MAX_NDIM] = {0};
  for (int32_t d = 0; d < plan->ndim; d++) list[d] = clip(part->overlap[d], chunk->begin[d], chunk->end[d], scratch->section[d]);
  if (many_and_short(plan, chunk, list)) return hearth_message_move_places(plan, chunk, list, scratch, to, to_view, from, from_view);
  for (int32_t d = 0; d >= 0;) {
    HEARTH_TRY(move_cell(plan, list, number, to, to_view, from, from_view));
    for (d = plan->ndim - 1; d >= 0 && ++number[d] == list[d].n; d--) number[d] = 0;
  }
  return plan->ctx->backend->wait(plan->ctx->queue);
}

char *hearth_message_in_place(const hearth_plan *plan, const hearth_part *part, const hearth_chunking *chunking, hearth_side side, const hearth_view *view,
                              int32_t dtype) {
  if (view->space != HEARTH_SPACE_HOST || view->dtype != dtype) return NULL;
  char *address = view->data;
  int64_t stride = hearth_dtype_size((hearth_dtype)dtype);
  for (int32_t k = plan->ndim - 1; k >= 0; k--) {
    const int32_t d = chunking->order[k];
    const hearth_overlap *overlap = part->overlap[d];
    if (overlap->n != 1 || overlap->section[0].n != 1) return NULL;
    if (overlap->total > 1 && view->stride[d] != stride) return NULL;
    address += overlap->section[0].at[side] * view->stride[d];
    stride *= overlap->total;
  }
  return address;
}
