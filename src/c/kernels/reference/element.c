#include "kernels/reference/element.h"
#include "kernels/convert.h"
#include <complex.h>

static void integer(reference_value *value, int64_t x) {
  *value = (reference_value){1, x, (double)x, 0.0};
}

static void real(reference_value *value, double re, double im) {
  *value = (reference_value){0, 0, re, im};
}

void reference_load(int32_t dtype, const void *address, reference_value *value) {
  switch ((hearth_dtype)dtype) {
  case HEARTH_BOOL:
    return integer(value, *(const uint8_t *)address != 0);
  case HEARTH_INT8:
    return integer(value, *(const int8_t *)address);
  case HEARTH_UINT8:
    return integer(value, *(const uint8_t *)address);
  case HEARTH_INT16:
    return integer(value, *(const int16_t *)address);
  case HEARTH_INT32:
    return integer(value, *(const int32_t *)address);
  case HEARTH_INT64:
    return integer(value, *(const int64_t *)address);
  case HEARTH_FLOAT16:
    return real(value, hearth_from_half(*(const uint16_t *)address), 0.0);
  case HEARTH_FLOAT32:
    return real(value, *(const float *)address, 0.0);
  case HEARTH_FLOAT64:
    return real(value, *(const double *)address, 0.0);
  case HEARTH_COMPLEX64:
    return real(value, ((const float *)address)[0], ((const float *)address)[1]);
  case HEARTH_COMPLEX128:
    return real(value, ((const double *)address)[0], ((const double *)address)[1]);
  default:
    return real(value, 0.0, 0.0);
  }
}

/* C's conversion between integers, saturation from floats. */
static int64_t as_integer(const reference_value *value, double low, double high) {
  if (value->is_integer) return value->integer;
  return hearth_to_int64(hearth_clamp(value->re, low, high));
}

void reference_store(int32_t dtype, void *address, const reference_value *value) {
  switch ((hearth_dtype)dtype) {
  case HEARTH_BOOL:
    *(uint8_t *)address = value->is_integer ? value->integer != 0 : value->re != 0.0 || value->im != 0.0;
    break;
  case HEARTH_INT8:
    *(int8_t *)address = (int8_t)as_integer(value, INT8_MIN, INT8_MAX);
    break;
  case HEARTH_UINT8:
    *(uint8_t *)address = (uint8_t)as_integer(value, 0, UINT8_MAX);
    break;
  case HEARTH_INT16:
    *(int16_t *)address = (int16_t)as_integer(value, INT16_MIN, INT16_MAX);
    break;
  case HEARTH_INT32:
    *(int32_t *)address = (int32_t)as_integer(value, INT32_MIN, INT32_MAX);
    break;
  case HEARTH_INT64:
    *(int64_t *)address = value->is_integer ? value->integer : hearth_to_int64(value->re);
    break;
  case HEARTH_FLOAT16:
    *(uint16_t *)address = hearth_to_half(value->re);
    break;
  /* Straight from the integer: one rounding. */
  case HEARTH_FLOAT32:
    *(float *)address = value->is_integer ? (float)value->integer : (float)value->re;
    break;
  case HEARTH_FLOAT64:
    *(double *)address = value->re;
    break;
  case HEARTH_COMPLEX64:
    ((float *)address)[0] = value->is_integer ? (float)value->integer : (float)value->re;
    ((float *)address)[1] = (float)value->im;
    break;
  case HEARTH_COMPLEX128:
    ((double *)address)[0] = value->re;
    ((double *)address)[1] = value->im;
    break;
  default:
    break;
  }
}

void *reference_at(const hearth_view *view, const int64_t *index) {
  char *address = view->data;
  for (int d = 0; d < view->ndim; ++d) address += index[d] * view->stride[d];
  return address;
}

int reference_next(const hearth_view *view, int64_t *index) {
  for (int d = view->ndim - 1; d >= 0; --d) {
    if (++index[d] < view->extent[d]) return 1;
    index[d] = 0;
  }
  return 0;
}

double reference_get(const hearth_view *view, int64_t i, int64_t j) {
  reference_value value;
  reference_load(view->dtype, reference_at(view, (int64_t[]){i, j}), &value);
  return value.re;
}

void reference_set(const hearth_view *view, int64_t i, int64_t j, double x) {
  reference_store(view->dtype, reference_at(view, (int64_t[]){i, j}), &(reference_value){0, 0, x, 0.0});
}
