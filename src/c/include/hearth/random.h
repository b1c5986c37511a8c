/* Random numbers that depend on seed, stream and global index alone: the same bits for every layout, memory order, number of ranks and threads, and backend.
 *
 * The generator is Philox4x32-10 (J. Salmon et al., SC'11), keyed by the option `seed` of the context and counted by the row-major number of the element in the
 * global array. `stream`, 0 .. 2^31 - 1, tells apart what is drawn from one seed: the same stream gives the same numbers again. Negative: the next automatic
 * stream of the context, different from all others that are named or automatic; the order of the calls decides. Uniform, normal and integer numbers of one
 * stream have nothing in common. */
#ifndef HEARTH_RANDOM_H
#define HEARTH_RANDOM_H
#include <hearth/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Uniform numbers in [0, 1): multiples of 2^-53 (float64) or 2^-24 (float32).
 * Collective. Ownership: the caller destroys *array. Errors: UNSUPPORTED (other types), ARGUMENT (order), MISMATCH (arguments differ between ranks), MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_rand(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t stream, HEARTH_OUT hearth_array **array);
/* Standard normal numbers by Box and Muller's method from 53-bit uniform ones (|x| <= 8.58); float32 is the float64 number rounded.
 * Collective. Ownership: the caller destroys *array. Errors: as hearth_rand. */
HEARTH_COLLECTIVE hearth_status hearth_randn(const hearth_layout *layout, int32_t dtype, int32_t order, int32_t stream, HEARTH_OUT hearth_array **array);
/* Integers low .. high - 1, all equally likely (D. Lemire's method with rejection), of any integer type that holds them.
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (low >= high, numbers that dtype does not hold), UNSUPPORTED (no integer type), MISMATCH,
 * MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_randint(const hearth_layout *layout, int64_t low, int64_t high, int32_t dtype, int32_t order, int32_t stream,
                                               HEARTH_OUT hearth_array **array);
/* The numbers 0 .. n - 1, n the extent of a layout of one dimension, in random order; int64. Each rank evaluates its own elements, without communication:
 * up to 4096 numbers are shuffled (all orders equally likely), more are sent through a keyed bijection (Feistel network of 10 rounds with cycle walking).
 * Collective. Ownership: the caller destroys *array. Errors: ARGUMENT (not one dimension), MISMATCH, MEMORY. */
HEARTH_COLLECTIVE hearth_status hearth_permutation(const hearth_layout *layout, int32_t stream, HEARTH_OUT hearth_array **array);

/* The same numbers for an array that exists, also one of the host program's memory. Workspace: for host memory beside a device, a temporary of the array's
 * size. Collective. Errors: those of hearth_rand, hearth_randn and hearth_randint, and the status of an earlier local failure. */
HEARTH_COLLECTIVE hearth_status hearth_rand_into(hearth_array *array, int32_t stream);
HEARTH_COLLECTIVE hearth_status hearth_randn_into(hearth_array *array, int32_t stream);
HEARTH_COLLECTIVE hearth_status hearth_randint_into(hearth_array *array, int64_t low, int64_t high, int32_t stream);

#ifdef __cplusplus
}
#endif
#endif
