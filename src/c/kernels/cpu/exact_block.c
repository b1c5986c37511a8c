#include "kernels/cpu/exact.h"
#include <math.h>

#define T float
#define NAME(stem) stem##_float
#include "kernels/cpu/exact_pass.h"
#define T double
#define NAME(stem) stem##_double
#include "kernels/cpu/exact_pass.h"

enum { SLICE = 41, LOWEST = -991 /* the second slice then ends at the lowest bit of all */ };

cpu_exact_anchor cpu_exact_anchor_for(double most) {
  int exponent = 0;
  frexp(most, &exponent);
  if (exponent < LOWEST) exponent = LOWEST;
  /* 1.5: the sum stays in the same binade for both signs. */
  return (cpu_exact_anchor){ldexp(1.0, exponent), ldexp(1.5, 52 + exponent - SLICE), ldexp(1.5, 52 + exponent - 2 * SLICE - 1)};
}

static int is_exact(const cpu_exact_pass *pass, const cpu_exact_anchor *anchor) {
  return pass->most <= anchor->limit && pass->left == 0.0;
}

static void deposit(hearth_exact *sum, const cpu_exact_pass *pass) {
  hearth_exact_add(sum, pass->first);
  hearth_exact_add(sum, pass->second);
}

/* Terms of very different sizes: two slices at a time until nothing is left. `pass` is what `anchor`, which fits, gave for the terms whose remains are in
 * `left`. */
static void add_remains(hearth_exact *sum, int64_t n, double *left, cpu_exact_pass pass) {
  while (pass.left != 0.0) {
    const double most = pass_double(n, left, 0.0, 0.0).most;
    const cpu_exact_anchor anchor = cpu_exact_anchor_for(most);
    pass = pass_double(n, left, anchor.a, anchor.b);
    deposit(sum, &pass);
    peel_double(n, left, anchor.a, anchor.b, left);
  }
}

#define ADD(T)                                                                                                                                                 \
  void cpu_exact_add_##T(hearth_exact *sum, cpu_exact_anchor *anchor, int64_t n, const T *x) {                                                                 \
    cpu_exact_pass pass = pass_##T(n, x, anchor->a, anchor->b);                                                                                                \
    if (!is_exact(&pass, anchor) && pass.most <= CPU_EXACT_LARGEST) { /* with anchors of its own */                                                            \
      *anchor = cpu_exact_anchor_for(pass.most);                                                                                                               \
      pass = pass_##T(n, x, anchor->a, anchor->b);                                                                                                             \
    }                                                                                                                                                          \
    if (!(pass.most <= CPU_EXACT_LARGEST) || pass.left != pass.left) {                                                                                         \
      one_by_one_##T(sum, n, x);                                                                                                                               \
      return;                                                                                                                                                  \
    }                                                                                                                                                          \
    deposit(sum, &pass);                                                                                                                                       \
    if (pass.left != 0.0) {                                                                                                                                    \
      double left[CPU_EXACT_BLOCK];                                                                                                                            \
      peel_##T(n, x, anchor->a, anchor->b, left);                                                                                                              \
      add_remains(sum, n, left, pass);                                                                                                                         \
    }                                                                                                                                                          \
  }
ADD(float)
ADD(double)
