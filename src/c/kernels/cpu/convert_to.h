/* Template: the conversions of every dtype to one. Wants DST, DST_CODE and STORE(y), undefines them. */
#define SRC uint8_t
#define SRC_CODE 1
#define LOAD(x) ((x) != 0)
#include "kernels/cpu/convert_row.h"
#define SRC int8_t
#define SRC_CODE 2
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC uint8_t
#define SRC_CODE 3
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC int16_t
#define SRC_CODE 4
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC int32_t
#define SRC_CODE 5
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC int64_t
#define SRC_CODE 6
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC uint16_t
#define SRC_CODE 7
#define LOAD(x) hearth_from_half(x)
#include "kernels/cpu/convert_row.h"
#define SRC float
#define SRC_CODE 8
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC double
#define SRC_CODE 9
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC float _Complex
#define SRC_CODE 10
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#define SRC double _Complex
#define SRC_CODE 11
#define LOAD(x) (x)
#include "kernels/cpu/convert_row.h"
#undef DST
#undef DST_CODE
#undef STORE
