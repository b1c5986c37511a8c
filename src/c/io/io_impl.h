/* Inside a file open for reading. Every rank opens the file for itself and knows all metadata; formats differ only in a small table of functions. */
#ifndef HEARTH_IO_IO_IMPL_H
#define HEARTH_IO_IO_IMPL_H
#include "io/raw.h"
#include "io/unpack.h"
#include <hearth/io.h>
#include <stdbool.h>

typedef struct hearth_attribute {
  char *name;
  char *text; /* NULL: numbers */
  int64_t n;
  int32_t dtype; /* of the numbers in the file */
  double *number;
  int64_t *integer; /* the same numbers exactly, if the type is an integer */
} hearth_attribute;

typedef struct hearth_attributes {
  int64_t n, capacity;
  hearth_attribute *item;
} hearth_attributes;

typedef struct hearth_variable_info {
  char *name;
  char *path;        /* where the format finds it again; may be NULL */
  char *unsupported; /* why it cannot be read; NULL if it can */
  int32_t ndim;      /* 0: a scalar; shape[0] is 1 then */
  int64_t shape[HEARTH_MAX_NDIM];
  char *dim[HEARTH_MAX_NDIM]; /* NULL: no name */
  bool unlimited[HEARTH_MAX_NDIM];
  int64_t chunk[HEARTH_MAX_NDIM]; /* 0: the storage is not chunked */
  int32_t order;                  /* hearth_order of the storage */
  int32_t stored;                 /* type in the file */
  int32_t staged;                 /* type that read() delivers: wider than `stored` where Hearth has no such type */
  int32_t dtype;                  /* after unpacking */
  bool has_raw;                   /* plain bytes at known places: read by raw.c */
  hearth_raw raw;
  int64_t id; /* the format's own: an open HDF5 dataset, a NetCDF variable number */
  hearth_attributes attributes;
  hearth_unpack unpack;
} hearth_variable_info;

typedef struct hearth_format {
  const char *name;
  bool (*sniff)(const char *path, const unsigned char *head, int64_t n);
  /* Fills file->variable. Called on all ranks together; a failure may be one rank's own: the caller agrees. */
  hearth_status (*open)(hearth_file *file);
  void (*close)(hearth_file *file);
  /* Reads a box of info->staged into host memory with the byte strides `stride` (contiguous along the last dimension, nested like those of a part of a
   * C array; exactly those of a C array where `contiguous_only`). Local. NULL: all variables are raw. */
  hearth_status (*read)(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride);
  bool contiguous_only;
} hearth_format;

struct hearth_file {
  hearth_context *ctx;
  int64_t references;
  char *path;
  const hearth_format *format;
  const char *format_name; /* the format's, or a finer one ("netcdf4" of hdf5) */
  void *state;             /* the format's own */
  int fd;                  /* open for reading */
  int64_t size;            /* bytes */
  int64_t nvariables, capacity;
  hearth_variable_info *variable;
  hearth_attributes attributes;
};

struct hearth_variable {
  hearth_file *file; /* holds a reference */
  hearth_variable_info *info;
  int64_t references;
};

extern const hearth_format hearth_format_hdf5;
extern const hearth_format hearth_format_netcdf;
extern const hearth_format hearth_format_npy;
extern const hearth_format hearth_format_csv;

/* file.c */
void hearth_file_release(hearth_file *file);
/* variable.c */
void hearth_variable_release(hearth_variable *variable);

/* metadata.c. Everything is allocated from the file's context and freed with it. */
hearth_status hearth_io_strdup(const hearth_context *ctx, const char *text, char **copy);
/* Makes room for one more element of `size` bytes behind *pointer, whose count is n. New room is zero. */
hearth_status hearth_io_grow(const hearth_context *ctx, void *pointer_to_pointer, int64_t n, int64_t *capacity, int64_t size);
/* A new variable at the end of the list, all zero but its name. */
hearth_status hearth_file_add(hearth_file *file, const char *name, hearth_variable_info **info);
hearth_status hearth_file_unsupported(hearth_file *file, hearth_variable_info *info, const char *reason);
hearth_status hearth_attributes_add_text(const hearth_context *ctx, hearth_attributes *list, const char *name, const char *text);
/* Appends n numbers; `integer` may be NULL, `number` too if `integer` is not. */
hearth_status hearth_attributes_add_numbers(const hearth_context *ctx, hearth_attributes *list, const char *name, int32_t dtype, int64_t n,
                                            const double *number, const int64_t *integer);
const hearth_attribute *hearth_attributes_find(const hearth_attributes *list, const char *name);
void hearth_metadata_free_variable(const hearth_context *ctx, hearth_variable_info *info);
void hearth_metadata_free(hearth_file *file);
/* Copies text into a caller's buffer, cut at its capacity. */
void hearth_io_copy_text(const char *text, char *buffer, int64_t capacity);

static inline bool hearth_dtype_is_float(int32_t dtype) {
  return dtype == HEARTH_FLOAT16 || dtype == HEARTH_FLOAT32 || dtype == HEARTH_FLOAT64;
}
static inline bool hearth_dtype_is_complex(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}
static inline bool hearth_dtype_is_integer(int32_t dtype) {
  return !hearth_dtype_is_float(dtype) && !hearth_dtype_is_complex(dtype);
}

#endif
