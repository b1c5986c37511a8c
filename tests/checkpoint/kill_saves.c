/* A program that saves is killed again and again: whenever that is, the file that bears the name is whole, and one of the states that were saved.
 *
 *   kill_saves save FILE          saves after every sample, without end; says "saving" when the first file is there
 *   kill_saves kill ROUNDS FILE   starts that, kills it at a random moment, keeps a copy of the file, ROUNDS times over; then restores all the copies */
#include <hearth/hearth.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 160, POINTS = N * N, MODES = 4, MOST = 4000 };

static void check(hearth_context *ctx, hearth_status status, const char *what) {
  int32_t code = 0, rank = 0;
  char message[512];
  if (status == HEARTH_OK) return;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  fprintf(stderr, "kill_saves: %s: %s\n", what, message);
  exit(1);
}
#define CHECK(call) check(ctx, (call), #call)

static double value(int t, int i) {
  return (double)((i * 7 + t * 13) % 101) + 3.0 * (double)((i * (t % 5 + 1)) % 29);
}

typedef struct model {
  hearth_context *ctx;
  hearth_array *field;
  double *data;
} model;

static model model_create(void) {
  hearth_context *ctx = NULL;
  model m = {.data = malloc(POINTS * sizeof(double))};
  const int64_t shape[2] = {N, N}, start[2] = {0, 0};
  hearth_window window = {.base = m.data, .dtype = HEARTH_FLOAT64, .ndim = 2, .extent = {N, N}, .stride = {N * sizeof(double), sizeof(double)}};
  CHECK(hearth_context_create(MPI_COMM_WORLD, NULL, &ctx));
  CHECK(hearth_io_attach(ctx));
  CHECK(hearth_array_wrap_local(ctx, &window, 2, shape, start, &m.field));
  m.ctx = ctx;
  return m;
}

static void model_destroy(model *m) {
  hearth_array_destroy(&m->field);
  hearth_context_destroy(&m->ctx);
  free(m->data);
}

static hearth_pca *estimator(hearth_context *ctx) {
  hearth_pca *pca = NULL;
  CHECK(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
  return pca;
}

static void step(model *m, hearth_pca *pca, int t) {
  hearth_context *ctx = m->ctx;
  for (int i = 0; i < POINTS; i++) m->data[i] = value(t, i);
  CHECK(hearth_pca_partial_fit(pca, m->field, t));
}

static void save_without_end(const char *path) {
  model m = model_create();
  hearth_context *ctx = m.ctx;
  hearth_pca *pca = estimator(ctx);
  for (int t = 0; t < MOST; t++) {
    step(&m, pca, t);
    CHECK(hearth_pca_save(pca, path));
    if (t > 0) continue;
    puts("saving");
    fflush(stdout);
  }
}

/* One round in a child: killed between 0 and 80 ms after its first file. The children start before this process knows of MPI. */
static void kill_once(const char *program, const char *path) {
  int ends[2];
  char text[16] = "";
  if (pipe(ends) != 0) exit(1);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    execl(program, program, "save", path, (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  if (read(ends[0], text, sizeof text - 1) <= 0) {
    fprintf(stderr, "kill_saves: the saving program ended before it saved\n");
    exit(1);
  }
  usleep((unsigned)(rand() % 80000));
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  close(ends[0]);
  char temporary[1024]; /* what a killed save leaves beside the file, whose name has no folder here */
  snprintf(temporary, sizeof temporary, ".%s.tmp-%d", path, (int)child);
  unlink(temporary);
}

static void file_name(const char *path, int round, char *name, size_t capacity) {
  snprintf(name, capacity, "%s.%d", path, round);
}

/* Two samples more, and what is found then. */
static int64_t results(model *m, hearth_pca *pca, double *eigenvalues) {
  hearth_context *ctx = m->ctx;
  int64_t samples = 0;
  int32_t modes = 0;
  step(m, pca, MOST);
  step(m, pca, MOST + 1);
  CHECK(hearth_pca_samples(pca, &samples));
  CHECK(hearth_pca_modes(pca, &modes));
  memset(eigenvalues, 0, MODES * sizeof *eigenvalues);
  CHECK(hearth_pca_eigenvalues(pca, modes, eigenvalues));
  return samples - 2;
}

/* Goes on from the file, and again from the beginning with as many samples: the same bits. Returns how many samples the file had. */
static int64_t verify(model *m, const char *name) {
  hearth_context *ctx = m->ctx;
  double found[MODES], expected[MODES];
  hearth_pca *pca = estimator(ctx);
  CHECK(hearth_pca_restore(pca, m->field, name));
  const int64_t samples = results(m, pca, found);
  hearth_pca_destroy(&pca);
  pca = estimator(ctx);
  for (int64_t t = 0; t < samples; t++) step(m, pca, (int)t);
  results(m, pca, expected);
  hearth_pca_destroy(&pca);
  if (memcmp(found, expected, sizeof found) != 0) {
    fprintf(stderr, "kill_saves: '%s' is none of the states that were saved\n", name);
    exit(1);
  }
  return samples;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "save") == 0) {
    save_without_end(argv[2]);
    return 0;
  }
  if (argc != 4 || strcmp(argv[1], "kill") != 0) return 2;
  const int rounds = atoi(argv[2]);
  const char *path = argv[3];
  char name[1024];
  srand((unsigned)getpid());
  for (int r = 0; r < rounds; r++) {
    kill_once(argv[0], path);
    file_name(path, r, name, sizeof name);
    if (rename(path, name) != 0) {
      fprintf(stderr, "kill_saves: round %d left no file\n", r);
      return 1;
    }
  }
  model m = model_create();
  int64_t fewest = MOST, most = 0;
  for (int r = 0; r < rounds; r++) {
    file_name(path, r, name, sizeof name);
    const int64_t samples = verify(&m, name);
    fewest = samples < fewest ? samples : fewest;
    most = samples > most ? samples : most;
    unlink(name);
  }
  printf("%d kills, %lld to %lld samples saved before, all files whole\n", rounds, (long long)fewest, (long long)most);
  model_destroy(&m);
  return 0;
}
