/* A product once its way is chosen: operands brought to it, whole or panel by panel, and one local product per panel. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "linalg/product_impl.h"
#include "tensor/align.h"
#include "tensor/layout_make.h"
#include "tensor/reduce_impl.h"
#include "tensor/views.h"

/* An operand during the product. */
typedef struct side {
  const hearth_array *given;
  const hearth_layout *layout; /* wanted */
  int32_t cut;                 /* the dimension that panels cut, -1: needed whole */
  const hearth_array *lying;   /* all of it in the wanted layout; NULL: it comes in panels */
  hearth_array *made;          /* the copy of all of it, or the panel */
} side;

typedef struct running {
  product *p;
  side side[2];
  int64_t extent, width; /* of what the panels cut, and of a panel */
} running;

/* Bytes of a rank that one index of the cut dimension costs: copies of operands that do not lie right, and partial sums twice. Here and below, layouts that are
 * there can be compared without a failure of one rank alone. */
static hearth_status count_bytes(const running *r, int64_t *bytes) {
  const product *p = r->p;
  const product_way *way = &p->way;
  const int64_t size = hearth_dtype_size((hearth_dtype)p->dtype);
  int64_t sum = 0;
  for (int i = 0; i < 2; i++) {
    const side *s = &r->side[i];
    int32_t equal = 0;
    HEARTH_TRY(hearth_layout_equal(s->given->layout, s->layout, &equal));
    if (s->cut >= 0 && !equal) sum += size * hearth_layout_piece_extent(s->layout, 0, 1 - s->cut);
  }
  if (way->reduced >= 0) sum += 2 * size * (way->kind == PRODUCT_LEFT ? hearth_layout_piece_extent(way->a, 0, 0) : hearth_layout_piece_extent(way->b, 0, 1));
  *bytes = sum;
  return HEARTH_OK;
}

/* Panels of equal widths under the budget, wide enough for the local product. Collective; agreed. */
static hearth_status choose_width(running *r) {
  enum { LEAST = 128 };
  int64_t bytes = 0;
  HEARTH_TRY(count_bytes(r, &bytes));
  HEARTH_TRY(hearth_allreduce_i64(r->p->ctx, &bytes, 1, HEARTH_OP_MAX));
  int64_t most = bytes > 0 ? r->p->budget / bytes : r->extent;
  if (most < LEAST) most = LEAST;
  const int64_t panels = r->extent > most ? (r->extent + most - 1) / most : 1;
  r->width = (r->extent + panels - 1) / panels;
  return HEARTH_OK;
}

/* Whole where the operand lies right or one panel is enough, else an array for panels. Collective; agreed. */
static hearth_status open_side(const running *r, side *s) {
  int32_t equal = 0;
  HEARTH_TRY(hearth_layout_equal(s->given->layout, s->layout, &equal));
  if (equal || s->cut < 0 || r->width >= r->extent) return hearth_array_align(s->given, s->layout, &s->lying, &s->made);
  hearth_layout *panel = NULL, prototype = *s->layout;
  prototype.shape[s->cut] = prototype.dim[s->cut].extent = r->width;
  hearth_status status = hearth_layout_duplicate(&prototype, &panel);
  if (status == HEARTH_OK) status = hearth_array_create_local(panel, r->p->dtype, s->given->order, &s->made);
  hearth_layout_destroy(&panel);
  return hearth_agree(r->p->ctx, status);
}

/* The operand's view of indices first .. first + width - 1 of what is cut. Collective; agreed. */
static hearth_status take_panel(side *s, int64_t first, int64_t width, hearth_view *view) {
  if (s->lying) {
    *view = s->lying->npieces > 0 ? *hearth_array_view(s->lying) : (hearth_view){.ndim = 2};
    if (s->cut >= 0 && hearth_view_elements(view) > 0) *view = hearth_view_part(view, s->cut, first, width);
    return HEARTH_OK;
  }
  int64_t start[2] = {0, 0}, count[2] = {s->layout->shape[0], s->layout->shape[1]};
  start[s->cut] = first;
  count[s->cut] = width;
  HEARTH_TRY(hearth_array_copy_box(s->given, start, s->made, (const int64_t[]){0, 0}, count));
  *view = hearth_view_part(hearth_array_view(s->made), s->cut, 0, width);
  return HEARTH_OK;
}

/* c := a b + beta c where there is anything; empty operands may have any extents. Local. */
static hearth_status multiply(const product *p, const hearth_view *a, const hearth_view *b, double beta, const hearth_view *c) {
  const hearth_backend_table *backend = p->ctx->backend;
  if (hearth_view_elements(c) == 0) return HEARTH_OK;
  if (hearth_view_elements(a) > 0 && hearth_view_elements(b) > 0)
    HEARTH_TRY(backend->gemm(p->ctx->queue, p->conjugate, 1.0, a, b, beta, c));
  else if (beta == 0.0)
    HEARTH_TRY(backend->fill(p->ctx->queue, c, 0.0));
  return backend->wait(p->ctx->queue);
}

/* Rows x columns of sums in the backend's memory, the scattered dimension outermost. */
static hearth_view partial_view(const product *p, void *memory, int64_t rows, int64_t columns) {
  const int64_t size = hearth_dtype_size((hearth_dtype)p->dtype);
  hearth_view view = {.data = memory, .dtype = p->dtype, .space = p->ctx->backend->space, .ndim = 2, .extent = {rows, columns}};
  view.stride[0] = p->way.scattered == 1 ? size : size * columns;
  view.stride[1] = p->way.scattered == 1 ? size * rows : size;
  return view;
}

/* The product of one panel for the sum over the group: in host memory, then joined. Collective; agreed. */
static hearth_status sum_panel(const product *p, const hearth_view *a, const hearth_view *b, int64_t first, int64_t width) {
  const bool left = p->way.kind == PRODUCT_LEFT;
  const int64_t rows = left ? hearth_layout_piece_extent(p->way.a, 0, 0) : width, columns = left ? width : hearth_layout_piece_extent(p->way.b, 0, 1);
  const int64_t bytes = rows * columns * hearth_dtype_size((hearth_dtype)p->dtype);
  const bool apart = p->ctx->backend->space != HEARTH_SPACE_HOST;
  void *memory = NULL, *copy = NULL;
  hearth_view sums = {.ndim = 2};
  hearth_status status = p->ctx->backend->allocate(p->ctx->queue, bytes, &memory);
  if (status == HEARTH_OK && apart) status = hearth_allocate(p->ctx, bytes, &copy);
  if (status == HEARTH_OK) {
    sums = partial_view(p, memory, rows, columns);
    status = multiply(p, a, b, 0.0, &sums);
  }
  if (status == HEARTH_OK && apart && bytes > 0) {
    hearth_view host = sums;
    host.data = copy;
    host.space = HEARTH_SPACE_HOST;
    status = hearth_view_copy(p->ctx, &host, &sums);
    sums = host;
  }
  status = hearth_agree(p->ctx, status);
  if (status == HEARTH_OK) status = hearth_agree(p->ctx, product_join(p, first, width, &sums));
  p->ctx->backend->release(p->ctx->queue, memory);
  hearth_deallocate(p->ctx, copy);
  return status;
}

/* The product of one panel where c has room for it as it is. Collective; agreed. */
static hearth_status add_panel(const product *p, const hearth_view *a, const hearth_view *b, int64_t first, int64_t width) {
  const hearth_view *c = hearth_array_view(p->c);
  hearth_view part = *c;
  if (p->way.kind != PRODUCT_GRID && hearth_view_elements(c) > 0) part = hearth_view_part(c, p->way.kind == PRODUCT_LEFT ? 1 : 0, first, width);
  return hearth_agree(p->ctx, multiply(p, a, b, p->way.kind == PRODUCT_GRID && first > 0 ? 1.0 : 0.0, &part));
}

static hearth_status run_panels(running *r) {
  for (int64_t first = 0; first == 0 || first<r->extent; first += r->width> 0 ? r->width : 1) {
    const int64_t width = r->extent - first < r->width ? r->extent - first : r->width;
    hearth_view view[2];
    for (int i = 0; i < 2; i++) HEARTH_TRY(take_panel(&r->side[i], first, width, &view[i]));
    if (r->p->way.reduced >= 0)
      HEARTH_TRY(sum_panel(r->p, &view[0], &view[1], first, width));
    else
      HEARTH_TRY(add_panel(r->p, &view[0], &view[1], first, width));
  }
  return HEARTH_OK;
}

hearth_status product_run(product *p) {
  static const int32_t cut[3][2] = {[PRODUCT_GRID] = {1, 0}, [PRODUCT_LEFT] = {-1, 1}, [PRODUCT_RIGHT] = {0, -1}};
  const product_way *way = &p->way;
  const int64_t extent[3] = {[PRODUCT_GRID] = p->k, [PRODUCT_LEFT] = p->n, [PRODUCT_RIGHT] = p->m};
  running r = {.p = p, .side = {{.given = p->a, .layout = way->a, .cut = cut[way->kind][0]}, {.given = p->b, .layout = way->b, .cut = cut[way->kind][1]}}};
  r.extent = extent[way->kind];
  hearth_status status = HEARTH_OK;
  if (way->reduced >= 0)
    status =
        hearth_reducing_group(way->kind == PRODUCT_LEFT ? way->a : way->b, (const bool[]){way->kind == PRODUCT_RIGHT, way->kind == PRODUCT_LEFT}, &p->group);
  if (status == HEARTH_OK) status = choose_width(&r);
  for (int i = 0; i < 2 && status == HEARTH_OK; i++) status = open_side(&r, &r.side[i]);
  if (status == HEARTH_OK) status = run_panels(&r);
  for (int i = 0; i < 2; i++) hearth_array_destroy(&r.side[i].made);
  return status;
}
