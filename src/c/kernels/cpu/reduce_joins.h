/* What an element contributes and the extreme of two, with NaN left out or not. Everything is computed and then chosen: a comparison or conversion that is only
 * made under a condition could trap, and compilers then do not vectorise. */
#ifndef HEARTH_KERNELS_CPU_REDUCE_JOINS_H
#define HEARTH_KERNELS_CPU_REDUCE_JOINS_H

#define LESS(a, b) ((b) < (a) ? (b) : (a))
#define GREATER(a, b) ((b) > (a) ? (b) : (a))

static inline double or_zero(double x) {
  return x == x ? x : 0.0;
}
static inline double or_one(double x) {
  return x == x ? x : 1.0;
}
static inline double square_or_zero(double x) {
  const double square = x * x;
  return x == x ? square : 0.0;
}

#define EXTREMES(type)                                                                                                                                         \
  static inline type less_or_nan_##type(type a, type b) {                                                                                                      \
    const type extreme = b < a ? b : a;                                                                                                                        \
    return b == b ? extreme : b;                                                                                                                               \
  }                                                                                                                                                            \
  static inline type less_not_nan_##type(type a, type b) {                                                                                                     \
    const type extreme = b < a ? b : a;                                                                                                                        \
    return a == a ? extreme : b;                                                                                                                               \
  }                                                                                                                                                            \
  static inline type greater_or_nan_##type(type a, type b) {                                                                                                   \
    const type extreme = b > a ? b : a;                                                                                                                        \
    return b == b ? extreme : b;                                                                                                                               \
  }                                                                                                                                                            \
  static inline type greater_not_nan_##type(type a, type b) {                                                                                                  \
    const type extreme = b > a ? b : a;                                                                                                                        \
    return a == a ? extreme : b;                                                                                                                               \
  }
EXTREMES(float)
EXTREMES(double)
#undef EXTREMES

#define EXTREME_OF(name, type) name##_##type
#define LESS_OR_NAN(type) EXTREME_OF(less_or_nan, type)
#define LESS_NOT_NAN(type) EXTREME_OF(less_not_nan, type)
#define GREATER_OR_NAN(type) EXTREME_OF(greater_or_nan, type)
#define GREATER_NOT_NAN(type) EXTREME_OF(greater_not_nan, type)

#endif
