#include "linalg/product.h"
#include <hearth/redistribute.h>
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "linalg/product_impl.h"
#include "tensor/views.h"

/* Two operands that every rank has give a product that every rank has, of which each made a part: ranks cannot disagree. */
static hearth_status hand_over(const product *p, hearth_array **made, hearth_array **c) {
  if (p->ctx->size == 1 || !hearth_layout_is_whole(p->a->layout) || !hearth_layout_is_whole(p->b->layout) || hearth_layout_is_whole((*made)->layout)) {
    *c = *made;
    *made = NULL;
    return HEARTH_OK;
  }
  const hearth_status status = hearth_resplit(*made, -1, c);
  hearth_array_destroy(made);
  return status;
}

hearth_status hearth_product(int32_t conjugate, const hearth_array *a, const hearth_array *b, hearth_array **c) {
  product p = {.ctx = a->ctx, .a = a, .b = b, .conjugate = conjugate, .dtype = a->dtype, .group = MPI_COMM_NULL};
  p.m = a->layout->shape[0];
  p.k = a->layout->shape[1];
  p.n = b->layout->shape[1];
  *c = NULL;
  hearth_status status = product_choose(&p);
  if (status == HEARTH_OK) status = hearth_agree(p.ctx, hearth_array_create_local(p.way.c, p.dtype, a->order, &p.c));
  if (status == HEARTH_OK) status = product_run(&p);
  if (status == HEARTH_OK)
    status = hand_over(&p, &p.c, c);
  else
    hearth_array_destroy(&p.c);
  product_way_clear(&p.way);
  return status;
}
