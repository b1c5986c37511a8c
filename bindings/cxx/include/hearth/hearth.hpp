// Hearth for C++17: move-only classes around the C handles, exceptions instead of statuses, spans instead of pointer and length.
// Header-only; link libhearth (and libhearth_io with HEARTH_HAVE_IO defined: the CMake target Hearth::cxx does both).
//
// Every class holds one C handle and destroys it; a moved-from or default-constructed object holds none. get() lends the C handle.
// Functions that the C header calls collective are collective here; so are the destructors of file, variable and output.
#ifndef HEARTH_HEARTH_HPP
#define HEARTH_HEARTH_HPP
#include <hearth/hearth.h>

#include <hearth/detail/error.hpp>
#include <hearth/detail/span.hpp>
#include <hearth/detail/window.hpp>
#include <hearth/detail/handle.hpp>
#include <hearth/detail/local_view.hpp>
#include <hearth/generated/classes.hpp>
#endif
