/* Hearth: distributed tensors and in-situ modal analytics. Everything in libhearth; libhearth_io's functions are in <hearth/io.h>, included too. */
#ifndef HEARTH_H
#define HEARTH_H
#include <hearth/array.h>
#include <hearth/context.h>
#include <hearth/creation.h>
#include <hearth/dtype.h>
#include <hearth/elementwise.h>
#include <hearth/halo.h>
#include <hearth/index.h>
#include <hearth/io.h>
#include <hearth/layout.h>
#include <hearth/manipulate.h>
#include <hearth/metric.h>
#include <hearth/pca.h>
#include <hearth/random.h>
#include <hearth/redistribute.h>
#include <hearth/reduce.h>
#include <hearth/reproducible.h>
#include <hearth/scalapack.h>
#include <hearth/sort.h>
#include <hearth/source.h>
#include <hearth/state.h>
#include <hearth/statistics.h>
#include <hearth/status.h>
#include <hearth/version.h>
#endif
