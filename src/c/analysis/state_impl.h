#ifndef HEARTH_ANALYSIS_STATE_IMPL_H
#define HEARTH_ANALYSIS_STATE_IMPL_H
#include <hearth/state.h>

typedef struct hearth_state_field {
  char *name;
  hearth_array *array; /* the caller's: the state holds no count on it */
} hearth_state_field;

struct hearth_state {
  hearth_context *ctx;
  int32_t nfields;
  hearth_state_field *field;
};

#endif
