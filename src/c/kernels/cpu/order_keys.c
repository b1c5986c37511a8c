/* Rows of values into keys and back. */
#include "kernels/keys.h"
#include "kernels/cpu/convert.h"
#include "kernels/cpu/order.h"

#define KEY_ROWS(code, type, keytype, to_key, from_key)                                                                                                        \
  CPU_CLONES static void keys_from_##code(int64_t n, void *restrict keys, const void *restrict values, uint64_t flip, double zero) {                           \
    const key_mode mode = {flip, zero};                                                                                                                        \
    const type *from = values;                                                                                                                                 \
    keytype *to = keys;                                                                                                                                        \
    (void)mode;                                                                                                                                                \
    _Pragma("omp simd") for (int64_t i = 0; i < n; ++i) {                                                                                                      \
      const type x = from[i];                                                                                                                                  \
      to[i] = to_key;                                                                                                                                          \
    }                                                                                                                                                          \
  }                                                                                                                                                            \
  CPU_CLONES static void keys_to_##code(int64_t n, void *restrict values, const void *restrict keys, uint64_t flip, double zero) {                             \
    const key_mode mode = {flip, zero};                                                                                                                        \
    const keytype *from = keys;                                                                                                                                \
    type *to = values;                                                                                                                                         \
    (void)mode;                                                                                                                                                \
    _Pragma("omp simd") for (int64_t i = 0; i < n; ++i) {                                                                                                      \
      const keytype key = from[i];                                                                                                                             \
      to[i] = from_key;                                                                                                                                        \
    }                                                                                                                                                          \
  }
HEARTH_KEY_TYPES(KEY_ROWS)

cpu_keys cpu_keys_of(int32_t dtype, int32_t mode) {
  const key_mode key = key_mode_of(mode);
  cpu_keys keys = {.dtype = dtype, .flip = key.flip, .zero = key.zero};
#define KEY_CASE(code, type, keytype, to_key, from_key)                                                                                                        \
  if (dtype == code) keys.from = keys_from_##code, keys.to = keys_to_##code;
  HEARTH_KEY_TYPES(KEY_CASE)
#undef KEY_CASE
  return keys;
}

void cpu_keys_load(const cpu_keys *keys, int64_t n, void *to, const char *values, int64_t stride, void *buffer) {
  const int64_t size = hearth_dtype_size(keys->dtype);
  if (stride != size) {
    cpu_convert_row(keys->dtype, keys->dtype)(n, buffer, size, values, stride);
    values = buffer;
  }
  keys->from(n, to, values, keys->flip, keys->zero);
}

void cpu_keys_store(const cpu_keys *keys, int64_t n, char *values, int64_t stride, const void *from, void *buffer) {
  const int64_t size = hearth_dtype_size(keys->dtype);
  const bool direct = stride == size;
  keys->to(n, direct ? values : buffer, from, keys->flip, keys->zero);
  if (!direct) cpu_convert_row(keys->dtype, keys->dtype)(n, values, stride, buffer, size);
}
