/* Included per stored type S: both types of result. */
#define T float
#include "io/unpack_body.h"
#undef T
#define T double
#include "io/unpack_body.h"
#undef T
