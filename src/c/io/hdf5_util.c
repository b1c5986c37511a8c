#include "io/hdf5_util.h"
#include "core/error.h"
#include <hearth/dtype.h>
#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

hearth_hdf5_silence hearth_hdf5_silence_enter(void) {
  hearth_hdf5_silence silence = {0};
  H5Eget_auto2(H5E_DEFAULT, &silence.function, &silence.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return silence;
}

void hearth_hdf5_silence_leave(hearth_hdf5_silence *silence) {
  H5Eset_auto2(H5E_DEFAULT, silence->function, silence->data);
}

/* The innermost record says what happened, the outer ones only who was told. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *user) {
  const char **text = user;
  (void)n;
  if (!*text && error->desc && error->desc[0]) *text = error->desc;
  return 0;
}

hearth_status hearth_hdf5_fail(const hearth_context *ctx, hearth_status status, const char *format, ...) {
  char message[700];
  const char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &text);
  hearth_fail(ctx, status, "%s%s%s", message, text ? ": HDF5 says: " : "", text ? text : "");
  H5Eclear2(H5E_DEFAULT);
  return status;
}

bool hearth_hdf5_alive(void) {
  int initialised = 0, finalized = 0;
  MPI_Initialized(&initialised);
  MPI_Finalized(&finalized);
  return !(initialised && finalized);
}

bool hearth_hdf5_is_bool(hid_t type) {
  char name[2][8] = {"", ""};
  if (H5Tget_class(type) != H5T_ENUM || H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1) return false;
  for (unsigned i = 0; i < 2; i++) {
    char *text = H5Tget_member_name(type, i);
    if (text) snprintf(name[i], sizeof(name[i]), "%s", text);
    if (text) H5free_memory(text);
  }
  return strcmp(name[0], "FALSE") == 0 && strcmp(name[1], "TRUE") == 0;
}

/* Two equal floats named r and i, h5py's way. */
static int32_t complex_dtype(hid_t type) {
  int32_t dtype = HEARTH_DTYPE_NONE;
  if (H5Tget_nmembers(type) != 2) return dtype;
  const int r = H5Tget_member_index(type, "r"), i = H5Tget_member_index(type, "i");
  if (r < 0 || i < 0) {
    H5Eclear2(H5E_DEFAULT);
    return dtype;
  }
  const hid_t real = H5Tget_member_type(type, (unsigned)r), imaginary = H5Tget_member_type(type, (unsigned)i);
  if (H5Tget_class(real) == H5T_FLOAT && H5Tequal(real, imaginary) > 0) dtype = H5Tget_size(real) <= 4 ? HEARTH_COMPLEX64 : HEARTH_COMPLEX128;
  H5Tclose(real);
  H5Tclose(imaginary);
  return dtype;
}

static int32_t integer_dtype(hid_t type) {
  const size_t size = H5Tget_size(type);
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  if (size == 1) return is_signed ? HEARTH_INT8 : HEARTH_UINT8;
  if (size == 2) return is_signed ? HEARTH_INT16 : HEARTH_INT32;
  if (size <= 4) return is_signed ? HEARTH_INT32 : HEARTH_INT64;
  return HEARTH_INT64;
}

int32_t hearth_hdf5_dtype(hid_t type, int32_t *staged, const char **why) {
  int32_t dtype = HEARTH_DTYPE_NONE;
  *why = NULL;
  switch (H5Tget_class(type)) {
  case H5T_INTEGER:
    dtype = integer_dtype(type);
    break;
  case H5T_FLOAT:
    dtype = H5Tget_size(type) <= 2 ? HEARTH_FLOAT16 : H5Tget_size(type) <= 4 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
    break;
  case H5T_ENUM: {
    const hid_t base = H5Tget_super(type);
    dtype = hearth_hdf5_is_bool(type) ? HEARTH_BOOL : integer_dtype(base);
    H5Tclose(base);
    break;
  }
  case H5T_COMPOUND:
    dtype = complex_dtype(type);
    if (dtype == HEARTH_DTYPE_NONE) *why = "it is of a compound type";
    break;
  case H5T_STRING:
    *why = "it is text";
    break;
  default:
    *why = "its type is neither a number nor a complex number";
    break;
  }
  *staged = dtype == HEARTH_FLOAT16 ? HEARTH_FLOAT32 : dtype;
  return dtype;
}

static hid_t complex_type(hid_t part, size_t size) {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
  if (type < 0 || H5Tinsert(type, "r", 0, part) < 0 || H5Tinsert(type, "i", size, part) < 0) return -1;
  return type;
}

hid_t hearth_hdf5_memory_type(int32_t dtype) {
  switch (dtype) {
  case HEARTH_BOOL:
  case HEARTH_UINT8:
    return H5Tcopy(H5T_NATIVE_UINT8);
  case HEARTH_INT8:
    return H5Tcopy(H5T_NATIVE_INT8);
  case HEARTH_INT16:
    return H5Tcopy(H5T_NATIVE_INT16);
  case HEARTH_INT32:
    return H5Tcopy(H5T_NATIVE_INT32);
  case HEARTH_INT64:
    return H5Tcopy(H5T_NATIVE_INT64);
  case HEARTH_FLOAT32:
    return H5Tcopy(H5T_NATIVE_FLOAT);
  case HEARTH_FLOAT64:
    return H5Tcopy(H5T_NATIVE_DOUBLE);
  case HEARTH_COMPLEX64:
    return complex_type(H5T_NATIVE_FLOAT, sizeof(float));
  case HEARTH_COMPLEX128:
    return complex_type(H5T_NATIVE_DOUBLE, sizeof(double));
  default:
    return -1;
  }
}
