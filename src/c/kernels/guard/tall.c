#include "kernels/tall.h"
#include "kernels/guard/pages.h"

static const hearth_tall_kernels *const host = &reference_tall_kernels;

static hearth_status pass(hearth_queue *queue, const hearth_tall_pass *pass) {
  hearth_tall_pass opened = *pass;
  const hearth_view *const second = pass->nsources > 1 ? pass->source[1] : NULL;
  OPENED("tall pass", 0, (opened.source[0] = v[0], opened.source[1] = v[1], opened.target = v[2], host->pass(queue->host, &opened)), pass->source[0], second,
         pass->target);
}

const hearth_tall_kernels guard_tall_kernels = {.pass = pass};
