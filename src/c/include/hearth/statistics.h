/* Order statistics, histograms, covariance. */
#ifndef HEARTH_STATISTICS_H
#define HEARTH_STATISTICS_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
