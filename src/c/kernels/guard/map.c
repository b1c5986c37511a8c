#include "kernels/map.h"
#include "core/error.h"
#include "kernels/guard/pages.h"

static const hearth_map_kernels *const host = &reference_map_kernels;

static hearth_status map(hearth_queue *queue, int32_t compute, int32_t nsteps, const hearth_map_step *steps, const hearth_view *dst, int32_t n,
                         const hearth_view *const *src) {
  const hearth_view *s[HEARTH_MAP_SOURCES] = {NULL};
  for (int32_t k = 0; k < n && k < HEARTH_MAP_SOURCES; ++k) s[k] = src[k];
  /* Which operands may be in host memory is looked at before the spaces are hidden. */
  HEARTH_TRY(hearth_check_map(queue->ctx, HEARTH_SPACE_GUARD, compute, nsteps, steps, dst, n, src));
  OPENED("map", 254, host->map(queue->host, compute, nsteps, steps, v[0], n, v + 1), dst, s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
}

static hearth_status count_far(hearth_queue *queue, int32_t compute, const hearth_view *a, const hearth_view *b, const hearth_closeness *close,
                               int64_t *count) {
  OPENED("count_far", 0, host->count_far(queue->host, compute, v[0], v[1], close, count), a, b);
}

static hearth_status blocks(hearth_queue *queue, hearth_block_function function, void *user, int32_t n_in, const hearth_view *const *in, int32_t n_out,
                            const hearth_view *const *out) {
  const hearth_view *s[HEARTH_BLOCK_OPERANDS] = {NULL};
  HEARTH_TRY(hearth_check_blocks(queue->ctx, HEARTH_SPACE_GUARD, n_in, in, n_out, out));
  for (int32_t k = 0; k < n_in + n_out; ++k) s[k] = k < n_out ? out[k] : in[k - n_out];
  OPENED("blocks", 0, host->blocks(queue->host, function, user, n_in, v + n_out, n_out, v), s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
}

const hearth_map_kernels guard_map_kernels = {.map = map, .count_far = count_far, .blocks = blocks};
