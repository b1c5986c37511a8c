/* Who needs what from whom: the boxes that pieces grow to are met with all pieces, and in periodic dimensions with their images one extent before and behind.
 * What a grown box has in common with a piece lies in its halo, unless the piece is the one that has grown: pieces do not overlap. */
#include "comm/comm.h"
#include "core/context_impl.h"
#include "core/error.h"
#include "core/memory.h"
#include "tensor/halo_impl.h"
#include <string.h>

/* All pieces of all ranks: per piece the start and the extents, ndim numbers each. Lives as long as peers are looked for. */
typedef struct box_table {
  int32_t ndim;
  int64_t *first; /* of size + 1: the pieces of rank r are first[r] .. first[r + 1] - 1 */
  int64_t *box;
} box_table;

static const int64_t *start_of(const box_table *table, int64_t piece) {
  return table->box + 2 * piece * table->ndim;
}
static const int64_t *extent_of(const box_table *table, int64_t piece) {
  return start_of(table, piece) + table->ndim;
}

static bool is_empty(const box_table *table, int64_t piece) {
  for (int32_t d = 0; d < table->ndim; d++)
    if (extent_of(table, piece)[d] == 0) return true;
  return false;
}

/* Start and extents of a piece of this rank. */
static hearth_status describe(const hearth_layout *layout, int32_t piece, int64_t *box) {
  int64_t volume = 1;
  for (int32_t d = 0; d < layout->ndim; d++) volume *= box[layout->ndim + d] = hearth_layout_piece_extent(layout, piece, d);
  for (int32_t d = 0; d < layout->ndim; d++) {
    hearth_runs runs;
    hearth_status status = hearth_layout_piece_runs(layout, piece, d, &runs);
    box[d] = status == HEARTH_OK && runs.n > 0 ? runs.run[0].global : 0;
    for (int64_t k = 1; status == HEARTH_OK && volume > 0 && k < runs.n; k++)
      if (runs.run[k].global != runs.run[k - 1].global + runs.run[k - 1].count || runs.run[k].local != runs.run[k - 1].local + runs.run[k - 1].count)
        status = hearth_fail(layout->ctx, HEARTH_ERR_UNSUPPORTED, "piece %d of rank %d is no box: dimension %d has a gap before index %lld", piece,
                             layout->ctx->rank, d, (long long)runs.run[k].global);
    hearth_runs_free(layout->ctx, &runs);
    HEARTH_TRY(status);
  }
  return HEARTH_OK;
}

static hearth_status describe_all(const hearth_layout *layout, int64_t *box) {
  for (int32_t p = 0; p < hearth_layout_piece_count(layout); p++) HEARTH_TRY(describe(layout, p, box + (int64_t)2 * p * layout->ndim));
  return HEARTH_OK;
}

/* `mine`: this rank's boxes. scratch: 2 * size numbers. */
static hearth_status gather_boxes(const hearth_layout *layout, const int64_t *mine, int64_t *scratch, box_table *table) {
  const hearth_context *ctx = layout->ctx;
  const int64_t count = hearth_layout_piece_count(layout), bytes = (int64_t)sizeof(int64_t) * 2 * layout->ndim;
  int64_t *const sizes = scratch, *const offsets = scratch + ctx->size;
  HEARTH_TRY(hearth_allgather(ctx, &count, (int64_t)sizeof count, sizes));
  table->first[0] = 0;
  for (int r = 0; r < ctx->size; r++) {
    table->first[r + 1] = table->first[r] + sizes[r];
    offsets[r] = table->first[r] * bytes;
    sizes[r] *= bytes;
  }
  HEARTH_TRY(hearth_agree(ctx, hearth_allocate(ctx, table->first[ctx->size] * bytes, &table->box)));
  return hearth_allgatherv(ctx, mine, count * bytes, table->box, sizes, offsets);
}

/* The rank from which `receiver` takes a piece: itself if it holds a replica, else the first that does. */
static int holder_of(const hearth_context *ctx, const box_table *table, int64_t piece, int receiver) {
  const size_t bytes = (size_t)(2 * table->ndim) * sizeof *table->box;
  for (int64_t p = table->first[receiver]; p < table->first[receiver + 1]; p++)
    if (memcmp(start_of(table, p), start_of(table, piece), bytes) == 0) return receiver;
  for (int r = 0; r < ctx->size; r++)
    for (int64_t p = table->first[r]; p < table->first[r + 1]; p++)
      if (memcmp(start_of(table, p), start_of(table, piece), bytes) == 0) return r;
  return -1;
}

/* Parts found so far; `halo` has no room for them yet while they are counted. */
typedef struct finder {
  hearth_halo *halo;
  const box_table *table;
  int64_t parts; /* found */
  bool counting;
} finder;

/* What the grown piece `to` has in common with the image of `from` that lies `image` extents further; 0 if nothing. */
static int64_t meet(const finder *f, int64_t from, int64_t to, const int *image, hearth_section *section) {
  int64_t volume = 1;
  for (int32_t d = 0; d < f->table->ndim && volume > 0; d++) {
    const int64_t shift = image[d] * f->halo->layout->shape[d], source = start_of(f->table, from)[d] + shift, target = start_of(f->table, to)[d];
    const int64_t low = target - f->halo->low[d], high = target + extent_of(f->table, to)[d] + f->halo->high[d];
    const int64_t begin = source > low ? source : low, source_end = source + extent_of(f->table, from)[d], end = source_end < high ? source_end : high;
    const int64_t count = end > begin ? end - begin : 0;
    section[d] = (hearth_section){.count = count, .n = 1, .at = {begin - source, begin - target, 0}, .step = {0, 0, count}};
    volume *= count;
  }
  return volume;
}

static void add_part(finder *f, int32_t source_piece, int32_t target_piece, int64_t volume, const hearth_section *section) {
  const int32_t ndim = f->table->ndim;
  hearth_halo *halo = f->halo;
  const int64_t number = f->parts++;
  if (f->counting) return;
  hearth_part *part = &halo->parts[number];
  *part = (hearth_part){source_piece, target_piece, volume, {NULL}};
  for (int32_t d = 0; d < ndim; d++) {
    hearth_section *kept = &halo->sections[number * ndim + d];
    hearth_overlap *overlap = &halo->overlaps[number * ndim + d];
    *kept = section[d];
    *overlap = (hearth_overlap){section[d].count, 1, kept};
    part->overlap[d] = overlap;
  }
}

/* All that a piece of `sender` gives to a piece of `receiver`. */
static int64_t find_pair(finder *f, int64_t from, int64_t to, int32_t source_piece, int32_t target_piece) {
  int image[HEARTH_MAX_NDIM] = {0};
  int64_t volume = 0;
  for (int32_t d = 0; d < f->table->ndim; d++) image[d] = -(int)f->halo->periodic[d];
  for (int32_t d = 0; d >= 0;) {
    bool itself = from == to;
    for (int32_t k = 0; k < f->table->ndim; k++) itself = itself && image[k] == 0;
    hearth_section section[HEARTH_MAX_NDIM];
    const int64_t found = itself ? 0 : meet(f, from, to, image, section);
    if (found > 0) add_part(f, source_piece, target_piece, found, section);
    volume += found;
    for (d = f->table->ndim - 1; d >= 0 && ++image[d] > (int)f->halo->periodic[d]; d--) image[d] = -(int)f->halo->periodic[d];
  }
  return volume;
}

/* Whether any image of `from` comes near `to`. */
static bool is_near(const finder *f, int64_t from, int64_t to) {
  for (int32_t d = 0; d < f->table->ndim; d++) {
    const int64_t target = start_of(f->table, to)[d], low = target - f->halo->low[d], high = target + extent_of(f->table, to)[d] + f->halo->high[d];
    bool met = false;
    for (int image = -(int)f->halo->periodic[d]; image <= (int)f->halo->periodic[d]; image++) {
      const int64_t source = start_of(f->table, from)[d] + image * f->halo->layout->shape[d];
      met = met || (source < high && source + extent_of(f->table, from)[d] > low);
    }
    if (!met) return false;
  }
  return true;
}

static hearth_peer find_peer(finder *f, int sender, int receiver, int rank) {
  const box_table *table = f->table;
  const int64_t before = f->parts;
  int64_t volume = 0;
  for (int64_t from = table->first[sender]; from < table->first[sender + 1]; from++)
    for (int64_t to = table->first[receiver]; to < table->first[receiver + 1]; to++) {
      if (is_empty(table, from) || is_empty(table, to) || !is_near(f, from, to)) continue;
      if (holder_of(f->halo->ctx, table, from, receiver) != sender) continue;
      volume += find_pair(f, from, to, (int32_t)(from - table->first[sender]), (int32_t)(to - table->first[receiver]));
    }
  return (hearth_peer){rank, volume, f->parts - before, f->counting ? NULL : f->halo->parts + before};
}

/* Lists the peers, or only counts parts; returns the number of peers. */
static int64_t find_all(finder *f) {
  hearth_halo *halo = f->halo;
  hearth_plan *plan = &halo->plan;
  const int rank = halo->ctx->rank, size = halo->ctx->size;
  int64_t n = 0;
  f->parts = 0;
  for (int sends = 1; sends >= 0; sends--) {
    const int64_t first = n;
    for (int k = 1; k < size; k++) {
      const int other = sends ? (rank + k) % size : (rank - k + size) % size;
      const hearth_peer peer = sends ? find_peer(f, rank, other, other) : find_peer(f, other, rank, other);
      if (peer.nparts == 0) continue;
      if (!f->counting) halo->peers[n] = peer;
      n++;
    }
    *(sends ? &plan->nsends : &plan->nreceives) = n - first;
    *(sends ? &plan->send : &plan->receive) = halo->peers ? halo->peers + first : NULL;
  }
  plan->local = find_peer(f, rank, rank, rank);
  return n;
}

static hearth_status list_peers(hearth_halo *halo, const box_table *table) {
  finder f = {halo, table, 0, true};
  const int64_t peers = find_all(&f), dims = f.parts * table->ndim;
  HEARTH_TRY(hearth_allocate(halo->ctx, peers * (int64_t)sizeof *halo->peers, &halo->peers));
  HEARTH_TRY(hearth_allocate(halo->ctx, f.parts * (int64_t)sizeof *halo->parts, &halo->parts));
  HEARTH_TRY(hearth_allocate(halo->ctx, dims * (int64_t)sizeof *halo->overlaps, &halo->overlaps));
  HEARTH_TRY(hearth_allocate(halo->ctx, dims * (int64_t)sizeof *halo->sections, &halo->sections));
  f.counting = false;
  find_all(&f);
  halo->plan.busiest = halo->plan.nsends + halo->plan.nreceives;
  return HEARTH_OK;
}

hearth_status hearth_halo_find_peers(hearth_halo *halo) {
  const hearth_context *ctx = halo->ctx;
  const int64_t boxes = (int64_t)2 * hearth_layout_piece_count(halo->layout) * halo->layout->ndim;
  box_table table = {halo->layout->ndim, NULL, NULL};
  int64_t *mine = NULL, *scratch = NULL;
  hearth_status status = hearth_allocate(ctx, boxes * (int64_t)sizeof *mine, &mine);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, 2 * ctx->size * (int64_t)sizeof *scratch, &scratch);
  if (status == HEARTH_OK) status = hearth_allocate(ctx, (ctx->size + 1) * (int64_t)sizeof *table.first, &table.first);
  if (status == HEARTH_OK) status = describe_all(halo->layout, mine);
  status = hearth_agree(ctx, status);
  if (status == HEARTH_OK) status = gather_boxes(halo->layout, mine, scratch, &table);
  if (status == HEARTH_OK) status = hearth_agree(ctx, list_peers(halo, &table));
  if (status == HEARTH_OK) status = hearth_allreduce_i64(ctx, &halo->plan.busiest, 1, HEARTH_OP_MAX);
  hearth_deallocate(ctx, mine);
  hearth_deallocate(ctx, scratch);
  hearth_deallocate(ctx, table.first);
  hearth_deallocate(ctx, table.box);
  return status;
}
