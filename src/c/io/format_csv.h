#ifndef HEARTH_IO_FORMAT_CSV_H
#define HEARTH_IO_FORMAT_CSV_H
#include "io/csv_parse.h"
#include "io/io_impl.h"

#define HEARTH_CSV_BLOCK ((int64_t)1 << 20) /* bytes of the file per entry of the index */

/* Rows that begin in a block of the file, and where the first of them does. */
typedef struct hearth_csv_block {
  int64_t rows, offset;
} hearth_csv_block;

typedef struct hearth_csv_state {
  locale_t c;
  char separator;
  int64_t begin; /* of the first row of numbers */
  int64_t columns, rows;
  int64_t nblocks;
  hearth_csv_block *block;
  int64_t *first; /* nblocks + 1: number of the first row that begins in a block */
} hearth_csv_state;

/* csv_index.c: every rank counts the rows of its share of the blocks. Collective. */
hearth_status hearth_csv_index(hearth_file *file);
/* csv_read.c */
hearth_status hearth_csv_read(hearth_file *file, hearth_variable_info *info, const int64_t *start, const int64_t *count, void *data, const int64_t *stride);

#endif
