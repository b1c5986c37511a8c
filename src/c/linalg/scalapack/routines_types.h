/* The four types for routines_body.h: the includer defines NAMES(letter, name), the Fortran symbol, DISTRIBUTED, AT and AT_TYPES, and gets hearth_routines. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "linalg/scalapack/routines.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <complex.h>
#include <stddef.h>
#include <string.h>

#define TYPE float
#define REAL float
#define COMPLEX 0
#define F(name) NAMES(s, name)
#define N(name) s_##name
#define UNITARY(name) or ##name
#define HERMITIAN(name) sy##name
#include "linalg/scalapack/routines_body.h"
#undef TYPE
#undef REAL
#undef F
#undef N

#define TYPE double
#define REAL double
#define F(name) NAMES(d, name)
#define N(name) d_##name
#include "linalg/scalapack/routines_body.h"
#undef TYPE
#undef REAL
#undef COMPLEX
#undef F
#undef N
#undef UNITARY
#undef HERMITIAN

#define TYPE float _Complex
#define REAL float
#define COMPLEX 1
#define F(name) NAMES(c, name)
#define N(name) c_##name
#define UNITARY(name) un##name
#define HERMITIAN(name) he##name
#include "linalg/scalapack/routines_body.h"
#undef TYPE
#undef REAL
#undef F
#undef N

#define TYPE double _Complex
#define REAL double
#define F(name) NAMES(z, name)
#define N(name) z_##name
#include "linalg/scalapack/routines_body.h"

static const hearth_bridge_routines *table_of(int32_t dtype) {
  switch (dtype) {
  case HEARTH_FLOAT32:
    return &s_table;
  case HEARTH_FLOAT64:
    return &d_table;
  case HEARTH_COMPLEX64:
    return &c_table;
  default:
    return &z_table;
  }
}
