/* libhearth_io: files. NetCDF-4 and HDF5 are read and written in parallel through HDF5; classic NetCDF (CDF-1, -2, -5), NPY and CSV are read by every rank for
 * itself, each its own part. Nothing here ever holds a whole variable on one rank. */
#ifndef HEARTH_IO_H
#define HEARTH_IO_H
#include <hearth/array.h>
#include <hearth/source.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hearth_file hearth_file;         /* a file open for reading */
typedef struct hearth_variable hearth_variable; /* a variable (dataset) of it */
typedef struct hearth_output hearth_output;     /* a CF NetCDF-4 file being written */

/* Gives the context the functions that hearth_pca_write and others need to write files. (The Fortran and C++ bindings call it by themselves.)
 * Local. Errors: ARGUMENT (NULL). */
HEARTH_LOCAL hearth_status hearth_io_attach(hearth_context *ctx);

/* Opens `path`; the format is told from its first bytes (NetCDF classic, HDF5/NetCDF-4, NPY), else CSV.
 * Collective. Ownership: the caller destroys *file; variables keep it open. Errors: FILE (cannot be opened), FORMAT (truncated, not what it seems),
 * NOT_BUILT (a format this build cannot read; the message names the part that is missing). */
HEARTH_COLLECTIVE hearth_status hearth_file_open(hearth_context *ctx, const char *path, HEARTH_OUT hearth_file **file);
/* Closes the file; NULL is accepted. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_file_destroy(hearth_file **file);
/* Name of the format ("netcdf-classic", "netcdf4", "hdf5", "npy", "csv"); static storage. Local; "" for NULL. */
HEARTH_LOCAL const char *hearth_file_format(const hearth_file *file);
/* Number of variables, and the name of each (HDF5: path of the dataset without the leading slash; NPY and CSV: "data").
 * Local. Errors: ARGUMENT (out of range; a name longer than the buffer is cut). */
HEARTH_LOCAL hearth_status hearth_file_variables(const hearth_file *file, HEARTH_OUT int32_t *n);
HEARTH_LOCAL hearth_status hearth_file_variable_name(const hearth_file *file, HEARTH_INDEX int32_t i, HEARTH_TEXT(capacity) char *name, int64_t capacity);
/* Text of a global attribute; *found = 0 and "" if there is none. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_file_attribute_text(const hearth_file *file, const char *attribute, HEARTH_TEXT(capacity) char *text, int64_t capacity,
                                                      HEARTH_OUT int32_t *found);

/* Opens a variable; `name` NULL or "" means the only one. Local (metadata was read at open).
 * Ownership: the caller destroys *variable. Errors: NOT_FOUND (the message lists the names there are), UNSUPPORTED (text or compound type). */
HEARTH_LOCAL hearth_status hearth_variable_open(hearth_file *file, HEARTH_OPTIONAL const char *name, HEARTH_OUT hearth_variable **variable);
HEARTH_COLLECTIVE hearth_status hearth_variable_destroy(hearth_variable **variable);
/* Properties. dtype: what a faithful array needs, after unpacking (scale_factor/add_offset make float64, or float32 if both attributes are float32; missing
 * values in an integer variable make float64). stored: the type in the file. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_variable_ndim(const hearth_variable *variable, HEARTH_OUT int32_t *ndim);
HEARTH_LOCAL hearth_status hearth_variable_shape(const hearth_variable *variable, int32_t ndim, HEARTH_EXTENT(ndim) HEARTH_OUT int64_t *shape);
HEARTH_LOCAL hearth_status hearth_variable_dtype(const hearth_variable *variable, HEARTH_OUT int32_t *dtype, HEARTH_OUT int32_t *stored);
/* Name of dimension `dim` ("" if the file names none), and whether it is unlimited. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_variable_dimension(const hearth_variable *variable, HEARTH_INDEX int32_t dim, HEARTH_TEXT(capacity) char *name,
                                                     int64_t capacity, HEARTH_OUT int32_t *unlimited);
/* An attribute as text, or its first element as a number; *found = 0 if there is none of that kind. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_variable_attribute_text(const hearth_variable *variable, const char *attribute, HEARTH_TEXT(capacity) char *text,
                                                          int64_t capacity, HEARTH_OUT int32_t *found);
HEARTH_LOCAL hearth_status hearth_variable_attribute_number(const hearth_variable *variable, const char *attribute, HEARTH_OUT double *value,
                                                            HEARTH_OUT int32_t *found);

/* Reads the box that starts at start[0..ndim-1] and has the shape of `into` into `into`: any layout, straight into its pieces where types and strides allow.
 * scale_factor and add_offset are applied; _FillValue, missing_value and valid_range violations become NaN (floating `into`; an integer `into` keeps them).
 * Collective. Errors: ARGUMENT (box outside the variable), FILE, FORMAT (truncated), UNSUPPORTED, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_variable_read(hearth_variable *variable, HEARTH_INDEX HEARTH_EXTENT(ndim) const int64_t *start, int32_t ndim,
                                                     hearth_array *into);
/* Reads all of it into a new array split along `axis` (-1: replicated), row-major. Collective. Ownership: the caller destroys *array. */
HEARTH_COLLECTIVE hearth_status hearth_variable_load(hearth_variable *variable, HEARTH_INDEX int32_t axis, HEARTH_OUT hearth_array **array);
/* Appends the variable to `source` as a field named like it. The source keeps the file open. Local. Errors: ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_variable_source(hearth_variable *variable, HEARTH_INDEX int32_t sample_axis, hearth_source *source);

/* Dates of n times in CF units ("hours since 1970-01-01 00:00:00") and calendar (standard, gregorian, proleptic_gregorian, julian, noleap, 365_day, all_leap,
 * 366_day or 360_day; NULL or "": standard). Months count from 1; year 0 is the one before year 1.
 * Local. Errors (hearth_last_error with ctx NULL): FORMAT (units or calendar make no sense, or units without a fixed length such as months), NOT_FINITE,
 * ARGUMENT. */
HEARTH_LOCAL hearth_status hearth_time_decode(const char *units, HEARTH_OPTIONAL const char *calendar, int64_t n, HEARTH_EXTENT(n) const double *values,
                                              HEARTH_OUT HEARTH_EXTENT(n) int32_t *year, HEARTH_OUT HEARTH_EXTENT(n) int32_t *month,
                                              HEARTH_OUT HEARTH_EXTENT(n) int32_t *day);

/* Starts a NetCDF-4 file under a temporary name beside `path`. Define dimensions, variables and attributes, then write, then commit.
 * Collective. Ownership: the caller destroys *output. Errors: FILE (unwritable; says why), NOT_BUILT, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_output_create(hearth_context *ctx, const char *path, HEARTH_OUT hearth_output **output);
/* Defines a dimension. Collective. Errors: ARGUMENT (name used twice), FILE. */
HEARTH_COLLECTIVE hearth_status hearth_output_dimension(hearth_output *output, const char *name, int64_t length);
/* Defines a variable over dimensions named in `dimensions`, separated by blanks ("time lat lon"; "" for a scalar). A variable that has its only dimension's
 * name is its coordinate. fill: value of _FillValue, which NaN is written as (NaN: no such attribute). Collective. Errors: ARGUMENT, NOT_FOUND (dimension),
 * FILE. */
HEARTH_COLLECTIVE hearth_status hearth_output_variable(hearth_output *output, const char *name, int32_t dtype, const char *dimensions, double fill);
/* Sets an attribute of a variable, or of the file with variable "". Collective. Errors: NOT_FOUND, FILE. */
HEARTH_COLLECTIVE hearth_status hearth_output_text(hearth_output *output, const char *variable, const char *attribute, const char *text);
HEARTH_COLLECTIVE hearth_status hearth_output_number(hearth_output *output, const char *variable, const char *attribute, double value);
/* Writes an array of the variable's shape (any layout; replicas write once). Collective. Errors: NOT_FOUND, MISMATCH, FILE, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_output_write(hearth_output *output, const char *variable, const hearth_array *array);
/* Writes a box of the variable, which starts at start[0..ndim-1] and has the shape of `array`; boxes do not overlap, and together they are the whole variable
 * before the commit. Collective. Errors: as above, ARGUMENT (box outside the variable). */
HEARTH_COLLECTIVE hearth_status hearth_output_write_box(hearth_output *output, const char *variable, HEARTH_INDEX HEARTH_EXTENT(ndim) const int64_t *start,
                                                        int32_t ndim, const hearth_array *array);
/* Writes n numbers that every rank holds. Collective. Errors: as above. */
HEARTH_COLLECTIVE hearth_status hearth_output_write_numbers(hearth_output *output, const char *variable, int64_t n, HEARTH_EXTENT(n) const double *values);
/* Finishes the file: everything to disk, then the rename to `path`. Collective. Errors: FILE, STATE (a variable with elements was never written). */
HEARTH_COLLECTIVE hearth_status hearth_output_commit(hearth_output *output);
/* Releases; a file that was not committed is removed. NULL is accepted. Collective. */
HEARTH_COLLECTIVE hearth_status hearth_output_destroy(hearth_output **output);

#ifdef __cplusplus
}
#endif
#endif
