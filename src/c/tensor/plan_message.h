/* Cutting the parts of messages into chunks, and moving chunks between arrays and buffers. */
#ifndef HEARTH_TENSOR_PLAN_MESSAGE_H
#define HEARTH_TENSOR_PLAN_MESSAGE_H
#include "tensor/plan_impl.h"

/* A part in chunks that are contiguous in it: single indices of the outer dimensions, `rows` indices of dimension order[split], all of the inner ones. */
typedef struct hearth_chunking {
  int32_t ndim;
  int32_t order[HEARTH_MAX_NDIM]; /* dimensions, the outermost in memory first */
  int64_t extent[HEARTH_MAX_NDIM];
  int32_t split;
  int64_t rows, parts; /* parts: of dimension order[split] */
  int64_t chunks, largest /* elements */;
} hearth_chunking;

/* The range of a chunk along each dimension, and its place and size in the part. */
typedef struct hearth_chunk {
  int64_t begin[HEARTH_MAX_NDIM], end[HEARTH_MAX_NDIM];
  int64_t offset, elements;
} hearth_chunk;

/* Room for the sections that a chunk's ends cut, per dimension, and for the places of indices where there are many short ones; used for all chunks of a plan.
 */
typedef struct hearth_scratch {
  hearth_section *section[HEARTH_MAX_NDIM];
  int64_t *place; /* NULL until it is needed */
} hearth_scratch;

/* The sections of a chunk along one dimension: they follow each other in its message places, which count from its beginning. */
typedef struct hearth_section_list {
  int64_t n;
  const hearth_section *section;
} hearth_section_list;

/* Chunks of at most `limit` elements (and at least one). Sender and receiver come to the same. */
hearth_chunking hearth_message_chunking(const hearth_part *part, int32_t ndim, int32_t order, int64_t limit);
hearth_chunk hearth_message_chunk(const hearth_chunking *chunking, int64_t number);

hearth_status hearth_scratch_make(const hearth_plan *plan, hearth_scratch *scratch);
void hearth_scratch_free(const hearth_context *ctx, hearth_scratch *scratch);

/* Moves a chunk of a part: views of the two sides, SOURCE and MESSAGE, MESSAGE and TARGET, or SOURCE and TARGET. A message's view has the chunk's base address
 * and strides, those of the sides are the pieces'. */
hearth_status hearth_message_move(const hearth_plan *plan, const hearth_part *part, const hearth_chunk *chunk, hearth_scratch *scratch, hearth_side to,
                                  const hearth_view *to_view, hearth_side from, const hearth_view *from_view);
/* The same where sections are many and short, by tables of places (plan_places.c); `list`: the chunk's sections. */
hearth_status hearth_message_move_places(const hearth_plan *plan, const hearth_chunk *chunk, const hearth_section_list *list, hearth_scratch *scratch,
                                         hearth_side to, const hearth_view *to_view, hearth_side from, const hearth_view *from_view);
/* The view of a chunk in a dense buffer. */
hearth_view hearth_message_view(const hearth_chunking *chunking, const hearth_chunk *chunk, int32_t dtype, void *buffer);
/* The address of the part within a piece, if it lies there dense and as it travels; else NULL. */
char *hearth_message_in_place(const hearth_plan *plan, const hearth_part *part, const hearth_chunking *chunking, hearth_side side, const hearth_view *view,
                              int32_t dtype);

#endif
