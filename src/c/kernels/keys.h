/* Keys: unsigned integers in the order of the values that they stand for. Without branches, so that loops over them vectorise. */
#ifndef HEARTH_KERNELS_KEYS_H
#define HEARTH_KERNELS_KEYS_H
#include "kernels/convert.h"
#include "kernels/order.h"

/* `flip` is all ones for descending order, else 0. A sum with +0 makes +0 of -0; `zero` is -0 where the sign shall stay. */
typedef struct key_mode {
  uint64_t flip;
  double zero;
} key_mode;

static inline key_mode key_mode_of(int32_t mode) {
  return (key_mode){mode & HEARTH_KEYS_DESCENDING ? UINT64_MAX : 0, mode & HEARTH_KEYS_ONE_ZERO ? 0.0 : -0.0};
}

static inline uint32_t key_from_float(float x, uint32_t flip, float zero) {
  uint32_t bits;
  x += zero;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t nan = (bits & 0x7fffffffu) > 0x7f800000u ? UINT32_MAX : 0;
  return (bits ^ ((0u - (bits >> 31)) | 0x80000000u) ^ flip) | nan;
}

static inline float key_to_float(uint32_t key, uint32_t flip) {
  const uint32_t nan = key == UINT32_MAX ? UINT32_MAX : 0;
  key = (key ^ flip) | nan;
  const uint32_t bits = key ^ (((key >> 31) - 1u) | 0x80000000u);
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint64_t key_from_double(double x, uint64_t flip, double zero) {
  uint64_t bits;
  x += zero;
  memcpy(&bits, &x, sizeof bits);
  const uint64_t nan = (bits & (UINT64_MAX >> 1)) > 0x7ff0000000000000u ? UINT64_MAX : 0;
  return (bits ^ ((0u - (bits >> 63)) | 0x8000000000000000u) ^ flip) | nan;
}

static inline double key_to_double(uint64_t key, uint64_t flip) {
  const uint64_t nan = key == UINT64_MAX ? UINT64_MAX : 0;
  key = (key ^ flip) | nan;
  const uint64_t bits = key ^ (((key >> 63) - 1u) | 0x8000000000000000u);
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#define KEY_INT(x, low, mode) (((uint32_t)(x) - (uint32_t)(low)) ^ (uint32_t)(mode).flip)
#define VALUE_INT(key, low, mode) (((key) ^ (uint32_t)(mode).flip) + (uint32_t)(low))

/* X(dtype code, C type, key type, key of x, value of key) with a key_mode `mode` in sight. */
#define HEARTH_KEY_TYPES(X)                                                                                                                                    \
  X(1, uint8_t, uint32_t, KEY_INT(x != 0, 0, mode), (uint8_t)VALUE_INT(key, 0, mode))                                                                          \
  X(2, int8_t, uint32_t, KEY_INT(x, INT8_MIN, mode), (int8_t)VALUE_INT(key, INT8_MIN, mode))                                                                   \
  X(3, uint8_t, uint32_t, KEY_INT(x, 0, mode), (uint8_t)VALUE_INT(key, 0, mode))                                                                               \
  X(4, int16_t, uint32_t, KEY_INT(x, INT16_MIN, mode), (int16_t)VALUE_INT(key, INT16_MIN, mode))                                                               \
  X(5, int32_t, uint32_t, KEY_INT(x, INT32_MIN, mode), (int32_t)VALUE_INT(key, INT32_MIN, mode))                                                               \
  X(6, int64_t, uint64_t, ((uint64_t)x ^ 0x8000000000000000u ^ mode.flip), (int64_t)(key ^ mode.flip ^ 0x8000000000000000u))                                   \
  X(7, uint16_t, uint32_t, key_from_float(hearth_from_half(x), (uint32_t)mode.flip, (float)mode.zero),                                                         \
    hearth_to_half((double)key_to_float(key, (uint32_t)mode.flip)))                                                                                            \
  X(8, float, uint32_t, key_from_float(x, (uint32_t)mode.flip, (float)mode.zero), key_to_float(key, (uint32_t)mode.flip))                                      \
  X(9, double, uint64_t, key_from_double(x, mode.flip, mode.zero), key_to_double(key, mode.flip))

#define HEARTH_KEY_DTYPES 10

static inline bool hearth_key_dtype_is_float(int32_t dtype) {
  return dtype == HEARTH_FLOAT16 || dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64;
}

#endif
