/* NumPy's .npy files, versions 1 to 3: a Python dictionary in text, then the elements. */
#include "core/error.h"
#include "core/memory.h"
#include "io/io_impl.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LIMIT ((int64_t)1 << 20)

static bool sniff(const char *path, const unsigned char *head, int64_t n) {
  (void)path;
  return n >= 8 && memcmp(head, "\x93NUMPY", 6) == 0;
}

static hearth_status bad(const hearth_file *file, const char *what) {
  return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "the NPY header of '%s' %s", file->path, what);
}

/* What follows 'key': in the dictionary. */
static const char *value_of(const char *header, const char *key) {
  const size_t length = strlen(key);
  for (const char *p = header; (p = strstr(p, key)); p += length) {
    const char quote = p > header ? p[-1] : 0;
    const char *q = p + length;
    if ((quote != '\'' && quote != '"') || *q != quote) continue;
    for (q++; isspace((unsigned char)*q); q++) {
    }
    if (*q != ':') continue;
    for (q++; isspace((unsigned char)*q); q++) {
    }
    return q;
  }
  return NULL;
}

/* '<f8' and the like. The small unsigned types are widened by read_wide. */
static hearth_status parse_type(hearth_file *file, hearth_variable_info *info, const char *text) {
  static const struct {
    const char *name;
    int32_t stored, swap;
    int64_t bytes;
  } types[] = {{"b1", HEARTH_BOOL, 0, 1},    {"i1", HEARTH_INT8, 0, 1},      {"u1", HEARTH_UINT8, 0, 1},        {"i2", HEARTH_INT16, 2, 2},
               {"i4", HEARTH_INT32, 4, 4},   {"i8", HEARTH_INT64, 8, 8},     {"f2", HEARTH_FLOAT16, 2, 2},      {"f4", HEARTH_FLOAT32, 4, 4},
               {"f8", HEARTH_FLOAT64, 8, 8}, {"c8", HEARTH_COMPLEX64, 4, 8}, {"c16", HEARTH_COMPLEX128, 8, 16}, {"u2", HEARTH_INT32, 2, 2},
               {"u4", HEARTH_INT64, 4, 4},   {"u8", HEARTH_INT64, 8, 8}};
  static const union {
    uint16_t word;
    char low;
  } probe = {1};
  if (*text != '\'' && *text != '"') return hearth_file_unsupported(file, info, "it is of a compound type");
  const char order = text[1], *name = strchr("<>|=", order) ? text + 2 : text + 1;
  const size_t length = strcspn(name, "'\"");
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    if (strlen(types[i].name) != length || strncmp(types[i].name, name, length) != 0) continue;
    info->stored = info->staged = types[i].stored;
    info->has_raw = name[0] != 'u' || length != 2 || name[1] == '1';
    info->raw.element = types[i].bytes;
    info->raw.swap = order == (probe.low ? '>' : '<') ? types[i].swap : 0;
    return HEARTH_OK;
  }
  return hearth_file_unsupported(file, info,
                                 *name == 'U' || *name == 'S' ? "it is text" : "its type is none of NumPy's bool, int, uint, float or complex types");
}

static hearth_status parse_shape(hearth_file *file, hearth_variable_info *info, const char *text) {
  if (*text++ != '(') return bad(file, "has no shape");
  for (;;) {
    while (isspace((unsigned char)*text) || *text == ',') text++;
    if (*text == ')') return HEARTH_OK;
    char *end;
    const long long n = strtoll(text, &end, 10);
    if (end == text || n < 0) return bad(file, "has an invalid shape");
    if (info->ndim == HEARTH_MAX_NDIM) return hearth_file_unsupported(file, info, "it has more dimensions than an array may have");
    info->shape[info->ndim++] = (int64_t)n;
    text = *end == 'L' ? end + 1 : end;
  }
}

/* Byte strides in the file; the whole must be there. */
static hearth_status place(hearth_file *file, hearth_variable_info *info, bool fortran) {
  double bytes = (double)info->raw.element;
  info->order = fortran ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR;
  int64_t stride = info->raw.element;
  const int32_t n = info->ndim > 0 ? info->ndim : 1;
  for (int32_t k = 0; k < n; k++) {
    const int32_t d = fortran ? k : n - 1 - k;
    bytes *= (double)info->shape[d];
    if (bytes > 9e18) return bad(file, "has an impossible shape");
    info->raw.stride[d] = stride;
    stride *= info->shape[d];
  }
  if (file->size - info->raw.offset < stride)
    return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' is truncated: it has %lld bytes, its header promises %lld", file->path, (long long)file->size,
                       (long long)(info->raw.offset + stride));
  return HEARTH_OK;
}

static hearth_status parse(hearth_file *file, const char *header, int64_t offset) {
  hearth_variable_info *info = NULL;
  const char *type = value_of(header, "descr"), *order = value_of(header, "fortran_order"), *shape = value_of(header, "shape");
  HEARTH_TRY(hearth_file_add(file, "data", &info));
  if (!type || !order || !shape) return bad(file, "lacks descr, fortran_order or shape");
  info->raw.offset = offset;
  HEARTH_TRY(parse_type(file, info, type));
  HEARTH_TRY(parse_shape(file, info, shape));
  return info->unsupported ? HEARTH_OK : place(file, info, strncmp(order, "True", 4) == 0);
}

static hearth_status open_npy(hearth_file *file) {
  unsigned char head[12] = {0};
  int64_t got = 0;
  char *header = NULL;
  const hearth_raw_file raw = {file->path, file->fd, file->size};
  HEARTH_TRY(hearth_read_at(file->ctx, &raw, 0, sizeof(head), head, &got));
  const int version = head[6];
  if (got < 12 || version < 1 || version > 3) return bad(file, got < 12 ? "is cut" : "is of an unknown version");
  const int64_t from = version == 1 ? 10 : 12;
  const int64_t length = head[8] | head[9] << 8 | (version == 1 ? 0 : (int64_t)head[10] << 16 | (int64_t)head[11] << 24);
  if (length > HEADER_LIMIT) return bad(file, "is longer than 1 MiB");
  HEARTH_TRY(hearth_allocate_zero(file->ctx, length + 1, &header));
  hearth_status status = hearth_read_at(file->ctx, &raw, from, length, header, &got);
  if (status == HEARTH_OK && got < length) status = bad(file, "is cut");
  if (status == HEARTH_OK) status = parse(file, header, from + length);
  hearth_deallocate(file->ctx, header);
  return status;
}

static void close_npy(hearth_file *file) {
  (void)file;
}

/* uint16 to int32, uint32 to int64, uint64 to int64: read into the end of the memory, then widened from its beginning. */
static hearth_status read_wide(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride) {
  const int64_t wide = hearth_dtype_size((hearth_dtype)info->staged), narrow = info->raw.element;
  const hearth_raw_file raw = {file->path, file->fd, file->size};
  int64_t n = 1, at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < info->ndim; d++) n *= count[d];
  for (int32_t d = 0; d < HEARTH_MAX_NDIM; d++) at[d] = d < info->ndim ? stride[d] / wide * narrow : narrow;
  char *from = (char *)data + n * (wide - narrow);
  HEARTH_TRY(hearth_raw_read(file->ctx, &raw, &info->raw, info->ndim, start, count, from, at));
  for (int64_t i = 0; i < n; i++) {
    uint16_t two;
    uint32_t four;
    if (narrow == 2) {
      memcpy(&two, from + i * narrow, sizeof(two));
      ((int32_t *)data)[i] = two;
    } else if (narrow == 4) {
      memcpy(&four, from + i * narrow, sizeof(four));
      ((int64_t *)data)[i] = four;
    } else if (((int64_t *)data)[i] < 0) {
      return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' has unsigned values beyond 2^63 - 1, which int64 cannot hold", file->path);
    }
  }
  return HEARTH_OK;
}

const hearth_format hearth_format_npy = {"npy", sniff, open_npy, close_npy, read_wide, true};
