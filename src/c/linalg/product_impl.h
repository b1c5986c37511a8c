/* Inside hearth_product: three ways to lay operands out, one of which is chosen; then panels of what moves, and one local product per panel. */
#ifndef HEARTH_LINALG_PRODUCT_IMPL_H
#define HEARTH_LINALG_PRODUCT_IMPL_H
#include "linalg/product.h"
#include "tensor/layout_impl.h"

/* What is cut into panels, and so, what stays:
 *   GRID   rows and columns of c are dealt out, a rank has rows of a and columns of b whole; panels along k (SUMMA)
 *   LEFT   a stays where it lies (or is split along k), b follows its columns; panels along n
 *   RIGHT  b stays, a follows its rows; panels along m */
typedef enum product_kind { PRODUCT_GRID, PRODUCT_LEFT, PRODUCT_RIGHT } product_kind;

typedef struct product_way {
  product_kind kind;
  hearth_layout *a, *b, *c; /* of the operands during the product and of the result */
  int32_t reduced;          /* LEFT, RIGHT: the grid axis along which k is dealt out, -1: none, nothing is reduced */
  int32_t scattered;        /* the dimension of c that is dealt out along that axis, -1: every rank of a group has the sums */
} product_way;

typedef struct product {
  hearth_context *ctx;
  const hearth_array *a, *b;
  int64_t m, n, k;
  int32_t dtype, conjugate;
  int64_t budget; /* bytes that copies of operands may take */
  product_way way;
  MPI_Comm group; /* ranks that add up; MPI_COMM_NULL */
  hearth_array *c;
} product;

enum { PRODUCT_REPLICATED = 1 << 20 }; /* elements of a sum that every rank gets */

/* Ways number 0, 1, ... until *exists is false; *possible: whether it exists for these operands. Local; product_way_clear in any case. */
hearth_status product_way_make(const product *p, int64_t number, bool *exists, bool *possible, product_way *way);
void product_way_clear(product_way *way);
/* p->way, the cheapest of all by the written rules (docs/linalg.md), and p->budget. Collective; agreed. */
hearth_status product_choose(product *p);

/* p->c, whose memory is there, from panels. Collective; agreed. */
hearth_status product_run(product *p);
/* Joins the panel of partial sums of the group into p->c: rows x columns of host memory, of which `width` columns (LEFT) or rows (RIGHT) from `first` on are
 * the panel's. Collective on the group. */
hearth_status product_join(const product *p, int64_t first, int64_t width, const hearth_view *partial);

#endif
