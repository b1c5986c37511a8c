#include "analysis/state_impl.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/array_impl.h"
#include <string.h>

hearth_status hearth_state_create(hearth_context *ctx, hearth_state **state) {
  HEARTH_REQUIRE(ctx, ctx && state, "hearth_state_create: NULL argument");
  *state = NULL;
  hearth_state *made = NULL;
  HEARTH_TRY(hearth_allocate_zero(ctx, sizeof *made, &made));
  made->ctx = ctx;
  hearth_context_hold(ctx, HEARTH_OBJECT_STATE);
  *state = made;
  return HEARTH_OK;
}

static hearth_status grow(hearth_state *state) {
  hearth_state_field *field = NULL;
  HEARTH_TRY(hearth_allocate(state->ctx, (state->nfields + 1) * (int64_t)sizeof *field, &field));
  if (state->nfields) memcpy(field, state->field, state->nfields * sizeof *field);
  hearth_deallocate(state->ctx, state->field);
  state->field = field;
  return HEARTH_OK;
}

hearth_status hearth_state_add(hearth_state *state, const char *name, hearth_array *array) {
  if (!state) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_state_add: the state is NULL");
  hearth_context *ctx = state->ctx;
  HEARTH_REQUIRE(ctx, name && name[0], "hearth_state_add: field %d needs a name", state->nfields);
  HEARTH_REQUIRE(ctx, array, "hearth_state_add: the array of field '%s' is NULL", name);
  HEARTH_REQUIRE(ctx, array->ctx == ctx, "hearth_state_add: the array of field '%s' belongs to another context", name);
  for (int32_t f = 0; f < state->nfields; f++)
    HEARTH_REQUIRE(ctx, strcmp(state->field[f].name, name) != 0, "hearth_state_add: there is a field '%s' already (number %d)", name, f);
  HEARTH_TRY(grow(state));
  char *copy = NULL;
  HEARTH_TRY(hearth_allocate(ctx, (int64_t)strlen(name) + 1, &copy));
  strcpy(copy, name);
  state->field[state->nfields++] = (hearth_state_field){.name = copy, .array = array};
  return HEARTH_OK;
}

hearth_status hearth_state_fields(const hearth_state *state, int32_t *fields) {
  if (!state || !fields) return hearth_fail(NULL, HEARTH_ERR_ARGUMENT, "hearth_state_fields: NULL argument");
  *fields = state->nfields;
  return HEARTH_OK;
}

hearth_status hearth_state_destroy(hearth_state **state) {
  if (!state || !*state) return HEARTH_OK;
  hearth_state *s = *state;
  hearth_context *ctx = s->ctx;
  for (int32_t f = 0; f < s->nfields; f++) hearth_deallocate(ctx, s->field[f].name);
  hearth_deallocate(ctx, s->field);
  hearth_deallocate(ctx, s);
  hearth_context_drop(ctx, HEARTH_OBJECT_STATE);
  *state = NULL;
  return HEARTH_OK;
}
