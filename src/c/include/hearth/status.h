/* The outcome of every call. Positive: the objects are unchanged. Negative: the object the call worked on may be damaged and refuses work
 * until hearth_x_reset or hearth_x_destroy. */
#ifndef HEARTH_STATUS_H
#define HEARTH_STATUS_H
#include <hearth/export.h>

/* X(name, code, sentence): the one list; the Fortran parameters and the C++ exceptions are generated from it. */
#define HEARTH_STATUS_LIST(X)                                                                                                                                  \
  X(HEARTH_OK, 0, "success")                                                                                                                                   \
  X(HEARTH_ERR_ARGUMENT, 1, "an argument is invalid")                                                                                                          \
  X(HEARTH_ERR_MISMATCH, 2, "arguments differ between ranks, or objects do not fit each other")                                                                \
  X(HEARTH_ERR_MEMORY, 3, "memory could not be allocated, or the context's cap would be exceeded")                                                             \
  X(HEARTH_ERR_STATE, 4, "the object is not in a state that allows this call")                                                                                 \
  X(HEARTH_ERR_UNSUPPORTED, 5, "this combination of type, layout or backend is not supported")                                                                 \
  X(HEARTH_ERR_NOT_BUILT, 6, "this build of the library lacks the optional part that is needed")                                                               \
  X(HEARTH_ERR_NOT_REPRODUCIBLE, 7, "this function has no reproducible form")                                                                                  \
  X(HEARTH_ERR_NOT_FINITE, 8, "a value is NaN or infinite where it must not be")                                                                               \
  X(HEARTH_ERR_FILE, 9, "a file could not be opened, read or written")                                                                                         \
  X(HEARTH_ERR_FORMAT, 10, "a file's content is not what it should be")                                                                                        \
  X(HEARTH_ERR_NOT_FOUND, 11, "a name is not in the file")                                                                                                     \
  X(HEARTH_ERR_LAYOUT, 12, "the pieces of the ranks do not form a layout")                                                                                     \
  X(HEARTH_ERR_LEAK, 13, "objects or memory of the context are still alive")                                                                                   \
  X(HEARTH_ERR_NUMERICAL, 14, "a numerical method did not converge or met a singular problem")                                                                 \
  X(HEARTH_ERR_MPI, -1, "an MPI call failed")                                                                                                                  \
  X(HEARTH_ERR_DAMAGED, -2, "an earlier failure damaged this object")                                                                                          \
  X(HEARTH_ERR_INTERNAL, -3, "the library met a condition that it believed impossible")

#define HEARTH_STATUS_ENUM(name, code, sentence) name = code,
typedef enum hearth_status { HEARTH_STATUS_LIST(HEARTH_STATUS_ENUM) HEARTH_STATUS_FORCE_INT = 0x7fffffff } hearth_status;
#undef HEARTH_STATUS_ENUM

#ifdef __cplusplus
extern "C" {
#endif
/* The sentence that belongs to a status; static storage, never NULL.
 * Local; never fails. */
HEARTH_LOCAL const char *hearth_status_string(hearth_status status);
#ifdef __cplusplus
}
#endif
#endif
