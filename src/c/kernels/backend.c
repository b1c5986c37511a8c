#include "kernels/backend.h"

static const struct {
  hearth_backend which;
  const hearth_backend_table *table;
} backends[] = {
    {HEARTH_BACKEND_CPU, &hearth_backend_cpu},
    {HEARTH_BACKEND_REFERENCE, &hearth_backend_reference},
    {HEARTH_BACKEND_GUARD, &hearth_backend_guard},
};

const hearth_backend_table *hearth_backend_find(hearth_backend which) {
  for (size_t i = 0; i < sizeof backends / sizeof *backends; ++i)
    if (backends[i].which == which && backends[i].table->version == HEARTH_BACKEND_VERSION) return backends[i].table;
  return NULL;
}
