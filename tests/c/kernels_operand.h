/* Operands of kernels in every layout: a host image of the whole buffer, gaps included, and the buffer in the backend's memory. */
#ifndef HEARTH_TESTS_KERNELS_OPERAND_H
#define HEARTH_TESTS_KERNELS_OPERAND_H
#include "core/context_impl.h"
#include "harness.h"
#include "kernels_value.h"
#include <stdlib.h>

typedef enum layout { ROW, COLUMN, GAPS, NEGATIVE, PERMUTED, LAYOUTS, COLUMN_GAPS, BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL } layout;

typedef struct operand {
  const hearth_context *ctx;
  int64_t bytes;
  unsigned char *image;
  void *buffer;
  hearth_view view; /* in the backend's memory */
  hearth_view host; /* the same in the image */
} operand;

/* Byte strides; returns the buffer's size and *first, where the first element lies in it. */
static inline int64_t lay_out(hearth_view *view, layout layout, int64_t *first) {
  const int n = view->ndim;
  const int64_t size = hearth_dtype_size(view->dtype);
  int64_t step = size * (layout == GAPS ? 2 : 1);
  *first = layout == GAPS || layout == PERMUTED ? 3 * size : 0;
  for (int d = 0; d < n; ++d) {
    const int dim = layout == COLUMN || layout == COLUMN_GAPS ? d : layout == PERMUTED ? (n / 2 + n - d) % n : n - 1 - d;
    const int negative = layout == NEGATIVE || (layout == PERMUTED && d % 2 == 0);
    const int repeated = layout == BROADCAST_ALL || (layout == BROADCAST_FIRST && dim == 0) || (layout == BROADCAST_LAST && dim == n - 1);
    view->stride[dim] = repeated ? 0 : negative ? -step : step;
    if (repeated) continue;
    if (negative && view->extent[dim] > 0) *first += (view->extent[dim] - 1) * step;
    step *= view->extent[dim] > 0 ? view->extent[dim] : 1;
    if (layout == GAPS || layout == PERMUTED || layout == COLUMN_GAPS) step += 2 * size;
  }
  return step + 8 * size;
}

static inline operand operand_make(const hearth_context *ctx, int32_t dtype, layout layout, int ndim, const int64_t *extent) {
  operand o = {.ctx = ctx, .view = {.dtype = dtype, .space = ctx->backend->space, .ndim = ndim}};
  int64_t first;
  for (int d = 0; d < ndim; ++d) o.view.extent[d] = extent[d];
  o.bytes = lay_out(&o.view, layout, &first);
  o.image = malloc((size_t)o.bytes);
  for (int64_t i = 0; i < o.bytes; ++i) o.image[i] = (unsigned char)(0xA0 + i % 23);
  assert_int_equal(ctx->backend->allocate(ctx->queue, o.bytes, &o.buffer), HEARTH_OK);
  o.host = o.view;
  o.host.space = HEARTH_SPACE_HOST;
  o.host.data = o.image + first;
  o.view.data = (char *)o.buffer + first;
  return o;
}
#define OPERAND(ctx, dtype, layout, ...) operand_make(ctx, dtype, layout, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})

static inline hearth_view bytes_of(const operand *o, void *data, int32_t space) {
  return (hearth_view){.data = data, .dtype = HEARTH_UINT8, .space = space, .ndim = 1, .extent = {o->bytes}, .stride = {1}};
}

static inline void push(const operand *o) {
  const hearth_view there = bytes_of(o, o->buffer, o->view.space), here = bytes_of(o, o->image, HEARTH_SPACE_HOST);
  assert_int_equal(o->ctx->backend->copy(o->ctx->queue, &there, &here), HEARTH_OK);
}

/* The buffer as it is now; the caller frees it. */
static inline unsigned char *pull(const operand *o) {
  unsigned char *image = malloc((size_t)o->bytes);
  const hearth_view there = bytes_of(o, o->buffer, o->view.space), here = bytes_of(o, image, HEARTH_SPACE_HOST);
  assert_int_equal(o->ctx->backend->copy(o->ctx->queue, &here, &there), HEARTH_OK);
  assert_int_equal(o->ctx->backend->wait(o->ctx->queue), HEARTH_OK);
  return image;
}

static inline void operand_free(operand *o) {
  o->ctx->backend->release(o->ctx->queue, o->buffer);
  free(o->image);
}

static inline double rough(int64_t i) {
  return (double)((i * 7919 + 104729) % 2003) / 1001.0 - 1.0;
}

/* Numbers between -1 and 1. */
static inline void fill_rough(const operand *o, int64_t seed) {
  FOR_ELEMENTS(&o->host, index) put_number(&o->host, index, rough(seed++));
  push(o);
}

static inline void fill_number(const operand *o, double x) {
  FOR_ELEMENTS(&o->host, index) put_number(&o->host, index, x);
  push(o);
}

/* Compares the buffer with what `o->image` was made into: elements within the tolerance (relative to 1 and to their size), all bytes between them unchanged. */
static inline void check_operand(const operand *o, double tolerance, const char *what) {
  unsigned char *image = pull(o);
  hearth_view now = o->host;
  if (o->host.data) now.data = image + ((unsigned char *)o->host.data - o->image);
  FOR_ELEMENTS(&now, index) {
    const value a = get(&now, index), b = get(&o->host, index);
    const int same = (a.integer ? a.i == b.i : (a.re == b.re || (isnan(a.re) && isnan(b.re))) && (a.im == b.im || (isnan(a.im) && isnan(b.im))));
    if (!same && !(fabs(a.re - b.re) <= tolerance * fmax(1.0, fabs(b.re)) && a.i == b.i && fabs(a.im - b.im) <= tolerance * fmax(1.0, fabs(b.im))))
      fail_msg("%s, %s: [%d,%d,%d,%d]: %.17g + %.17g i, %lld, not %.17g + %.17g i, %lld", o->ctx->backend->name, what, (int)index[0], (int)index[1],
               (int)index[2], (int)index[3], a.re, a.im, (long long)a.i, b.re, b.im, (long long)b.i);
    memcpy(element(&o->host, index), element(&now, index), (size_t)hearth_dtype_size(now.dtype));
  }
  if (memcmp(image, o->image, (size_t)o->bytes) != 0) fail_msg("%s, %s: wrote between the elements", o->ctx->backend->name, what);
  free(image);
}

/* Contexts of every backend, the last one with several threads. */
enum { CONTEXTS = 4 };
static inline hearth_context *kernels_context(int which) {
  static const hearth_backend backends[CONTEXTS] = {HEARTH_BACKEND_REFERENCE, HEARTH_BACKEND_GUARD, HEARTH_BACKEND_CPU, HEARTH_BACKEND_CPU};
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backends[which];
  options.threads = which == CONTEXTS - 1 ? 3 : 1;
  options.leak_check = 1;
  return test_context_with(&options);
}

/* Kernels know nothing of ranks: these share the contexts. */
static inline void for_contexts(void (*test)(hearth_context *ctx)) {
  for (int which = 0; which < CONTEXTS; ++which) {
    hearth_context *ctx = kernels_context(which);
    if (which % test_size == test_rank) test(ctx);
    test_context_destroy(&ctx);
  }
}

#endif
