/* The record behind hearth_last_error. */
#ifndef HEARTH_CORE_ERROR_IMPL_H
#define HEARTH_CORE_ERROR_IMPL_H
#include <hearth/status.h>

#define HEARTH_MESSAGE_CAPACITY 1024

struct hearth_error {
  hearth_status status;
  int rank; /* -1: not known, there was no communicator yet */
  char message[HEARTH_MESSAGE_CAPACITY];
};

#endif
