#include "kernels/check.h"
#include "core/error.h"

typedef struct rule {
  const hearth_context *ctx;
  const char *operation;
  uint32_t spaces;
} rule;

#define BIT(code) (1u << (code))
#define DTYPE_BIT(name, code, bytes, text) | BIT(code)
enum {
  ANY_DTYPE = 0 HEARTH_DTYPE_LIST(DTYPE_BIT),
  REAL_DTYPES = ANY_DTYPE & ~(BIT(HEARTH_COMPLEX64) | BIT(HEARTH_COMPLEX128)),
  FLOATS = BIT(HEARTH_FLOAT32) | BIT(HEARTH_FLOAT64),
  FLOAT64 = BIT(HEARTH_FLOAT64),
  COMPLEX = BIT(HEARTH_COMPLEX64) | BIT(HEARTH_COMPLEX128),
  INT32 = BIT(HEARTH_INT32)
};
enum { ANY_NDIM = -1 };

static hearth_status check_view(const rule *rule, const char *name, const hearth_view *view, int ndim, uint32_t dtypes) {
  const char *operation = rule->operation;
  if (!view) return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s is missing", operation, name);
  if (view->space < 0 || view->space > 31 || !(rule->spaces & BIT(view->space)))
    return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s is in memory space %d, which this backend cannot reach", operation, name,
                       (int)view->space);
  if (view->ndim < 0 || view->ndim > HEARTH_MAX_NDIM || (ndim != ANY_NDIM && view->ndim != ndim))
    return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s has %d dimensions, not %d", operation, name, (int)view->ndim, ndim);
  if (hearth_dtype_size(view->dtype) == 0)
    return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s has the unknown dtype %d", operation, name, (int)view->dtype);
  if (!(dtypes & BIT(view->dtype)))
    return hearth_fail(rule->ctx, HEARTH_ERR_UNSUPPORTED, "%s is not available for operand %s of type %s", operation, name, hearth_dtype_name(view->dtype));
  for (int d = 0; d < view->ndim; ++d)
    if (view->extent[d] < 0)
      return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: extent %d of operand %s is %lld", operation, d, name, (long long)view->extent[d]);
  if (!view->data && hearth_view_elements(view) > 0)
    return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s has elements but no address", operation, name);
  return HEARTH_OK;
}

/* An operand that is written: no two elements in one place. */
static hearth_status check_output(const rule *rule, const char *name, const hearth_view *view, int ndim, uint32_t dtypes) {
  HEARTH_TRY(check_view(rule, name, view, ndim, dtypes));
  for (int d = 0; d < view->ndim && hearth_view_elements(view) > 0; ++d) /* contiguous strides of an empty view are 0 */
    if (view->extent[d] > 1 && view->stride[d] == 0)
      return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: operand %s is written and has stride 0 in dimension %d", rule->operation, name, d);
  return HEARTH_OK;
}

static hearth_status check_extent(const rule *rule, const char *name, const hearth_view *view, int dim, int64_t extent) {
  if (view->extent[dim] == extent) return HEARTH_OK;
  return hearth_fail(rule->ctx, HEARTH_ERR_INTERNAL, "%s: extent %d of operand %s is %lld, not %lld", rule->operation, dim, name, (long long)view->extent[dim],
                     (long long)extent);
}

static hearth_status check_like(const rule *rule, const char *name, const hearth_view *view, const hearth_view *dst, uint32_t dtypes) {
  HEARTH_TRY(check_view(rule, name, view, dst->ndim, dtypes));
  for (int d = 0; d < dst->ndim; ++d) HEARTH_TRY(check_extent(rule, name, view, d, dst->extent[d]));
  return HEARTH_OK;
}

hearth_status hearth_check_fill(const hearth_context *ctx, int32_t space, const hearth_view *dst) {
  const rule rule = {ctx, "fill", BIT(space)};
  return check_output(&rule, "dst", dst, ANY_NDIM, ANY_DTYPE);
}

hearth_status hearth_check_copy(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src) {
  const rule rule = {ctx, "copy", BIT(space) | BIT(HEARTH_SPACE_HOST)};
  HEARTH_TRY(check_output(&rule, "dst", dst, ANY_NDIM, ANY_DTYPE));
  return check_like(&rule, "src", src, dst, ANY_DTYPE);
}

hearth_status hearth_check_places(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *src, const int64_t *const *dst_place,
                                  const int64_t *const *src_place) {
  const rule rule = {ctx, "copy_places", BIT(space) | BIT(HEARTH_SPACE_HOST)};
  HEARTH_TRY(check_view(&rule, "dst", dst, ANY_NDIM, ANY_DTYPE));
  HEARTH_TRY(check_like(&rule, "src", src, dst, ANY_DTYPE));
  if (!dst_place || !src_place) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "copy_places: the tables of places are missing");
  for (int d = 0; d < dst->ndim && hearth_view_elements(dst) > 0; ++d)
    if (dst->extent[d] > 1 && !dst_place[d] && dst->stride[d] == 0)
      return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "copy_places: operand dst is written and has stride 0 in dimension %d", d);
  return HEARTH_OK;
}

hearth_status hearth_check_multiply(const hearth_context *ctx, int32_t space, const hearth_view *dst, const hearth_view *a, const hearth_view *b) {
  const rule rule = {ctx, "multiply", BIT(space)};
  HEARTH_TRY(check_output(&rule, "dst", dst, ANY_NDIM, FLOATS));
  HEARTH_TRY(check_like(&rule, "a", a, dst, BIT(dst->dtype)));
  return check_like(&rule, "b", b, dst, BIT(dst->dtype));
}

hearth_status hearth_check_pack(const hearth_context *ctx, int32_t space, const hearth_view *const views[5], const int64_t *infinite) {
  static const char *const names[] = {"dst", "src", "shift", "scale", "missing"};
  static const uint32_t dtypes[] = {FLOATS, REAL_DTYPES, FLOAT64, FLOAT64, INT32};
  const rule own = {ctx, "pack", BIT(space)}, any = {ctx, "pack", BIT(space) | BIT(HEARTH_SPACE_HOST)};
  HEARTH_TRY(check_output(&own, names[0], views[0], ANY_NDIM, dtypes[0]));
  for (int i = 1; i < 5; ++i)
    if (i == 1 || views[i]) HEARTH_TRY(check_like(i == 1 ? &any : &own, names[i], views[i], views[0], dtypes[i]));
  if (!infinite) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "pack: there is no place for the number of infinities");
  return HEARTH_OK;
}

hearth_status hearth_check_groups(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *groups, const hearth_view *a,
                                  const int32_t *labels) {
  const rule rule = {ctx, operation, BIT(space)};
  HEARTH_TRY(check_view(&rule, "a", a, 2, FLOATS));
  HEARTH_TRY(check_view(&rule, "groups", groups, 2, FLOAT64));
  HEARTH_TRY(check_extent(&rule, "groups", groups, 1, a->extent[1]));
  const int64_t n = a->extent[0], count = groups->extent[0];
  bool inside = labels || n == 0 || count > 0;
  for (int64_t i = 0; labels && i < n; ++i) inside &= labels[i] >= 0 && labels[i] < count;
  if (!inside) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: a label lies outside 0 .. %lld", operation, (long long)count - 1);
  return HEARTH_OK;
}

hearth_status hearth_check_columns(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *columns, const hearth_view *a) {
  const rule rule = {ctx, operation, BIT(space)};
  HEARTH_TRY(check_view(&rule, "a", a, 2, FLOATS));
  HEARTH_TRY(check_view(&rule, "columns", columns, 1, FLOAT64));
  return check_extent(&rule, "columns", columns, 0, a->extent[1]);
}

hearth_status hearth_check_gemm(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *b, const hearth_view *c) {
  const rule rule = {ctx, "gemm", BIT(space)};
  HEARTH_TRY(check_output(&rule, "c", c, 2, FLOATS | COMPLEX));
  HEARTH_TRY(check_view(&rule, "a", a, 2, BIT(c->dtype)));
  HEARTH_TRY(check_view(&rule, "b", b, 2, BIT(c->dtype)));
  HEARTH_TRY(check_extent(&rule, "a", a, 0, c->extent[0]));
  HEARTH_TRY(check_extent(&rule, "b", b, 0, a->extent[1]));
  return check_extent(&rule, "b", b, 1, c->extent[1]);
}

hearth_status hearth_check_syrk(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *c) {
  const rule rule = {ctx, "syrk", BIT(space)};
  HEARTH_TRY(check_view(&rule, "a", a, 2, FLOATS | COMPLEX));
  HEARTH_TRY(check_output(&rule, "c", c, 2, BIT(hearth_dtype_is_complex(a->dtype) ? HEARTH_COMPLEX128 : HEARTH_FLOAT64)));
  HEARTH_TRY(check_extent(&rule, "c", c, 0, a->extent[0]));
  return check_extent(&rule, "c", c, 1, a->extent[0]);
}

hearth_status hearth_check_rows(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *a) {
  const rule rule = {ctx, operation, BIT(space)};
  return check_view(&rule, "a", a, 2, FLOAT64);
}

static hearth_status check_basis(const rule *rule, const hearth_view *u, const hearth_view *b) {
  HEARTH_TRY(check_output(rule, "u", u, 2, FLOAT64));
  HEARTH_TRY(check_output(rule, "b", b, 2, FLOAT64));
  return check_extent(rule, "b", b, 0, u->extent[0]);
}

hearth_status hearth_check_residual_gram(const hearth_context *ctx, int32_t space, const hearth_view *u, const hearth_view *b, const hearth_view *c,
                                         const hearth_view *gram) {
  const rule rule = {ctx, "residual_gram", BIT(space)};
  HEARTH_TRY(check_basis(&rule, u, b));
  HEARTH_TRY(check_view(&rule, "c", c, 2, FLOAT64));
  HEARTH_TRY(check_output(&rule, "gram", gram, 2, FLOAT64));
  const int64_t k = u->extent[1], m = b->extent[1];
  HEARTH_TRY(check_extent(&rule, "c", c, 0, k));
  HEARTH_TRY(check_extent(&rule, "c", c, 1, m));
  HEARTH_TRY(check_extent(&rule, "gram", gram, 0, k + m));
  return check_extent(&rule, "gram", gram, 1, k + m);
}

hearth_status hearth_check_rotate(const hearth_context *ctx, int32_t space, const hearth_view *u, const hearth_view *b, const hearth_view *z) {
  const rule rule = {ctx, "rotate", BIT(space)};
  HEARTH_TRY(check_basis(&rule, u, b));
  HEARTH_TRY(check_view(&rule, "z", z, 2, FLOAT64));
  HEARTH_TRY(check_extent(&rule, "z", z, 0, u->extent[1] + b->extent[1]));
  return check_extent(&rule, "z", z, 1, u->extent[1]);
}

hearth_status hearth_check_target(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *dst) {
  const rule rule = {ctx, operation, BIT(space)};
  return check_output(&rule, "dst", dst, ANY_NDIM, ANY_DTYPE);
}

hearth_status hearth_check_source(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *src, const hearth_view *like) {
  const rule rule = {ctx, operation, BIT(space) | BIT(HEARTH_SPACE_HOST)};
  return check_like(&rule, "src", src, like, ANY_DTYPE);
}

hearth_status hearth_check_exact_sum(const hearth_context *ctx, int32_t space, const hearth_exact_terms *terms, const hearth_view *sums) {
  const rule reached = {ctx, "exact sum", BIT(space) | BIT(HEARTH_SPACE_HOST)}, host = {ctx, "exact sum", BIT(HEARTH_SPACE_HOST)};
  HEARTH_TRY(check_view(&reached, "x", terms->x, ANY_NDIM, REAL_DTYPES));
  if (terms->y || terms->kind == HEARTH_EXACT_PRODUCT || terms->kind == HEARTH_EXACT_OTHER)
    HEARTH_TRY(check_like(&reached, "y", terms->y, terms->x, REAL_DTYPES));
  HEARTH_TRY(check_like(&host, "sums", sums, terms->x, BIT(HEARTH_INT64)));
  for (int d = 0; d < sums->ndim; ++d)
    if (sums->stride[d] % (int64_t)sizeof(hearth_exact) != 0)
      return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "exact sum: stride %d of the sums is %lld bytes, not a multiple of their size", d,
                         (long long)sums->stride[d]);
  return HEARTH_OK;
}

hearth_status hearth_check_exact_gram(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *a, const void *rows,
                                      const void *result) {
  const rule rule = {ctx, operation, BIT(space) | BIT(HEARTH_SPACE_HOST)};
  HEARTH_TRY(check_view(&rule, "a", a, 2, REAL_DTYPES));
  if (!rows || !result) return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: a place for the result is missing", operation);
  return HEARTH_OK;
}

hearth_status hearth_check_exact_product(const hearth_context *ctx, int32_t space, const hearth_view *a, const hearth_view *b, const hearth_view *c) {
  const rule rule = {ctx, "fixed-order product", BIT(space)};
  HEARTH_TRY(check_output(&rule, "c", c, 2, FLOAT64));
  return hearth_check_gemm(ctx, space, a, b, c);
}
