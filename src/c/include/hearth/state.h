/* A state: an ordered set of arrays (u, v, T, ...) that make up one state vector, or with a sample axis in each, a series of them. */
#ifndef HEARTH_STATE_H
#define HEARTH_STATE_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_state hearth_state;

/* Makes an empty state. Local. Ownership: the caller destroys *state. Errors: ARGUMENT, MEMORY. */
HEARTH_LOCAL hearth_status hearth_state_create(hearth_context *ctx, HEARTH_OUT hearth_state **state);
/* Appends a field. The array stays the caller's, who keeps it alive as long as the state is used; what the host writes into a wrapped array is what the next
 * call sees. Local. Errors: ARGUMENT (NULL, empty name, name used twice, array of another context), MEMORY. */
HEARTH_LOCAL hearth_status hearth_state_add(hearth_state *state, const char *name, hearth_array *array);
/* Number of fields. Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_state_fields(const hearth_state *state, HEARTH_OUT int32_t *fields);
/* Releases the state; NULL is accepted. Local; never fails. */
HEARTH_LOCAL hearth_status hearth_state_destroy(hearth_state **state);

#ifdef __cplusplus
}
#endif
#endif
