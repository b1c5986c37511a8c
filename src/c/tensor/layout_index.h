/* Index lists: every process coordinate of a grid axis owns any ids of a dimension, in any local order. A rank stores its own ids as runs, the number of ids of
 * every coordinate, and its share of a directory: the ids are cut evenly over the ranks, and each knows who owns those of its share. */
#ifndef HEARTH_TENSOR_LAYOUT_INDEX_H
#define HEARTH_TENSOR_LAYOUT_INDEX_H
#include "comm/mail.h"
#include "tensor/layout_hash.h"
#include "tensor/layout_impl.h"

/* Ids global .. global + count - 1 are local indices local .. of the processes with this coordinate. */
typedef struct hearth_owned {
  int64_t global, count, local, coordinate;
} hearth_owned;

/* Immutable, shared by the layouts that are made from one another. */
typedef struct hearth_index {
  hearth_context *ctx;
  int64_t references;
  int64_t extent, processes, coordinate /* this rank's, -1: none */;
  int64_t *counts;    /* ids of every coordinate */
  int64_t nruns;      /* of this rank */
  hearth_run *run;    /* in local order */
  hearth_run *sorted; /* by global ids; the same memory as `run` if these ascend */
  int64_t nshare;     /* this rank's share of the directory, by global ids */
  hearth_owned *share;
  hearth_hash hash; /* of all ranks' runs in local order */
} hearth_index;

/* The index list of grid axis `axis` of a layout (its grid and places are all that is looked at) where this rank owns the ids of `runs`, in their order; ranks
 * of one coordinate give the same. `mine` is what failed before. Fails with LAYOUT where ids are missing or given twice. Collective; agreed. *runs is emptied.
 */
hearth_status hearth_index_make(const hearth_layout *layout, int32_t axis, int64_t extent, hearth_runs *runs, hearth_status mine, hearth_index **index);
hearth_index *hearth_index_retain(hearth_index *index);
void hearth_index_release(hearth_index **index);
int64_t hearth_index_bytes(const hearth_index *index);

/* Who owns the ids of n runs (.global and .count; ascending, disjoint): *found, which the caller deallocates, by coordinate and then by global id, as long runs
 * as possible. `mine` is what failed before. Collective; agreed. */
hearth_status hearth_index_find(const hearth_index *index, int64_t n, const hearth_run *asked, hearth_status mine, int64_t *nfound, hearth_owned **found);

/* Hash of a rank's runs in local order; sum over all ranks (collective). */
hearth_hash hearth_runs_hash(int rank, int64_t n, const hearth_run *run);
hearth_status hearth_hash_allsum(const hearth_context *ctx, hearth_hash *hash);

/* The steps of hearth_index_make, apart from what is exchanged: the records that this rank posts, and its share made of those that came in. Local. */
hearth_status hearth_index_entries(const hearth_index *index, hearth_mail *mail);
hearth_status hearth_index_keep_share(hearth_index *index, const hearth_mail *mail);

#endif
