#ifndef HEARTH_CORE_CONTEXT_OPTIONS_H
#define HEARTH_CORE_CONTEXT_OPTIONS_H
#include "core/context_impl.h"

/* Copies and checks the user's options (NULL: the defaults) into the context, and resolves the defaults of backend and threads. Local. */
hearth_status hearth_context_set_options(hearth_context *ctx, const hearth_context_options *options);
/* The options are the same on all ranks, and `mine` is HEARTH_OK on all. Collective. */
hearth_status hearth_context_agree_options(const hearth_context *ctx, hearth_status mine);

#endif
