/* Template: the operations on real numbers. Wants T, MAP_NAME and the functions ABS, SQRT, EXP, LOG, POW and the largest number MOST; undefines them. */
MAP_1(negative, T, -a)
MAP_1(absolute, T, ABS(a))
MAP_1(sqrt, T, SQRT(a))
MAP_1(square, T, a *a)
MAP_1(exp, T, EXP(a))
MAP_1(log, T, LOG(a))
MAP_1(isnan, uint8_t, a != a)
MAP_1(isinf, uint8_t, ABS(a) > MOST)
MAP_1(isfinite, uint8_t, ABS(a) <= MOST)
MAP_2(add, T, a + b)
MAP_2(subtract, T, a - b)
MAP_2(multiply, T, a *b)
MAP_2(divide, T, a / b)
MAP_2(power, T, POW(a, b))
/* A NaN is larger and smaller than everything. */
#define LESSER(a, b) ((a) < (b) || (a) != (a) ? (a) : (b))
#define LARGER(a, b) ((a) > (b) || (a) != (a) ? (a) : (b))
MAP_2(minimum, T, LESSER(a, b))
MAP_2(maximum, T, LARGER(a, b))
MAP_2(equal, uint8_t, a == b)
MAP_2(not_equal, uint8_t, a != b)
MAP_2(less, uint8_t, a < b)
MAP_2(less_equal, uint8_t, a <= b)
MAP_2(greater, uint8_t, a > b)
MAP_2(greater_equal, uint8_t, a >= b)
MAP_2(rsubtract, T, b - a)
MAP_2(rdivide, T, b / a)
MAP_2(rpower, T, POW(b, a))
MAP_3(clip, T, LESSER(LARGER(a, b), c))
MAP_3(where, uint8_t, a ? b : c)
MAP_3(multiply_add, T, a *b + c)
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
    MAP_ENTRY(MINIMUM, minimum),
    MAP_ENTRY(MAXIMUM, maximum),
    MAP_ENTRY(EQUAL, equal),
    MAP_ENTRY(NOT_EQUAL, not_equal),
    MAP_ENTRY(LESS, less),
    MAP_ENTRY(LESS_EQUAL, less_equal),
    MAP_ENTRY(GREATER, greater),
    MAP_ENTRY(GREATER_EQUAL, greater_equal),
    MAP_ENTRY(RSUBTRACT, rsubtract),
    MAP_ENTRY(RDIVIDE, rdivide),
    MAP_ENTRY(RPOWER, rpower),
    MAP_ENTRY(CLIP, clip),
    MAP_ENTRY(WHERE, where),
    MAP_ENTRY(MULTIPLY_ADD, multiply_add),
};
#undef LESSER
#undef LARGER
#undef ABS
#undef SQRT
#undef EXP
#undef LOG
#undef POW
#undef MOST
#undef T
#undef MAP_NAME
