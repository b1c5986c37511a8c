/* One loop per operation, for the templates map_real.h, map_integer.h, map_complex.h: they define T, the operands' type, and MAP_NAME(op). R is the result's.
 */
#define MAP_1(op, R, ...)                                                                                                                                      \
  CPU_CLONES static void MAP_NAME(op)(int64_t n, void *to, const void *const *from) {                                                                          \
    const T *first = from[0];                                                                                                                                  \
    R *result = to;                                                                                                                                            \
    _Pragma("omp simd") for (int64_t i = 0; i < n; ++i) {                                                                                                      \
      const T a = first[i];                                                                                                                                    \
      result[i] = (R)(__VA_ARGS__);                                                                                                                            \
    }                                                                                                                                                          \
  }
#define MAP_2(op, R, ...)                                                                                                                                      \
  CPU_CLONES static void MAP_NAME(op)(int64_t n, void *to, const void *const *from) {                                                                          \
    const T *first = from[0], *second = from[1];                                                                                                               \
    R *result = to;                                                                                                                                            \
    _Pragma("omp simd") for (int64_t i = 0; i < n; ++i) {                                                                                                      \
      const T a = first[i], b = second[i];                                                                                                                     \
      result[i] = (R)(__VA_ARGS__);                                                                                                                            \
    }                                                                                                                                                          \
  }
#define MAP_3(op, A, ...)                                                                                                                                      \
  CPU_CLONES static void MAP_NAME(op)(int64_t n, void *to, const void *const *from) {                                                                          \
    const A *first = from[0];                                                                                                                                  \
    const T *second = from[1], *third = from[2];                                                                                                               \
    T *result = to;                                                                                                                                            \
    _Pragma("omp simd") for (int64_t i = 0; i < n; ++i) {                                                                                                      \
      const A a = first[i];                                                                                                                                    \
      const T b = second[i], c = third[i];                                                                                                                     \
      result[i] = (T)(__VA_ARGS__);                                                                                                                            \
    }                                                                                                                                                          \
  }
#define MAP_ENTRY(op, function) [HEARTH_OP_##op] = MAP_NAME(function)
