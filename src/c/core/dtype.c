#include <hearth/dtype.h>
#include "core/error.h"

#define SIZE_CASE(name, code, bytes, text)                                                                                                                     \
  case name:                                                                                                                                                   \
    return bytes;
#define NAME_CASE(name, code, bytes, text)                                                                                                                     \
  case name:                                                                                                                                                   \
    return text;

int64_t hearth_dtype_size(hearth_dtype dtype) {
  switch (dtype) {
    HEARTH_DTYPE_LIST(SIZE_CASE)
  default:
    return 0;
  }
}

const char *hearth_dtype_name(hearth_dtype dtype) {
  switch (dtype) {
    HEARTH_DTYPE_LIST(NAME_CASE)
  default:
    return "?";
  }
}

/* Kinds in NumPy's order. */
typedef enum kind { BOOLEAN, UNSIGNED, SIGNED, FLOATING, COMPLEX } kind;

static kind kind_of(hearth_dtype dtype) {
  if (dtype == HEARTH_BOOL) return BOOLEAN;
  if (dtype == HEARTH_UINT8) return UNSIGNED;
  return dtype <= HEARTH_INT64 ? SIGNED : dtype <= HEARTH_FLOAT64 ? FLOATING : COMPLEX;
}

/* Bits of the smallest float that takes part for a type: that of a float itself, of a complex number's parts, of one beside an integer. */
static int float_bits(hearth_dtype dtype) {
  const int bits = 8 * (int)hearth_dtype_size(dtype);
  switch (kind_of(dtype)) {
  case BOOLEAN:
    return 0;
  case FLOATING:
    return bits;
  case COMPLEX:
    return bits / 2;
  default:
    return bits < 32 ? 2 * bits : 64;
  }
}

hearth_status hearth_promote(hearth_dtype a, hearth_dtype b, int32_t *dtype) {
  HEARTH_REQUIRE(NULL, dtype, "no place for the dtype (NULL)");
  HEARTH_REQUIRE(NULL, hearth_dtype_size(a) > 0 && hearth_dtype_size(b) > 0, "%d is no dtype", (int)(hearth_dtype_size(a) > 0 ? b : a));
  const kind ka = kind_of(a), kb = kind_of(b), highest = ka > kb ? ka : kb;
  const int bits = float_bits(a) > float_bits(b) ? float_bits(a) : float_bits(b);
  if (highest == COMPLEX)
    *dtype = bits > 32 ? HEARTH_COMPLEX128 : HEARTH_COMPLEX64;
  else if (highest == FLOATING)
    *dtype = bits > 32 ? HEARTH_FLOAT64 : bits > 16 ? HEARTH_FLOAT32 : HEARTH_FLOAT16;
  else if ((a == HEARTH_INT8 && b == HEARTH_UINT8) || (a == HEARTH_UINT8 && b == HEARTH_INT8))
    *dtype = HEARTH_INT16;
  else /* the codes ascend with the range */
    *dtype = a > b ? (int32_t)a : (int32_t)b;
  return HEARTH_OK;
}

hearth_status hearth_can_cast(hearth_dtype from, hearth_dtype to, int32_t *possible) {
  HEARTH_REQUIRE(NULL, possible, "no place for the answer (NULL)");
  HEARTH_REQUIRE(NULL, hearth_dtype_size(from) > 0 && hearth_dtype_size(to) > 0, "%d is no dtype", (int)(hearth_dtype_size(from) > 0 ? to : from));
  *possible = kind_of(from) <= kind_of(to);
  return HEARTH_OK;
}
