/* Orthonormal vectors that grow by the products of an operator: what Lanczos methods share. */
#ifndef HEARTH_LINALG_KRYLOV_H
#define HEARTH_LINALG_KRYLOV_H
#include "linalg/vectors.h"

typedef struct hearth_krylov {
  hearth_context *ctx;
  const char *name;
  hearth_operator op;
  void *user;
  int64_t n, room;       /* length of the vectors, and how many there is room for */
  hearth_array *v;       /* [n, room], column-major */
  hearth_array **column; /* its columns as 1-d arrays in the same memory */
  hearth_array *w;       /* the next vector */
  double *coefficients;  /* of the last step, [room][2] */
  void *narrow;          /* the same in the backend's memory and the vectors' type */
  double scale;          /* largest norm of a product so far */
} hearth_krylov;

/* Vector 0 is `start`, or random numbers if that is 0, of length 1. hearth_krylov_close in any case. Collective; agreed. */
hearth_status hearth_krylov_open(const hearth_array *start, int64_t room, hearth_krylov *k);
void hearth_krylov_close(hearth_krylov *k);
/* w := A v_j, made orthogonal to vectors 0 .. j twice; *diagonal = v_j^H A v_j; *rest = |w|, 0 if nothing but rounding is left. Collective; agreed. */
hearth_status hearth_krylov_step(hearth_krylov *k, int64_t j, double *diagonal, double *rest);
/* v_j := w / rest; if rest = 0 random numbers, orthogonal to those before. Collective; agreed. */
hearth_status hearth_krylov_next(hearth_krylov *k, int64_t j, double rest);
/* Vectors 0 .. l - 1 := combinations of vectors 0 .. m - 1, s [m, l] column-major. Collective; agreed. */
hearth_status hearth_krylov_rotate(hearth_krylov *k, int64_t m, int64_t l, double *s);
/* Makes the entry of largest magnitude of vector j (of those within 1e-6 of it the lowest) real and positive. Collective; agreed. */
hearth_status hearth_krylov_sign(hearth_krylov *k, int64_t j);
/* The first m vectors as an array of their own. Collective; agreed. */
hearth_status hearth_krylov_take(const hearth_krylov *k, int64_t m, hearth_array **v);
/* Zeros of the matrix's order, dealt out evenly: random numbers are taken instead. Collective; agreed. */
hearth_status hearth_krylov_default_start(const hearth_array *a, int32_t dtype, hearth_array **start);
/* 1-d, float or complex, without an earlier failure, and not in reproducible mode. Local. */
hearth_status hearth_krylov_check(const char *name, const hearth_array *start);

#endif
