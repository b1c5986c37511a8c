/* Partial products of the ranks of a group are added up: for all of them, or each part for the rank that owns it. */
#include "comm/group.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "kernels/check.h"
#include "linalg/product_impl.h"
#include "tensor/layout_dims.h"

typedef struct joining {
  const product *p;
  int32_t cut, scattered; /* dimensions of c */
  int64_t first, width;   /* of the panel along `cut` */
  const hearth_view *partial;
} joining;

static MPI_Datatype number_of(int32_t dtype) {
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64 ? MPI_FLOAT : MPI_DOUBLE;
}

static int64_t numbers(int32_t dtype, int64_t elements) {
  return hearth_dtype_is_complex(dtype) ? 2 * elements : elements;
}

static hearth_status join_everywhere(const joining *j) {
  const product *p = j->p;
  HEARTH_TRY(hearth_group_allreduce(p->ctx, p->group, j->partial->data, numbers(p->dtype, hearth_view_elements(j->partial)), number_of(p->dtype), MPI_SUM));
  const hearth_view *c = hearth_array_view(p->c);
  if (hearth_view_elements(c) == 0 || hearth_view_elements(j->partial) == 0) return HEARTH_OK;
  const hearth_view part = hearth_view_part(c, j->cut, j->first, j->width);
  return hearth_view_copy(p->ctx, &part, j->partial);
}

/* Where the part of the process with this coordinate lies in the panel, along the scattered dimension. */
static void part_of(const joining *j, int64_t coordinate, int64_t *begin, int64_t *count) {
  const hearth_dim *dim = &j->p->way.c->dim[j->scattered];
  const int64_t base = j->scattered == j->cut ? j->first : 0, extent = j->partial->extent[j->scattered];
  int64_t low = dim->cuts[coordinate] - base, high = dim->cuts[coordinate + 1] - base;
  if (low < 0) low = 0;
  if (high > extent) high = extent;
  *begin = low;
  *count = high > low ? high - low : 0;
}

static hearth_status store_part(const joining *j, int64_t coordinate, int64_t begin, int64_t count) {
  const product *p = j->p;
  const int64_t base = j->scattered == j->cut ? j->first : 0;
  const hearth_view sums = hearth_view_part(j->partial, j->scattered, begin, count);
  hearth_view part = hearth_view_part(hearth_array_view(p->c), j->scattered, base + begin - p->way.c->dim[j->scattered].cuts[coordinate], count);
  if (j->cut != j->scattered) part = hearth_view_part(&part, j->cut, j->first, j->width);
  return hearth_view_copy(p->ctx, &part, &sums);
}

/* One reduction per owner: together they move what a reduce-scatter does. */
static hearth_status join_scattered(const joining *j) {
  const product *p = j->p;
  const hearth_dim *dim = &p->way.c->dim[j->scattered];
  const int64_t own = hearth_layout_coordinate(p->way.c, p->ctx->rank, dim->axis), across = j->partial->extent[1 - j->scattered];
  for (int64_t c = 0; c < dim->processes; c++) {
    int64_t begin, count;
    part_of(j, c, &begin, &count);
    if (count * across == 0) continue;
    char *at = (char *)j->partial->data + begin * j->partial->stride[j->scattered];
    HEARTH_TRY(hearth_group_reduce(p->ctx, p->group, at, numbers(p->dtype, count * across), number_of(p->dtype), MPI_SUM, (int)c));
    if (c == own) HEARTH_TRY(store_part(j, c, begin, count));
  }
  return HEARTH_OK;
}

hearth_status product_join(const product *p, int64_t first, int64_t width, const hearth_view *partial) {
  const joining j = {p, p->way.kind == PRODUCT_LEFT ? 1 : 0, p->way.scattered, first, width, partial};
  if (p->group == MPI_COMM_NULL) return HEARTH_OK; /* this rank stands on no place of the grid */
  return p->way.scattered < 0 ? join_everywhere(&j) : join_scattered(&j);
}
