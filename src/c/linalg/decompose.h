/* What the decompositions have in common. */
#ifndef HEARTH_LINALG_DECOMPOSE_H
#define HEARTH_LINALG_DECOMPOSE_H
#include "tensor/array_impl.h"
#include <hearth/decomposition.h>

/* Replicated problems are not larger; from SQUARE columns on a matrix has to be RATIO times as long to be called tall. */
enum { HEARTH_TALL_MOST = 4096, HEARTH_TALL_SQUARE = 1024, HEARTH_TALL_RATIO = 4 };

/* Whether the tall methods can take [m, n], and whether they are the better ones. */
bool hearth_tall_possible(int64_t m, int64_t n);
bool hearth_tall_better(int64_t m, int64_t n);
/* A 2-d array that can be decomposed, in a context that is not in reproducible mode. Local. */
hearth_status hearth_check_matrix(const char *name, const hearth_array *a);
/* The options' method, or the default's for NULL. Local. */
hearth_status hearth_check_method(const char *name, const hearth_array *a, const hearth_qr_options *options, int32_t *method);

/* q r by the general method, r's diagonal made real and not negative; rank NULL: not wanted. Collective; agreed. */
hearth_status hearth_qr_general(const char *name, const hearth_array *a, hearth_array **q, hearth_array **r);

#endif
