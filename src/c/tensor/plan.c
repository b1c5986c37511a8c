#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/plan_impl.h"
#include <string.h>

static hearth_status check_layouts(const hearth_layout *source, const hearth_layout *target, const hearth_context *ctx) {
  HEARTH_REQUIRE(ctx, source, "the source layout is NULL");
  HEARTH_REQUIRE(ctx, target, "the target layout is NULL");
  if (source->ctx != target->ctx) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "source and target belong to different contexts");
  if (source->ndim != target->ndim) return hearth_fail(ctx, HEARTH_ERR_MISMATCH, "the source has %d dimensions, the target %d", source->ndim, target->ndim);
  return HEARTH_OK;
}

static hearth_status check_box(const hearth_layout *layout, const char *which, const int64_t *start, const int64_t *count) {
  HEARTH_REQUIRE(layout->ctx, start && count, "the box's start or count is NULL");
  for (int32_t d = 0; d < layout->ndim; d++)
    HEARTH_REQUIRE(layout->ctx, start[d] >= 0 && count[d] >= 0 && start[d] <= layout->shape[d] && count[d] <= layout->shape[d] - start[d],
                   "in dimension %d the box starts at %lld and has %lld elements, the %s has %lld", d, (long long)start[d], (long long)count[d], which,
                   (long long)layout->shape[d]);
  return HEARTH_OK;
}

/* What goes where: element source[d] + i of dimension axes[d] of the source to element target[d] + i of dimension d of the target, i < count[d]. */
typedef struct box {
  int64_t source[HEARTH_MAX_NDIM], target[HEARTH_MAX_NDIM], count[HEARTH_MAX_NDIM];
  int32_t axes[HEARTH_MAX_NDIM];
} box;

static hearth_status new_plan(const hearth_layout *source, const hearth_layout *target, const box *box, hearth_plan **plan) {
  hearth_plan *made = NULL;
  bool permuted = false;
  HEARTH_TRY(hearth_allocate_zero(source->ctx, (int64_t)sizeof *made, &made));
  made->ctx = source->ctx;
  made->arrays = hearth_layout_retain(source);
  made->target = hearth_layout_retain(target);
  made->ndim = target->ndim;
  memcpy(made->source_start, box->source, sizeof box->source);
  memcpy(made->target_start, box->target, sizeof box->target);
  memcpy(made->count, box->count, sizeof box->count);
  memcpy(made->axes, box->axes, sizeof box->axes);
  hearth_context_hold(made->ctx, HEARTH_OBJECT_PLAN);
  *plan = made;
  for (int32_t d = 0; d < made->ndim; d++) permuted = permuted || box->axes[d] != d;
  if (permuted)
    HEARTH_TRY(hearth_layout_project(source, made->ndim, box->axes, &made->source));
  else
    made->source = hearth_layout_retain(source);
  return HEARTH_OK;
}

/* The arguments have been agreed on. */
static hearth_status make_plan(const hearth_layout *source, const hearth_layout *target, const box *box, hearth_plan **plan) {
  hearth_plan *made = NULL;
  hearth_status status = hearth_agree(source->ctx, new_plan(source, target, box, &made));
  if (status == HEARTH_OK) status = hearth_agree(source->ctx, hearth_plan_find_peers(made));
  if (status == HEARTH_OK) {
    made->busiest = made->nsends + made->nreceives;
    status = hearth_allreduce_i64(source->ctx, &made->busiest, 1, HEARTH_OP_MAX);
  }
  if (status != HEARTH_OK)
    hearth_plan_destroy(&made);
  else
    *plan = made;
  return status;
}

/* The whole of the source. */
static box whole(const hearth_layout *source, const int32_t *axes) {
  box all = {{0}, {0}, {0}, {0}};
  for (int32_t d = 0; d < source->ndim; d++) {
    all.axes[d] = axes ? axes[d] : d;
    all.count[d] = source->shape[all.axes[d]];
  }
  return all;
}

static hearth_status check_shapes(const hearth_layout *target, const box *box) {
  for (int32_t d = 0; d < target->ndim; d++)
    if (box->count[d] != target->shape[d])
      return hearth_fail(target->ctx, HEARTH_ERR_MISMATCH, "dimension %d has %lld elements in the source and dimension %d %lld in the target", box->axes[d],
                         (long long)box->count[d], d, (long long)target->shape[d]);
  return HEARTH_OK;
}

static hearth_context *context_of(const hearth_layout *source, const hearth_layout *target) {
  return source ? source->ctx : target ? target->ctx : NULL;
}

hearth_status hearth_plan_create(const hearth_layout *source, const hearth_layout *target, hearth_plan **plan) {
  hearth_context *ctx = context_of(source, target);
  HEARTH_REQUIRE(NULL, ctx, "both layouts are NULL");
  if (plan) *plan = NULL;
  box all = {{0}, {0}, {0}, {0}};
  hearth_status mine = plan ? check_layouts(source, target, ctx) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the plan (NULL)");
  if (mine == HEARTH_OK) {
    all = whole(source, NULL);
    mine = check_shapes(target, &all);
  }
  HEARTH_TRY(hearth_agree(ctx, mine));
  return make_plan(source, target, &all, plan);
}

static hearth_status check_axes(const hearth_layout *source, int32_t ndim, const int32_t *axes) {
  HEARTH_REQUIRE(source->ctx, ndim == source->ndim, "%d axes for layouts of %d dimensions", ndim, source->ndim);
  HEARTH_REQUIRE(source->ctx, axes, "the axes are NULL");
  for (int32_t d = 0; d < ndim; d++) {
    HEARTH_REQUIRE(source->ctx, axes[d] >= 0 && axes[d] < ndim, "axis %d at place %d: the source has %d dimensions", axes[d], d, ndim);
    for (int32_t k = 0; k < d; k++) HEARTH_REQUIRE(source->ctx, axes[k] != axes[d], "axis %d is named twice, at places %d and %d", axes[d], k, d);
  }
  return HEARTH_OK;
}

hearth_status hearth_plan_create_permuted(const hearth_layout *source, const hearth_layout *target, int32_t ndim, const int32_t *axes, hearth_plan **plan) {
  hearth_context *ctx = context_of(source, target);
  HEARTH_REQUIRE(NULL, ctx, "both layouts are NULL");
  if (plan) *plan = NULL;
  box all = {{0}, {0}, {0}, {0}};
  int64_t number[HEARTH_MAX_NDIM] = {0};
  hearth_status mine = plan ? check_layouts(source, target, ctx) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the plan (NULL)");
  if (mine == HEARTH_OK) mine = check_axes(source, ndim, axes);
  if (mine == HEARTH_OK) {
    all = whole(source, axes);
    mine = check_shapes(target, &all);
  }
  for (int32_t d = 0; mine == HEARTH_OK && d < ndim; d++) number[d] = axes[d];
  HEARTH_TRY(hearth_agree_same(ctx, mine, "the axes", number, HEARTH_MAX_NDIM));
  return make_plan(source, target, &all, plan);
}

hearth_status hearth_plan_create_box(const hearth_layout *source, const int64_t *source_start, const hearth_layout *target, const int64_t *target_start,
                                     const int64_t *count, hearth_plan **plan) {
  hearth_context *ctx = context_of(source, target);
  HEARTH_REQUIRE(NULL, ctx, "both layouts are NULL");
  if (plan) *plan = NULL;
  hearth_status mine = plan ? check_layouts(source, target, ctx) : hearth_fail(ctx, HEARTH_ERR_ARGUMENT, "no place for the plan (NULL)");
  if (mine == HEARTH_OK) mine = check_box(source, "source", source_start, count);
  if (mine == HEARTH_OK) mine = check_box(target, "target", target_start, count);
  int64_t number[3 * HEARTH_MAX_NDIM] = {0};
  box part = {{0}, {0}, {0}, {0}};
  for (int32_t d = 0; mine == HEARTH_OK && d < source->ndim; d++) {
    number[3 * d] = part.source[d] = source_start[d];
    number[3 * d + 1] = part.target[d] = target_start[d];
    number[3 * d + 2] = part.count[d] = count[d];
    part.axes[d] = d;
  }
  HEARTH_TRY(hearth_agree_same(ctx, mine, "the box (start in the source, start in the target, count; per dimension)", number, 3 * HEARTH_MAX_NDIM));
  return make_plan(source, target, &part, plan);
}

static int64_t volume_of(int64_t n, const hearth_peer *peer) {
  int64_t volume = 0;
  for (int64_t i = 0; i < n; i++) volume += peer[i].volume;
  return volume;
}

hearth_status hearth_plan_volume(const hearth_plan *plan, int64_t *sent, int64_t *received, int64_t *local) {
  HEARTH_REQUIRE(NULL, plan, "the plan is NULL");
  HEARTH_REQUIRE(plan->ctx, sent && received && local, "no place for a volume (NULL)");
  *sent = volume_of(plan->nsends, plan->send);
  *received = volume_of(plan->nreceives, plan->receive);
  *local = plan->local.volume;
  return HEARTH_OK;
}

hearth_status hearth_plan_destroy(hearth_plan **plan) {
  if (!plan || !*plan) return HEARTH_OK;
  hearth_plan *gone = *plan;
  hearth_context *ctx = gone->ctx;
  *plan = NULL;
  if (gone->source) hearth_plan_drop_peers(gone);
  hearth_layout_destroy(&gone->arrays);
  hearth_layout_destroy(&gone->source);
  hearth_layout_destroy(&gone->target);
  hearth_deallocate(ctx, gone);
  hearth_context_drop(ctx, HEARTH_OBJECT_PLAN);
  return HEARTH_OK;
}
