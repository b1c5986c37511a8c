/* Template: the operations on integers, which wrap around. Wants T, its unsigned type U, MAP_NAME; undefines them. */
static T MAP_NAME(raise)(T base, T exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  U power = 1, factor = (U)base;
  for (U rest = (U)exponent; rest > 0; rest >>= 1, factor *= factor)
    if (rest & 1) power *= factor;
  return (T)power;
}
MAP_1(negative, T, (U)0 - (U)a)
MAP_1(absolute, T, a < 0 ? (U)0 - (U)a : (U)a)
MAP_1(square, T, (U)a *(U)a)
MAP_2(add, T, (U)a + (U)b)
MAP_2(subtract, T, (U)a - (U)b)
MAP_2(multiply, T, (U)a *(U)b)
MAP_2(power, T, MAP_NAME(raise)(a, b))
MAP_2(minimum, T, a < b ? a : b)
MAP_2(maximum, T, a > b ? a : b)
MAP_2(equal, uint8_t, a == b)
MAP_2(not_equal, uint8_t, a != b)
MAP_2(less, uint8_t, a < b)
MAP_2(less_equal, uint8_t, a <= b)
MAP_2(greater, uint8_t, a > b)
MAP_2(greater_equal, uint8_t, a >= b)
MAP_2(rsubtract, T, (U)b - (U)a)
MAP_2(rpower, T, MAP_NAME(raise)(b, a))
MAP_3(clip, T, (a > b ? a : b) < c ? (a > b ? a : b) : c)
MAP_3(where, uint8_t, a ? b : c)
MAP_3(multiply_add, T, (U)a *(U)b + (U)c)
static const cpu_map_row MAP_NAME(rows)[] = {
    MAP_ENTRY(NEGATIVE, negative),
    MAP_ENTRY(ABSOLUTE, absolute),
    MAP_ENTRY(SQUARE, square),
    MAP_ENTRY(ADD, add),
    MAP_ENTRY(SUBTRACT, subtract),
    MAP_ENTRY(MULTIPLY, multiply),
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
    MAP_ENTRY(RPOWER, rpower),
    MAP_ENTRY(CLIP, clip),
    MAP_ENTRY(WHERE, where),
    MAP_ENTRY(MULTIPLY_ADD, multiply_add),
};
#undef T
#undef U
#undef MAP_NAME
