#include "kernels/keys.h"
#include "core/error.h"
#include "kernels/check.h"

void hearth_key_extremes_join(hearth_key_extremes *sum, const hearth_key_extremes *more) {
  if (more->lowest < sum->lowest) sum->lowest = more->lowest;
  if (more->highest > sum->highest) sum->highest = more->highest;
  sum->count += more->count;
  sum->nans += more->nans;
}

int64_t hearth_record_size(int32_t kind) {
  static const int64_t size[HEARTH_RECORD_KINDS] = {4, 8, 8, 16};
  return size[kind];
}

uint64_t hearth_record_last(int32_t kind) {
  return kind == HEARTH_RECORD_KEY32 || kind == HEARTH_RECORD_PACKED ? UINT32_MAX : UINT64_MAX;
}

int32_t hearth_record_of(int32_t dtype) {
  return hearth_dtype_size(dtype) > 4 ? HEARTH_RECORD_KEY64 : HEARTH_RECORD_KEY32;
}

hearth_view hearth_records_part(const hearth_view *records, int32_t kind, int64_t first, int64_t n) {
  hearth_view part = *records;
  part.extent[0] = n * hearth_record_size(kind);
  if (n > 0) part.data = (char *)records->data + first * hearth_record_size(kind);
  return part;
}

double hearth_key_value(int32_t dtype, uint64_t wide) {
  const key_mode mode = key_mode_of(0);
#define KEY_VALUE(code, type, keytype, to_key, from_key)                                                                                                       \
  if (dtype == code) {                                                                                                                                         \
    const keytype key = (keytype)wide;                                                                                                                         \
    const type value = from_key;                                                                                                                               \
    return code == HEARTH_FLOAT16 ? (double)hearth_from_half((uint16_t)value) : (double)value;                                                                 \
  }
  HEARTH_KEY_TYPES(KEY_VALUE)
#undef KEY_VALUE
  return 0.0;
}

uint64_t hearth_key_nan(int32_t dtype) {
  return hearth_record_last(hearth_record_of(dtype));
}

static hearth_status check_space(const hearth_context *ctx, int32_t space, const char *operation, const char *name, const hearth_view *view) {
  if (view->space != space)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: operand %s is in memory space %d, which this backend cannot reach", operation, name, (int)view->space);
  if (view->ndim < 0 || view->ndim > HEARTH_MAX_NDIM || hearth_dtype_size(view->dtype) == 0)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: operand %s has %d dimensions and dtype %d", operation, name, (int)view->ndim, (int)view->dtype);
  if (!view->data && hearth_view_elements(view) > 0)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: operand %s has elements but no address", operation, name);
  return HEARTH_OK;
}

static hearth_status check_records(const hearth_context *ctx, const char *operation, const hearth_view *records, int32_t kind) {
  const bool known = kind >= 0 && kind < HEARTH_RECORD_KINDS;
  if (known && records->ndim == 1 && hearth_dtype_size(records->dtype) == 1 && records->extent[0] % hearth_record_size(kind) == 0 &&
      (records->stride[0] == 1 || records->extent[0] == 0))
    return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: records of kind %d are no contiguous bytes", operation, (int)kind);
}

hearth_status hearth_check_order(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *records, int32_t kind,
                                 const hearth_view *a) {
  if (records) HEARTH_TRY(check_space(ctx, space, operation, "records", records));
  if (records) HEARTH_TRY(check_records(ctx, operation, records, kind));
  if (!a) return HEARTH_OK;
  HEARTH_TRY(check_space(ctx, space, operation, "a", a));
  if (a->dtype >= HEARTH_KEY_DTYPES) return hearth_fail(ctx, HEARTH_ERR_UNSUPPORTED, "%s is not available for type %s", operation, hearth_dtype_name(a->dtype));
  if (records && hearth_view_elements(a) > 0 && (kind == HEARTH_RECORD_KEY32 || kind == HEARTH_RECORD_PACKED) &&
      hearth_record_of(a->dtype) != HEARTH_RECORD_KEY32)
    return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: type %s does not fit records of kind %d", operation, hearth_dtype_name(a->dtype), (int)kind);
  return HEARTH_OK;
}

hearth_status hearth_check_indices(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *indices) {
  HEARTH_TRY(check_space(ctx, space, operation, "indices", indices));
  if (indices->dtype == HEARTH_INT64) return HEARTH_OK;
  return hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: indices are of type %s", operation, hearth_dtype_name(indices->dtype));
}

hearth_status hearth_check_weights(const hearth_context *ctx, int32_t space, const char *operation, const hearth_view *weights, const hearth_view *a) {
  HEARTH_TRY(check_space(ctx, space, operation, "weights", weights));
  bool fits = weights->dtype == HEARTH_FLOAT64 && weights->ndim == a->ndim;
  for (int d = 0; fits && d < a->ndim; ++d) fits = weights->extent[d] == a->extent[d];
  return fits ? HEARTH_OK : hearth_fail(ctx, HEARTH_ERR_INTERNAL, "%s: weights do not have the shape of the values in float64", operation);
}
