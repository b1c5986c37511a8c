#include "io/unpack.h"
#include "core/error.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <math.h>
#include <string.h>
#include <strings.h>

#define BLOCK 512 /* elements whose flags fit the first-level cache */

#define TYPED(source, target) unpack_##source##_##target
#define INTEGER 1
#define S int8_t
#include "io/unpack_types.h"
#undef S
#define S uint8_t
#include "io/unpack_types.h"
#undef S
#define S int16_t
#include "io/unpack_types.h"
#undef S
#define S int32_t
#include "io/unpack_types.h"
#undef S
#define S int64_t
#include "io/unpack_types.h"
#undef S
#undef INTEGER
#define INTEGER 0
#define S float
#include "io/unpack_types.h"
#undef S
#define S double
#include "io/unpack_types.h"
#undef S

typedef void (*kernel)(const hearth_unpack *, bool, int64_t, const void *, void *);
#define KERNELS(source)                                                                                                                                        \
  { unpack_##source##_float, unpack_##source##_double }
static const kernel kernels[][2] = {
    [HEARTH_BOOL] = KERNELS(uint8_t),  [HEARTH_INT8] = KERNELS(int8_t),   [HEARTH_UINT8] = KERNELS(uint8_t), [HEARTH_INT16] = KERNELS(int16_t),
    [HEARTH_INT32] = KERNELS(int32_t), [HEARTH_INT64] = KERNELS(int64_t), [HEARTH_FLOAT32] = KERNELS(float), [HEARTH_FLOAT64] = KERNELS(double),
};

void hearth_unpack_run(const hearth_unpack *unpack, bool keep_missing, int32_t staged, int64_t n, void *src, int32_t work, void *dst) {
  hearth_unpack_unsigned(unpack, staged, n, src);
  kernels[staged][work == HEARTH_FLOAT64](unpack, keep_missing, n, src, dst);
}

void hearth_unpack_unsigned(const hearth_unpack *unpack, int32_t staged, int64_t n, void *data) {
  if (unpack->unsigned_bits == 0) return;
  const int64_t mask = ((int64_t)1 << unpack->unsigned_bits) - 1;
  if (staged == HEARTH_INT32)
    for (int64_t i = 0; i < n; i++) ((int32_t *)data)[i] &= (int32_t)mask;
  else if (staged == HEARTH_INT64)
    for (int64_t i = 0; i < n; i++) ((int64_t *)data)[i] &= mask;
}

static const hearth_attribute *numbers(const hearth_variable_info *info, const char *name) {
  const hearth_attribute *a = hearth_attributes_find(&info->attributes, name);
  return a && !a->text && a->n > 0 ? a : NULL;
}

/* The number as an integer of the packed type; false if it is none. `rounded`: the integer at or beyond it. */
static bool as_integer(const hearth_unpack *u, const hearth_attribute *a, int64_t i, int direction, int64_t *value) {
  double x = a->number[i];
  if (a->integer) {
    *value = a->integer[i];
  } else {
    if (direction > 0) x = ceil(x);
    if (direction < 0) x = floor(x);
    if (!(x == floor(x)) || fabs(x) > 9.2e18) {
      *value = x > 0 ? INT64_MAX : INT64_MIN;
      return direction != 0;
    }
    *value = (int64_t)x;
  }
  if (u->unsigned_bits) *value &= ((int64_t)1 << u->unsigned_bits) - 1;
  return true;
}

static hearth_status collect_missing(const hearth_context *ctx, hearth_variable_info *info) {
  hearth_unpack *u = &info->unpack;
  const hearth_attribute *lists[] = {numbers(info, "_FillValue"), numbers(info, "missing_value")};
  const int64_t room = (lists[0] ? lists[0]->n : 0) + (lists[1] ? lists[1]->n : 0);
  if (room == 0) return HEARTH_OK;
  HEARTH_TRY(hearth_allocate(ctx, room * (int64_t)sizeof(double), &u->missing));
  HEARTH_TRY(hearth_allocate(ctx, room * (int64_t)sizeof(int64_t), &u->missing_integer));
  const bool integer = hearth_dtype_is_integer(info->staged);
  for (int l = 0; l < 2; l++)
    for (int64_t i = 0; lists[l] && i < lists[l]->n; i++) {
      int64_t value = 0;
      if (integer ? !as_integer(u, lists[l], i, 0, &value) : isnan(lists[l]->number[i])) continue;
      bool twice = false;
      for (int64_t k = 0; k < u->nmissing; k++) twice = twice || (integer ? u->missing_integer[k] == value : u->missing[k] == lists[l]->number[i]);
      if (twice) continue;
      u->missing[u->nmissing] = lists[l]->number[i];
      u->missing_integer[u->nmissing++] = value;
    }
  return HEARTH_OK;
}

/* NUG: a valid range of the wider, unpacked type is meant after unpacking, any other before. */
static void set_range(hearth_variable_info *info, const hearth_attribute *scale) {
  hearth_unpack *u = &info->unpack;
  const hearth_attribute *range = numbers(info, "valid_range"), *low = numbers(info, "valid_min"), *high = numbers(info, "valid_max");
  int64_t high_at = 0;
  if (range && range->n == 2) {
    low = high = range;
    high_at = 1;
  }
  if (!low && !high) return;
  const int32_t type = low ? low->dtype : high->dtype;
  u->range_unpacked = u->scaled && scale && type == scale->dtype && hearth_dtype_is_float(type) && hearth_dtype_is_integer(info->staged);
  if (low) {
    u->has_low = true;
    u->low = low->number[0];
    as_integer(u, low, 0, 1, &u->low_integer);
  }
  if (high) {
    u->has_high = true;
    u->high = high->number[high_at];
    as_integer(u, high, high_at, -1, &u->high_integer);
  }
}

/* Bytes that the file calls unsigned though its format has no such type. */
static void apply_unsigned(hearth_variable_info *info) {
  const hearth_attribute *a = hearth_attributes_find(&info->attributes, "_Unsigned");
  if (!a || !a->text || strcasecmp(a->text, "true") != 0) return;
  if (info->stored == HEARTH_INT8) info->stored = info->staged = HEARTH_UINT8;
  if (info->stored == HEARTH_INT16) info->staged = HEARTH_INT32, info->unpack.unsigned_bits = 16;
  if (info->stored == HEARTH_INT32) info->staged = HEARTH_INT64, info->unpack.unsigned_bits = 32;
  if (info->unpack.unsigned_bits) info->has_raw = false; /* the format widens while it reads */
}

hearth_status hearth_unpack_setup(const hearth_context *ctx, hearth_variable_info *info) {
  hearth_unpack *u = &info->unpack;
  info->dtype = info->staged;
  if (info->unsupported || hearth_dtype_is_complex(info->staged)) return HEARTH_OK;
  const hearth_attribute *scale = numbers(info, "scale_factor"), *offset = numbers(info, "add_offset");
  apply_unsigned(info);
  info->dtype = info->staged;
  u->scale = scale ? scale->number[0] : 1.0;
  u->offset = offset ? offset->number[0] : 0.0;
  u->scaled = u->scale != 1.0 || u->offset != 0.0;
  HEARTH_TRY(collect_missing(ctx, info));
  set_range(info, scale ? scale : offset);
  const bool tests = u->nmissing > 0 || u->has_low || u->has_high;
  if (scale || offset) {
    const bool narrow = (!scale || scale->dtype == HEARTH_FLOAT32) && (!offset || offset->dtype == HEARTH_FLOAT32) && info->staged != HEARTH_FLOAT64;
    info->dtype = narrow ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
  } else if (tests && hearth_dtype_is_integer(info->staged)) {
    info->dtype = HEARTH_FLOAT64;
  }
  if (u->scaled || tests) u->work = info->dtype == HEARTH_FLOAT16 ? HEARTH_FLOAT32 : info->dtype;
  return HEARTH_OK;
}
