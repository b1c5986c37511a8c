#include <hearth/dtype.h>

#define SIZE_CASE(name, code, bytes, text)                                                                                                                     \
  case name:                                                                                                                                                   \
    return bytes;
#define NAME_CASE(name, code, bytes, text)                                                                                                                     \
  case name:                                                                                                                                                   \
    return text;

int64_t hearth_dtype_size(hearth_dtype dtype) {
  switch (dtype) {
    HEARTH_DTYPE_LIST(SIZE_CASE)
  default:
    return 0;
  }
}

const char *hearth_dtype_name(hearth_dtype dtype) {
  switch (dtype) {
    HEARTH_DTYPE_LIST(NAME_CASE)
  default:
    return "?";
  }
}
