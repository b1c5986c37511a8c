/* The extreme of two, without branches. NaN compares false; what happens to it is the second condition. */
#ifndef HEARTH_KERNELS_CPU_REDUCE_JOINS_H
#define HEARTH_KERNELS_CPU_REDUCE_JOINS_H

#define LESS(a, b) ((b) < (a) ? (b) : (a))
#define GREATER(a, b) ((b) > (a) ? (b) : (a))
#define LESS_OR_NAN(a, b) (((b) < (a)) | ((b) != (b)) ? (b) : (a))
#define GREATER_OR_NAN(a, b) (((b) > (a)) | ((b) != (b)) ? (b) : (a))
#define LESS_NOT_NAN(a, b) (((b) < (a)) | ((a) != (a)) ? (b) : (a))
#define GREATER_NOT_NAN(a, b) (((b) > (a)) | ((a) != (a)) ? (b) : (a))

#endif
