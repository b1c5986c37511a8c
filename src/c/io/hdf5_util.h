/* What all files that call HDF5 share. HDF5 is not thread-safe: it is called by the thread that called Hearth only. */
#ifndef HEARTH_IO_HDF5_UTIL_H
#define HEARTH_IO_HDF5_UTIL_H
#define H5_USE_110_API 1 /* one spelling of the functions for HDF5 1.10 and later */
#include <hearth/context.h>
#include <hdf5.h>
#include <stdbool.h>

/* HDF5 prints its error stack unasked; the host program's setting is put back on the way out. */
typedef struct hearth_hdf5_silence {
  H5E_auto2_t function;
  void *data;
} hearth_hdf5_silence;
hearth_hdf5_silence hearth_hdf5_silence_enter(void);
void hearth_hdf5_silence_leave(hearth_hdf5_silence *silence);
#define HEARTH_SILENCE_HDF5() hearth_hdf5_silence hearth_hdf5_silence_ __attribute__((cleanup(hearth_hdf5_silence_leave), unused)) = hearth_hdf5_silence_enter()

/* Fails with "<message>: <what HDF5 says about it>". To be called before anything else of HDF5 is: every call wipes out what it said about the last. */
hearth_status hearth_hdf5_fail(const hearth_context *ctx, hearth_status status, const char *format, ...) HEARTH_PRINTF(3, 4);
/* False after MPI_Finalize, which closes HDF5: its ids are dead then. */
bool hearth_hdf5_alive(void);

/* Hearth's nearest type, HEARTH_DTYPE_NONE if there is none (*why says why); *staged: the type to read it as. */
int32_t hearth_hdf5_dtype(hid_t type, int32_t *staged, const char **why);
/* The memory type of a dtype; the caller closes it. Negative on failure. */
hid_t hearth_hdf5_memory_type(int32_t dtype);
/* A boolean of h5py: an enumeration of FALSE and TRUE in one byte. */
bool hearth_hdf5_is_bool(hid_t type);

#endif
