/* Template: the operations on complex numbers. Wants T, a struct of two REALs; C, C's complex type; F(name), which appends the suffix of the math library;
 * MAP_NAME; undefines them. Products are the plain ones, without C's rescue of infinities, as NumPy has them. */
static inline T MAP_NAME(make)(REAL re, REAL im) {
  return (T){re, im};
}
static inline T MAP_NAME(times)(T a, T b) {
  return (T){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* Smith's: the larger part of b is divided out. */
static inline T MAP_NAME(over)(T a, T b) {
  if (F(fabs)(b.re) >= F(fabs)(b.im)) {
    if (b.re == 0 && b.im == 0) return (T){a.re / F(fabs)(b.re), a.im / F(fabs)(b.re)};
    const REAL ratio = b.im / b.re, scale = 1 / (b.re + b.im * ratio);
    return (T){(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
  }
  const REAL ratio = b.re / b.im, scale = 1 / (b.im + b.re * ratio);
  return (T){(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}
static inline C MAP_NAME(to_c)(T a) {
  union {
    T parts;
    C number;
  } both = {a};
  return both.number;
}
static inline T MAP_NAME(from_c)(C number) {
  return (T){F(creal)(number), F(cimag)(number)};
}
#define MAKE MAP_NAME(make)
#define TO MAP_NAME(to_c)
#define FROM MAP_NAME(from_c)
MAP_1(negative, T, MAKE(-a.re, -a.im))
MAP_1(absolute, REAL, F(hypot)(a.re, a.im))
MAP_1(sqrt, T, FROM(F(csqrt)(TO(a))))
MAP_1(square, T, MAP_NAME(times)(a, a))
MAP_1(exp, T, FROM(F(cexp)(TO(a))))
MAP_1(log, T, FROM(F(clog)(TO(a))))
MAP_1(isnan, uint8_t, a.re != a.re || a.im != a.im)
MAP_1(isinf, uint8_t, F(fabs)(a.re) > MOST || F(fabs)(a.im) > MOST)
MAP_1(isfinite, uint8_t, F(fabs)(a.re) <= MOST && F(fabs)(a.im) <= MOST)
MAP_2(add, T, MAKE(a.re + b.re, a.im + b.im))
MAP_2(subtract, T, MAKE(a.re - b.re, a.im - b.im))
MAP_2(multiply, T, MAP_NAME(times)(a, b))
MAP_2(divide, T, MAP_NAME(over)(a, b))
MAP_2(power, T, FROM(F(cpow)(TO(a), TO(b))))
MAP_2(equal, uint8_t, a.re == b.re && a.im == b.im)
MAP_2(not_equal, uint8_t, a.re != b.re || a.im != b.im)
MAP_2(rsubtract, T, MAKE(b.re - a.re, b.im - a.im))
MAP_2(rdivide, T, MAP_NAME(over)(b, a))
MAP_2(rpower, T, FROM(F(cpow)(TO(b), TO(a))))
MAP_3(where, uint8_t, a ? b : c)
MAP_3(multiply_add, T, MAKE(MAP_NAME(times)(a, b).re + c.re, MAP_NAME(times)(a, b).im + c.im))
static const cpu_map_row MAP_NAME(rows)[] = {
    MAP_ENTRY(NEGATIVE, negative),
    MAP_ENTRY(ABSOLUTE, absolute),
    MAP_ENTRY(SQRT, sqrt),
    MAP_ENTRY(SQUARE, square),
    MAP_ENTRY(EXP, exp),
    MAP_ENTRY(LOG, log),
    MAP_ENTRY(ISNAN, isnan),
    MAP_ENTRY(ISINF, isinf),
    MAP_ENTRY(ISFINITE, isfinite),
    MAP_ENTRY(ADD, add),
    MAP_ENTRY(SUBTRACT, subtract),
    MAP_ENTRY(MULTIPLY, multiply),
    MAP_ENTRY(DIVIDE, divide),
    MAP_ENTRY(POWER, power),
    MAP_ENTRY(EQUAL, equal),
    MAP_ENTRY(NOT_EQUAL, not_equal),
    MAP_ENTRY(RSUBTRACT, rsubtract),
    MAP_ENTRY(RDIVIDE, rdivide),
    MAP_ENTRY(RPOWER, rpower),
    MAP_ENTRY(WHERE, where),
    MAP_ENTRY(MULTIPLY_ADD, multiply_add),
};
#undef MAKE
#undef TO
#undef FROM
#undef MOST
#undef F
#undef C
#undef T
#undef REAL
#undef MAP_NAME
