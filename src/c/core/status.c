#include <hearth/status.h>

#define STATUS_CASE(name, code, sentence)                                                                                                                      \
  case name:                                                                                                                                                   \
    return sentence;

const char *hearth_status_string(hearth_status status) {
  switch (status) {
    HEARTH_STATUS_LIST(STATUS_CASE)
  default:
    return "not a status of this library";
  }
}
