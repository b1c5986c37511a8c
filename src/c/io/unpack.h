/* From packed to physical values: scale_factor, add_offset, _FillValue, missing_value, valid_range (CF 1.8 section 2.5.1 and 8.1, NUG appendix A). */
#ifndef HEARTH_IO_UNPACK_H
#define HEARTH_IO_UNPACK_H
#include <hearth/context.h>
#include <hearth/dtype.h>
#include <stdbool.h>

struct hearth_variable_info;

typedef struct hearth_unpack {
  bool scaled;
  double scale, offset;
  int32_t work;          /* float32 or float64: the type of the unpacked values; 0: nothing to unpack */
  int32_t unsigned_bits; /* 16 or 32: the file says _Unsigned, and the staged type is wide enough for it */
  int64_t nmissing;      /* values compared in the packed type */
  double *missing;
  int64_t *missing_integer;
  bool has_low, has_high;
  bool range_unpacked; /* the valid range is meant after unpacking */
  double low, high;
  int64_t low_integer, high_integer;
} hearth_unpack;

/* Reads the attributes of a variable; also sets info->dtype. */
hearth_status hearth_unpack_setup(const hearth_context *ctx, struct hearth_variable_info *info);
/* dst[i] := the physical value of src[i], NaN where missing (keep_missing: as any other value). src has type `staged`, dst has type `work`, both contiguous
 * host memory; dst may be src where both types are the same. Integer src is changed if unsigned_bits is set. */
void hearth_unpack_run(const hearth_unpack *unpack, bool keep_missing, int32_t staged, int64_t n, void *src, int32_t work, void *dst);
/* Sets unsigned_bits straight in place. */
void hearth_unpack_unsigned(const hearth_unpack *unpack, int32_t staged, int64_t n, void *data);

#endif
