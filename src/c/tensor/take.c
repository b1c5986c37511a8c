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
#include "tensor/take_impl.h"
#include "tensor/views.h"
#include <string.h>

static hearth_status move(const hearth_array *a, const hearth_view *dst, const hearth_view *src, int32_t axis, int64_t n, const int64_t *to,
                          const int64_t *from) {
  const hearth_context *ctx = a->ctx;
  if (n == 0 || hearth_view_elements(dst) == 0) return HEARTH_OK; /* a rank may hold nothing, not even extents */
  HEARTH_TRY(ctx->backend->index->move(ctx->queue, dst, src, axis, n, to, from));
  return ctx->backend->wait(ctx->queue);
}

/* Every rank has what it takes: its own part of the result out of its own part of `a`. */
static hearth_status take_local(const hearth_array *a, const hearth_table *table, int32_t axis, const hearth_layout *layout, hearth_array **made) {
  HEARTH_TRY(hearth_array_create_local(layout, a->dtype, a->order, made));
  return move(a, &(*made)->piece[0].view, &a->piece[0].view, axis, table->n, NULL, table->index);
}

/* What others ask for, packed; then the answers, in the order of the requests, put where they belong. */
typedef struct exchange {
  char *asked, *sent;
  int64_t bytes; /* of a slab */
} exchange;

static hearth_status pack_asked(const hearth_array *a, const hearth_requests *r, int32_t axis, exchange *x) {
  const hearth_view *view = &a->piece[0].view;
  hearth_slabs_view(view, axis, 0, NULL, &x->bytes);
  HEARTH_TRY(hearth_allocate(a->ctx, r->nasked * x->bytes, &x->asked));
  const hearth_view slabs = hearth_slabs_view(view, axis, r->nasked, x->asked, &x->bytes);
  return move(a, &slabs, view, axis, r->nasked, NULL, r->asked);
}

static hearth_status place_sent(const hearth_requests *r, int32_t axis, const exchange *x, hearth_array *result) {
  int64_t bytes;
  const hearth_view *view = &result->piece[0].view, slabs = hearth_slabs_view(view, axis, r->nsent, x->sent, &bytes);
  return move(result, view, &slabs, axis, r->nsent, r->place, NULL);
}

/* Bytes of a slab of the result; ranks without a part of `a` know it too. */
static int64_t slab_bytes(const hearth_array *a, int32_t axis) {
  int64_t bytes = hearth_dtype_size((hearth_dtype)a->dtype);
  for (int32_t d = 0; d < a->layout->ndim; d++)
    if (d != axis) bytes *= a->layout->shape[d];
  return bytes;
}

static hearth_status answer(const hearth_array *a, const hearth_requests *r, int32_t axis, hearth_array *result) {
  const hearth_context *ctx = a->ctx;
  exchange x = {NULL, NULL, 0};
  hearth_status status = pack_asked(a, r, axis, &x);
  x.bytes = slab_bytes(a, axis);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, r->nsent * x.bytes, &x.sent);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = hearth_requests_answer(r, x.bytes, x.asked, x.sent);
  hearth_deallocate(ctx, x.asked);
  if (status == HEARTH_OK) status = hearth_agree(ctx, place_sent(r, axis, &x, result));
  hearth_deallocate(ctx, x.sent);
  return status;
}

/* `a` is dealt along the axis alone. */
static hearth_status take_remote(const hearth_array *a, const hearth_table *table, int32_t axis, const hearth_layout *layout, hearth_array **result) {
  hearth_requests requests = {0};
  hearth_array *made = NULL;
  hearth_status status = hearth_requests_make(a->layout, axis, table->n, table->index, &requests);
  if (status == HEARTH_OK) status = hearth_agree(a->ctx, hearth_array_create_local(layout, a->dtype, a->order, &made));
  if (status == HEARTH_OK) status = answer(a, &requests, axis, made);
  hearth_requests_free(&requests);
  if (status != HEARTH_OK)
    hearth_array_destroy(&made);
  else
    *result = made;
  return status;
}

/* How `a`, the indices and the result lie. */
typedef struct taking {
  bool local; /* no rank needs what another has */
  hearth_layout *a, *indices, *result;
} taking;

static void taking_free(taking *t) {
  hearth_layout_destroy(&t->a);
  hearth_layout_destroy(&t->indices);
  hearth_layout_destroy(&t->result);
}

static hearth_status plan_kept(const hearth_array *a, const hearth_array *indices, int32_t axis, taking *t) {
  int64_t shape[HEARTH_MAX_NDIM];
  memcpy(shape, a->layout->shape, sizeof shape);
  shape[axis] = indices->layout->shape[0];
  t->local = true;
  t->a = hearth_layout_retain(a->layout);
  HEARTH_TRY(hearth_layout_make_split(a->ctx, 1, indices->layout->shape, -1, &t->indices));
  return hearth_layout_resize(a->layout, shape, &t->result);
}

static hearth_status plan(const hearth_array *a, const hearth_array *indices, int32_t axis, taking *t) {
  *t = (taking){false, NULL, NULL, NULL};
  const bool whole = hearth_layout_is_whole(a->layout), plain = hearth_layout_is_product(indices->layout);
  if (hearth_axis_is_whole(a->layout, axis) && !whole) return plan_kept(a, indices, axis, t);
  t->local = whole;
  if (whole || hearth_requests_possible(a->layout, axis))
    t->a = hearth_layout_retain(a->layout);
  else
    HEARTH_TRY(hearth_layout_make_split(a->ctx, a->layout->ndim, a->layout->shape, axis, &t->a));
  if (plain && (whole || !hearth_layout_is_replicated(indices->layout)))
    t->indices = hearth_layout_retain(indices->layout);
  else
    HEARTH_TRY(hearth_layout_make_split(a->ctx, 1, indices->layout->shape, 0, &t->indices));
  return hearth_layout_around(t->indices, a->layout, axis, &t->result);
}

static hearth_status take(const hearth_array *a, const hearth_array *indices, int32_t axis, const taking *t, hearth_array **result) {
  const hearth_array *from = NULL, *places = NULL;
  hearth_array *made_from = NULL, *made_places = NULL, *made = NULL;
  hearth_table table = {NULL, 0, NULL};
  hearth_status status = hearth_array_align(a, t->a, &from, &made_from);
  if (status == HEARTH_OK) status = hearth_array_align(indices, t->indices, &places, &made_places);
  if (status == HEARTH_OK) status = hearth_table_read(places, a->layout->shape[axis], &table);
  if (status == HEARTH_OK && t->local)
    status = hearth_hand_over(a->ctx, take_local(from, &table, axis, t->result, &made), &made, result);
  else if (status == HEARTH_OK)
    status = take_remote(from, &table, axis, t->result, result);
  hearth_table_free(indices, &table);
  hearth_array_destroy(&made_from);
  hearth_array_destroy(&made_places);
  return status;
}

hearth_status hearth_take(const hearth_array *a, const hearth_array *indices, int32_t axis, hearth_array **result) {
  HEARTH_REQUIRE(NULL, a, "the array is NULL");
  HEARTH_GUARD_FP(a->ctx);
  taking t = {false, NULL, NULL, NULL};
  const int64_t number[1] = {axis};
  if (result) *result = NULL;
  hearth_status status = result ? hearth_indices_check(a, indices, axis) : hearth_fail(a->ctx, HEARTH_ERR_ARGUMENT, "no place for the result (NULL)");
  if (status == HEARTH_OK && indices->layout->ndim != 1)
    status = hearth_fail(a->ctx, HEARTH_ERR_UNSUPPORTED, "indices of %d dimensions; hearth_take wants one (hearth_ravel)", indices->layout->ndim);
  HEARTH_TRY(hearth_agree_same(a->ctx, status, "axis|", number, 1));
  status = hearth_agree(a->ctx, plan(a, indices, axis, &t));
  if (status == HEARTH_OK) status = take(a, indices, axis, &t, result);
  taking_free(&t);
  return status;
}
