/* NPY and CSV files made here byte by byte. */
#include "test_io_support.h"
#include <locale.h>

static const hearth_backend backends[] = {TEST_BACKENDS};

/* A NPY file: header of the given version, padded to `total` bytes, then the data. Returns its length. */
static size_t npy(char *file, int version, const char *dictionary, size_t total, const void *data, size_t bytes) {
  const size_t prefix = version == 1 ? 10 : 12, length = total - prefix;
  memcpy(file, "\x93NUMPY", 6);
  file[6] = (char)version;
  file[7] = 0;
  for (size_t i = 0; i < prefix - 8; i++) file[8 + i] = (char)(length >> (8 * i));
  memset(file + prefix, ' ', length);
  memcpy(file + prefix, dictionary, strlen(dictionary));
  file[total - 1] = '\n';
  memcpy(file + total, data, bytes);
  return total + bytes;
}

/* Elements (r, c) of a 4 x 3 table: value 10 r + c, in NumPy's C or Fortran order and any byte order. */
static size_t element(char *to, const char *type, double value) {
  union {
    char bytes[16];
    float f4;
    double f8;
    int8_t i1;
    uint16_t u2;
    int16_t i2;
    uint32_t u4;
    int32_t i4;
    int64_t i8;
  } x;
  const size_t size = (size_t)atoi(type + 2);
  memset(&x, 0, sizeof x);
  if (type[1] == 'f' && size == 8)
    x.f8 = value;
  else if (type[1] == 'f' && size == 4)
    x.f4 = (float)value;
  else if (type[1] == 'f') { /* halves of small integers: sign, exponent, mantissa of 1.m * 2^e */
    const uint16_t n = (uint16_t)value;
    int e = 0;
    while (n >> (e + 1)) e++;
    x.u2 = n ? (uint16_t)((e + 15) << 10 | ((n << (10 - e)) & 0x3ff)) : 0;
  } else
    x.i8 = (int64_t)value; /* little endian: the lower bytes are the smaller type */
  for (size_t i = 0; i < size; i++) to[i] = x.bytes[type[0] == '>' ? size - 1 - i : i];
  return size;
}

static double table(int64_t linear) {
  return (double)(10 * (linear / 3) + linear % 3);
}
static double table_bool(int64_t linear) {
  return linear % 2;
}

static void npy_types(void **state) {
  (void)state;
  static const struct {
    const char *type;
    int32_t stored;
  } types[] = {{"<f8", HEARTH_FLOAT64}, {">f8", HEARTH_FLOAT64}, {"<f4", HEARTH_FLOAT32}, {">f4", HEARTH_FLOAT32}, {"<f2", HEARTH_FLOAT16},
               {">f2", HEARTH_FLOAT16}, {"|i1", HEARTH_INT8},    {"|u1", HEARTH_UINT8},   {"<i2", HEARTH_INT16},   {">i2", HEARTH_INT16},
               {"<i4", HEARTH_INT32},   {">i4", HEARTH_INT32},   {"<i8", HEARTH_INT64},   {">i8", HEARTH_INT64},   {"<u2", HEARTH_INT32},
               {">u2", HEARTH_INT32},   {"<u4", HEARTH_INT64},   {"<u8", HEARTH_INT64},   {">u8", HEARTH_INT64}};
  char path[TEST_PATH], file_bytes[1024], data[200], dictionary[120];
  io_temporary("made.npy", path);
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
      for (int fortran = 0; fortran < 2; fortran++) {
        hearth_file *file = NULL;
        hearth_variable *variable = NULL;
        int32_t dtype, stored;
        size_t n = 0;
        for (int i = 0; i < 12; i++) {
          const int r = fortran ? i % 4 : i / 3, c = fortran ? i / 4 : i % 3;
          n += element(data + n, types[t].type, 10 * r + c);
        }
        snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': %s, 'shape': (4, 3), }", types[t].type, fortran ? "True" : "False");
        n = npy(file_bytes, 1 + (int)t % 3, dictionary, 128, data, n);
        io_write_bytes(path, file_bytes, n);
        assert_ok(hearth_file_open(ctx, path, &file));
        assert_string_equal(hearth_file_format(file), "npy");
        assert_ok(hearth_variable_open(file, NULL, &variable));
        assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
        assert_all(stored == types[t].stored && dtype == types[t].stored);
        io_check_all(variable, HEARTH_FLOAT64, table);
        if (stored != HEARTH_FLOAT16) io_check_all(variable, dtype, table);
        assert_ok(hearth_variable_destroy(&variable));
        assert_ok(hearth_file_destroy(&file));
      }
    test_context_destroy(&ctx);
  }
  io_remove(path);
}

static void npy_odd(void **state) {
  (void)state;
  char path[TEST_PATH], bytes[1024];
  const double pi = 3.25;
  const uint8_t flags[6] = {0, 1, 0, 1, 0, 1};
  const uint64_t large[1] = {UINT64_MAX};
  static const struct {
    const char *dictionary;
    hearth_status open, variable;
  } bad[] = {{"{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", HEARTH_OK, HEARTH_ERR_UNSUPPORTED},
             {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", HEARTH_OK, HEARTH_ERR_UNSUPPORTED},
             {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", HEARTH_OK, HEARTH_ERR_UNSUPPORTED},
             {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", HEARTH_ERR_FORMAT, HEARTH_OK},
             {"{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", HEARTH_ERR_FORMAT, HEARTH_OK},
             {"{'descr': '<f8', 'fortran_order': False, 'shape': (x,), }", HEARTH_ERR_FORMAT, HEARTH_OK},
             {"{'descr': '<f8', 'shape': (1,), }", HEARTH_ERR_FORMAT, HEARTH_OK}};
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  int32_t ndim;
  io_temporary("odd.npy", path);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    io_write_bytes(path, bytes, npy(bytes, 1, bad[i].dictionary, 128, &pi, sizeof pi));
    assert_status(bad[i].open, hearth_file_open(ctx, path, &file));
    if (bad[i].open == HEARTH_OK) assert_status(bad[i].variable, hearth_variable_open(file, "data", &variable));
    assert_ok(hearth_file_destroy(&file));
  }
  io_write_bytes(path, bytes, npy(bytes, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 128, &pi, sizeof pi)); /* a scalar */
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "data", &variable));
  assert_ok(hearth_variable_ndim(variable, &ndim));
  assert_all(ndim == 0);
  assert_ok(hearth_variable_destroy(&variable));
  assert_all(io_element(file, "data", (int64_t[]){0}) == pi);
  assert_ok(hearth_file_destroy(&file));
  io_write_bytes(path, bytes, npy(bytes, 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (6,), }", 128, flags, sizeof flags));
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "data", &variable));
  io_check_all(variable, HEARTH_BOOL, table_bool);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  io_write_bytes(path, bytes, npy(bytes, 1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }", 128, large, sizeof large));
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "data", &variable));
  assert_status(HEARTH_ERR_FORMAT, hearth_variable_load(variable, 0, &array));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
  io_remove(path);
}

static const double expected[6] = {1.0, -2.5, 3e10, NAN, 5.0, 0.1};
static double table_of_six(int64_t linear) {
  return expected[linear];
}

static void csv_dialects(void **state) {
  (void)state;
  static const char *const texts[] = {"1,-2.5,3e10\n,5,0.1\n",
                                      "a,b,c\n1,-2.5,3e10\nNA,5,0.1",
                                      "1;-2.5;3e10\r\n;5;0.1\r\n",
                                      "# made by savetxt\n1.000000000000000000e+00 -2.500000000000000000e+00 3.000000000000000000e+10\n"
                                      "nan 5.000000000000000000e+00 1.000000000000000056e-01\n",
                                      "\xef\xbb\xbf\"x\", \"y\", \"z\"\n\n1 , -2.5 , 3E+10\n   \n\"NaN\", +5, .1\n\n\n",
                                      "x\ty\tz\n1\t-2.5\t30000000000\nn/a\t5.\t1e-1\n",
                                      "   1   -2.5 3e10\n  null 5 0.1  \n",
                                      "x y z\n1 -2.5 0.00000000000000000000000003e36\nNaN 5 0.1000000000000000055511151231257827021181583404541015625\n"};
  char path[TEST_PATH], text[80];
  int32_t found;
  const char *const before = setlocale(LC_NUMERIC, NULL);
  setlocale(LC_NUMERIC, "de_DE.UTF-8"); /* a host program's locale must not matter; where it is not installed, nothing changes */
  io_temporary("dialect.csv", path);
  for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
    hearth_context *ctx = test_context(backends[t % 3]);
    hearth_file *file = NULL;
    hearth_variable *variable = NULL;
    int64_t shape[2];
    io_write_bytes(path, texts[t], strlen(texts[t]));
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_string_equal(hearth_file_format(file), "csv");
    assert_ok(hearth_variable_open(file, "", &variable));
    assert_ok(hearth_variable_shape(variable, 2, shape));
    if (shape[0] != 2 || shape[1] != 3) fprintf(stderr, "text %zu: %lld x %lld\n", t, (long long)shape[0], (long long)shape[1]);
    assert_all(shape[0] == 2 && shape[1] == 3);
    io_check_all(variable, HEARTH_FLOAT64, table_of_six);
    assert_ok(hearth_variable_attribute_text(variable, "column_names", text, sizeof text, &found));
    if (t == 1) assert_all(found && strcmp(text, "a,b,c") == 0);
    assert_ok(hearth_variable_destroy(&variable));
    assert_ok(hearth_file_destroy(&file));
    test_context_destroy(&ctx);
  }
  setlocale(LC_NUMERIC, before);
  io_remove(path);
}

/* Many blocks of the index: rows of different lengths, comments and blank lines between. */
static double long_table(int64_t linear) {
  return (double)(linear / 5) * 3.0 - (double)(linear % 5) / 8.0;
}

static void csv_long(void **state) {
  (void)state;
  enum { ROWS = 120000 };
  char path[TEST_PATH];
  int good = 1;
  io_temporary("long.csv", path);
  if (test_rank == 0) {
    FILE *f = fopen(path, "w");
    good = f != NULL;
    for (int r = 0; good && r < ROWS; r++) {
      if (r % 1000 == 7) fputs("# a comment that is quite a bit longer than the rows of numbers around it are\n\n", f);
      for (int c = 0; c < 5; c++) fprintf(f, "%.*f%s", 3 + r % 7, long_table(5 * (int64_t)r + c), c < 4 ? "," : "\n");
    }
    if (f) good = fclose(f) == 0 && good;
  }
  assert_all(good);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  hearth_layout *layout = NULL;
  int64_t shape[2];
  const int64_t zero[2] = {0, 0}, box[2] = {5000, 2};
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "data", &variable));
  assert_ok(hearth_variable_shape(variable, 2, shape));
  assert_all(shape[0] == ROWS && shape[1] == 5);
  for (int32_t axis = -1; axis < 2; axis++) {
    assert_ok(hearth_variable_load(variable, axis, &array));
    assert_all(io_visit(array, shape, zero, long_table, false) == 0);
    assert_ok(hearth_array_destroy(&array));
  }
  assert_ok(hearth_layout_split(ctx, 2, box, 0, &layout));
  for (int64_t start = 1; start < ROWS - box[0]; start += 16001)
    io_check_box(variable, layout, HEARTH_FLOAT32, HEARTH_COLUMN_MAJOR, 2, shape, (const int64_t[]){start, start % 4}, long_table);
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
  io_remove(path);
}

static void csv_refusals(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
    hearth_status open, load;
  } bad[] = {{"1,2\n3,x\n", "row 2 of the numbers, column 2: 'x'", HEARTH_OK, HEARTH_ERR_FORMAT},
             {"1,2\n3\n", "row 2 of the numbers has 1 columns, the first has 2", HEARTH_OK, HEARTH_ERR_FORMAT},
             {"1,2\n3,4,5\n", "has 3 columns", HEARTH_OK, HEARTH_ERR_FORMAT},
             {"1;2\n3;4,5\n", "'4,5' is no number", HEARTH_OK, HEARTH_ERR_FORMAT},
             {"hello\nworld\n", "no table of numbers", HEARTH_ERR_FORMAT, HEARTH_OK},
             {"a,b,c\n", "no rows of numbers", HEARTH_ERR_FORMAT, HEARTH_OK},
             {"\n\n# x\n", "no rows", HEARTH_ERR_FORMAT, HEARTH_OK}};
  char path[TEST_PATH];
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  io_temporary("bad.csv", path);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    hearth_file *file = NULL;
    hearth_variable *variable = NULL;
    hearth_array *array = NULL;
    io_write_bytes(path, bad[i].text, strlen(bad[i].text));
    assert_status(bad[i].open, hearth_file_open(ctx, path, &file));
    if (bad[i].open == HEARTH_OK) {
      assert_ok(hearth_variable_open(file, "data", &variable));
      assert_status(bad[i].load, hearth_variable_load(variable, 0, &array)); /* only one rank meets the row: told to all */
    }
    io_assert_message(bad[i].says);
    assert_ok(hearth_variable_destroy(&variable));
    assert_ok(hearth_file_destroy(&file));
  }
  test_context_destroy(&ctx);
  io_remove(path);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(npy_types), cmocka_unit_test(npy_odd), cmocka_unit_test(csv_dialects), cmocka_unit_test(csv_long),
                                          cmocka_unit_test(csv_refusals)};
HEARTH_TEST_MAIN(tests)
