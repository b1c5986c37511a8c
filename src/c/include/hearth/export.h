/* Visibility of the public symbols, and the annotations that tell the binding generator what C types cannot say.
 * The annotations are empty for every compiler; bindings/fortran/generate.py defines HEARTH_GENERATE and reads them as attributes. */
#ifndef HEARTH_EXPORT_H
#define HEARTH_EXPORT_H

#if defined(HEARTH_GENERATE)
#define HEARTH_ANNOTATE(text) __attribute__((annotate(text)))
#else
#define HEARTH_ANNOTATE(text)
#endif

#if defined(__GNUC__)
#define HEARTH_API __attribute__((visibility("default")))
#define HEARTH_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define HEARTH_API
#define HEARTH_PRINTF(text, first)
#endif

/* Internal functions of libhearth that libhearth_io needs: exported, but no part of the public interface. */
#define HEARTH_FAMILY HEARTH_API

/* Functions: every rank of the context's communicator must call / no communication takes place. */
#define HEARTH_COLLECTIVE HEARTH_ANNOTATE("collective") HEARTH_API
#define HEARTH_LOCAL HEARTH_ANNOTATE("local") HEARTH_API
/* Functions that only C and C++ need: no Fortran procedure is generated. */
#define HEARTH_C_ONLY HEARTH_ANNOTATE("c_only")

/* Parameters, written before the type. */
#define HEARTH_OUT HEARTH_ANNOTATE("out")              /* written, not read */
#define HEARTH_OPTIONAL HEARTH_ANNOTATE("optional")    /* NULL means: default, or not wanted */
#define HEARTH_EXTENT(n) HEARTH_ANNOTATE("extent=" #n) /* array of n elements, n an earlier or later parameter or an expression of it */
#define HEARTH_INDEX HEARTH_ANNOTATE("index")          /* axis number or global index: 0-based here, 1-based in Fortran */
#define HEARTH_TEXT(n) HEARTH_ANNOTATE("text=" #n)     /* char buffer of capacity n, filled with a terminated string */

#endif
