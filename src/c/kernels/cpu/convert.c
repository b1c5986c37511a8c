/* The table [dst][src] of row conversions, made from one template. */
#include "kernels/cpu/convert.h"
#include "kernels/convert.h"

#define CONVERT_JOIN(dst, src) convert_##dst##_##src
#define CONVERT_NAME(dst, src) CONVERT_JOIN(dst, src)

/* Integers are converted as C does, everything else by its real part. */
#define IS_INTEGER(y) _Generic((y), int8_t : 1, uint8_t : 1, int16_t : 1, int32_t : 1, int64_t : 1, default : 0)
#define TO_INTEGER(type, y, low, high) (IS_INTEGER(y) ? (type)(y) : (type)hearth_clamp((double)(y), low, high))

#define DST uint8_t
#define DST_CODE 1
#define STORE(y) ((y) != 0)
#include "kernels/cpu/convert_to.h"
#define DST int8_t
#define DST_CODE 2
#define STORE(y) TO_INTEGER(int8_t, y, INT8_MIN, INT8_MAX)
#include "kernels/cpu/convert_to.h"
#define DST uint8_t
#define DST_CODE 3
#define STORE(y) TO_INTEGER(uint8_t, y, 0, UINT8_MAX)
#include "kernels/cpu/convert_to.h"
#define DST int16_t
#define DST_CODE 4
#define STORE(y) TO_INTEGER(int16_t, y, INT16_MIN, INT16_MAX)
#include "kernels/cpu/convert_to.h"
#define DST int32_t
#define DST_CODE 5
#define STORE(y) TO_INTEGER(int32_t, y, INT32_MIN, INT32_MAX)
#include "kernels/cpu/convert_to.h"
#define DST int64_t
#define DST_CODE 6
#define STORE(y) (IS_INTEGER(y) ? (int64_t)(y) : hearth_to_int64((double)(y)))
#include "kernels/cpu/convert_to.h"
#define DST uint16_t
#define DST_CODE 7
#define STORE(y) hearth_to_half((double)(y))
#include "kernels/cpu/convert_to.h"
#define DST float
#define DST_CODE 8
#define STORE(y) ((float)(y))
#include "kernels/cpu/convert_to.h"
#define DST double
#define DST_CODE 9
#define STORE(y) ((double)(y))
#include "kernels/cpu/convert_to.h"
#define DST float _Complex
#define DST_CODE 10
#define STORE(y) ((float _Complex)(y))
#include "kernels/cpu/convert_to.h"
#define DST double _Complex
#define DST_CODE 11
#define STORE(y) ((double _Complex)(y))
#include "kernels/cpu/convert_to.h"

#define FROM_ALL(dst)                                                                                                                                          \
  [dst] = {NULL,                                                                                                                                               \
           CONVERT_JOIN(dst, 1),                                                                                                                               \
           CONVERT_JOIN(dst, 2),                                                                                                                               \
           CONVERT_JOIN(dst, 3),                                                                                                                               \
           CONVERT_JOIN(dst, 4),                                                                                                                               \
           CONVERT_JOIN(dst, 5),                                                                                                                               \
           CONVERT_JOIN(dst, 6),                                                                                                                               \
           CONVERT_JOIN(dst, 7),                                                                                                                               \
           CONVERT_JOIN(dst, 8),                                                                                                                               \
           CONVERT_JOIN(dst, 9),                                                                                                                               \
           CONVERT_JOIN(dst, 10),                                                                                                                              \
           CONVERT_JOIN(dst, 11)}
static const cpu_convert_function conversions[12][12] = {FROM_ALL(1), FROM_ALL(2), FROM_ALL(3), FROM_ALL(4),  FROM_ALL(5), FROM_ALL(6),
                                                         FROM_ALL(7), FROM_ALL(8), FROM_ALL(9), FROM_ALL(10), FROM_ALL(11)};

/* Complex numbers are aligned as their parts are. */
typedef uint8_t bytes_1;
typedef uint16_t __attribute__((may_alias)) bytes_2;
typedef uint32_t __attribute__((may_alias)) bytes_4;
typedef uint64_t __attribute__((may_alias, aligned(4))) bytes_8;
typedef struct bytes_16 {
  bytes_8 part[2];
} bytes_16;

#define MOVE(bytes)                                                                                                                                            \
  static void move_##bytes(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride) {                                                    \
    if (dst_stride == bytes && src_stride == bytes) {                                                                                                          \
      memcpy(dst, src, (size_t)n *bytes);                                                                                                                      \
    } else if (dst_stride == bytes && src_stride == 0) {                                                                                                       \
      const bytes_##bytes value = *(const bytes_##bytes *)src;                                                                                                 \
      for (int64_t i = 0; i < n; ++i) ((bytes_##bytes *)dst)[i] = value;                                                                                       \
    } else {                                                                                                                                                   \
      for (int64_t i = 0; i < n; ++i) *(bytes_##bytes *)(dst + i * dst_stride) = *(const bytes_##bytes *)(src + i * src_stride);                               \
    }                                                                                                                                                          \
  }
MOVE(1)
MOVE(2)
MOVE(4)
MOVE(8)
MOVE(16)

cpu_convert_function cpu_convert_row(int32_t dst_dtype, int32_t src_dtype) {
  if (dst_dtype != src_dtype) return conversions[dst_dtype][src_dtype];
  switch (hearth_dtype_size(dst_dtype)) {
  case 1:
    return move_1;
  case 2:
    return move_2;
  case 4:
    return move_4;
  case 8:
    return move_8;
  default:
    return move_16;
  }
}
