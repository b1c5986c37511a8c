/* The size of a classic NetCDF file by its header (NetCDF User's Guide, appendix "File Format Specification"; CDF-1, CDF-2 and CDF-5). */
#include "core/error.h"
#include "core/memory.h"
#include "io/format_netcdf.h"
#include <string.h>

enum { TAG_DIMENSION = 10, TAG_VARIABLE = 11, TAG_ATTRIBUTE = 12 };

typedef struct cursor {
  const hearth_file *file;
  int64_t at; /* in the file */
  int64_t window, have;
  unsigned char buffer[8192]; /* bytes window .. window + have - 1 of the file */
  int version;
  bool bad;
  hearth_status status;
} cursor;

static uint64_t number(cursor *c, int bytes) {
  uint64_t value = 0;
  if (c->bad) return 0;
  if (c->at < c->window || c->at + bytes > c->window + c->have) {
    const hearth_raw_file raw = {c->file->path, c->file->fd, c->file->size};
    c->window = c->at;
    c->status = hearth_read_at(c->file->ctx, &raw, c->at, sizeof(c->buffer), c->buffer, &c->have);
    if (c->status != HEARTH_OK || c->have < bytes) {
      c->bad = true;
      return 0;
    }
  }
  for (int i = 0; i < bytes; i++) value = value << 8 | c->buffer[c->at - c->window + i];
  c->at += bytes;
  return value;
}

/* A count or length: 4 bytes, in CDF-5 8. One that the file cannot hold is nonsense. */
static int64_t length(cursor *c) {
  const uint64_t value = number(c, c->version == 5 ? 8 : 4);
  if (value > (uint64_t)1 << 60) c->bad = true;
  return c->bad ? 0 : (int64_t)value;
}

static void skip(cursor *c, int64_t bytes) {
  if (bytes > c->file->size - c->at) c->bad = true;
  if (!c->bad) c->at += (bytes + 3) / 4 * 4;
}

static int64_t type_size(uint64_t type) {
  static const int64_t sizes[] = {0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};
  return type < sizeof(sizes) / sizeof(sizes[0]) ? sizes[type] : 0;
}

static int64_t list(cursor *c, uint64_t tag) {
  const uint64_t found = number(c, 4);
  const int64_t n = length(c);
  if ((found != tag && !(found == 0 && n == 0)) || n > c->file->size / 4) c->bad = true;
  return c->bad ? 0 : n;
}

static void skip_attributes(cursor *c) {
  const int64_t n = list(c, TAG_ATTRIBUTE);
  for (int64_t i = 0; i < n && !c->bad; i++) {
    skip(c, length(c));
    const int64_t size = type_size(number(c, 4)), count = length(c);
    if (size == 0 || count > c->file->size) c->bad = true;
    skip(c, size * count);
  }
}

typedef struct totals {
  int64_t end, record;             /* end of the fixed part so far; bytes of a record */
  int64_t record_vars, first_size; /* record variables, and the unpadded bytes per record of the first: alone it is not padded */
  int64_t last_end;                /* of the record variables' part of one record */
} totals;

static void variable(cursor *c, int64_t ndims, const int64_t *extent, totals *t) {
  skip(c, length(c));
  const int64_t n = length(c);
  double size = 1.0;
  bool record = false;
  for (int64_t d = 0; d < n && !c->bad; d++) {
    const int64_t id = length(c);
    if (id >= ndims) c->bad = true;
    if (c->bad) return;
    if (d == 0 && extent[id] == 0)
      record = true;
    else
      size *= (double)extent[id];
  }
  skip_attributes(c);
  size *= (double)type_size(number(c, 4));
  length(c); /* vsize: wrong by design for large variables */
  const int64_t begin = (int64_t)number(c, c->version == 1 ? 4 : 8);
  if (c->bad || size > 9e18 || begin < 0) {
    c->bad = true;
    return;
  }
  const int64_t bytes = (int64_t)size, end = begin + bytes;
  if (record) {
    if (t->record_vars++ == 0) t->first_size = bytes;
    t->record += (bytes + 3) / 4 * 4;
    if (end > t->last_end) t->last_end = end;
  } else if (end > t->end) {
    t->end = end;
  }
}

static void header(cursor *c, int64_t *extent, int64_t ndims, int64_t *demand) {
  totals t = {0};
  const int64_t at = c->at;
  c->at = 4;
  const uint64_t records = number(c, c->version == 5 ? 8 : 4);
  c->at = at;
  skip_attributes(c);
  const int64_t n = list(c, TAG_VARIABLE);
  for (int64_t i = 0; i < n && !c->bad; i++) variable(c, ndims, extent, &t);
  *demand = t.end > c->at ? t.end : c->at;
  const bool streaming = records == (c->version == 5 ? UINT64_MAX : UINT32_MAX);
  if (t.record_vars == 0 || streaming || records == 0) return;
  const int64_t stride = t.record_vars == 1 ? t.first_size : t.record;
  if ((double)records * (double)stride > 9e18) c->bad = true;
  if (c->bad) return;
  const int64_t end = t.last_end + ((int64_t)records - 1) * stride;
  if (end > *demand) *demand = end;
}

hearth_status hearth_netcdf_demand(const hearth_file *file, int64_t *bytes) {
  cursor c = {.file = file, .at = 0};
  int64_t *extent = NULL;
  c.version = (int)(number(&c, 4) & 0xff);
  number(&c, c.version == 5 ? 8 : 4);
  const int64_t ndims = list(&c, TAG_DIMENSION);
  HEARTH_TRY(hearth_allocate(file->ctx, ndims * (int64_t)sizeof(int64_t), &extent));
  for (int64_t i = 0; i < ndims && !c.bad; i++) {
    skip(&c, length(&c));
    extent[i] = length(&c);
  }
  header(&c, extent, ndims, bytes);
  hearth_deallocate(file->ctx, extent);
  if (c.status != HEARTH_OK) return c.status;
  if (!c.bad) return HEARTH_OK;
  return hearth_fail(file->ctx, HEARTH_ERR_FORMAT, "'%s' begins like a classic NetCDF file, but its header ends or makes no sense at byte %lld of %lld",
                     file->path, (long long)c.at, (long long)file->size);
}
