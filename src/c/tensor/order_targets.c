/* Exact selection across ranks: the interval of keys around each target is cut by probes, whose counts all ranks add up, until one key is left. */
#include "comm/group.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/order_impl.h"
#include <string.h>

/* Probes per target, fewer where there are many targets: messages stay small. */
enum { PROBES_MOST = 1023, PROBES_LEAST = 7, PROBES_ALL = 1 << 17 };

hearth_status hearth_targets_make(const hearth_context *ctx, int64_t n, int32_t kind, hearth_targets *targets) {
  const int64_t bytes = n * (int64_t)sizeof(int64_t);
  *targets = (hearth_targets){.n = n};
  HEARTH_TRY(hearth_allocate_zero(ctx, bytes, &targets->segment));
  HEARTH_TRY(hearth_allocate_zero(ctx, bytes, &targets->rank));
  HEARTH_TRY(hearth_allocate_zero(ctx, bytes, &targets->low));
  HEARTH_TRY(hearth_allocate_zero(ctx, bytes, &targets->high));
  HEARTH_TRY(hearth_allocate_zero(ctx, bytes, &targets->below));
  hearth_targets_reset(targets, kind);
  return HEARTH_OK;
}

void hearth_targets_reset(hearth_targets *targets, int32_t kind) {
  for (int64_t t = 0; t < targets->n; t++) {
    targets->low[t] = 0;
    targets->high[t] = hearth_record_last(kind);
    targets->below[t] = 0;
  }
}

void hearth_targets_free(const hearth_context *ctx, hearth_targets *targets) {
  hearth_deallocate(ctx, targets->segment);
  hearth_deallocate(ctx, targets->rank);
  hearth_deallocate(ctx, targets->low);
  hearth_deallocate(ctx, targets->high);
  hearth_deallocate(ctx, targets->below);
  *targets = (hearth_targets){0};
}

typedef struct probes {
  int64_t per_target, n;
  int32_t *segment;
  uint64_t *key;
  int64_t *count; /* n + 1: the last one counts ranks that failed */
} probes;

static hearth_status make_probes(const hearth_context *ctx, const hearth_targets *targets, probes *probe) {
  probe->per_target = PROBES_ALL / (targets->n > 0 ? targets->n : 1);
  if (probe->per_target > PROBES_MOST) probe->per_target = PROBES_MOST;
  if (probe->per_target < PROBES_LEAST) probe->per_target = PROBES_LEAST;
  const int64_t most = probe->per_target * targets->n;
  HEARTH_TRY(hearth_allocate(ctx, most * (int64_t)sizeof *probe->segment, &probe->segment));
  HEARTH_TRY(hearth_allocate(ctx, most * (int64_t)sizeof *probe->key, &probe->key));
  return hearth_allocate(ctx, (most + 1) * (int64_t)sizeof *probe->count, &probe->count);
}

static void free_probes(const hearth_context *ctx, probes *probe) {
  hearth_deallocate(ctx, probe->segment);
  hearth_deallocate(ctx, probe->key);
  hearth_deallocate(ctx, probe->count);
}

/* Keys between low and high of every target that is still open. */
static void place_probes(const hearth_targets *targets, probes *probe) {
  probe->n = 0;
  for (int64_t t = 0; t < targets->n; t++) {
    const uint64_t low = targets->low[t], width = targets->high[t] - low, step = width / (uint64_t)(probe->per_target + 1) + 1;
    for (uint64_t k = 1; k <= width / step; k++) {
      probe->segment[probe->n] = targets->segment[t];
      probe->key[probe->n++] = low + k * step;
    }
  }
}

/* Narrows every interval to the probes around its target. */
static void use_counts(hearth_targets *targets, const probes *probe) {
  int64_t i = 0;
  for (int64_t t = 0; t < targets->n; t++) {
    const uint64_t low = targets->low[t], width = targets->high[t] - low, step = width / (uint64_t)(probe->per_target + 1) + 1;
    const int64_t n = (int64_t)(width / step), end = i + n;
    for (; i < end && probe->count[i] <= targets->rank[t]; i++) {
      targets->low[t] = probe->key[i];
      targets->below[t] = probe->count[i];
    }
    if (i < end) targets->high[t] = probe->key[i] - 1;
    i = end;
  }
}

static hearth_status find(const hearth_records *records, const int64_t *bound, MPI_Comm comm, hearth_targets *targets, probes *probe) {
  const hearth_context *ctx = records->ctx;
  for (;;) {
    place_probes(targets, probe);
    if (probe->n == 0) return HEARTH_OK;
    hearth_status status = ctx->backend->order->below(ctx->queue, &records->view, records->kind, bound, probe->n, probe->segment, probe->key, probe->count);
    if (status == HEARTH_OK) status = ctx->backend->wait(ctx->queue);
    probe->count[probe->n] = status != HEARTH_OK;
    HEARTH_TRY(hearth_group_allreduce(ctx, comm, probe->count, probe->n + 1, MPI_INT64_T, MPI_SUM));
    targets->stopped = probe->count[probe->n] > 0;
    if (targets->stopped) return status;
    use_counts(targets, probe);
  }
}

/* Nobody else has records: the targets are where they are in order. `below` is not found. */
static hearth_status read_off(const hearth_records *records, const int64_t *bound, hearth_targets *targets) {
  const hearth_context *ctx = records->ctx;
  for (int64_t t = 0; t < targets->n; t++) targets->below[t] = bound[targets->segment[t]] + targets->rank[t];
  HEARTH_TRY(ctx->backend->order->pick(ctx->queue, &records->view, records->kind, targets->n, targets->below, targets->low));
  HEARTH_TRY(ctx->backend->wait(ctx->queue));
  memcpy(targets->high, targets->low, (size_t)targets->n * sizeof *targets->low);
  return HEARTH_OK;
}

hearth_status hearth_targets_find(const hearth_records *records, const int64_t *bound, MPI_Comm comm, hearth_targets *targets) {
  const hearth_context *ctx = records->ctx;
  probes probe = {0};
  if (targets->n == 0) return HEARTH_OK;
  if (comm == MPI_COMM_NULL || ctx->size == 1) return read_off(records, bound, targets);
  hearth_status status = make_probes(ctx, targets, &probe);
  int64_t failed = status != HEARTH_OK;
  const hearth_status told = hearth_group_allreduce(ctx, comm, &failed, 1, MPI_INT64_T, MPI_MAX);
  if (status == HEARTH_OK) status = told;
  targets->stopped = failed || told != HEARTH_OK;
  if (!targets->stopped) status = find(records, bound, comm, targets, &probe);
  free_probes(ctx, &probe);
  return status;
}
