#include "analysis/io_table.h"
#include "core/context_impl.h"
#include "core/error.h"
#include <hearth/io.h>

static const hearth_io_table table = {.version = 2,
                                      .output_create = hearth_output_create,
                                      .output_dimension = hearth_output_dimension,
                                      .output_variable = hearth_output_variable,
                                      .output_text = hearth_output_text,
                                      .output_number = hearth_output_number,
                                      .output_write = hearth_output_write,
                                      .output_write_numbers = hearth_output_write_numbers,
                                      .output_commit = hearth_output_commit,
                                      .output_destroy = hearth_output_destroy,
                                      .file_open = hearth_file_open,
                                      .file_destroy = hearth_file_destroy,
                                      .file_attribute_text = hearth_file_attribute_text,
                                      .variable_open = hearth_variable_open,
                                      .variable_destroy = hearth_variable_destroy,
                                      .variable_ndim = hearth_variable_ndim,
                                      .variable_shape = hearth_variable_shape,
                                      .variable_dtype = hearth_variable_dtype,
                                      .variable_read = hearth_variable_read};

hearth_status hearth_io_attach(hearth_context *ctx) {
  HEARTH_REQUIRE(NULL, ctx, "hearth_io_attach: ctx is NULL");
  ctx->io = &table;
  return HEARTH_OK;
}
