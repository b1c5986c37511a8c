#include "cli/profile.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HEARTH_HAVE_CJSON
#include <cjson/cJSON.h>
#endif

enum { PHASES = 16, NUMBERS = 5 };

/* Of one phase on this rank. */
typedef struct phase {
  const char *name;
  double number[NUMBERS]; /* seconds, collectives, messages, bytes sent, bytes read */
} phase;

struct cli_profile {
  int nphases;
  bool running;
  phase phase[PHASES];
  double start[NUMBERS];
  int64_t bytes_read;
};

static void read_counters(const cli *c, double *number) {
  int64_t collectives = 0, messages = 0, bytes = 0;
  if (c->ctx) hearth_context_traffic(c->ctx, &collectives, &messages, &bytes);
  number[0] = MPI_Wtime();
  number[1] = (double)collectives;
  number[2] = (double)messages;
  number[3] = (double)bytes;
  number[4] = (double)c->profile->bytes_read;
}

int cli_profile_start(cli *c, const cli_options *o) {
  if (!o->profile) return CLI_DONE;
#ifndef HEARTH_HAVE_CJSON
  return cli_fail(c, CLI_WRONG, "--profile: this build lacks cJSON: leave the option out, or build with libcjson");
#endif
  c->profile = cli_allocate(1, sizeof *c->profile);
  return CLI_DONE;
}

void cli_profile_phase(cli *c, const char *name) {
  cli_profile *p = c->profile;
  if (!p) return;
  double now[NUMBERS];
  read_counters(c, now);
  if (p->running)
    for (int i = 0; i < NUMBERS; i++) p->phase[p->nphases - 1].number[i] = now[i] - p->start[i];
  p->running = name && p->nphases < PHASES;
  if (p->running) p->phase[p->nphases++].name = name;
  memcpy(p->start, now, sizeof now);
}

int64_t *cli_profile_bytes_read(cli *c) {
  return c->profile ? &c->profile->bytes_read : NULL;
}

#ifdef HEARTH_HAVE_CJSON
static void add_number(cJSON *object, const char *name, double least, double most, double total) {
  cJSON *entry = cJSON_AddObjectToObject(object, name);
  cJSON_AddNumberToObject(entry, "min", least);
  cJSON_AddNumberToObject(entry, "max", most);
  cJSON_AddNumberToObject(entry, "sum", total);
}

static int write_text(cli *c, const char *path, const cJSON *root) {
  char *text = cJSON_Print(root);
  FILE *file = fopen(path, "w");
  const bool bad = !text || !file || fputs(text, file) < 0 || fputc('\n', file) == EOF;
  const int code = errno;
  const bool closed = !file || fclose(file) == 0;
  free(text);
  return bad || !closed ? cli_fail(c, CLI_WRONG, "--profile %s: cannot be written: %s", path, strerror(code)) : CLI_DONE;
}

int cli_profile_write(cli *c, const cli_options *o) {
  static const char *const names[NUMBERS] = {"seconds", "collectives", "messages", "bytes_sent", "bytes_read"};
  cli_profile *p = c->profile;
  if (!p) return CLI_DONE;
  cli_profile_phase(c, NULL);
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "program", "hearth");
  cJSON_AddStringToObject(root, "version", hearth_version());
  cJSON_AddStringToObject(root, "backend", hearth_context_backend(c->ctx));
  cJSON_AddNumberToObject(root, "ranks", c->size);
  int64_t in_use = 0, peak = 0, cap = 0;
  hearth_context_memory(c->ctx, &in_use, &peak, &cap);
  double memory = (double)peak, most = 0;
  MPI_Reduce(&memory, &most, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  cJSON_AddNumberToObject(root, "peak_bytes_per_rank", most);
  cJSON_AddNumberToObject(root, "memory_cap", (double)cap);
  cJSON *phases = cJSON_AddArrayToObject(root, "phases");
  for (int i = 0; i < p->nphases; i++) {
    double least[NUMBERS], largest[NUMBERS], total[NUMBERS];
    MPI_Reduce(p->phase[i].number, least, NUMBERS, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(p->phase[i].number, largest, NUMBERS, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    MPI_Reduce(p->phase[i].number, total, NUMBERS, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "phase", p->phase[i].name);
    for (int k = 0; k < NUMBERS; k++) add_number(entry, names[k], least[k], largest[k], total[k]);
    cJSON_AddItemToArray(phases, entry);
  }
  const int status = c->rank == 0 ? write_text(c, o->profile, root) : CLI_DONE;
  cJSON_Delete(root);
  return status;
}
#else
int cli_profile_write(cli *c, const cli_options *o) {
  (void)c, (void)o;
  return CLI_DONE;
}
#endif

void cli_profile_free(cli *c) {
  free(c->profile);
  c->profile = NULL;
}
