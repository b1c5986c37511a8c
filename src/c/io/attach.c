#include "analysis/io_table.h"
#include "core/context_impl.h"
#include "core/error.h"
#include <hearth/io.h>

static const hearth_io_table table = {1,
                                      hearth_output_create,
                                      hearth_output_dimension,
                                      hearth_output_variable,
                                      hearth_output_text,
                                      hearth_output_number,
                                      hearth_output_write,
                                      hearth_output_write_numbers,
                                      hearth_output_commit,
                                      hearth_output_destroy};

hearth_status hearth_io_attach(hearth_context *ctx) {
  HEARTH_REQUIRE(NULL, ctx, "hearth_io_attach: ctx is NULL");
  ctx->io = &table;
  return HEARTH_OK;
}
