#include <hearth/index.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/fpenv.h"
#include "core/memory.h"
#include "kernels/check.h"
#include "kernels/index.h"
#include "tensor/align.h"
#include "tensor/layout_impl.h"
#include "tensor/requests.h"
#include "tensor/rows.h"
#include "tensor/shape_text.h"
#include "tensor/take_impl.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status check_source(const hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source) {
  const hearth_context *ctx = a->ctx;
  HEARTH_TRY(hearth_indices_check(a, indices, axis));
  if (indices->layout->ndim != 1)
    return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "indices of %d dimensions; hearth_put wants one (hearth_ravel)", indices->layout->ndim);
  HEARTH_REQUIRE(ctx, source, "the source is NULL");
  if (source->ctx != ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the source belongs to another context");
  HEARTH_TRY(hearth_array_pending(source));
  int64_t shape[HEARTH_MAX_NDIM];
  memcpy(shape, a->layout->shape, sizeof shape);
  shape[axis] = indices->layout->shape[0];
  if (source->layout->ndim == a->layout->ndim && memcmp(shape, source->layout->shape, (size_t)a->layout->ndim * sizeof *shape) == 0) return HEARTH_OK;
  char one[256], other[256];
  hearth_shape_text(source->layout->ndim, source->layout->shape, one, sizeof one);
  hearth_shape_text(a->layout->ndim, shape, other, sizeof other);
  return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "a source of shape %s where the indices want %s", one, other);
}

/* Every rank has the axis: all indices, and the source laid out as `a`. */
static hearth_status put_kept(hearth_array *a, const hearth_table *table, int32_t axis, const hearth_array *source) {
  const hearth_context *ctx = a->ctx;
  hearth_target target;
  if (table->n == 0 || hearth_view_elements(&a->piece[0].view) == 0) return HEARTH_OK; /* a rank may hold nothing, not even extents */
  HEARTH_TRY(hearth_target_open(a, true, &target));
  const hearth_view *view = &target.array->piece[0].view;
  hearth_status status = ctx->backend->index->move(ctx->queue, view, &source->piece[0].view, axis, table->n, table->index, NULL);
  if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
  return hearth_target_close(&target, status);
}

/* The source in the order of the requests. */
static hearth_status pack(const hearth_array *source, const hearth_requests *r, int32_t axis, int64_t bytes, char **sent) {
  const hearth_context *ctx = source->ctx;
  int64_t own;
  if (r->nsent == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(ctx, r->nsent * bytes, sent));
  const hearth_view *view = &source->piece[0].view, slabs = hearth_slabs_view(view, axis, r->nsent, *sent, &own);
  HEARTH_TRY(ctx->backend->index->move(ctx->queue, &slabs, view, axis, r->nsent, NULL, r->place));
  return ctx->backend->wait(ctx->queue);
}

static hearth_status unpack(hearth_array *a, const hearth_requests *r, int32_t axis, char *asked) {
  const hearth_context *ctx = a->ctx;
  int64_t own;
  if (r->nasked == 0) return HEARTH_OK;
  const hearth_view *view = &a->piece[0].view, slabs = hearth_slabs_view(view, axis, r->nasked, asked, &own);
  HEARTH_TRY(ctx->backend->index->move(ctx->queue, view, &slabs, axis, r->nasked, r->asked, NULL));
  return ctx->backend->wait(ctx->queue);
}

/* `a` is dealt along the axis alone, in reach of the kernels; indices and source by rows, so that the order of ranks is that of the indices. */
static hearth_status put_remote(hearth_array *a, const hearth_table *table, int32_t axis, const hearth_array *source) {
  const hearth_context *ctx = a->ctx;
  hearth_requests r = {0};
  char *sent = NULL, *asked = NULL;
  int64_t bytes = hearth_dtype_size((hearth_dtype)a->dtype);
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (d != axis) bytes *= a->layout->shape[d];
  hearth_status status = hearth_requests_make(a->layout, axis, table->n, table->index, &r);
  if (status == HEARTH_OK) {
    hearth_status mine = pack(source, &r, axis, bytes, &sent);
    if (mine == HEARTH_OK) mine = hearth_allocate(ctx, r.nasked * bytes, &asked);
    status = hearth_agree(ctx, mine);
  }
  if (status == HEARTH_OK) status = hearth_requests_deliver(&r, bytes, sent, asked);
  hearth_deallocate(ctx, sent);
  if (status == HEARTH_OK) status = hearth_agree(ctx, unpack(a, &r, axis, asked));
  hearth_deallocate(ctx, asked);
  hearth_requests_free(&r);
  return status;
}

/* How indices, source and `a` have to lie. */
typedef struct putting {
  bool kept;
  hearth_layout *a, *indices, *source;
} putting;

static hearth_status plan(const hearth_array *a, const hearth_array *indices, int32_t axis, putting *p) {
  int64_t shape[HEARTH_MAX_NDIM];
  *p = (putting){hearth_axis_is_whole(a->layout, axis), NULL, NULL, NULL};
  HEARTH_TRY(hearth_layout_make_split(a->ctx, 1, indices->layout->shape, p->kept ? -1 : 0, &p->indices));
  if (p->kept) {
    memcpy(shape, a->layout->shape, sizeof shape);
    shape[axis] = indices->layout->shape[0];
    return hearth_layout_resize(a->layout, shape, &p->source);
  }
  HEARTH_TRY(hearth_layout_around(p->indices, a->layout, axis, &p->source));
  if (!hearth_requests_possible(a->layout, axis)) return hearth_layout_make_split(a->ctx, a->layout->ndim, a->layout->shape, axis, &p->a);
  p->a = hearth_layout_retain(a->layout);
  return HEARTH_OK;
}

/* Into `a` itself or into a copy that then replaces it. */
static hearth_status put_aligned(hearth_array *a, const putting *p, const hearth_table *table, int32_t axis, const hearth_array *source) {
  const hearth_array *aligned = NULL;
  hearth_array *made = NULL;
  HEARTH_TRY(hearth_array_align(a, p->a, &aligned, &made));
  hearth_status status = put_remote(made ? made : a, table, axis, source);
  if (status == HEARTH_OK && made) status = hearth_array_copy(made, a);
  hearth_array_destroy(&made);
  return status;
}

static hearth_status put(hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source, const putting *p) {
  const hearth_array *places = NULL, *values = NULL;
  hearth_array *made_places = NULL, *made_values = NULL;
  hearth_table table = {NULL, 0, NULL};
  hearth_status status = hearth_array_align(indices, p->indices, &places, &made_places);
  if (status == HEARTH_OK) status = hearth_table_read(places, a->layout->shape[axis], &table);
  if (status == HEARTH_OK) status = hearth_array_bring(source, p->source, a->dtype, &values, &made_values);
  if (status == HEARTH_OK) status = p->kept ? hearth_agree(a->ctx, put_kept(a, &table, axis, values)) : put_aligned(a, p, &table, axis, values);
  hearth_table_free(indices, &table);
  hearth_array_destroy(&made_places);
  hearth_array_destroy(&made_values);
  return status;
}

hearth_status hearth_put(hearth_array *a, const hearth_array *indices, int32_t axis, const hearth_array *source) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  putting p = {false, NULL, NULL, NULL};
  const int64_t number[1] = {axis};
  HEARTH_TRY(hearth_agree_same(a->ctx, check_source(a, indices, axis, source), "axis|", number, 1));
  hearth_status status = hearth_agree(a->ctx, plan(a, indices, axis, &p));
  if (status == HEARTH_OK) status = put(a, indices, axis, source, &p);
  hearth_layout_destroy(&p.a);
  hearth_layout_destroy(&p.indices);
  hearth_layout_destroy(&p.source);
  return status;
}
