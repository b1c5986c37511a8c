/* Copies whose elements stand in no regular order. The innermost loop runs along the dimension that is regular on both sides, if there is a long one: then it
 * is a row of the conversion table; else along a table, element by element, through a small buffer where types differ. */
#include "core/error.h"
#include "kernels/check.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/queue.h"
#include <stdlib.h>

enum { CHUNK = 512, WIDEST = 16, ROW_LEAST = 8 };

/* Elements are moved by their size, whatever type their memory has. */
#if defined(__GNUC__)
#define ANY_TYPE __attribute__((may_alias))
#else
#define ANY_TYPE
#endif
typedef uint8_t ANY_TYPE word_1;
typedef uint16_t ANY_TYPE word_2;
typedef uint32_t ANY_TYPE word_4;
typedef uint64_t ANY_TYPE word_8;
typedef struct ANY_TYPE word_16 {
  uint64_t first, second;
} word_16;

/* place NULL: regular. */
typedef void (*gather_function)(int64_t n, void *to, const char *from, const int64_t *place, int64_t stride);
typedef void (*scatter_function)(int64_t n, char *to, const int64_t *place, int64_t stride, const void *from);

#define MOVERS(name, type)                                                                                                                                     \
  static void gather_##name(int64_t n, void *to, const char *from, const int64_t *place, int64_t stride) {                                                     \
    type *const out = to;                                                                                                                                      \
    if (place)                                                                                                                                                 \
      for (int64_t i = 0; i < n; ++i) out[i] = *(const type *)(const void *)(from + place[i]);                                                                 \
    else                                                                                                                                                       \
      for (int64_t i = 0; i < n; ++i) out[i] = *(const type *)(const void *)(from + i * stride);                                                               \
  }                                                                                                                                                            \
  static void scatter_##name(int64_t n, char *to, const int64_t *place, int64_t stride, const void *from) {                                                    \
    const type *const in = from;                                                                                                                               \
    if (place)                                                                                                                                                 \
      for (int64_t i = 0; i < n; ++i) *(type *)(void *)(to + place[i]) = in[i];                                                                                \
    else                                                                                                                                                       \
      for (int64_t i = 0; i < n; ++i) *(type *)(void *)(to + i * stride) = in[i];                                                                              \
  }
MOVERS(1, word_1)
MOVERS(2, word_2)
MOVERS(4, word_4)
MOVERS(8, word_8)
MOVERS(16, word_16)

typedef struct places_task {
  const hearth_view *dst, *src;
  const int64_t *const *dst_place, *const *src_place;
  int inner, cut; /* dimensions: of the innermost loop, that the parts share */
  int parts, converts;
  int64_t dst_size, src_size;
  cpu_convert_function row;
  gather_function gather;
  scatter_function scatter;
} places_task;

static gather_function gather_of(int64_t size) {
  return size == 1 ? gather_1 : size == 2 ? gather_2 : size == 4 ? gather_4 : size == 8 ? gather_8 : gather_16;
}
static scatter_function scatter_of(int64_t size) {
  return size == 1 ? scatter_1 : size == 2 ? scatter_2 : size == 4 ? scatter_4 : size == 8 ? scatter_8 : scatter_16;
}

static int64_t at(const hearth_view *view, const int64_t *const *place, int d, int64_t i) {
  return place[d] ? place[d][i] : i * view->stride[d];
}

/* Indices first .. first + n - 1 of the innermost dimension. */
static void copy_line(const places_task *t, char *dst, const char *src, int64_t first, int64_t n) {
  const int64_t *const to = t->dst_place[t->inner], *const from = t->src_place[t->inner];
  const int64_t dst_stride = t->dst->stride[t->inner], src_stride = t->src->stride[t->inner];
  if (!to && !from) {
    t->row(n, dst + first * dst_stride, dst_stride, src + first * src_stride, src_stride);
    return;
  }
  uint64_t loaded[CHUNK * WIDEST / sizeof(uint64_t)], converted[CHUNK * WIDEST / sizeof(uint64_t)];
  for (int64_t i = first; i < first + n; i += CHUNK) {
    const int64_t m = first + n - i < CHUNK ? first + n - i : CHUNK;
    t->gather(m, loaded, from ? src : src + i * src_stride, from ? from + i : NULL, src_stride);
    if (t->converts) t->row(m, (char *)converted, t->dst_size, (const char *)loaded, t->src_size);
    t->scatter(m, to ? dst : dst + i * dst_stride, to ? to + i : NULL, dst_stride, t->converts ? converted : loaded);
  }
}

static void copy_part(void *task, int part) {
  const places_task *t = task;
  const int ndim = t->dst->ndim;
  int64_t first[HEARTH_MAX_NDIM] = {0}, end[HEARTH_MAX_NDIM] = {0}, index[HEARTH_MAX_NDIM], count;
  for (int d = 0; d < ndim; ++d) end[d] = t->dst->extent[d];
  cpu_share(end[t->cut], 1, t->parts, part, &first[t->cut], &count);
  end[t->cut] = first[t->cut] + count;
  if (count == 0) return;
  for (int d = 0; d < ndim; ++d) index[d] = first[d];
  for (int d = 0; d >= 0;) {
    char *dst = t->dst->data;
    const char *src = t->src->data;
    for (int k = 0; k < ndim; ++k)
      if (k != t->inner) {
        dst += at(t->dst, t->dst_place, k, index[k]);
        src += at(t->src, t->src_place, k, index[k]);
      }
    copy_line(t, dst, src, first[t->inner], end[t->inner] - first[t->inner]);
    for (d = ndim - 1; d >= 0; --d) {
      if (d == t->inner) continue;
      if (++index[d] < end[d]) break;
      index[d] = first[d];
    }
  }
}

/* The longest regular dimension of small stride, if rows along it are worth it; else the longest one that has a table. */
static int choose_inner(const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place, const int64_t *const *src_place) {
  int regular = -1, longest = 0;
  for (int d = 0; d < dst->ndim; ++d) {
    if (dst->extent[d] > dst->extent[longest]) longest = d;
    if (dst_place[d] || src_place[d] || dst->extent[d] < ROW_LEAST) continue;
    if (regular < 0 || llabs(dst->stride[d]) + llabs(src->stride[d]) < llabs(dst->stride[regular]) + llabs(src->stride[regular])) regular = d;
  }
  return regular >= 0 ? regular : longest;
}

hearth_status cpu_copy_places(hearth_queue *queue, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                              const int64_t *const *src_place) {
  HEARTH_TRY(hearth_check_places(queue->ctx, HEARTH_SPACE_HOST, dst, src, dst_place, src_place));
  const int64_t elements = hearth_view_elements(dst), dst_size = hearth_dtype_size(dst->dtype), src_size = hearth_dtype_size(src->dtype);
  if (elements == 0 || dst->ndim == 0) return HEARTH_OK;
  places_task task = {dst,
                      src,
                      dst_place,
                      src_place,
                      choose_inner(dst, src, dst_place, src_place),
                      0,
                      1,
                      dst->dtype != src->dtype,
                      dst_size,
                      src_size,
                      cpu_convert_row(dst->dtype, src->dtype),
                      gather_of(src_size),
                      scatter_of(dst_size)};
  task.parts = cpu_threads_for(queue, elements * (dst_size + src_size));
  for (int d = 0; d < dst->ndim; ++d)
    if (dst->extent[d] > dst->extent[task.cut]) task.cut = d;
  cpu_parallel(queue, task.parts, copy_part, &task);
  return HEARTH_OK;
}
